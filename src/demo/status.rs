//! Routes that answer with the status that the request asks for.

use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::basic::BASIC;
use super::bearer::{CHALLENGE, REALM};
use super::request::{Request, bad_request};

/// `GET /status/{code}`: that status, 200 to 599, with the fields that HTTP demands of it.
pub fn status(_: &Request, _: &Api, code: &str) -> Answer {
    let known = code.parse().ok().filter(|c| (200..=599).contains(c) && code.len() == 3);
    let Some(code) = known else {
        return bad_request("The status must be a number from 200 to 599.");
    };
    match code {
        204 | 205 | 304 => Answer::empty(code),
        401 => body(code).with(CHALLENGE, REALM),
        405 => body(code).with("Allow", ""),
        407 => body(code).with("Proxy-Authenticate", BASIC),
        426 => body(code).with("Upgrade", "HTTP/2.0").with("Connection", "upgrade"),
        _ => body(code),
    }
}

/// `GET` or `POST /redirect?to=URL&status=302`: a redirect to anywhere.
pub fn redirect(request: &Request, _: &Api, _: &str) -> Answer {
    let to = request.query_value("to").unwrap_or_default();
    if to.is_empty() || !to.bytes().all(|b| b.is_ascii_graphic()) {
        return bad_request("to must be a URL or a path, in ASCII and without spaces.");
    }
    match request.query_number("status", 302, 301..=308) {
        Ok(code @ (301 | 302 | 303 | 307 | 308)) => Answer::empty(code as u16).with("Location", to),
        Ok(_) => bad_request("status must be 301, 302, 303, 307 or 308."),
        Err(refused) => refused,
    }
}

fn body(code: u16) -> Answer {
    Answer::json(code, &json!({"status": code}))
}
