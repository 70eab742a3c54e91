//! One case: its steps in order, up to the first that does not hold.

use std::time::Duration;

use super::Run;
use super::explain::Explainer;
use super::request::{Maker, Unsent};
use crate::event::{CaseEnd, Exchange, Skip, StopReason, Verdict};
use crate::http::message::{Request, Response, TransportError, TransportErrorKind};
use crate::judge::judge;
use crate::plan::credential::Credential;
use crate::plan::{Case, Step, Work};

/// What a step says when it does not hold.
pub type StepEnd = (Verdict, Option<Box<Exchange>>);

impl Run<'_> {
    /// Runs a case on the thread with this index.
    pub fn case(&self, worker: usize, case: &Case) -> CaseEnd {
        let stopwatch = self.pace.stopwatch(worker);
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
            // Sent with its control, never by itself.
            (Work::Probe(_), None) => (Verdict::Errored(self.explainer().panic(case)), None),
        };
        let elapsed = match verdict {
            Verdict::Skipped(_) => Duration::ZERO,
            _ => stopwatch.elapsed(),
        };
        CaseEnd::new(verdict, elapsed, exchange)
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
        let request = self.request(worker, case, step, Duration::ZERO)?;
        let (request, response) = self.answered(worker, case, step, request)?;
        self.judged(case, step, &request, &response)
    }

    /// The request of a step, with a token that is good for `least`, if its source gives such.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn request(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
        least: Duration,
    ) -> Result<Request, StepEnd> {
        let maker = Maker { least, ..self.maker(worker) };
        maker.request(case, step).map_err(|unsent| self.unsent(case, step, &unsent))
    }

    /// What requests are made with on the thread with this index.
    pub fn maker(&self, worker: usize) -> Maker<'_> {
        Maker {
            tokens: &self.tokens,
            redactor: self.redactor,
            bindings: self.bindings,
            project: self.settings.project,
            worker,
            least: Duration::ZERO,
        }
    }

    /// The answer to the request of a step, and the request that got it: sent once more, with
    /// another token, where its own was refused though it should not have been.
    ///
    /// # Errors
    /// An exchange did not complete, or there is no other token.
    pub fn answered(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
        request: Request,
    ) -> Result<(Request, Response), StepEnd> {
        let response = self.response(worker, case, step, &request)?;
        match self.renewed(worker, case, step, &request, &response)? {
            None => Ok((request, response)),
            Some(renewed) => {
                let response = self.response(worker, case, step, &renewed)?;
                Ok((renewed, response))
            }
        }
    }

    /// The end of a step whose request was not sent.
    fn unsent(&self, case: &Case, step: &Step, unsent: &Unsent) -> StepEnd {
        (Verdict::Errored(self.explainer().unsent(case, step, unsent)), None)
    }

    /// The request with another token, when its own was refused though it should not have been.
    ///
    /// # Errors
    /// There is no other token.
    fn renewed(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
        request: &Request,
        response: &Response,
    ) -> Result<Option<Request>, StepEnd> {
        let Credential::Token(id) = &step.credential else { return Ok(None) };
        if response.status != 401 || response.withheld.is_some() {
            return Ok(None);
        }
        let mismatches = judge(&step.expectations, response, self.bindings);
        if mismatches.iter().all(|mismatch| mismatch.kind != "status") {
            return Ok(None);
        }
        let index = case.token(*id);
        self.tokens.renewed(index, worker, request).map_err(|reason| {
            self.unsent(case, step, &Unsent::token(reason, self.tokens.place(index)))
        })
    }

    /// The answer to the request of a step.
    ///
    /// # Errors
    /// The exchange did not complete.
    fn response(
        &self,
        worker: usize,
        case: &Case,
        step: &Step,
        request: &Request,
    ) -> Result<Response, StepEnd> {
        let explain = self.explainer();
        let response = (self.transport)(worker, request).map_err(|error| {
            if let Some(reason) = self.held(&error) {
                return (Verdict::Skipped(Skip::Stopped(reason)), None);
            }
            let failure = explain.transport(case, step, request, &error);
            (Verdict::Errored(failure), Some(explain.unanswered(request, &error)))
        })?;
        if let Credential::Token(id) = &step.credential
            && response.status != 401
        {
            self.tokens.accepted(case.token(*id));
        }
        Ok(response)
    }

    /// Why a request was not sent though it was its turn, if it was not: the run ended.
    pub fn held(&self, error: &TransportError) -> Option<StopReason> {
        self.stop.reason().filter(|_| error.kind == TransportErrorKind::Held)
    }

    /// Whether the answer is what the step expects; gives what is shown of a passed one.
    ///
    /// # Errors
    /// It is not.
    pub fn judged(
        &self,
        case: &Case,
        step: &Step,
        request: &Request,
        response: &Response,
    ) -> Result<Option<Box<Exchange>>, StepEnd> {
        let explain = self.explainer();
        if let Some(unsent) = refused_for_lack_of_a_credential(step, response) {
            let failure = explain.unsent(case, step, &unsent);
            return Err((
                Verdict::Errored(failure),
                Some(explain.exchange(request, Some(response))),
            ));
        }
        let mismatches = judge(&step.expectations, response, self.bindings);
        if mismatches.is_empty() {
            let shown = self.settings.verbose.then(|| explain.exchange(request, Some(response)));
            return Ok(shown);
        }
        let failure = explain.mismatches(case, step, request, response, &mismatches);
        Err((Verdict::Failed(failure), Some(explain.exchange(request, Some(response)))))
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
