//! From what the user named to the selected cases: what every command does that is about specs.

use std::collections::HashSet;
use std::sync::Arc;

use super::inputs::{Given, given};
use super::load::project::LoadedProject;
use super::load::{self, Loaded};
use super::{Process, say};
use crate::cli::SpecArgs;
use crate::diagnostic::{Annotation, Diagnostic};
use crate::discover::{self, Found};
use crate::exit_code::ExitCode;
use crate::plan::scope::Inputs;
use crate::plan::select::Selection;
use crate::plan::unused::faults_of_project;
use crate::plan::{Plan, Work};
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::source::{Place, Source, Span};

/// What will be run, and what is to be said before.
pub struct Planned {
    /// The selected cases.
    pub plan: Plan,
    /// How many routes their requests have.
    pub routes: usize,
    /// Every fault and warning.
    pub diagnostics: Vec<Diagnostic>,
    /// What the environment lacks for the selected cases.
    pub unset: Vec<Diagnostic>,
    /// What is wrong with the files that they need.
    pub unready: Vec<Diagnostic>,
    /// What is to be said of variables that nothing uses; each most likely a slip.
    pub unused_vars: Vec<String>,
    /// Why there is no case at all, where no fault tells.
    pub nothing: Option<String>,
    /// What the faults alone make of the run.
    pub code: ExitCode,
}

/// From what the user named to the selected cases.
pub fn planned(
    arguments: &SpecArgs,
    process: &Process,
    project: &mut LoadedProject,
    pool: &Pool,
    redactor: &Redactor,
) -> Planned {
    let Given { inputs, in_files, faults } = given(arguments, process, project, redactor);
    if !faults.is_empty() {
        return refused(faults);
    }
    learn_secrets(project, &inputs, redactor);
    let of_project = project.project.as_ref().map(|project| faults_of_project(project, &inputs));
    project.diagnostics.extend(of_project.unwrap_or_default());
    bind_server(project, &inputs, redactor);
    let everything = arguments.paths.is_empty();
    let paths = if everything { project.default_paths() } else { arguments.paths.clone() };
    let found = discover::find(&paths, project.file().as_deref());
    let Loaded { plan, routes, mut diagnostics, used_vars } =
        load::load(pool, &found, project, everything, &inputs, redactor, arguments.strict);
    let any_spec = !plan.cases.is_empty();
    let (mut plan, unmatched) = select(plan, &selection(arguments, &found));
    diagnostics.extend(unmatched);
    plan.hide_secrets(redactor);
    let (has_errors, is_empty) = (load::has_errors(&diagnostics), plan.cases.is_empty());
    let nothing =
        (is_empty && !has_errors).then(|| nothing_to_run(&found, project, everything, any_spec));
    let code = match (is_empty, has_errors) {
        (true, _) => ExitCode::Nothing,
        (false, true) => ExitCode::Invalid,
        (false, false) => ExitCode::Passed,
    };
    let (unset, unready) = hindrances(&plan);
    let unused_vars = unused_vars(arguments, &in_files, used_vars.as_ref());
    Planned { plan, routes, diagnostics, unset, unready, unused_vars, nothing, code }
}

/// What was given to all specs is wrong: a case of its own, for no report may look green.
fn refused(diagnostics: Vec<Diagnostic>) -> Planned {
    Planned {
        plan: load::unmatched("is given what it needs", diagnostics.clone()),
        routes: 0,
        diagnostics,
        unset: Vec::new(),
        unready: Vec::new(),
        unused_vars: Vec::new(),
        nothing: None,
        code: ExitCode::Invalid,
    }
}

impl Planned {
    /// Says which variables nothing uses; true when the run must not go on because of them.
    pub fn tell_unused_vars(&self, strict: bool) -> bool {
        let severity = if strict { "" } else { "warning: " };
        for slip in &self.unused_vars {
            say(&format!("{severity}{slip}"));
        }
        strict && !self.unused_vars.is_empty()
    }
}

/// Teaches the redactor the `secrets` of the project file, before any line of a spec is shown.
fn learn_secrets(loaded: &mut LoadedProject, inputs: &Inputs, redactor: &Redactor) {
    let Some(project) = &loaded.project else { return };
    let (secrets, faults) = crate::plan::secrets::of_project(project, inputs);
    secrets.keys().for_each(|secret| redactor.add(secret));
    loaded.diagnostics.extend(faults);
}

