//! What waits ends at once when the run does, and what cleans up has its time: `wait`, `poll` and
//! `retry` under a signal, `--deadline` and `--fail-fast`; the tear-down under both, and a run with
//! all of it at once.

#![cfg(unix)]

use std::process::{Child, Output};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::alive::Alive;
use crate::support::hanging::hanging;
use crate::support::in_turn::{in_turn, targets};
use crate::support::report;
use crate::support::sandbox::{Sandbox, program};
use crate::support::server::{Server, answer};
use crate::support::signals::{interrupt_until_it_ends, signal};
use crate::support::xml::Element;

/// The longest that a run may go on that only waits for its turn.
const AT_ONCE: Duration = Duration::from_millis(1900);

/// A server that never answers `/hang…`, answers all else with 202, and tells each target.
fn server() -> (Server, mpsc::Receiver<String>) {
    hanging(|_| answer(202, &[], r#"{"id": 7}"#))
}

fn start(server: &Server, lines: &str, arguments: &[&str]) -> (Sandbox, Child) {
    let spec = format!("base_url: {}\n{lines}", server.url());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let all = [&["a.yaml", "--junit", "junit.xml", "--color", "never"], arguments].concat();
    let child = sandbox.command(&all).spawn().expect("the program starts");
    (sandbox, child)
}

/// Waits for the end: the output, and how long it took.
fn end(child: Child) -> (Output, Duration) {
    let started = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    (output, started.elapsed())
}

/// The cases of the report, each with the type and message of its end.
fn ends(sandbox: &Sandbox) -> Vec<String> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let told = |case: &Element| match report::end(case) {
        Some(end) => format!("{} {}", end.attribute("type"), end.attribute("message")),
        None => "passed".to_owned(),
    };
    report::cases(&report).map(told).collect()
}

/// A test that waits for an hour after its first request, and one that never runs.
fn waiting(how: &str) -> String {
    let steps = match how {
        "wait" => {
            "      - {request: GET /first, expect: 202}\n      - {wait: 1h}\n      - {request: GET /then}\n"
        }
        "poll" => {
            "      - {request: GET /first, expect: 200, poll: {every: 59m, within: 1h}}\n      - {request: GET /then}\n"
        }
        _ => "      - {request: GET /first, expect: 200}\n      - {request: GET /then}\n",
    };
    let retry = if how == "retry" { "    retry: {times: 2, delay: 1h}\n" } else { "" };
    format!(
        "tests:\n  - name: waits\n{retry}    steps:\n{steps}    teardown:\n      - {{wait: 1h}}\n      \
         - {{request: GET /last}}\n  - {{name: never, request: GET /never, expect: 202}}\n"
    )
}

/// What the report says of such a test that was ended by a signal or the deadline.
fn cut(how: &str, deadline: bool) -> String {
    let (kind, words) = match deadline {
        false => ("interrupted", "the run was interrupted"),
        true => ("deadline", "the time of the run was up (--deadline)"),
    };
    let before = format!("no verdict: {words} before the answer came");
    match how {
        "wait" => format!("error.{kind} step 2: {before}"),
        "poll" => format!(
            "error.{kind} step 1: {before}; the last try: status: expected 200, got 202 (polled once in "
        ),
        // It came to a verdict, and that stands.
        _ => "mismatch.status step 1: status: expected 200, got 202".to_owned(),
    }
}

#[test]
fn a_signal_ends_what_waits_at_once_and_cleans_up() {
    for how in ["wait", "poll", "retry"] {
        let (server, told) = server();
        let (sandbox, child) = start(&server, &waiting(how), &["--jobs=1"]);
        assert_eq!(told.recv().expect("a request"), "/first");
        signal(&child, Signal::INT);
        let (output, elapsed) = end(child);
        assert_eq!((output.status.code(), elapsed < AT_ONCE), (Some(130), true), "{elapsed:?}");
        assert_eq!(targets(&server), ["/first", "/last"], "{how}");
        let ends = ends(&sandbox);
        assert!(ends[0].starts_with(&cut(how, false)), "{how}: {ends:?}");
        assert_eq!(ends[1], "skipped.not-run not run: the run was interrupted");
    }
}

#[test]
fn the_deadline_ends_what_waits_at_once_and_cleans_up() {
    for how in ["wait", "poll", "retry"] {
        let (server, _told) = server();
        let started = Instant::now();
        let (sandbox, child) = start(&server, &waiting(how), &["--jobs=1", "--deadline=700ms"]);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1));
        assert!(started.elapsed() < Duration::from_millis(700) + AT_ONCE, "{how}");
        assert_eq!(targets(&server), ["/first", "/last"], "{how}");
        let ends = ends(&sandbox);
        assert!(ends[0].starts_with(&cut(how, true)), "{how}: {ends:?}");
        assert!(ends[1].starts_with("error.deadline not run: "), "{ends:?}");
    }
}

