//! The report of events as JSON lines.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

const SPEC: &str = "\
base_url: ${env.API}
vars: {unused: 1}
tests:
  - {name: answers, request: GET /, expect: 200, tags: [smoke]}
  - {name: is gone, request: GET /, auth: {bearer: token-of-alice-1234}, expect: 404}
  - {name: later, request: GET /, skip: not built yet, expect: 200}
";

/// The objects of a report.
fn objects(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let text = sandbox.read(path);
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

#[test]
fn every_event_is_a_line() {
    let server = Server::answering(200, &[("Content-Type", "application/json")], "{}");
    let sandbox = Sandbox::new().file("specs/a.yaml", SPEC).env("API", &server.url());
    sandbox.run(&["--jobs", "1", "--report", "json=out/run.jsonl"]).expect_code(1);
    let objects = objects(&sandbox, "out/run.jsonl");
    let events: Vec<&str> = objects.iter().filter_map(|o| o["event"].as_str()).collect();
    assert_eq!(
        events,
        [
            "report",
            "noticed",
            "run-started",
            "case-ended",
            "case-ended",
            "case-ended",
            "endpoint-proven",
            "run-ended"
        ]
    );
    assert_eq!(
        (&objects[0]["format"], &objects[0]["apitest"]),
        (&json!(1), &json!(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(
        objects[1],
        json!({
            "severity": "warning", "message": "nothing uses the variable `unused`",
            "file": "specs/a.yaml", "line": 2, "column": 8, "found": "use it, or remove it",
            "helps": [], "event": "noticed",
        })
    );
    assert_eq!(
        objects[2],
        json!({
            "event": "run-started", "cases": 3, "files": 1, "jobs": 1, "seed": null, "rounds": 1,
        })
    );
    let mut passed = objects[3].clone();
    assert!(passed["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    passed["seconds"] = 0.into();
    assert_eq!(
        passed,
        json!({
            "event": "case-ended", "id": "specs/a.yaml › answers", "file": "specs/a.yaml",
            "line": 4, "column": 5, "name": "answers", "tags": ["smoke"], "verdict": "passed",
            "seconds": 0,
        })
    );
    let failed = &objects[4];
    assert_eq!(failed["verdict"], "failed");
    assert_eq!(failed["failure"]["kind"], "status");
    assert_eq!(failed["failure"]["mismatches"][0]["line"], 5);
    assert_eq!(failed["failure"]["mismatches"][0]["found"], "got 200");
    assert_eq!(failed["failure"]["repeat"][0], "apitest specs/a.yaml:5");
    assert_eq!(failed["exchange"]["sent"], true);
    assert!(failed["exchange"]["request"].as_str().is_some_and(|r| r.contains("Bearer ***")));
    assert_eq!(objects[5]["skip"], json!({"kind": "spec", "reason": "not built yet"}));
    let endpoint = &objects[6];
    assert_eq!((&endpoint["method"], &endpoint["level"]), (&json!("GET"), &Value::Null));
    let ended = &objects[7];
    assert_eq!(
        (&ended["passed"], &ended["failed"], &ended["skipped"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(ended["stopped"], Value::Null);
    assert!(!sandbox.read("out/run.jsonl").contains("token-of-alice"));
}

#[test]
fn what_probes_found_is_in_it() {
    let spec = "\
base_url: ${server.url}
tests:
  - name: reads orders
    request: GET /flawed/any-token/orders
    auth: {bearer: demo-alice-5f0c1d2e3b4a}
    expect: 200
    enforce: {probes: [no-token, random-token]}
";
    let project = "server: demo\nreports: {json: target/run.jsonl}\n";
    let sandbox = Sandbox::new().file("apitest.yaml", project).file("specs/a.yaml", spec);
    sandbox.run(&[]).expect_code(1);
    let objects = objects(&sandbox, "target/run.jsonl");
    let probes: Vec<(&Value, &Value)> = objects
        .iter()
        .filter_map(|object| object.get("probe"))
        .map(|probe| (&probe["id"], &probe["verdict"]))
        .collect();
    assert_eq!(
        probes,
        [(&json!("no-token"), &json!("enforced")), (&json!("random-token"), &json!("bypassed")),]
    );
    let endpoint = objects.iter().find(|o| o["event"] == "endpoint-proven").expect("an endpoint");
    assert_eq!(endpoint["verdicts"], json!({"random-token": "bypassed", "no-token": "enforced"}));
    assert_eq!(endpoint["level"], "L0");
}

#[test]
fn an_old_report_is_replaced_and_another_file_is_not() {
    let server = Server::answering(200, &[], "");
    let sandbox = Sandbox::new().file("specs/a.yaml", SPEC).env("API", &server.url());
    for _ in 0..2 {
        sandbox.run(&["--tag", "smoke", "--report", "json=run.jsonl"]).expect_code(0);
    }
    sandbox.write("mine.jsonl", "{\"mine\": true}\n");
    let ended = sandbox.run(&["--report", "json=mine.jsonl"]).expect_code(3);
    assert!(ended.stderr.contains("a file that is no report stands there"), "{}", ended.stderr);
    let both = ["--report", "json=a.out", "--junit", "a.out"];
    let ended = sandbox.run(&both).expect_code(3);
    assert_eq!(ended.stderr, "apitest: two reports cannot both stand at a.out\n");
}
