//! A request that the right guard refuses, as a flaw looks at it once more.

use crate::demo::api::Api;
use crate::demo::bearer::{Refusal, presented};
use crate::demo::grant::Grant;
use crate::demo::request::Request;

/// A refused request.
pub struct Attempt<'a> {
    /// What was sent.
    pub request: &'a Request,
    /// To whom.
    pub api: &'a Api,
    /// Why it is refused.
    pub refusal: Refusal,
}

impl Attempt<'_> {
    /// The token, if it was sent as it must be and is not good.
    pub fn token(&self) -> Option<&str> {
        presented(self.request).ok()
    }

    /// The token, if it is a JWT, sent as it must be, and is refused for what is in it.
    pub fn jwt(&self) -> Option<&str> {
        self.token().filter(|token| token.contains('.') && !self.api.tokens.is_revoked(token))
    }

    /// The value of the Authorization field, if there is exactly one.
    pub fn authorization(&self) -> Option<&str> {
        self.request.value("authorization").map(str::trim)
    }

    /// Whether there is no Authorization field at all.
    pub fn is_anonymous(&self) -> bool {
        self.request.values("authorization").next().is_none()
    }

    /// What a text grants as a token, wherever it stood.
    pub fn grant(&self, token: &str) -> Option<Grant> {
        self.api.tokens.check(token).ok()
    }
}
