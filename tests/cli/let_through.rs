//! Answers that let a request through and do not come whole: nothing that is sent after them covers
//! them up.

use std::io::Write;

use crate::support::in_turn::{in_turn, run, targets};
use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox, steady};
use crate::support::server::{Server, Then, answer};
use crate::support::xml::Element;

/// A success that ends too early, in one way or another.
const BROKEN: [(&str, &str); 7] = [
    ("error.closed", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    ("error.closed", "HTTP/1.1 200 OK\r\nContent-Le"),
    ("error.closed", "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 201 OK\r\nContent-Length: 9\r\n\r\n{"),
    ("error.closed", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConte"),
    ("error.framing", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n{"),
    ("error.body-too-large", "HTTP/1.1 202 OK\r\nContent-Length: 99999\r\n\r\n"),
    (
        "error.content-encoding",
        "HTTP/1.1 200 OK\r\nContent-Encoding: x\r\nContent-Length: 1\r\n\r\n{",
    ),
];

/// Answers so for the first time, and with a 401 from then on.
fn once(broken: &'static str) -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_, stream| {
        let first = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let refusal = answer(401, &[("WWW-Authenticate", "Bearer")], "{}");
        let _ = stream.write_all(if first { broken.as_bytes() } else { &refusal });
        Then::Close
    })
}

/// Runs one test with these keys; it is a POST, which is sent once.
fn test(server: &Server, keys: &str) -> (Sandbox, Ended) {
    let lines = format!("tests:\n  - {{name: a, request: POST /x, {keys}, expect: 401}}\n");
    run(server, &lines, &["--max-body", "10KB", "--jobs", "1"])
}

/// The type and the message of the end of the first case; nothing of one that passed.
fn end_of(sandbox: &Sandbox) -> Option<[String; 2]> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let end = report::end(report::cases(&report).next().expect("a case"))?;
    Some(["type", "message"].map(|name| end.attribute(name).to_owned()))
}

#[test]
fn a_retry_does_not_cover_it_up() {
    for (kind, broken) in BROKEN {
        let server = once(broken);
        let (sandbox, ended) = test(&server, "retry: 3");
        let ended = ended.expect_code(1);
        assert_eq!(targets(&server).len(), 1, "{broken}");
        let [found, message] = end_of(&sandbox).expect("no success");
        assert_eq!(found, kind, "{message}");
        let start = "let through on run 1: 20";
        let words = " came where a refusal is due, and not to its end: ";
        assert!(message.starts_with(start) && message.contains(words), "{message}");
        assert!(ended.stdout.contains(words), "{}", ended.stdout);
    }
    // A refusal that does not come whole lets nobody through.
    let server = once("HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\n{");
    test(&server, "retry: 3").1.expect_code(0);
}

#[test]
fn neither_does_a_poll() {
    for (kind, broken) in BROKEN {
        let server = once(broken);
        let (sandbox, ended) = test(&server, "poll: {every: 5ms, within: 10s}");
        let ended = ended.expect_code(1);
        assert_eq!(targets(&server).len(), 1, "{broken}");
        let [found, message] = end_of(&sandbox).expect("no success");
        assert_eq!(found, kind, "{message}");
        assert!(message.starts_with("let through on try 1: 20"), "{message}");
        assert!(ended.stdout.contains("without a credential there is nothing to wait for"));
    }
}

#[test]
fn with_a_token_it_is_told_beside_the_refusal_that_came_later() {
    for (_, broken) in BROKEN {
        let server = once(broken);
        let keys = "auth: {bearer: a-token-of-the-test}, poll: {every: 5ms, within: 10s}";
        let (sandbox, ended) = test(&server, keys);
        let ended = ended.expect_code(0);
        assert!(end_of(&sandbox).is_none());
        let told = "a: let through once before it was refused, <time> after the first try";
        assert!(steady(&ended.stdout).contains(told), "{}", ended.stdout);
    }
}

#[test]
fn what_is_never_refused_says_how_often_it_was_let_through() {
    let server = Server::answering(200, &[], "{}");
    let keys = "auth: {bearer: a-token-of-the-test}, poll: {every: 20ms, within: 200ms}";
    let (sandbox, ended) = test(&server, keys);
    ended.expect_code(1);
    let [_, message] = end_of(&sandbox).expect("no success");
    let tries = targets(&server).len();
    let told = match tries {
        1 => "polled once in <time>, let through once".to_owned(),
        tries => format!("polled {tries} times in <time>, let through {tries} times"),
    };
    assert!(steady(&message).contains(&told), "{message}");
}

#[test]
fn a_time_that_runs_out_within_the_body_is_one_too() {
    let server = Server::start(|request, stream| {
        if request.connection > 0 {
            let _ = stream.write_all(&answer(401, &[], "{}"));
            return Then::Close;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
        // Returns when the client leaves.
        let _ = std::io::Read::read(stream, &mut [0]);
        Then::Close
    });
    let (sandbox, ended) = test(&server, "timeout: 300ms, retry: 2");
    ended.expect_code(1);
    assert_eq!(targets(&server).len(), 1);
    let [kind, message] = end_of(&sandbox).expect("no success");
    assert_eq!(kind, "error.timeout");
    assert!(message.starts_with("let through on run 1: 200 came where "), "{message}");
}

/// A poll that is let through once, of one step.
const POLLED: &str = "request: GET /200-401, auth: {bearer: a-token-of-the-test}, \
                      poll: {every: 5ms, within: 10s}, expect: 401";

#[test]
fn around_a_file_it_is_told_too() {
    for (key, name) in [("setup", "set-up"), ("teardown", "tear-down")] {
        let server = in_turn();
        let lines = format!(
            "{key}:\n  - {{{POLLED}}}\ntests:\n  - {{name: a, request: GET /200, expect: 200}}\n"
        );
        let (sandbox, ended) = run(&server, &lines, &[]);
        let ended = ended.expect_code(0);
        let words = "let through once before it was refused, <time> after the first try";
        let told = format!("  {name}: {name} of a.yaml, step 1: {words}\n");
        assert!(steady(&ended.stdout).contains(&told), "{}", ended.stdout);
        assert!(ended.stdout.contains("2 cases: 2 passed"), "{}", ended.stdout);
        let report = Element::parse(&sandbox.read("junit.xml"));
        assert_eq!(report::cases(&report).count(), 2);

        let (_, ended) = run(&in_turn(), &lines, &["--strict"]);
        let ended = ended.expect_code(1);
        let told = format!("{name} of a.yaml, step 1: {words} (--strict)\n");
        assert!(steady(&ended.stdout).contains(&told), "{}", ended.stdout);
    }
}

#[test]
fn strictly_it_is_an_error_and_nothing_is_run_again() {
    let server = in_turn();
    let lines = format!(
        "tests:\n  - name: a\n    retry: 3\n    setup:\n      - {{{POLLED}}}\n    \
         request: GET /200\n    expect: 200\n"
    );
    let (sandbox, ended) = run(&server, &lines, &["--strict"]);
    ended.expect_code(1);
    assert_eq!(targets(&server), ["/200-401", "/200-401"]);
    let [kind, message] = end_of(&sandbox).expect("no success");
    let told = "let through on run 1: set-up, step 1: let through once before it was refused, \
                <time> after the first try (--strict)";
    assert_eq!((kind.as_str(), steady(&message).as_str()), ("error.let-through", told));
}

#[test]
fn what_names_nobody_is_no_credential() {
    for (keys, tries) in [
        ("auth: {header: {Authorization: Bearer}}", 1),
        ("auth: {header: {authorization: 'Basic  '}}", 1),
        ("cookies: {sid: ''}", 1),
        ("auth: {header: {Cookie: 'sid='}}", 1),
        ("auth: {header: {Authorization: Bearer a-token}}", 2),
        ("auth: {header: {Authorization: a-key-of-the-test}}", 2),
        ("auth: {header: {Cookie: 'theme=; sid=7'}}", 2),
        ("auth: {header: {X-Api-Key: a-key-of-the-test}}", 2),
    ] {
        let server = in_turn();
        let lines = format!(
            "tests:\n  - {{name: a, request: GET /200-401, {keys}, \
             poll: {{every: 5ms, within: 10s}}, expect: 401}}\n"
        );
        let (_, ended) = run(&server, &lines, &[]);
        let ended = ended.expect_code(i32::from(tries == 1));
        assert_eq!(targets(&server).len(), tries, "{keys}: {}", ended.stdout);
    }
}
