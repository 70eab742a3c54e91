//! Tests of several steps: their order, what they capture, and what cleans up after them.

use serde_json::Value;

use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

const BODY: &str = r#"{"id": 7, "half": 0.50, "tags": ["a", "b"], "owner": {"name": "a/b c"},
    "none": null, "quoted": "\"x\"", "access_token": "tok-of-the-login-081547", "yes": true}"#;

/// Answers everything with the same, but for `/fail`.
fn server() -> Server {
    Server::start(|request, stream| {
        let status = if request.target.starts_with("/fail") { 500 } else { 200 };
        let headers = [
            ("Location", "/things/4711?x=1"),
            ("Set-Cookie", "sid=cookie-of-the-session-99; Path=/; HttpOnly"),
            ("X-Again", "tok-of-the-login-081547"),
        ];
        reply(stream, &answer(status, &headers, BODY))
    })
}

fn run(server: &Server, tests: &str, arguments: &[&str]) -> (Sandbox, Ended) {
    let spec = format!("base_url: {}\ntests:\n{tests}", server.url());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let all = [&["a.yaml", "--junit", "junit.xml"], arguments].concat();
    let ended = sandbox.run(&all);
    (sandbox, ended)
}

fn targets(server: &Server) -> Vec<String> {
    server.arrived().into_iter().map(|request| request.target).collect()
}

/// How the one case of the report ended, and its message.
fn end_of(sandbox: &Sandbox) -> (String, String) {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    report::end(case).map_or(("passed".into(), String::new()), |end| {
        (end.name.clone(), end.attribute("message").to_owned())
    })
}

