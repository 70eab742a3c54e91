//! `enforce` on a step among others: the steps before it come first, its probes next, the rest and
//! the tear-down last.

use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

const TOKEN: &str = "Bearer tok-of-the-scenario-4711";

/// An API that is guarded but for `/login` and for the paths that begin with `open`.
fn api(open: &'static str) -> Server {
    Server::start(move |request, stream| {
        let sent = request.header("authorization");
        let challenge = match sent {
            None | Some("") => "Bearer realm=\"x\"",
            Some(_) => "Bearer realm=\"x\", error=\"invalid_token\"",
        };
        let is_open =
            request.target == "/login" || !open.is_empty() && request.target.starts_with(open);
        let bytes = match sent == Some(TOKEN) || is_open {
            true => answer(200, &[], r#"{"id": 7, "token": "tok-of-the-scenario-4711"}"#),
            false => answer(401, &[("WWW-Authenticate", challenge)], "{}"),
        };
        reply(stream, &bytes)
    })
}

fn run(server: &Server, steps: &str) -> (Sandbox, Ended) {
    let spec = format!(
        "base_url: {}\ntests:\n  - name: life\n    setup:\n      - request: POST /login\n        \
         auth: none\n        capture: {{token: $.token}}\n    auth: {{bearer: \"${{token}}\"}}\n{steps}",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit", "junit.xml"]);
    (sandbox, ended)
}

/// What arrived, with `+` before what carried the good token.
fn arrived(server: &Server) -> Vec<String> {
    let line = |request: crate::support::server::Arrived| {
        let good = if request.header("authorization") == Some(TOKEN) { "+" } else { "-" };
        format!("{good}{} {}", request.method, request.target)
    };
    server.arrived().into_iter().map(line).collect()
}

fn cases(sandbox: &Sandbox) -> Vec<(String, String)> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let end = |case: &Element| report::end(case).map_or("passed".into(), |end| end.name.clone());
    report::cases(&report).map(|case| (case.attribute("name").to_owned(), end(case))).collect()
}

fn named(cases: &[(String, String)]) -> Vec<(&str, &str)> {
    cases.iter().map(|(name, end)| (name.as_str(), end.as_str())).collect()
}

const LIFE: &str = "    steps:
      - request: POST /things
        expect: 200
        capture: {id: $.id}
      - name: reads it
        request: GET /things/${id}
        expect: {json: {$.id: 7}}
        enforce: {profile: strict, probes: [no-token, random-token]}
        capture: {again: $.id}
      - request: GET /after/${again}
    teardown:
      - request: DELETE /things/${id}
";

#[test]
fn probes_stand_between_the_steps_before_and_those_after() {
    let server = api("");
    let (sandbox, ended) = run(&server, LIFE);
    ended.expect_code(0);
    let sent = [
        "-POST /login",
        "+POST /things",
        "+GET /things/7",
        "-GET /things/7",
        "-GET /things/7",
        "+GET /things/7",
        "+GET /after/7",
        "+DELETE /things/7",
    ];
    assert_eq!(arrived(&server), sent);
    let all =
        [("life", "passed"), ("life › no-token", "passed"), ("life › random-token", "passed")];
    assert_eq!(named(&cases(&sandbox)), all);
}

#[test]
fn a_step_before_that_does_not_hold_makes_its_probes_errors_and_is_cleaned_up_after() {
    let server = api("");
    let lines = LIFE.replace("expect: 200", "expect: 201");
    let (sandbox, ended) = run(&server, &lines);
    let ended = ended.expect_code(1);
    assert!(ended.stdout.contains("step 1: status: expected 201, got 200"), "{}", ended.stdout);
    let all = [("life", "failure"), ("life › no-token", "error"), ("life › random-token", "error")];
    assert_eq!(named(&cases(&sandbox)), all);
    assert_eq!(arrived(&server), ["-POST /login", "+POST /things", "+DELETE /things/7"]);
}

#[test]
fn a_bypass_is_found_and_the_rest_of_the_test_goes_on() {
    let server = api("/things/7");
    let (sandbox, ended) = run(&server, LIFE);
    ended.expect_code(1);
    let all =
        [("life", "passed"), ("life › no-token", "failure"), ("life › random-token", "failure")];
    assert_eq!(named(&cases(&sandbox)), all);
    assert_eq!(arrived(&server).last().map(String::as_str), Some("+DELETE /things/7"));
}

#[test]
fn what_changes_something_is_sent_once_and_after_its_probes() {
    let server = api("");
    let lines = "    enforce: {profile: strict, probes: [no-token, random-token]}\n    steps:\n      \
                 - request: DELETE /things/7\n        expect: 200\n      - request: GET /me\n        auth: none\n        expect: 401\n";
    let (sandbox, ended) = run(&server, lines);
    ended.expect_code(0);
    let sent =
        ["-POST /login", "-DELETE /things/7", "-DELETE /things/7", "+DELETE /things/7", "-GET /me"];
    assert_eq!(arrived(&server), sent);
    assert_eq!(cases(&sandbox).len(), 3);
}

#[test]
fn a_probe_that_took_effect_ends_the_test_but_for_its_tear_down() {
    let server = api("/things/7");
    let lines = "    steps:\n      - request: DELETE /things/7\n        expect: 200\n        \
                 enforce: {probes: [no-token, random-token]}\n      - request: GET /me\n    teardown:\n      - request: POST /reset\n";
    let (sandbox, ended) = run(&server, lines);
    ended.expect_code(1);
    assert_eq!(arrived(&server), ["-POST /login", "-DELETE /things/7", "+POST /reset"]);
    let all =
        [("life", "error"), ("life › no-token", "failure"), ("life › random-token", "skipped")];
    assert_eq!(named(&cases(&sandbox)), all);
}

#[test]
fn it_must_be_clear_which_step_is_meant() {
    let server = api("");
    let both = "    enforce: bearer\n    steps:\n      - {request: GET /a, expect: 200}\n      - {request: GET /b, expect: 200}\n";
    let (_, ended) = run(&server, both);
    let ended = ended.expect_code(2);
    assert!(
        ended.stderr.contains("more than one of them sends a bearer token"),
        "{}",
        ended.stderr
    );
    let twice = "    steps:\n      - {request: GET /a, expect: 200, enforce: bearer}\n      - {request: GET /b, expect: 200, enforce: bearer}\n";
    let (_, ended) = run(&server, twice);
    let ended = ended.expect_code(2);
    assert!(ended.stderr.contains("one of the `steps` of a test is probed"), "{}", ended.stderr);
    let around = "    steps:\n      - {request: GET /a, expect: 200}\n    teardown:\n      - {request: GET /b, enforce: bearer}\n";
    let (_, ended) = run(&server, around);
    ended.expect_code(2);
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn a_step_that_says_none_is_not_the_one_that_is_meant() {
    let spared = "{request: GET /b, expect: 200, enforce: none}";
    let server = api("");
    let steps = format!(
        "    enforce: {{probes: [no-token]}}\n    steps:\n      - {spared}\n      \
         - {{request: GET /a, expect: 200}}\n"
    );
    let (sandbox, ended) = run(&server, &steps);
    ended.expect_code(0);
    let all = [("life", "passed"), ("life › no-token", "passed")];
    assert_eq!(named(&cases(&sandbox)), all);
    let probed: Vec<String> =
        arrived(&server).into_iter().filter(|l| l.starts_with("-G")).collect();
    assert_eq!(probed, ["-GET /a"]);

    // What is inherited probes none then, and what the test asks for itself cannot be had.
    let server = api("");
    let only =
        format!("    steps:\n      - {spared}\n      - {{request: GET /open, auth: none}}\n");
    let (_, ended) = run(&server, &format!("    enforce: bearer\n{only}"));
    let ended = ended.expect_code(2);
    let fault = "error: `enforce: none` on a step of a test that is to be probed\n  --> a.yaml:11:";
    assert!(ended.stderr.contains(fault), "{}", ended.stderr);
    assert_eq!(server.arrived().len(), 0);
    let spec = format!(
        "base_url: {}\nenforce: bearer\nauth: {{bearer: tok-of-the-scenario-4711}}\ntests:\n  \
         - name: n\n    steps:\n      - {spared}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    sandbox.run(&["a.yaml", "--junit", "junit.xml"]).expect_code(0);
    assert_eq!(named(&cases(&sandbox)), [("n", "passed")]);
}

#[test]
fn every_step_that_sends_a_token_counts_for_the_level() {
    let spec = "\
setup:
  - {request: GET /me, expect: 200}
tests:
  - {name: lists, request: GET /orders, expect: 200}
  - name: creates and reads back
    steps:
      - request: POST /flawed/no-guard/orders
        json: {item: clock, quantity: 1, price: 12.5}
        expect: 201
        capture: {id: $.id}
      - {request: \"GET /flawed/no-guard/orders/${id}\", expect: 200}
    teardown:
      - {request: \"DELETE /flawed/no-guard/orders/${id}\", expect: 204}
";
    let project = "\
server: demo
base_url: ${server.url}
tokens: {alice: demo-alice-5f0c1d2e3b4a}
auth: alice
enforce: bearer
";
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    let ended = sandbox.run(&["--require-level", "L3"]).expect_code(1);
    let shown = ended.stdout;
    for endpoint in [
        "GET /me (not probed)",
        "POST /flawed/no-guard/orders (not probed)",
        "GET /flawed/no-guard/orders/${id} (not probed)",
        "DELETE /flawed/no-guard/orders/${id} (not probed)",
    ] {
        assert!(shown.contains(endpoint), "{endpoint}: {shown}");
    }
    assert!(!shown.contains("GET /orders (not probed)"), "{shown}");
    let way_out = "; each that the run sends a bearer token to counts: probe it with `enforce: bearer`, or run what is to be proven by itself, by --tag or FILE:LINE";
    assert!(shown.contains(way_out), "{shown}");
}

#[test]
fn a_variable_that_stands_for_the_path_is_another_endpoint_for_each() {
    let spec = "\
enforce: bearer
auth: {bearer: demo-alice-5f0c1d2e3b4a}
tests:
  - name: n
    data: [{p: /orders}, {p: /me}, {p: /flawed/no-guard/orders}]
    request: GET ${p}
    expect: 200
";
    let project = "server: demo\nbase_url: ${server.url}\n";
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    let ended = sandbox.run(&["--require-level", "L3"]).expect_code(1);
    for line in ["  L3  GET /me ", "  L3  GET /orders ", "  L0  GET /flawed/no-guard/orders "] {
        assert!(ended.stdout.contains(line), "{line}: {}", ended.stdout);
    }
}
