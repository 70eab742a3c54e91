//! `apitest [PATHS]`: from paths to verdicts, reports and an exit code.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::load::project;
use super::reports::Reports;
use super::specs::{self, Planned};
use super::{Process, broken, say, server};
use crate::cli::{RunArgs, SpecArgs};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::discover::shown;
use crate::event::StopReason;
use crate::exit_code::ExitCode;
use crate::http::client::{Client, ClientSettings};
use crate::http::message::Request;
use crate::plan::token_source::Origin;
use crate::plan::{Case, Plan};
use crate::run::controls::Controls;
use crate::run::curl::quoted;
use crate::run::enforce::forgeries::Forgeries;
use crate::run::enforce::key_sets::KeySets;
use crate::run::enforce::waivers::WaiverBook;
use crate::run::pace::Pace;
use crate::run::pool::Pool;
use crate::run::server::Surroundings;
use crate::run::site::Sites;
use crate::run::stop::Stop;
use crate::run::tokens::{Means, TokenStore};
use crate::run::{Run, RunSettings};
use crate::secret::Redactor;
use crate::template::{Bindings, Generators, Seeded};
use crate::text::lines;

/// The time for a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the specs that the user named.
pub fn run(arguments: &RunArgs, process: &Process) -> ExitCode {
    if let Some(instead) = no_command(&arguments.specs.paths) {
        say(&instead);
        return ExitCode::Invalid;
    }
    if arguments.github_masks && !process.is_on_github() {
        say(
            "--github-masks prints every secret in the clear, for the runner of GitHub Actions to \
             read, and GITHUB_ACTIONS is not `true` here: nobody would take them out of the log",
        );
        return ExitCode::Invalid;
    }
    match catch_unwind(AssertUnwindSafe(|| stages(arguments, process))) {
        Ok(Ok(code)) => code,
        Ok(Err(what)) => broken(&what),
        // The hook has told it.
        Err(_) => ExitCode::Broken,
    }
}

/// The size of a block that comes and goes during a run, in bytes.
const USUAL_BLOCK: usize = 4 << 20;

/// Keeps the memory of a response for the next one. The allocator of Linux gives all beyond 128 KiB
/// back to the system at once, and gets it anew page by page: that is twice the CPU for bodies of 100
/// KB. What it takes for usual is the largest block that it gave back so far (mallopt(3),
/// `M_MMAP_THRESHOLD`). Other allocators do not care.
fn keep_what_bodies_take() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(USUAL_BLOCK)));
}

