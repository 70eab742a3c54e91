//! One case, run or left out.

use std::sync::Arc;
use std::time::Duration;

use super::Run;
use super::explain::Explainer;
use super::request::Maker;
use super::retry::Repeated;
use super::turn::Turn;
use crate::event::{CaseEnd, Skip, StopReason, Verdict};
use crate::http::message::{TransportError, TransportErrorKind};
use crate::plan::{Case, Work};

impl Run<'_> {
    /// Runs a case on the thread with this index.
    pub fn case(&self, worker: usize, case: &Case) -> CaseEnd {
        let stopwatch = self.pace.stopwatch(worker);
        let (mut warnings, mut earlier) = (Vec::new(), Vec::new());
        let (verdict, exchange) = match (&case.work, self.stop.reason()) {
            (Work::Skip(reason), _) => {
                let reason = self.redactor.redact(reason).into_owned();
                (Verdict::Skipped(Skip::Spec(reason)), None)
            }
            (Work::Invalid(faults), _) => {
                (Verdict::Errored(self.explainer().faults(case, "spec", faults)), None)
            }
            (_, Some(stopped)) => (Verdict::Skipped(Skip::Stopped(stopped)), None),
            (Work::Steps(_) | Work::Probe(_), None) if self.without_setup(case).is_some() => {
                let reason = self.without_setup(case).unwrap_or_default();
                (Verdict::Errored(self.explainer().without_place(case, "setup", reason)), None)
            }
            (Work::Unset(missing) | Work::Unready(missing), None) => {
                (Verdict::Errored(self.explainer().faults(case, "environment", missing)), None)
            }
            (Work::Steps(steps), None) => {
                let Repeated { walked, earlier: runs } = self.repeated(worker, case, steps);
                (warnings, earlier) = (walked.warnings, runs);
                walked.end
            }
            // Sent with its control, never by itself.
            (Work::Probe(_), None) => (Verdict::Errored(self.explainer().panic(case)), None),
        };
        let elapsed = match verdict {
            Verdict::Skipped(_) => Duration::ZERO,
            _ => stopwatch.elapsed(),
        };
        CaseEnd { warnings, earlier, ..CaseEnd::new(verdict, elapsed, exchange) }
    }

    /// A case on the thread with this index, with what is known before its first step.
    pub fn turn<'t>(&'t self, worker: usize, case: &'t Case) -> Turn<'t> {
        Turn {
            run: self,
            worker,
            case,
            bindings: self.bindings_of(case),
            jar: case
                .enforced
                .as_ref()
                .and_then(|enforced| self.controls.of(enforced))
                .map(|known| known.jar.get_or_init(Arc::default)),
            transport: self.transport,
        }
    }

    /// What requests are made with on the thread with this index.
    pub fn maker(&self, worker: usize) -> Maker<'_> {
        Maker {
            tokens: self.tokens,
            redactor: self.redactor,
            bindings: self.bindings,
            project: self.settings.project,
            jar: None,
            worker,
            least: Duration::ZERO,
        }
    }

    /// Why a request was not sent though it was its turn, if it was not: the run ended.
    pub fn held(&self, error: &TransportError) -> Option<StopReason> {
        self.stop.reason().filter(|_| error.kind == TransportErrorKind::Held)
    }

    /// The words for what does not pass.
    pub fn explainer(&self) -> Explainer<'_> {
        Explainer { redactor: self.redactor, options: self.settings.options }
    }
}
