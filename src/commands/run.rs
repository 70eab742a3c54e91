//! `apitest [PATHS]`: from paths to verdicts, reports and an exit code.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{self, LoadedProject};
use super::{Process, broken};
use crate::cli::{Format, RunArgs};
use crate::demo::DemoServer;
use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::event::{Event, StopReason};
use crate::exit_code::ExitCode;
use crate::http::client::{Client, ClientSettings};
use crate::plan::scope::Inputs;
use crate::plan::select::Selection;
use crate::plan::{Plan, Work};
use crate::report::Reporter;
use crate::report::console::{Console, Detail};
use crate::report::junit::Junit;
use crate::report::progress::Progress;
use crate::report::tally::Tally;
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
    match stages(arguments, process) {
        Ok(code) => code,
        Err(what) => broken(&what),
    }
}

/// The stages of a run. An error is what apitest could not do of its own part.
fn stages(arguments: &RunArgs, process: &Process) -> Result<ExitCode, String> {
    let started = Instant::now();
    let redactor = Arc::new(Redactor::default());
    hide_secrets_of_panics(&redactor);
    let loaded = load::project(&redactor);
    let inputs = inputs(arguments, process, &loaded);
    let mut reports = Reports::open(arguments, process, &loaded)?;
    let pool = Pool::new(jobs(arguments))?;

    let paths = match arguments.paths.is_empty() {
        true => load::default_paths(&loaded),
        false => arguments.paths.clone(),
    };
    let found = discover::find(&paths);
    let (plan, mut diagnostics, used_vars) =
        load::plan(&pool, &found, loaded.project.as_ref(), &inputs, &redactor);
    learn_secrets(&loaded, &inputs, &redactor, &mut diagnostics);
    let mut plan = plan.select(&selection(arguments, &found.lines));
    plan.hide_secrets(&redactor);
    diagnostics.extend(missing(&plan));

    let noticed = reports.notice(loaded.diagnostics.iter().chain(&diagnostics), &redactor);
    warn_of_unused_vars(arguments, &used_vars);
    let mut code = match load::has_errors(&noticed, arguments.strict) {
        true => ExitCode::Invalid,
        false => ExitCode::Passed,
    };
    if let Some(reason) = nothing_to_run(&plan, &found.empty) {
        eprintln!("apitest: {reason}");
        code = code.and(ExitCode::Nothing);
    }
    let server = start_server(&loaded, &plan)?;
    let bindings =
        Bindings { server_url: server.as_ref().map(DemoServer::url), ..Bindings::default() };
    let project_folder = loaded.folder.clone();
    let settings = RunSettings {
        jobs: jobs(arguments),
        fail_fast: arguments.fail_fast,
        deadline: arguments.deadline.map(|time| started + time),
        verbose: arguments.verbose,
        project: &project_folder,
    };
    execute(&plan, settings, arguments.max_body, &pool, &redactor, &bindings, &mut reports)?;
    reports.finish(code)
}

fn execute(
    plan: &Plan,
    settings: RunSettings,
    max_body: u64,
    pool: &Pool,
    redactor: &Redactor,
    bindings: &Bindings,
    reports: &mut Reports,
) -> Result<(), String> {
    let stop = Arc::new(Stop::default());
    stop_on_signals(&stop)?;
    let client = Arc::new(Client::new(ClientSettings {
        jobs: settings.jobs,
        max_body,
        connect_timeout: CONNECT_TIMEOUT,
    }));
    let at_abort = client.clone();
    stop.at_abort(move || at_abort.interrupt());
    let run = Run {
        plan,
        settings,
        transport: &|worker, request| client.exchange(worker, request),
        tokens: TokenStore::new(plan, redactor, bindings, &stop),
        redactor,
        bindings,
        stop: &stop,
    };
    run.execute(pool, &mut |event| reports.report(&event));
    Ok(())
}

/// A panic tells where it was and why, and may quote what it stumbled over.
fn hide_secrets_of_panics(redactor: &Arc<Redactor>) {
    let redactor = redactor.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.to_string();
        // It may hold what a terminal obeys.
        let words = redactor.redact(&words).replace(|c: char| c.is_control() && c != '\n', " ");
        eprintln!("apitest: a fault of apitest itself: {words}");
    }));
}

