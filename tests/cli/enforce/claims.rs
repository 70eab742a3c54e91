//! The set `claims`: tokens that are given, or signed again.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::api::*;
use super::keys::{at_demo, source, with_keys};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, Then, answer};

const OLD: &str = "alice-of-yesterday-0b1c2d3e4f";
const READER: &str = "reader-2f7d9c1b8e6a5043";
const TOO_LITTLE: &str = r#"Bearer realm="orders", error="insufficient_scope", scope="write""#;

/// Knows a token without the scope beside the good one.
fn with_scopes(request: &Arrived) -> Answer {
    match credential(request) {
        Some((_, READER)) => (403, vec![("WWW-Authenticate", TOO_LITTLE)], "{}"),
        _ => right(request),
    }
}

fn run(server: &Server, enforce: &str, arguments: &[&str]) -> Found {
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}, old: {OLD}, reader: {READER}}}\nauth: alice\n\
         tests:\n  - name: reads\n    request: GET /orders\n    expect: 200\n    enforce: {enforce}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), arguments);
    let told = format!("{}{}", found.ended.stdout, found.ended.stderr);
    assert!(!told.contains(OLD) && !told.contains(READER), "{told}");
    found
}

const BOTH: &str =
    "{profile: strict, probes: [claims], tokens: {expired: old, missing-scope: reader}}";

#[test]
fn tokens_that_are_given_are_sent_and_the_others_lack_their_input() {
    let server = api(with_scopes);
    let found = run(&server, BOTH, &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let ids: Vec<_> = found.cases().into_iter().map(|case| case.0).collect();
    assert_eq!(ids, ["reads", "expired", "missing-scope"]);
    for token in [OLD, READER] {
        let sent = server.arrived().into_iter();
        let sent = sent.filter(|r| r.header("authorization") == Some(&format!("Bearer {token}")));
        assert_eq!(sent.count(), 1, "{token}");
    }
}

#[test]
fn a_token_without_the_scope_gets_a_403_that_says_so() {
    let answered = |answer: Answer, profile: &str| {
        let server = api(move |r| match credential(r) {
            Some((_, READER)) => answer.clone(),
            _ => right(r),
        });
        let enforce = format!(
            "{{profile: {profile}, probes: [missing-scope], tokens: {{missing-scope: reader}}}}"
        );
        let found = run(&server, &enforce, &[]);
        let (ended, verdict) = found.probe("missing-scope");
        (ended, verdict, found.property("missing-scope", "apitest.findings"))
    };
    let nonconforming = |findings: &str| ("failure", "nonconforming".into(), findings.to_owned());
    let bare = (403, vec![], "{}");
    assert_eq!(answered(bare.clone(), "strict"), nonconforming("challenge-present"));
    assert_eq!(answered(bare, "standard").0, "passed");
    let invalid = (403, vec![("WWW-Authenticate", r#"Bearer realm="orders""#)], "{}");
    assert_eq!(answered(invalid, "strict"), nonconforming("challenge-error"));
    // It says nothing about scopes, not even to the lenient.
    assert_eq!(answered(refusal(INVALID), "lenient"), nonconforming("refusal-status"));
    let served = (200, vec![], ORDERS);
    assert_eq!(answered(served, "lenient"), ("failure", "bypassed".into(), String::new()));
}

#[test]
fn claims_are_signed_again_with_the_key_of_the_source() {
    let found = at_demo(&with_keys(), &source(), "/orders", "{profile: strict, probes: [claims]}");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let ids: Vec<_> = found.cases().into_iter().map(|case| case.0).collect();
    let made = ["expired", "not-yet-valid", "bad-exp-type", "wrong-audience", "wrong-issuer"];
    assert_eq!(ids, [&["reads"][..], &made].concat());
    let enforce = "{profile: strict, probes: [claims]}";
    let found = at_demo(&with_keys(), &source(), "/flawed/aud-ignored/orders", enforce);
    assert_eq!(found.probe("wrong-audience"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("wrong-issuer"), ("passed", "enforced".into()));
}

#[test]
fn the_highest_level_asks_for_what_was_given() {
    let server = api(with_scopes);
    let all = "{probes: [core, claims], tokens: {expired: old, wrong-audience: old}}";
    let found = run(&server, all, &["--require-level", "L4"]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let lacks = "{probes: [core, claims], tokens: {expired: old}}";
    let found = run(&server, lacks, &["--require-level", "L4"]);
    assert_eq!(found.ended.code, Some(1));
    let lack = "wrong-audience lacks its input";
    assert!(found.ended.stdout.contains(lack), "{}", found.ended.stdout);
}

#[test]
fn a_token_that_cannot_be_had_is_an_error_in_its_own_words() {
    let server = api(right);
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}, old: {{file: none.txt}}}}\nauth: alice\ntests:\n  - \
         name: reads\n    request: GET /orders\n    expect: 200\n    enforce: {{probes: [expired], \
         tokens: {{expired: old}}}}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &[]);
    assert_eq!(found.probe("expired"), ("error", "inconclusive".into()));
    assert!(found.ended.stdout.contains("none.txt of token `old`"), "{}", found.ended.stdout);
}

#[test]
fn what_a_token_that_is_made_says_is_not_shown() {
    let payload = |request: &Arrived| {
        let token = request.header("authorization")?.split('.').nth(1)?.to_owned();
        String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    };
    let server = Server::start(move |request, stream| {
        let claims = payload(request).unwrap_or_default();
        let status = if claims.contains("nobody.example") { 500 } else { 200 };
        let _ = stream.write_all(&answer(status, &[], &claims));
        Then::Keep
    });
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {{jwt: {{alg: HS256, key: a-signing-secret-77, claims: {{sub: \
         alice-of-wonderland, aud: all}}}}}}}}\nauth: alice\ntests:\n  - name: reads\n    request: \
         GET /\n    expect: 200\n    enforce: {{probes: [wrong-audience]}}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &["--verbose"]);
    assert_eq!(found.probe("wrong-audience"), ("failure", "crashed".into()));
    assert!(!found.ended.stdout.contains("wonderland"), "{}", found.ended.stdout);
    assert!(!found.ended.stdout.contains("nobody.example"), "{}", found.ended.stdout);
}
