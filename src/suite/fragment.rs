//! A fragment: steps that specs use in the place of steps of their own, and the step that uses it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reader::{Keys, Reader};
use super::settings::{self, Settings};
use super::step::{self, Item};
use super::tree::{self, Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, Span, Spanned};
use crate::template::{Draft, Template};

/// What a fragment file says.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// What messages call the steps that use it and have no name of their own.
    pub name: Option<Spanned<Template>>,
    /// What it is about.
    pub description: Option<Spanned<Template>>,
    /// Its first key.
    pub span: Span,
    /// What it does.
    pub steps: Vec<Item>,
}

/// A fragment file, as far as it could be read.
#[derive(Clone, Debug)]
pub struct FragmentFile {
    /// Its text.
    pub source: Arc<Source>,
    /// What it says; `None` when it is no fragment.
    pub fragment: Option<Fragment>,
    /// What is wrong with it.
    pub faults: Vec<Diagnostic>,
}

impl FragmentFile {
    /// Whether a part of it cannot be used.
    pub fn has_errors(&self) -> bool {
        self.faults.iter().any(|fault| fault.severity == Severity::Error)
    }
}

/// The fragments that a spec uses, and those that they use, by [`path_of`].
pub type Fragments = HashMap<PathBuf, Arc<FragmentFile>>;

/// A step that stands for the steps of a fragment.
#[derive(Clone, Debug)]
pub struct Use {
    /// What messages call it.
    pub name: Option<Spanned<Template>>,
    /// Its own settings.
    pub settings: Settings,
    /// How long to wait before it, by `wait` steps.
    pub waits: Vec<Spanned<Draft>>,
    /// The file, relative to the one that says so.
    pub path: Spanned<String>,
    /// The variables that the fragment knows.
    pub with: Vec<(Spanned<String>, Spanned<Draft>)>,
}

/// The keys that only a step has that uses a fragment.
pub const USE_KEYS: [&str; 2] = ["use", "with"];

const KEYS: Keys = Keys {
    what: "a key of a fragment",
    known: &[&["name", "description", "steps"]],
    later: &[],
    help: Some("a file with `steps:` and no `tests:` is a fragment"),
};

/// Keys at the top of a spec that a fragment leaves to whoever uses it.
const OF_SPECS: [&str; 3] = ["serial", "setup", "teardown"];

/// What is said of a path that leads to none.
pub const NO_FRAGMENT: &str = "there is no fragment to be used here";

/// The file that `written` means in a file at `source`, as a path from the working directory.
pub fn path_of(source: &Source, written: &str) -> PathBuf {
    let folder = Path::new(source.path()).parent().unwrap_or(Path::new(""));
    folder.join(written)
}

/// Reads a file that is used as a fragment. Never stops at the first fault.
///
/// # Errors
/// That it is something else, in words.
pub fn parse(source: &Arc<Source>) -> (Result<Option<Fragment>, &'static str>, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let Some(root) = root else { return (Ok(None), reader.into_faults()) };
    let Value::Map(entries) = &root.value else {
        let fault = reader.fault(root.span, "this is no fragment");
        fault.label = format!("found {}", root.kind_name());
        fault.helps.push("a fragment is a mapping with `steps:`, a list of steps".into());
        return (Ok(None), reader.into_faults());
    };
    let has = |name: &str| entries.iter().any(|entry| entry.key.value == name);
    if has("tests") {
        let other = "this is a spec: a fragment has `steps:` and no `tests:`";
        return (Err(other), reader.into_faults());
    }
    let fragment = Fragment::read(&mut reader, &root, entries);
    if !has("steps") && reader.count() == 0 {
        reader.fault(fragment.span, "a fragment without `steps`").label =
            "add `steps:` with a list of steps".into();
    }
    (Ok(Some(fragment)), reader.into_faults())
}

