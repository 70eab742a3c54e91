//! `retry`: tests that are run again, how that is told, and what is not run again.

use std::time::Instant;

use serde_json::Value;

use crate::support::in_turn::{in_turn, run, targets};
use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox, steady};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

/// Runs one test, a request to the path with more keys behind it. It is a POST, which is sent once.
fn retry(server: &Server, path: &str, keys: &str) -> (Sandbox, Ended) {
    run(server, &format!("tests:\n  - {{name: a, request: POST {path}, {keys}}}\n"), &[])
}

/// What stands in the first case of the report: the names of the elements with type and message.
fn ends(sandbox: &Sandbox) -> Vec<String> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    let told = case.children.iter().filter(|child| child.attributes.len() == 2);
    told.map(|e| format!("{} {} {}", e.name, e.attribute("type"), e.attribute("message"))).collect()
}

const WHOLE: &str = "\
tests:
  - name: a
    retry: 2
    setup:
      - {request: GET /make, capture: {id: $.id}}
    steps:
      - {request: 'GET /use/${id}', expect: 200}
      - {request: GET /503-200, expect: 200}
    teardown:
      - {request: 'GET /remove/${id}'}
";

#[test]
fn each_run_is_a_whole_one_with_captures_of_its_own() {
    let server = in_turn();
    let (sandbox, ended) = run(&server, WHOLE, &[]);
    let ended = ended.expect_code(0);
    let expected = [
        ["/make", "/use/1", "/503-200", "/remove/1"],
        ["/make", "/use/2", "/503-200", "/remove/2"],
    ];
    assert_eq!(targets(&server), expected.concat());
    let line = "FLAKY    a.yaml:3  a: passed on run 2 of 3; run 1: step 2: status: expected 200, got 503\n";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
    assert!(ended.stdout.contains("ok   a.yaml  1 passed (1 flaky)  "), "{}", ended.stdout);
    assert!(ended.stdout.contains("\n1 case: 1 passed (1 flaky) in "), "{}", ended.stdout);
    let flaky = "flakyFailure mismatch.status step 2: status: expected 200, got 503";
    // The first is not the end of the case, which passed.
    assert_eq!(ends(&sandbox), [flaky]);
    let report = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!(
        (report.attribute("tests"), report.attribute("failures"), report.attribute("errors")),
        ("1", "0", "0")
    );
    let case = report::cases(&report).next().expect("a case");
    let [properties, flaky] = &case.children[..] else { panic!("{case:?}") };
    let property = properties.named("property").next().expect("one");
    assert_eq!(
        (property.attribute("name"), property.attribute("value")),
        ("apitest.flaky", "passed on run 2 of 3")
    );
    let trace = &flaky.named("stackTrace").next().expect("what did not hold").text;
    assert!(trace.contains("--> a.yaml:9:41") && trace.contains("^^^ got 503"), "{trace}");
}

#[test]
fn quiet_counts_it_and_verbose_shows_all_of_it() {
    let server = in_turn();
    let ended = run(&server, WHOLE, &["--quiet"]).1.expect_code(0);
    assert_eq!(steady(&ended.stdout), "\n1 case: 1 passed (1 flaky) in <time>\n");
    let server = in_turn();
    let ended = run(&server, WHOLE, &["--verbose"]).1.expect_code(0);
    let shown = steady(&ended.stdout);
    assert!(shown.contains("PASSED   a.yaml:3  a  <time>, flaky: run 2 of 3\n"), "{shown}");
    let (_, earlier) = shown.split_once("\nRun 1  <time>\n").expect(&shown);
    let error = "error: step 2: status: expected 200, got 503\n";
    assert!(earlier.starts_with(error) && earlier.contains("    HTTP/1.1 503\n"), "{shown}");
}

#[test]
fn where_none_passes_the_last_is_the_verdict_and_the_others_stand_beside_it() {
    let server = in_turn();
    let (sandbox, ended) = retry(&server, "/503-close-502", "retry: 2, expect: 200");
    let ended = ended.expect_code(1);
    assert_eq!(targets(&server).len(), 3);
    let found = ends(&sandbox);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "failure mismatch.status status: expected 200, got 502");
    assert_eq!(found[1], "rerunFailure mismatch.status status: expected 200, got 503");
    assert!(found[2].starts_with("rerunError error.closed "), "{found:?}");
    let shown = steady(&ended.stdout);
    assert!(shown.contains("FAILED   a.yaml:3  a  <time>, run 3 of 3\n"), "{shown}");
    assert!(
        shown.contains("  earlier runs\n    run 1: status: expected 200, got 503\n    run 2: "),
        "{shown}"
    );
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    let names: Vec<&str> = case.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["failure", "rerunFailure", "rerunError", "system-out"]);
}

