//! The same thing asked for by other methods and at other paths, without any credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::api::*;
use crate::support::server::{Arrived, Server};

const ALL: &str = "{profile: strict, probes: [surface], unsafe: true}";
const VARIANTS: [&str; 6] =
    ["//orders", "/ORDERS", "/%2e/orders", "/orders;a=b", "/orders/", "/orders.json"];
const PAGE: &str = "<!doctype html><title>Orders</title>";

/// What a correct API may answer to a request for another method or at another path.
type Otherwise = fn(&Arrived) -> Answer;

/// Method and path of all requests that are not the good one, sorted.
fn others(server: &Server) -> Vec<String> {
    let arrived = server.arrived();
    let others = arrived.iter().filter(|r| !is_good(r));
    let mut lines: Vec<String> = others.map(|r| format!("{} {}", r.method, r.target)).collect();
    lines.sort_unstable();
    lines
}

fn is_elsewhere(request: &Arrived) -> bool {
    request.target.split('?').next() != Some("/orders")
}

/// An API that lets everybody in where `open` says so.
fn open(open: impl Fn(&Arrived) -> Option<&'static str> + Send + Sync + 'static) -> Server {
    api(move |r| match open(r) {
        Some(body) => (200, vec![("Content-Type", "application/json")], body),
        None => right(r),
    })
}

#[test]
fn all_that_is_promised_is_sent_and_nothing_else_and_never_with_a_credential() {
    let server = api(right);
    let lines = format!(
        "request: GET /orders?limit=2\nheaders: {{X-Key: gate}}\ncookies: {{sid: 1}}\nexpect: 200\n\
         enforce: {ALL}"
    );
    let found = found(&spec(&server, &lines), &["--jobs", "8"]);
    for id in ["head", "other-methods", "method-override", "path-variants"] {
        assert_eq!(found.probe(id), ("passed", "enforced".into()), "{id}");
        assert_eq!(found.property(id, "apitest.findings"), "", "{id}");
    }
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.cases().len(), 5);
    let mut promised: Vec<String> = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "POST"]
        .map(|method| format!("{method} /orders?limit=2"))
        .into();
    promised.extend(VARIANTS.map(|path| format!("GET {path}?limit=2")));
    promised.sort_unstable();
    assert_eq!(others(&server), promised);
    let arrived = server.arrived();
    assert_eq!(arrived.iter().filter(|r| is_good(r)).count(), 2, "the control, twice");
    for request in arrived.iter().filter(|r| !is_good(r)) {
        assert!(request.header("authorization").is_none(), "{request:?}");
        assert!(request.header("cookie").is_none(), "{request:?}");
        assert!(!format!("{request:?}").contains(TOKEN), "{request:?}");
        assert_eq!(request.header("x-key"), Some("gate"));
        assert!(request.body.is_empty());
    }
    let overriding = arrived.iter().filter(|r| r.header("x-http-method-override").is_some());
    let overriding: Vec<_> = overriding.map(|r| r.method.as_str()).collect();
    assert_eq!(overriding, ["POST"]);
}

