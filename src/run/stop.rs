//! What ends a run early, in two steps: nothing new starts, then what runs is ended.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::groups::Groups;
use crate::event::StopReason;

/// How long requests in flight may go on after a signal.
pub const GRACE: Duration = Duration::from_secs(2);

/// How long those steps may take then that clean up.
pub const CLEANING: Duration = Duration::from_secs(5);

/// Shared by the workers, the signal handler and the thread that watches the time.
pub struct Stop {
    /// How long requests in flight may go on after a signal; [`GRACE`] but in tests.
    grace: Duration,
    /// The rank of the gravest reason so far; read at every case, so it takes no lock.
    gravest: AtomicU8,
    state: Mutex<State>,
    changed: Condvar,
    groups: Arc<Groups>,
}

#[derive(Default)]
struct State {
    over: bool,
    aborted: Option<StopReason>,
    at_abort: Vec<AtAbort>,
    at_stop: Vec<Arc<AtStop>>,
    at_last: Vec<Box<dyn FnOnce() + Send>>,
}

impl Default for Stop {
    fn default() -> Stop {
        let (gravest, state, changed, groups) = Default::default();
        Stop { grace: GRACE, gravest, state, changed, groups }
    }
}

type AtAbort = Box<dyn FnOnce(StopReason) + Send>;
type AtStop = dyn Fn() + Send + Sync;

/// From the mildest reason to the gravest.
const REASONS: [StopReason; 5] = [
    StopReason::FailFast,
    StopReason::NoServer,
    StopReason::ServerEnded,
    StopReason::Deadline,
    StopReason::Interrupted,
];

impl Stop {
    /// From now on nothing new starts. A graver reason takes the place of a milder one: a signal
    /// counts too when the run is ending already. True when that was the case.
    pub fn stop(&self, reason: StopReason) -> bool {
        let rank = REASONS.iter().position(|known| *known == reason).map_or(0, |i| i as u8 + 1);
        // Under the lock, or the watch could miss it between its look and its wait.
        let state = self.state();
        let graver = self.gravest.fetch_max(rank, Ordering::AcqRel) < rank;
        let wakes = state.at_stop.clone();
        drop(state);
        self.changed.notify_all();
        wakes.iter().for_each(|wake| wake());
        graver
    }

    /// Calls `wake` whenever there is a reason to stop: for those who wait for other things, too.
    pub fn at_stop(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.state().at_stop.push(Arc::new(wake));
    }

    /// The programs that must not outlive the run.
    pub fn groups(&self) -> &Arc<Groups> {
        &self.groups
    }

    /// Why nothing new may start, if so.
    pub fn reason(&self) -> Option<StopReason> {
        let rank = self.gravest.load(Ordering::Acquire);
        REASONS.get(usize::from(rank).checked_sub(1)?).copied()
    }

    /// Waits so long, or until nothing new may start; then it gives the reason.
    pub fn pause(&self, time: Duration) -> Option<StopReason> {
        let seen = self.reason();
        if seen.is_none() {
            self.wait(Instant::now().checked_add(time), seen);
        }
        self.reason()
    }

    /// As [`Stop::pause`], for what has begun: `--fail-fast` lets it finish.
    pub fn pause_to_finish(&self, time: Duration) -> Option<StopReason> {
        let until = Instant::now().checked_add(time);
        loop {
            match self.reason() {
                seen @ (None | Some(StopReason::FailFast)) => match self.wait(until, seen) {
                    Woken::Stopped => {}
                    Woken::TimeUp | Woken::Over => return None,
                },
                graver => return graver,
            }
        }
    }

    /// Calls `end` when what still runs must end; at once if that is now.
    pub fn at_abort(&self, end: impl FnOnce(StopReason) + Send + 'static) {
        let mut state = self.state();
        let Some(reason) = state.aborted else {
            state.at_abort.push(Box::new(end));
            return;
        };
        drop(state);
        end(reason);
    }

    /// Calls `end` when also what cleans up after the abort must end.
    pub fn at_last(&self, end: impl FnOnce() + Send + 'static) {
        self.state().at_last.push(Box::new(end));
    }

