//! Counts verdicts, and makes the exit code of them.

use crate::event::{CaseEnd, Event, Skip, StopReason, Verdict};
use crate::exit_code::ExitCode;

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Those of them that did not pass at once.
    pub flaky: usize,
    /// Those that did not pass, but did in some rounds.
    pub unstable: usize,
    /// Failed.
    pub failed: usize,
    /// Errored.
    pub errored: usize,
    /// skipped by their own `skip`, a waiver, or as they do not apply.
    pub skipped: usize,
    /// Not run because the run ended early.
    pub not_run: usize,
    interrupted: bool,
}

impl Tally {
    /// Counts what an event says.
    pub fn count(&mut self, event: &Event) {
        match event {
            Event::CaseEnded(_, end) => self.count_end(end),
            Event::Ended { stopped, .. } => {
                self.interrupted = *stopped == Some(StopReason::Interrupted);
            }
            Event::Noticed(_)
            | Event::Started { .. }
            | Event::Progressed { .. }
            | Event::ServerPrinted(_) => {}
        }
    }

    /// Counts a case.
    pub fn count_end(&mut self, end: &CaseEnd) {
        self.flaky += usize::from(end.is_flaky());
        self.unstable += usize::from(end.is_unstable());
        match &end.verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::Errored(_) => self.errored += 1,
            Verdict::Skipped(
                Skip::Spec(_) | Skip::Waived(_) | Skip::NotSent(_) | Skip::NotApplicable(_),
            ) => self.skipped += 1,
            Verdict::Skipped(Skip::Stopped(_)) => self.not_run += 1,
        }
    }

    /// All cases.
    pub fn cases(&self) -> usize {
        self.passed + self.failed + self.errored + self.skipped + self.not_run
    }

    /// What the verdicts alone make of the run.
    pub fn exit_code(&self) -> ExitCode {
        if self.interrupted {
            ExitCode::Interrupted
        } else if self.failed + self.errored + self.not_run > 0 {
            ExitCode::Failed
        } else if self.passed == 0 {
            ExitCode::Nothing
        } else {
            ExitCode::Passed
        }
    }
}