#[test]
fn an_error_that_passes_is_flaky_too() {
    let server = in_turn();
    let (sandbox, ended) = retry(&server, "/close-close-200", "retry: 2, expect: 200");
    ended.expect_code(0);
    assert!(ends(&sandbox)[0].starts_with("flakyError error.closed "), "{:?}", ends(&sandbox));
}

#[test]
fn what_was_let_through_is_never_turned_green() {
    for (path, expect, run, requests) in [
        ("/200-401", "401", 1, 1),
        ("/503-200-401", "401", 2, 2),
        ("/204-403", "[401, 403]", 1, 1),
        ("/200-401", "{status: 401, challenge: Bearer}", 1, 1),
        ("/201-401", "{status: {gte: 400}}", 1, 1),
    ] {
        let server = in_turn();
        let (sandbox, ended) = retry(&server, path, &format!("retry: 5, expect: {expect}"));
        let ended = ended.expect_code(1);
        assert_eq!(targets(&server).len(), requests, "{path}");
        let start = format!("failure mismatch.status let through on run {run}: status: expected ");
        assert!(ends(&sandbox)[0].starts_with(&start), "{:?}", ends(&sandbox));
        let shown = format!("error: let through on run {run}: status: expected ");
        assert!(ended.stdout.contains(&shown), "{}", ended.stdout);
    }
    // In a step, whoever sends it and wherever it stands.
    let server = in_turn();
    let lines = "\
tests:
  - name: a
    retry: 3
    steps:
      - {request: GET /200, expect: 200}
    teardown:
      - {request: GET /200-401, auth: {bearer: a-token-of-the-test}, expect: 401}
";
    let (sandbox, ended) = run(&server, lines, &[]);
    ended.expect_code(1);
    let expected = "error error.teardown let through on run 1: tear-down, step 1: status: \
                    expected 401, got 200";
    assert_eq!(ends(&sandbox), [expected]);
    // A refusal that is one after an outage proves what it should.
    let server = in_turn();
    retry(&server, "/503-401", "retry: 1, expect: 401").1.expect_code(0);
    // And what is no refusal may come late.
    let server = in_turn();
    retry(&server, "/200-404", "retry: 1, expect: 404").1.expect_code(0);
}

