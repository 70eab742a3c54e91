//! Flaws of judging what a token says: claims that are not looked at, scopes, users, revocation.

use serde_json::{Value, json};

use super::attempt::Attempt;
use crate::demo::api::Api;
use crate::demo::clock;
use crate::demo::grant::Grant;
use crate::demo::jwt::{self, AUDIENCE, Claims, ISSUER};
use crate::demo::request::Request;
use crate::demo::tokens::YEAR_2100;
use crate::demo::users::{READ, WRITE};

/// No token expires, opaque ones included.
pub fn exp_ignored(attempt: &Attempt) -> Option<Grant> {
    let token = attempt.token().filter(|token| !attempt.api.tokens.is_revoked(token))?;
    let opaque = attempt.api.tokens.known(token);
    opaque.or_else(|| corrected(attempt, |claims| set(claims, "exp", json!(YEAR_2100))))
}

/// An expiry that is not a number is taken for none.
pub fn exp_as_text(attempt: &Attempt) -> Option<Grant> {
    corrected(attempt, |claims| {
        if claims.get("exp").is_some_and(Value::is_string) {
            set(claims, "exp", json!(YEAR_2100));
        }
    })
}

/// A token is good before its time.
pub fn nbf_ignored(attempt: &Attempt) -> Option<Grant> {
    corrected(attempt, |claims| _ = claims.remove("nbf"))
}

/// A token for another API is good.
pub fn aud_ignored(attempt: &Attempt) -> Option<Grant> {
    corrected(attempt, |claims| set(claims, "aud", json!(AUDIENCE)))
}

/// A token of another issuer is good.
pub fn iss_ignored(attempt: &Attempt) -> Option<Grant> {
    corrected(attempt, |claims| set(claims, "iss", json!(ISSUER)))
}

/// A token that was revoked is good.
pub fn revoked_accepted(attempt: &Attempt) -> Option<Grant> {
    let token = attempt.token().filter(|token| attempt.api.tokens.is_revoked(token))?;
    let now = clock::now();
    let opaque = attempt.api.tokens.known(token).filter(|grant| grant.expires_at > now);
    opaque.or_else(|| jwt::verify(token, now).ok())
}

/// Every good token has every scope.
pub fn scope_ignored(grant: Grant, _: &Request, _: &Api) -> Grant {
    Grant { scopes: [READ, WRITE].map(str::to_owned).to_vec(), ..grant }
}

/// An order is anybody's who has a good token.
pub fn any_owner(grant: Grant, request: &Request, api: &Api) -> Grant {
    let id = request.path.rsplit('/').next().and_then(|id| id.parse().ok());
    let owner = id.and_then(|id| api.orders.owner(id));
    Grant { user: owner.unwrap_or(grant.user), ..grant }
}

/// What a genuine JWT would grant if its claims were others.
fn corrected(attempt: &Attempt, correct: impl Fn(&mut Claims)) -> Option<Grant> {
    let (mut claims, algorithm) = jwt::authentic(attempt.jwt()?).ok()?;
    correct(&mut claims);
    jwt::grant(&claims, algorithm.name(), clock::now()).ok()
}

fn set(claims: &mut Claims, name: &str, value: Value) {
    claims.insert(name.to_owned(), value);
}
