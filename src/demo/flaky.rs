//! Routes that try a client's patience: one that takes its time, one that fails at first.

use std::time::Duration;

use serde_json::json;

use super::answer::Answer;
use super::api::Api;
use super::request::{Request, bad_request};
use super::stop::lock;

const LONGEST_WAIT: u64 = 120_000;
const MANY_KEYS: usize = 10_000;

/// `GET /slow?ms=N`: answers after N milliseconds, at most 120,000.
pub fn slow(request: &Request, api: &Api, _: &str) -> Answer {
    let time = match request.query_number("ms", 1000, 0..=LONGEST_WAIT) {
        Ok(time) => time,
        Err(refused) => return refused,
    };
    if api.stop.wait(Duration::from_millis(time)) {
        return Answer::error(503, "stopping", "The server is ending.");
    }
    Answer::json(200, &json!({"waited_ms": time}))
}

/// `GET /flaky?fail=N&key=K`: 503 for the first N requests of that key, then 200.
pub fn flaky(request: &Request, api: &Api, _: &str) -> Answer {
    let failures = match request.query_number("fail", 1, 0..=1000) {
        Ok(failures) => failures,
        Err(refused) => return refused,
    };
    let key = request.query_value("key").unwrap_or_default();
    let mut refused = lock(&api.flaky);
    if key.len() > 100 || (refused.len() >= MANY_KEYS && !refused.contains_key(&*key)) {
        return bad_request("The key is too long, or there are too many keys.");
    }
    let so_far = refused.entry(key.into_owned()).or_default();
    if *so_far < failures {
        *so_far += 1;
        return Answer::error(503, "flaky", "This route fails at first, as it was asked to.")
            .with("Retry-After", "0");
    }
    Answer::json(200, &json!({"failed_before": *so_far}))
}
