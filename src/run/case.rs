//! One case: its steps in order, up to the first that does not hold.

use std::time::{Duration, Instant};

use super::Run;
use super::explain::Explainer;
use super::request::{Maker, Unsent};
use crate::event::{CaseEnd, Exchange, Skip, Verdict};
use crate::http::message::Request;
use crate::judge::judge;
use crate::plan::credential::Credential;
use crate::plan::{Case, Step, Work};

/// What a step says when it does not hold.
type StepEnd = (Verdict, Option<Box<Exchange>>);

impl Run<'_> {
    /// Runs a case on the thread with this index.
    pub fn case(&self, worker: usize, case: &Case) -> CaseEnd {
        let started = Instant::now();
        let (verdict, exchange) = match (&case.work, self.stop.reason()) {
            (Work::Skip(reason), _) => {
                let reason = self.redactor.redact(reason).into_owned();
                (Verdict::Skipped(Skip::Spec(reason)), None)
            }
            (Work::Invalid(faults), _) => {
                (Verdict::Errored(self.explainer().faults(case, "spec", faults)), None)
            }
            (_, Some(stopped)) => (Verdict::Skipped(Skip::Stopped(stopped)), None),
            (Work::Unready(missing), None) => {
                (Verdict::Errored(self.explainer().faults(case, "environment", missing)), None)
            }
            (Work::Steps(steps), None) => self.steps(worker, case, steps),
        };
        let elapsed = match verdict {
            Verdict::Skipped(_) => Duration::ZERO,
            _ => started.elapsed(),
        };
        CaseEnd { verdict, elapsed, exchange }
    }

    fn steps(&self, worker: usize, case: &Case, steps: &[Step]) -> StepEnd {
        let mut exchange = None;
        for step in steps {
            match self.step(worker, case, step) {
                Ok(shown) => exchange = shown,
                Err(end) => return end,
            }
        }
        (Verdict::Passed, exchange)
    }

    fn step(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
    ) -> Result<Option<Box<Exchange>>, StepEnd> {
        let explain = self.explainer();
        let maker = Maker {
            tokens: &self.tokens,
            redactor: self.redactor,
            bindings: self.bindings,
            project: self.settings.project,
            worker,
        };
        let unsent =
            |unsent| (Verdict::Errored(explain.unsent(case, step, &unsent)), None::<Box<Exchange>>);
        let send = |request: &Request| {
            (self.transport)(worker, request).map_err(|error| {
                let failure = explain.transport(case, step, request, &error);
                (Verdict::Errored(failure), Some(explain.exchange(request, None)))
            })
        };
        let mut request = maker.request(case, step).map_err(unsent)?;
        let mut response = send(&request)?;
        let mut mismatches = judge(&step.expectations, &response, self.bindings);
        if let Credential::Token(id) = &step.credential {
            let refused = response.status == 401 && mismatches.iter().any(|m| m.kind == "status");
            let renewed = self.tokens.answered(case.token(*id), worker, &request, refused);
            if let Some(renewed) = renewed.map_err(|reason| unsent(Unsent::token(reason)))? {
                request = renewed;
                response = send(&request)?;
                mismatches = judge(&step.expectations, &response, self.bindings);
            }
        }
        if mismatches.is_empty() {
            let shown = self.settings.verbose.then(|| explain.exchange(&request, Some(&response)));
            return Ok(shown);
        }
        let failure = explain.mismatches(case, step, &request, &mismatches);
        Err((Verdict::Failed(failure), Some(explain.exchange(&request, Some(&response)))))
    }

    /// The words for what does not pass.
    pub fn explainer(&self) -> Explainer<'_> {
        Explainer { redactor: self.redactor }
    }
}
