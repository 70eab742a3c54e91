//! `apitest list`: what would be run.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("apitest.yaml", "headers: {X-Tenant: acme}\ntimeout: 5s\ntags: [all]\n")
        .file(
            "specs/a.yaml",
            "\
base_url: http://127.0.0.1:1/v1
auth: {bearer: token-of-alice-1234}
tests:
  - name: reads an order
    request: GET /orders/7?key=token-of-alice-1234
    tags: [smoke]
    headers: {x-tenant: other}
    expect: 200
    enforce: {probes: [no-token]}
  - name: logs in and out
    auth: none
    steps:
      - {name: in, request: POST /login, capture: {id: $.id}, expect: 200}
      - {request: \"DELETE /sessions/${id}\", expect: 204}
  - {name: later, request: GET /, skip: not built yet, expect: 200}
",
        )
}

#[test]
fn each_case_has_a_line() {
    let ended = sandbox().run(&["list"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert_eq!(
        ended.stdout,
        "\
specs/a.yaml:4  reads an order  [all, smoke]
specs/a.yaml:4  reads an order › no-token  [all, smoke]
specs/a.yaml:10  logs in and out  [all]
specs/a.yaml:15  later  [all]  skipped: not built yet
"
    );
}

#[test]
fn verbose_says_what_is_sent_and_where_settings_come_from() {
    let ended = sandbox().run(&["list", "specs/a.yaml:10", "-v"]).expect_code(0);
    assert_eq!(
        ended.stdout,
        "\
specs/a.yaml:10  logs in and out  [all]
    in: POST http://127.0.0.1:1/v1/login
    step 2: DELETE http://127.0.0.1:1/v1/sessions/${id}
    base_url          from specs/a.yaml:1:11
    timeout           from apitest.yaml:2:10
    headers.X-Tenant  from apitest.yaml:1:21
"
    );
}

#[test]
fn json_has_an_object_a_case_and_no_secret() {
    let ended = sandbox().run(&["list", "--json", "--tag", "smoke"]).expect_code(0);
    let cases: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(
        cases[0],
        json!({
            "id": "specs/a.yaml › reads an order",
            "file": "specs/a.yaml",
            "line": 4,
            "column": 5,
            "name": "reads an order",
            "tags": ["all", "smoke"],
            "requests": [{"method": "GET", "url": "http://127.0.0.1:1/v1/orders/7?key=***"}],
            "inherited": {
                "base_url": "specs/a.yaml:1:11",
                "auth": "specs/a.yaml:2:7",
                "timeout": "apitest.yaml:2:10",
            },
        })
    );
    assert_eq!(cases[1]["probe"], "no-token");
    assert_eq!(cases.len(), 2);
}

#[test]
fn tags_are_counted() {
    let ended = sandbox().run(&["list", "--tags"]).expect_code(0);
    assert_eq!(ended.stdout, "all    3 tests\nsmoke  1 test\n");
}

#[test]
fn a_file_that_is_no_spec_is_told_and_the_others_are_listed() {
    let sandbox =
        sandbox().file("specs/b.yaml", "tests:\n  - {name: x, request: GET, expect: 200}\n");
    let ended = sandbox.run(&["list"]).expect_code(2);
    assert!(ended.stderr.contains("--> specs/b.yaml:2:"), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 4);
}
