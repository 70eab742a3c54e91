//! The grants of `POST /oauth/token` that take a token for a token: token exchange (RFC 8693) and
//! JWTs as grants (RFC 7523).

use super::answer::Answer;
use super::api::Api;
use super::clock;
use super::jwt::{self, ISSUER, Parties};
use super::oauth::{Form, Issued, error, invalid_request, invalid_scope};
use super::users;

/// The kinds of tokens that are taken; one of the first kind is given.
const TYPES: [&str; 2] =
    ["urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt"];

/// A token of the one whose token is shown, with its scopes or fewer.
pub fn token_exchange(form: &Form, api: &Api) -> Result<Answer, Answer> {
    let subject = form.required("subject_token")?;
    known(form.required("subject_token_type")?, &TYPES)?;
    if let Some(actor) = form.get("actor_token") {
        known(form.required("actor_token_type")?, &TYPES)?;
        api.tokens.check(actor).map_err(not_good)?;
    }
    if let Some(wanted) = form.get("requested_token_type") {
        known(wanted, &TYPES[..1])?;
    }
    let grant = api.tokens.check(subject).map_err(not_good)?;
    let scopes = match form.get("scope") {
        None => grant.scopes,
        Some(asked) => users::narrowed(asked, &grant.scopes).ok_or_else(invalid_scope)?,
    };
    // What is given is good no longer than what was shown.
    let lifetime = form.lifetime()?.min(grant.expires_at.saturating_sub(clock::now())).max(1);
    let issued = Issued { user: &grant.user, scopes: &scopes, lifetime, refreshable: None };
    Ok(issued.answer(api, Some(TYPES[0])))
}

/// A token of the one whom the client speaks for, in a JWT that the client signed.
pub fn jwt_bearer(form: &Form, api: &Api) -> Result<Answer, Answer> {
    // The demo has one secret for both: what tells an assertion from a token is whom it is for.
    let parties = Parties { issuer: users::CLIENT.name, audience: ISSUER };
    let (claims, algorithm) = jwt::authentic(form.required("assertion")?).map_err(not_good)?;
    let grant = jwt::grant_between(&claims, algorithm.name(), clock::now(), parties);
    let user = users::by_name(&grant.map_err(not_good)?.user);
    let account = user.ok_or_else(|| not_good("The token is for an unknown user."))?;
    let scopes = account.allow(form.get("scope")).ok_or_else(invalid_scope)?;
    let lifetime = form.lifetime()?;
    let issued = Issued { user: account.name, scopes: &scopes, lifetime, refreshable: None };
    Ok(issued.answer(api, None))
}

fn known(asked: &str, types: &[&str]) -> Result<(), Answer> {
    match types.contains(&asked) {
        true => Ok(()),
        false => Err(invalid_request("There are no tokens of this type here.")),
    }
}

fn not_good(why: &str) -> Answer {
    error("invalid_grant", why)
}
