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

impl LoadedProject {
    /// The folder as a path that can be opened: an empty one cannot.
    pub fn root(&self) -> &Path {
        if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder }
    }
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

/// Reads and plans all files, some at a time. Returns the plan, every diagnostic, file by file, and
/// the variables of `--var` that are used.
///
/// Whatever is an error stands in the plan too, as a case: no report may look green without it.
pub fn plan(
    pool: &Pool,
    found: &Found,
    loaded: &LoadedProject,
    inputs: &Inputs,
    redactor: &Redactor,
    strict: bool,
) -> (Plan, Vec<Diagnostic>, Vec<String>) {
    let project = loaded.project.as_ref();
    let mut files = vec![project_file(&loaded.diagnostics)];
    files.extend(pool.map(found.files.clone(), |path| file(&path, project, inputs, redactor)));
    files.extend(unusable(found).map(|(path, reason)| {
        let source = Arc::new(Source::new(path, ""));
        invalid(&source, None, vec![unreadable(&source, &reason)])
    }));
    if strict {
        files.iter_mut().for_each(heed_warnings);
    }
    let diagnostics = files.iter_mut().flat_map(|f| std::mem::take(&mut f.diagnostics)).collect();
    let used = files.iter_mut().flat_map(|f| std::mem::take(&mut f.used_vars)).collect();
    (Plan::merge(files), diagnostics, used)
}

/// What is wrong with the project file, as the plan of a file without tests.
fn project_file(diagnostics: &[Diagnostic]) -> FilePlan {
    let none = FilePlan { diagnostics: diagnostics.to_vec(), ..FilePlan::default() };
    match diagnostics.first() {
        Some(first) if has_errors(diagnostics) => {
            let mut plan = invalid(&first.place.source, None, none.diagnostics);
            plan.cases[0].name = "is a valid project file".into();
            plan
        }
        _ => none,
    }
}

/// The paths behind which there is no spec, each once, and why. Folders without one are among them only when
/// something else was found: else nothing was.
fn unusable(found: &Found) -> impl Iterator<Item = (String, String)> {
    let alone = found.files.is_empty() && found.missing.is_empty();
    let empty = if alone { &[] } else { found.empty.as_slice() };
    let empty = empty.iter().map(|path| (path.clone(), "holds no *.yaml or *.yml".to_owned()));
    let mut seen = HashSet::new();
    let all = found.missing.iter().cloned().chain(empty);
    all.filter(move |(path, _)| seen.insert(path.clone()))
}

/// With `--strict` the warnings of a file are errors, and a case of their own.
fn heed_warnings(file: &mut FilePlan) {
    let mut warnings = Vec::new();
    for diagnostic in file.diagnostics.iter_mut().filter(|d| d.severity == Severity::Warning) {
        diagnostic.severity = Severity::Error;
        warnings.push(diagnostic.clone());
    }
    if let Some(first) = warnings.first() {
        let mut plan = invalid(&first.place.source.clone(), None, warnings);
        plan.cases[0].name = "has no warnings (--strict)".into();
        file.cases.append(&mut plan.cases);
    }
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

fn unreadable(source: &Arc<Source>, reason: &str) -> Diagnostic {
    Diagnostic::error(source, Span::default(), format!("{} {reason}", source.path()))
}

/// Whether anything here keeps a file from being used.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
