//! From paths to a plan: the project file, the spec files, their faults.

mod attachments;
pub mod project;
mod public_key;
mod routes;

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use self::project::LoadedProject;
use self::routes::Routes;
use crate::auth::credential::secret_parts;
use crate::diagnostic::{Diagnostic, Severity};
use crate::discover::{self, Found};
use crate::plan::expand::expand;
use crate::plan::invalid::invalid;
use crate::plan::scope::{Inputs, Place};
use crate::plan::unused::of_project;
use crate::plan::{Body, Case, FilePlan, LARGEST_BODY_FILE, Plan, Work};
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::source::Source;
use crate::suite::literals::{secret_literals, suspected_literals};

/// What the files of a run come to.
pub struct Loaded {
    /// All cases. Whatever is an error stands among them too: no report may look green without it.
    pub plan: Plan,
    /// How many routes its requests have.
    pub routes: usize,
    /// Every fault and warning, file by file.
    pub diagnostics: Vec<Diagnostic>,
    /// The names given with `--var` that something uses; `None` when a file that cannot be used
    /// might.
    pub used_vars: Option<HashSet<String>>,
}

/// Reads and plans all files, some at a time. `everything` says whether these are all specs of
/// the project.
pub fn load(
    pool: &Pool,
    found: &Found,
    project: &LoadedProject,
    everything: bool,
    inputs: &Inputs,
    redactor: &Redactor,
    strict: bool,
) -> Loaded {
    let root = project.root().canonicalize().ok();
    let routes = Routes::new(root.as_deref());
    let read = |path: std::path::PathBuf| {
        let mut plan = file(&path, project, inputs, redactor);
        plan.cases.iter_mut().for_each(|case| check_files(case, root.as_deref()));
        routes.lay(&mut plan);
        plan
    };
    let mut files = pool.map(found.files.clone(), read);
    files.extend(unusable(found).map(invalid_path));
    let mut own = project_plan(project, &mut files);
    if everything && !files.iter().any(FilePlan::is_invalid) {
        own.diagnostics.extend(unused_in_project(project, &files));
    }
    files.insert(0, own);
    if strict {
        files.iter_mut().for_each(heed_warnings);
    }
    let any_invalid = files.iter().any(FilePlan::is_invalid);
    let diagnostics = files.iter_mut().flat_map(|f| std::mem::take(&mut f.diagnostics)).collect();
    let mut used: HashSet<String> =
        files.iter_mut().flat_map(|f| std::mem::take(&mut f.used_vars)).collect();
    used.extend(project.server.used_vars.iter().cloned());
    let used_vars = if any_invalid { None } else { Some(used) };
    Loaded { plan: Plan::merge(files), routes: routes.count(), diagnostics, used_vars }
}

fn file(path: &Path, project: &LoadedProject, inputs: &Inputs, redactor: &Redactor) -> FilePlan {
    match discover::read(path) {
        Ok(source) => {
            let (suite, faults) = crate::suite::parse(&source);
            learn_literals(&source, &faults, redactor);
            let plan = expand(&source, suite.as_ref(), faults, project.project.as_ref(), inputs);
            plan.secrets.keys().for_each(|secret| redactor.add(secret));
            plan
        }
        Err(fault) => {
            learn_literals(&fault.place.source, std::slice::from_ref(&fault), redactor);
            invalid(&fault.place.source.clone(), None, vec![*fault])
        }
    }
}

fn check_files(case: &mut Case, root: Option<&Path>) {
    check_body_files(case, root);
    attachments::read(case, root);
    public_key::read(case, root);
}

/// A body file that is not there stops its case before the first request.
fn check_body_files(case: &mut Case, root: Option<&Path>) {
    let Work::Steps(steps) = &case.work else { return };
    let mut missing = Vec::new();
    for step in steps {
        let Some(Body::File(path)) = &step.body else { continue };
        let Some(file) = path.value.as_fixed() else { continue };
        let reason = match Path::new(file).canonicalize() {
            Err(error) => discover::reason(&error),
            Ok(real) if !real.is_file() => "a folder is no body".into(),
            Ok(real) if root.is_some_and(|root| !real.starts_with(root)) => {
                "body files stay inside the project directory".into()
            }
            Ok(real) if real.metadata().is_ok_and(|file| file.len() > LARGEST_BODY_FILE) => {
                format!("it has more than {} MiB", LARGEST_BODY_FILE >> 20)
            }
            Ok(_) => continue,
        };
        let title = format!("the body file {file} cannot be sent");
        let fault = Diagnostic::error(&case.file.source, path.span, title);
        missing.push(fault.label(reason));
    }
    if !missing.is_empty() {
        case.work = Work::Unready(missing);
    }
}

/// The project file as the plan of a file without tests. With an error in it nothing is known of
/// any spec: then `files` keep only the faults that are their own.
fn project_plan(project: &LoadedProject, files: &mut [FilePlan]) -> FilePlan {
    let mut plan = FilePlan { diagnostics: project.diagnostics.clone(), ..FilePlan::default() };
    let Some(source) = project.project.as_ref().map(|project| &project.source) else { return plan };
    let is_own = |fault: &Diagnostic| Arc::ptr_eq(&fault.place.source, source);
    for file in files.iter_mut() {
        plan.diagnostics.extend(file.diagnostics.extract_if(.., |fault| is_own(fault)));
    }
    // What stands in the project file is found again with every spec.
    let mut seen = HashSet::new();
    plan.diagnostics.retain(|d| seen.insert((d.place.span, d.title.clone())));
    if !has_errors(&plan.diagnostics) {
        return plan;
    }
    for file in files {
        let is_invalid = has_errors(&file.diagnostics);
        file.cases.retain_mut(|case| match &mut case.work {
            Work::Invalid(faults) => {
                faults.retain(|fault| !is_own(fault));
                is_invalid
            }
            _ => false,
        });
    }
    let mut plan = invalid(source, None, plan.diagnostics);
    plan.cases[0].name = "is a valid project file".into();
    plan
}

fn unused_in_project(project: &LoadedProject, files: &[FilePlan]) -> Vec<Diagnostic> {
    let by_files = files.iter().flat_map(|file| &file.used);
    let used: HashSet<Place> = by_files.chain(&project.server.used).copied().collect();
    project.project.as_ref().map_or_else(Vec::new, |project| of_project(project, &used))
}

/// The paths behind which there is no spec, each once, and why. Folders without one are among
/// them only when something else was found: else nothing was.
fn unusable(found: &Found) -> impl Iterator<Item = (String, String)> {
    let alone = found.files.is_empty() && found.missing.is_empty();
    let empty = if alone { &[] } else { found.empty.as_slice() };
    let empty = empty.iter().map(|path| (path.clone(), "no *.yaml or *.yml in this folder".into()));
    let mut seen = HashSet::new();
    let all = found.missing.iter().cloned().chain(empty);
    all.filter(move |(path, _)| seen.insert(path.clone()))
}

fn invalid_path((path, reason): (String, String)) -> FilePlan {
    let fault = discover::fault(&path, reason);
    invalid(&fault.place.source.clone(), None, vec![fault])
}

/// What was asked for on the command line and is not there, as a case among those that are.
pub fn unmatched(faults: Vec<Diagnostic>) -> Plan {
    let mut plan = Plan::default();
    if let Some(first) = faults.first() {
        let mut file = invalid(&first.place.source.clone(), None, faults);
        file.cases[0].name = "selects tests".into();
        plan = Plan::merge(vec![file]);
    }
    plan
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

/// Whether anything here keeps a file from being used.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
