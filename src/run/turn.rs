//! What a step comes to: its request, its answer, what of that does not hold.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::explain::Explainer;
use super::request::{Maker, Unsent};
use super::{Run, Transport};
use crate::event::{Exchange, Failure, Skip, Verdict};
use crate::http::cookie::CookieJar;
use crate::http::message::{Request, Response, TransportError, TransportErrorKind};
use crate::judge::refusal::is_let_through;
use crate::judge::{Mismatch, Reading};
use crate::plan::credential::Credential;
use crate::plan::{Captured, Case, Step};
use crate::secret::SHORT;
use crate::template::{Bindings, Slot};

/// What a step says when it does not hold.
pub type StepEnd = (Verdict, Option<Box<Exchange>>);

/// A request that got no whole answer.
pub struct Unanswered {
    /// How the step ends for it.
    pub end: StepEnd,
    /// Whether what came of the answer shows that it was let through where a refusal was due.
    pub is_let_through: bool,
}

impl From<StepEnd> for Unanswered {
    fn from(end: StepEnd) -> Unanswered {
        Unanswered { end, is_let_through: false }
    }
}

/// A case on the thread that takes its steps, and what is known by now.
#[derive(Clone, Copy)]
pub struct Turn<'t> {
    /// The run.
    pub run: &'t Run<'t>,
    /// The index of the thread.
    pub worker: usize,
    /// The case.
    pub case: &'t Case,
    /// What is known by now.
    pub bindings: &'t Bindings,
    /// The cookies that answers set by now.
    pub jar: Option<&'t Arc<CookieJar>>,
    /// How its requests are sent.
    pub transport: &'t Transport<'t>,
}

/// What there is of a step that was answered.
pub struct Judged {
    /// What it captured; also of one that does not hold, for what cleans up after it.
    pub captured: Vec<(Slot, Value)>,
    /// Whether it does not hold because it was let through where a refusal was due.
    pub is_let_through: bool,
    /// What is shown of one that held, in a talkative run; or its end.
    pub held: Result<Option<Box<Exchange>>, StepEnd>,
}

