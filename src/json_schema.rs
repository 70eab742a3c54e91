//! The one place that names the JSON Schema crate: schemas are compiled once and asked many times.
//!
//! A validator of JSON Schema leaves aside what it does not know, so a slip makes it demand less.
//! Here unknown keywords and formats are faults, `format` is checked, and nothing is fetched.

mod aside;
mod demand;
mod keywords;
mod words;

use std::fmt;
use std::sync::Arc;

use jsonschema::{PatternOptions, Registry, Retrieve, Uri, Validator, uri};
use serde_json::Value;

use crate::format::Format;

/// A compiled schema.
pub struct JsonSchema {
    validator: Validator,
}

/// Why something is no schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where in it, as the names and numbers that lead there.
    pub place: Vec<String>,
    /// What is wrong there, in words.
    pub reason: String,
}

/// A demand of a schema that a value does not meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where in the value, as a JSONPath.
    pub place: String,
    /// What is demanded there, as it follows "expected".
    pub expected: String,
    /// What stands there.
    pub actual: Actual,
    /// Where in the schema it is demanded, as a JSON Pointer.
    pub demanded: String,
    /// Of several schemas, what the nearest of them says.
    pub nearest: Option<Box<Violation>>,
}

/// What stands where a schema demands something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Actual {
    /// A value.
    Value(Value),
    /// Nothing.
    Nothing,
    /// Members that should not be there.
    Members(Vec<String>),
}

/// Reads the schemas that another one refers to, by their URIs.
pub trait References: Send + Sync + 'static {
    /// The schema in the file of this URI.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn read(&self, uri: &str) -> Result<Value, String>;
}

/// A schema that stands alone.
struct Alone;

impl References for Alone {
    fn read(&self, uri: &str) -> Result<Value, String> {
        Err(match is_remote(uri) {
            true => NEVER_FETCHED.to_owned(),
            false => "a schema in a spec refers only to itself: put it into a file".to_owned(),
        })
    }
}

/// What is said of a reference to another machine.
pub const NEVER_FETCHED: &str = "no schema is fetched: put it into a file beside this one";

/// Whether a URI leads to another machine.
pub fn is_remote(uri: &str) -> bool {
    uri.starts_with("http:") || uri.starts_with("https:")
}

#[derive(Clone)]
struct Retriever(Arc<dyn References>);

impl Retrieve for Retriever {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let schema = self.0.read(uri.as_str())?;
        // What is referred to is held to the same rules.
        match keywords::check(&schema) {
            Ok(()) => Ok(schema),
            Err(fault) => Err(fault.to_string().into()),
        }
    }
}

impl JsonSchema {
    /// Compiles a schema that refers only to itself.
    ///
    /// # Errors
    /// Why it is none.
    pub fn compile(schema: &Value) -> Result<JsonSchema, Fault> {
        JsonSchema::compile_at(schema, "spec:///", Alone)
    }

    /// Compiles a schema that stands at `base`, a URI to which its references are relative.
    ///
    /// # Errors
    /// Why it is none, or what it refers to is none.
    pub fn compile_at(
        schema: &Value,
        base: &str,
        references: impl References,
    ) -> Result<JsonSchema, Fault> {
        keywords::check(schema)?;
        let draft = keywords::draft(schema)?;
        let retriever = Retriever(Arc::new(references));
        let mut options = jsonschema::options()
            .with_draft(draft)
            .with_base_uri(base)
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .with_retriever(retriever.clone());
        for (name, format) in Format::NAMES {
            options = options.with_format(name, move |text: &str| format.fits(text));
        }
        let validator = options.build(schema).map_err(|error| words::fault(&error))?;
        let fault = |error: jsonschema::ReferencingError| Fault::at_top(words::reference(&error));
        let registry = Registry::new().draft(draft).retriever(retriever).add(base, schema);
        let registry = registry.and_then(|registry| registry.prepare()).map_err(fault)?;
        let base = uri::from_str(base).map_err(fault)?;
        demand::check(schema, draft, &base, &registry)?;
        Ok(JsonSchema { validator })
    }

    /// Whether a value meets all of it.
    pub fn is_met(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What a value does not meet.
    pub fn violations<'v>(&'v self, value: &'v Value) -> impl Iterator<Item = Violation> + 'v {
        self.validator.iter_errors(value).map(|error| words::violation(&error))
    }
}

impl Fault {
    fn at_top(reason: impl Into<String>) -> Fault {
        Fault { place: Vec::new(), reason: reason.into() }
    }
}

impl fmt::Display for Fault {
    /// With its place, for a schema of which no line is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.is_empty() {
            true => f.write_str(&self.reason),
            false => write!(f, "at /{}: {}", self.place.join("/"), self.reason),
        }
    }
}

impl fmt::Debug for JsonSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonSchema")
    }
}

#[cfg(test)]
mod tests;