#[test]
fn the_delay_before_another_run_ends_at_once_too() {
    let (server, told) = server();
    let lines = "tests:\n  - name: a\n    retry: {times: 2, delay: 1h}\n    request: GET /first\n    \
                 expect: 200\n    teardown: [{request: GET /last}]\n";
    let (sandbox, child) = start(&server, lines, &["--jobs=1"]);
    assert_eq!([told.recv(), told.recv()].map(Result::unwrap), ["/first", "/last"]);
    signal(&child, Signal::TERM);
    let (output, elapsed) = end(child);
    assert_eq!((output.status.code(), elapsed < AT_ONCE), (Some(130), true), "{elapsed:?}");
    assert_eq!(ends(&sandbox), ["mismatch.status status: expected 200, got 202"]);
    assert_eq!(targets(&server), ["/first", "/last"]);
}

#[test]
fn fail_fast_lets_what_has_begun_wait_and_poll_but_not_run_again() {
    let server = in_turn();
    let lines = "\
tests:
  - name: waits
    steps:
      - {request: GET /first, expect: 200}
      - {wait: 600ms}
      - {request: GET /second, expect: 200}
      - {request: GET /503-503-503-200, poll: {every: 20ms, within: 20s}}
  - name: fails
    steps:
      - {wait: 300ms}
      - {request: GET /500, expect: 200}
  - {name: is not run again, retry: {times: 3, delay: 1h}, request: GET /502, expect: 200}
  - name: never
    request: GET /never
    expect: 200
";
    let (sandbox, child) = start(&server, lines, &["--jobs=3", "--fail-fast"]);
    let (output, elapsed) = end(child);
    assert_eq!(output.status.code(), Some(1));
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    let ends = ends(&sandbox);
    assert_eq!(ends[0], "passed");
    assert_eq!(ends[1], "mismatch.status step 1: status: expected 200, got 500");
    assert_eq!(ends[2], "mismatch.status status: expected 200, got 502");
    assert!(ends[3].starts_with("skipped.not-run "), "{ends:?}");
    assert_eq!(targets(&server).iter().filter(|target| *target == "/502").count(), 1);
}

const CLEANS_UP: &str = "\
setup:
  - {request: POST /make, capture: {id: $.id}}
tests:
  - name: hangs
    request: GET /hang
    timeout: 60s
    expect: 200
    teardown:
      - {request: DELETE /own}
  - {name: never, request: GET /never, expect: 200}
