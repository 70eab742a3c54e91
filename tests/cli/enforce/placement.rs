//! A good token where it does not belong: taken there, and never shown.

use super::api::*;
use crate::support::server::Arrived;

/// Takes the good token wherever it stands, and answers as `otherwise` when it is nowhere.
fn anywhere(request: &Arrived) -> Answer {
    let in_header = request.headers.iter().any(|(_, value)| value.contains(TOKEN));
    match in_header || request.target.contains(TOKEN) {
        true => (200, vec![], ORDERS),
        false => right(request),
    }
}

const GOOD_TOKEN: [&str; 8] = [
    "query",
    "other-scheme",
    "two-places",
    "cookie",
    "other-header",
    "two-headers",
    "trailing-junk",
    "no-scheme",
];

#[test]
fn it_is_found_wherever_it_is_taken_and_shown_nowhere() {
    let server = api(anywhere);
    let found = reads(&server, "{profile: strict, probes: [placement]}");
    for id in GOOD_TOKEN {
        assert_eq!(found.probe(id), ("failure", "accepted".into()), "{id}");
    }
    assert_eq!(found.probe("identity-headers"), ("passed", "enforced".into()));
    let out = &found.ended.stdout;
    assert!(out.contains("/orders?access_token=***"), "{out}");
    assert!(out.contains("no Authorization field and `access_token=⟨the token⟩` in"), "{out}");
    // Also where all is shown of every exchange.
    let lines = "request: GET /orders\nexpect: 200\nenforce: {probes: [placement]}";
    super::api::found(&spec(&server, lines), &["--verbose"]);
}

#[test]
fn it_goes_without_saying_nowhere_and_with_safe_methods_only() {
    let server = api(right);
    let found = reads(&server, "bearer");
    assert!(found.cases().iter().all(|case| !GOOD_TOKEN.contains(&case.0.as_str())));
    let lines = "request: DELETE /orders\nexpect: 200\nenforce: {probes: [placement]}";
    let found = super::api::found(&spec(&server, lines), &[]);
    let names: Vec<String> = found.cases().into_iter().map(|case| case.0).collect();
    assert_eq!(names, ["reads", "identity-headers"]);
    let lines = "request: DELETE /orders\nexpect: 200\nenforce: {probes: [query]}";
    let ended = spec(&server, lines).run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("`query` does not apply to this test"), "{}", ended.stderr);
}