#[test]
fn what_a_right_api_may_answer_is_no_finding() {
    let table: [(&str, Otherwise); 7] = [
        ("the same under every name", right),
        ("no such path, no such method", |r| match is_elsewhere(r) {
            true => (404, vec![], r#"{"error": "not_found"}"#),
            false => (405, vec![("Allow", "GET")], r#"{"error": "method_not_allowed"}"#),
        }),
        ("one name for each thing", |r| match is_elsewhere(r) {
            true => (308, vec![("Location", "/orders")], ""),
            false => (405, vec![("Allow", "GET")], ""),
        }),
        ("methods that nobody knows", |r| match is_elsewhere(r) {
            true => (404, vec![], "not found"),
            false => (501, vec![], "not implemented"),
        }),
        ("a page for every path", |r| match is_elsewhere(r) {
            true => (200, vec![("Content-Type", "text/html")], PAGE),
            false => right(r),
        }),
        ("other routes, open to all", |r| match is_elsewhere(r) {
            true => (200, vec![("Content-Type", "application/json")], r#"{"help": "see /docs"}"#),
            false => right(r),
        }),
        ("a frame around every answer", |r| match is_elsewhere(r) {
            true => (200, vec![], r#"{"orders": null, "error": "no such route"}"#),
            false => right(r),
        }),
    ];
    for (name, otherwise) in table {
        let server = api(move |r| match (is_good(r) && r.method == "GET", r.method.as_str()) {
            (true, _) | (_, "HEAD") => right(r),
            _ => otherwise(r),
        });
        // Whether the test looks at the body or not.
        for expect in ["{json: {'$.orders[0].id': 712345}}", "200"] {
            let lines = format!("request: GET /orders\nexpect: {expect}\nenforce: {ALL}");
            let found = found(&spec(&server, &lines), &[]);
            assert_eq!(found.ended.code, Some(0), "{name}\n{}", found.ended.stdout);
            for id in ["other-methods", "method-override", "path-variants"] {
                assert_eq!(found.probe(id), ("passed", "enforced".into()), "{name} {id}");
            }
        }
    }
}

#[test]
fn another_way_to_the_same_answer_is_found_whichever_it_is() {
    for path in VARIANTS {
        for (body, how) in [
            (ORDERS, "with the answer that the test gets"),
            (r#"{"of": ["a kettle of copper", 712345]}"#, "with the values by which the answer"),
            (r#"{"orders": []}"#, "is built like the one that the test gets"),
        ] {
            let server = open(move |r| (r.target == path).then_some(body));
            let lines = format!("request: GET /orders\nexpect: 200\nenforce: {ALL}");
            let found = found(&spec(&server, &lines), &[]);
            assert_eq!(found.probe("path-variants"), ("failure", "bypassed".into()), "{path}");
            let shown = &found.ended.stdout;
            assert!(shown.contains(how), "{shown}");
            assert!(shown.contains(&format!("sent with the path `{path}` and no")), "{shown}");
            let failed = found.cases().into_iter().filter(|case| case.1 != "passed").count();
            assert_eq!(failed, 1, "{shown}");
        }
    }
}

#[test]
fn a_method_that_nobody_guards_is_found_and_the_rest_is_not_sent() {
    let server = open(|r| (r.method == "PUT").then_some("{}"));
    let found = reads(&server, "{profile: strict, probes: [core, surface], unsafe: true}");
    assert_eq!(found.probe("other-methods"), ("failure", "bypassed".into()));
    let shown = &found.ended.stdout;
    assert!(shown.contains("let through with 200, without any token"), "{shown}");
    assert!(shown.contains("sent with PUT and no Authorization field"), "{shown}");
    assert!(shown.contains("a test that uses it here declares it"), "{shown}");
    assert_eq!(found.probe("method-override"), ("skipped", "not-sent".into()));
    // What changed something came last, and voids nothing that was proven before.
    assert_eq!(found.cases()[0].1, "passed");
    for id in ["no-token", "extended", "head", "path-variants"] {
        assert_eq!(found.probe(id), ("passed", "enforced".into()), "{id}");
    }
    let arrived = server.arrived();
    let last: Vec<&str> = arrived.iter().rev().take(3).map(|r| r.method.as_str()).collect();
    assert_eq!(last, ["PUT", "POST", "GET"], "the second control comes before them");
    assert!(is_good(&arrived[arrived.len() - 3]));
    assert_eq!(found.property("other-methods", "apitest.owasp"), "API5:2023");
    let standard = "RFC 9110 §15.5.2, §15.5.6, §15.6.2";
    assert_eq!(found.property("other-methods", "apitest.standard"), standard);
    assert_eq!(found.property("other-methods", "apitest.verdict"), "bypassed");
}

#[test]
fn a_method_override_that_is_heeded_before_the_guard_is_found() {
    let server = open(|r| {
        let heeded = r.method == "POST" && r.header("x-http-method-override") == Some("GET");
        heeded.then_some(ORDERS)
    });
    let found = reads(&server, ALL);
    assert_eq!(found.probe("method-override"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("other-methods"), ("passed", "enforced".into()));
    let shown = &found.ended.stdout;
    assert!(shown.contains("sent with POST, `X-HTTP-Method-Override: GET` and no"), "{shown}");
    assert!(shown.contains("meets all that the test expects"), "{shown}");
}

#[test]
fn methods_that_any_test_uses_are_not_sent() {
    let server = api(|r| match (r.method.as_str(), r.header("authorization")) {
        ("POST", None) => (200, vec![], "{}"),
        ("POST" | "DELETE", Some(_)) => (204, vec![], ""),
        _ => right(r),
    });
    let lines = format!("request: GET /orders?limit=2\nexpect: 200\nenforce: {ALL}");
    let sandbox = spec(&server, &lines).file(
        "specs/b.yaml",
        format!(
            "base_url: {}/\ntests:\n  \
             - {{name: open, request: POST /orders?dry=1, expect: 200}}\n  \
             - {{name: later, request: PUT /orders, skip: not there yet, expect: 204}}\n  \
             - {{name: other path, request: PATCH /others, expect: 401}}\n  \
             - {{name: gone, request: 'DELETE {}/orders', auth: {{bearer: {TOKEN}}}, expect: 204}}\n",
            server.url(),
            server.url().replace("http", "HTTP"),
        ),
    );
    // Whatever is selected, the others are declared.
    let found = super::api::found(&sandbox, &["--filter", "reads"]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.probe("other-methods"), ("passed", "enforced".into()));
    assert_eq!(found.probe("method-override"), ("skipped", "n/a".into()));
    let why = "a test is served here by POST without a token";
    let shown = &found.ended.stdout;
    assert!(shown.contains(&format!("n/a ({why}")), "{shown}");
    assert!(sandbox.read("junit.xml").contains(why));
    let sent = others(&server);
    let by_method: Vec<&String> = sent.iter().filter(|line| !line.starts_with("GET")).collect();
    assert_eq!(by_method, ["HEAD /orders?limit=2", "PATCH /orders?limit=2"]);
}

#[test]
fn without_leave_nothing_is_sent_that_may_change_something() {
    let server = api(right);
    let lines = "request: GET /orders\nexpect: 200\nenforce: {profile: strict, probes: [surface]}";
    let sandbox = spec(&server, lines);
    let found = found(&sandbox, &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    let names: Vec<String> = found.cases().into_iter().map(|case| case.0).collect();
    assert_eq!(names, ["reads", "head", "path-variants"]);
    assert!(server.arrived().iter().all(|r| ["GET", "HEAD"].contains(&r.method.as_str())));
    let shown = &found.ended.stdout;
    assert!(shown.contains("2 enforced, 2 n/a"), "{shown}");
    let why = "n/a (it may change something, and takes `unsafe: true` under `enforce`): \
               method-override, other-methods";
    assert!(shown.contains(why), "{shown}");
    let reason =
        "value=\"other-methods method-override: it may change something, and takes `unsafe: true`";
    assert!(sandbox.read("junit.xml").contains(reason), "{}", sandbox.read("junit.xml"));
}

#[test]
fn it_goes_without_saying_nowhere() {
    let server = api(right);
    reads(&server, "bearer");
    assert!(server.arrived().iter().all(|r| (&*r.method, &*r.target) == ("GET", "/orders")));
}

#[test]
fn beside_a_right_delete_nothing_is_deleted_but_by_the_control() {
    let deleted = Arc::new(AtomicUsize::new(0));
    let counter = deleted.clone();
    let server = api(move |r| match (is_good(r), r.method.as_str(), r.target.as_str()) {
        (true, "DELETE", "/orders/7") => {
            counter.fetch_add(1, SeqCst);
            (204, vec![], "")
        }
        _ => right(r),
    });
    let lines = format!("request: DELETE /orders/7\nexpect: 204\nenforce: {ALL}");
    let found = found(&spec(&server, &lines), &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(deleted.load(SeqCst), 1);
    let arrived = server.arrived();
    assert!(is_good(arrived.last().unwrap()));
    let mut methods: Vec<&str> = arrived.iter().map(|r| r.method.as_str()).collect();
    let paths = methods.split_off(6);
    assert_eq!(methods, ["GET", "HEAD", "POST", "PUT", "PATCH", "POST"]);
    assert!(paths.iter().all(|method| *method == "DELETE"), "{paths:?}");
    assert_eq!(paths.len(), 8 + 1, "the variants of a path of two parts, and the control");
}

#[test]
fn a_delete_at_another_path_that_takes_effect_is_the_last_request() {
    let server = api(|r| match r.target.as_str() {
        "/orders/7/" if r.method == "DELETE" => (204, vec![], ""),
        _ => right(r),
    });
    let lines = format!("request: DELETE /orders/7\nexpect: 204\nenforce: {ALL}");
    let found = found(&spec(&server, &lines), &[]);
    assert_eq!(found.probe("path-variants"), ("failure", "bypassed".into()));
    assert_eq!(found.cases()[0].1, "error");
    let why = "stopped: the request took effect when `path-variants` was let through";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
    assert_eq!(server.arrived().last().unwrap().target, "/orders/7/");
}

#[test]
fn what_only_reads_and_is_let_through_took_no_effect() {
    let server = api(|r| match r.method.as_str() {
        "GET" => (200, vec![], "[]"),
        "POST" if is_good(r) => (201, vec![], ""),
        _ => right(r),
    });
    let lines = format!("request: POST /orders\njson: {{item: tea}}\nexpect: 201\nenforce: {ALL}");
    let found = found(&spec(&server, &lines), &[]);
    assert_eq!(found.cases()[0].1, "passed", "{}", found.ended.stdout);
    assert_eq!(found.probe("other-methods"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("path-variants"), ("passed", "enforced".into()));
    assert!(found.cases().iter().all(|case| case.0 != "method-override"), "it is a POST");
    for r in server.arrived() {
        let has_body = ["POST", "PUT", "PATCH"].contains(&r.method.as_str());
        assert_eq!(!r.body.is_empty(), has_body, "{r:?}");
        assert_eq!(r.header("content-type").is_some(), has_body, "{r:?}");
    }
}

#[test]
fn a_server_that_stumbles_over_another_way_crashed_and_one_that_is_busy_proves_nothing() {
    for (status, ended, verdict) in [
        (500, "failure", "crashed"),
        (429, "error", "inconclusive"),
        (503, "error", "inconclusive"),
    ] {
        let server = api(move |r| match is_elsewhere(r) || r.method != "GET" {
            true => (status, vec![], "oh"),
            false => right(r),
        });
        let found = reads(&server, ALL);
        for id in ["other-methods", "method-override", "path-variants"] {
            assert_eq!(found.probe(id), (ended, verdict.into()), "{status} {id}");
        }
    }
}

#[test]
fn beside_a_control_that_fails_nothing_is_proven_of_other_ways() {
    let server = open(|r| is_good(r).then_some("{}"));
    let found = reads(&server, ALL);
    assert_eq!(found.cases()[0].1, "failure");
    for id in ["other-methods", "method-override", "path-variants"] {
        assert_eq!(found.probe(id), ("error", "vacuous".into()), "{id}");
    }
    // What meets all that the test expects needs no control to be known.
    let server = open(|r| match is_elsewhere(r) {
        true => Some(ORDERS),
        false => is_good(r).then_some("{}"),
    });
    let found = reads(&server, ALL);
    assert_eq!(found.probe("path-variants"), ("failure", "bypassed".into()));
}

#[test]
fn a_redirect_for_another_method_is_no_refusal_but_for_the_lenient() {
    for (profile, ended) in [("strict", "failure"), ("standard", "failure"), ("lenient", "passed")]
    {
        let server = api(|r| match r.method.as_str() {
            "GET" | "HEAD" => right(r),
            _ => (302, vec![("Location", "/login")], ""),
        });
        let probes = "probes: [surface], unsafe: true";
        let found = reads(&server, &format!("{{profile: {profile}, {probes}}}"));
        assert_eq!(found.probe("other-methods").0, ended, "{profile}");
        assert_eq!(found.probe("method-override"), ("passed", "enforced".into()), "{profile}");
        assert!(server.arrived().iter().all(|r| r.target != "/login"));
    }
}

#[test]
fn a_secret_in_the_path_is_hidden_in_upper_case_too() {
    for secret in ["correct-horse-battery-staple-and-more-of-it", "ShortSecret"] {
        let server = api(|r| match r.target.contains("hooks") {
            true if !is_good(r) => right(r),
            _ => (200, vec![], ORDERS),
        });
        let lines = format!("request: GET /hooks/${{env.HOOK}}\nexpect: 200\nenforce: {ALL}");
        let sandbox = spec(&server, &lines).env("HOOK", secret);
        let sandbox = sandbox.file("apitest.yaml", "secrets: ['${env.HOOK}']\n");
        let found = super::api::found(&sandbox, &["-v"]);
        assert_eq!(found.probe("path-variants"), ("failure", "bypassed".into()));
        let upper = secret.to_ascii_uppercase();
        assert!(server.arrived().iter().any(|r| r.target.contains(&upper)), "{upper}");
        let shown = format!("{}{}", found.ended.stdout, sandbox.read("junit.xml"));
        assert!(!shown.contains(&upper), "{shown}");
        assert!(shown.contains("the path `/HOOKS/***`"), "{shown}");
    }
}

#[test]
fn a_404_that_everybody_gets_is_no_leak_of_the_tests_own() {
    let server = api(|r| match r.target.as_str() {
        "/orders" if is_good(r) && r.method == "GET" => (404, vec![], r#"{"error": "not found"}"#),
        "/orders" => right(r),
        _ => (404, vec![], r#"{"error": "not found"}"#),
    });
    let lines = format!("request: GET /orders\nexpect: 404\nenforce: {ALL}");
    let found = found(&spec(&server, &lines), &[]);
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.probe("path-variants"), ("passed", "enforced".into()));
}
