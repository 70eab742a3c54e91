//! Finds the variables in a text, and says what is wrong with those that are none.

use super::foreign::named;
use super::{Name, Part, Template, Variable, generator, native_variable};
use crate::source::Span;

/// A fault in the text of a template.
#[derive(Debug, PartialEq)]
pub struct TemplateFault {
    /// Offset in the text of the first byte that is wrong.
    pub start: usize,
    /// Offset behind the last one.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
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
            let end = closing(inside).ok_or_else(|| TemplateFault {
                start: at,
                end: at + 2,
                message: "`${` without a closing `}`".into(),
                help: "write `$${` for a literal `${`".into(),
            })?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            let whole = (at, at + end + 3);
            let name = Name::parse(&inside[..end]).map_err(|(message, help)| TemplateFault {
                start: whole.0,
                end: whole.1,
                message,
                help,
            })?;
            parts.push(Part::Variable(Variable { name, span: locate(whole.0, whole.1) }));
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
}

/// Where the `}` stands that belongs to a `${` before `inside`.
fn closing(inside: &str) -> Option<usize> {
    let mut depth = 0;
    inside.char_indices().find_map(|(at, c)| match c {
        '{' => {
            depth += 1;
            None
        }
        '}' if depth == 0 => Some(at),
        '}' => {
            depth -= 1;
            None
        }
        _ => None,
    })
}

/// What is wrong, and what to do.
pub(super) type Reason = (String, String);

impl Name {
    /// Reads what stands between `${` and `}`.
    pub(super) fn parse(text: &str) -> Result<Name, Reason> {
        if text.contains('{') {
            let help = match native_variable(&format!("${{{text}}}")) {
                Some(variable) => format!("write `{variable}`"),
                None if text.starts_with("base64(") => {
                    "`base64()` takes only a name: write `${base64(name)}`".into()
                }
                None => "define the value under `vars:`, and write only its name here".into(),
            };
            return Err(("a `{` inside `${…}`".into(), help));
        }
        if let Some((generator, rest)) = text.split_once('(') {
            return generator::read(generator, rest);
        }
        if let Some(env) = text.strip_prefix("env.") {
            return Name::env(env);
        }
        match text {
            "server.url" => return Ok(Name::ServerUrl),
            "server.port" => return Ok(Name::ServerPort),
            _ => {}
        }
        if is_name(text) && !matches!(text, "env" | "server") {
            return Ok(Name::Plain(text.into()));
        }
        Err(name_fault(text))
    }

    fn env(text: &str) -> Result<Name, Reason> {
        let (name, default) = match text.split_once(":-") {
            Some((name, default)) => (name, Some(default.into())),
            None => (text, None),
        };
        if !is_name(name) {
            return Err((
                format!("`${{env.{text}}}` names no environment variable"),
                "write `${env.NAME}`, or `${env.NAME:-default}`".into(),
            ));
        }
        Ok(Name::Env(name.into(), default))
    }
}

fn name_fault(text: &str) -> Reason {
    if text == "env" {
        return ("`env` is reserved".into(), "write `${env.NAME}`".into());
    }
    if text == "server" || text.starts_with("server.") {
        return (
            format!("`${{{text}}}` is not a variable"),
            "of the started server, `${server.url}` and `${server.port}` are known".into(),
        );
    }
    if let Some((name, default)) = text.split_once(":-") {
        return (
            format!("only an environment variable has a default: `${{{text}}}`"),
            format!("write `${{env.{name}:-{default}}}`, or define `{name}` under `vars:`"),
        );
    }
    let help = match text.trim() {
        trimmed if trimmed != text && is_name(trimmed) => format!("write `${{{trimmed}}}`"),
        trimmed if named(trimmed).is_some() => {
            format!("write `{}`", named(trimmed).unwrap_or_default())
        }
        _ => "a name has letters, digits, `_` and `-`; write `$${` for a literal `${`".into(),
    };
    (format!("`${{{text}}}` is not a variable"), help)
}

/// Whether a text can name a variable: letters, digits, `_` and `-`, no digit first.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