#[test]
fn what_cannot_get_better_is_not_run_again() {
    let server = in_turn();
    let slow = "retry: {times: 5, delay: 1h}, expect: 200";
    for (keys, kind) in [
        (format!("body: {{file: none.bin}}, {slow}"), "error error.environment "),
        (format!("tokens: {{t: {{command: [\"false\"]}}}}, auth: t, {slow}"), "error error.token "),
        (format!("headers: {{X-A: \"${{env.NOT_SET}}\"}}, {slow}"), "error error.environment "),
    ] {
        let (sandbox, ended) = retry(&server, "/200", &keys);
        ended.expect_code(1);
        let found = ends(&sandbox);
        assert!(found.len() == 1 && found[0].starts_with(kind), "{found:?}");
    }
    assert!(targets(&server).is_empty());
    let lines = "\
tests:
  - name: a
    retry: {times: 5, delay: 1h}
    steps:
      - {request: GET /200, expect: 200, capture: {id: $.id}}
      - {request: \"GET ${id}\"}
";
    let (sandbox, ended) = run(&server, lines, &[]);
    ended.expect_code(1);
    assert!(ends(&sandbox)[0].starts_with("error error.request "), "{:?}", ends(&sandbox));
}

#[test]
fn it_is_inherited_and_taken_back() {
    let server = in_turn();
    let lines = "\
retry: {times: 1, delay: 1ms}
tests:
  - {name: inherits, request: GET /503-200, expect: 200}
  - {name: more, retry: \"${three}\", request: GET /500-501-502-200, expect: 200}
  - {name: none, retry: 0, request: GET /504-200, expect: 200}
  - {name: skipped, skip: not today, request: GET /504-200, expect: 200}
vars: {three: 3}
";
    let (_, ended) = run(&server, lines, &["--jobs", "1"]);
    let ended = ended.expect_code(1);
    let mut sent = targets(&server);
    sent.dedup();
    assert_eq!(sent, ["/503-200", "/500-501-502-200", "/504-200"]);
    assert_eq!(targets(&server).len(), 2 + 4 + 1);
    let counts = "4 cases: 2 passed (2 flaky), 1 failed, 1 skipped in ";
    assert!(ended.stdout.contains(counts), "{}", ended.stdout);

    let server = in_turn();
    let spec = format!(
        "base_url: {}\ntests: [{{name: a, request: GET /503-200-503-200-503, expect: 200}}]\n",
        server.url()
    );
    let project = "environments:\n  staging: {retry: 1}\n";
    for (project, arguments) in [("retry: 1\n", &[][..]), (project, &["--env", "staging"])] {
        let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", &spec);
        sandbox.run(arguments).expect_code(0);
    }
    let own = format!("retry: 0\n{spec}");
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", own);
    let ended = sandbox.run(&["--env", "staging"]).expect_code(1);
    let warning = "`retry` does not come from the environment `staging`";
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
}

#[test]
fn the_time_between_two_runs_grows() {
    let server = in_turn();
    let started = Instant::now();
    let keys = "retry: {times: 2, delay: 40ms, backoff: 3}, expect: 200";
    retry(&server, "/503-503-200", keys).1.expect_code(0);
    assert!(started.elapsed().as_millis() >= 40 + 120);
}

#[test]
fn fail_fast_counts_the_last_run_alone() {
    let server = in_turn();
    let lines = "\
retry: 1
tests:
  - {name: flaky, request: GET /503-200, expect: 200}
  - {name: bad, request: GET /500, expect: 200}
  - {name: never, request: GET /never, expect: 200}
";
    let (_, ended) = run(&server, lines, &["--jobs", "1", "--fail-fast"]);
    let ended = ended.expect_code(1);
    assert_eq!(targets(&server), ["/503-200", "/503-200", "/500", "/500"]);
    assert!(ended.stdout.contains("1 passed (1 flaky), 1 failed, 1 not run"), "{}", ended.stdout);
}

#[test]
fn a_run_that_the_end_of_all_came_before_leaves_the_verdict_of_the_one_before() {
    let server = in_turn();
    let lines = "\
tokens: {broken: {command: [\"false\"]}}
tests:
  - {name: a, retry: 1, request: POST /500, expect: 200}
  - name: b
    auth: broken
    steps:
      - {wait: 500ms}
      - {request: POST /never, expect: 200}
";
    // The second request of `a` still waits for its turn when `b` ends the run.
    let (sandbox, ended) = run(&server, lines, &["--jobs=2", "--rate=1", "--fail-fast"]);
    let ended = ended.expect_code(1);
    assert_eq!(ends(&sandbox), ["failure mismatch.status status: expected 200, got 500"]);
    assert!(
        ended.stdout.contains("2 cases: 0 passed, 1 failed, 1 errored in "),
        "{}",
        ended.stdout
    );
    assert_eq!(targets(&server), ["/500"]);
}

#[test]
fn what_is_done_around_a_file_is_done_once() {
    let server = in_turn();
    let lines = "\
retry: 3
setup:
  - {request: GET /503-200}
tests:
  - {name: a, request: GET /a, expect: 200}
teardown:
  - {request: GET /502-200}
";
    let (_, ended) = run(&server, lines, &[]);
    ended.expect_code(1);
    assert_eq!(targets(&server), ["/503-200", "/502-200"]);
    // That of a test is part of its run.
    let server = in_turn();
    let lines = "\
tests:
  - name: a
    retry: 3
    setup: [{request: GET /503-200}]
    request: GET /a
    expect: 200
    teardown: [{request: GET /200-502-200}]
";
    run(&server, lines, &[]).1.expect_code(0);
    let first = ["/503-200", "/200-502-200"];
    let others = ["/503-200", "/a", "/200-502-200"];
    assert_eq!(targets(&server), [&first[..], &others, &others].concat());
}

#[test]
fn a_control_and_its_probes_are_not_run_again() {
    let server = Server::start(|request, stream| {
        let status = if request.header("authorization").is_some() { 500 } else { 401 };
        reply(stream, &answer(status, &[("WWW-Authenticate", "Bearer")], "{}"))
    });
    let lines = "\
retry: 3
auth: {bearer: a-token-of-the-test}
tests:
  - {name: a, request: GET /orders, expect: 200, enforce: {probes: [no-token]}}
";
    let (_, ended) = run(&server, lines, &[]);
    ended.expect_code(1);
    let with_token =
        server.arrived().iter().filter(|r| r.header("authorization").is_some()).count();
    assert_eq!((with_token, server.arrived().len()), (1, 2));
}

#[test]
fn no_secret_of_an_earlier_run_is_shown() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_, stream| {
        let n = tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let body = format!(
            r#"{{"access_token": "secret-of-run-{n}-73a1", "sid": "cookie-of-run-{n}-99"}}"#
        );
        reply(stream, &answer(if n < 2 { 500 } else { 200 }, &[], &body))
    });
    let lines = "\
tests:
  - name: a
    retry: 2
    request: GET /login
    expect: {status: 200, json: {$.sid: {starts_with: cookie}, $.access_token: {exists: true}}}
    capture: {sid: {json: $.sid, secret: true}}
";
    let (sandbox, ended) = run(&server, lines, &["--verbose"]);
    let ended = ended.expect_code(0);
    for shown in [&ended.stdout, &sandbox.read("junit.xml")] {
        assert!(!shown.contains("-of-run-"), "{shown}");
    }
    assert!(ended.stdout.contains("Run 2") && ended.stdout.contains("***"), "{}", ended.stdout);
}

