//! Fragments: steps that specs use in the place of their own, and what is told of them.

mod files;

use serde_json::Value;

use crate::support::golden::golden;
use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, answer, reply};
use crate::support::xml::Element;

/// Answers with what it was asked, but for `/fail`.
fn server() -> Server {
    Server::start(|request, stream| {
        let status = if request.target.contains("/fail") { 500 } else { 200 };
        let path = request.target.split('?').next().unwrap_or_default();
        let id = path.trim_start_matches('/').replace('/', "-");
        let body = format!(r#"{{"id": "{id}", "token": "tok-of-{id}-4711"}}"#);
        reply(stream, &answer(status, &[], &body))
    })
}

/// A folder with a project file and these files.
fn sandbox(server: &Server, files: &[(&str, &str)]) -> Sandbox {
    let project = format!("base_url: {}\n", server.url());
    let sandbox = Sandbox::new().file("apitest.yaml", project);
    files.iter().fold(sandbox, |sandbox, (path, text)| sandbox.file(path, text))
}

fn targets(server: &Server) -> Vec<String> {
    server.arrived().into_iter().map(|request| request.target).collect()
}

fn header<'a>(request: &'a Arrived, name: &str) -> &'a str {
    request.header(name).unwrap_or_default()
}

/// The cases of the report by file and name, with what their end is called.
fn cases(sandbox: &Sandbox) -> Vec<(String, String, String)> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = |case: &Element| {
        let end = report::end(case).map_or("passed".into(), |end| end.name.clone());
        (case.attribute("file").to_owned(), case.attribute("name").to_owned(), end)
    };
    report::cases(&report).map(case).collect()
}

