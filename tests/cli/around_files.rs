//! `setup` and `teardown` of a file: once around all of its tests, whatever came of them.

use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

/// A server that gives a thing, answers 500 to `/fail` and 404 to `/nothing`.
fn server() -> Server {
    Server::start(|request, stream| {
        let status = match request.target.as_str() {
            "/fail" => 500,
            "/nothing" => 404,
            _ => 200,
        };
        reply(stream, &answer(status, &[], r#"{"id": 7, "token": "secret-token-of-the-file"}"#))
    })
}

fn sandbox(server: &Server, lines: &str) -> Sandbox {
    Sandbox::new().file("a.yaml", format!("base_url: {}\n{lines}", server.url()))
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    let all = [&["a.yaml", "--junit", "junit.xml"], arguments].concat();
    sandbox.run(&all)
}

/// The targets that arrived, in order.
fn targets(server: &Server) -> Vec<String> {
    server.arrived().into_iter().map(|request| request.target).collect()
}

/// The cases of the report with how each ended.
fn cases(sandbox: &Sandbox) -> Vec<(String, String)> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let end = |case: &Element| report::end(case).map_or("passed".into(), |end| end.name.clone());
    report::cases(&report).map(|case| (case.attribute("name").to_owned(), end(case))).collect()
}

fn named(cases: &[(String, String)]) -> Vec<(&str, &str)> {
    cases.iter().map(|(name, end)| (name.as_str(), end.as_str())).collect()
}

const AROUND: &str = "\
setup:
  - request: POST /things
    capture: {id: $.id, token: $.token}
teardown:
  - request: DELETE /things/${id}
    auth: {bearer: \"${token}\"}
";

#[test]
fn a_set_up_is_done_once_and_all_tests_know_what_it_captured() {
    for jobs in ["1", "32"] {
        let server = server();
        let tests: String = (0..40)
            .map(|i| {
                format!("  - {{name: t{i}, request: \"GET /t{i}/${{id}}\", auth: {{bearer: \"${{token}}\"}}, expect: 200}}\n")
            })
            .collect();
        let sandbox = sandbox(&server, &format!("{AROUND}tests:\n{tests}"));
        let ended = run(&sandbox, &["--jobs", jobs, "--verbose"]).expect_code(0);
        assert!(ended.stdout.contains("40 cases: 40 passed"), "{}", ended.stdout);
        let sent = targets(&server);
        assert_eq!((sent.len(), sent[0].as_str(), sent[41].as_str()), (42, "/things", "/things/7"));
        let mut between = sent[1..41].to_vec();
        between.sort();
        let mut expected: Vec<String> = (0..40).map(|i| format!("/t{i}/7")).collect();
        expected.sort();
        assert_eq!(between, expected);
        let tokens: Vec<_> = server.arrived()[1..]
            .iter()
            .map(|request| request.header("authorization").map(str::to_owned))
            .collect();
        assert!(tokens.iter().all(|t| t.as_deref() == Some("Bearer secret-token-of-the-file")));
        // Neither of the two is a case while it holds.
        assert_eq!(cases(&sandbox).len(), 40);
        for shown in [&ended.stdout, &ended.stderr, &sandbox.read("junit.xml")] {
            assert!(!shown.contains("secret-token-of-the-file"), "{shown}");
        }
    }
}

#[test]
fn a_set_up_that_does_not_hold_leaves_no_verdict_and_is_cleaned_up_after() {
    let server = server();
    let lines = "\
setup:
  - request: POST /things
    capture: {id: $.id}
  - name: warms up
    request: GET /fail
    capture: {never: $.id}
tests:
  - {name: one, request: \"GET /one/${never}\", expect: 200}
  - {name: two, request: GET /two, expect: 401}
teardown:
  - request: DELETE /things/${id}
  - request: DELETE /nevers/${never}
";
    let sandbox = sandbox(&server, lines);
    let ended = run(&sandbox, &[]).expect_code(1);
    let why = "no verdict: the set-up of the file did not hold (a.yaml:6:14): warms up: status: \
               expected 2xx, got 500";
    assert_eq!(ended.stdout.matches(why).count(), 2 + 2, "{}", ended.stdout);
    let found = cases(&sandbox);
    assert_eq!(named(&found), [("set-up", "error"), ("one", "error"), ("two", "error")]);
    assert_eq!(targets(&server), ["/things", "/fail", "/things/7", "/nevers/7"]);
}

#[test]
fn what_the_set_up_never_captured_is_not_cleaned_up() {
    let server = server();
    let lines = "\
setup:
  - request: GET /fail
  - request: POST /things
    capture: {id: $.id}
tests:
  - {name: one, request: \"GET /one/${id}\", expect: 200}
teardown:
  - request: DELETE /things/${id}
  - request: POST /reset
";
    let sandbox = sandbox(&server, lines);
    run(&sandbox, &[]).expect_code(1);
    assert_eq!(named(&cases(&sandbox)), [("set-up", "error"), ("one", "error")]);
    assert_eq!(targets(&server), ["/fail", "/reset"]);
}

#[test]
fn a_tear_down_that_does_not_hold_is_a_case_of_its_own() {
    let server = server();
    let lines = "\
tests:
  - {name: one, request: GET /one, expect: 200}
teardown:
  - request: DELETE /fail
  - request: DELETE /other
";
    let sandbox = sandbox(&server, lines);
    let ended = run(&sandbox, &[]).expect_code(1);
    assert!(ended.stdout.contains("2 cases: 1 passed, 1 errored"), "{}", ended.stdout);
    assert!(ended.stdout.contains("step 1: status: expected 2xx, got 500"), "{}", ended.stdout);
    assert_eq!(named(&cases(&sandbox)), [("one", "passed"), ("tear-down", "error")]);
    assert_eq!(targets(&server), ["/one", "/fail", "/other"]);
}

#[test]
fn it_is_done_for_any_test_that_is_selected_and_for_none() {
    let server = server();
    let lines = format!(
        "{AROUND}tests:\n  - {{name: one, request: GET /one, expect: 200}}\n  \
         - {{name: two, request: GET /two, expect: 200}}\n  \
         - {{name: three, skip: not yet, request: GET /three, expect: 200}}\n"
    );
    let sandbox = sandbox(&server, &lines);
    run(&sandbox, &["--filter", "two"]).expect_code(0);
    assert_eq!(targets(&server), ["/things", "/two", "/things/7"]);
    // A set-up proves nothing by itself.
    run(&sandbox, &["--filter", "three"]).expect_code(4);
    run(&sandbox, &["--filter", "set-up"]).expect_code(4);
    assert_eq!(server.arrived().len(), 3);
}

#[test]
fn it_is_cleaned_up_after_fail_fast() {
    let server = server();
    let tests: String =
        (0..50).map(|i| format!("  - {{name: t{i}, request: GET /fail, expect: 200}}\n")).collect();
    let sandbox = sandbox(&server, &format!("serial: true\n{AROUND}tests:\n{tests}"));
    run(&sandbox, &["--fail-fast"]).expect_code(1);
    assert_eq!(targets(&server), ["/things", "/fail", "/things/7"]);
}

#[test]
fn probes_come_before_the_tear_down() {
    let server = Server::start(|request, stream| {
        let good = request.header("authorization") == Some("Bearer secret-token-of-the-file");
        let is_open = request.method == "POST";
        let challenge = match request.header("authorization") {
            None | Some("") => "Bearer realm=\"x\"",
            Some(_) => "Bearer realm=\"x\", error=\"invalid_token\"",
        };
        let bytes = match good || is_open {
            true => answer(200, &[], r#"{"id": 7, "token": "secret-token-of-the-file"}"#),
            false => answer(401, &[("WWW-Authenticate", challenge)], "{}"),
        };
        reply(stream, &bytes)
    });
    let tests = "tests:\n  - name: one\n    request: GET /one/${id}\n    auth: {bearer: \"${token}\"}\n    \
                 expect: 200\n    enforce: {probes: [no-token, random-token]}\n";
    let sandbox = sandbox(&server, &format!("{AROUND}{tests}"));
    run(&sandbox, &[]).expect_code(0);
    let sent = targets(&server);
    assert_eq!(sent, ["/things", "/one/7", "/one/7", "/one/7", "/one/7", "/things/7"]);
    let expected =
        [("one", "passed"), ("one › no-token", "passed"), ("one › random-token", "passed")];
    assert_eq!(named(&cases(&sandbox)), expected);
}

#[cfg(unix)]
#[test]
fn it_is_cleaned_up_after_a_signal_though_a_request_hangs() {
    use rustix::process::{Pid, Signal, kill_process};

    let (tell, told) = std::sync::mpsc::channel();
    let server = Server::start(move |request, stream| {
        if request.target == "/hang" {
            let _ = tell.send(());
            // Returns when the client leaves.
            let _ = std::io::Read::read(stream, &mut [0]);
            return crate::support::server::Then::Close;
        }
        reply(stream, &answer(200, &[], r#"{"id": 7, "token": "secret-token-of-the-file"}"#))
    });
    let tests = "tests:\n  - {name: one, request: GET /hang, timeout: 60s, expect: 200}\n";
    let sandbox = sandbox(&server, &format!("{AROUND}{tests}"));
    let child = sandbox.command(&["a.yaml", "--junit", "junit.xml"]).spawn().expect("it starts");
    told.recv().expect("a request");
    let started = std::time::Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(started.elapsed() < std::time::Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(targets(&server).last().map(String::as_str), Some("/things/7"));
    assert_eq!(named(&cases(&sandbox)), [("one", "error")]);
}
