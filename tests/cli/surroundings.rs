//! A machine that gives less than is asked of it: full disks, closed output, few files.
#![cfg(target_os = "linux")]

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::sandbox::{Ended, Sandbox, program, steady};
use crate::support::server::Server;
use crate::support::xml::Element;

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").expect("Linux has it")
}

fn sandbox(server: &Server, tests: usize) -> Sandbox {
    let test = |i| format!("  - {{name: t{i}, request: GET /, expect: 200}}\n");
    let tests: String = (0..tests).map(test).collect();
    Sandbox::new().file("a.yaml", format!("base_url: {}\ntests:\n{tests}", server.url()))
}

/// Runs the program by a shell that sets something up before.
fn by_shell(sandbox: &Sandbox, script: &str) -> Ended {
    let mut command = Command::new("bash");
    command.args(["-c", script]).current_dir(sandbox.path("")).env("APITEST", program());
    Ended::of(command.stdin(Stdio::null()))
}

#[test]
fn results_that_cannot_be_printed_are_not_green() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server, 1);
    let mut command = sandbox.command(&["a.yaml", "--junit=out.xml"]);
    let status = command.stdout(full()).stderr(full()).status().expect("the program starts");
    assert_eq!(status.code(), Some(3));
    // What nobody can read on standard error is no loss: the exit code tells.
    let mut command = sandbox.command(&["a.yaml"]);
    let status = command.stderr(full()).stdout(Stdio::null()).status().expect("it starts");
    assert_eq!(status.code(), Some(0));
    assert_eq!(Element::parse(&sandbox.read("out.xml")).attribute("tests"), "1");
}

#[test]
fn closed_output_changes_no_verdict() {
    let server = Server::answering(404, &[], "{}");
    let sandbox = sandbox(&server, 1);
    for closed in [">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("\"$APITEST\" a.yaml --junit=out.xml {closed}");
        by_shell(&sandbox, &script).expect_code(1);
        let root = Element::parse(&sandbox.read("out.xml"));
        assert_eq!((root.attribute("tests"), root.attribute("failures")), ("1", "1"), "{closed}");
    }
}

#[test]
fn a_server_that_cannot_print_where_it_listens_serves_all_the_same() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["demo", "--port=0"]);
    let mut child = command.stdout(full()).spawn().expect("the program starts");
    // It ends well by the signal that ends it, and not before.
    let killed = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        let pid = child.id().to_string();
        let ready = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let caught = ready.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        if caught & (1 << 14) != 0 {
            let sent = Command::new("kill").args(["-TERM", &pid]).status();
            assert!(sent.expect("kill").success());
            break child.wait().expect("a child");
        }
        std::thread::yield_now();
    };
    assert_eq!(killed.code(), Some(0));
}

#[test]
fn the_demo_says_where_it_listens_and_how_it_is_ended() {
    let mut child = Sandbox::new().command(&["demo"]).spawn().expect("the program starts");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
    assert_eq!(child.wait().expect("a child").code(), Some(0));
    let wanted =
        "The demo API listens on http://127.0.0.1:<port> until it is interrupted (Ctrl-C).\n";
    assert_eq!(steady(&line), wanted);
}

#[test]
fn too_few_files_are_named_as_the_cause() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = sandbox(&server, 300);
    let ended = by_shell(&sandbox, "ulimit -n 32; \"$APITEST\" a.yaml --jobs 64 --color never");
    // How many workers get a connection is up to the machine; whatever got none is told.
    let told = ended.stdout.contains("too many open files; lower --jobs, or raise the limit");
    assert_eq!(ended.code, Some(i32::from(told)), "{}", ended.stdout);
    by_shell(&sandbox, "ulimit -n 32; \"$APITEST\" a.yaml --jobs 8").expect_code(0);
}

#[test]
fn a_token_may_come_by_a_pipe_of_the_shell() {
    let server = Server::answering(200, &[], "{}");
    let test = "tests:\n  - {name: a, request: GET /, auth: a, expect: 200}\n";
    let tokens = "tokens: {a: {file: '${env.TOKEN_FILE}'}}";
    let spec = format!("base_url: {}\n{tokens}\n{test}", server.url());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ways = [
        "TOKEN_FILE=<(echo abcdefgh) \"$APITEST\" a.yaml",
        "echo abcdefgh | TOKEN_FILE=/dev/stdin \"$APITEST\" a.yaml",
    ];
    for way in ways {
        by_shell(&sandbox, way).expect_code(0);
        let sent = server.arrived().pop().expect("a request");
        assert_eq!(sent.header("authorization"), Some("Bearer abcdefgh"), "{way}");
    }
}
