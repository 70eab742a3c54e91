//! One case: its steps in order, up to the first that does not hold.

use std::time::{Duration, Instant};

use super::Run;
use super::explain::Explainer;
use super::request::{Maker, Unsent};
use crate::event::{CaseEnd, Exchange, Skip, Verdict};
use crate::http::message::{Request, Response};
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
        let unsent = |unsent: &Unsent| (Verdict::Errored(explain.unsent(case, step, unsent)), None);
        let send = |request: &Request| {
            (self.transport)(worker, request).map_err(|error| {
                let failure = explain.transport(case, step, request, &error);
                (Verdict::Errored(failure), Some(explain.unanswered(request, &error)))
            })
        };
        let mut request = maker.request(case, step).map_err(|why| unsent(&why))?;
        let mut response = send(&request)?;
        let renewed = self.renewed(worker, case, step, &request, &response);
        if let Some(renewed) = renewed.map_err(|why| unsent(&why))? {
            request = renewed;
            response = send(&request)?;
        }
        if let Some(unsent) = refused_for_lack_of_a_credential(step, &response) {
            let failure = explain.unsent(case, step, &unsent);
            let shown = explain.exchange(&request, Some(&response));
            return Err((Verdict::Errored(failure), Some(shown)));
        }
        let mismatches = judge(&step.expectations, &response, self.bindings);
        if mismatches.is_empty() {
            let shown = self.settings.verbose.then(|| explain.exchange(&request, Some(&response)));
            return Ok(shown);
        }
        let failure = explain.mismatches(case, step, &request, &mismatches);
        Err((Verdict::Failed(failure), Some(explain.exchange(&request, Some(&response)))))
    }

    /// The request with another token, when its own was refused though it should not have been.
    fn renewed(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
        request: &Request,
        response: &Response,
    ) -> Result<Option<Request>, Unsent> {
        let Credential::Token(id) = &step.credential else { return Ok(None) };
        let index = case.token(*id);
        if response.status != 401 {
            self.tokens.accepted(index);
            return Ok(None);
        }
        let mismatches = judge(&step.expectations, response, self.bindings);
        let is_right = mismatches.iter().all(|mismatch| mismatch.kind != "status");
        if is_right || response.withheld.is_some() {
            return Ok(None);
        }
        let renewed = self.tokens.renewed(index, worker, request);
        renewed.map_err(|reason| Unsent::token(reason, self.tokens.place(index)))
    }

    /// The words for what does not pass.
    pub fn explainer(&self) -> Explainer<'_> {
        Explainer { redactor: self.redactor }
    }
}

/// A refusal after a redirect took the credential off says nothing about that credential.
fn refused_for_lack_of_a_credential(step: &Step, response: &Response) -> Option<Unsent> {
    let origin = response.withheld.as_ref()?;
    if matches!(step.credential, Credential::None) || !matches!(response.status, 401 | 403) {
        return None;
    }
    let reason = format!(
        "a redirect led to {origin}, where no credential is sent: its {} says nothing about the \
         one of this test; request it there",
        response.status
    );
    Some(Unsent { kind: "redirect", reason, place: None })
}
