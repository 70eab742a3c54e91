//! A YAML file as a tree in which every node knows its place: read strictly, all faults at once.
//!
//! `build` turns the parser's events into nodes; `scalar` decides what a plain scalar is, `mapping`
//! what a mapping may hold, `limits` how much a file may cost; `place` turns the parser's positions
//! into spans; `stumble`, and `flow` for what is in brackets, say why YAML itself gave up.

mod build;
mod flow;
mod limits;
mod mapping;
mod place;
mod scalar;
mod stumble;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// A value of the file and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where: a scalar with its quotes, a block collection from its first to its last entry.
    pub span: Span,
    /// What.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A JSON number, spelled as it was.
    Number(serde_json::Number),
    /// Any other scalar, and all that is quoted.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file, without duplicate keys.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text: scalars of any type as they are spelled.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

/// Reads a file. `None` when it cannot be used as a tree at all; the faults say why.
///
/// With faults and a tree, each fault has a stand-in: a scalar that JSON spells otherwise is its
/// text, a missing value is `null`, a second value for a key and a merge key are left out.
pub fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    let (root, mut faults) = build::read(source);
    faults.sort_by_key(|fault| fault.place.span.start);
    (root, faults)
}

/// The value of a scalar without quotes; `None` for a spelling that JSON does not have.
pub fn plain(text: &str) -> Option<serde_json::Value> {
    let value = scalar::read_plain(text).ok()?;
    Some(Node { span: Span::default(), value }.to_json())
}

impl Node {
    /// The text of a string; `None` for everything else, numbers included.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, with its article, for a sentence such as "expected a list, found a text".
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(items) if items.is_empty() => "an empty list",
            Value::List(_) => "a list",
            Value::Map(entries) if entries.is_empty() => "an empty mapping",
            Value::Map(_) => "a mapping",
        }
    }

    /// The same value as JSON: keys in the order of the file, numbers as they were spelled.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(entries) => {
                let member = |entry: &Entry| (entry.key.value.clone(), entry.value.to_json());
                Json::Object(entries.iter().map(member).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests;
