//! A spec as it was written, every value with its span.

pub mod tree;
pub mod reader;
pub mod settings;
pub mod auth;
pub mod request;
pub mod matcher;
pub mod expect;
pub mod test;
pub mod project;
pub mod literals;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::template::Template;
use reader::Reader;
use settings::Settings;
use test::Test;
use tree::{Entry, Node, Value};

/// What a spec file says.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file.
    pub source: Arc<Source>,
    /// What it is called; its path when it does not say.
    pub name: Option<Spanned<Template>>,
    /// The settings of all its tests.
    pub settings: Settings,
    /// Whether its tests run one after another.
    pub serial: bool,
    /// The tests, in order.
    pub tests: Vec<Test>,
}

const KEYS: [&str; 4] = ["name", "description", "serial", "tests"];
const LATER: [&str; 2] = ["setup", "teardown"];

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
            reader.fault(root.span, "not a spec").label =
                format!("a spec is a mapping with `tests:`; found {}", root.kind_name());
            return None;
        };
        let has = |name: &str| entries.iter().any(|entry| entry.key.value == name);
        if !has("tests") {
            reader.refuse_without_tests(entries, has("steps"));
            return None;
        }
        let mut suite = Suite {
            source: reader.source().clone(),
            name: None,
            settings: Settings::default(),
            serial: false,
            tests: Vec::new(),
        };
        for entry in entries {
            suite.read_key(reader, entry);
        }
        check_names(reader, &suite.tests);
        Some(suite)
    }

    fn read_key(&mut self, reader: &mut Reader, entry: &Entry) {
        let Entry { key, value } = entry;
        if self.settings.read(reader, entry) {
            return;
        }
        match key.value.as_str() {
            "name" => self.name = reader.spanned_template(value, "name"),
            "description" => drop(reader.template(value, "description")),
            "serial" => match value.value {
                Value::Bool(serial) => self.serial = serial,
                _ => reader.unexpected(value, "serial", "true or false"),
            },
            "tests" => {
                let items = reader.list(value, "tests");
                if items.is_empty() && matches!(value.value, Value::List(_)) {
                    reader.fault(value.span, "`tests` holds no test");
                }
                self.tests = items.iter().filter_map(|item| Test::read(reader, item)).collect();
            }
            later if LATER.contains(&later) => reader.not_yet(key),
            _ => {
                let known: Vec<&str> = KEYS.into_iter().chain(settings::KEYS).collect();
                reader.unknown_key(key, "key of a spec", &known);
            }
        }
    }
}

impl Reader<'_> {
    fn refuse_without_tests(&mut self, entries: &[Entry], fragment: bool) {
        let Some(first) = entries.first() else { return };
        if fragment {
            self.fault(first.key.span, "fragments are not supported yet").label =
                "a file with `steps:` and no `tests:`".into();
            return;
        }
        let fault = self.fault(first.key.span, "a spec without `tests`");
        let names = entries.iter().map(|entry| entry.key.value.as_str());
        match crate::diagnostic::did_you_mean("tests", names) {
            Some(near) => fault.label = format!("did you mean `tests` by `{near}`?"),
            None => fault.label = "add `tests:` with a list of tests".into(),
        }
    }
}

fn check_names(reader: &mut Reader, tests: &[Test]) {
    let mut seen = std::collections::HashMap::new();
    for test in tests {
        let Some(name) = test.name.value.as_fixed() else { continue };
        if name.trim().is_empty() {
            reader.fault(test.name.span, "an empty `name`");
        } else if let Some(first) = seen.insert(name.to_owned(), test.name.span) {
            let line = reader.source().location(first.start).line;
            reader.fault(test.name.span, format!("a second test named `{name}`")).label =
                format!("the first one stands in line {line}");
        }
    }
}
