//! The way from the workers to the thread that tells: ends of cases, handed over in batches.
//!
//! To wake a thread costs more than to judge a response, so an end waits for company, though never
//! long. Workers wait when nobody takes what they bring.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::CaseEnd;

/// So many ends wait no longer.
const BATCH: usize = 256;

/// So many make the workers wait.
const FULL: usize = 1024;

/// The ends that were brought and not yet taken.
pub struct Ends {
    state: Mutex<State>,
    worth_taking: Condvar,
    taken: Condvar,
}

struct State {
    /// Each with the position of its case in the plan.
    ends: Vec<(usize, CaseEnd)>,
    /// How many are still to come.
    missing: usize,
    /// Nobody takes them any more.
    closed: bool,
}

impl Ends {
    /// For so many cases.
    pub fn new(cases: usize) -> Ends {
        let state = State { ends: Vec::with_capacity(BATCH), missing: cases, closed: false };
        Ends { state: Mutex::new(state), worth_taking: Condvar::new(), taken: Condvar::new() }
    }

    /// Brings the end of the case at this position of the plan.
    pub fn put(&self, index: usize, end: CaseEnd) {
        let mut state = self.state();
        while state.ends.len() >= FULL && !state.closed {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.ends.push((index, end));
        state.missing -= 1;
        let worth_taking = state.missing == 0 || state.ends.len() == BATCH;
        drop(state);
        if worth_taking {
            self.worth_taking.notify_one();
        }
    }

    /// Takes what was brought: the last of all, a batch, or what there is when `patience` ends,
    /// which may be nothing. `None` when all were taken.
    pub fn take(&self, patience: Duration) -> Option<Vec<(usize, CaseEnd)>> {
        let state = self.state();
        if state.missing == 0 && state.ends.is_empty() {
            return None;
        }
        let wait = |state: &mut State| state.missing > 0 && state.ends.len() < BATCH;
        let woken = self.worth_taking.wait_timeout_while(state, patience, wait);
        let (mut state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::replace(&mut state.ends, Vec::with_capacity(BATCH));
        drop(state);
        if taken.len() >= FULL {
            self.taken.notify_all();
        }
        Some(taken)
    }

    /// Nobody takes ends any more: no worker waits for it.
    pub fn close(&self) {
        self.state().closed = true;
        self.taken.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Verdict;

    const PATIENCE: Duration = Duration::from_millis(20);

    fn end() -> CaseEnd {
        CaseEnd::new(Verdict::Passed, Duration::ZERO, None)
    }

    #[test]
    fn everything_that_is_brought_is_taken_once() {
        let cases = 3 * FULL + 7;
        let ends = Ends::new(cases);
        let next = std::sync::atomic::AtomicUsize::new(0);
        let mut seen = Vec::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        if index >= cases {
                            return;
                        }
                        ends.put(index, end());
                    }
                });
            }
            while let Some(taken) = ends.take(PATIENCE) {
                assert!(taken.len() <= FULL);
                seen.extend(taken.into_iter().map(|(index, _)| index));
            }
        });
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..cases));
    }

    #[test]
    fn nobody_waits_once_nobody_takes() {
        let ends = Ends::new(2 * FULL);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..2 * FULL).for_each(|index| ends.put(index, end())));
            while ends.state().ends.len() < FULL {
                std::thread::yield_now();
            }
            ends.close();
        });
        assert_eq!(ends.state().missing, 0);
    }

    #[test]
    fn a_lone_end_does_not_wait_for_company_that_is_slow() {
        let ends = Ends::new(2);
        ends.put(1, end());
        let taken = ends.take(PATIENCE).unwrap();
        assert_eq!(taken.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1]);
        assert!(ends.take(PATIENCE).unwrap().is_empty());
        ends.put(0, end());
        assert_eq!(ends.take(PATIENCE).unwrap().len(), 1);
        assert!(ends.take(PATIENCE).is_none());
    }
}