#[test]
fn any_number_of_jobs_tells_the_same() {
    let tests: String = (0..24)
        .map(|i| {
            let path = if i % 3 == 0 { "503-200" } else { "200" };
            format!(
                "  - {{name: t{i}, retry: 1, poll: {{every: 1ms, within: 10s}}, request: GET /{path}?n={i}, expect: 200}}\n\
                 \x20 - {{name: r{i}, retry: 1, request: GET /{path}?r={i}, expect: 200}}\n"
            )
        })
        .collect();
    let times = regex::Regex::new(r#"time(stamp)?="[^"]*""#).expect("a regex");
    let told = ["1", "32"].map(|jobs| {
        let server = in_turn();
        let (sandbox, ended) = run(&server, &format!("tests:\n{tests}"), &["--jobs", jobs]);
        let ended = ended.expect_code(0);
        let console = steady(&ended.stdout).replace(&format!(", {jobs} at a time"), "");
        assert!(console.contains("48 passed (8 flaky)"), "{console}");
        (console, times.replace_all(&sandbox.read("junit.xml"), "").into_owned())
    });
    assert_eq!(told[0], told[1]);
}

#[test]
fn the_report_of_events_tells_each_run() {
    let server = in_turn();
    let lines = format!("{WHOLE}  - {{name: b, request: GET /200, expect: 200}}\n");
    let (sandbox, ended) = run(&server, &lines, &["--report", "json=run.jsonl"]);
    ended.expect_code(0);
    let text = sandbox.read("run.jsonl");
    let objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let [flaky, steady] = [0, 1].map(|nth| {
        let mut cases = objects.iter().filter(|object| object["event"] == "case-ended");
        cases.nth(nth).expect("a case")
    });
    assert_eq!((&flaky["verdict"], &flaky["flaky"]), (&"passed".into(), &true.into()));
    let earlier = flaky["earlier_runs"].as_array().expect("a list");
    assert_eq!((earlier.len(), &earlier[0]["verdict"]), (1, &"failed".into()));
    assert_eq!(earlier[0]["failure"]["kind"], "status");
    let response = earlier[0]["exchange"]["response"].as_str().expect("what came back");
    assert!(response.starts_with("HTTP/1.1 503"), "{response}");
    assert!(steady.get("flaky").is_none() && steady.get("earlier_runs").is_none(), "{steady}");
    let last = objects.last().expect("an end");
    assert_eq!((&last["passed"], &last["flaky"]), (&2.into(), &1.into()));
}
