//! Servers of the project that do not serve.

use super::settled;
use crate::support::golden::golden;
use crate::support::sandbox::{Sandbox, program, steady};
use crate::support::server::Server;

const UP: &str = "tests:\n  - {name: is up, request: GET /health, expect: 200}\n";
const WAITS: &str = "exec sleep 600\n";

/// The keys beside `command`, and the script that it runs.
const SERVERS: [(&str, &str); 7] = [
    ("ready: {log: '^serves$'}, timeout: 500ms", "echo starts\nexec sleep 600\n"),
    ("ready: /health, timeout: 500ms", WAITS),
    ("ready: /health", "exit 0\n"),
    ("ready: /health", "echo no config >&2; exit 3\n"),
    ("cwd: nowhere", WAITS),
    ("url: 'http://a!b:${server.port}'", WAITS),
    ("url: 'http://a!b:${server.port}', ready: {log: '^serves$'}", "echo serves\nexec sleep 600\n"),
];

#[test]
fn a_server_that_does_not_serve_is_told_whole() {
    let ours = SERVERS.iter().map(|(keys, script)| {
        said(&format!("{{command: [sh, serve.sh, '${{server.port}}'], {keys}}}"), script)
    });
    let ours: String = ours.collect();
    golden("fixtures/console/servers.txt", &(ours + &of_somebody_else()));
}

/// What is said of a server that is there already.
fn of_somebody_else() -> String {
    let other = Server::answering(503, &[], "");
    let port = other.url().rsplit(':').next().expect("a port").to_owned();
    let said = ["", ", reuse: true, ready: /health"].map(|keys| {
        said(&format!("{{command: [sh, serve.sh], port: {port}{keys}}}"), WAITS)
            .replace(&port, "<port>")
    });
    said.concat()
}

fn said(server: &str, script: &str) -> String {
    let project = format!("server: {server}\nbase_url: ${{server.url}}\n");
    let sandbox = Sandbox::new()
        .file("apitest.yaml", &project)
        .file("serve.sh", script)
        .file("specs/a.yaml", UP);
    let ended = sandbox.run(&["--jobs", "1", "--color", "never"]).expect_code(3);
    let script: String = script.lines().map(|line| format!("# {line}\n")).collect();
    format!("{script}{}\n", settled(&sandbox, &ended.transcript()))
}

/// Its output is told from where it fits, in both reports.
#[test]
fn a_server_that_prints_much_is_told_by_its_last_lines() {
    let script = format!(
        "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; done\nexec '{}' demo --port $1\n",
        program().display()
    );
    let sandbox = Sandbox::new()
        .file(
            "apitest.yaml",
            "server: {command: [sh, serve.sh, '${server.port}'], ready: /health}\n\
             base_url: ${server.url}\n",
        )
        .file("serve.sh", script)
        .file("specs/a.yaml", UP.replace("200", "404"));
    let ended = sandbox.run(&["--color", "never", "--junit", "junit.xml"]).expect_code(1);
    let report = sandbox.read("junit.xml");
    let last = report.find("<system-err>").map(|at| &report[at..]).expect("its output");
    let last = last.split_inclusive("</system-err>").next().expect("its end");
    let told = format!("{}{}\n", tail(&ended.transcript()), steady(last));
    golden("fixtures/console/server_prints.txt", &settled(&sandbox, &told));
}

/// From where the server has its say.
fn tail(said: &str) -> &str {
    said.find("The server printed").map_or(said, |at| &said[at..])
}
