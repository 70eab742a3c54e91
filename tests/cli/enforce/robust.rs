//! Tokens that make a server stumble, and the same request as a HEAD.

use super::api::*;
use crate::support::server::Arrived;

fn token_length(request: &Arrived) -> usize {
    credential(request).map_or(0, |(_, token)| token.len())
}

#[test]
fn a_long_token_may_be_too_much_for_a_server_and_must_not_break_it() {
    for (status, ended, verdict) in [
        (401, "passed", "enforced"),
        (431, "passed", "enforced"),
        (500, "failure", "crashed"),
        (413, "failure", "nonconforming"),
    ] {
        let server = api(move |r| match right(r) {
            (_, headers, body) if token_length(r) > 8000 => {
                (status, if status == 401 { headers } else { vec![] }, body)
            }
            answer => answer,
        });
        let found = reads(&server, "{profile: strict, probes: [robust]}");
        assert_eq!(found.probe("long-token"), (ended, verdict.into()), "{status}");
        assert_eq!(found.probe("odd-text"), ("passed", "enforced".into()));
        let lengths: Vec<usize> = server.arrived().iter().map(token_length).collect();
        assert!(lengths.contains(&8192) && lengths.contains(&32768), "{lengths:?}");
        assert!(found.ended.stdout.lines().all(|line| line.len() < 1000), "too long to be read");
    }
}

#[test]
fn a_refusal_that_repeats_what_was_sent_is_told() {
    let echo = |r: &Arrived| -> Option<&'static str> {
        let (_, token) = credential(r)?;
        Some(if token.starts_with("{{") { "no such token: {{7*7}}${7*7}#{7*7}" } else { "no" })
    };
    let server = api(move |r| match right(r) {
        (401, headers, body) => (401, headers, echo(r).unwrap_or(body)),
        served => served,
    });
    let found = reads(&server, "{profile: lenient, probes: [odd-text, long-token]}");
    assert_eq!(found.probe("odd-text"), ("failure", "nonconforming".into()));
    assert_eq!(found.property("odd-text", "apitest.findings"), "token-echo");
    assert_eq!(found.probe("long-token"), ("passed", "enforced".into()));
}

#[test]
fn a_head_is_guarded_like_its_get_or_not_there() {
    for (status, ended, verdict) in [
        (200, "failure", "bypassed"),
        (405, "passed", "enforced"),
        (404, "failure", "nonconforming"),
    ] {
        let server = api(move |r| if r.method == "HEAD" { (status, vec![], "") } else { right(r) });
        let found = reads(&server, "{profile: strict, probes: [head]}");
        assert_eq!(found.probe("head"), (ended, verdict.into()), "{status}");
        let arrived = server.arrived();
        let heads: Vec<_> = arrived.iter().filter(|r| r.method == "HEAD").collect();
        assert_eq!(heads.len(), 1);
        assert!(heads[0].header("authorization").is_none());
    }
}

#[test]
fn a_head_in_place_of_a_post_is_a_fault_of_the_spec() {
    let server = api(right);
    let lines = "request: POST /orders\nexpect: 200\nenforce: {probes: [head]}";
    let ended = spec(&server, lines).run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("the request is no GET"), "{}", ended.stderr);
    assert!(server.arrived().is_empty());
}
