//! The signal that ends a run early, in two steps: nothing new starts, then what runs is ended.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::event::StopReason;

/// How long requests in flight may go on after a stop.
pub const GRACE: Duration = Duration::from_secs(2);

/// Shared by the workers, the signal handler and the thread that watches the time.
#[derive(Default)]
pub struct Stop {
    reason: std::sync::OnceLock<StopReason>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    over: bool,
    stopped: bool,
    aborted: bool,
    at_abort: Vec<Box<dyn FnOnce() + Send>>,
}

impl Stop {
    /// From now on nothing new starts. The first reason stays.
    pub fn stop(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.state().stopped = true;
        self.changed.notify_all();
    }

    /// Why nothing new may start, if so.
    pub fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }

    /// Calls `end` when what still runs must end; at once if that is now.
    pub fn at_abort(&self, end: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        if !state.aborted {
            state.at_abort.push(Box::new(end));
            return;
        }
        drop(state);
        end();
    }

    /// The run is over: the watch ends.
    pub fn over(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// Watches over a run until it is over: stops it at the deadline, and ends what still runs
    /// [`GRACE`] after any stop but that of `--fail-fast`.
    pub fn watch(&self, deadline: Option<Instant>) {
        if self.wait(deadline, |state| state.stopped) {
            self.stop(StopReason::Deadline);
        }
        let until = match self.reason() {
            Some(StopReason::FailFast) => deadline,
            _ => Some(Instant::now() + GRACE),
        };
        if self.wait(until, |_| false) {
            self.abort();
        }
    }

    fn abort(&self) {
        let mut state = self.state();
        state.aborted = true;
        let ends = std::mem::take(&mut state.at_abort);
        drop(state);
        ends.into_iter().for_each(|end| end());
    }

    /// Waits for `event` or the end of the run; true when the time was up first.
    fn wait(&self, until: Option<Instant>, event: impl Fn(&State) -> bool) -> bool {
        let mut state = self.state();
        while !(state.over || event(&state)) {
            let Some(until) = until else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
