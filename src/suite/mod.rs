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
pub mod request;
pub mod side_request;
pub mod matcher;
pub mod operator;
pub mod operand;
pub mod attachment;
pub mod schema;
pub mod expect;
pub mod enforce;
pub mod capture;
pub mod step;
pub mod test;
pub mod server;
pub mod project;
pub mod literals;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Spanned};
use crate::template::Template;
use reader::{Keys, Reader};
use settings::Settings;
use step::Step;
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
    pub setup: Vec<Step>,
    /// The tests, in order.
    pub tests: Vec<Test>,
    /// What is done once after the tests, whatever came of them.
    pub teardown: Vec<Step>,
}

const KEYS: Keys = Keys {
    what: "a key of a spec",
    known: &[&["name", "description"], &settings::KEYS, &["serial", "setup", "tests", "teardown"]],
    later: &[&settings::LATER],
    help: None,
};

/// Reads a spec. Never stops at the first fault; `None` when the file is no spec at all.
pub fn parse(source: &Arc<Source>) -> (Option<Suite>, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let suite = root.and_then(|root| Suite::read(&mut reader, &root));
    (suite, reader.into_faults())
}

impl Suite {
    fn read(reader: &mut Reader, root: &Node) -> Option<Suite> {
        let Value::Map(entries) = &root.value else {
            let fault = reader.fault(root.span, "this is no spec");
            fault.label = format!("found {}", root.kind_name());
            fault.helps.push("a spec is a mapping with `tests:`, a list of tests".into());
            return None;
        };
        let has = |name: &str| entries.iter().any(|entry| entry.key.value == name);
        let misspelt = || did_you_mean("tests", entries.iter().map(|e| e.key.value.as_str()));
        if !has("tests") && (has("steps") || misspelt().is_none()) {
            refuse_without_tests(reader, root, has("steps"));
            return None;
        }
        let mut suite = Suite {
            source: reader.source().clone(),
            name: None,
            description: None,
            settings: Settings { broken: reader.is_damaged(), ..Settings::default() },
            serial: false,
            setup: Vec::new(),
            tests: Vec::new(),
            teardown: Vec::new(),
        };
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some(name) => suite.read_value(reader, name, entry),
                None => suite.settings.broken = true,
            }
        }
        check_names(reader, &suite.tests);
        Some(suite)
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
                self.tests = items.iter().filter_map(|item| Test::read(reader, item)).collect();
            }
        }
    }
}

fn refuse_without_tests(reader: &mut Reader, root: &Node, fragment: bool) {
    let first = match &root.value {
        Value::Map(entries) => entries.first().map(|entry| entry.key.span),
        _ => None,
    };
    let span = first.unwrap_or(root.span);
    if fragment {
        reader.fault(span, "fragments are not supported yet").label =
            "a file with `steps:` and no `tests:` is one".into();
        return;
    }
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