/// The first signal ends the run in good order, the second one at once.
fn stop_on_signals(stop: &Arc<Stop>) -> Result<(), String> {
    let stop = stop.clone();
    ctrlc::set_handler(move || {
        if stop.reason() == Some(StopReason::Interrupted) {
            std::process::exit(ExitCode::Interrupted as i32);
        }
        stop.stop(StopReason::Interrupted);
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

/// Teaches the redactor the `secrets` of the project file; those of specs it knows by now.
fn learn_secrets(
    loaded: &LoadedProject,
    inputs: &Inputs,
    redactor: &Redactor,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(project) = &loaded.project else { return };
    let (secrets, faults) = crate::plan::secrets::of_project(project, inputs);
    secrets.keys().for_each(|secret| redactor.add(secret));
    diagnostics.extend(faults);
}

fn warn_of_unused_vars(arguments: &RunArgs, used: &[String]) {
    for (name, _) in arguments.var.iter().filter(|(name, _)| !used.contains(name)) {
        eprintln!("apitest: warning: nothing uses the variable `{name}` of --var");
    }
}

fn nothing_to_run(plan: &Plan, empty: &[String]) -> Option<String> {
    match (plan.cases.is_empty(), empty) {
        (false, []) => None,
        (_, [folder, ..]) => Some(format!("no spec found: {folder} holds no *.yaml or *.yml")),
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

/// All reporters of a run.
struct Reports {
    console: Console<io::BufWriter<io::Stdout>, io::Stderr>,
    files: Vec<(PathBuf, Junit)>,
    tally: Tally,
    failed: Option<String>,
}

impl Reports {
    /// Opens every report, so that a bad path is told before the first request.
    fn open(
        arguments: &RunArgs,
        process: &Process,
        loaded: &LoadedProject,
    ) -> Result<Reports, String> {
        let configured = loaded.project.as_ref().and_then(|project| project.junit.as_ref());
        let given = arguments.report.iter().map(|(Format::Junit, path)| path.clone());
        let mut paths: Vec<PathBuf> = given.chain(arguments.junit.iter().cloned()).collect();
        if paths.is_empty() {
            paths.extend(configured.map(|path| loaded.folder.join(&path.value)));
        }
        let files = paths
            .into_iter()
            .map(|path| match Junit::create(&path) {
                Ok(junit) => Ok((path, junit)),
                Err(error) => {
                    Err(format!("the report {} cannot be written: {error}", path.display()))
                }
            })
            .collect::<Result<_, _>>()?;
        let detail = match (arguments.quiet, arguments.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        };
        let out = io::BufWriter::new(io::stdout());
        let color = process.color(arguments.color);
        let progress = Progress::new(process.stderr_is_terminal && !arguments.quiet);
        let console = Console::new(out, io::stderr(), detail, color, progress);
        Ok(Reports { console, files, tally: Tally::default(), failed: None })
    }

    /// Tells faults and warnings, each once.
    fn notice<'d>(
        &mut self,
        diagnostics: impl Iterator<Item = &'d Diagnostic>,
        redactor: &Redactor,
    ) -> Vec<Diagnostic> {
        let diagnostics: Vec<Diagnostic> = diagnostics.cloned().collect();
        for diagnostic in &diagnostics {
            self.report(&Event::Noticed(&diagnostic.annotation(redactor)));
        }
        diagnostics
    }

    fn report(&mut self, event: &Event) {
        // The reader of the console may have left; the reports are written all the same.
        let _ = self.console.report(event);
        let _ = self.tally.report(event);
        for (path, junit) in &mut self.files {
            if let Err(error) = junit.report(event) {
                self.failed =
                    Some(format!("the report {} could not be written: {error}", path.display()));
            }
        }
    }

    fn finish(self, code: ExitCode) -> Result<ExitCode, String> {
        io::stdout().flush().ok();
        let code = code.and(self.tally.exit_code());
        match self.failed {
            Some(_) if code == ExitCode::Interrupted => Ok(code),
            Some(what) => Err(what),
            None => Ok(code),
        }
    }
}
