//! Tests with rows: a case for each, what the rows stand for, and where they come from.

mod many;
mod secret;

use serde_json::Value;

use crate::support::report;
use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};
use crate::support::xml::Element;

/// Answers with what was sent; `/fail…` with a 500.
fn server() -> Server {
    Server::start(|request, stream| {
        let status = if request.target.starts_with("/fail") { 500 } else { 200 };
        let sent = String::from_utf8_lossy(&request.body).into_owned();
        let body = if sent.is_empty() { "{}".to_owned() } else { sent };
        reply(stream, &answer(status, &[("Content-Type", "application/json")], &body))
    })
}

/// A folder with a spec of these tests for `server`, in a project.
fn sandbox(server: &Server, tests: &str) -> Sandbox {
    let spec = format!("base_url: {}\ntests:\n{tests}", server.url());
    Sandbox::new().file("apitest.yaml", "specs: [specs]\n").file("specs/a.yaml", spec)
}

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Ended {
    sandbox.run(&[&["--junit", "junit.xml"], arguments].concat()).expect_code(code)
}

/// The names of the cases in the report, in order.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let report = Element::parse(&sandbox.read("junit.xml"));
    report::cases(&report).map(|case| case.attribute("name").to_owned()).collect()
}

/// What was sent, as JSON, in the order of the rows.
fn bodies(server: &Server) -> Vec<Value> {
    let mut arrived = server.arrived();
    arrived.sort_by(|a, b| a.target.cmp(&b.target));
    let body = |body: &[u8]| serde_json::from_slice(body).expect("JSON");
    arrived.iter().map(|request| body(&request.body)).collect()
}

#[test]
fn each_row_is_a_case_with_a_name_of_its_own() {
    let server = server();
    let tests = r#"
  - name: sends
    data:
      - {n: 1, v: text, deep: {a: [1]}}
      - {deep: [], v: 0.50, n: 2}
      - {n: 3, v: "0.50", deep: null}
      - {n: 4, v: "${env.WORD:-from ${c}}", deep: "x\ty"}
    vars: {c: "no"}
    request: POST /${n}
    json: {v: "${v}", deep: "${deep}"}
    expect: {json: {$.v: "${v}", $.deep: {equals: "${deep}"}}}
"#;
    let tests = &tests.replace("${env.WORD:-from ${c}}", "a ${c} ${n}");
    let sandbox = sandbox(&server, tests);
    run(&sandbox, &[], 0);
    let expected = [
        "sends [n=1, v=text]",
        "sends [n=2, v=0.50]",
        "sends [n=3, v=\"0.50\", deep=null]",
        "sends [n=4, v=a no 4, deep=x  y]",
    ];
    assert_eq!(names(&sandbox), expected);
    let sent = bodies(&server).iter().map(Value::to_string).collect::<Vec<_>>();
    let expected = [
        r#"{"v":"text","deep":{"a":[1]}}"#,
        r#"{"v":0.50,"deep":[]}"#,
        r#"{"v":"0.50","deep":null}"#,
        r#"{"v":"a no 4","deep":"x\ty"}"#,
    ];
    assert_eq!(sent, expected);
}

#[test]
fn a_matrix_is_each_with_each_and_goes_with_each_row() {
    let server = server();
    let tests = r#"
  - {name: "m ${a}${b}", matrix: {a: [1, 2], b: [x, y]}, request: "GET /${a}${b}", expect: 200}
  - {name: both, data: [{r: 1}, {r: 2}], matrix: {a: [1, 2]}, request: "GET /${r}/${a}", expect: 200}
"#;
    let sandbox = sandbox(&server, tests);
    run(&sandbox, &["--jobs", "1"], 0);
    let expected = ["m 1x", "m 1y", "m 2x", "m 2y"].map(String::from).into_iter();
    let both = [(1, 1), (1, 2), (2, 1), (2, 2)].map(|(r, a)| format!("both [r={r}, a={a}]"));
    assert_eq!(names(&sandbox), expected.chain(both).collect::<Vec<_>>());
    let targets: Vec<_> = server.arrived().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/1x", "/1y", "/2x", "/2y", "/1/1", "/1/2", "/2/1", "/2/2"]);
}

