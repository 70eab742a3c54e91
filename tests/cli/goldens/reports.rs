//! How a run is told that did not go as its tests say.

use regex::Regex;

use super::told;
use crate::support::golden::golden;
use crate::support::in_turn::in_turn;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

/// What is run against a server that answers in turn, and how.
const RUNS: [(&str, &[&str]); 5] = [
    ("tests: [{name: never, request: GET /503, expect: 200}]\n", &["--repeat", "8"]),
    ("tests: [{name: later, skip: not yet, request: GET /503, expect: 200}]\n", &[]),
    (
        "tests:\n  - name: waits\n    request: GET /202\n    poll: {every: 59m, within: 1h}\n    \
         expect: 200\n",
        &["--deadline", "1s"],
    ),
    (
        "tests:\n  - name: is open\n    request: GET /200-401\n    poll: {every: 1m, within: 1h}\n    \
         expect: 401\n",
        &[],
    ),
    (
        "tests:\n  - name: cleans up\n    steps:\n      \
         - {request: GET /503, expect: 200}\n      \
         - {request: GET /200, capture: {id: $.id}}\n    teardown:\n      \
         - {name: takes it away, request: 'DELETE /${id}'}\n",
        &[],
    ),
];

#[test]
fn how_a_run_ends_is_told_whole() {
    let cut = Regex::new(r"then the run [a-z)]*… \(\d+ more bytes\)").expect("a regex");
    let said = RUNS.iter().map(|(tests, arguments)| {
        let server = in_turn();
        let spec = format!("base_url: {}\n{tests}", server.url());
        let said = told(&Sandbox::new().file("a.yaml", spec), arguments);
        // Where a line is cut hangs on how long the time before is written.
        let said = cut.replace_all(&said, "then the run <cut>");
        format!("$ apitest {}\n{said}\n", arguments.join(" "))
    });
    golden("fixtures/console/ends.txt", &said.collect::<String>());
}

#[test]
fn a_body_that_differs_everywhere_is_cut_and_that_is_said() {
    let body: String = (0..60).map(|line| format!("got {line}\n")).collect();
    let server = Server::answering(200, &[], &body);
    let expected: String = (0..60).map(|line| format!("          want {line}\n")).collect();
    let spec = format!(
        "base_url: {}\ntests:\n  - name: a\n    request: GET /\n    expect:\n      body:\n        \
         equals: |\n{expected}",
        server.url()
    );
    let said = told(&Sandbox::new().file("a.yaml", spec), &[]);
    golden("fixtures/console/differs.txt", &said);
}

#[test]
fn a_refusal_elsewhere_is_told_whole() {
    let other = Server::answering(401, &[("WWW-Authenticate", "Bearer")], "");
    let away = format!("{}/landed", other.url());
    let server = Server::start(move |_, stream| {
        reply(stream, &answer(307, &[("Location", away.as_str())], ""))
    });
    let spec = format!(
        "base_url: {}\nfollow_redirects: 1\nauth: {{bearer: a-token-of-it}}\ntests:\n  \
         - {{name: a, request: GET /, expect: 401}}\n",
        server.url()
    );
    let said = told(&Sandbox::new().file("a.yaml", spec), &[]);
    golden("fixtures/console/elsewhere.txt", &said);
}

#[test]
fn an_endpoint_without_a_proof_is_told_whole() {
    let server = Server::start(|request, stream| {
        let bytes = match request.header("authorization") {
            Some("Bearer a-token-of-it") => answer(200, &[], "{\"id\": 7}"),
            _ => answer(401, &[("WWW-Authenticate", "Bearer")], ""),
        };
        reply(stream, &bytes)
    });
    let spec = format!(
        "base_url: {}\nauth: {{bearer: a-token-of-it}}\ntests:\n  - name: proven\n    \
         request: GET /a\n    enforce: {{scheme: bearer, probes: [no-token]}}\n    expect: 200\n  \
         - {{name: unproven, request: GET /b, expect: 200}}\n",
        server.url()
    );
    let said = told(&Sandbox::new().file("a.yaml", spec), &[]);
    golden("fixtures/console/unproven.txt", &said);
}

/// What a report says of a request that nobody got.
#[test]
fn a_request_that_was_not_sent_stands_in_the_report() {
    let spec = "tests:\n  - {name: a, request: GET http://127.0.0.1:1/, expect: 200}\n";
    let sandbox = Sandbox::new().file("a.yaml", spec);
    told(&sandbox, &["--junit", "junit.xml"]);
    let report = sandbox.read("junit.xml");
    let begin = report.find("<system-out>").expect("the exchange");
    let end = report.find("</system-out>").expect("its end");
    golden("fixtures/junit/not_sent.xml", &format!("{}</system-out>\n", &report[begin..end]));
}
