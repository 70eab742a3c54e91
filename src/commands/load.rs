//! From paths to a plan: the project file, the spec files, their faults.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::auth::credential::secret_parts;
use crate::diagnostic::{Diagnostic, Severity};
use crate::discover::{self, Found};
use crate::plan::expand::{expand, invalid};
use crate::plan::scope::Inputs;
use crate::plan::{FilePlan, Plan};
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::source::{Source, Span};
use crate::suite::literals::{secret_literals, suspected_literals};
use crate::suite::project::{self, Project};

/// The project file and its folder.
pub struct LoadedProject {
    /// The folder, from the working directory; the working directory when there is no file.
    pub folder: PathBuf,
    /// What the file says; `None` when there is none.
    pub project: Option<Project>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds and reads the project file of the working directory.
pub fn project(redactor: &Redactor) -> LoadedProject {
    let none = LoadedProject { folder: PathBuf::from("."), project: None, diagnostics: vec![] };
    let Some(folder) = project_folder() else { return none };
    let path = folder.join(project::FILE_NAME);
    match discover::read(&path) {
        Ok(source) => {
            let (project, diagnostics) = project::parse(&source);
            learn_literals(&source, &diagnostics, redactor);
            LoadedProject { folder, project: Some(project), diagnostics }
        }
        Err((source, reason)) => {
            let diagnostics = vec![unreadable(&source, &reason)];
            LoadedProject { folder, project: None, diagnostics }
        }
    }
}

/// The folder of the nearest project file, as a path from the working directory.
fn project_folder() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let file = discover::project_file(&here)?;
    let above = here.ancestors().position(|folder| Some(folder) == file.parent())?;
    Some(std::iter::repeat_n("..", above).collect())
}

/// What is run when the user names no path: what the project file says, else `specs`.
pub fn default_paths(loaded: &LoadedProject) -> Vec<String> {
    let join = |path: &str| discover::shown(&loaded.folder.join(path));
    match &loaded.project {
        Some(project) if !project.specs.is_empty() => {
            project.specs.iter().map(|path| join(&path.value)).collect()
        }
        _ => vec![join("specs")],
    }
}

/// Reads and plans all files, some at a time. Returns the plan and every diagnostic, file by file.
pub fn plan(
    pool: &Pool,
    found: &Found,
    project: Option<&Project>,
    inputs: &Inputs,
    redactor: &Redactor,
) -> (Plan, Vec<Diagnostic>, Vec<String>) {
    let mut files: Vec<FilePlan> =
        pool.map(found.files.clone(), |path| file(&path, project, inputs, redactor));
    files.extend(found.missing.iter().map(|(path, reason)| {
        let source = Arc::new(Source::new(path.clone(), ""));
        invalid(&source, None, vec![unreadable(&source, reason)])
    }));
    let diagnostics = files.iter_mut().flat_map(|f| std::mem::take(&mut f.diagnostics));
    let diagnostics = once(diagnostics);
    let used = files.iter_mut().flat_map(|f| std::mem::take(&mut f.used_vars)).collect();
    (Plan::merge(files), diagnostics, used)
}

fn file(path: &Path, project: Option<&Project>, inputs: &Inputs, redactor: &Redactor) -> FilePlan {
    match discover::read(path) {
        Ok(source) => {
            let (suite, faults) = crate::suite::parse(&source);
            learn_literals(&source, &faults, redactor);
            let plan = expand(&source, suite.as_ref(), faults, project, inputs);
            plan.secrets.keys().for_each(|secret| redactor.add(secret));
            plan
        }
        Err((source, reason)) => invalid(&source, None, vec![unreadable(&source, &reason)]),
    }
}

/// Whatever shows a line of this file must not show a secret that was written into it.
fn learn_literals(source: &Source, faults: &[Diagnostic], redactor: &Redactor) {
    let literals = match faults {
        [] => secret_literals(source.text()),
        _ => suspected_literals(source.text()),
    };
    for literal in literals {
        let spelled = &source.text()[literal.clone()];
        secret_parts(spelled).iter().for_each(|part| redactor.add(part));
        if let Some(meant) = unquoted(source.text(), literal) {
            redactor.add(&meant);
        }
    }
}

/// What a quoted text with escapes in it means.
fn unquoted(text: &str, literal: Range<usize>) -> Option<String> {
    let spelled = &text[literal.clone()];
    match text[..literal.start].chars().next_back()? {
        '\'' if spelled.contains('\'') => Some(spelled.replace("''", "'")),
        '"' if spelled.contains('\\') => serde_json::from_str(&format!("\"{spelled}\"")).ok(),
        _ => None,
    }
}

/// Each diagnostic once: what stands in the project file is found again with every spec.
fn once(diagnostics: impl Iterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let is_new = |d: &Diagnostic| seen.insert((d.place.to_string(), d.title.clone()));
    diagnostics.filter(is_new).collect()
}

fn unreadable(source: &Arc<Source>, reason: &str) -> Diagnostic {
    Diagnostic::error(source, Span::default(), format!("{} {reason}", source.path()))
}

/// Whether anything here keeps a file from being used.
pub fn has_errors(diagnostics: &[Diagnostic], strict: bool) -> bool {
    diagnostics.iter().any(|d| strict || d.severity == Severity::Error)
}
