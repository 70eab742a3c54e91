//! The program that serves the API during a run: its port, the wait until it serves, its end.
//!
//! `program` is the process, `watch` what is known of it, `poll` the question whether it serves,
//! `log` what it prints.

mod log;
mod poll;
mod port;
mod program;
mod watch;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::poll::Poll;
use self::program::Program;
use self::watch::{State, Watch};
use super::stop::Stop;
use crate::event::{ServerOutput, StopReason};
use crate::http::message::{Request, TransportError, TransportErrorKind as Kind};
use crate::http::url::{Origin, Target};
use crate::plan::server::{Port, Ready, ServerPlan};
use crate::secret::Redactor;
use crate::suite::server::PORT_GROUP;
use crate::template::{Bindings, Template};

/// How often another port is chosen when somebody else took the one that was.
const ATTEMPTS: usize = 3;

/// How long the end of a server may take to be known after it broke a connection.
const END_BECOMES_KNOWN: Duration = Duration::from_millis(250);

/// What a server is started with.
#[derive(Clone, Copy)]
pub struct Surroundings<'r> {
    /// The folder of the project file.
    pub root: &'r Path,
    /// Ends the wait for it, and hears of its end.
    pub stop: &'r Arc<Stop>,
    /// When the run must be over.
    pub deadline: Option<Instant>,
    /// Takes the secrets out of what it printed.
    pub redactor: &'r Redactor,
    /// What is known before it serves.
    pub bindings: &'r Bindings,
}

/// What became of the start of a server.
pub enum Start {
    /// It serves.
    Serving(Server),
    /// The run ended before.
    Stopped,
    /// It does not.
    Failed(Failed),
}

/// Why a server does not serve.
#[derive(Debug)]
pub struct Failed {
    /// In words, redacted.
    pub reason: String,
    /// What to do about it.
    pub help: Option<&'static str>,
    /// What it printed.
    pub output: ServerOutput,
    /// Whether somebody else took the port that was chosen for it.
    lost_port: bool,
}

/// A server that serves.
pub struct Server {
    /// `None` for one that served already and is not ours.
    program: Option<Program>,
    url: String,
    port: u16,
    origin: Origin,
    grace: Duration,
    stop: Arc<Stop>,
}

/// Starts a server and waits until it serves.
pub fn start(plan: &ServerPlan, surroundings: Surroundings) -> Start {
    let mut attempt = 1;
    loop {
        let starter = Starter { plan, surroundings };
        match starter.start() {
            Start::Failed(failed) if failed.lost_port && attempt < ATTEMPTS => attempt += 1,
            start => return start,
        }
    }
}

struct Starter<'s> {
    plan: &'s ServerPlan,
    surroundings: Surroundings<'s>,
}

