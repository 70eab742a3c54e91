//! The server of a run: started before the first case, told of when something did not pass, ended
//! after the last.

use std::sync::Arc;
use std::time::Duration;

use super::load::project::LoadedProject;
use super::reports::Reports;
use super::say;
use crate::demo::DemoServer;
use crate::diagnostic::{Annotation, Diagnostic};
use crate::event::{CaseEnd, Event, Failure, ServerOutput, StopReason, Verdict};
use crate::exit_code::ExitCode;
use crate::http::message::{Request, TransportError};
use crate::plan::server::BoundServer;
use crate::plan::{Case, Plan, SpecFile, Work};
use crate::run::server::{self, Server, Start, Surroundings};
use crate::secret::Redactor;
use crate::source::Place;
use crate::suite::server::Server as Written;
use crate::template::Bindings;

/// The server of a run, and what is to be told of it.
pub struct Served<'r> {
    serving: Serving,
    /// Where its command stands.
    place: Option<Place>,
    redactor: &'r Redactor,
    /// Whether its output is told in any case.
    verbose: bool,
}

enum Serving {
    /// None is needed, or the run ended before it served.
    None,
    Demo(DemoServer),
    Program(Server),
    /// It does not serve; why, and what it printed.
    Not(Box<Failure>, ServerOutput),
}

/// Starts the server of the project, if there is one and a case needs to be run.
///
/// # Errors
/// The demo API cannot be started.
pub fn start<'r>(
    loaded: &LoadedProject,
    plan: &Plan,
    surroundings: Surroundings<'r>,
    verbose: bool,
) -> Result<Served<'r>, String> {
    let needed = plan.cases.iter().any(|case| matches!(case.work, Work::Steps(_)));
    let written = loaded.project.as_ref().and_then(|project| project.server.as_ref());
    let serving = match written.filter(|_| needed) {
        None | Some(Written::Unread) => Serving::None,
        Some(Written::Demo) => DemoServer::start(0)
            .map(Serving::Demo)
            .map_err(|error| format!("cannot start the demo API: {error}"))?,
        Some(Written::Command(_)) => program(&loaded.server, surroundings),
    };
    if matches!(serving, Serving::Not(..)) {
        surroundings.stop.stop(StopReason::NoServer);
    }
    let place = loaded.server.place.clone();
    Ok(Served { serving, place, redactor: surroundings.redactor, verbose })
}

fn program(bound: &BoundServer, surroundings: Surroundings) -> Serving {
    let Some(plan) = &bound.plan else { return unready(&bound.missing, surroundings.redactor) };
    match server::start(plan, surroundings) {
        Start::Serving(server) => {
            if server.is_reused() {
                say(&format!("{} serves already, and is tested as it is", server.url()));
            }
            Serving::Program(server)
        }
        Start::Stopped => Serving::None,
        Start::Failed(failed) => {
            let message = format!("the server did not start: {}", failed.reason);
            let fault = Diagnostic::error(&plan.place.source, plan.place.span, &message);
            let helps = failed.help.map(str::to_owned).into_iter().chain(last_line(&failed.output));
            let fault = Diagnostic { helps: helps.collect(), ..fault };
            let annotation = fault.annotation(surroundings.redactor);
            Serving::Not(failure(message, vec![annotation]), failed.output)
        }
    }
}

/// What it needs from the environment is not there. With a fault in the project file no case is
/// run, and none of this is asked.
fn unready(missing: &[Diagnostic], redactor: &Redactor) -> Serving {
    let annotations: Vec<Annotation> =
        missing.iter().map(|lack| lack.annotation(redactor)).collect();
    let reason = annotations.first().map_or("it cannot be read", |lack| &lack.title);
    let message = format!("the server did not start: {reason}");
    let output = ServerOutput { lines: Vec::new(), is_cut: false };
    Serving::Not(failure(message, annotations), output)
}

fn failure(message: String, annotations: Vec<Annotation>) -> Box<Failure> {
    Box::new(Failure { kind: "server", message, annotations, noticed: false, repeat: Vec::new() })
}