teardown:
  - {request: \"DELETE /made/${id}\"}
";

#[test]
fn the_tear_down_has_run_after_the_deadline_too() {
    let (server, _told) = server();
    let started = Instant::now();
    let (sandbox, child) = start(&server, CLEANS_UP, &["--jobs=1", "--deadline=700ms"]);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(started.elapsed() < Duration::from_millis(700) + AT_ONCE, "{:?}", started.elapsed());
    assert_eq!(targets(&server), ["/make", "/hang", "/own", "/made/7"]);
    let ends = ends(&sandbox);
    let cut =
        "error.deadline no verdict: the time of the run was up (--deadline) before the answer came";
    assert_eq!(ends[0], cut);
    assert!(ends[1].starts_with("error.deadline not run: "), "{ends:?}");
}

#[test]
fn a_tear_down_that_hangs_is_ended_after_its_five_seconds() {
    let (server, told) = server();
    let lines = CLEANS_UP.replace("DELETE /own", "DELETE /hang/own");
    let (sandbox, child) = start(&server, &lines, &["--jobs=1"]);
    assert_eq!([told.recv(), told.recv()].map(Result::unwrap), ["/make", "/hang"]);
    let started = Instant::now();
    signal(&child, Signal::INT);
    let (output, _) = end(child);
    assert_eq!(output.status.code(), Some(130));
    let elapsed = started.elapsed();
    // Two seconds for what is under way, five for what cleans up.
    assert!((Duration::from_secs(5)..Duration::from_secs(8)).contains(&elapsed), "{elapsed:?}");
    assert_eq!(targets(&server)[..3], ["/make", "/hang", "/hang/own"]);
    let ends = ends(&sandbox);
    assert!(
        ends[0].starts_with("error.interrupted no verdict: the run was interrupted"),
        "{ends:?}"
    );
    let torn = "; tear-down, step 1: no verdict: the time to clean up was over (5 s ";
    assert!(ends[0].contains(torn), "{ends:?}");
}

#[test]
fn a_second_signal_while_a_tear_down_hangs_ends_all_at_once() {
    let (server, told) = server();
    let lines = CLEANS_UP.replace("GET /hang", "GET /quick").replace("DELETE /own", "DELETE /hang");
    let (_sandbox, mut child) = start(&server, &lines, &["--jobs=1"]);
    for expected in ["/make", "/quick", "/hang"] {
        assert_eq!(told.recv().expect("a request"), expected);
    }
    let started = Instant::now();
    assert_eq!(interrupt_until_it_ends(&mut child).code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

/// Serves the demo API, with children that ignore what asks them to end; each holds the pipe.
const STUBBORN: &str = "\
trap '' TERM INT HUP
exec 3>alive
(sleep 600 & sleep 600) &
apitest demo --port $1 &
echo started >&3
while :; do wait; done
";

/// A run with all that may hold it up: the project's own server with children, a set-up and a
/// tear-down against it, and a request that hangs elsewhere.
fn everything(other: &Server) -> (Sandbox, Child, Alive) {
    let script = STUBBORN.replace("apitest demo", &format!("'{}' demo", program().display()));
    let project = "server: {command: [sh, serve.sh, '${server.port}'], ready: /health, grace: 60s}\n\
                   base_url: ${server.url}\nauth: {bearer: demo-bob-8a7d6c5b4e3f}\n";
    let spec = "\
setup:
  - request: POST /orders
    json: {item: rope, quantity: 1, price: 9}
    expect: 201
    capture: {id: $.id}
tests:
  - name: hangs
    request: GET ${env.OTHER}/hang
    auth: none
    timeout: 60s
    expect: 200
    teardown:
      - {request: 'GET ${env.OTHER}/own', auth: none}
  - {name: never, request: GET /health, expect: 200}
teardown:
  - {request: 'DELETE /orders/${id}', expect: 204}
  - {request: 'GET /orders/${id}', expect: 404}
  - {request: 'GET ${env.OTHER}/last/${id}', auth: none}
";
    let sandbox = Sandbox::new()
        .file("apitest.yaml", project)
        .file("serve.sh", script)
        .file("specs/a.yaml", spec)
        .env("OTHER", &other.url());
    Alive::make(&sandbox);
    let arguments = ["--jobs=1", "--junit=junit.xml", "--color=never"];
    let child = sandbox.command(&arguments).spawn().expect("a run");
    let mut alive = Alive::open(&sandbox);
    assert_eq!(alive.line(), "started");
    (sandbox, child, alive)
}

#[test]
fn a_signal_in_the_middle_of_everything_leaves_nothing_behind() {
    let (other, told) = server();
    let (sandbox, child, alive) = everything(&other);
    assert_eq!(told.recv().expect("a request"), "/hang");
    let started = Instant::now();
    signal(&child, Signal::INT);
    let output = child.wait_with_output().expect("an end");
    let elapsed = started.elapsed();
    assert_eq!(output.status.code(), Some(130));
    assert!(elapsed < Duration::from_secs(8), "{elapsed:?}");
    alive.all_are_gone();
    // The tear-down of the test and that of the file have run, and held.
    let sent = targets(&other);
    assert_eq!(sent[..2], ["/hang", "/own"]);
    assert!(sent[2].starts_with("/last/") && sent.len() == 3, "{sent:?}");
    let cut = "error.interrupted no verdict: the run was interrupted before the answer came";
    let not_run = "skipped.not-run not run: the run was interrupted";
    assert_eq!(ends(&sandbox), [cut, not_run]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("2 cases: 0 passed, 1 errored, 1 not run in "), "{shown}");
}

#[test]
fn a_second_signal_in_the_middle_of_everything_ends_it_at_once() {
    let (other, told) = server();
    let (_sandbox, mut child, alive) = everything(&other);
    assert_eq!(told.recv().expect("a request"), "/hang");
    let started = Instant::now();
    assert_eq!(interrupt_until_it_ends(&mut child).code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    alive.all_are_gone();
    assert_eq!(targets(&other), ["/hang"]);
}
