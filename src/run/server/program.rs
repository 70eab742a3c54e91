//! The program that serves: started, listened to, ended with all that it started.

use std::io::{ErrorKind, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::watch::Watch;
use crate::event::StopReason;
use crate::run::groups::{End, Groups};
use crate::run::stop::Stop;

/// How long it may take to end when the run was interrupted, or its time is up.
const SHORT_GRACE: Duration = Duration::from_millis(500);

/// How long the system may take to end what was killed.
const KILLED: Duration = Duration::from_secs(5);

/// A program that was started. Dropped, it is ended.
pub struct Program {
    id: u32,
    groups: Arc<Groups>,
    /// What is known of it.
    pub watch: Arc<Watch>,
}

impl Program {
    /// Starts it. `heard` is called with each line that it prints, and with one that has begun.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub fn start(
        command: &mut Command,
        stop: &Arc<Stop>,
        watch: &Arc<Watch>,
        heard: impl Fn(&Watch, &str, bool) + Clone + Send + 'static,
    ) -> Result<Program, String> {
        let groups = stop.groups().clone();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = groups.spawn(command).map_err(|error| error.to_string())?;
        let (id, stdout, stderr) = (child.id(), child.stdout.take(), child.stderr.take());
        watch.with(|state| state.outputs = 2);
        let program = Program { id, groups: groups.clone(), watch: watch.clone() };
        let thread = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let thread = std::thread::Builder::new().name(name.to_owned());
            thread.spawn(work).map(drop).map_err(|error| format!("no thread for it: {error}"))
        };
        // What was started is ended where a thread cannot be: by dropping it.
        let ended = {
            let (watch, stop) = (watch.clone(), stop.clone());
            move || wait_for_its_end(child, &groups, &watch, &stop)
        };
        thread("server-end", Box::new(ended))?;
        let outputs: [Option<Box<dyn Read + Send>>; 2] =
            [stdout.map(|out| Box::new(out) as _), stderr.map(|err| Box::new(err) as _)];
        for (number, output) in outputs.into_iter().enumerate() {
            let (watch, heard) = (watch.clone(), heard.clone());
            let listen = move || listen(number, output, &watch, heard);
            thread("server-output", Box::new(listen))?;
        }
        Ok(program)
    }

    /// Ends it with all that it started: asks first, and then gives it no choice.
    pub fn end(&self, grace: Duration, stop: &Stop) {
        let is_gone = self.watch.with(|state| {
            state.is_unwanted = true;
            state.is_settled = true;
            state.is_gone
        });
        if is_gone {
            return;
        }
        let hurries =
            || matches!(stop.reason(), Some(StopReason::Interrupted | StopReason::Deadline));
        let silent = |state: &super::watch::State| state.ended.is_some() && state.outputs == 0;
        self.groups.end(self.id, End::Asked);
        // A signal in the meantime shortens it.
        if grace > SHORT_GRACE && !hurries() {
            self.watch.wait_for(grace, |state| silent(state) || hurries());
        }
        if grace <= SHORT_GRACE || hurries() {
            self.watch.wait_for(SHORT_GRACE.min(grace), silent);
        }
        self.groups.end(self.id, End::Forced);
        self.watch.with(|state| state.is_over = true);
        self.watch.wait_for(KILLED, |state| state.is_gone);
    }
}

/// Where nothing else ended it: something panicked.
impl Drop for Program {
    fn drop(&mut self) {
        let is_gone = self.watch.with(|state| {
            state.is_unwanted = true;
            state.is_settled = true;
            state.is_over = true;
            state.is_gone
        });
        if !is_gone {
            self.groups.end(self.id, End::Forced);
        }
    }
}

/// The number of the program stays taken until what it started has been ended as well.
fn wait_for_its_end(mut child: Child, groups: &Groups, watch: &Watch, stop: &Stop) {
    let status = groups.wait(&mut child);
    let is_news = watch.with(|state| {
        state.end(status);
        state.is_settled && !state.is_unwanted
    });
    if is_news {
        stop.stop(StopReason::ServerEnded);
    }
    watch.wait_until(|state| state.is_over);
    let _ = groups.reap(&mut child);
    watch.with(|state| state.is_gone = true);
}

fn listen(
    number: usize,
    mut output: Option<Box<dyn Read + Send>>,
    watch: &Watch,
    heard: impl Fn(&Watch, &str, bool),
) {
    let mut bytes = [0; 8192];
    loop {
        let read = output.as_mut().map_or(0, |output| some_of(output, &mut bytes));
        let (lines, begun) = match read {
            0 => break,
            read => watch.with(|state| {
                let lines = state.log.push(number, &bytes[..read]);
                // Once it serves, nobody listens.
                let begun = (!state.is_settled).then(|| state.log.begun(number));
                (lines, begun)
            }),
        };
        let Some(begun) = begun else { continue };
        lines.iter().for_each(|line| heard(watch, line, true));
        heard(watch, &begun, false);
    }
    watch.with(|state| state.outputs -= 1);
}

/// The next bytes; none at the end.
fn some_of(output: &mut impl Read, bytes: &mut [u8]) -> usize {
    loop {
        match output.read(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read.unwrap_or(0),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn start(script: &str) -> (Program, Arc<Watch>, Arc<Stop>) {
        let (stop, watch) = (Arc::new(Stop::default()), Arc::new(Watch::default()));
        let heard = |watch: &Watch, line: &str, _: bool| {
            if line == "serves" {
                watch.with(|state| state.serves = Some(None));
            }
        };
        let program = Program::start(&mut shell(script), &stop, &watch, heard).expect("a shell");
        assert!(watch.wait_for(KILLED, |state| state.serves.is_some()), "{:?}", watch);
        watch.with(|state| state.is_settled = true);
        (program, watch, stop)
    }

    const STUBBORN: &str = "trap '' TERM; sleep 600 & echo serves; sleep 600";

    fn is_gone(watch: &Watch) -> bool {
        watch.wait_for(KILLED, |state| state.outputs == 0 && state.is_gone)
    }

    #[test]
    fn a_panic_ends_it_with_its_children() {
        let (program, watch, stop) = start(STUBBORN);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _program = program;
            std::panic::resume_unwind(Box::new("a fault of apitest itself"));
        }));
        assert!(panicked.is_err() && is_gone(&watch));
        assert_eq!(stop.reason(), None, "its end is no news");
    }

    #[test]
    fn once_ended_it_is_ended_whatever_it_does_with_the_signal() {
        let (program, watch, stop) = start(STUBBORN);
        program.end(Duration::from_millis(50), &stop);
        assert!(is_gone(&watch));
        program.end(Duration::from_millis(50), &stop);
    }

    #[test]
    fn its_own_end_stops_the_run_and_leaves_no_child_behind() {
        let (program, watch, stop) = start("sleep 600 & echo serves; exec sleep 0.05");
        assert!(watch.wait_for(KILLED, |state| state.ended.is_some()));
        let at_most = Duration::from_secs(20);
        assert_eq!(stop.pause(at_most), Some(StopReason::ServerEnded));
        program.end(Duration::from_secs(20), &stop);
        assert!(is_gone(&watch));
    }
}