/// Most often the reason.
fn last_line(output: &ServerOutput) -> Option<String> {
    output.lines.last().map(|line| format!("it printed last: {line}"))
}

impl Served<'_> {
    /// What its variables stand for, beside what is known already.
    pub fn bindings(&self, known: Bindings) -> Bindings {
        let (url, port) = match &self.serving {
            Serving::Demo(demo) => (Some(demo.url()), Some(demo.port())),
            Serving::Program(server) => (Some(server.url().to_owned()), Some(server.port())),
            Serving::None | Serving::Not(..) => (None, None),
        };
        Bindings { server_url: url, server_port: port, ..known }
    }

    /// Why an exchange failed: since the server has ended, if so.
    pub fn explained(&self, request: &Request, error: TransportError) -> TransportError {
        match &self.serving {
            Serving::Program(server) => server.explained(request, error),
            Serving::None | Serving::Demo(_) | Serving::Not(..) => error,
        }
    }

    /// Hands an event on; before the last one it has its own say. `any_bad` says whether a case
    /// that was run did not pass; so does what comes back.
    pub fn report(&self, event: &Event, any_bad: bool, reports: &mut Reports) -> bool {
        if let Event::Ended { .. } = event {
            self.last_words(any_bad, reports);
        }
        reports.report(event);
        match event {
            Event::CaseEnded(case, end) => {
                any_bad || end.verdict.is_bad() && !matches!(case.work, Work::Invalid(_))
            }
            _ => any_bad,
        }
    }

    /// What it printed where something did not pass, and a case of its own where it did not serve:
    /// no report may look green without it.
    fn last_words(&self, any_bad: bool, reports: &mut Reports) {
        let (output, failure) = match &self.serving {
            Serving::None | Serving::Demo(_) => return,
            Serving::Not(failure, output) => (Some(output.clone()), Some(failure.clone())),
            Serving::Program(server) => (server.output(self.redactor), self.ended(server, any_bad)),
        };
        if let Some(output) = output.filter(|output| {
            failure.is_some() || (any_bad || self.verbose) && !output.lines.is_empty()
        }) {
            reports.report(&Event::ServerPrinted(&output));
        }
        if let (Some(failure), Some(place)) = (failure, &self.place) {
            let end = CaseEnd::new(Verdict::Errored(failure), Duration::ZERO, None);
            reports.report(&Event::CaseEnded(&case(place), &end));
        }
    }

    /// Its end, if it ended by itself. A test may have asked it to: when all passed and it ended
    /// well, nothing is wrong.
    fn ended(&self, server: &Server, any_bad: bool) -> Option<Box<Failure>> {
        let (how, well) = server.ended()?;
        let place = self.place.as_ref().filter(|_| !well || any_bad)?;
        let message = format!("the server ended by itself before the run did ({how})");
        let fault = Diagnostic::error(&place.source, place.span, &message);
        let helps = server.output(self.redactor).as_ref().and_then(last_line).into_iter().collect();
        let fault = Diagnostic { helps, ..fault };
        Some(failure(message, vec![fault.annotation(self.redactor)]))
    }

    /// Ends it; what it makes of the run.
    pub fn end(self) -> ExitCode {
        match self.serving {
            Serving::None | Serving::Demo(_) => ExitCode::Passed,
            Serving::Program(server) => {
                server.end();
                ExitCode::Passed
            }
            Serving::Not(..) => ExitCode::Broken,
        }
    }
}

/// The case that stands for the server.
fn case(place: &Place) -> Case {
    let location = place.location();
    let name = place.source.path().to_owned();
    let file = SpecFile {
        source: place.source.clone(),
        name,
        serial: false,
        tokens: Vec::new(),
        site: None,
    };
    Case {
        file: Arc::new(file),
        name: "the server serves".into(),
        identity: 0,
        line: location.line as u32,
        column: location.column as u32,
        last_line: location.line as u32,
        tags: Arc::new([]),
        work: Work::Skip("it is not run, but concluded".into()),
        endpoint: None,
        sends_to: None,
        enforced: None,
        around: None,
        row: None,
        cut: None,
        inherited: Arc::new([]),
    }
}