/// The stages of a run. An error is what apitest could not do of its own part.
fn stages(arguments: &RunArgs, process: &Process) -> Result<ExitCode, String> {
    let started = Instant::now();
    let redactor = Arc::new(Redactor::default());
    hide_secrets_of_panics(&redactor);
    let stop = Arc::new(Stop::default());
    stop_on_signals(&stop)?;
    let mut project = project::load(&redactor);
    let mut reports = Reports::open(arguments, process, &project, &redactor)?;
    let pool = Pool::new(jobs(arguments))?;
    let planned = specs::planned(&arguments.specs, process, &mut project, &pool, &redactor);
    // What a case lacks is no fault of its spec: it is told of, and the case has no verdict.
    reports.notice(&[&*planned.diagnostics, &*planned.unset, &*planned.unready].concat());
    if planned.tell_unused_vars(arguments.specs.strict) {
        return Ok(ExitCode::Invalid);
    }
    let Planned { plan, routes, nothing, code, .. } = planned;
    keep_what_bodies_take();
    nothing.iter().for_each(|why| say(why));
    reports.notice(&insecure(&plan));
    let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
    let seed = arguments.seed.unwrap_or_else(any_seed);
    // Where nothing is made of it, nobody need know it.
    let told_seed = (plan.generates || project.server.generates).then_some(seed);
    let options = options(&arguments.specs);
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let generators = Generators::Seeded(Seeded::new(seed, clock()));
    let known = Bindings { generators, ..Bindings::default() };
    let settings = RunSettings {
        jobs: jobs(arguments),
        fail_fast: arguments.fail_fast,
        // A time beyond what the clock can tell is none.
        deadline: arguments.deadline.and_then(|time| started.checked_add(time)),
        strict: arguments.specs.strict,
        verbose: arguments.verbose,
        options: &options,
        seed: told_seed,
        rounds: arguments.repeat,
        project: &root,
    };
    let surroundings = Surroundings {
        root: &root,
        stop: &stop,
        deadline: settings.deadline,
        redactor: &redactor,
        bindings: &known,
    };
    let served = server::start(&project, &plan, surroundings, arguments.verbose)?;
    let bindings = served.bindings(known.clone());
    let pace = Arc::new(Pace::new(arguments.rate.unwrap_or_default(), settings.jobs, &stop));
    let client = client(arguments, settings.jobs, routes, &stop, &pace);
    let transport = |worker, request: &Request| {
        client.exchange(worker, request).map_err(|error| served.explained(request, error))
    };
    let last = last_client(arguments, settings.jobs, routes, &stop, &pace);
    let last_transport = |worker, request: &Request| {
        last.exchange(worker, request).map_err(|error| served.explained(request, error))
    };
    let means = Means {
        redactor: &redactor,
        bindings: &bindings,
        stop: &stop,
        transport: &transport,
        clock: &clock,
        project: &root,
    };
    let tokens = TokenStore::new(&plan, means);
    let (waivers, forgeries, key_sets) =
        (WaiverBook::default(), Forgeries::default(), KeySets::default());
    let run = Run {
        plan: &plan,
        settings,
        transport: &transport,
        pace: &pace,
        last_transport: &last_transport,
        sites: Sites::new(&plan),
        controls: Controls::new(&plan),
        tokens: &tokens,
        redactor: &redactor,
        bindings: &bindings,
        clock: &clock,
        stop: &stop,
        waivers: &waivers,
        forgeries: &forgeries,
        key_sets: &key_sets,
    };
    let mut any_bad = false;
    run.execute(&pool, &mut |event| {
        any_bad = served.report(&event, any_bad, &mut reports);
    });
    tell_unused_overrides([&client, &last], &stop);
    let code = reports.finish(code.and(served.end()));
    // The process ends here: to free a large plan piece by piece takes time and serves nobody.
    std::mem::forget(plan);
    Ok(code)
}

/// What to type instead of a command of another tool, such as `apitest run specs`. A path that is
/// there is a path.
fn no_command(paths: &[String]) -> Option<String> {
    let (word, rest) = paths.split_first()?;
    if Path::new(word).exists() {
        return None;
    }
    let command = match word.as_str() {
        "run" | "test" | "exec" => Some("apitest"),
        "validate" | "lint" | "parse" => Some("apitest check"),
        "ls" | "plan" => Some("apitest list"),
        _ => None,
    };
    if let Some(command) = command {
        let instead = [&[command.to_owned()], rest].concat().join(" ");
        return Some(format!("there is no command `{word}`: write `{instead}`"));
    }
    did_you_mean(word, ["check", "list", "show", "init", "demo", "probes", "completions", "man"])
        .filter(|_| rest.is_empty())
        .map(|near| format!("there is no `{word}`: did you mean `apitest {near}`?"))
}

/// What the command line has to say again for the same result, besides which test is meant.
fn options(arguments: &SpecArgs) -> String {
    let file = |option, path: &PathBuf| (option, shown(path));
    let env = arguments.env.iter().map(|name| ("--env", name.clone()));
    let all = env
        .chain(arguments.vars_file.iter().map(|path| file("--vars-file", path)))
        .chain(arguments.env_file.iter().map(|path| file("--env-file", path)));
    let all = all.map(|(option, value)| format!(" {option} {}", quoted(&value)));
    // A value may be a secret that nobody knows to be one.
    let vars = arguments.var.iter().map(|(name, _)| format!(" --var {name}=…"));
    all.chain(vars).collect()
}

