//! Getting, seeing and giving back a token: `/login`, `/me`, `/revoke`, `/logout`, `/jwks`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::api::Api;
use super::bearer::{CHALLENGE, Guard, REALM, presented};
use super::clock;
use super::keys;
use super::oauth::{self, Issued, LIFETIME};
use super::request::{Request, bad_request};
use super::users;

/// `POST /login` with JSON `{user, password}`: an opaque token with all the user's scopes.
/// `expires_in` asks for another lifetime than an hour, in seconds.
pub fn login(request: &Request, api: &Api, _: &str) -> Answer {
    let logged_in = || {
        let body = request.json()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let (Some(name), Some(password)) = (text("user"), text("password")) else {
            return Err(bad_request("The body must have a user and a password, both text."));
        };
        let asked = body.get("expires_in").map_or(Some(LIFETIME), Value::as_i64);
        let lifetime = asked.and_then(oauth::lifetime).ok_or_else(oauth::bad_lifetime)?;
        let account = users::authenticate(name, password).ok_or_else(|| {
            Answer::error(401, "invalid_credentials", "The user name or the password is wrong.")
                .with(CHALLENGE, REALM)
        })?;
        let scopes = account.allow(None).unwrap_or_default();
        let (user, refreshable) = (account.name, Some(scopes.as_slice()));
        Ok(Issued { user, scopes: &scopes, lifetime, refreshable }.answer(api, None))
    };
    logged_in().unwrap_or_else(|refused: Answer| refused)
}

/// `GET /me`: who the token is good for, and for what.
pub fn me(request: &Request, api: &Api, guard: Guard) -> Answer {
    match guard(request, api, None) {
        Err(refused) => refused,
        Ok(caller) => Answer::json(
            200,
            &json!({
                "user": caller.user,
                "scopes": caller.scopes,
                "token_kind": caller.kind,
                "expires_at": clock::rfc3339(caller.expires_at),
            }),
        )
        .no_store(),
    }
}

/// `POST /revoke` with a form `token=…`: who has a token may revoke it (RFC 7009, but without a
/// client's authentication). Always 200, for an unknown token is as good as revoked.
pub fn revoke(request: &Request, api: &Api, _: &str) -> Answer {
    let fields = request.form().unwrap_or_default();
    let mut tokens = fields.iter().filter(|(name, _)| name == "token").map(|(_, value)| value);
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if !token.is_empty() => {
            api.tokens.revoke(token);
            Answer::json(200, &json!({})).no_store()
        }
        _ => Answer::error(400, "invalid_request", "The body must be a form with one token."),
    }
}

/// `POST /logout`: the token that comes with it is good no more.
pub fn logout(request: &Request, api: &Api, guard: Guard) -> Answer {
    match guard(request, api, None) {
        Err(refused) => refused,
        Ok(_) => {
            presented(request).into_iter().for_each(|token| api.tokens.revoke(token));
            Answer::empty(204)
        }
    }
}

/// `GET /jwks`: the public keys of the RS256 and ES256 tokens.
pub fn jwks(_: &Request, _: &Api, _: &str) -> Answer {
    Answer::json(200, &keys::jwks()).with("Cache-Control", "public, max-age=300")
}
