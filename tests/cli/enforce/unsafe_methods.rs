//! Requests that change something: probes first, the control last, and nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::api::*;
use crate::support::server::{Arrived, Server};

/// An API that deletes what `may` says, and how often it did.
fn deleting(may: impl Fn(&Arrived) -> bool + Send + Sync + 'static) -> (Server, Arc<AtomicUsize>) {
    let deleted = Arc::new(AtomicUsize::new(0));
    let counter = deleted.clone();
    let server = api(move |r| match may(r) {
        true if counter.fetch_add(1, SeqCst) == 0 => (204, vec![], ""),
        true => (404, vec![], "gone"),
        false => match right(r) {
            (401, headers, body) => (401, headers, body),
            _ => refusal(INVALID),
        },
    });
    (server, deleted)
}

fn deletes(server: &Server, enforce: &str) -> Found {
    let lines = format!("request: DELETE /orders/7\nexpect: 204\nenforce: {enforce}");
    found(&spec(server, &lines), &[])
}

#[test]
fn a_right_delete_deletes_once() {
    let (server, deleted) = deleting(is_good);
    let found = deletes(&server, "{profile: strict}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    found.expect_all("passed", "enforced");
    assert_eq!(deleted.load(SeqCst), 1);
    let arrived = server.arrived();
    assert!(is_good(arrived.last().unwrap()), "the control comes last");
    assert_eq!(arrived.iter().filter(|r| is_good(r)).count(), 1);
    // The good token in a wrong place might delete something.
    assert!(
        found.cases().iter().all(|case| case.0 != "scheme-case" && case.0 != "embedded-scheme")
    );
    let why = "n/a (it carries the good token, which is sent again only with GET, HEAD and \
               OPTIONS): embedded-scheme, scheme-case";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}

#[test]
fn a_delete_that_takes_any_token_is_bypassed_and_nothing_more_is_sent() {
    let (server, deleted) =
        deleting(|r| r.header("authorization").is_some_and(|v| v.starts_with("Bearer ")));
    let found = deletes(&server, "bearer");
    assert_eq!(found.ended.code, Some(1));
    assert_eq!(found.probe("random-token"), ("failure", "bypassed".into()));
    for id in ["null-token", "look-alike", "truncated", "extended"] {
        assert_eq!(found.probe(id), ("skipped", "not-sent".into()), "{id}");
    }
    assert_eq!(found.cases()[0].1, "error");
    assert!(found.ended.stdout.contains("stopped: the request took effect when `random-token`"));
    assert_eq!(deleted.load(SeqCst), 1);
    assert!(!server.arrived().iter().any(is_good), "the control was not sent");
}

#[test]
fn one_body_serves_the_control_and_all_probes() {
    let server = api(right);
    let lines = "request: POST /orders\njson: {item: tea}\nheaders: {X-Key: gate}\nexpect: 200\nenforce: bearer";
    let found = found(&spec(&server, lines), &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 11);
    for request in &arrived {
        assert_eq!(request.body, br#"{"item":"tea"}"#);
        assert_eq!(request.header("x-key"), Some("gate"));
    }
}
