//! Programs that were started, each with all that it starts itself, so that none outlives the run.
//!
//! On Unix a program leads a process group of its own. Its number stays taken until the program has
//! been waited for, and so long it stands in the list: no signal can reach a stranger.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The programs that run.
#[derive(Debug, Default)]
pub struct Groups {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: BTreeSet<u32>,
    closed: bool,
}

/// How a program is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is asked to.
    Asked,
    /// It has no say in it.
    Forced,
}

impl Groups {
    /// Starts a program. It stays in the list until [`Groups::reap`].
    ///
    /// # Errors
    /// It cannot be started, or the process is about to end.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Under the lock: nothing is started that `end_all` does not see.
        let mut state = self.state();
        if state.closed {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run is over"));
        }
        let child = command.spawn()?;
        state.running.insert(child.id());
        Ok(child)
    }

    /// Ends a program and all that it started, if it still runs.
    pub fn end(&self, id: u32, how: End) {
        let state = self.state();
        if state.running.contains(&id) {
            end(id, how);
        }
    }

    /// Ends all of them for good; from now on none is started.
    pub fn end_all(&self) {
        let mut state = self.state();
        state.closed = true;
        state.running.iter().for_each(|id| end(*id, End::Forced));
    }

    /// Waits for the end of a program. On Unix it can still be signalled, with all that it started,
    /// until [`Groups::reap`].
    ///
    /// # Errors
    /// The system does not say.
    pub fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        wait(child)
    }

    /// Takes a program that has ended off the list.
    ///
    /// # Errors
    /// The system does not say how it ended.
    pub fn reap(&self, child: &mut Child) -> io::Result<ExitStatus> {
        self.state().running.remove(&child.id());
        child.wait()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
fn end(group: u32, how: End) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match how {
        End::Asked => Signal::TERM,
        End::Forced => Signal::KILL,
    };
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It may have ended by itself in the meantime.
        let _ = kill_process_group(group, signal);
    }
}

/// Without process groups there is a program that knows who started whom. It cannot ask.
#[cfg(not(unix))]
fn end(id: u32, _how: End) {
    let mut command = Command::new("taskkill");
    command.args(["/T", "/F", "/PID", &id.to_string()]);
    // It may have ended by itself in the meantime.
    let _ = command.output();
}

#[cfg(unix)]
fn wait(child: &Child) -> io::Result<ExitStatus> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    use std::os::unix::process::ExitStatusExt;
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(Pid::from_child(child)), options) {
            Ok(Some(status)) => {
                // As `wait` of the system packs the two.
                let raw = match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => code << 8,
                    (None, signal) => signal.unwrap_or(0),
                };
                return Ok(ExitStatus::from_raw(raw));
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    child.wait()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::Stdio;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped());
        command
    }

    /// Returns when all that hold the other end are gone.
    fn all_that_is_printed(child: &mut Child) -> String {
        let mut text = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn one_that_ended_is_still_reached_through_what_it_left_behind() {
        let groups = Groups::default();
        let mut child = groups.spawn(&mut shell("sleep 600 & exit 3")).expect("a shell");
        assert_eq!(groups.wait(&mut child).expect("a status").code(), Some(3));
        groups.end(child.id(), End::Asked);
        assert_eq!(all_that_is_printed(&mut child), "");
        assert_eq!(groups.reap(&mut child).expect("a status").code(), Some(3));
        assert!(groups.state().running.is_empty());
    }

    #[test]
    fn a_signal_is_told_as_what_ended_it() {
        let groups = Groups::default();
        let mut child = groups.spawn(&mut shell("trap '' TERM; echo; sleep 600")).expect("a shell");
        groups.end(child.id(), End::Forced);
        let status = groups.wait(&mut child).expect("a status");
        assert_eq!(status.to_string(), "signal: 9 (SIGKILL)");
        assert_eq!(groups.reap(&mut child).expect("a status"), status);
    }

    #[test]
    fn all_end_at_once_and_none_starts_then() {
        let groups = Groups::default();
        let mut children: Vec<Child> = (0..3)
            .map(|_| groups.spawn(&mut shell("sleep 600 & wait")).expect("a shell"))
            .collect();
        groups.end_all();
        for child in &mut children {
            assert_eq!(all_that_is_printed(child), "");
            groups.reap(child).expect("a status");
        }
        assert!(groups.spawn(&mut shell("true")).is_err());
    }
}
