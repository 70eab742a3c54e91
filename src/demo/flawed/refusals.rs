//! Flaws of answering: who is refused is right, and how is wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::unguarded;
use crate::demo::answer::Answer;
use crate::demo::api::Api;
use crate::demo::bearer::{CHALLENGE, REALM, presented};
use crate::demo::orders;
use crate::demo::request::Request;

/// From this length on a token is too much for it.
const LONG: usize = 4096;
/// From so many brackets on, claims are too much for it.
const DEEP: usize = 1000;

/// A 401 has what was asked for in its body.
pub fn leak(answer: Answer, request: &Request, api: &Api) -> Answer {
    if answer.status != 401 || !is_read(request) {
        return answer;
    }
    let asked_for = match request.path.rsplit_once("/orders/") {
        Some((_, id)) => orders::read(request, api, id, &unguarded),
        None => orders::list(request, api, &unguarded),
    };
    answer.with_body_of(asked_for)
}

/// A 401 has no challenge.
pub fn no_challenge(answer: Answer, _: &Request, _: &Api) -> Answer {
    if answer.status == 401 { answer.without(CHALLENGE) } else { answer }
}

/// It is a 403 where it should be a 401.
pub fn forbidden(mut answer: Answer, _: &Request, _: &Api) -> Answer {
    if answer.status == 401 {
        answer.status = 403;
    }
    answer
}

/// It is a redirect to a login page where it should be a 401.
pub fn redirect(answer: Answer, _: &Request, _: &Api) -> Answer {
    if answer.status == 401 { Answer::empty(302).with("Location", "/login") } else { answer }
}

/// An opaque token that nobody knows is a 500.
pub fn crash(answer: Answer, request: &Request, _: &Api) -> Answer {
    crash_if(answer, request, |token| !token.contains('.'))
}

/// A long token is a 500.
pub fn crash_on_long(answer: Answer, request: &Request, _: &Api) -> Answer {
    crash_if(answer, request, |token| token.len() >= LONG)
}

/// A JWT whose claims are nested deep is a 500.
pub fn crash_on_deep(answer: Answer, request: &Request, _: &Api) -> Answer {
    crash_if(answer, request, |token| {
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let opened = |claims: Vec<u8>| claims.iter().filter(|b| b"[{".contains(b)).count();
        claims.map_or(0, opened) >= DEEP
    })
}

/// What stands behind `Bearer` and is refused is repeated.
pub fn token_echo(answer: Answer, request: &Request, _: &Api) -> Answer {
    let refused = matches!(answer.status, 400 | 401) && answer.field(CHALLENGE).is_some();
    let sent = request.value("authorization").and_then(|field| field.strip_prefix("Bearer "));
    match sent.filter(|_| refused) {
        None => answer,
        Some(token) => {
            let description = format!("The token {token} is not good.");
            let body = json!({"error": "invalid_token", "error_description": description});
            answer.with_body_of(Answer::json(401, &body))
        }
    }
}

/// The parameters of a challenge have no commas between them.
pub fn no_commas(answer: Answer, _: &Request, _: &Api) -> Answer {
    challenge(answer, |challenge| challenge.replace("\", ", "\" "))
}

/// A challenge names a scheme that does not let anybody in.
pub fn wrong_scheme(answer: Answer, _: &Request, _: &Api) -> Answer {
    challenge(answer, |challenge| challenge.replacen("Bearer", "Basic", 1))
}

/// The challenge to a bad token is the one to no token.
pub fn no_error_code(answer: Answer, request: &Request, _: &Api) -> Answer {
    let bad = bad_token(&answer, request).is_some();
    if bad { challenge(answer, |_| REALM.to_owned()) } else { answer }
}

/// The challenge to a bad token says what belongs beside a 403.
pub fn wrong_error_code(answer: Answer, request: &Request, _: &Api) -> Answer {
    let bad = bad_token(&answer, request).is_some();
    let changed = |text: &str| text.replace("invalid_token", "insufficient_scope");
    if bad { challenge(answer, changed) } else { answer }
}

/// A list or an order may be kept by every cache on its way.
pub fn public_cache(answer: Answer, request: &Request, _: &Api) -> Answer {
    if answer.status == 200 && is_read(request) {
        return answer.without("Cache-Control").with("Cache-Control", "public, max-age=300");
    }
    answer
}

fn crash_if(answer: Answer, request: &Request, heavy: fn(&str) -> bool) -> Answer {
    match bad_token(&answer, request) {
        Some(token) if heavy(token) => Answer::error(500, "internal", "Something went wrong."),
        _ => answer,
    }
}

/// The token that an answer refuses, if it was sent as it must be.
fn bad_token<'r>(answer: &Answer, request: &'r Request) -> Option<&'r str> {
    presented(request).ok().filter(|_| answer.status == 401)
}

fn challenge(answer: Answer, change: impl Fn(&str) -> String) -> Answer {
    match answer.field(CHALLENGE).map(change) {
        Some(changed) => answer.without(CHALLENGE).with(CHALLENGE, changed),
        None => answer,
    }
}

fn is_read(request: &Request) -> bool {
    ["GET", "HEAD"].contains(&request.method.as_str())
}
