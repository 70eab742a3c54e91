//! Requests of GraphQL: what they send, what may be sent again, and a 200 that refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::api::*;
use crate::support::server::{Arrived, Server};

const QUERY: &str = "request: POST /graphql
graphql:
  query: 'query Mine($last: Int) { orders(last: $last) { id } } mutation Cancel { cancel }'
  variables: {last: 5}
  operation: Mine
expect: {json: {'$.data.orders[0].id': 712345}}
";

const MUTATION: &str = "request: POST /graphql
graphql: {query: 'mutation { cancel(id: 7) { state } }'}
expect: {json: {$.data.cancel.state: canceled}}
";

const SERVED: &str = r#"{"data": {"orders": [{"id": 712345}]}}"#;

const CANCELED: &str = r#"{"data": {"cancel": {"state": "canceled"}}}"#;

const ERRORS: &str = r#"{"errors": [{"message": "not authenticated"}], "data": null}"#;

fn json(body: &'static str) -> Answer {
    (200, vec![("Content-Type", "application/json")], body)
}

/// Serves what the good token asks for, and refuses with the status of HTTP.
fn right_in_graphql(request: &Arrived) -> Answer {
    match right(request) {
        (200, ..) => json(SERVED),
        refused => refused,
    }
}

/// Serves what the good token asks for, and refuses in the errors of GraphQL.
fn refusing_in_errors(request: &Arrived) -> Answer {
    match right(request) {
        (200, ..) => json(SERVED),
        _ => json(ERRORS),
    }
}

fn run(server: &Server, test: &str, enforce: &str) -> Found {
    found(&spec(server, &format!("{test}enforce: {enforce}")), &[])
}

