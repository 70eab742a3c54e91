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
