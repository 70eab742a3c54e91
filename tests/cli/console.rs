//! What a person reads of a run, where it goes, and what becomes of a run that nobody reads.

mod alike;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::golden::golden;
use crate::support::sandbox::{Sandbox, steady};
use crate::support::server::{Server, Then, answer, reply};
use crate::support::xml::Element;

/// Answers `/orders` as it should, `/close` not at all, and all else with 404.
fn server() -> Server {
    Server::start(|request, stream| {
        let json = [("Content-Type", "application/json")];
        let answer = match request.target.as_str() {
            "/orders" => answer(200, &json, r#"{"orders": [{"id": 7}], "count": "1"}"#),
            "/close" => return Then::Close,
            _ => answer(404, &json, r#"{"error": "no such order"}"#),
        };
        reply(stream, &answer)
    })
}

/// Every verdict, a bad spec and a warning.
fn every_verdict(server: &Server) -> Sandbox {
    Sandbox::new()
        .file("apitest.yaml", format!("base_url: {}\n", server.url()))
        .file("specs/bad.yaml", "tests:\n  - {name: x, requst: GET /, expect: 200}\n")
        .file(
            "specs/orders.yaml",
            r#"tokens: {alice: token-of-alice-1234}
auth: alice
vars: {unused: 1}
tests:
  - name: lists orders
    request: GET /orders
    expect: {status: 200, json: {$.orders: {length: 1}}}

  - name: counts orders
    request: GET /orders
    expect:
      status: 2xx
      headers: {content-type: {starts_with: text/}}
      json:
        $.count: 1
        $.orders[0].id: {gt: 7}

  - name: creates an order
    request: POST /orders/new
    json: {item: it's a book, lines: "one\ntwo"}
    expect: {status: 201}

  - name: gets no answer
    request: POST /close
    expect: 200

  - name: deletes an order
    skip: not built yet
    request: DELETE /orders/7
    expect: 204
"#,
        )
}

#[test]
fn a_red_run_shows_all_that_is_needed_to_mend_it() {
    let server = server();
    let sandbox = every_verdict(&server);
    let ended = sandbox.run(&["specs", "--jobs", "8"]).expect_code(2);
    // Faults stand on standard error and come first.
    let (faults, results) = (steady(&ended.stderr), steady(&ended.stdout));
    let transcript = format!("{faults}--- stdout ---\n{results}");
    let transcript = transcript.replace(env!("CARGO_PKG_VERSION"), "<version>");
    golden("fixtures/console/red.txt", &transcript);
}

/// A spec with so many cases that all fail that a pipe cannot hold what is printed of them.
fn much_to_say(server: &Server) -> Sandbox {
    let cases: String = (0..300)
        .map(|i| format!("  - {{name: case {i}, request: GET /, expect: 200}}\n"))
        .collect();
    Sandbox::new()
        .file("apitest.yaml", format!("base_url: {}\nvars: {{unused: 1}}\n", server.url()))
        .file("specs/a.yaml", format!("tests:\n{cases}"))
}

fn start(sandbox: &Sandbox, stdout: Stdio, stderr: Stdio) -> Child {
    let mut command = sandbox.command(&["specs", "--junit", "junit.xml"]);
    command.stdout(stdout).stderr(stderr).spawn().expect("the program starts")
}

#[test]
fn who_reads_one_line_and_leaves_ends_the_output_and_nothing_else() {
    let server = server();
    let sandbox = much_to_say(&server);
    let mut child = start(&sandbox, Stdio::piped(), Stdio::piped());
    let mut first = String::new();
    let mut out = BufReader::with_capacity(1, child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    assert!(first.starts_with("300 cases in 1 file"), "{first}");
    drop(out);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(!stderr.contains("panicked") && !stderr.contains("printed"), "{stderr}");
    let root = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!(root.attribute("failures"), "300");
}

#[test]
fn who_closes_standard_error_misses_the_faults_and_nothing_else() {
    let server = server();
    let sandbox = every_verdict(&server);
    let mut child = start(&sandbox, Stdio::piped(), Stdio::piped());
    drop(child.stderr.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let stdout = String::from_utf8(ended.stdout).expect("UTF-8");
    assert!(stdout.contains("6 cases: 1 passed, 2 failed, 2 errored, 1 skipped"), "{stdout}");
    let root = Element::parse(&sandbox.read("junit.xml"));
    assert_eq!(root.attribute("errors"), "2");
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_printed_are_missed_loudly() {
    let server = server();
    let sandbox = much_to_say(&server);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = start(&sandbox, full.into(), Stdio::piped()).wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("apitest: the results could not be printed: "), "{stderr}");
    Element::parse(&sandbox.read("junit.xml"));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let server = server();
    let colored = |name: &str, value: &str, arguments: &[&str]| {
        let sandbox = every_verdict(&server).env(name, value);
        let ended = sandbox.run(&[&["specs"], arguments].concat()).expect_code(2);
        (ended.stdout.contains('\x1b'), ended.stderr.contains('\x1b'))
    };
    assert_eq!(colored("TERM", "xterm", &[]), (false, false));
    assert_eq!(colored("TERM", "xterm", &["--color", "never"]), (false, false));
    assert_eq!(colored("NO_COLOR", "1", &["--color", "always"]), (true, true));
}

#[test]
fn a_quiet_run_that_is_green_says_one_line() {
    let server = server();
    let sandbox = every_verdict(&server);
    let ended = sandbox.run(&["specs/orders.yaml:5", "--quiet"]).expect_code(0);
    assert_eq!(steady(&ended.stdout), "\n1 case: 1 passed in <time>\n");
}