#[test]
fn captures_keep_their_types_and_go_where_they_are_written() {
    let server = server();
    let tests = r#"
  - name: hands on
    steps:
      - request: GET /first
        expect: 200
        capture:
          id: $.id
          half: $.half
          tags: $.tags
          all: $.tags[*]
          owner: $.owner
          name: $.owner.name
          none: $.none
          yes: $.yes
          code: status
          thing: {header: location, regex: '/(\d+)'}
          sid: {cookie: sid}
          whole: {body: true, regex: '"half": [0-9.]+'}
      - request: POST /next/${name}?q=${name}
        json: [ "${id}", "${half}", "${tags}", "${all}", "${owner}", "${none}", "${yes}", "${code}", "${thing}", "n ${id}" ]
        headers: {X-Sid: "${sid}", X-Whole: "${whole}"}
        expect:
          status: "${code}"
          json: {$.id: "${id}", "$.tags[?@ == ${tag}]": [b], $.owner: {equals: "${owner}"}}
    vars: {tag: b}
"#;
    let (_, ended) = run(&server, tests, &[]);
    ended.expect_code(0);
    let arrived = server.arrived();
    assert_eq!(arrived[1].target, "/next/a%2Fb%20c?q=a%2Fb%20c");
    let body: Value = serde_json::from_slice(&arrived[1].body).expect("JSON");
    let expected = r#"[7,0.50,["a","b"],["a","b"],{"name":"a/b c"},null,true,200,"4711","n 7"]"#;
    assert_eq!(String::from_utf8_lossy(&arrived[1].body), expected, "{body}");
    assert_eq!(arrived[1].header("x-sid"), Some("cookie-of-the-session-99"));
    assert_eq!(arrived[1].header("x-whole"), Some(r#""half": 0.50"#));
}

#[test]
fn a_captured_value_is_a_literal_in_a_query() {
    let server = server();
    let tests = r#"
  - name: asks
    steps:
      - {request: GET /a, expect: 200, capture: {name: $.owner.name, tags: $.tags}}
      - request: GET /b
        expect: {json: {"$.owner[?@ == ${name}]": [a/b c], "$.tags[?@ == ${name}]": {exists: false}}}
      - request: GET /c
        expect: {json: {"$.tags[?@ == ${tags}]": {exists: true}}}
"#;
    let (sandbox, ended) = run(&server, tests, &[]);
    ended.expect_code(1);
    let (end, message) = end_of(&sandbox);
    assert_eq!(end, "failure");
    assert!(message.starts_with("step 3: json"), "{message}");
    assert!(message.contains("a query that cannot be asked: ${tags} is a list"), "{message}");
}

#[test]
fn the_first_step_that_does_not_hold_ends_the_test_and_the_tear_down_runs() {
    let table =
        [("/fail", "failure", "step 2: status"), ("http://127.0.0.1:1/", "error", "step 2: ")];
    for (target, end, message) in table {
        let server = server();
        let tests = format!(
            "  - name: life\n    setup:\n      - {{request: POST /things, capture: {{id: $.id}}}}\n    steps:\n      \
             - {{request: GET /one, expect: 200}}\n      - {{request: \"GET {target}\", expect: 200, capture: {{never: $.id}}}}\n      \
             - {{request: \"GET /three/${{never}}\"}}\n    teardown:\n      - {{request: \"DELETE /things/${{id}}\"}}\n      \
             - {{request: GET /fail/again}}\n      - {{request: GET /last}}\n"
        );
        let (sandbox, ended) = run(&server, &tests, &[]);
        let ended = ended.expect_code(1);
        let mut arrived = targets(&server);
        arrived.retain(|target| target != "/fail");
        assert_eq!(arrived, ["/things", "/one", "/things/7", "/fail/again", "/last"]);
        let found = end_of(&sandbox);
        assert_eq!(found.0, end, "{}", ended.stdout);
        assert!(found.1.starts_with(message), "{}", found.1);
        assert!(
            found.1.contains("; tear-down, step 2: status: expected 2xx, got 500"),
            "{}",
            found.1
        );
    }
}

#[test]
fn a_set_up_that_does_not_hold_is_an_error_and_a_tear_down_too() {
    let server = server();
    let set_up = "  - name: a\n    setup:\n      - {request: GET /fail}\n    request: GET /never\n    expect: 500\n";
    let (sandbox, ended) = run(&server, set_up, &[]);
    ended.expect_code(1);
    let why = "set-up, step 1: status: expected 2xx, got 500";
    assert_eq!(end_of(&sandbox), ("error".into(), why.into()));
    let tear_down = "  - name: a\n    request: GET /a\n    expect: 200\n    teardown:\n      - {request: GET /fail}\n";
    let (sandbox, ended) = run(&server, tear_down, &[]);
    ended.expect_code(1);
    let why = "tear-down, step 1: status: expected 2xx, got 500";
    assert_eq!(end_of(&sandbox), ("error".into(), why.into()));
    assert_eq!(targets(&server), ["/fail", "/a", "/fail"]);
}

#[test]
fn what_is_not_there_fails_the_step_that_captures_it() {
    let server = server();
    let table = [
        ("x: $.nothing", "capture x of json $.nothing: expected a value, got nothing"),
        ("x: {header: x-none}", "capture x of header x-none: expected a value, got nothing"),
        ("x: {cookie: none}", "capture x of cookie none: expected a value, got nothing"),
        ("x: {header: location, regex: 'q=(.)'}", "capture x of header location: expected text"),
        ("x: {json: $.tags, regex: a}", "capture x of json $.tags: expected text"),
    ];
    for (capture, message) in table {
        let tests = format!(
            "  - name: a\n    request: GET /a\n    expect: 200\n    capture: {{{capture}}}\n"
        );
        let (sandbox, ended) = run(&server, &tests, &[]);
        ended.expect_code(1);
        let (end, found) = end_of(&sandbox);
        assert_eq!(end, "failure");
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn what_is_no_token_is_an_error_and_no_refusal() {
    for path in ["$.none", "$.quoted", "$.owner.name", "$.tags"] {
        // It refuses everything: a test that expects a refusal must not pass for a wrong token.
        let server = Server::start(|request, stream| {
            let status = if request.target == "/login" { 200 } else { 401 };
            reply(stream, &answer(status, &[], BODY))
        });
        let tests = format!(
            "  - name: a\n    steps:\n      - {{request: POST /login, expect: 200, capture: {{t: {path}}}}}\n      \
             - {{request: GET /me, auth: {{bearer: \"${{t}}\"}}, expect: 401}}\n"
        );
        let (sandbox, ended) = run(&server, &tests, &[]);
        ended.expect_code(1);
        assert_eq!(end_of(&sandbox).0, "error", "{path}");
        assert_eq!(targets(&server), ["/login"]);
    }
}

#[test]
fn captured_secrets_are_in_no_output() {
    let server = server();
    let tests = r#"
  - name: passes
    steps:
      - {request: POST /login, expect: 200, capture: {key: $.access_token, sid: {cookie: sid, secret: true}}}
      - {request: "GET /a/${sid}", auth: {bearer: "${key}"}, expect: 200}
  - name: fails
    steps:
      - {request: POST /login, expect: 200, capture: {key: $.access_token, sid: {cookie: sid, secret: true}}}
      - {request: "GET /fail/${sid}", auth: {bearer: "${key}"}, headers: {X-Key: "${key}"}, expect: {status: 200, headers: {x-again: other}}}
  - name: fails where it is captured
    request: POST /login
    expect: {status: 201, json: {$.access_token: other}}
    capture: {key: {header: x-again, secret: true}, sid: {cookie: sid, secret: true}}
    teardown:
      - {request: "GET /fail/${key}/${sid}"}
"#;
    let tests = &format!(
        "{tests}{}",
        r#"
  - name: sends it under the name of a secret
    steps:
      - {request: POST /give, expect: 200, capture: {a: $.access_token, b: {cookie: sid}}}
      - {request: "POST /fail", json: {in: [{password: "${a}"}], client_secret: "x${b}"}}
  - name: sends it in a form and a query
    steps:
      - {request: POST /give, expect: 200, capture: {a: $.access_token, b: {cookie: sid}}}
      - {request: "POST /fail", form: {password: "${a}"}, query: {api_key: "${b}"}}
  - name: looks for it in vain
    request: POST /give
    expect: 200
    capture: {token: {header: x-again, regex: 'no(.)'}, c: {cookie: sid, regex: 'no(.)', secret: true}}
"#
    );
    for arguments in [&[][..], &["--verbose"], &["--jobs", "1", "--quiet"]] {
        let (sandbox, ended) = run(&server, tests, arguments);
        let ended = ended.expect_code(1);
        for shown in [&ended.stdout, &ended.stderr, &sandbox.read("junit.xml")] {
            for secret in ["tok-of-the-login-081547", "cookie-of-the-session-99"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}

#[test]
fn nothing_leaks_between_tests_whatever_the_order() {
    let server = Server::start(|request, stream| {
        let id = request.target.trim_start_matches("/make/").to_owned();
        reply(stream, &answer(200, &[], &format!(r#"{{"id": "{id}"}}"#)))
    });
    let tests: String = (0..60)
        .map(|i| {
            format!(
                "  - name: t{i}\n    steps:\n      - {{request: GET /make/{i}, expect: 200, capture: {{id: $.id}}}}\n      \
                 - {{wait: 1ms}}\n      - {{request: \"GET /make/${{id}}\", expect: {{json: {{$.id: \"{i}\"}}}}}}\n"
            )
        })
        .collect();
    let mut outputs = Vec::new();
    for jobs in ["1", "32"] {
        let (_, ended) = run(&server, &tests, &["--jobs", jobs]);
        let ended = ended.expect_code(0);
        let lines = ended.stdout.lines().filter(|line| line.contains("60 passed")).count();
        outputs.push(lines);
    }
    assert_eq!(outputs, [2, 2]);
}