/// A seed that no run before is likely to have had; of 48 bits, so that it is short. The keys of a
/// `HashMap` are the random numbers that the standard library gets from the system.
fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 16
}

/// A client whose requests end with the run.
fn client(
    arguments: &RunArgs,
    jobs: usize,
    routes: usize,
    stop: &Stop,
    pace: &Arc<Pace>,
) -> Arc<Client> {
    let max_body = arguments.max_body;
    let settings = ClientSettings { jobs, max_body, connect_timeout: CONNECT_TIMEOUT };
    let pace = pace.clone();
    let gate = move |worker, leaving| pace.wait(worker, leaving).map_err(StopReason::words);
    let client = Arc::new(Client::new(settings, routes, &arguments.resolve, Box::new(gate)));
    let at_abort = client.clone();
    stop.at_abort(move |reason| at_abort.interrupt(reason.cut_short()));
    client
}

/// A client for what cleans up: it outlives the end of the run by a while, and waits for no turn
/// then.
fn last_client(
    arguments: &RunArgs,
    jobs: usize,
    routes: usize,
    stop: &Stop,
    pace: &Arc<Pace>,
) -> Arc<Client> {
    let max_body = arguments.max_body;
    let settings = ClientSettings { jobs, max_body, connect_timeout: CONNECT_TIMEOUT };
    let pace = pace.clone();
    let gate = move |worker, leaving| Ok(pace.wait(worker, leaving).unwrap_or_default());
    let client = Arc::new(Client::new(settings, routes, &arguments.resolve, Box::new(gate)));
    let at_last = client.clone();
    stop.at_last(move || {
        at_last.interrupt("no verdict: the time to clean up was over (5 s once the run has ended)");
    });
    client
}

/// An override that changed nothing is most likely a slip. Of a run that ended early nothing is known.
fn tell_unused_overrides(clients: [&Client; 2], stop: &Stop) {
    if stop.reason().is_some() {
        return;
    }
    let [mut unused, last] = clients.map(Client::unused_overrides);
    unused.retain(|given| last.contains(given));
    for given in unused {
        say(&format!("warning: no request needed --resolve {given}"));
    }
}

/// A panic tells where it was and why, and may quote what it stumbled over.
fn hide_secrets_of_panics(redactor: &Arc<Redactor>) {
    let redactor = redactor.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.to_string();
        say(&format!("a fault of apitest itself: {}", lines(&redactor.redact(&words))));
    }));
}

/// The first signal ends the run in good order, the second one at once.
fn stop_on_signals(stop: &Arc<Stop>) -> Result<(), String> {
    let stop = stop.clone();
    ctrlc::set_handler(move || {
        if !stop.stop(StopReason::Interrupted) {
            stop.groups().end_all();
            std::process::exit(ExitCode::Interrupted as i32);
        }
    })
    .map_err(|error| format!("cannot wait for signals: {error}"))
}

/// A case waits for its answer most of its time: more of them than cores keep the cores busy.
fn jobs(arguments: &RunArgs) -> usize {
    arguments.jobs.unwrap_or_else(|| (4 * specs::cores()).clamp(8, 64))
}

/// A warning for each place that lets any certificate pass: a green run proves less than it seems.
fn insecure(plan: &Plan) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let of_tokens = plan.tokens.iter().filter_map(|token| match &token.origin {
        Origin::Request(source) => source.step.settings.passage.insecure.as_ref(),
        _ => None,
    });
    let places = plan.cases.iter().filter_map(Case::insecure).chain(of_tokens);
    let places = places.filter(|place| seen.insert(place.to_string()));
    places
        .map(|place| {
            let title = "certificates are not checked: anybody can pose as the server, and gets the credentials";
            Diagnostic::warning(&place.source, place.span, title)
                .label("every report says so")
                .help("trust the one that is meant instead: `tls: {ca: FILE}`")
        })
        .collect()
}
