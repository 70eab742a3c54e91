//! The counts of a suite, in JUnit's words.

use std::iter::Sum;
use std::time::Duration;

use crate::event::{CaseEnd, Skip, StopReason, Verdict};

/// How many test cases ended how, and how long they took together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// All of them.
    pub tests: usize,
    /// Those with a `<failure>`.
    pub failures: usize,
    /// Those with an `<error>`.
    pub errors: usize,
    /// Those with a `<skipped>`.
    pub skipped: usize,
    /// The sum of their times, each as it is written.
    pub time: Duration,
}

impl Counts {
    /// Counts a case.
    pub fn add(&mut self, end: &CaseEnd) {
        self.tests += 1;
        match &end.verdict {
            Verdict::Passed => {}
            Verdict::Failed(_) => self.failures += 1,
            Verdict::Errored(_) | Verdict::Skipped(Skip::Stopped(StopReason::Deadline)) => {
                self.errors += 1;
            }
            Verdict::Skipped(_) => self.skipped += 1,
        }
        self.time += rounded(end.elapsed);
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Counts {
        counts.fold(Counts::default(), |sum, more| Counts {
            tests: sum.tests + more.tests,
            failures: sum.failures + more.failures,
            errors: sum.errors + more.errors,
            skipped: sum.skipped + more.skipped,
            time: sum.time + more.time,
        })
    }
}

/// A time to the nearest millisecond: more is noise.
pub fn rounded(time: Duration) -> Duration {
    Duration::from_millis((time.as_micros() as u64 + 500) / 1000)
}
