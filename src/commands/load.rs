//! From paths to a plan: the project file, the spec files, their faults.

mod attachments;
pub mod project;
mod fragments;
mod circles;
mod public_key;
mod routes;
mod rows;
mod secret_files;

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use self::fragments::FragmentStore;
use self::project::LoadedProject;
use self::routes::Routes;
use self::secret_files::SecretFiles;
use crate::auth::credential::secret_parts;
use crate::diagnostic::{Diagnostic, Related, Severity};
use crate::discover::{self, Found};
use crate::plan::expand::expand;
use crate::plan::invalid::invalid;
use crate::plan::multipart::PartContent;
use crate::plan::scope::{Inputs, Place};
use crate::plan::unused::of_project;
use crate::plan::{Body, Case, FilePlan, LARGEST_BODY_FILE, Plan, Step, Work};
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::source::{Source, Spanned};
use crate::suite::Document;
use crate::suite::literals::{secret_literals, suspected_literals};
use crate::template::Template;

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
    let fragments = FragmentStore::new(root.as_deref(), redactor);
    let (root, fragments, secret_files) = (root.as_deref(), &fragments, SecretFiles::default());
    let reading = Reading { found, project, inputs, redactor, root, fragments };
    let read = |path: std::path::PathBuf| {
        let mut plan = reading.file(&path);
        for case in &mut plan.cases {
            check_files(case, root);
            secret_files.learn(case, redactor);
        }
        routes.lay(&mut plan);
        plan
    };
    let mut files = pool.map(found.files.clone(), read);
    files.extend(unusable(found).map(invalid_path));
    let mut own = project_plan(project, &mut files);
    if !files.iter().any(FilePlan::is_invalid) {
        if everything {
            own.diagnostics.extend(unused_in_project(project, &files));
        }
        files.extend(unused_in_fragments(fragments, &files, everything));
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

/// What files are read with.
struct Reading<'r> {
    found: &'r Found,
    project: &'r LoadedProject,
    inputs: &'r Inputs,
    redactor: &'r Redactor,
    /// The folder that all files must stay in, without links.
    root: Option<&'r Path>,
    fragments: &'r FragmentStore<'r>,
}

impl Reading<'_> {
    fn file(&self, path: &Path) -> FilePlan {
        match discover::read(path) {
            Ok(source) => {
                let (document, faults) = crate::suite::read(&source);
                learn_literals(&source, &faults, self.redactor);
                self.document(path, &source, document, faults)
            }
            Err(fault) => {
                learn_literals(&fault.place.source, std::slice::from_ref(&fault), self.redactor);
                invalid(&fault.place.source.clone(), None, vec![*fault])
            }
        }
    }

    fn document(
        &self,
        path: &Path,
        source: &Arc<Source>,
        document: Option<Document>,
        mut faults: Vec<Diagnostic>,
    ) -> FilePlan {
        let mut suite = match document {
            Some(Document::Spec(suite)) => Some(*suite),
            Some(Document::Fragment(fragment)) if self.found.named.contains(source.path()) => {
                faults.push(fragment.no_spec(source));
                None
            }
            Some(Document::Fragment(_)) => return self.fragment(path),
            None => None,
        };
        if let Some(suite) = &mut suite {
            faults.extend(rows::read(suite, self.root, self.redactor));
            faults.extend(self.fragments.supply(suite));
        }
        let project = self.project.project.as_ref();
        let plan = expand(source, suite.as_ref(), faults, project, self.inputs);
        plan.secrets.keys().for_each(|secret| self.redactor.add(secret));
        plan
    }

    /// A fragment among the specs: no case, unless something is wrong with it.
    fn fragment(&self, path: &Path) -> FilePlan {
        let file = match self.fragments.file(path) {
            Ok(file) => file,
            Err(reason) => return invalid_path((discover::shown(path), reason)),
        };
        let faults = file.faults.clone();
        if !has_errors(&faults) {
            return FilePlan { diagnostics: faults, ..FilePlan::default() };
        }
        let mut plan = invalid(&file.source, None, faults);
        plan.cases[0].name = "the fragment itself".into();
        plan
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
    let files = steps.iter().flat_map(|step| body_files(step).into_iter().map(move |f| (step, f)));
    for (step, (path, most)) in files {
        let Some(file) = path.value.as_fixed() else { continue };
        let reason = match Path::new(file).canonicalize() {
            Err(error) => discover::reason(&error),
            Ok(real) if !real.is_file() => "a folder is no body".into(),
            Ok(real) if root.is_some_and(|root| !real.starts_with(root)) => {
                "body files stay inside the project directory".into()
            }
            Ok(real) if real.metadata().is_ok_and(|file| file.len() > most) => {
                format!("it has more than {} MiB", most >> 20)
            }
            Ok(_) => continue,
        };
        let title = format!("the body file {file} cannot be sent");
        let fault = Diagnostic::error(&step.place.source, path.span, title);
        let mut fault = fault.label(reason);
        fault.related.extend(step.via.iter().map(Related::used_at));
        missing.push(fault);
    }
    if !missing.is_empty() {
        case.work = Work::Unready(missing);
    }
}

