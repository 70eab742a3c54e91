//! Routes without a guard that say something simple: success, text, the request's own fields.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::api::Api;
use super::bearer::{self, Refusal};
use super::request::Request;

/// `GET /echo/get/json` and `POST /echo/post/json` answer as ReqBin's echo does, whatever the
/// token and also without one. Only credentials that are malformed get a 400.
pub fn success(request: &Request, _: &Api, _: &str) -> Answer {
    match bearer::presented(request) {
        Err(refusal @ Refusal::Malformed(_)) => refusal.into_answer(),
        _ => Answer::json(200, &json!({"success": "true"})),
    }
}

/// `GET /text`: three lines of plain text.
pub fn text(_: &Request, _: &Api, _: &str) -> Answer {
    let lines = "The demo speaks plain text too.\nOrders: 6\nGrüße, 你好, 👋\n";
    Answer::new(200, "text/plain; charset=utf-8", lines.as_bytes().to_vec())
}

/// `GET /headers`: the request's fields, names in lower case, repeated ones joined by `, `.
/// Credentials are masked; of Authorization the scheme is shown.
pub fn headers(request: &Request, _: &Api, _: &str) -> Answer {
    let mut shown = Map::new();
    for (name, value) in &request.fields {
        let name = name.to_ascii_lowercase();
        let value = masked(&name, value);
        let joined = match shown.get(&name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value,
        };
        shown.insert(name, joined.into());
    }
    Answer::json(200, &json!({"headers": shown})).no_store()
}

fn masked(name: &str, value: &str) -> String {
    match name {
        "authorization" | "proxy-authorization" => match value.split_once(' ') {
            // A value without a space might be a bare token.
            Some((scheme, _)) => format!("{scheme} ***"),
            None => "***".to_owned(),
        },
        "cookie" | "x-api-key" => "***".to_owned(),
        _ => value.to_owned(),
    }
}
