//! `${name}` text, and the bindings that fill it.
//!
//! A [`Template`] is a string of a spec, a [`Draft`] any value of one. The plan binds them: names
//! that are known before the run are put in for good. What is left is filled from [`Bindings`]
//! when a step is sent.

mod draft;
mod foreign;
mod generator;
mod read;
mod seeded;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub use self::draft::Draft;
pub use self::foreign::{FOREIGN_VARIABLE, foreign_variable, is_of_environment, native_variable};
pub use self::generator::{GENERATORS, Generator, generator_call};
pub use self::read::{TemplateFault, is_name};
pub use self::seeded::{Generated, Generators, Moment, Seeded, identity};
use crate::source::Span;

/// A string that may hold variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Template {
    /// Nothing to fill.
    Fixed(Box<str>),
    /// Texts and variables in order.
    Parts(Box<[Part]>),
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Goes in as it is.
    Text(Box<str>),
    /// Is looked up.
    Variable(Variable),
}

/// `${…}` and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// `${server.port}`: where it listens.
    ServerPort,
    /// `${name}`, once it is known which step captures it.
    Captured(Slot, Box<str>),
    /// `${uuid()}`: a value that is made during the run.
    Generator(Generator),
    /// The same, once it is known when.
    Generated(Generated),
    /// `${base64(name)}`: what `${name}` stands for, in base64.
    Base64(Box<Name>),
    /// The same, once it is known that `${name}` stands for this, which only the run knows.
    Encoded(Box<Template>, Box<Name>),
}

/// Which of the values that the steps of a case capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// The values that are only known during the run.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// The URL of the started server.
    pub server_url: Option<String>,
    /// The port of the started server.
    pub server_port: Option<u16>,
    /// Captured values by their slots; `None` where nothing was captured yet.
    pub captures: Vec<Option<Value>>,
    /// What generators give.
    pub generators: Generators,
}

/// A variable has a value that cannot stand where it was written.
#[derive(Debug, PartialEq)]
pub struct FillError {
    /// Where the variable stands.
    pub span: Span,
    /// What is wrong, in words.
    pub message: String,
    /// The captured value that is not there, when that is what is wrong.
    pub missing: Option<Slot>,
}

impl Bindings {
    /// The same in a later round of the run, counted from 0: other values are generated.
    pub fn of_round(&self, round: u64) -> Bindings {
        let generators = match &self.generators {
            Generators::Seeded(seeded) => Generators::Seeded(seeded.of_round(round)),
            Generators::None | Generators::Written => self.generators.clone(),
        };
        Bindings { generators, ..self.clone() }
    }
}

impl Template {
    /// The text, when there is nothing to fill.
    pub fn as_fixed(&self) -> Option<&str> {
        match self {
            Template::Fixed(text) => Some(text),
            Template::Parts(_) => None,
        }
    }

    /// As it was written, but for escapes.
    pub fn written(&self) -> String {
        match self {
            Template::Fixed(text) => text.to_string(),
            Template::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.to_string(),
                    Part::Variable(variable) => variable.written(),
                })
                .collect(),
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

    /// As [`Template::fill`], for the whole of a value that is sent: `null` is none.
    ///
    /// # Errors
    /// As [`Template::fill`], and `null`.
    pub fn fill_value(&self, bindings: &Bindings) -> Result<Cow<'_, str>, FillError> {
        if let Some(variable) = self.sole_variable()
            && bindings.get(variable)?.is_null()
        {
            let message = format!("{} is null, and sends nothing", variable.written());
            return Err(FillError { span: variable.span, message, missing: None });
        }
        self.fill(bindings)
    }

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

    /// The text of a JSONPath: a variable goes in as a literal of JSONPath.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill_path(&self, bindings: &Bindings) -> Result<String, FillError> {
        let parts = match self {
            Template::Fixed(text) => return Ok(text.to_string()),
            Template::Parts(parts) => parts,
        };
        let mut filled = String::new();
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(variable) => match bindings.get(variable)? {
                    value @ (Value::Array(_) | Value::Object(_)) => {
                        return Err(variable.inside_text(&value));
                    }
                    scalar => filled.push_str(&scalar.to_string()),
                },
            }
        }
        Ok(filled)
    }
}

/// A text as one component of a URL: all but letters, digits and `-._~` percent-encoded.
pub fn encode_component(text: &str) -> String {
    const ENCODED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, ENCODED).to_string()
}

impl Variable {
    /// As it was written.
    pub fn written(&self) -> String {
        format!("${{{}}}", self.name)
    }

    /// The slots of the captured values in it.
    pub fn slots(&self) -> Vec<Slot> {
        match &self.name {
            Name::Captured(slot, _) => vec![*slot],
            Name::Encoded(text, _) => text.variables().flat_map(Variable::slots).collect(),
            _ => Vec::new(),
        }
    }

    /// The generators in it.
    pub fn generated(&self) -> Vec<&Generated> {
        match &self.name {
            Name::Generated(generated) => vec![generated],
            Name::Encoded(text, _) => text.variables().flat_map(Variable::generated).collect(),
            _ => Vec::new(),
        }
    }

    /// The error of a list or mapping inside a longer text.
    pub fn inside_text(&self, value: &Value) -> FillError {
        let kind = if value.is_array() { "a list" } else { "a mapping" };
        let message = format!("{} is {kind}, and cannot stand inside a text", self.written());
        FillError { span: self.span, message, missing: None }
    }
}

impl Name {
    /// The variable of a spec that it asks for, if it does.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Name::Plain(name) => Some(name),
            Name::Base64(name) => name.plain(),
            _ => None,
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Name::Plain(name) | Name::Captured(_, name) => f.write_str(name),
            Name::Env(name, None) => write!(f, "env.{name}"),
            Name::Env(name, Some(default)) => write!(f, "env.{name}:-{default}"),
            Name::ServerUrl => f.write_str("server.url"),
            Name::ServerPort => f.write_str("server.port"),
            Name::Generator(generator) => generator.fmt(f),
            Name::Generated(generated) => generated.generator.fmt(f),
            Name::Base64(name) | Name::Encoded(_, name) => write!(f, "base64({name})"),
        }
    }
}

/// A text in standard base64, with padding.
pub fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

impl Bindings {
    /// Puts in what a step captured.
    pub fn capture(&mut self, slot: Slot, value: Value) {
        let at = slot.0 as usize;
        if self.captures.len() <= at {
            self.captures.resize(at + 1, None);
        }
        self.captures[at] = Some(value);
    }

    fn get(&self, variable: &Variable) -> Result<Value, FillError> {
        let (value, missing) = match &variable.name {
            Name::ServerUrl => (self.server_url.clone().map(Value::String), None),
            Name::ServerPort => (self.server_port.map(Value::from), None),
            Name::Captured(slot, _) => {
                (self.captures.get(slot.0 as usize).cloned().flatten(), Some(*slot))
            }
            Name::Generated(generated) => (self.generators.value(variable, generated), None),
            Name::Encoded(text, _) => {
                let value = match self.generators {
                    Generators::Written => variable.written(),
                    _ => base64(&text.fill(self)?),
                };
                (Some(Value::String(value)), None)
            }
            Name::Plain(_) | Name::Env(..) | Name::Generator(_) | Name::Base64(_) => (None, None),
        };
        value.ok_or_else(|| FillError {
            span: variable.span,
            message: format!("{} has no value", variable.written()),
            missing,
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