/// The files of a body, each with the most bytes that it may have.
fn body_files(step: &Step) -> Vec<(&Spanned<Template>, u64)> {
    match step.body.as_deref() {
        Some(Body::File(path)) => vec![(path, LARGEST_BODY_FILE)],
        Some(Body::Multipart(parts)) => {
            let files = parts.iter().filter_map(|part| match &part.content {
                PartContent::File { path, .. } => Some((path, u64::MAX)),
                PartContent::Text(_) => None,
            });
            files.collect()
        }
        _ => Vec::new(),
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
    plan.cases[0].name = "the project file itself".into();
    plan
}

fn unused_in_project(project: &LoadedProject, files: &[FilePlan]) -> Vec<Diagnostic> {
    let by_files = files.iter().flat_map(|file| &file.used);
    let used: HashSet<Place> = by_files.chain(&project.server.used).copied().collect();
    project.project.as_ref().map_or_else(Vec::new, |project| of_project(project, &used))
}

/// The warnings of fragments, each as a file of its own.
fn unused_in_fragments(
    fragments: &FragmentStore,
    files: &[FilePlan],
    everything: bool,
) -> Vec<FilePlan> {
    let used: HashSet<Place> = files.iter().flat_map(|file| &file.used).copied().collect();
    let plan = |diagnostics| FilePlan { diagnostics, ..FilePlan::default() };
    fragments.unused(&used, everything).into_iter().map(plan).collect()
}

/// The paths behind which there is no spec, each once, and why. Folders without one are among
/// them only when something else was found: else nothing was.
fn unusable(found: &Found) -> impl Iterator<Item = (String, String)> {
    let alone = found.files.is_empty() && found.missing.is_empty();
    let empty = if alone { &[] } else { found.empty.as_slice() };
    let empty = empty
        .iter()
        .map(|path| (path.clone(), "no *.yaml or *.yml in this folder: name another one".into()));
    let mut seen = HashSet::new();
    let all = found.missing.iter().cloned().chain(empty);
    all.filter(move |(path, _)| seen.insert(path.clone()))
}

fn invalid_path((path, reason): (String, String)) -> FilePlan {
    let fault = discover::fault(&path, reason);
    invalid(&fault.place.source.clone(), None, vec![fault])
}

/// What was asked for on the command line and is not there, as a case among those that are.
///
/// `name` is that of the case.
pub fn unmatched(name: &str, faults: Vec<Diagnostic>) -> Plan {
    let mut plan = Plan::default();
    if let Some(first) = faults.first() {
        let mut file = invalid(&first.place.source.clone(), None, faults);
        file.cases[0].name = name.into();
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
pub fn learn_literals(source: &Source, faults: &[Diagnostic], redactor: &Redactor) {
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
