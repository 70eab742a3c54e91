//! A YAML file as a tree in which every node knows its place: read strictly, all faults at once.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// A value of the file and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where: a scalar with its quotes, a block collection from its first to its last entry.
    pub span: Span,
    /// What.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text: scalars of any type as they are spelled.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

/// Reads a file. `None` when it cannot be used as a tree at all; the faults say why.
pub fn parse(_source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    todo!()
}
impl Node {
    /// t
    pub fn as_text(&self) -> Option<&str> {
        todo!()
    }
    /// t
    pub fn kind_name(&self) -> &'static str {
        todo!()
    }
}