/// Binds the server of the project, and teaches the redactor what is secret in it.
fn bind_server(loaded: &mut LoadedProject, inputs: &Inputs, redactor: &Redactor) {
    let Some(project) = &loaded.project else { return };
    let mut server = crate::plan::server::bind(project, inputs);
    server.secrets.keys().for_each(|secret| redactor.add(secret));
    loaded.diagnostics.append(&mut server.faults);
    loaded.server = server;
}

/// What is told of faults and warnings, each once, however many files have it from the project
/// file.
pub fn annotations(diagnostics: &[Diagnostic], redactor: &Redactor) -> Vec<Annotation> {
    let mut told = HashSet::new();
    let new = |d: &&Diagnostic| told.insert((d.place.to_string(), d.title.clone()));
    diagnostics.iter().filter(new).map(|d| d.annotation(redactor)).collect()
}

/// How many workers suit what only computes.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn selection(arguments: &SpecArgs, found: &Found) -> Selection {
    Selection {
        tags: arguments.tag.clone(),
        filters: arguments.filter.clone(),
        lines: found.lines.clone(),
        whole: found.whole.clone(),
    }
}

/// The selected cases, and what was asked for but is not there. Beside cases that are, that is a
/// case too: no report may look green without it.
fn select(plan: Plan, selection: &Selection) -> (Plan, Vec<Diagnostic>) {
    let unmatched = plan.unmatched(selection);
    let source = Arc::new(Source::new("the command line", ""));
    let faults: Vec<Diagnostic> = unmatched
        .into_iter()
        .map(|(title, help)| {
            let fault = Diagnostic::error(&source, Span::default(), title);
            Diagnostic { helps: help.into_iter().collect(), ..fault }
        })
        .collect();
    let mut plan = plan.select(selection);
    if !plan.cases.is_empty() {
        plan.cases.extend(load::unmatched("selects tests", faults.clone()).cases);
    }
    (plan, faults)
}

/// What keeps selected cases from being run, each place once, however many cases it stops: what
/// the environment lacks, and what is wrong with files.
fn hindrances(plan: &Plan) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    let (mut unset, mut unready) = (Vec::new(), Vec::new());
    for case in &plan.cases {
        let (faults, all) = match &case.work {
            Work::Unset(faults) => (faults, &mut unset),
            Work::Unready(faults) => (faults, &mut unready),
            _ => continue,
        };
        let new = |fault: &&Diagnostic| seen.insert((fault.place.to_string(), fault.title.clone()));
        all.extend(faults.iter().filter(new).cloned());
    }
    (unset, unready)
}

/// The variables that nothing uses of those that were given for this run, as far as that can be
/// known, and where they were given. Who runs a part of the specs may name a file that is for all
/// of them.
fn unused_vars(
    arguments: &SpecArgs,
    in_files: &[(String, Place)],
    used: Option<&HashSet<String>>,
) -> Vec<String> {
    let Some(used) = used else { return Vec::new() };
    let unused = |name: &str| !used.contains(name);
    let of_line = arguments.var.iter().map(|(name, _)| name).filter(|name| unused(name));
    let of_line = of_line.map(|name| format!("nothing uses the variable `{name}` of --var"));
    let everything = arguments.paths.is_empty();
    let of_files = in_files.iter().filter(|(name, _)| everything && unused(name));
    let of_files =
        of_files.map(|(name, place)| format!("{place}: nothing uses the variable `{name}`"));
    of_line.chain(of_files).collect()
}

/// Why there is no case at all; `any_spec` says that there are some, of which none is selected.
fn nothing_to_run(
    found: &Found,
    project: &LoadedProject,
    everything: bool,
    any_spec: bool,
) -> String {
    // The folder that is meant may be another than the one the user is in.
    let looked_in = match project.file() {
        Some(file) if everything => format!(" (the project file is {})", discover::shown(&file)),
        _ => String::new(),
    };
    match found.empty.first() {
        Some(folder) => format!("no spec found: {folder} holds no *.yaml or *.yml{looked_in}"),
        None if everything && found.files.is_empty() => format!(
            "no spec found: name files or folders, or list them under `specs:` in apitest.yaml{looked_in}"
        ),
        None if !any_spec => "no spec found: there are only fragments, which specs use".into(),
        None => "no test is selected: none meets all of --tag, --filter and the lines".into(),
    }
}
