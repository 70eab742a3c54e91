//! A spec as it was written, every value with its span.

pub mod tree;
pub mod habits;
pub mod reader;
pub mod settings;
pub mod tls;
pub mod auth;
pub mod token_source;
pub mod oauth;
pub mod graphql;
pub mod multipart;
pub mod request;
pub mod side_request;
pub mod matcher;
pub mod operator;
pub mod operand;
pub mod attachment;
pub mod schema;
pub mod expect;
pub mod sense;
pub mod cookies;
pub mod enforce;
pub mod capture;
pub mod poll;
pub mod retry;
pub mod step;
pub mod fragment;
pub mod data;
pub mod test;
pub mod server;
pub mod env_file;
pub mod project;
pub mod vars_file;
pub mod literals;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Spanned};
use crate::template::Template;
use fragment::{Fragment, Fragments, Use};
use reader::{Keys, Reader};
use settings::Settings;
use step::Item;
use test::Test;
use tree::{Entry, Node, Value};

/// What a spec file says.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file.
    pub source: Arc<Source>,
    /// What it is called; its path when it does not say.
    pub name: Option<Spanned<Template>>,
    /// What it is about.
    pub description: Option<Spanned<Template>>,
    /// The settings of all its tests.
    pub settings: Settings,
    /// Whether its tests run one after another.
    pub serial: bool,
    /// What is done once before the tests; when it does not hold, none of them has a verdict.
    pub setup: Vec<Item>,
    /// The tests, in order.
    pub tests: Vec<Test>,
    /// What is done once after the tests, whatever came of them.
    pub teardown: Vec<Item>,
    /// The fragments that it uses, once they are read.
    pub fragments: Fragments,
}

/// What a file says.
#[derive(Debug)]
pub enum Document {
    /// It is a spec.
    Spec(Box<Suite>),
    /// It is a fragment, which specs use.
    Fragment(Fragment),
}

const KEYS: Keys = Keys {
    what: "a key of a spec",
    known: &[&["name", "description"], &settings::KEYS, &["serial", "setup", "tests", "teardown"]],
    later: &[],
    help: None,
};

/// Reads a file. Never stops at the first fault; `None` when it is neither of both.
pub fn read(source: &Arc<Source>) -> (Option<Document>, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let document = root.and_then(|root| Document::read(&mut reader, &root));
    (document, reader.into_faults())
}

/// As [`read`], for a file that must be a spec.
pub fn parse(source: &Arc<Source>) -> (Option<Suite>, Vec<Diagnostic>) {
    let (document, mut faults) = read(source);
    match document {
        Some(Document::Spec(suite)) => (Some(*suite), faults),
        Some(Document::Fragment(fragment)) => {
            faults.push(fragment.no_spec(source));
            (None, faults)
        }
        None => (None, faults),
    }
}

impl Document {
    fn read(reader: &mut Reader, root: &Node) -> Option<Document> {
        let Value::Map(entries) = &root.value else {
            let fault = reader.fault(root.span, "this is no spec");
            fault.label = format!("found {}", root.kind_name());
            fault.helps.push("a spec is a mapping with `tests:`, a list of tests".into());
            return None;
        };
        let has = |name: &str| entries.iter().any(|entry| entry.key.value == name);
        if has("tests") {
            return Some(Document::Spec(Box::new(Suite::read(reader, entries))));
        }
        if has("steps") {
            return Some(Document::Fragment(Fragment::read(reader, root, entries)));
        }
        if did_you_mean("tests", entries.iter().map(|e| e.key.value.as_str())).is_none() {
            refuse_without_tests(reader, root, entries);
            return None;
        }
        Some(Document::Spec(Box::new(Suite::read(reader, entries))))
    }
}

impl Suite {
    /// The steps of it that use a fragment.
    pub fn uses(&self) -> impl Iterator<Item = &Use> {
        let tests = self.tests.iter().flat_map(Test::items);
        let items = tests.chain(&self.setup).chain(&self.teardown);
        items.filter_map(Item::as_use)
    }

    fn read(reader: &mut Reader, entries: &[Entry]) -> Suite {
        let mut suite = Suite {
            source: reader.source().clone(),
            name: None,
            description: None,
            settings: Settings { broken: reader.is_damaged(), ..Settings::default() },
            serial: false,
            setup: Vec::new(),
            tests: Vec::new(),
            teardown: Vec::new(),
            fragments: Fragments::new(),
        };
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some(name) => suite.read_value(reader, name, entry),
                None => suite.settings.broken = true,
            }
        }
        check_names(reader, &suite.tests);
        suite
    }

    fn read_value(&mut self, reader: &mut Reader, name: &str, entry: &Entry) {
        let value = &entry.value;
        if self.settings.read(reader, name, entry) {
            return;
        }
        match name {
            "name" => self.name = reader.spanned_template(value, "name"),
            "description" => self.description = reader.spanned_template(value, "description"),
            "setup" => self.setup = step::read_list(reader, value, name),
            "teardown" => self.teardown = step::read_list(reader, value, name),
            "serial" => match value.value {
                Value::Bool(serial) => self.serial = serial,
                _ => drop(reader.unexpected(value, "serial", "true or false")),
            },
            _ => {
                let begin = "begin each test with `- name: …`";
                let items = match &value.value {
                    Value::List(items) => items.as_slice(),
                    _ => {
                        reader.unexpected(value, "tests", "a list").helps.push(begin.into());
                        &[]
                    }
                };
                if matches!(value.value, Value::List(_)) && items.is_empty() {
                    reader.fault(value.span, "`tests` holds no test").label = begin.into();
                }
                // Of thousands, room that nobody needs would be the largest part of all.
                self.tests.reserve_exact(items.len());
                self.tests.extend(items.iter().filter_map(|item| Test::read(reader, item)));
            }
        }
    }
}

fn refuse_without_tests(reader: &mut Reader, root: &Node, entries: &[Entry]) {
    let span = entries.first().map_or(root.span, |entry| entry.key.span);
    let fault = reader.fault(span, "a spec without `tests`");
    fault.label = "add `tests:` with a list of tests".into();
    fault.helps.push("a *.yaml file that is no spec belongs into another folder".into());
}

fn check_names(reader: &mut Reader, tests: &[Test]) {
    let mut seen = HashMap::new();
    for test in tests {
        let Some(name) = test.name.value.as_fixed() else { continue };
        if name.trim().is_empty() {
            reader.fault(test.name.span, "an empty `name`").label =
                "say in a few words what must hold".into();
        } else if let Some(first) = seen.insert(name.to_owned(), test.name.span) {
            let line = reader.source().location(first.start).line;
            reader.fault(test.name.span, format!("a second test named `{name}`")).label =
                format!("the first one stands in line {line}");
        }
    }
}
