//! Rows and credentials: tokens named by a row, got for a row, probed by row, and shown nowhere.

use super::{names, run, sandbox};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

const ALICE: &str = "tok-of-alice-in-a-row-4711";
const BOB: &str = "tok-of-bob-in-a-row-081547";

/// Lets in whoever sends one of the two tokens; gives them out for the right names.
fn guarded() -> Server {
    Server::start(|request, stream| {
        if request.target == "/login" {
            let is_bob = String::from_utf8_lossy(&request.body).contains("bob");
            let body = format!(r#"{{"access_token": "{}"}}"#, if is_bob { BOB } else { ALICE });
            return reply(stream, &answer(200, &[("Content-Type", "application/json")], &body));
        }
        let known =
            |token: &str| request.header("authorization") == Some(&format!("Bearer {token}"));
        let lone = request.headers.iter().filter(|(n, _)| n == "authorization").count() == 1;
        match lone && (known(ALICE) || known(BOB)) {
            true => reply(stream, &answer(200, &[], "{}")),
            false => {
                let challenge = [("WWW-Authenticate", "Bearer error=\"invalid_token\"")];
                reply(stream, &answer(401, &challenge, ""))
            }
        }
    })
}

#[test]
fn a_row_names_a_token_and_a_token_is_got_once_for_each_that_differs() {
    let server = guarded();
    let tests = "  - name: named\n    tokens: {alice: TOKEN_A, bob: TOKEN_B}\n    \
                 matrix: {who: [alice, bob], n: [1, 2]}\n    auth: ${who}\n    request: GET /${n}\n    expect: 200\n\
                 \x20 - name: got\n    tokens: {user: {login: {request: POST /login, json: {user: \"${who}\"}, token: $.access_token}}}\n    \
                 matrix: {who: [alice, bob], n: [1, 2, 3]}\n    auth: user\n    request: GET /got/${n}\n    expect: 200\n";
    let tests = tests.replace("TOKEN_A", ALICE).replace("TOKEN_B", BOB);
    let sandbox = sandbox(&server, &tests);
    run(&sandbox, &[], 0);
    let arrived = server.arrived();
    let sent = |token: &str| {
        let is_it = |value: Option<&str>| value == Some(&format!("Bearer {token}"));
        arrived.iter().filter(|request| is_it(request.header("authorization"))).count()
    };
    assert_eq!((sent(ALICE), sent(BOB)), (5, 5));
    assert_eq!(arrived.iter().filter(|request| request.target == "/login").count(), 2);
}

#[test]
fn secrets_of_rows_are_in_no_output() {
    let server = Server::answering(500, &[("X-Back", ALICE)], &format!(r#"{{"it": "{BOB}"}}"#));
    let tests = "  - name: sends it\n    data: {file: rows.csv}\n    auth: {bearer: \"${key}\"}\n    \
                 request: POST /a\n    json: {password: \"${word}\"}\n    \
                 expect: {status: 200, json: {$.it: none}, headers: {x-back: none}}\n";
    let rows = format!("key,word\n{ALICE},hidden-word-4711\n{BOB},hidden-word-4712\n");
    let sandbox = sandbox(&server, tests).file("specs/rows.csv", rows);
    for arguments in [&[][..], &["--verbose"], &["--quiet", "--jobs", "1"]] {
        let ended = run(&sandbox, arguments, 1);
        for shown in [&ended.stdout, &ended.stderr, &sandbox.read("junit.xml")] {
            for secret in [ALICE, BOB, "hidden-word-4711", "hidden-word-4712"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
        let expected = ["sends it [key=***, word=***]", "sends it [key=***, word=***] (2)"];
        assert_eq!(names(&sandbox), expected);
    }
}

#[test]
fn a_line_with_a_fault_shows_no_secret() {
    let tests = "  - {name: a, data: {file: rows.csv}, auth: {bearer: \"${key}\"}, request: GET /, expect: 200}\n";
    let server = Server::answering(200, &[], "");
    let lines = [
        format!("key,n\n{ALICE},1,2\n"),
        format!("key,n\n\"{ALICE}\"x,1\n"),
        format!("password,n\nshort-1,x\n{ALICE}\n"),
    ];
    for rows in lines {
        let sandbox = sandbox(&server, tests).file("specs/rows.csv", &rows);
        let ended = run(&sandbox, &[], 2);
        let shown = format!("{}{}{}", ended.stdout, ended.stderr, sandbox.read("junit.xml"));
        assert!(shown.contains("specs/rows.csv:") && !shown.contains(ALICE), "{shown}");
    }
    let json = format!(r#"[{{"password": "hidden-word-4711"}}, {{"password": "{ALICE}"#);
    let tests = tests.replace("rows.csv", "rows.json");
    let sandbox = sandbox(&server, &tests).file("specs/rows.json", json);
    let ended = run(&sandbox, &[], 2);
    assert!(!ended.stderr.contains(ALICE) && !ended.stderr.contains("4711"), "{}", ended.stderr);
}

#[test]
fn every_row_of_a_test_is_probed_but_of_an_inherited_enforce_only_the_first() {
    let tests = format!(
        "  - {{name: x, matrix: {{n: [1, 2, 3]}}, auth: {{bearer: {ALICE}}}, request: \"GET /${{n}}\", expect: 200}}\n"
    );
    let server = guarded();
    let probes = |sandbox: &Sandbox| {
        run(sandbox, &[], 0);
        let probes = names(sandbox).into_iter().filter(|name| name.contains(" › no-token"));
        probes.collect::<Vec<_>>()
    };
    let own = sandbox(&server, &tests.replace("expect: 200", "expect: 200, enforce: bearer"));
    let expected = [1, 2, 3].map(|n| format!("x [n={n}] › no-token"));
    assert_eq!(probes(&own), expected);
    let inherited = sandbox(&server, &tests);
    inherited.write("apitest.yaml", "specs: [specs]\nenforce: bearer\n");
    assert_eq!(probes(&inherited), expected[..1]);
}
