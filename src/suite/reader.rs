//! Reads the tree and collects every fault on the way; `keys` knows what may stand in a mapping,
//! `values` what may stand behind a key.

mod foreign;
mod keys;
mod values;

use std::sync::Arc;

use super::tree::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, roots};
use crate::source::{Source, Span, Spanned};

pub use self::keys::{Keys, NOT_YET};
pub use self::values::{Field, SCALARS};

/// A source being read, and the faults found so far.
pub struct Reader<'s> {
    source: &'s Arc<Source>,
    faults: Vec<Diagnostic>,
    /// How many of the faults came with the tree.
    known: usize,
    /// How many of the faults are errors.
    errors: usize,
}

impl<'s> Reader<'s> {
    /// Begins with faults that are already known.
    pub fn new(source: &'s Arc<Source>, faults: Vec<Diagnostic>) -> Reader<'s> {
        let known = faults.len();
        Reader { source, faults, known, errors: known }
    }

    /// The source being read.
    pub fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    /// Whether the tree itself has faults, so that what seems to be missing may be written.
    pub fn is_damaged(&self) -> bool {
        self.known > 0
    }

    /// How many errors there are by now. What is only odd was read all the same.
    pub fn count(&self) -> usize {
        self.errors
    }

    /// All faults found, without those that only come of others.
    pub fn into_faults(self) -> Vec<Diagnostic> {
        roots(self.faults)
    }

    /// Notes a fault; the result takes a label and advice.
    pub fn fault(&mut self, span: Span, title: impl Into<String>) -> &mut Diagnostic {
        self.errors += 1;
        self.faults.push(Diagnostic::error(self.source, span, title));
        self.faults.last_mut().expect("one was pushed")
    }

    /// Notes something odd that is no fault by itself.
    pub fn warn(&mut self, span: Span, title: impl Into<String>) -> &mut Diagnostic {
        self.faults.push(Diagnostic::warning(self.source, span, title));
        self.faults.last_mut().expect("one was pushed")
    }

    /// Notes that `node` is not what stands under `key`.
    pub fn unexpected(&mut self, node: &Node, key: &str, expected: &str) -> &mut Diagnostic {
        let fault = self.fault(node.span, format!("`{key}` takes {expected}"));
        fault.label = format!("found {}", node.kind_name());
        fault
    }

    /// As [`Reader::unexpected`], where a mapping must have exactly one key.
    pub fn not_one(&mut self, node: &Node, key: &str, expected: &str) -> &mut Diagnostic {
        let several = matches!(&node.value, Value::Map(entries) if entries.len() > 1);
        let fault = self.unexpected(node, key, expected);
        if several {
            fault.label = "found several keys: one is allowed".into();
        }
        fault
    }

    /// The entries of a mapping; `None`, and a fault, when it is something else.
    pub fn mapping<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                let list = matches!(&node.value, Value::List(items) if !items.is_empty());
                let fault = self.unexpected(node, key, "a mapping");
                if list {
                    fault.helps.push("write `name: value` lines, without the `- `".into());
                }
                None
            }
        }
    }

    /// The items of a list; `None`, and a fault, when it is something else.
    pub fn list<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            _ => {
                let fault = self.unexpected(node, key, "a list");
                // Of other lists, what stands there may be a secret.
                if let Some(text) = node.as_text().filter(|_| matches!(key, "tags" | "specs")) {
                    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
                    let words: Vec<&str> = words.collect();
                    fault.helps.push(format!("write `{key}: [{}]`", words.join(", ")));
                }
                None
            }
        }
    }

    /// A text without variables.
    pub fn plain_text<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        let Some(text) = node.as_text() else {
            self.unexpected(node, key, "a text");
            return None;
        };
        if text.contains("${") {
            self.fault(node.span, format!("`{key}` takes no variables")).label =
                "write it out".into();
            return None;
        }
        Some(text)
    }

    /// As [`Reader::plain_text`], with its place.
    pub fn spanned_text(&mut self, node: &Node, key: &str) -> Option<Spanned<String>> {
        Some(Spanned::new(self.plain_text(node, key)?.to_owned(), node.span))
    }
}
