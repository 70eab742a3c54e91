//! What the levels of a project come to, as it arrives at a server.

use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server};

/// The only request of a run with this project file, these lines at the top of the spec and this
/// test.
fn sent(project: &str, top: &str, test: &str, arguments: &[&str]) -> Arrived {
    let server = Server::answering(200, &[], "{}");
    let sandbox = Sandbox::new()
        .file("apitest.yaml", format!("{project}\n"))
        .file("specs/a.yaml", format!("{top}\ntests:\n  - {{name: x, expect: 200, {test}}}\n"))
        .env("API", &server.url());
    let ended = sandbox.run(&[&["specs"], arguments].concat()).expect_code(0);
    assert_eq!(ended.stderr, "");
    let [request] = &server.arrived()[..] else { panic!("{:?}", server.arrived()) };
    request.clone()
}

#[test]
fn one_slash_at_the_end_of_the_base_url_is_dropped() {
    for (base, target) in [("", "/x"), ("/", "/x"), ("/api/", "/api/x"), ("/api//", "/api//x")] {
        let project = format!("base_url: \"${{env.API}}{base}\"");
        assert_eq!(sent(&project, "", "request: GET /x", &[]).target, target);
    }
}

#[test]
fn a_name_in_the_query_of_the_url_takes_back_the_inherited_one() {
    let project = "base_url: ${env.API}\nquery: {limit: 5, all: true}";
    let target = |test: &str| sent(project, "", test, &[]).target;
    assert_eq!(target("request: GET /x"), "/x?limit=5&all=true");
    assert_eq!(target("request: GET /x?limit=2"), "/x?limit=2&all=true");
    assert_eq!(target("request: GET /x?limit=2, query: {limit: 3}"), "/x?limit=2&all=true&limit=3");
    assert_eq!(target("request: GET /x, query: {limit: null, all: [a, b]}"), "/x?all=a&all=b");
}

#[test]
fn a_content_type_can_be_replaced_and_taken_back() {
    let project = "base_url: ${env.API}";
    let content_type = |test: &str| {
        let arrived = sent(project, "", &format!("request: POST /x, json: {{a: 1.0}}{test}"), &[]);
        assert_eq!(arrived.body, br#"{"a":1.0}"#);
        arrived.header("content-type").map(str::to_owned)
    };
    assert_eq!(content_type("").as_deref(), Some("application/json"));
    let other = content_type(", headers: {content-type: application/problem+json}");
    assert_eq!(other.as_deref(), Some("application/problem+json"));
    assert_eq!(content_type(", headers: {Content-Type: null}"), None);
}

#[test]
fn a_key_without_a_password_is_sent_by_basic() {
    let auth = "request: GET /x, auth: {basic: {username: key-of-alice, password: \"\"}}";
    let arrived = sent("base_url: ${env.API}", "", auth, &[]);
    assert_eq!(arrived.header("authorization"), Some("Basic a2V5LW9mLWFsaWNlOg=="));
}

#[test]
fn a_variable_of_the_command_line_wins_and_is_no_template() {
    let (project, top) = ("base_url: ${env.API}", "vars: {id: 7, path: \"/orders/${id}\"}");
    let target =
        |arguments: &[&str]| sent(project, top, "request: \"GET ${path}\"", arguments).target;
    assert_eq!(target(&[]), "/orders/7");
    assert_eq!(target(&["--var", "id=8"]), "/orders/8");
    assert_eq!(target(&["--var", "path=/x?y"]), "/x?y");
}
