//! The two routes that are guarded by something else than a bearer token: Basic and an API key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::bearer::CHALLENGE;
use super::request::Request;
use super::users;

/// The challenge that asks for a name and a password.
pub const BASIC: &str = r#"Basic realm="demo", charset="UTF-8""#;

/// `GET /basic`: who the Basic credentials belong to.
pub fn basic(request: &Request, _: &Api, _: &str) -> Answer {
    let user = credentials(request).and_then(|(n, password)| users::authenticate(&n, &password));
    match user {
        Some(user) => Answer::json(200, &json!({"user": user.name})).no_store(),
        None => Answer::error(401, "unauthorized", "This route needs a user name and a password.")
            .with(CHALLENGE, BASIC),
    }
}

/// `GET /api-key`: whether `X-Api-Key` has the right key.
pub fn api_key(request: &Request, _: &Api, _: &str) -> Answer {
    if users::same_secret(request.value("x-api-key").unwrap_or_default(), users::API_KEY) {
        return Answer::json(200, &json!({"client": "demo"})).no_store();
    }
    Answer::error(401, "unauthorized", "This route needs a key in X-Api-Key.")
        .with(CHALLENGE, r#"ApiKey realm="demo""#)
}

/// The name and the password of a request's Basic credentials (RFC 7617), if it has them.
pub fn credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, encoded) = request.value("authorization")?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = pair.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}
