//! Reads values out of the tree and collects every fault on the way.

use std::sync::Arc;

use serde_json::Value as Json;

use super::tree::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Span, Spanned};
use crate::template::{Draft, Template, as_text};

/// A source being read, and the faults found so far.
pub struct Reader<'s> {
    source: &'s Arc<Source>,
    faults: Vec<Diagnostic>,
    /// How many of the faults came with the tree.
    known: usize,
}

/// A name and a value whose meaning depends on where they stand: a header, a query parameter, a
/// form field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name.
    pub name: Spanned<Template>,
    /// The value: a scalar, a list of them for several lines, or null to take one back.
    pub value: Spanned<Draft>,
}

impl<'s> Reader<'s> {
    /// Begins with faults that are already known.
    pub fn new(source: &'s Arc<Source>, faults: Vec<Diagnostic>) -> Reader<'s> {
        let known = faults.len();
        Reader { source, faults, known }
    }

    /// The source being read.
    pub fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    /// All faults found. Where the tree has a stand-in for what it could not read, the tree's
    /// fault says all there is to say.
    pub fn into_faults(mut self) -> Vec<Diagnostic> {
        let own = self.faults.split_off(self.known);
        let told = |span: Span| self.faults.iter().any(|fault| fault.place.span == span);
        let own: Vec<Diagnostic> = own.into_iter().filter(|f| !told(f.place.span)).collect();
        self.faults.extend(own);
        self.faults
    }

    /// Notes a fault; the result takes a label and advice.
    pub fn fault(&mut self, span: Span, title: impl Into<String>) -> &mut Diagnostic {
        self.faults.push(Diagnostic::error(self.source, span, title));
        self.faults.last_mut().expect("one was pushed")
    }

    /// Notes that `node` is not what stands under `key`.
    pub fn unexpected(&mut self, node: &Node, key: &str, expected: &str) {
        let missing = node.span.start == node.span.end && matches!(node.value, Value::Null);
        if missing && self.known > 0 {
            return;
        }
        let title = format!("`{key}` takes {expected}");
        self.fault(node.span, title).label = format!("found {}", node.kind_name());
    }

    /// Notes a key that nobody knows.
    pub fn unknown_key(
        &mut self,
        key: &Spanned<String>,
        what: &str,
        known: &[&str],
    ) -> &mut Diagnostic {
        let near = did_you_mean(&key.value, known.iter().copied());
        let fault = self.fault(key.span, format!("unknown {what} `{}`", key.value));
        match near {
            Some(near) => fault.label = format!("did you mean `{near}`?"),
            None => fault.helps.push(format!("known here: {}", known.join(", "))),
        }
        fault
    }

    /// Notes a key of the language that this version does not do yet.
    pub fn not_yet(&mut self, key: &Spanned<String>) {
        self.fault(key.span, format!("`{}` is not supported yet", key.value)).label =
            "part of the language, not of this version".into();
    }

    /// The entries of a mapping; none, and a fault, when it is something else.
    pub fn mapping<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Entry] {
        match &node.value {
            Value::Map(entries) => entries,
            _ => {
                self.unexpected(node, key, "a mapping");
                &[]
            }
        }
    }

    /// The items of a list; none, and a fault, when it is something else.
    pub fn list<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            _ => {
                self.unexpected(node, key, "a list");
                &[]
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
            self.fault(node.span, format!("`{key}` takes no variables"));
            return None;
        }
        Some(text)
    }

    /// A text that may hold variables.
    pub fn template(&mut self, node: &Node, key: &str) -> Option<Template> {
        match node.as_text() {
            Some(text) => Some(self.parse_template(text, node.span)),
            None => {
                self.unexpected(node, key, "a text");
                None
            }
        }
    }

    /// As [`Reader::template`], with its place.
    pub fn spanned_template(&mut self, node: &Node, key: &str) -> Option<Spanned<Template>> {
        Some(Spanned::new(self.template(node, key)?, node.span))
    }

    /// A key in which variables are allowed.
    pub fn key_template(&mut self, key: &Spanned<String>) -> Spanned<Template> {
        Spanned::new(self.parse_template(&key.value, key.span), key.span)
    }

    /// A key in which variables are an error.
    pub fn key_name(&mut self, key: &Spanned<String>) -> Spanned<String> {
        if key.value.contains("${") {
            self.fault(key.span, "a variable cannot stand in this key");
        }
        key.clone()
    }

    /// Any value.
    pub fn draft(&mut self, node: &Node) -> Draft {
        match &node.value {
            Value::Null => Draft::Fixed(Json::Null),
            Value::Bool(value) => Draft::Fixed(Json::Bool(*value)),
            Value::Number(number) => Draft::Fixed(Json::Number(number.clone())),
            Value::Text(text) => match self.parse_template(text, node.span) {
                Template::Fixed(text) => Draft::Fixed(Json::String(text.into())),
                template => Draft::Text(template),
            },
            Value::List(items) => {
                let items: Vec<Draft> = items.iter().map(|item| self.draft(item)).collect();
                Draft::list(items)
            }
            Value::Map(entries) => {
                let entries: Vec<(Template, Draft)> = entries
                    .iter()
                    .map(|entry| (self.key_template(&entry.key).value, self.draft(&entry.value)))
                    .collect();
                Draft::map(entries)
            }
        }
    }

    /// Any value, with its place.
    pub fn spanned_draft(&mut self, node: &Node) -> Spanned<Draft> {
        Spanned::new(self.draft(node), node.span)
    }

    /// A mapping of names to scalars, lists of scalars or null.
    pub fn fields(&mut self, node: &Node, key: &str) -> Vec<Field> {
        let mut fields = Vec::new();
        for entry in self.mapping(node, key) {
            let scalars = match &entry.value.value {
                Value::Map(_) => false,
                Value::List(items) => {
                    items.iter().all(|item| !matches!(item.value, Value::Map(_) | Value::List(_)))
                }
                _ => true,
            };
            if !scalars {
                self.unexpected(&entry.value, &entry.key.value, "a scalar, or a list of them");
                continue;
            }
            let name = self.key_template(&entry.key);
            fields.push(Field { name, value: self.spanned_draft(&entry.value) });
        }
        fields
    }

    fn parse_template(&mut self, text: &str, span: Span) -> Template {
        let written = &self.source.text()[span.start as usize..span.end as usize];
        let quote = usize::from(written.starts_with(['"', '\'']));
        // With escapes or folding in it, offsets in the value are not offsets in the file.
        let verbatim = written.get(quote..).is_some_and(|written| written.starts_with(text));
        let start = span.start as usize + quote;
        let locate = |from, to| if verbatim { Span::new(start + from, start + to) } else { span };
        match Template::parse(text, locate) {
            Ok(template) => template,
            Err(fault) => {
                let at = locate(fault.at, text.len());
                let diagnostic = self.fault(at, fault.message);
                diagnostic.helps.extend(fault.help);
                Template::Fixed(text.into())
            }
        }
    }
}

/// A fixed scalar as text: how it is spelled.
pub fn fixed_text(draft: &Draft) -> Option<String> {
    match draft {
        Draft::Fixed(value) => as_text(value).map(|text| text.into_owned()),
        _ => None,
    }
}