impl Fragment {
    /// Reads the keys of a file that is one.
    pub(super) fn read(reader: &mut Reader, root: &Node, entries: &[Entry]) -> Fragment {
        let span = entries.first().map_or(root.span, |entry| entry.key.span);
        let mut fragment = Fragment { name: None, description: None, span, steps: Vec::new() };
        for entry in entries {
            let (key, value) = (entry.key.value.as_str(), &entry.value);
            if settings::KEYS.contains(&key) || OF_SPECS.contains(&key) {
                leave_to_callers(reader, &entry.key);
                continue;
            }
            match reader.key(entry, entries, &KEYS) {
                Some("name") => fragment.name = reader.spanned_template(value, "name"),
                Some("description") => {
                    fragment.description = reader.spanned_template(value, "description");
                }
                Some(_) => fragment.steps = step::read_list(reader, value, "steps"),
                None => {}
            }
        }
        let requests = fragment.steps.iter().filter_map(Item::as_request);
        for enforce in requests.filter_map(|step| step.settings.enforce.as_ref()) {
            let fault = reader.fault(enforce.span, "`enforce` in a fragment");
            fault.label = "each test that uses it would prove this again".into();
            fault.helps.push("write a test with this request, and `enforce` on that".into());
        }
        fragment
    }

    /// The fault of whoever would run it by itself.
    pub fn no_spec(&self, source: &Arc<Source>) -> Diagnostic {
        Diagnostic::error(source, self.span, "this is a fragment, which is not run by itself")
            .label("a file with `steps:` and no `tests:` is one")
            .help("run a spec with a step that says `use:` and the path of this file")
    }

    /// The steps of it that use another fragment.
    pub fn uses(&self) -> impl Iterator<Item = &Use> {
        self.steps.iter().filter_map(Item::as_use)
    }
}

fn leave_to_callers(reader: &mut Reader, key: &Spanned<String>) {
    let fault = reader.fault(key.span, format!("`{}` at the top of a fragment", key.value));
    match settings::KEYS.contains(&key.value.as_str()) {
        true => {
            fault.label = "a fragment has the settings of the step that uses it".into();
            fault.helps.push("write it on a step of the fragment, or where that is used".into());
        }
        false => fault.label = "it belongs at the top of a spec".into(),
    }
}

/// What has been read of a step that uses a fragment.
#[derive(Debug, Default)]
pub(super) struct UseParts {
    /// Where its key stands, and the path if that could be read.
    pub path: Option<(Span, Option<Spanned<String>>)>,
    with: Option<Span>,
    inputs: Vec<(Spanned<String>, Spanned<Draft>)>,
}

impl UseParts {
    /// Reads the value of `name` if that belongs to such a step; tells whether it does.
    pub fn read(&mut self, reader: &mut Reader, name: &str, entry: &Entry) -> bool {
        match name {
            "use" => self.path = Some((entry.key.span, read_path(reader, &entry.value))),
            "with" => {
                self.with = Some(entry.key.span);
                self.inputs = inputs(reader, &entry.value);
            }
            _ => return false,
        }
        true
    }

    /// Whether anything of it was written.
    pub fn is_seen(&self) -> bool {
        self.path.is_some() || self.with.is_some()
    }

    /// Notes a `with` that stands alone.
    pub fn refuse_with_alone(&self, reader: &mut Reader) {
        if let Some(span) = self.with.filter(|_| self.path.is_none()) {
            reader.fault(span, "`with` without `use`").label =
                "it gives a fragment its variables: add `use: FILE`".into();
        }
    }

    /// The step; `None` when its path could not be read.
    pub fn finish(
        self,
        reader: &mut Reader,
        name: Option<Spanned<Template>>,
        settings: Settings,
    ) -> Option<Use> {
        if let Some(enforce) = &settings.enforce {
            reader.fault(enforce.span, "`enforce` on a step that uses a fragment").label =
                "it belongs on a request of the test itself".into();
        }
        let (_, path) = self.path?;
        Some(Use { name, settings, waits: Vec::new(), path: path?, with: self.inputs })
    }
}

fn read_path(reader: &mut Reader, node: &Node) -> Option<Spanned<String>> {
    let path = reader.spanned_text(node, "use")?;
    let reason = match Path::new(&path.value) {
        _ if path.value.trim().is_empty() => "name the file of a fragment",
        path if path.is_absolute() => "write the path from the folder of this file",
        _ => return Some(path),
    };
    reader.fault(node.span, "`use` takes the path of a fragment").label = reason.into();
    None
}

fn inputs(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<Draft>)> {
    let entries = reader.mapping(node, "with").unwrap_or_default();
    let read = |entry: &Entry| {
        let name = settings::name(reader, &entry.key, "a variable");
        let value = reader.draft_with_plain_keys(&entry.value);
        (name, Spanned::new(value, entry.value.span))
    };
    entries.iter().map(read).collect()
}