#[test]
fn cells_of_files_are_no_templates_and_have_types_only_if_asked() {
    let csv =
        "\u{FEFF}n,text,count\r\n1,\"a, \"\"b\"\"\r\nc\",7\r\n2,${env.HOME},null\r\n3, 007 ,-1\r\n";
    let json = r#"[{"n": 1, "text": "${x}", "count": 1.50}, {"n": 2, "count": {"a": [true]}, "text": "\ud83d\ude00"}]"#;
    let yaml = "- {n: 1, text: \"${x}\", count: 2}\n- n: 2\n  count: [null]\n  text: |\n    two\n    lines\n";
    let table = [
        (
            "rows.csv, types: {count: integer}",
            &[r#"["a, \"b\"\r\nc",7]"#, r#"["${env.HOME}",null]"#, r#"[" 007 ",-1]"#][..],
        ),
        (
            "rows.csv",
            &[r#"["a, \"b\"\r\nc","7"]"#, r#"["${env.HOME}","null"]"#, r#"[" 007 ","-1"]"#],
        ),
        ("rows.json", &[r#"["${x}",1.50]"#, r#"["😀",{"a":[true]}]"#]),
        ("rows.yaml", &[r#"["${x}",2]"#, r#"["two\nlines\n",[null]]"#]),
    ];
    for (file, expected) in table {
        let server = server();
        let tests = format!(
            "  - name: n ${{n}}\n    data: {{file: ../data/{file}}}\n    request: POST /${{n}}\n    \
             json: [\"${{text}}\", \"${{count}}\"]\n    expect: 200\n"
        );
        let sandbox = sandbox(&server, &tests)
            .file("data/rows.csv", csv)
            .file("data/rows.json", json)
            .file("data/rows.yaml", yaml);
        let ended = run(&sandbox, &[], 0);
        assert_eq!(ended.stderr, "", "{file}");
        let sent: Vec<_> = bodies(&server).iter().map(Value::to_string).collect();
        assert_eq!(sent, expected, "{file}");
    }
}

#[test]
fn a_row_is_nearer_than_any_variable_but_a_capture() {
    let server = server();
    let tests = r#"
  - name: looks up
    vars: {id: 1, path: "/x/${id}"}
    data: [{id: 2}]
    steps:
      - {request: "POST ${path}", json: {got: 3}, expect: 200, capture: {id: $.got}}
      - {request: "POST ${path}", json: {got: "${id}"}, expect: 200}
"#;
    let sandbox = sandbox(&server, tests);
    let ended = run(&sandbox, &["--var", "id=4"], 0);
    let targets: Vec<_> = server.arrived().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/x/2", "/x/3"]);
    assert!(ended.stderr.contains("nothing uses the variable `id` of --var"), "{}", ended.stderr);
}

#[test]
fn a_row_that_does_not_pass_is_named_and_can_be_run_alone() {
    let server = server();
    let tests = "  - name: it's red\n    data: {file: rows.csv}\n    request: GET ${path}\n    expect: 200\n\
                 \x20 - {name: another, request: GET /, expect: 200}\n";
    let sandbox = sandbox(&server, tests).file("specs/rows.csv", "path\n/ok\n/fail/1\n/fail/2\n");
    let ended = run(&sandbox, &[], 1);
    let report = sandbox.read("junit.xml");
    for (line, path) in [(3, "/fail/1"), (4, "/fail/2")] {
        let row = format!("in the row at specs/rows.csv:{line}:1");
        assert!(ended.stdout.contains(&row), "{}", ended.stdout);
        let filter = format!("--filter 'it'\\''s red [path={path}]'");
        let repeat = format!("apitest specs/a.yaml:3 {filter}\n");
        assert!(ended.stdout.contains(&repeat), "{}", ended.stdout);
        assert!(report.contains(&row), "{report}");
        let name = format!("it's red [path={path}]");
        run(&sandbox, &["specs/a.yaml:3", "--filter", &name], 1);
        assert_eq!(names(&sandbox), [name]);
    }
    run(&sandbox, &["specs/a.yaml:6"], 1);
    assert_eq!(names(&sandbox).len(), 3);
}

#[test]
fn rows_know_nothing_of_each_other_whatever_the_order() {
    let tests = r#"
  - name: hands on
    data: {file: rows.csv}
    setup:
      - {request: POST /set-up, json: {id: "s${n}"}, capture: {s: $.id}}
    steps:
      - {request: POST /first, json: {id: "m${n}"}, expect: 200, capture: {m: $.id}}
      - {wait: 1ms}
      - {request: POST /second, json: ["${s}", "${m}"], expect: {json: {"$[0]": "s${n}", "$[1]": "m${n}"}}}
    teardown:
      - {request: POST /tear-down, json: ["${s}"], expect: {json: {"$[0]": "s${n}"}}}
"#;
    let rows = (0..60).map(|n| format!("{n}\n")).collect::<String>();
    let times = regex::Regex::new(r#" (time|timestamp)="[^"]*""#).expect("a regex");
    let reports = ["1", "32"].map(|jobs| {
        let server = server();
        let sandbox = sandbox(&server, tests).file("specs/rows.csv", format!("n\n{rows}"));
        run(&sandbox, &["--jobs", jobs], 0);
        assert_eq!(server.arrived().len(), 4 * 60);
        times.replace_all(&sandbox.read("junit.xml"), "").into_owned()
    });
    assert_eq!(reports[0], reports[1]);
}

#[test]
fn only_the_rows_that_need_an_unset_variable_have_no_verdict() {
    let server = server();
    let tests = "  - name: a\n    data: [{id: 1, w: x}, {id: 2, w: \"${env.NOT_SET}\"}, {id: 3, w: z}]\n    \
                 request: GET /${id}?w=${w}\n    expect: 200\n";
    let sandbox = sandbox(&server, tests);
    let ended = run(&sandbox, &[], 1);
    assert!(ended.stdout.contains("3 cases: 2 passed, 1 errored"), "{}", ended.stdout);
    assert_eq!(ended.stderr.matches("`NOT_SET` is not set").count(), 1, "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_file_of_rows_stays_inside_the_project() {
    let server = server();
    let outside = Sandbox::new().file("rows.csv", "id\n1\n");
    let tests = "  - {name: a, data: {file: rows.csv}, request: \"GET /${id}\", expect: 200}\n";
    let sandbox = sandbox(&server, tests);
    std::os::unix::fs::symlink(outside.path("rows.csv"), sandbox.path("specs/rows.csv"))
        .expect("a link");
    let ended = run(&sandbox, &[], 2);
    assert!(ended.stderr.contains("files of rows stay inside the project"), "{}", ended.stderr);
    assert!(server.arrived().is_empty());
}
