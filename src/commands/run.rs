//! `apitest [PATHS]`: from paths to verdicts, reports and an exit code.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{self, LoadedProject};
use super::reports::Reports;
use super::{Process, broken, say};
use crate::cli::RunArgs;
use crate::demo::DemoServer;
use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::event::StopReason;
use crate::exit_code::ExitCode;
use crate::http::client::{Client, ClientSettings};
use crate::plan::scope::Inputs;
use crate::plan::select::Selection;
use crate::plan::{Plan, Work};
use crate::run::pool::Pool;
use crate::run::stop::Stop;
use crate::run::tokens::TokenStore;
use crate::run::{Run, RunSettings};
use crate::secret::Redactor;
use crate::template::Bindings;

/// The time for a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the specs that the user named.
pub fn run(arguments: &RunArgs, process: &Process) -> ExitCode {
    match catch_unwind(AssertUnwindSafe(|| stages(arguments, process))) {
        Ok(Ok(code)) => code,
        Ok(Err(what)) => broken(&what),
        // The hook has told it.
        Err(_) => ExitCode::Broken,
    }
}

/// The stages of a run. An error is what apitest could not do of its own part.
fn stages(arguments: &RunArgs, process: &Process) -> Result<ExitCode, String> {
    let started = Instant::now();
    let redactor = Arc::new(Redactor::default());
    hide_secrets_of_panics(&redactor);
    let stop = Arc::new(Stop::default());
    stop_on_signals(&stop)?;
    let mut loaded = load::project(&redactor);
    let inputs = inputs(arguments, process, &loaded);
    let mut reports = Reports::open(arguments, process, &loaded)?;
    let pool = Pool::new(jobs(arguments))?;

    learn_project_secrets(&mut loaded, &inputs, &redactor);
    let paths = match arguments.paths.is_empty() {
        true => load::default_paths(&loaded),
        false => arguments.paths.clone(),
    };
    let found = discover::find(&paths);
    let (plan, mut diagnostics, used_vars) =
        load::plan(&pool, &found, &loaded, &inputs, &redactor, arguments.strict);
    let mut plan = plan.select(&selection(arguments, &found.lines));
    plan.hide_secrets(&redactor);
    diagnostics.extend(missing(&plan));

    reports.notice(&diagnostics, &redactor);
    let mut code = match load::has_errors(&diagnostics) {
        true => ExitCode::Invalid,
        false => ExitCode::Passed,
    };
    if any_unused_var(arguments, &used_vars) && arguments.strict {
        return Ok(ExitCode::Invalid);
    }
    if let Some(reason) = nothing_to_run(&plan, &found.empty) {
        say(&reason);
        code = code.and(ExitCode::Nothing);
    }
    let server = start_server(&loaded, &plan)?;
    let bindings =
        Bindings { server_url: server.as_ref().map(DemoServer::url), ..Bindings::default() };
    let settings = RunSettings {
        jobs: jobs(arguments),
        fail_fast: arguments.fail_fast,
        // A time beyond what the clock can tell is none.
        deadline: arguments.deadline.and_then(|time| started.checked_add(time)),
        verbose: arguments.verbose,
        project: loaded.root(),
    };
    let client = client(settings.jobs, arguments.max_body, &stop);
    let run = Run {
        plan: &plan,
        settings,
        transport: &|worker, request| client.exchange(worker, request),
        tokens: TokenStore::new(&plan, &redactor, &bindings, &stop),
        redactor: &redactor,
        bindings: &bindings,
        stop: &stop,
    };
    run.execute(&pool, &mut |event| reports.report(&event));
    let code = reports.finish(code);
    // The process ends here: to free a large plan piece by piece takes time and serves nobody.
    std::mem::forget(plan);
    Ok(code)
}

/// A client whose requests end with the run.
fn client(jobs: usize, max_body: u64, stop: &Stop) -> Arc<Client> {
    let settings = ClientSettings { jobs, max_body, connect_timeout: CONNECT_TIMEOUT };
    let client = Arc::new(Client::new(settings));
    let at_abort = client.clone();
    stop.at_abort(move |reason| at_abort.interrupt(reason.cut_short()));
    client
}

