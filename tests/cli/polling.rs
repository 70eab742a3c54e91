//! `poll`: a request that is repeated until it holds, and what must not be waited for.

use std::time::{Duration, Instant};

use crate::support::in_turn::{in_turn, run, targets};
use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, Then, answer, reply};
use crate::support::xml::Element;

/// Runs one test, a request to the path with more keys behind it.
fn poll(server: &Server, path: &str, keys: &str) -> (Sandbox, Ended) {
    run(server, &format!("tests:\n  - {{name: a, request: GET {path}, {keys}}}\n"), &[])
}

/// How the first case of the report ended: its name, its type, its message, its body.
fn end_of(sandbox: &Sandbox) -> [String; 4] {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    let Some(end) = report::end(case) else { return ["passed", "", "", ""].map(str::to_owned) };
    [&end.name, end.attribute("type"), end.attribute("message"), &end.text].map(str::to_owned)
}

/// A text with `<time>` for its times.
fn timeless(text: &str) -> String {
    crate::support::sandbox::steady(text)
}

#[test]
fn the_last_try_counts_and_so_do_its_captures() {
    let server = in_turn();
    let lines = "\
tests:
  - name: a
    steps:
      - request: GET /503-202-200
        poll: {every: 5ms, within: 10s}
        expect: {json: {$.try: {gte: 3}}}
        capture: {seen: $.try}
      - request: GET /seen/${seen}
";
    let (sandbox, ended) = run(&server, lines, &[]);
    let ended = ended.expect_code(0);
    assert_eq!(targets(&server), ["/503-202-200", "/503-202-200", "/503-202-200", "/seen/3"]);
    assert_eq!(end_of(&sandbox)[0], "passed");
    assert!(!ended.stdout.contains("arning") && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn in_vain_it_tells_the_last_mismatch_and_how_often_it_was_asked() {
    let server = in_turn();
    let (sandbox, ended) =
        poll(&server, "/503-202", "poll: {every: 20ms, within: 500ms}, expect: 200");
    let ended = ended.expect_code(1);
    let tries = targets(&server).len();
    assert!((2..=25).contains(&tries), "{tries}");
    let [end, kind, message, body] = end_of(&sandbox);
    assert_eq!((end.as_str(), kind.as_str()), ("failure", "mismatch.status"));
    let polled = format!("polled {tries} times in <time>");
    let expected = format!("status: expected 200, got 202 ({polled})");
    // The last one may have come so late that it had no time.
    let cut = ": `within` left the last one no more time";
    assert_eq!(timeless(&message).replace(cut, ""), expected);
    for shown in [&body, &ended.stdout] {
        let shown = timeless(shown).replace(cut, "");
        assert!(shown.contains(&format!("= help: {polled}\n")), "{shown}");
    }
}

#[test]
fn a_capture_that_is_not_there_yet_is_waited_for() {
    let server = Server::start(|request, stream| {
        let nth = request.connection;
        let body = if nth < 2 { "{}" } else { r#"{"id": 7}"# };
        let _ = reply(stream, &answer(200, &[("Connection", "close")], body));
        Then::Close
    });
    let keys = "poll: {every: 5ms, within: 10s}, expect: 200, capture: {id: $.id}";
    let (_, ended) = poll(&server, "/thing", keys);
    ended.expect_code(0);
    assert_eq!(targets(&server).len(), 3);
}

#[test]
fn a_server_that_comes_up_is_waited_for() {
    let server = in_turn();
    let (_, ended) = poll(
        &server,
        "/close-hang-503-200",
        "timeout: 300ms, poll: {every: 5ms, within: 10s}, expect: 200",
    );
    ended.expect_code(0);
    // A request on a kept connection that was closed is sent once more.
    assert!(targets(&server).len() >= 4);

    let (sandbox, ended) =
        poll(&server, "http://127.0.0.1:1/", "poll: {every: 20ms, within: 200ms}, expect: 200");
    ended.expect_code(1);
    let [end, kind, message, _] = end_of(&sandbox);
    assert_eq!((end.as_str(), kind.as_str()), ("error", "error.connect"));
    assert!(message.contains("is the server running? (polled ") && message.contains(" times in "));
}

#[test]
fn what_cannot_get_better_is_tried_once() {
    let garbage = Server::start(|_, stream| {
        let _ = reply(stream, b"SSH-2.0-OpenSSH_9.6\r\n");
        Then::Close
    });
    let slow = "poll: {every: 5s, within: 1h}, expect: 200";
    let started = Instant::now();
    for (keys, kind, requests) in [
        (slow.to_owned(), "error.framing", 1),
        (format!("tokens: {{t: {{command: [\"false\"]}}}}, auth: t, {slow}"), "error.token", 0),
    ] {
        let before = targets(&garbage).len();
        let (sandbox, ended) = poll(&garbage, "/", &keys);
        ended.expect_code(1);
        assert_eq!(end_of(&sandbox)[1], kind);
        assert_eq!(targets(&garbage).len() - before, requests, "{keys}");
    }
    let server = in_turn();
    let lines = "\
tests:
  - name: a
    steps:
      - {request: GET /200, expect: 200, capture: {id: $.id}}
      - {request: \"GET ${id}\", poll: {every: 5s, within: 1h}}
";
    let (sandbox, ended) = run(&server, lines, &[]);
    ended.expect_code(1);
    assert_eq!(end_of(&sandbox)[1], "error.request");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_try_has_no_more_time_than_is_left() {
    let server = in_turn();
    let keys = "poll: {every: 10ms, within: 700ms}, expect: 200";
    for (path, end, message) in [
        (
            "/202-hang",
            "failure",
            "status: expected 200, got 202 (polled 2 times in <time>: `within` left the last one no more time)",
        ),
        (
            "/hang",
            "error",
            "no answer within 700ms: `timeout` sets how long to wait (polled once in <time>: \
             `within` left the last one no more time)",
        ),
    ] {
        let started = Instant::now();
        let (sandbox, ended) = poll(&server, path, keys);
        ended.expect_code(1);
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        let found = end_of(&sandbox);
        assert_eq!(found[0], end);
        let found = found[2].replace("700ms", "<within>");
        assert_eq!(timeless(&found), message.replace("700ms", "<within>"));
    }
}

#[test]
fn a_duration_is_that_of_one_try() {
    let server = Server::start(|request, stream| {
        if request.connection == 0 {
            std::thread::sleep(Duration::from_millis(250));
        }
        let _ = reply(stream, &answer(200, &[("Connection", "close")], "{}"));
        Then::Close
    });
    let keys = "poll: {every: 5ms, within: 20s}, expect: {status: 200, duration: {lt: 200ms}}";
    let (_, ended) = poll(&server, "/slow", keys);
    ended.expect_code(0);
    assert!(targets(&server).len() >= 2);
}

#[test]
fn an_open_door_is_not_waited_for() {
    for (path, expect, tries) in [
        ("/200-401", "401", 1),
        ("/200-403", "[401, 403]", 1),
        ("/503-204-401", "4xx", 2),
        ("/503-200-401", "{status: {in: [401]}}", 2),
    ] {
        let server = in_turn();
        let keys = format!("poll: {{every: 5ms, within: 10s}}, expect: {expect}");
        let (sandbox, ended) = poll(&server, path, &keys);
        let ended = ended.expect_code(1);
        assert_eq!(targets(&server).len(), tries, "{path}");
        let [end, _, message, body] = end_of(&sandbox);
        assert_eq!(end, "failure");
        assert!(message.starts_with(&format!("let through on try {tries}: status: ")), "{message}");
        let why = "without a credential there is nothing to wait for";
        assert!(body.contains(why) && ended.stdout.contains(why), "{body}");
    }
    // A cookie says who asks, as a token does.
    let server = in_turn();
    let keys = "cookies: {sid: 7}, poll: {every: 5ms, within: 10s}, expect: {status: [401, 403]}";
    poll(&server, "/200-401", keys).1.expect_code(0);
    // What is waited for here is no refusal.
    let server = in_turn();
    poll(&server, "/200-404", "poll: {every: 5ms, within: 10s}, expect: 404").1.expect_code(0);
}

#[test]
fn a_revoked_token_may_be_waited_for_and_that_is_told() {
    let server = in_turn();
    let keys = "auth: {bearer: a-token-of-the-test}, poll: {every: 5ms, within: 10s}, expect: 401";
    let (sandbox, ended) = poll(&server, "/200-204-401", keys);
    let ended = ended.expect_code(0);
    let warning = "let through 2 times before it was refused, <time> after the first try";
    let shown = format!("\nWarnings\n  a.yaml:3  a: {warning}\n");
    assert!(timeless(&ended.stdout).contains(&shown), "{}", ended.stdout);
    let quiet = run(
        &server,
        "tests:\n  - name: b\n    steps:\n      - request: GET /200-401\n        auth: {bearer: a-token-of-the-test}\n        \
         poll: {every: 5ms, within: 10s}\n        expect: 401\n",
        &["--quiet"],
    );
    let shown = "a.yaml:3  b: step 1: let through once before it was refused";
    assert!(quiet.1.expect_code(0).stdout.contains(shown));
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    let property = case.named("properties").next().expect("them").named("property").next();
    let property = property.expect("one");
    assert_eq!(property.attribute("name"), "apitest.warning");
    assert_eq!(timeless(property.attribute("value")), warning);
}

#[test]
fn what_was_let_through_stays_told_when_the_test_passes_on_another_run() {
    let server = in_turn();
    let lines = "\
tests:
  - name: a
    retry: 1
    auth: {bearer: a-token-of-the-test}
    steps:
      - {request: GET /200-401, poll: {every: 5ms, within: 10s}, expect: 401}
      - {request: GET /503-200, expect: 200}
";
    let ended = run(&server, lines, &[]).1.expect_code(0);
    let shown = "\nWarnings\n  a.yaml:3  a: step 1: let through once before it was refused, ";
    assert!(ended.stdout.contains(shown), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 passed (1 flaky)"), "{}", ended.stdout);
}

#[test]
fn a_token_that_is_never_refused_fails_and_is_not_run_again() {
    let server = in_turn();
    let keys = "auth: {bearer: a-token-of-the-test}, retry: 2, \
                poll: {every: 10ms, within: 500ms}, expect: 401";
    let (sandbox, ended) = poll(&server, "/200", keys);
    ended.expect_code(1);
    let [_, _, message, _] = end_of(&sandbox);
    let start = "let through on run 1: status: expected 401, got 200 (polled ";
    assert!(message.starts_with(start), "{message}");
    // It came to another end, but was let through.
    let (sandbox, ended) = poll(&server, "/200-500", keys);
    ended.expect_code(1);
    let [_, _, message, _] = end_of(&sandbox);
    let start = "let through on run 1: status: expected 401, got 500 (polled ";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn steps_that_set_up_and_clean_up_are_polled_too() {
    let server = in_turn();
    let polled = "poll: {every: 5ms, within: 10s}";
    let lines = format!(
        "\
setup:
  - {{request: GET /503-200?of=file, {polled}, capture: {{id: $.id}}}}
tests:
  - name: a
    setup:
      - {{request: GET /503-200?of=test, {polled}}}
    request: GET /now/${{id}}
    expect: 200
    teardown:
      - {{request: GET /503-200?after=test, {polled}}}
teardown:
  - {{request: GET /503-200?after=file, {polled}}}
"
    );
    run(&server, &lines, &[]).1.expect_code(0);
    let twice = |query: &str| vec![format!("/503-200?{query}"); 2];
    let now = vec!["/now/2".to_owned()];
    let expected =
        [twice("of=file"), twice("of=test"), now, twice("after=test"), twice("after=file")];
    assert_eq!(targets(&server), expected.concat());
}

#[test]
fn a_control_is_polled_before_its_probes_and_they_are_not() {
    let server = Server::start(|request, stream| {
        let good = request.header("authorization") == Some("Bearer a-token-of-the-test");
        let bytes = match (good, request.connection) {
            (true, 0 | 1) => answer(404, &[("Connection", "close")], "{}"),
            (true, _) => answer(200, &[("Connection", "close")], r#"{"order": 7}"#),
            (false, _) => answer(401, &[("WWW-Authenticate", "Bearer")], "{}"),
        };
        let _ = reply(stream, &bytes);
        Then::Close
    });
    let lines = "\
tests:
  - name: a
    request: GET /orders/7
    auth: {bearer: a-token-of-the-test}
    poll: {every: 5ms, within: 10s}
    expect: {json: {$.order: 7}}
    enforce: {probes: [no-token]}
";
    let (sandbox, ended) = run(&server, lines, &["--jobs", "1"]);
    ended.expect_code(0);
    let sent: Vec<bool> =
        server.arrived().iter().map(|r| r.header("authorization").is_some()).collect();
    // Three times until it holds, the probe, and the control once more.
    assert_eq!(sent, [true, true, true, false, true]);
    let report = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!(report::cases(&report).filter(|case| report::end(case).is_none()).count(), 2);

    let never = in_turn();
    let lines = lines.replace("GET /orders/7", "GET /404").replace("10s", "500ms");
    let (sandbox, ended) = run(&never, &lines, &[]);
    ended.expect_code(1);
    let [_, _, message, _] = end_of(&sandbox);
    assert!(message.contains("(and 1 more) (polled "), "{message}");
    let probes = never.arrived().iter().filter(|r| r.header("authorization").is_none()).count();
    assert_eq!(probes, 1);
}
