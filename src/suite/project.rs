//! The project file, `apitest.yaml`, as it is written.

use std::sync::Arc;

use super::reader::Reader;
use super::settings::{self, Settings};
use super::tree::{self, Entry, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::template::Template;

/// The name of the project file.
pub const FILE_NAME: &str = "apitest.yaml";

/// What the project file says.
#[derive(Clone, Debug)]
pub struct Project {
    /// The file.
    pub source: Arc<Source>,
    /// The settings of all specs.
    pub settings: Settings,
    /// What is run when no path is given.
    pub specs: Vec<Spanned<String>>,
    /// Whether the embedded demo API is started for the run.
    pub demo_server: bool,
    /// Where the JUnit report goes.
    pub junit: Option<Spanned<String>>,
    /// Further values to keep out of all output.
    pub secrets: Vec<Spanned<Template>>,
}

const KEYS: [&str; 4] = ["specs", "server", "reports", "secrets"];
const LATER: [&str; 1] = ["environments"];

/// Reads a project file. Never stops at the first fault.
pub fn parse(source: &Arc<Source>) -> (Project, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let mut project = Project {
        source: source.clone(),
        settings: Settings::default(),
        specs: Vec::new(),
        demo_server: false,
        junit: None,
        secrets: Vec::new(),
    };
    if let Some(root) = root {
        for entry in reader.mapping(&root, "the project file") {
            project.read(&mut reader, entry);
        }
    }
    (project, reader.into_faults())
}

impl Project {
    fn read(&mut self, reader: &mut Reader, entry: &Entry) {
        let Entry { key, value } = entry;
        if self.settings.read(reader, entry) {
            return;
        }
        match key.value.as_str() {
            "specs" => self.specs = paths(reader, value, "specs"),
            "server" => match value.as_text() {
                Some("demo") => self.demo_server = true,
                Some(_) => reader.unexpected(value, "server", "`demo`"),
                None => reader.not_yet(&Spanned::new("server.command".into(), value.span)),
            },
            "reports" => self.read_reports(reader, value),
            "secrets" => {
                let items = reader.list(value, "secrets");
                self.secrets = items
                    .iter()
                    .filter_map(|item| reader.spanned_template(item, "secrets"))
                    .collect();
            }
            "tests" => {
                reader.fault(key.span, format!("`{FILE_NAME}` is the project file")).label =
                    "tests stand in files of their own".into();
            }
            later if LATER.contains(&later) => reader.not_yet(key),
            _ => {
                let known: Vec<&str> = KEYS.into_iter().chain(settings::KEYS).collect();
                reader.unknown_key(key, "key of the project file", &known);
            }
        }
    }

    fn read_reports(&mut self, reader: &mut Reader, node: &Node) {
        for entry in reader.mapping(node, "reports") {
            match entry.key.value.as_str() {
                "junit" => {
                    self.junit = reader
                        .plain_text(&entry.value, "junit")
                        .map(|path| Spanned::new(path.to_owned(), entry.value.span));
                }
                "json" | "html" | "github" => reader.not_yet(&entry.key),
                _ => drop(reader.unknown_key(&entry.key, "report", &["junit"])),
            }
        }
    }
}

fn paths(reader: &mut Reader, node: &Node, key: &str) -> Vec<Spanned<String>> {
    let items = match &node.value {
        Value::Text(_) => std::slice::from_ref(node),
        _ => reader.list(node, key),
    };
    items
        .iter()
        .filter_map(|item| {
            let path = reader.plain_text(item, key)?.to_owned();
            Some(Spanned::new(path, item.span))
        })
        .collect()
}