impl Starter<'_> {
    fn start(&self) -> Start {
        let port = match self.plan.port {
            Port::Told => None,
            Port::Fixed(port) if port::is_served(port) => return self.reused(port),
            Port::Fixed(port) => Some(port),
            Port::Chosen => match port::free() {
                Ok(port) => Some(port),
                Err(error) => return self.failed(format!("no port is free: {error}"), None),
            },
        };
        match self.started(port) {
            Ok(start) => start,
            Err(reason) => self.failed(reason, None),
        }
    }

    fn failed(&self, reason: String, help: Option<&'static str>) -> Start {
        let output = ServerOutput { lines: Vec::new(), is_cut: false };
        let reason = self.surroundings.redactor.redact(&reason).into_owned();
        Start::Failed(Failed { reason, help, output, lost_port: false })
    }

    /// Somebody listens on the port already.
    fn reused(&self, port: u16) -> Start {
        if !self.plan.reuse {
            let reason = format!("another program listens on port {port} already");
            let help = "end that one, or write `reuse: true` to test it";
            return self.failed(reason, Some(help));
        }
        let answer = self.server(None, port).and_then(|server| {
            let patience = self.plan.timeout.min(Duration::from_secs(5));
            self.poll(port)?.ask(patience).map(|()| server)
        });
        match answer {
            Ok(server) => Start::Serving(server),
            Err(reason) => {
                let reason = format!("what listens on port {port} does not serve: {reason}");
                self.failed(reason, Some("end that one, or say with `ready` how it answers"))
            }
        }
    }

    /// Starts it on a port, if that is known.
    fn started(&self, port: Option<u16>) -> Result<Start, String> {
        let Surroundings { stop, deadline, redactor, .. } = self.surroundings;
        let began = Instant::now();
        let until = began + self.plan.timeout;
        let until = deadline.map_or(until, |deadline| deadline.min(until));
        let watch = Arc::new(Watch::default());
        let at_stop = Arc::downgrade(&watch);
        stop.at_stop(move || {
            if let Some(watch) = at_stop.upgrade() {
                watch.wake();
            }
        });
        let poll = match port {
            Some(port) if !matches!(self.plan.ready, Ready::Log(_)) => {
                Some(Arc::new(self.poll(port)?))
            }
            _ => None,
        };
        let program = Program::start(&mut self.command(port)?, stop, &watch, self.ears())?;
        if let Some(poll) = &poll {
            poll::begin(poll, &watch, until)?;
        }
        let known =
            |state: &State| state.serves.is_some() || state.ended.is_some() || is_over(stop);
        watch.wait(until, known);
        let (serves, has_ended, reason) = watch.with(|state| {
            state.is_settled = true;
            let has_ended = state.ended.is_some();
            (state.serves.filter(|_| !has_ended), has_ended, self.reason(state))
        });
        if let Some(poll) = &poll {
            poll.give_up();
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            stop.stop(StopReason::Deadline);
        }
        if is_over(stop) {
            program.end(self.plan.grace, stop);
            return Ok(Start::Stopped);
        }
        match serves {
            Some(told) => {
                let port = told.or(port).ok_or("it did not say its port")?;
                self.server(Some(program), port).map(Start::Serving)
            }
            None => {
                program.end(self.plan.grace, stop);
                let lost_port =
                    self.plan.port == Port::Chosen && has_ended && port.is_some_and(port::is_taken);
                let output = watch.with(|state| state.log.shown(redactor));
                let reason = redactor.redact(&reason).into_owned();
                Ok(Start::Failed(Failed { reason, help: None, output, lost_port }))
            }
        }
    }

    /// Why it does not serve.
    fn reason(&self, state: &State) -> String {
        let limit = humantime::format_duration(self.plan.timeout);
        let waited_for = match (&self.plan.ready, &state.last_answer) {
            (Ready::Log(_), _) => "it did not print what `ready` waits for".to_owned(),
            (_, Some(answer)) => format!("asked last, {answer}"),
            (_, None) => "it gave no answer".to_owned(),
        };
        match &state.ended {
            Some((how, true)) => {
                format!("it ended before it served ({how}): it has to stay in the foreground")
            }
            Some((how, false)) => format!("it ended before it served ({how})"),
            None => format!("it does not serve within {limit}: {waited_for}"),
        }
    }

    fn poll(&self, port: u16) -> Result<Poll, String> {
        let bindings = self.bindings(Some(port))?;
        let url = bindings.server_url.clone().unwrap_or_default();
        let path = match &self.plan.ready {
            Ready::Path(path) => filled(path, &bindings)?,
            Ready::Answers | Ready::Log(_) => "/".to_owned(),
        };
        let any = !matches!(self.plan.ready, Ready::Path(_));
        Poll::new(&format!("{}{path}", url.trim_end_matches('/')), any).map_err(|reason| {
            format!("it cannot be asked whether it serves: {reason}: look at `url`")
        })
    }

    /// What becomes of a line that it prints.
    fn ears(&self) -> impl Fn(&Watch, &str, bool) + Clone + Send + 'static {
        let regex = match &self.plan.ready {
            Ready::Log(regex) => Some(regex.clone()),
            Ready::Answers | Ready::Path(_) => None,
        };
        let tells_port = self.plan.port == Port::Told;
        move |watch, line, is_whole| {
            // Of a line that has not ended, digits may be missing.
            let Some(regex) = regex.as_ref().filter(|_| is_whole || !tells_port) else { return };
            let Some(found) = regex.captures(line) else { return };
            let port = found.name(PORT_GROUP).and_then(|port| port.as_str().parse().ok());
            match port {
                None if tells_port => {}
                port => watch.with(|state| state.serves = Some(port)),
            }
        }
    }

    fn command(&self, port: Option<u16>) -> Result<Command, String> {
        let bindings = self.bindings(port)?;
        let words: Vec<String> = self
            .plan
            .command
            .iter()
            .map(|word| filled(word, &bindings))
            .collect::<Result<_, String>>()?;
        let (program, arguments) = words.split_first().ok_or("`command` names no program")?;
        let folder = self.surroundings.root.join(&self.plan.folder);
        if !folder.is_dir() {
            let folder = &self.plan.folder;
            return Err(format!("there is no folder {folder} (`cwd`) beside the project file"));
        }
        let mut command = Command::new(located(program, &folder));
        command.args(arguments).current_dir(&folder);
        for (name, value) in &self.plan.env {
            match value {
                Some(value) => command.env(name, filled(value, &bindings)?),
                None => command.env_remove(name),
            };
        }
        Ok(command)
    }

    fn bindings(&self, port: Option<u16>) -> Result<Bindings, String> {
        let known = self.surroundings.bindings.clone();
        let mut bindings = Bindings { server_port: port, ..known };
        if port.is_some() {
            bindings.server_url = Some(filled(&self.plan.url, &bindings)?);
        }
        Ok(bindings)
    }

    fn server(&self, program: Option<Program>, port: u16) -> Result<Server, String> {
        let bindings = self.bindings(Some(port))?;
        let url = bindings.server_url.unwrap_or_default();
        let origin = Target::parse(&url).map_err(|reason| format!("`url` is bad: {reason}"))?;
        let (origin, stop) = (origin.origin().clone(), self.surroundings.stop.clone());
        Ok(Server { program, url, port, origin, grace: self.plan.grace, stop })
    }
}

