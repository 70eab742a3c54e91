//! What is known of a server while it runs, and those who wait to hear of it.

use std::process::ExitStatus;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::log::Log;

/// Shared by the threads that read its output, wait for its end and ask whether it serves, and by
/// whoever waits for what they find out.
#[derive(Debug, Default)]
pub struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is known by now.
#[derive(Debug, Default)]
pub struct State {
    /// The last lines that it printed.
    pub log: Log,
    /// How many of its outputs somebody may still write to.
    pub outputs: u8,
    /// That it serves, and the port if it said that.
    pub serves: Option<Option<u16>>,
    /// What came instead, when it was last asked.
    pub last_answer: Option<String>,
    /// How the program ended, in words, and whether well.
    pub ended: Option<(String, bool)>,
    /// Nobody needs to hear any more whether it serves.
    pub is_settled: bool,
    /// It is being ended, or was: its end is no news.
    pub is_unwanted: bool,
    /// All that it started has been ended; it may be forgotten.
    pub is_over: bool,
    /// It has been forgotten.
    pub is_gone: bool,
}

impl Watch {
    /// Looks at what is known, or changes it.
    pub fn with<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        let result = look(&mut self.state());
        self.changed.notify_all();
        result
    }

    /// Makes everybody who waits look again.
    pub fn wake(&self) {
        // Under the lock, or one that has just looked and is about to wait would miss it.
        drop(self.state());
        self.changed.notify_all();
    }

    /// Waits until `holds`, or until the time; tells whether it does.
    pub fn wait(&self, until: Instant, holds: impl Fn(&State) -> bool) -> bool {
        let mut state = self.state();
        loop {
            if holds(&state) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until `holds`, however long that takes.
    pub fn wait_until(&self, holds: impl Fn(&State) -> bool) {
        let state = self.state();
        let waited = self.changed.wait_while(state, |state| !holds(state));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// As [`Watch::wait`], for so long.
    pub fn wait_for(&self, time: Duration, holds: impl Fn(&State) -> bool) -> bool {
        self.wait(Instant::now() + time, holds)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notes how the program ended.
    pub fn end(&mut self, status: std::io::Result<ExitStatus>) {
        self.ended = Some(match status {
            Ok(status) => (status.to_string(), status.success()),
            Err(error) => (format!("nobody knows how: {error}"), false),
        });
    }
}
