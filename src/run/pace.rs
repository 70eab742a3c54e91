//! `--rate`: requests leave one after another, no more than so many a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::stop::Stop;
use crate::event::StopReason;
use crate::http::client::Leaving;

/// The pace of all requests of a run.
pub struct Pace {
    /// The least time between two requests; none when they go as fast as they can.
    interval: Duration,
    /// When the last one left. Locked by the one whose turn is next, until it leaves.
    last: Mutex<Option<Instant>>,
    /// How long each thread waited in all, in nanoseconds.
    waited: Vec<AtomicU64>,
    stop: Arc<Stop>,
}

/// Measures what a thread does, without its waits for a turn.
pub struct Stopwatch<'p> {
    waited: &'p AtomicU64,
    before: u64,
    started: Instant,
}

impl Pace {
    /// A pace for this number of threads, with at least this time between two requests.
    pub fn new(interval: Duration, threads: usize, stop: &Arc<Stop>) -> Pace {
        let waited = (0..threads).map(|_| AtomicU64::new(0)).collect();
        Pace { interval, last: Mutex::default(), waited, stop: stop.clone() }
    }

    /// Waits until a request of the thread with this index may leave; how long that was.
    ///
    /// # Errors
    /// Why it may not leave any more.
    pub fn wait(&self, worker: usize, leaving: Leaving) -> Result<Duration, StopReason> {
        if self.interval.is_zero() {
            return Ok(Duration::ZERO);
        }
        let asked = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let left = last.map_or(Duration::ZERO, |last| self.interval.saturating_sub(last.elapsed()));
        let ended = match leaving {
            Leaving::First => self.stop.pause(left),
            Leaving::Further => self.stop.pause_to_finish(left),
        };
        if let Some(reason) = ended {
            return Err(reason);
        }
        // Counted from now, not from when it was due: who is late must not make the next one early.
        let now = Instant::now();
        *last = Some(now);
        let waited = now - asked;
        self.waited[worker].fetch_add(waited.as_nanos() as u64, Ordering::Relaxed);
        Ok(waited)
    }

    /// A stopwatch of the thread with this index, which runs from now on.
    pub fn stopwatch(&self, worker: usize) -> Stopwatch<'_> {
        let waited = &self.waited[worker];
        Stopwatch { waited, before: waited.load(Ordering::Relaxed), started: Instant::now() }
    }
}

impl Stopwatch<'_> {
    /// The time since it was started.
    pub fn elapsed(&self) -> Duration {
        let waited = self.waited.load(Ordering::Relaxed) - self.before;
        self.started.elapsed().saturating_sub(Duration::from_nanos(waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn threads_that_ask_together_leave_one_after_another() {
        let interval = Duration::from_millis(10);
        let pace = Pace::new(interval, 8, &Arc::default());
        let started = Instant::now();
        std::thread::scope(|scope| {
            for worker in 0..8 {
                let pace = &pace;
                scope.spawn(move || {
                    let stopwatch = pace.stopwatch(worker);
                    let waited = pace.wait(worker, Leaving::First).unwrap();
                    assert!(stopwatch.elapsed() <= stopwatch.started.elapsed() - waited);
                });
            }
        });
        assert!(started.elapsed() >= interval * 7);
    }

    #[test]
    fn the_end_of_the_run_ends_all_waits_at_once() {
        let stop: Arc<Stop> = Arc::default();
        let pace = Pace::new(Duration::from_secs(3600), 5, &stop);
        assert!(pace.wait(0, Leaving::First).is_ok());
        let started = Instant::now();
        let ready = Barrier::new(5);
        std::thread::scope(|scope| {
            for worker in 1..5 {
                let (pace, ready) = (&pace, &ready);
                scope.spawn(move || {
                    ready.wait();
                    let ended = pace.wait(worker, Leaving::Further);
                    assert_eq!(ended, Err(StopReason::Interrupted));
                });
            }
            ready.wait();
            stop.stop(StopReason::Interrupted);
        });
        assert!(started.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn after_fail_fast_what_has_begun_goes_on() {
        let stop: Arc<Stop> = Arc::default();
        let pace = Pace::new(Duration::from_millis(20), 1, &stop);
        assert!(pace.wait(0, Leaving::First).is_ok());
        stop.stop(StopReason::FailFast);
        assert_eq!(pace.wait(0, Leaving::First), Err(StopReason::FailFast));
        assert!(pace.wait(0, Leaving::Further).is_ok());
    }
}
