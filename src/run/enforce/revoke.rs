//! A token that was good and is revoked: got for one probe alone, for whoever else had it would be
//! locked out.

use crate::http::message::{Request, Response};
use crate::judge::holds;
use crate::plan::credential::Credential;
use crate::plan::probes::Absent;
use crate::plan::{Case, Step};
use crate::run::Run;
use crate::run::request::{Maker, bearer, line};
use crate::run::tokens::with_token;
use crate::secret::Secret;

impl Run<'_> {
    /// A token of the control's source that was shown to be good and has been revoked. `request` is
    /// the control's, with the token that all share.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn revoked(
        &self,
        worker: usize,
        control: &Case,
        request: &Request,
    ) -> Result<Secret, Absent> {
        let revoke = control.enforced.as_ref().and_then(|e| e.extras.revoke.as_deref());
        let (Some(step), Some(revoke)) = (control.control(), revoke) else {
            return Err(Absent::LacksInput("nothing says how a token is revoked".into()));
        };
        let token = self.token_of_its_own(worker, control, step, request)?;
        self.must_be_good(worker, control, step, &with_token(request, &token))?;
        self.revoke(worker, control, revoke, &token)?;
        Ok(token)
    }

    /// A token that nobody else has.
    fn token_of_its_own(
        &self,
        worker: usize,
        control: &Case,
        step: &Step,
        request: &Request,
    ) -> Result<Secret, Absent> {
        let Credential::Token(id) = step.credential else {
            return Err(Absent::NotApplicable("its token cannot be got for this alone".into()));
        };
        let token = self.tokens.apart(control.token(id), worker).map_err(Absent::Unusable)?;
        let shared = token.filter(|token| !request.headers.contains(&bearer(token)));
        shared.ok_or_else(|| {
            let why = "the source gives the token that all share once more, which must stay good";
            Absent::NotApplicable(why.into())
        })
    }

    /// A token that never was good is refused for that.
    fn must_be_good(
        &self,
        worker: usize,
        control: &Case,
        step: &Step,
        request: &Request,
    ) -> Result<(), Absent> {
        let response = self.sent(worker, request, "the token that was got to be revoked")?;
        let bindings = self.bindings_of(control);
        match holds(&step.expectations, &response, bindings) {
            true => Ok(()),
            false => Err(Absent::Unusable(format!(
                "the token that was got to be revoked was no good one before that: it got {}, and \
                 not what the test expects",
                response.status
            ))),
        }
    }

    fn revoke(
        &self,
        worker: usize,
        control: &Case,
        step: &Step,
        token: &Secret,
    ) -> Result<(), Absent> {
        let maker = Maker { bindings: self.bindings_of(control), ..self.maker(worker) };
        let request = maker.token_request(step, step.body.as_deref());
        let mut request = request.map_err(|unsent| {
            Absent::Unusable(format!("the request that revokes its token: {}", unsent.reason))
        })?;
        request.headers.push(bearer(token));
        let what = format!("the request that revokes its token, {},", line(&request));
        let response = self.sent(worker, &request, &what)?;
        let hint = match response.status {
            200..300 => return Ok(()),
            300..400 => " (redirects are not followed)",
            _ => "",
        };
        Err(Absent::Unusable(format!("{what} was answered with {}{hint}", response.status)))
    }

    fn sent(&self, worker: usize, request: &Request, what: &str) -> Result<Response, Absent> {
        let broken = |message: String| Absent::Unusable(format!("{what} got no answer: {message}"));
        (self.transport)(worker, request).map_err(|error| broken(error.message))
    }
}
