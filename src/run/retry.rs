//! A test that does not pass is run again: `retry`.
//!
//! Each run is a whole one, with captures of its own. What cannot get better is not run again, and
//! neither is a test one of whose requests was let through where a refusal is due: that it is
//! refused now and then proves nothing.

use super::Run;
use super::walk::{Walk, Walked};
use crate::event::{EarlierRun, Failure, Verdict};
use crate::plan::{Case, Step};

/// The run of a case that counts, and those before it.
pub struct Repeated {
    /// The last one.
    pub walked: Walked,
    /// Those that did not pass before it, in order.
    pub earlier: Vec<EarlierRun>,
}

/// Kinds of failures that another run ends with as well: nothing was sent, or the run is ending.
const LASTING: [&str; 10] = [
    "token",
    "request",
    "redirect",
    "plain-http",
    "unsendable",
    "interrupted",
    "deadline",
    "fail-fast",
    "no-server",
    "server-ended",
];

impl Run<'_> {
    /// Runs the steps of a case, and once more when it does not pass, as often as it says.
    pub(super) fn repeated(&self, worker: usize, case: &Case, steps: &[Step]) -> Repeated {
        let retry = case.retry();
        let (mut earlier, mut warnings): (Vec<EarlierRun>, Vec<String>) = Default::default();
        loop {
            let run = earlier.len() as u32 + 1;
            let stopwatch = self.pace.stopwatch(worker);
            let mut walked = Walk::new(self, worker, case, run).walk(steps);
            // What was let through in one run stays told when the next one passes.
            warnings.append(&mut walked.warnings);
            let (verdict, exchange) = &mut walked.end;
            if matches!(verdict, Verdict::Skipped(_))
                && let Some(last) = earlier.pop()
            {
                // The run ended before it could be sent: the one before counts.
                walked.end = (last.verdict, last.exchange);
                return Repeated { walked: Walked { warnings, ..walked }, earlier };
            }
            let is_let_through = walked.is_let_through && retry.times > 0;
            if let Some(failure) = failure(verdict).filter(|_| is_let_through) {
                failure.begin(&format!("let through on run {run}: "));
            }
            let is_last = run > retry.times || is_let_through || !may_get_better(verdict);
            if is_last || self.stop.pause(retry.delay(run)).is_some() {
                return Repeated { walked: Walked { warnings, ..walked }, earlier };
            }
            let verdict = std::mem::replace(verdict, Verdict::Passed);
            let exchange = exchange.take();
            earlier.push(EarlierRun { verdict, exchange, elapsed: stopwatch.elapsed() });
        }
    }
}

fn failure(verdict: &mut Verdict) -> Option<&mut Failure> {
    match verdict {
        Verdict::Failed(failure) | Verdict::Errored(failure) => Some(failure),
        Verdict::Passed | Verdict::Skipped(_) => None,
    }
}

fn may_get_better(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Failed(_) => true,
        Verdict::Errored(failure) => !LASTING.contains(&failure.kind),
        Verdict::Passed | Verdict::Skipped(_) => false,
    }
}
