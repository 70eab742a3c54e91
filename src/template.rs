//! `${name}` text, and the bindings that fill it.
//!
//! A [`Template`] is a string of a spec, a [`Draft`] any value of one. The plan binds them: names
//! that are known before the run are put in for good. What is left is filled from [`Bindings`]
//! when a step is sent.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use crate::source::Span;

/// A string that may hold variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// Nothing to fill.
    Fixed(Box<str>),
    /// Texts and variables in order.
    Parts(Box<[Part]>),
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Goes in as it is.
    Text(Box<str>),
    /// Is looked up.
    Variable(Variable),
}

/// `${…}` and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// What is looked up.
    pub name: Name,
    /// Where it stands in the source.
    pub span: Span,
}

/// What stands between `${` and `}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// `${name}`: a variable.
    Plain(Box<str>),
    /// `${env.NAME}` or `${env.NAME:-default}`.
    Env(Box<str>, Option<Box<str>>),
    /// `${server.url}`: the started server.
    ServerUrl,
}

/// A JSON-like value whose strings may hold variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// Nothing to fill.
    Fixed(Value),
    /// A string. One that is exactly `${name}` takes the type of the value.
    Text(Template),
    /// A list.
    List(Vec<Draft>),
    /// A mapping, in order.
    Map(Vec<(Template, Draft)>),
}

/// The values that are only known during the run.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// The URL of the started server.
    pub server_url: Option<String>,
    /// Captured values by name.
    pub captures: HashMap<Box<str>, Value>,
}

/// A fault in the text of a template.
#[derive(Debug, PartialEq)]
pub struct TemplateFault {
    /// Offset in the text.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A variable has a value that cannot stand where it was written.
#[derive(Debug, PartialEq)]
pub struct FillError {
    /// Where the variable stands.
    pub span: Span,
    /// What is wrong, in words.
    pub message: String,
}

impl Template {
    /// Reads `text`. `locate` turns a range of offsets in `text` into a span of the source.
    ///
    /// # Errors
    /// The first `${` that cannot be read.
    pub fn parse(
        text: &str,
        locate: impl Fn(usize, usize) -> Span,
    ) -> Result<Template, TemplateFault> {
        // Nearly every text of a spec passes here: a search for one byte is the cheapest.
        if !text.as_bytes().contains(&b'$') || !text.contains("${") {
            return Ok(Template::Fixed(text.into()));
        }
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(found) = rest.find("${") {
            let at = text.len() - rest.len() + found;
            if rest[..found].ends_with('$') {
                literal.push_str(&rest[..found - 1]);
                literal.push_str("${");
                rest = &rest[found + 2..];
                continue;
            }
            literal.push_str(&rest[..found]);
            let inside = &rest[found + 2..];
            let end = inside.find('}').ok_or_else(|| TemplateFault {
                at,
                message: "`${` without a closing `}`".into(),
                help: Some("write `$${` for a literal `${`".into()),
            })?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            let name = Name::parse(&inside[..end], at)?;
            parts.push(Part::Variable(Variable { name, span: locate(at, at + end + 3) }));
            rest = &inside[end + 1..];
        }
        literal.push_str(rest);
        if parts.is_empty() {
            return Ok(Template::Fixed(literal.into()));
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
        Ok(Template::Parts(parts.into()))
    }

    /// The text, when there is nothing to fill.
    pub fn as_fixed(&self) -> Option<&str> {
        match self {
            Template::Fixed(text) => Some(text),
            Template::Parts(_) => None,
        }
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        let parts: &[Part] = match self {
            Template::Fixed(_) => &[],
            Template::Parts(parts) => parts,
        };
        parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Variable(variable) => Some(variable),
        })
    }

    /// The variable, when the text is exactly one.
    pub fn sole_variable(&self) -> Option<&Variable> {
        match self {
            Template::Parts(parts) => match &**parts {
                [Part::Variable(variable)] => Some(variable),
                _ => None,
            },
            Template::Fixed(_) => None,
        }
    }

