//! However many cases run at a time, the reports are the same but for times.

use std::time::Duration;

use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer, reply};

/// Answers what is asked for, the first requests of each file later than those behind them.
fn server() -> Server {
    Server::start(|request, stream| {
        let (path, number) = request.target.rsplit_once('/').unwrap_or_default();
        let number: u64 = number.parse().unwrap_or(0);
        std::thread::sleep(Duration::from_millis(12_u64.saturating_sub(3 * number)));
        let answer = match path {
            "/fail" => answer(404, &[("X-Reason", "none")], "{\"error\": \"not here\"}"),
            "/error" => return Then::Close,
            _ => answer(200, &[], "{\"fine\": true}"),
        };
        reply(stream, &answer)
    })
}

/// A file of 12 cases: every third fails, every fourth has no verdict, the last is skipped.
fn spec(top: &str) -> String {
    let cases = (0..12).map(|i| {
        let path = match i {
            _ if i % 3 == 1 => "fail",
            _ if i % 4 == 2 => "error",
            _ => "pass",
        };
        let skip = if i == 11 { ", skip: not today" } else { "" };
        format!(
            "  - {{name: case {i}, request: POST /{path}/{i}, expect: {{json: {{$.fine: true}}}}{skip}}}\n"
        )
    });
    format!("base_url: ${{env.API}}\n{top}tests:\n{}", cases.collect::<String>())
}

fn sandbox(server: &Server) -> Sandbox {
    let sandbox = Sandbox::new().env("API", &server.url());
    for name in ["a", "b", "c", "d"] {
        sandbox.write(&format!("specs/{name}.yaml"), spec(""));
    }
    sandbox
        .file("specs/serial.yaml", spec("serial: true\n"))
        .file("specs/bad.yaml", "tests:\n  - {name: x, requst: GET /}\n")
        .file(
            "specs/unset.yaml",
            "tests: [{name: x, request: \"GET ${env.NOT_SET}\", expect: 200}]\n",
        )
}

/// The console and the JUnit report, with nothing in them that depends on the clock.
fn reports(sandbox: &Sandbox, arguments: &[&str]) -> (String, String) {
    let ended = sandbox.run(&[&["specs", "--junit", "junit.xml"], arguments].concat());
    let console = ended.expect_code(2).transcript();
    let jobs = regex::Regex::new(r", \d+ at a time").unwrap();
    let times = regex::Regex::new(r#"time(stamp)?="[^"]*""#).unwrap();
    let junit = sandbox.read("junit.xml");
    (jobs.replace(&console, "").into_owned(), times.replace_all(&junit, "").into_owned())
}

#[test]
fn one_job_and_thirty_two_give_the_same_reports() {
    let server = server();
    let sandbox = sandbox(&server);
    for detail in ["--color=never", "--quiet", "--verbose"] {
        let one = reports(&sandbox, &["--jobs", "1", detail]);
        let many = reports(&sandbox, &["--jobs", "32", detail]);
        assert_eq!(one.0, many.0);
        assert_eq!(one.1, many.1);
        let total = "62 cases: 25 passed, 20 failed, 12 errored, 5 skipped in <time>";
        assert!(one.0.contains(total), "{}", one.0);
    }
}

/// A fragment that three files share, rows from a CSV, captures, a poll and a tear-down.
const ORDER: &str = "\
name: orders ${item}
steps:
  - request: POST /login
    auth: none
    json: {user: alice, password: wonderland-7Qx2}
    capture: {token: $.access_token}
  - request: POST /orders
    auth: {bearer: \"${token}\"}
    json: {item: \"${item}\", quantity: \"${quantity}\", price: 3}
    expect: 201
    capture: {id: $.id}
  - request: GET /flaky?fail=2&key=${key}
    poll: {every: 2ms, within: 20s}
    expect: {json: {$.failed_before: 2}}
";

const ROWS: &str = "item,quantity,expected\ntea,1,tea\ncup,2,cup\npot,3,another\nleaf,1,leaf\n";

fn spec_of_rows(key: &str) -> String {
    format!(
        "\
tests:
  - name: ${{item}}
    data: {{file: ../rows.csv, types: {{quantity: integer}}}}
    steps:
      - use: shared/order.yaml
        with: {{item: \"${{item}}\", quantity: \"${{quantity}}\", key: \"{key}-${{item}}\"}}
      - request: GET /orders/${{id}}
        auth: {{bearer: \"${{token}}\"}}
        expect: {{json: {{$.item: \"${{expected}}\", $.quantity: \"${{quantity}}\"}}}}
    teardown:
      - {{request: \"DELETE /orders/${{id}}\", auth: {{bearer: \"${{token}}\"}}, expect: 204}}
      - {{request: \"GET /orders/${{id}}\", auth: {{bearer: \"${{token}}\"}}, expect: 404}}
"
    )
}

#[test]
fn rows_through_a_shared_fragment_give_the_same_reports() {
    let sandbox = Sandbox::new()
        .file("apitest.yaml", "server: demo\nbase_url: ${server.url}\n")
        .file("rows.csv", ROWS)
        .file("specs/shared/order.yaml", ORDER);
    for file in ["a", "b", "c"] {
        sandbox.write(&format!("specs/{file}.yaml"), spec_of_rows(file));
    }
    // The server numbers its orders in the order in which they come.
    let changing = regex::Regex::new(
        r#"time(stamp)?="[^"]*"|orders/\d+|"id": ?\d+|127\.0\.0\.1:\d+|date: [^\n]*|"created_at":"[^"]*"|, \d+ at a time|content-length: \d+"#,
    )
    .unwrap();
    let run = |jobs: &str| {
        let arguments = ["--jobs", jobs, "--strict", "--junit", "junit.xml"];
        let console = sandbox.run(&arguments).expect_code(1).transcript();
        [console, sandbox.read("junit.xml")]
            .map(|text| changing.replace_all(&text, "~").into_owned())
    };
    let [console, junit] = run("1");
    assert!(console.contains("12 cases: 9 passed, 3 failed in <time>"), "{console}");
    for file in ["a", "b", "c"] {
        let place = format!(
            "specs/{file}.yaml:2  pot: step 2: json $.item: expected \"another\" (string), got \"pot\""
        );
        assert!(console.contains(&place), "{console}");
    }
    assert_eq!(junit.matches("<testcase").count(), 12);
    assert_eq!([console, junit], run("32"));
}
