//! The messages that docs/troubleshooting.md explains are those of the program: each stands in a
//! golden, or in what the runs below print.

use std::fs;
use std::path::Path;

use regex::Regex;

use crate::support::project::root;
use crate::support::sandbox::Sandbox;
use crate::support::server::{answer, reply};
use crate::support::tls::{Authority, serve_tls};

/// Tests of which none passes, one for each message that only a run has.
const RED: &str = r#"
tests:
  - {name: nothing listens, request: GET http://127.0.0.1:1/, expect: 200}
  - {name: no answer, timeout: 50ms, request: GET /slow?ms=60000, expect: 200}
  - {name: not trusted, request: "GET ${tls}/", expect: 200}
  - {name: a refused login, request: GET /me, auth: refused, expect: 200}
  - {name: no such program, request: GET /me, auth: program, expect: 200}
  - {name: plain HTTP, request: GET http://api.example.com/me, auth: alice, expect: 200}
  - {name: unset, request: "GET /me?${env.NOT_SET}", expect: 200}
  - {name: a 401, request: GET /orders, expect: 200}
  - {name: a redirect, request: GET /redirect?to=/health, expect: 200}
  - {name: let through, request: GET /health, expect: 401}
  - {name: again, retry: 1, request: GET /health, expect: {status: 401, challenge: Bearer}}
  - {name: values, request: GET /orders/1001, auth: alice, expect: {json: {$.a: 1, $.id: "1001"}}}
  - {name: no proof, request: GET /me, auth: alice, expect: 201}
  - {name: no JSON, request: GET /text, expect: {json: {$.a: 1}}}
  - {name: a hole, request: GET /flawed/no-guard/orders, auth: alice, expect: 200, enforce: bearer}
  - {name: no control, request: GET /orders, auth: unknown, expect: 200, enforce: bearer}
"#;

const PROJECT: &str = r#"
server: demo
base_url: ${server.url}
tokens:
  alice: demo-alice-5f0c1d2e3b4a
  unknown: not-a-token-of-this-api
  program: {command: [no-such-program]}
  refused: {login: {request: POST /login, json: {user: bob, password: not-his}, token: $.access_token}}
"#;

#[test]
fn every_message_is_one_of_the_program() {
    let page = fs::read_to_string(root().join("docs/troubleshooting.md")).expect("the page");
    let messages: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert!(messages.len() >= 40, "{} messages", messages.len());
    let told = all_that_is_told();
    let mut unknown = Vec::new();
    for message in messages {
        let pattern = regex::escape(message).replace('…', ".+");
        let line = format!(r"(?m)^ *(?:error: |warning: |= help: |apitest: )?{pattern}");
        if !Regex::new(&line).expect("a regex").is_match(&told) {
            unknown.push(message);
        }
    }
    assert!(unknown.is_empty(), "nobody says {unknown:#?}");
}

/// What the goldens and the runs have, whole.
fn all_that_is_told() -> String {
    let mut told = String::new();
    for entry in fs::read_dir(root().join("fixtures/faults")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "stderr") {
            told.push_str(&fs::read_to_string(path).expect("a golden"));
        }
    }
    told.push_str(&red());
    told.push_str(&without_a_server());
    told
}

fn red() -> String {
    let authority = Authority::new("of nobody");
    let port = serve_tls(authority.config("localhost", |_| {}), |_, _, tls| {
        reply(tls, &answer(200, &[], "{}"))
    });
    let sandbox = Sandbox::new().file("apitest.yaml", PROJECT).file("specs/red.yaml", RED);
    // The authorities of the system, but for those: none of them signed it.
    let sandbox = sandbox.file("others.pem", Authority::new("another").pem());
    let others = file_name(&sandbox.path("others.pem"));
    let tls = format!("tls=https://localhost:{port}");
    let ended = sandbox.env("SSL_CERT_FILE", &others).run(&["--var", &tls]).expect_code(1);
    assert!(!ended.stdout.contains("ok   specs/red.yaml"), "{}", ended.stdout);
    format!("{}{}", ended.stderr, ended.stdout)
}

fn without_a_server() -> String {
    let server = r#"server: {command: [no-such-program, "${server.port}"]}"#;
    let project = format!("{server}\nbase_url: ${{server.url}}\n");
    let spec = "tests: [{name: is up, request: GET /, expect: 200}]";
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    let ended = sandbox.run(&[]).expect_code(3);
    format!("{}{}", ended.stderr, ended.stdout)
}

fn file_name(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
