//! The project file, `apitest.yaml`, as it is written.

use std::sync::Arc;

use super::reader::{Keys, Reader};
use super::server::Server;
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
    /// Settings that hold where an environment is chosen, by its name.
    pub environments: Vec<Environment>,
    /// Which of these is chosen.
    pub chosen: Option<usize>,
    /// What is run when no path is given.
    pub specs: Vec<Spanned<String>>,
    /// What is started for the run.
    pub server: Option<Server>,
    /// Where reports go.
    pub reports: ReportPaths,
    /// Further values to keep out of all output.
    pub secrets: Vec<Spanned<Template>>,
}

/// What holds where an environment is chosen.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: Spanned<String>,
    /// Its settings.
    pub settings: Settings,
    /// Whether the API runs by itself there, and no server is started.
    pub without_server: bool,
}

/// Where the reports of a run go, from the folder of the project file.
#[derive(Clone, Debug, Default)]
pub struct ReportPaths {
    /// The JUnit report.
    pub junit: Option<Spanned<String>>,
    /// The report of events as JSON.
    pub json: Option<Spanned<String>>,
}

const KEYS: Keys = Keys {
    what: "a key of the project file",
    known: &[&settings::KEYS, &["specs", "environments", "server", "reports", "secrets"]],
    later: &[],
    help: None,
};

const ENVIRONMENT_KEYS: Keys = Keys {
    what: "a key of an environment",
    known: &[&settings::KEYS, &["server"]],
    later: &[],
    help: None,
};

const REPORT_KEYS: Keys = Keys {
    what: "a report",
    known: &[&["junit", "json"]],
    later: &[&["html", "github"]],
    help: None,
};

/// Reads a project file. Never stops at the first fault.
pub fn parse(source: &Arc<Source>) -> (Project, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let mut project = Project::unread(source);
    if let Some(root) = root {
        project.settings.broken = reader.is_damaged();
        project.read(&mut reader, &root);
    }
    (project, reader.into_faults())
}

impl Project {
    /// A project file of which nothing could be read.
    pub fn unread(source: &Arc<Source>) -> Project {
        Project {
            source: source.clone(),
            settings: Settings { broken: true, ..Settings::default() },
            environments: Vec::new(),
            chosen: None,
            specs: Vec::new(),
            server: None,
            reports: ReportPaths::default(),
            secrets: Vec::new(),
        }
    }

    /// Chooses an environment by its name; whether there is such.
    pub fn choose(&mut self, name: &str) -> bool {
        self.chosen = self.environments.iter().position(|other| other.name.value == name);
        if self.environment().is_some_and(|environment| environment.without_server) {
            self.server = None;
        }
        self.chosen.is_some()
    }

    /// The environment that is chosen, and what it says.
    pub fn environment(&self) -> Option<&Environment> {
        self.environments.get(self.chosen?)
    }

    /// The settings that hold for all specs, the nearest first.
    pub fn levels(&self) -> impl Iterator<Item = &Settings> {
        let environment = self.environment().map(|environment| &environment.settings);
        environment.into_iter().chain([&self.settings])
    }

    fn read(&mut self, reader: &mut Reader, root: &Node) {
        let Value::Map(entries) = &root.value else {
            let fault = reader.fault(root.span, "this is no project file");
            fault.label = format!("found {}", root.kind_name());
            fault.helps.push("a project file is a mapping with keys such as `specs`".into());
            self.settings.broken = true;
            return;
        };
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some(name) => self.read_value(reader, name, entry),
                None => self.settings.broken = true,
            }
        }
    }

    fn read_value(&mut self, reader: &mut Reader, name: &str, entry: &Entry) {
        let value = &entry.value;
        if self.settings.read(reader, name, entry) {
            return;
        }
        match name {
            "specs" => self.specs = paths(reader, value, "specs"),
            "environments" => self.environments = environments(reader, value),
            "server" => self.server = Some(Server::read(reader, value)),
            "reports" => self.read_reports(reader, value),
            _ => {
                let items = reader.list(value, "secrets").unwrap_or_default();
                self.secrets = items
                    .iter()
                    .filter_map(|item| reader.spanned_template(item, "secrets"))
                    .collect();
            }
        }
    }

    fn read_reports(&mut self, reader: &mut Reader, node: &Node) {
        let entries = reader.mapping(node, "reports").unwrap_or_default();
        for entry in entries {
            match reader.key(entry, entries, &REPORT_KEYS) {
                Some("junit") => self.reports.junit = path(reader, &entry.value, "junit"),
                Some(key) => self.reports.json = path(reader, &entry.value, key),
                None => {}
            }
        }
    }
}

/// Each environment has a name and settings of its own.
fn environments(reader: &mut Reader, node: &Node) -> Vec<Environment> {
    let entries = reader.mapping(node, "environments").unwrap_or_default();
    if entries.is_empty() && matches!(node.value, Value::Map(_)) {
        reader.fault(node.span, "`environments` names no environment").label =
            "write for example `{staging: {base_url: …}}`".into();
    }
    entries.iter().map(|entry| environment(reader, entry)).collect()
}

fn environment(reader: &mut Reader, entry: &Entry) -> Environment {
    let name = settings::name(reader, &entry.key, "an environment");
    let (mut settings, mut without_server) = (Settings::default(), false);
    let entries = reader.mapping(&entry.value, &entry.key.value).unwrap_or_default();
    if entries.is_empty() && matches!(entry.value.value, Value::Map(_)) {
        reader.fault(entry.value.span, "an environment that says nothing").label =
            "give it for example a `base_url`".into();
    }
    for entry in entries {
        match reader.key(entry, entries, &ENVIRONMENT_KEYS) {
            Some("server") if entry.value.as_text() == Some("none") => without_server = true,
            Some("server") => {
                let fault = reader.fault(entry.value.span, "an environment starts no server");
                fault.label = "write `server: none` where the API runs by itself".into();
                fault.helps.push("what is started stands at the top of apitest.yaml".into());
            }
            Some(name) => drop(settings.read(reader, name, entry)),
            None => settings.broken = true,
        }
    }
    Environment { name, settings, without_server }
}

fn paths(reader: &mut Reader, node: &Node, key: &str) -> Vec<Spanned<String>> {
    let items = match &node.value {
        Value::Text(_) => std::slice::from_ref(node),
        _ => reader.list(node, key).unwrap_or_default(),
    };
    if matches!(node.value, Value::List(_)) && items.is_empty() {
        reader.fault(node.span, format!("`{key}` names no file or folder")).label =
            "write for example [specs]".into();
    }
    items.iter().filter_map(|item| path(reader, item, key)).collect()
}

fn path(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<String>> {
    let path = reader.spanned_text(node, key)?;
    if path.value.is_empty() {
        reader.fault(node.span, format!("`{key}` takes a path")).label = "found nothing".into();
        return None;
    }
    Some(path)
}
