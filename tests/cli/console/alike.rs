//! What many cases tell alike is told once on the screen; reports hold each.

use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

/// Refuses everybody.
fn refusing() -> Server {
    let challenge = [("WWW-Authenticate", "Bearer error=\"invalid_token\"")];
    Server::answering(401, &challenge, "")
}

#[test]
fn probes_beside_a_control_that_failed_are_one_line() {
    let server = refusing();
    let spec = format!(
        "base_url: {}\ntests:\n  - {{name: lists, request: GET /a, auth: {{bearer: token-of-alice-4711}}, \
         expect: 200, enforce: bearer}}\n  - {{name: other, request: GET /b, expect: 401}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit=j.xml"]).expect_code(1);
    let line = "ERRORED  a.yaml:3  lists › 11 probes: proves nothing: it was refused, but the control \
                did not pass in this run either\n";
    assert_eq!(ended.stdout.matches("ERRORED").count(), 2, "{}", ended.stdout);
    assert!(ended.stdout.contains(&format!("\n{line}")), "{}", ended.stdout);
    assert!(
        ended.stdout.contains(&format!(
            "Did not pass\n  FAILED   a.yaml:3  lists: status: expected 200, got 401\n  {line}"
        )),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("13 cases: 1 passed, 1 failed, 11 errored"), "{}", ended.stdout);
    let report = sandbox.read("j.xml");
    assert_eq!(report.matches("<error ").count(), 11, "{report}");
    let all = sandbox.run(&["a.yaml", "-v"]).expect_code(1);
    assert!(all.stdout.contains("ERRORED  a.yaml:3  lists › no-token  "), "{}", all.stdout);
}

#[test]
fn a_probe_that_was_let_through_is_told_by_itself() {
    let server = Server::answering(200, &[], "{}");
    let spec = format!(
        "base_url: {}\ntests:\n  - {{name: lists, request: GET /a, auth: {{bearer: token-of-alice-4711}}, \
         expect: 201, enforce: bearer}}\n",
        server.url()
    );
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stdout.contains("FAILED   a.yaml:3  lists › no-token  "), "{}", ended.stdout);
    assert!(ended.stdout.contains("FAILED   a.yaml:3  lists › random-token  "), "{}", ended.stdout);
}

#[test]
fn what_the_environment_lacks_is_told_once_a_file_with_a_count() {
    let server = Server::answering(200, &[], "{}");
    let spec = |tests: &str| {
        format!("base_url: {}\nauth: {{bearer: \"${{env.LACKS}}\"}}\ntests:\n{tests}", server.url())
    };
    let test = |name: &str, more: &str| {
        format!("  - {{name: {name}, request: GET /, {more}expect: 200}}\n")
    };
    let sandbox = Sandbox::new()
        .file("a.yaml", spec(&(test("a", "") + &test("open", "auth: none, ") + &test("b", ""))))
        .file("b.yaml", spec(&test("c", "")));
    let ended = sandbox.run(&["a.yaml", "b.yaml", "--junit=j.xml"]).expect_code(1);
    let reason = "the environment variable `LACKS` is not set";
    let (two, one) = (
        format!("ERRORED  a.yaml  2 tests: {reason}\n"),
        format!("ERRORED  b.yaml:4  c: {reason}\n"),
    );
    for line in [&two, &one] {
        assert_eq!(ended.stdout.matches(line.as_str()).count(), 2, "{}", ended.stdout);
    }
    assert_eq!(ended.stdout.matches("LACKS").count(), 4, "{}", ended.stdout);
    assert_eq!(sandbox.read("j.xml").matches("<error ").count(), 3);
}

#[test]
fn all_exchanges_of_steps_are_shown_numbered_with_v() {
    let server = Server::start(|request, stream| {
        let body = format!(r#"{{"path": "{}"}}"#, request.target);
        reply(stream, &answer(200, &[("Content-Type", "application/json")], &body))
    });
    let steps = |last: &str| {
        format!(
            "    steps:\n      - {{request: GET /one}}\n      - {{request: GET /two}}\n      - {{request: GET /three, expect: {last}}}\n"
        )
    };
    let spec = format!(
        "base_url: {}\ntests:\n  - name: good\n{}  - name: bad\n{}  - {{name: single, request: GET /alone, expect: 200}}\n",
        server.url(),
        steps("200"),
        steps("201")
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "-v", "--jobs=1"]).expect_code(1);
    for (at, path) in ["one", "two", "three"].iter().enumerate() {
        let number = at + 1;
        let request = format!("  request {number}\n    GET /{path} HTTP/1.1\n");
        assert_eq!(ended.stdout.matches(&request).count(), 2, "{}", ended.stdout);
        assert_eq!(ended.stdout.matches(&format!("  response {number}\n")).count(), 2);
    }
    assert!(ended.stdout.contains("  request\n    GET /alone "), "{}", ended.stdout);
    let quiet = sandbox.run(&["a.yaml", "--jobs=1"]).expect_code(1);
    assert_eq!(quiet.stdout.matches("  request\n").count(), 1, "{}", quiet.stdout);
}

#[test]
fn a_name_that_begins_with_a_dash_is_repeated_as_the_value_of_the_filter() {
    let server = Server::answering(500, &[], "{}");
    let spec = format!(
        "base_url: {}\ntests:\n  - {{name: \"-${{n}}\", data: [{{n: 1}}, {{n: 2}}], request: GET /, expect: 200}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml"]).expect_code(1);
    let line = ended.stdout.lines().find(|line| line.contains("--filter")).expect("a command");
    assert_eq!(line.trim(), "apitest a.yaml:3 --filter=-1");
    let again = sandbox.run(&["a.yaml:3", "--filter=-1"]).expect_code(1);
    assert!(again.stdout.contains("1 case: 0 passed, 1 failed"), "{}", again.stdout);
}