    /// The text with every variable filled.
    ///
    /// # Errors
    /// A variable that has no value yet, or a list or mapping as its value.
    pub fn fill(&self, bindings: &Bindings) -> Result<Cow<'_, str>, FillError> {
        let parts = match self {
            Template::Fixed(text) => return Ok(Cow::Borrowed(text)),
            Template::Parts(parts) => parts,
        };
        let mut filled = String::new();
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(variable) => {
                    let value = bindings.get(variable)?;
                    filled.push_str(&as_text(&value).ok_or_else(|| variable.inside_text(&value))?);
                }
            }
        }
        Ok(Cow::Owned(filled))
    }
}

impl Template {
    /// The text of a URL: a variable at its start goes in as it is, one further on as a single
    /// percent-encoded component.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill_url(&self, bindings: &Bindings) -> Result<Cow<'_, str>, FillError> {
        let parts = match self {
            Template::Fixed(text) => return Ok(Cow::Borrowed(text)),
            Template::Parts(parts) => parts,
        };
        let mut filled = String::new();
        for (i, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(variable) => {
                    let value = bindings.get(variable)?;
                    let text = as_text(&value).ok_or_else(|| variable.inside_text(&value))?;
                    match i {
                        0 => filled.push_str(&text),
                        _ => filled.push_str(&encode_component(&text)),
                    }
                }
            }
        }
        Ok(Cow::Owned(filled))
    }
}

/// A text as one component of a URL: all but letters, digits and `-._~` percent-encoded.
pub fn encode_component(text: &str) -> String {
    const ENCODED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, ENCODED).to_string()
}

impl Name {
    fn parse(text: &str, at: usize) -> Result<Name, TemplateFault> {
        let fault = |message: String, help: &str| {
            Err(TemplateFault { at, message, help: Some(help.to_owned()) })
        };
        if text.contains('(') {
            return fault(
                format!("generators are not supported yet: `${{{text}}}`"),
                "pass the value with `--var` or an environment variable",
            );
        }
        if let Some(env) = text.strip_prefix("env.") {
            let (name, default) = match env.split_once(":-") {
                Some((name, default)) => (name, Some(default.into())),
                None => (env, None),
            };
            if !is_name(name) {
                return fault(
                    format!("`{name}` is not the name of an environment variable"),
                    "write `${env.NAME}`, or `${env.NAME:-default}`",
                );
            }
            return Ok(Name::Env(name.into(), default));
        }
        match text {
            "server.url" => return Ok(Name::ServerUrl),
            "env" | "server" => {
                return fault(
                    format!("`{text}` is reserved"),
                    "write `${env.NAME}` or `${server.url}`",
                );
            }
            _ => {}
        }
        if text.contains(":-") {
            return fault(
                format!("only an environment variable can have a default: `${{{text}}}`"),
                "write `${env.NAME:-default}`, or define the variable under `vars:`",
            );
        }
        if !is_name(text) {
            return fault(
                format!("`${{{text}}}` is not a variable"),
                "a name has letters, digits, `_` and `-`; write `$${` for a literal `${`",
            );
        }
        Ok(Name::Plain(text.into()))
    }
}

/// Whether a text can name a variable: letters, digits, `_` and `-`, no digit first.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

impl Variable {
    /// As it was written.
    pub fn written(&self) -> String {
        match &self.name {
            Name::Plain(name) => format!("${{{name}}}"),
            Name::Env(name, None) => format!("${{env.{name}}}"),
            Name::Env(name, Some(default)) => format!("${{env.{name}:-{default}}}"),
            Name::ServerUrl => "${server.url}".to_owned(),
        }
    }

    /// The error of a list or mapping inside a longer text.
    pub fn inside_text(&self, value: &Value) -> FillError {
        let kind = if value.is_array() { "a list" } else { "a mapping" };
        let message = format!("{} is {kind}, and cannot stand inside a text", self.written());
        FillError { span: self.span, message }
    }
}