#[test]
fn its_steps_run_in_place_with_the_settings_of_the_caller_and_hand_back_what_they_capture() {
    let server = server();
    let spec = r#"
vars: {user: caller, run: r1}
tokens: {alice: tok-of-alice-000081}
headers: {X-Run: "${run}-${user}"}
query: {from: spec}
tests:
  - name: uses it
    headers: {X-Test: "${user}"}
    steps:
      - request: GET /first
        expect: 200
        capture: {id: $.id}
      - wait: 1ms
      - use: fragments/outer.yaml
        with: {user: "given-${id}", list: [1, {a: "${id}"}]}
        headers: {X-Use: "${user}"}
        auth: alice
      - request: GET /last/${made}/${inner}
        expect: 200
"#;
    let outer = r#"
name: outer for ${user}
steps:
  - request: POST /outer
    json: {user: "${user}", list: "${list}"}
    headers: {X-Step: "${user}"}
    capture: {made: $.id}
  - use: deeper/inner.yaml
    with: {id: "${made}", all: "${list}"}
  - request: POST /body/${inner}
    body: {file: body.txt}
"#;
    let inner = r#"
steps:
  - request: GET /inner/${id}
    vars: {mine: "m-${id}"}
    auth: none
    query: {mine: "${mine}"}
    expect: {json: {$.id: "inner-${id}"}}
    capture: {inner: {json: $.id, regex: '^(\w+)-'}}
  - request: POST /all
    json: "${all}"
"#;
    let files = [
        ("specs/a.yaml", spec),
        ("specs/fragments/outer.yaml", outer),
        ("specs/fragments/deeper/inner.yaml", inner),
        ("specs/fragments/body.txt", "from the folder of the fragment"),
    ];
    let ended = sandbox(&server, &files).run(&["--strict"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    let arrived = server.arrived();
    let asked: Vec<&str> = arrived.iter().map(|request| &*request.target).collect();
    let expected = [
        "/first?from=spec",
        "/outer?from=spec",
        "/inner/outer?from=spec&mine=m-outer",
        "/all?from=spec",
        "/body/inner?from=spec",
        "/last/outer/inner?from=spec",
    ];
    assert_eq!(asked, expected);
    let body: Value = serde_json::from_slice(&arrived[1].body).expect("JSON");
    let expected = serde_json::json!({"user": "given-first", "list": [1, {"a": "first"}]});
    assert_eq!(body, expected);
    assert_eq!(arrived[4].body, b"from the folder of the fragment");
    for request in &arrived[1..5] {
        assert_eq!(header(request, "x-run"), "r1-caller", "{}", request.target);
        assert_eq!(header(request, "x-test"), "caller");
        assert_eq!(header(request, "x-use"), "caller");
    }
    assert_eq!(header(&arrived[1], "x-step"), "given-first");
    assert_eq!(header(&arrived[1], "authorization"), "Bearer tok-of-alice-000081");
    assert_eq!(header(&arrived[2], "authorization"), "");
    assert_eq!(header(&arrived[5], "authorization"), "");
    assert_eq!(header(&arrived[5], "x-use"), "");
}

#[test]
fn a_failure_shows_its_line_and_every_line_that_led_there() {
    let server = server();
    let spec = "tests:\n  - name: fails\n    steps:\n      - name: begins\n        use: ../fragments/outer.yaml\n        \
                with: {path: fail}\n      - {request: GET /never, expect: 200}\n";
    let outer = "name: outer\nsteps:\n  - request: GET /outer\n  - {use: inner.yaml, with: {id: \"${path}\"}}\n";
    let inner = "steps:\n  - name: asks for ${id}\n    request: GET /inner/${id}\n    expect:\n      status: 200\n      \
                 json: {$.id: other}\n";
    let files =
        [("specs/a.yaml", spec), ("fragments/outer.yaml", outer), ("fragments/inner.yaml", inner)];
    let sandbox = sandbox(&server, &files);
    let reports = ["--junit", "junit.xml", "--report", "json=run.jsonl"];
    let ended = sandbox.run(&[&["--color", "never"], &reports[..]].concat()).expect_code(1);
    let json = sandbox.read("run.jsonl");
    let used =
        r#""related":[{"message":"used here","file":"fragments/outer.yaml","line":4,"column":11},"#;
    assert!(json.contains(used), "{json}");
    golden("fixtures/console/fragments.txt", &ended.transcript());
    let report = Element::parse(&sandbox.read("junit.xml"));
    let case = report::cases(&report).next().expect("a case");
    assert_eq!((case.attribute("file"), case.attribute("line")), ("specs/a.yaml", "2"));
    let failure = report::end(case).expect("a failure");
    let message = "begins › step 2 › asks for fail: status: expected 200, got 500";
    assert!(failure.attribute("message").starts_with(message), "{failure:?}");
    for line in ["fragments/inner.yaml:5:15", "fragments/outer.yaml:4:11", "specs/a.yaml:5:14"] {
        assert!(failure.text.contains(line), "{line} in {}", failure.text);
    }
    assert_eq!(targets(&server), ["/outer", "/inner/fail"]);
}

#[test]
fn what_is_not_sent_and_what_is_not_answered_shows_both_lines_too() {
    let spec = |path: &str| {
        format!(
            "tests:\n  - name: a\n    setup:\n      - use: f.yaml\n        with: {{path: \"{path}\"}}\n    \
             request: GET /\n    expect: 200\n"
        )
    };
    let fragment = "steps:\n  - request: GET ${path}\n    body: {file: body.txt}\n";
    for path in ["http://127.0.0.1:1/", "${env.NOTHING}"] {
        let server = server();
        let text = spec(path);
        let files = [("a.yaml", text.as_str()), ("f.yaml", fragment), ("body.txt", "x")];
        let ended = sandbox(&server, &files).run(&["a.yaml"]).expect_code(1);
        let shown = ended.transcript();
        let at = if path.contains("env") { "a.yaml:5:23" } else { "f.yaml:2:14" };
        assert!(shown.contains(at), "{shown}");
        assert!(path.contains("env") || shown.contains("a.yaml:4:14"), "{shown}");
        assert!(targets(&server).is_empty());
    }
    let server = server();
    let text = spec("/");
    let files = [("a.yaml", text.as_str()), ("f.yaml", fragment)];
    let ended = sandbox(&server, &files).run(&["a.yaml"]).expect_code(1);
    let shown = ended.transcript();
    assert!(shown.contains("the body file body.txt cannot be sent"), "{shown}");
    assert!(shown.contains("f.yaml:3:18") && shown.contains("a.yaml:4:14"), "{shown}");
}

#[test]
fn set_up_and_tear_down_may_use_it() {
    let server = server();
    let spec = "setup:\n  - {use: f.yaml, with: {name: file}}\nteardown:\n  - {use: g.yaml, with: {id: \"${id}\"}}\ntests:\n  \
                - name: a\n    setup:\n      - {use: f.yaml, with: {name: test}}\n    steps:\n      \
                - {request: \"GET /a/${id}\", expect: 200}\n    teardown:\n      \
                - {use: g.yaml, with: {id: \"${id}\"}}\n      - {request: GET /more}\n  - name: b\n    \
                request: GET /b/${id}\n    expect: 200\n  - name: c\n    steps:\n      - {request: GET /fail, expect: 200}\n      \
                - {use: f.yaml, with: {name: never}}\n    teardown:\n      - {use: g.yaml, with: {id: \"${other}\"}}\n      \
                - {request: GET /c}\n";
    let make = "steps:\n  - request: POST /make/${name}\n    capture: {id: $.id, other: $.token}\n";
    let delete = "steps:\n  - request: DELETE /gone/${id}\n";
    let files = [("a.yaml", spec), ("f.yaml", make), ("g.yaml", delete)];
    let ended = sandbox(&server, &files).run(&["a.yaml", "--jobs", "1"]).expect_code(1);
    let expected = [
        "/make/file",
        "/make/test",
        "/a/make-test",
        "/gone/make-test",
        "/more",
        "/b/make-file",
        "/fail",
        "/c",
        "/gone/make-file",
    ];
    assert_eq!(targets(&server), expected, "{}", ended.stdout);
}

#[test]
fn what_a_fragment_never_captured_is_named_with_its_file() {
    let server = server();
    let spec = "tests:\n  - name: c\n    steps:\n      - {request: GET /fail, expect: 200}\n      - {use: f.yaml}\n    \
                teardown:\n      - {request: \"GET /c/${id}\"}\n";
    let make = "steps:\n  - request: POST /make\n    capture: {id: $.id}\n";
    let ended = sandbox(&server, &[("a.yaml", spec), ("f.yaml", make)]).run(&["a.yaml"]);
    let shown = ended.expect_code(1).transcript();
    assert!(shown.contains("`id` (f.yaml:3) was not captured"), "{shown}");
    assert_eq!(targets(&server), ["/fail"]);
}

#[test]
fn a_fragment_that_three_files_share_gives_the_same_report_for_any_number_of_jobs() {
    let login = "steps:\n  - request: POST /login/${user}\n    capture: {token: $.token}\n";
    let spec = |i: usize| {
        let test = |j: usize| {
            format!(
                "  - name: t{j}\n    steps:\n      - {{use: shared/login.yaml, with: {{user: u{i}-{j}}}}}\n      \
                 - request: GET /me\n        auth: {{bearer: \"${{token}}\"}}\n        expect: {{json: {{$.id: me}}}}\n"
            )
        };
        format!("tests:\n{}", (0..20).map(test).collect::<String>())
    };
    let mut reports = Vec::new();
    for jobs in ["1", "32"] {
        let server = server();
        let sandbox = sandbox(&server, &[("specs/shared/login.yaml", login)]);
        (0..3).for_each(|i| sandbox.write(&format!("specs/{i}.yaml"), spec(i)));
        let arguments = ["--jobs", jobs, "--strict", "--junit", "junit.xml"];
        sandbox.run(&arguments).expect_code(0);
        let report = Element::parse(&sandbox.read("junit.xml"));
        let name =
            |case: &Element| format!("{} {}", case.attribute("file"), case.attribute("name"));
        reports.push(report::cases(&report).map(name).collect::<Vec<_>>());
        // Each with the token of its own login.
        let arrived = server.arrived();
        let mut tokens: Vec<&str> =
            arrived.iter().filter_map(|request| request.header("authorization")).collect();
        tokens.sort_unstable();
        tokens.dedup();
        assert_eq!(tokens.len(), 60);
    }
    assert_eq!(reports[0].len(), 60);
    assert_eq!(reports[0], reports[1]);
}

#[test]
fn what_the_command_line_gives_it_knows_only_by_with() {
    let server = server();
    let spec = "vars: {user: spec}\ntests:\n  - name: a\n    steps:\n      - {use: f.yaml, with: {user: given, all: \"${user}\"}}\n";
    let fragment = "steps:\n  - {request: \"GET /${user}/${all}\", expect: 200}\n";
    let files = [("a.yaml", spec), ("f.yaml", fragment)];
    sandbox(&server, &files).run(&["a.yaml", "--var", "user=line"]).expect_code(0);
    assert_eq!(targets(&server), ["/given/line"]);
}

#[test]
fn secrets_in_it_and_in_what_it_is_given_are_shown_nowhere() {
    let server = server();
    let spec = "tests:\n  - name: a\n    steps:\n      - {use: f.yaml, with: {password: word-of-the-spec-77}}\n      \
                - {request: GET /fail, expect: 200, auth: {bearer: \"${key}\"}}\n";
    let fragment = "name: with ${password}\nsteps:\n  - request: GET /login\n    auth: {basic: {username: u, password: word-of-the-fragment-88}}\n    \
                    json: {password: \"${password}\"}\n    capture: {key: $.token}\n  - request: GET /fail/word-of-the-spec-77\n    \
                    expect: {json: {$.id: [word-of-the-fragment-88, tok-of-login-4711]}}\n";
    let sandbox = sandbox(&server, &[("a.yaml", spec), ("f.yaml", fragment)]);
    let ended = sandbox.run(&["a.yaml", "--verbose", "--junit", "junit.xml"]).expect_code(1);
    let shown = [ended.stdout, ended.stderr, sandbox.read("junit.xml")].concat();
    for secret in ["word-of-the-spec-77", "word-of-the-fragment-88", "tok-of-login-4711"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("with *** › step 2: status: expected 2xx, got 500"), "{shown}");
}

#[test]
fn a_secret_in_the_url_that_a_fragment_is_given_is_not_shown_as_an_endpoint() {
    let server = server();
    let spec = "auth: {bearer: tok-of-the-test-4711}\nenforce: {probes: [no-token]}\ntests:\n  - name: a\n    steps:\n      \
                - {use: f.yaml, with: {key: \"${env.KEY}\"}}\n";
    let fragment = "steps:\n  - {request: \"GET /of/${key}\", expect: 200}\n";
    let sandbox = sandbox(&server, &[("a.yaml", spec), ("f.yaml", fragment)]);
    let sandbox = sandbox.env("KEY", "key-of-the-environment-5150");
    let project = format!("base_url: {}\nsecrets: [\"${{env.KEY}}\"]\n", server.url());
    sandbox.write("apitest.yaml", project);
    let reports = ["--junit", "junit.xml", "--report", "json=run.jsonl"];
    let ended = sandbox.run(&[&["a.yaml"], &reports[..]].concat()).expect_code(1);
    let shown = [ended.stdout, sandbox.read("junit.xml"), sandbox.read("run.jsonl")].concat();
    assert!(shown.contains("GET /of/***") && !shown.contains("key-of-the-environment"), "{shown}");
}

#[test]
fn the_only_step_that_sends_a_token_is_probed_though_a_fragment_holds_it() {
    let server = Server::start(|request, stream| {
        let open = request.target == "/open" || request.header("authorization").is_some();
        let status = if open { 200 } else { 401 };
        reply(stream, &answer(status, &[("WWW-Authenticate", "Bearer realm=\"x\"")], "{}"))
    });
    let spec = "tests:\n  - name: a\n    enforce: {scheme: bearer, probes: [no-token, random-token]}\n    steps:\n      \
                - {request: GET /open, expect: 200}\n      - {use: f.yaml, auth: {bearer: tok-of-the-test-4711}}\n      \
                - {request: GET /open, expect: 200}\n";
    let fragment = "steps:\n  - request: GET /open\n    auth: none\n  - request: GET /closed\n";
    let sandbox = sandbox(&server, &[("a.yaml", spec), ("f.yaml", fragment)]);
    let ended = sandbox.run(&["a.yaml", "--junit", "junit.xml", "--color", "never"]).expect_code(1);
    let found = cases(&sandbox);
    let ends: Vec<(&str, &str)> = found.iter().map(|(_, name, end)| (&**name, &**end)).collect();
    assert_eq!(
        ends,
        [("a", "passed"), ("a › no-token", "passed"), ("a › random-token", "failure")]
    );
    let shown = ended.transcript();
    assert!(shown.contains("f.yaml:4:14") && shown.contains("a.yaml:6:15"), "{shown}");
}

#[test]
fn an_endpoint_that_a_fragment_is_given_is_proven_by_itself() {
    let server = Server::start(|request, stream| {
        let open = request.target == "/open" || request.header("authorization").is_some();
        let status = if open { 200 } else { 401 };
        reply(stream, &answer(status, &[("WWW-Authenticate", "Bearer realm=\"x\"")], "{}"))
    });
    let test = |path: &str| {
        format!("  - name: t{path}\n    steps:\n      - {{use: f.yaml, with: {{path: {path}}}}}\n")
    };
    let spec = format!(
        "auth: {{bearer: tok-of-the-test-4711}}\nenforce: {{probes: [no-token]}}\ntests:\n{}{}{}",
        test("/closed"),
        test("/open"),
        test("/closed").replace("t/closed", "again")
    );
    let fragment = "steps:\n  - {request: \"GET ${path}\", expect: 200}\n";
    let sandbox = sandbox(&server, &[("a.yaml", &spec), ("f.yaml", fragment)]);
    sandbox.run(&["a.yaml", "--junit", "junit.xml"]).expect_code(1);
    let found = cases(&sandbox);
    let ends: Vec<(&str, &str)> = found.iter().map(|(_, name, end)| (&**name, &**end)).collect();
    let expected = [
        ("t/closed", "passed"),
        ("t/closed › no-token", "passed"),
        ("t/open", "passed"),
        ("t/open › no-token", "failure"),
        ("again", "passed"),
    ];
    assert_eq!(ends, expected);
}

#[test]
fn a_value_that_is_captured_again_is_the_new_one_also_behind_a_variable() {
    let server = server();
    let spec = "vars: {path: \"x-${id}\"}\ntests:\n  - name: a\n    steps:\n      - {request: GET /one, expect: 200, capture: {id: $.id}}\n      \
                - {request: \"GET /${path}\"}\n      - {request: GET /two, vars: {mine: 1}, headers: {X-Mine: \"${mine}\"}, capture: {id: $.id}}\n      \
                - {request: \"GET /${path}\"}\n      - {use: f.yaml}\n      - {request: \"GET /${path}\"}\n";
    let fragment = "steps:\n  - {request: GET /three, capture: {id: $.id}}\n";
    let ended: Ended = sandbox(&server, &[("a.yaml", spec), ("f.yaml", fragment)]).run(&["a.yaml"]);
    ended.expect_code(0);
    assert_eq!(targets(&server), ["/one", "/x-one", "/two", "/x-two", "/three", "/x-three"]);
}

#[test]
fn it_knows_a_row_only_by_with_and_what_hangs_on_it_is_each_rows_own() {
    let server = server();
    let spec = "vars: {fixed: f}\nheaders: {X-Row: \"${user}\"}\nteardown:\n  - {request: GET /down, headers: {X-Row: null}}\ntests:\n  \
                - name: a\n    data: [{user: u1, n: 1}, {user: u2, n: 2}, {user: u3, n: 3}]\n    steps:\n      \
                - {use: f.yaml, with: {who: \"${user}\", same: \"${fixed}\", n: \"${n}\"}}\n      \
                - {request: \"GET /${id}\", expect: {json: {$.id: \"make-${user}\"}}}\n";
    let fragment = "steps:\n  - request: POST /make/${who}\n    json: {n: \"${n}\"}\n    headers: {X-Same: \"${same}\"}\n    \
                    auth: {basic: {username: u, password: \"word-of-${who}\"}}\n    expect: {json: {$.id: \"make-${who}\"}}\n    \
                    capture: {id: $.id}\n  - {request: GET /plain, json: [\"${same}\"]}\n";
    let files = [("a.yaml", spec), ("f.yaml", fragment)];
    let ended = sandbox(&server, &files).run(&["a.yaml", "--jobs", "1", "--strict"]);
    ended.expect_code(0);
    let arrived = server.arrived();
    let made: Vec<_> = arrived.iter().filter(|r| r.target.starts_with("/make/")).collect();
    let told = made.iter().map(|r| (&*r.target, &*r.body, header(r, "x-row"), header(r, "x-same")));
    let expected = [
        ("/make/u1", &br#"{"n":1}"#[..], "u1", "f"),
        ("/make/u2", br#"{"n":2}"#, "u2", "f"),
        ("/make/u3", br#"{"n":3}"#, "u3", "f"),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let mut words: Vec<&str> = made.iter().map(|r| header(r, "authorization")).collect();
    words.dedup();
    assert_eq!(words.len(), 3);
    let plain = arrived.iter().filter(|r| r.target == "/plain");
    assert!(plain.map(|r| &*r.body).all(|body| body == br#"["f"]"#));

    let lacking = spec.replace("who: \"${user}\", ", "");
    let files = [("a.yaml", lacking.as_str()), ("f.yaml", fragment)];
    let ended = sandbox(&server, &files).run(&["a.yaml", "--color", "never"]).expect_code(2);
    assert_eq!(ended.stderr.matches("error: ").count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("f.yaml needs `who`"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("in the row at"), "{}", ended.stderr);
}
