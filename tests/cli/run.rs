//! A plain run: what it prints, what it sends, how it ends.

use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

#[test]
fn a_passing_case_is_green_and_sends_what_was_written() {
    let server = Server::answering(200, &[("Content-Type", "application/json")], r#"{"id": 7}"#);
    let sandbox = Sandbox::new().file(
        "specs/a.yaml",
        "\
tests:
  - name: reads the order
    request: GET /orders/7?x=%41
    auth: {bearer: token-of-alice-1234}
    expect: {status: 200, json: {$.id: 7}}
",
    );
    sandbox.write("apitest.yaml", format!("base_url: {}\n", server.url()));
    let ended = sandbox.run(&["specs", "--jobs", "8"]).expect_code(0);
    assert_eq!(
        ended.transcript(),
        "\
1 case in 1 file, 8 at a time
ok   specs/a.yaml  1 passed  <time>

1 case: 1 passed in <time>
"
    );
    let [request] = &server.arrived()[..] else { panic!("{:?}", server.arrived()) };
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/orders/7?x=%41"));
    assert_eq!(request.header("authorization"), Some("Bearer token-of-alice-1234"));
}

#[test]
fn a_folder_without_specs_is_not_green() {
    let sandbox = Sandbox::new().file("specs/readme.txt", "no spec");
    let ended = sandbox.run(&["specs"]).expect_code(4);
    assert!(ended.stderr.contains("no spec found"), "{}", ended.stderr);
}

#[test]
fn a_junit_report_is_written_where_it_was_asked_for() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = Sandbox::new().env("API", &server.url()).file(
        "specs/a.yaml",
        "base_url: ${env.API}\ntests:\n  - {name: answers, request: GET /, expect: 200}\n",
    );
    sandbox.run(&["specs", "--junit", "out/junit.xml"]).expect_code(0);
    assert!(sandbox.read("out/junit.xml").contains("<testsuites"));
}