fn is_over(stop: &Stop) -> bool {
    stop.reason().is_some()
}

fn filled(template: &Template, bindings: &Bindings) -> Result<String, String> {
    template.fill(bindings).map(|text| text.into_owned()).map_err(|error| error.message)
}

/// A program with a `/` in its name is looked for in the folder it runs in; systems differ there.
fn located(program: &str, folder: &Path) -> PathBuf {
    match program.contains(['/', std::path::MAIN_SEPARATOR]) {
        true => folder.join(program),
        false => PathBuf::from(program),
    }
}

impl Server {
    /// What `${server.url}` stands for.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What `${server.port}` stands for.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it served already, and is not ours.
    pub fn is_reused(&self) -> bool {
        self.program.is_none()
    }

    /// What it printed last.
    pub fn output(&self, redactor: &Redactor) -> Option<ServerOutput> {
        let program = self.program.as_ref()?;
        Some(program.watch.with(|state| state.log.shown(redactor)))
    }

    /// How it ended by itself, in words, if it did, and whether well.
    pub fn ended(&self) -> Option<(String, bool)> {
        let program = self.program.as_ref()?;
        program.watch.with(|state| state.ended.clone().filter(|_| !state.is_unwanted))
    }

    /// An exchange with it that failed since it has ended says so, instead of what the network says
    /// then.
    pub fn explained(&self, request: &Request, error: TransportError) -> TransportError {
        let Some(program) = &self.program else { return error };
        if !matches!(error.kind, Kind::Connect | Kind::Closed)
            || *request.target.origin() != self.origin
        {
            return error;
        }
        program.watch.wait_for(END_BECOMES_KNOWN, |state| state.ended.is_some());
        match self.ended() {
            Some((how, _)) => {
                let message = format!("the server ended by itself ({how}): {}", error.message);
                TransportError { message, ..error }
            }
            None => error,
        }
    }

    /// Ends it with all that it started.
    pub fn end(self) {
        if let Some(program) = &self.program {
            program.end(self.grace, &self.stop);
        }
    }
}