impl Turn<'_> {
    /// The request of a step, with a token that is good for `least`, if its source gives such.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn request(&self, step: &Step, least: Duration) -> Result<Request, Unsent> {
        let Turn { run, worker, bindings, jar, .. } = *self;
        Maker { least, bindings, jar, ..run.maker(worker) }.request(self.case, step)
    }

    /// The answer to the request of a step, and the request that got it: sent once more, with
    /// another token, where its own was refused though it should not have been.
    ///
    /// # Errors
    /// An exchange did not complete, or there is no other token.
    pub fn answered(
        &self,
        step: &Step,
        request: Request,
    ) -> Result<(Request, Response), Unanswered> {
        let response = self.response(step, &request)?;
        match self.renewed(step, &request, &response)? {
            None => Ok((request, response)),
            Some(renewed) => {
                let response = self.response(step, &renewed)?;
                Ok((renewed, response))
            }
        }
    }

    /// The end of a step whose request was not sent.
    pub fn unsent(&self, step: &Step, unsent: &Unsent) -> StepEnd {
        (Verdict::Errored(self.explainer().unsent(self.case, step, unsent)), None)
    }

    /// The request with another token, when its own was refused though it should not have been.
    ///
    /// # Errors
    /// There is no other token.
    fn renewed(
        &self,
        step: &Step,
        request: &Request,
        response: &Response,
    ) -> Result<Option<Request>, StepEnd> {
        let Credential::Token(id) = &step.credential else { return Ok(None) };
        if response.status != 401 || response.withheld.is_some() {
            return Ok(None);
        }
        let mismatches = Reading::new(response, self.bindings).judge(&step.expectations);
        if mismatches.iter().all(|mismatch| mismatch.kind != "status") {
            return Ok(None);
        }
        let (index, tokens) = (self.case.token(*id), self.run.tokens);
        tokens
            .renewed(index, self.worker, request)
            .map_err(|reason| self.unsent(step, &Unsent::token(reason, tokens.place(index))))
    }

    /// The answer to the request of a step.
    ///
    /// # Errors
    /// The exchange did not complete.
    fn response(&self, step: &Step, request: &Request) -> Result<Response, Unanswered> {
        let answered = (self.transport)(self.worker, request);
        self.learn_cookies(request);
        let response = answered.map_err(|error| self.unanswered(step, request, &error))?;
        if let Credential::Token(id) = &step.credential
            && response.status != 401
        {
            self.run.tokens.accepted(self.case.token(*id));
        }
        Ok(response)
    }

    /// The end of a step whose exchange did not complete. A status that came counts also where the
    /// rest did not: who was let through was not refused.
    fn unanswered(&self, step: &Step, request: &Request, error: &TransportError) -> Unanswered {
        if let Some(reason) = self.run.held(error) {
            return (Verdict::Skipped(Skip::Stopped(reason)), None).into();
        }
        let explain = self.explainer();
        let mut failure = explain.transport(self.case, step, request, error);
        if let Some(reason) = self.run.stop.reason()
            && error.kind == TransportErrorKind::Interrupted
        {
            failure.kind = reason.name();
        }
        let through = |status: &u16| is_let_through(&step.expectations, *status, self.bindings);
        let through = error.status.filter(through);
        if let Some(status) = through {
            failure.begin(&format!("{status} came where a refusal is due, and not to its end: "));
        }
        let end = (Verdict::Errored(failure), Some(explain.unanswered(request, error)));
        Unanswered { end, is_let_through: through.is_some() }
    }

    /// Whether the answer is what the step expects, and holds what it captures.
    pub fn judged(&self, step: &Step, request: &Request, response: &Response) -> Judged {
        let reading = Reading::new(response, self.bindings);
        let (captured, missing) = self.captured(step, &reading);
        // What is not as expected has nothing to capture: one reason is enough.
        let mismatches = match reading.judge(&step.expectations) {
            mismatches if mismatches.is_empty() => missing,
            mismatches => mismatches,
        };
        let is_let_through = !mismatches.is_empty()
            && is_let_through(&step.expectations, response.status, self.bindings);
        let held = self.held(step, request, response, &mismatches);
        Judged { captured, is_let_through, held }
    }

    fn held(
        &self,
        step: &Step,
        request: &Request,
        response: &Response,
        mismatches: &[Mismatch],
    ) -> Result<Option<Box<Exchange>>, StepEnd> {
        let explain = self.explainer();
        let shown = || explain.exchange(request, Some(response));
        if let Some(unsent) = refused_for_lack_of_a_credential(step, response) {
            let (verdict, _) = self.unsent(step, &unsent);
            return Err((verdict, Some(shown())));
        }
        if mismatches.is_empty() {
            return Ok(self.run.settings.verbose.then(shown));
        }
        let failure: Box<Failure> =
            explain.mismatches(self.case, step, request, response, mismatches);
        Err((Verdict::Failed(failure), Some(shown())))
    }

    /// What the step captures, and what it should and cannot. What is secret of it is known to the
    /// redactor before anything of the answer is shown.
    fn captured(&self, step: &Step, reading: &Reading) -> (Vec<(Slot, Value)>, Vec<Mismatch>) {
        let (mut captured, mut missing) = (Vec::new(), Vec::new());
        for known in &step.captures {
            match reading.capture(&known.capture) {
                Ok(value) => {
                    self.learn_captured(known, &value);
                    captured.push((known.slot, value));
                }
                Err(mismatch) => {
                    // What its regex should have found in it may stand there otherwise.
                    if let Some(whole) = reading.whole(&known.capture) {
                        self.learn_captured(known, &whole);
                    }
                    missing.push(*mismatch);
                }
            }
        }
        (captured, missing)
    }

    /// What is in the jar is sent as a credential; what is shorter is a word.
    fn learn_cookies(&self, request: &Request) {
        let Some(jar) = &request.cookies.jar else { return };
        let values = jar.values().into_iter().filter(|value| value.chars().count() >= SHORT);
        values.for_each(|value| self.run.redactor.add(&value));
    }

    /// What a spec calls secret is so however short it is; of what only looks so, a short text is a
    /// word, which others may say.
    fn learn_captured(&self, captured: &Captured, value: &Value) {
        if captured.capture.secret {
            self.learn(value, 0);
        } else if captured.is_sensitive {
            self.learn(value, SHORT);
        }
    }

    /// Learns each text in a value that has this many characters.
    fn learn(&self, value: &Value, least: usize) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn(item, least)),
            Value::Object(members) => members.values().for_each(|item| self.learn(item, least)),
            Value::String(text) if text.chars().count() >= least => self.run.redactor.add(text),
            Value::Number(number) => self.learn(&Value::String(number.to_string()), least),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    fn explainer(&self) -> Explainer<'_> {
        self.run.explainer()
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
    Some(Unsent { kind: "redirect", reason, place: None, missing: None })
}