    /// The run is over: the watch ends.
    pub fn over(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// Watches over a run until it is over: ends what still runs at the deadline, and [`GRACE`]
    /// after a signal. After `--fail-fast`, and without a server, what runs may finish.
    pub fn watch(&self, deadline: Option<Instant>) {
        let mut signalled = None;
        loop {
            let seen = self.reason();
            let until = match seen {
                Some(StopReason::Interrupted) => {
                    Some(*signalled.get_or_insert_with(Instant::now) + self.grace)
                }
                Some(StopReason::Deadline) => Some(Instant::now()),
                Some(StopReason::FailFast | StopReason::NoServer | StopReason::ServerEnded)
                | None => deadline,
            };
            match (self.wait(until, seen), seen) {
                (Woken::Over, _) => return,
                (Woken::Stopped, _) => {}
                (
                    Woken::TimeUp,
                    Some(reason @ (StopReason::Interrupted | StopReason::Deadline)),
                ) => {
                    return self.abort(reason);
                }
                (Woken::TimeUp, _) => {
                    self.stop(StopReason::Deadline);
                }
            }
        }
    }

    /// Watches on after the abort: ends what cleans up [`CLEANING`] later.
    pub fn watch_last(&self) {
        let until = Instant::now() + CLEANING;
        loop {
            match self.wait(Some(until), self.reason()) {
                Woken::Over => return,
                Woken::Stopped => {}
                Woken::TimeUp => break,
            }
        }
        let ends = std::mem::take(&mut self.state().at_last);
        ends.into_iter().for_each(|end| end());
    }

    fn abort(&self, reason: StopReason) {
        let mut state = self.state();
        state.aborted = Some(reason);
        let ends = std::mem::take(&mut state.at_abort);
        drop(state);
        ends.into_iter().for_each(|end| end(reason));
    }

    /// Waits for the end of the run, another reason than `seen`, or the time.
    fn wait(&self, until: Option<Instant>, seen: Option<StopReason>) -> Woken {
        let mut state = self.state();
        loop {
            if state.over {
                return Woken::Over;
            }
            if self.reason() != seen {
                return Woken::Stopped;
            }
            let Some(until) = until else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Woken::TimeUp;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a wait ended.
enum Woken {
    Over,
    Stopped,
    TimeUp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const SHORT_GRACE: Duration = Duration::from_millis(100);

    /// Watches over a run that nothing but the abort ends; gives the reason it was aborted for,
    /// and the one that counts in the end.
    fn aborted(
        deadline: Option<Duration>,
        events: impl FnOnce(&Stop),
    ) -> (StopReason, Option<StopReason>) {
        let stop = Stop { grace: SHORT_GRACE, ..Stop::default() };
        let (send, ended) = mpsc::channel();
        stop.at_abort(move |reason| send.send(reason).unwrap());
        events(&stop);
        stop.watch(deadline.map(|time| Instant::now() + time));
        (ended.recv().unwrap(), stop.reason())
    }

    #[test]
    fn the_deadline_ends_what_runs_at_once() {
        let started = Instant::now();
        let ended = aborted(Some(Duration::from_millis(10)), |_| {});
        assert_eq!(ended, (StopReason::Deadline, Some(StopReason::Deadline)));
        assert!(started.elapsed() < GRACE);
    }

    #[test]
    fn fail_fast_lets_what_runs_finish_but_not_beyond_the_deadline() {
        let ended = aborted(Some(Duration::from_millis(10)), |stop| {
            stop.stop(StopReason::FailFast);
        });
        assert_eq!(ended, (StopReason::Deadline, Some(StopReason::Deadline)));
    }

    #[test]
    fn a_signal_counts_after_fail_fast_and_gives_what_runs_its_time() {
        let started = Instant::now();
        let ended = aborted(None, |stop| {
            assert!(stop.stop(StopReason::FailFast));
            assert!(stop.stop(StopReason::Interrupted));
        });
        assert_eq!(ended, (StopReason::Interrupted, Some(StopReason::Interrupted)));
        assert!(started.elapsed() >= SHORT_GRACE);
    }

    #[test]
    fn a_milder_reason_changes_nothing_and_a_second_signal_is_known_as_one() {
        let stop = Stop::default();
        assert_eq!(stop.reason(), None);
        assert!(stop.stop(StopReason::Interrupted));
        assert!(!stop.stop(StopReason::Interrupted));
        assert!(!stop.stop(StopReason::Deadline));
        assert_eq!(stop.reason(), Some(StopReason::Interrupted));
    }

    #[test]
    fn a_run_that_ends_by_itself_aborts_nothing() {
        let stop = Stop::default();
        let (send, ended) = mpsc::channel();
        stop.at_abort(move |reason| send.send(reason).unwrap());
        std::thread::scope(|scope| {
            scope.spawn(|| stop.watch(None));
            stop.over();
        });
        assert!(ended.try_recv().is_err());
    }

    #[test]
    fn what_starts_after_the_abort_is_ended_at_once() {
        let stop = Stop::default();
        stop.stop(StopReason::Deadline);
        stop.watch(None);
        let (send, ended) = mpsc::channel();
        stop.at_abort(move |reason| send.send(reason).unwrap());
        assert_eq!(ended.try_recv(), Ok(StopReason::Deadline));
    }
}