/// A panic tells where it was and why, and may quote what it stumbled over.
fn hide_secrets_of_panics(redactor: &Arc<Redactor>) {
    let redactor = redactor.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.to_string();
        // It may hold what a terminal obeys.
        let words = redactor.redact(&words).replace(|c: char| c.is_control() && c != '\n', " ");
        say(&format!("a fault of apitest itself: {words}"));
    }));
}

/// The first signal ends the run in good order, the second one at once.
fn stop_on_signals(stop: &Arc<Stop>) -> Result<(), String> {
    let stop = stop.clone();
    ctrlc::set_handler(move || {
        if !stop.stop(StopReason::Interrupted) {
            std::process::exit(ExitCode::Interrupted as i32);
        }
    })
    .map_err(|error| format!("cannot wait for signals: {error}"))
}

/// A case waits for its answer most of its time: more of them than cores keep the cores busy.
fn jobs(arguments: &RunArgs) -> usize {
    arguments.jobs.unwrap_or_else(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (4 * cores).clamp(8, 64)
    })
}

fn inputs(arguments: &RunArgs, process: &Process, loaded: &LoadedProject) -> Inputs {
    Inputs {
        env: process.env.clone(),
        vars: arguments.var.iter().cloned().collect(),
        server: loaded.project.as_ref().is_some_and(|project| project.demo_server),
    }
}

fn selection(arguments: &RunArgs, lines: &[(String, usize)]) -> Selection {
    Selection {
        tags: arguments.tag.clone(),
        filters: arguments.filter.clone(),
        lines: lines.to_vec(),
    }
}

/// What selected cases lack from the environment; each place once, however many cases it stops.
fn missing(plan: &Plan) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for case in &plan.cases {
        let Work::Unready(lacks) = &case.work else { continue };
        for diagnostic in lacks {
            let place = diagnostic.place.to_string();
            if seen.insert((place, diagnostic.title.clone())) {
                missing.push(diagnostic.clone());
            }
        }
    }
    missing
}

/// Teaches the redactor the `secrets` of the project file; those of a spec it learns as it is read.
fn learn_project_secrets(loaded: &mut LoadedProject, inputs: &Inputs, redactor: &Redactor) {
    let Some(project) = &loaded.project else { return };
    let (secrets, faults) = crate::plan::secrets::of_project(project, inputs);
    secrets.keys().for_each(|secret| redactor.add(secret));
    loaded.diagnostics.extend(faults);
}

/// Says which variables of the command line nothing uses; true when there are any.
fn any_unused_var(arguments: &RunArgs, used: &[String]) -> bool {
    let severity = if arguments.strict { "" } else { "warning: " };
    let mut any = false;
    for (name, _) in arguments.var.iter().filter(|(name, _)| !used.contains(name)) {
        say(&format!("{severity}nothing uses the variable `{name}` of --var"));
        any = true;
    }
    any
}

/// Why there is no case at all. A folder without specs beside others is a fault of its own.
fn nothing_to_run(plan: &Plan, empty: &[String]) -> Option<String> {
    match (plan.cases.is_empty(), empty) {
        (false, _) => None,
        (true, [folder, ..]) => Some(format!("no spec found: {folder} holds no *.yaml or *.yml")),
        (true, []) => Some("no test is selected: check --tag, --filter and the line".into()),
    }
}

fn start_server(loaded: &LoadedProject, plan: &Plan) -> Result<Option<DemoServer>, String> {
    let wanted = loaded.project.as_ref().is_some_and(|project| project.demo_server);
    let needed = plan.cases.iter().any(|case| matches!(case.work, Work::Steps(_)));
    if !(wanted && needed) {
        return Ok(None);
    }
    DemoServer::start(0).map(Some).map_err(|error| format!("cannot start the demo API: {error}"))
}
