//! Whether a refusal holds what it refuses.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::http::message::{Body, Request, Response};

/// A text of fewer characters, or a number of fewer digits, may stand in two answers by chance.
const TEXT: usize = 8;
const DIGITS: usize = 5;

/// A body of fewer bytes may be the same by chance.
const BODY: usize = 16;

/// The answer to a control that passed, and the values by which it is known wherever they stand.
#[derive(Debug)]
pub struct Passed {
    /// The answer.
    pub response: Response,
    /// What stands in it and not in the request.
    telling: HashSet<String>,
}

impl Passed {
    /// The answer to this request.
    pub fn new(response: Response, request: &Request) -> Passed {
        let sent = sent_text(request);
        let mut telling = HashSet::new();
        each_leaf(&response.body, &mut |leaf| {
            if !sent.contains(&*leaf) {
                telling.insert(leaf.into_owned());
            }
        });
        Passed { response, telling }
    }
}

/// What a refusal holds of the answer to the control, in words: at least half of the leaves by
/// which that answer is known, or, where it has none, the same body.
pub fn leaked(good: &Passed, refusal: &Response) -> Option<String> {
    let Passed { response, telling } = good;
    if telling.is_empty() {
        let same = response.body.len() >= BODY && response.body == refusal.body;
        return same.then(|| "the body of the good answer".to_owned());
    }
    let mut held = HashSet::new();
    each_leaf(&refusal.body, &mut |leaf| held.extend(telling.get(&*leaf)));
    let (found, all) = (held.len(), telling.len());
    (2 * found >= all && found > 0)
        .then(|| format!("{found} of the {all} values by which the good answer is known"))
}

fn sent_text(request: &Request) -> String {
    let body = request.body.as_ref().map(Body::text).unwrap_or_default();
    let headers = request.headers.iter().map(|header| header.value.as_str());
    let headers: Vec<&str> = headers.collect();
    format!("{}\n{}\n{}", request.target.url(), headers.join("\n"), body)
}

/// Calls `visit` with every text and number of a JSON body that is not too short.
fn each_leaf(body: &[u8], visit: &mut impl FnMut(Cow<str>)) {
    if let Ok(value) = serde_json::from_slice(body) {
        leaves(&value, visit);
    }
}

fn leaves(value: &Value, visit: &mut impl FnMut(Cow<str>)) {
    match value {
        Value::String(text) if text.chars().count() >= TEXT => visit(text.into()),
        Value::Number(number) => {
            let text = number.to_string();
            if text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS {
                visit(text.into());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, visit)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::message::Connections;
    use crate::http::url::Target;
    use std::time::Duration;

    fn leaks(good: &str, refusal: &str) -> bool {
        let response = |body: &str| Response {
            status: 401,
            headers: Vec::new(),
            body: body.into(),
            elapsed: Duration::ZERO,
            url: String::new(),
            withheld: None,
            hops: Vec::new(),
        };
        let request = Request {
            method: "GET".into(),
            target: Target::parse("http://127.0.0.1/orders/7123456").unwrap(),
            headers: Vec::new(),
            body: None,
            timeout: Duration::from_secs(1),
            follow_redirects: 0,
            allow_plain_http: false,
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
            connections: Connections::Shared,
            route: std::sync::Arc::default(),
        };
        leaked(&Passed::new(response(good), &request), &response(refusal)).is_some()
    }

    #[test]
    fn half_of_the_telling_values_are_a_leak() {
        let good = r#"{"a": "copper kettle", "b": [{"c": 1234567}], "d": true, "e": "tea"}"#;
        assert!(leaks(good, good));
        assert!(leaks(good, r#"{"error": "unauthorized", "order": "copper kettle"}"#));
        assert!(leaks(good, r#"[1234567]"#));
        assert!(!leaks(good, r#"{"error": "unauthorized", "d": true, "e": "tea"}"#));
        assert!(!leaks(good, "copper kettle"));
        // What the request says itself tells nothing.
        assert!(!leaks(r#"{"id": 7123456}"#, r#"{"error": "no", "id": 7123456}"#));
    }

    #[test]
    fn without_telling_values_the_same_body_is_a_leak() {
        assert!(leaks("the list of all orders", "the list of all orders"));
        assert!(!leaks("the list of all orders", "no"));
        assert!(!leaks("no", "no"));
        assert!(leaks(r#"{"a": [1, 2], "b": "tea"}"#, r#"{"a": [1, 2], "b": "tea"}"#));
    }
}