#[test]
fn a_query_is_proven_as_a_get_is() {
    let server = api(right_in_graphql);
    let found = run(&server, QUERY, "{profile: strict}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    found.expect_all("passed", "enforced");
    assert_eq!(found.probe("scheme-case"), ("passed", "enforced".into()));
    let arrived = server.arrived();
    assert!(is_good(&arrived[0]) && is_good(arrived.last().unwrap()), "the control encloses all");
    let sent = r#"{"query":"query Mine($last: Int) { orders(last: $last) { id } } mutation Cancel { cancel }","variables":{"last":5},"operationName":"Mine"}"#;
    for request in &arrived {
        assert_eq!(request.method, "POST");
        assert_eq!(String::from_utf8_lossy(&request.body), sent);
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
}

#[test]
fn a_refusal_in_errors_has_the_wrong_status_and_is_no_bypass() {
    for profile in ["strict", "standard"] {
        let server = api(refusing_in_errors);
        let found = run(&server, QUERY, &format!("{{profile: {profile}, probes: [core]}}"));
        assert_eq!(found.ended.code, Some(1), "{}", found.ended.stdout);
        for id in ["no-token", "random-token"] {
            assert_eq!(found.probe(id), ("failure", "nonconforming".into()), "{profile}");
            assert_eq!(found.property(id, "apitest.findings"), "refusal-status");
        }
        let told = "refused, but with 200 and `errors`, where 401 is right";
        assert!(found.ended.stdout.contains(told), "{}", found.ended.stdout);
    }
}

#[test]
fn a_lenient_profile_takes_it() {
    let server = api(refusing_in_errors);
    let found = run(&server, QUERY, "{profile: lenient, probes: [core]}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.probe("no-token"), ("passed", "enforced".into()));
    assert_eq!(found.probe("random-token"), ("passed", "enforced".into()));
}

#[test]
fn what_is_no_graphql_request_is_let_through_by_a_200_with_errors() {
    let server = api(refusing_in_errors);
    let test = "request: GET /orders\nexpect: 200\n";
    let found = run(&server, test, "{profile: lenient, probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
}

#[test]
fn data_without_a_token_is_a_bypass() {
    let server = api(|_| json(SERVED));
    let found = run(&server, QUERY, "{probes: [no-token, random-token]}");
    assert_eq!(found.ended.code, Some(1));
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("random-token"), ("failure", "bypassed".into()));
}

#[test]
fn errors_for_the_good_token_too_prove_nothing() {
    let server = api(|_| json(ERRORS));
    let test = QUERY.replace("expect: {json: {'$.data.orders[0].id': 712345}}", "expect: 200");
    let found = run(&server, &test, "{profile: lenient, probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("error", "vacuous".into()), "{}", found.ended.stdout);
}

#[test]
fn a_good_token_that_is_locked_out_in_errors_is_seen() {
    let bad = AtomicUsize::new(0);
    let server = api(move |request| {
        if !is_good(request) {
            bad.fetch_add(1, SeqCst);
        }
        match (is_good(request), bad.load(SeqCst)) {
            (true, 0) => json(SERVED),
            (true, _) => json(ERRORS),
            (false, _) => right_in_graphql(request),
        }
    });
    let found = run(&server, QUERY, "{probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("error", "vacuous".into()), "{}", found.ended.stdout);
}

/// An API that cancels what `may` says, and how often it did.
fn canceling(may: fn(&Arrived) -> bool) -> (Server, Arc<AtomicUsize>) {
    let canceled = Arc::new(AtomicUsize::new(0));
    let counter = canceled.clone();
    let server = api(move |request| match may(request) {
        true => {
            counter.fetch_add(1, SeqCst);
            json(CANCELED)
        }
        false => json(ERRORS),
    });
    (server, canceled)
}

#[test]
fn a_right_mutation_takes_effect_once() {
    let (server, canceled) = canceling(is_good);
    let found = run(&server, MUTATION, "{profile: lenient}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    found.expect_all("passed", "enforced");
    assert_eq!(canceled.load(SeqCst), 1);
    assert!(is_good(server.arrived().last().unwrap()), "the control comes last");
    let why = "n/a (it carries the good token, which is sent once with a mutation): \
               embedded-scheme, scheme-case";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}

#[test]
fn a_mutation_that_takes_any_token_takes_effect_once() {
    let (server, canceled) = canceling(|request| request.header("authorization").is_some());
    let found = run(&server, MUTATION, "{profile: lenient, probes: [no-token, random-token]}");
    assert_eq!(found.probe("random-token"), ("failure", "bypassed".into()));
    assert_eq!(canceled.load(SeqCst), 1);
    assert!(!server.arrived().iter().any(is_good), "the control was not sent");
}

#[test]
fn a_mutation_stays_one_in_a_get() {
    let (server, canceled) = canceling(is_good);
    let found = run(&server, &MUTATION.replace("POST", "GET"), "{profile: lenient}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(canceled.load(SeqCst), 1);
}

#[test]
fn variables_may_come_from_the_spec_and_a_header_says_another_type() {
    let server = api(right_in_graphql);
    let lines = "vars: {last: 5, word: tea}\nrequest: POST /graphql
headers: {Content-Type: application/graphql+json}
graphql: {query: '{ orders { id } }', variables: {last: '${last}', find: ['a ${word}', null]}}
expect: 200\n";
    let found = found(&spec(&server, lines), &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let arrived = server.arrived();
    let sent = r#"{"query":"{ orders { id } }","variables":{"last":5,"find":["a tea",null]}}"#;
    assert_eq!(String::from_utf8_lossy(&arrived[0].body), sent);
    assert_eq!(arrived[0].header("content-type"), Some("application/graphql+json"));
    assert_eq!(arrived.len(), 1);
}

#[test]
fn a_login_may_be_a_mutation() {
    let server = api(|request| match request.target.as_str() {
        "/login" => json(r#"{"data": {"login": {"token": "alice-4f9c2b7d1e8a5063"}}}"#),
        _ => right_in_graphql(request),
    });
    let lines = "auth: her\ntokens:\n  her:\n    login:\n      request: POST /login
      graphql:\n        query: 'mutation L($p: String!) { login(password: $p) { token } }'
        variables: {p: '${secret}'}\n      token: $.data.login.token\nvars: {secret: wonderland-77}
request: POST /graphql\ngraphql: {query: '{ orders { id } }'}\nexpect: 200\n";
    let found = found(&spec(&server, lines), &[]);
    assert_eq!(found.ended.code, Some(0), "{}{}", found.ended.stdout, found.ended.stderr);
    let arrived = server.arrived();
    let sent = r#"{"query":"mutation L($p: String!) { login(password: $p) { token } }","variables":{"p":"wonderland-77"}}"#;
    assert_eq!(String::from_utf8_lossy(&arrived[0].body), sent);
    assert!(is_good(&arrived[1]));
}