impl Draft {
    /// A list; fixed when all of its items are.
    pub fn list(items: Vec<Draft>) -> Draft {
        if items.iter().any(|item| !matches!(item, Draft::Fixed(_))) {
            return Draft::List(items);
        }
        let values = items.into_iter().filter_map(|item| match item {
            Draft::Fixed(value) => Some(value),
            _ => None,
        });
        Draft::Fixed(Value::Array(values.collect()))
    }

    /// A mapping; fixed when all of its keys and values are.
    pub fn map(entries: Vec<(Template, Draft)>) -> Draft {
        let fixed = |(key, value): &(Template, Draft)| {
            key.as_fixed().is_some() && matches!(value, Draft::Fixed(_))
        };
        if !entries.iter().all(fixed) {
            return Draft::Map(entries);
        }
        let members = entries.into_iter().filter_map(|entry| match entry {
            (Template::Fixed(key), Draft::Fixed(value)) => Some((String::from(key), value)),
            _ => None,
        });
        Draft::Fixed(Value::Object(members.collect()))
    }

    /// The value with every variable filled.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill(&self, bindings: &Bindings) -> Result<Cow<'_, Value>, FillError> {
        Ok(match self {
            Draft::Fixed(value) => Cow::Borrowed(value),
            Draft::Text(template) => Cow::Owned(match template.sole_variable() {
                Some(variable) => bindings.get(variable)?,
                None => Value::String(template.fill(bindings)?.into_owned()),
            }),
            Draft::List(items) => Cow::Owned(Value::Array(
                items.iter().map(|item| Ok(item.fill(bindings)?.into_owned())).collect::<Result<
                    _,
                    FillError,
                >>(
                )?,
            )),
            Draft::Map(entries) => Cow::Owned(Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let key = key.fill(bindings)?.into_owned();
                        Ok((key, value.fill(bindings)?.into_owned()))
                    })
                    .collect::<Result<_, FillError>>()?,
            )),
        })
    }
}

impl Bindings {
    fn get(&self, variable: &Variable) -> Result<Value, FillError> {
        let value = match &variable.name {
            Name::ServerUrl => self.server_url.clone().map(Value::String),
            Name::Plain(name) => self.captures.get(name).cloned(),
            Name::Env(..) => None,
        };
        value.ok_or_else(|| FillError {
            span: variable.span,
            message: format!("{} has no value", variable.written()),
        })
    }
}

/// A scalar as it stands inside a text: as JSON would write it, a string without quotes.
pub fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(Cow::Owned(value.to_string())),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Template, TemplateFault> {
        Template::parse(text, Span::new)
    }

    #[test]
    fn text_without_variables_is_fixed() {
        assert_eq!(parse("a $b {c}"), Ok(Template::Fixed("a $b {c}".into())));
        assert_eq!(parse("$${a} $${b}"), Ok(Template::Fixed("${a} ${b}".into())));
    }

    #[test]
    fn variables_know_their_place() {
        let template = parse("x${a}-${env.B:-/c}").unwrap();
        let found: Vec<_> = template.variables().map(|v| (v.written(), v.span)).collect();
        assert_eq!(
            found,
            [("${a}".to_owned(), Span::new(1, 5)), ("${env.B:-/c}".to_owned(), Span::new(6, 18))]
        );
    }

    #[test]
    fn what_cannot_be_read_is_a_fault() {
        let faults = ["${", "${}", "${a b}", "${a:-b}", "${env}", "${server}", "${uuid()}", "${9}"];
        for text in faults {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_sole_variable_keeps_the_type_of_its_value() {
        let captures = HashMap::from([(Box::from("n"), Value::from(5))]);
        let bindings = Bindings { server_url: Some("http://h".into()), captures };
        let fill = |text: &str| {
            Draft::Text(parse(text).unwrap()).fill(&bindings).map(Cow::into_owned).unwrap()
        };
        assert_eq!(fill("${n}"), Value::from(5));
        assert_eq!(fill("n=${n}"), Value::from("n=5"));
        assert_eq!(fill("${server.url}/x"), Value::from("http://h/x"));
    }
}
