//! How a server is started, told its port, and waited for.

use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::{DOWN, SERVE, SERVER, UP, sandbox};
use crate::support::report;
use crate::support::sandbox::program;
use crate::support::server::Server;
use crate::support::xml::Element;

#[test]
fn it_gets_a_free_port_and_is_ended_after_the_run() {
    let spec = "\
tests:
  - {name: by its url, request: GET /health, expect: 200}
  - {name: by its port, request: 'GET http://localhost:${server.port}/health', expect: 200}
  - {name: a number, request: POST /echo/post/json, auth: {bearer: a-token-of-it}, json: {port: '${server.port}'}, expect: 200}
";
    let sandbox = sandbox(SERVER, &format!("echo $$ >pid\n{SERVE}"), spec);
    let ended = sandbox.run(&[]).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert!(!ended.stdout.contains("listens"), "its output is kept for failures: {}", ended.stdout);
    let id: i32 = sandbox.read("pid").trim().parse().expect("a number");
    let id = rustix::process::Pid::from_raw(id).expect("a process");
    assert!(rustix::process::test_kill_process(id).is_err(), "it still runs");
}

#[test]
fn its_environment_its_folder_and_variables_are_as_written() {
    let script = "\
printf '%s|' \"$PORT\" \"$WORKERS\" \"$HOME\" \"$KEPT\" \"$(basename \"$PWD\")\" >../seen
exec apitest demo --port $PORT
";
    let server = "\
{command: [sh, '../serve.sh'], cwd: '${folder}', env: {PORT: '${server.port}', WORKERS: 4, HOME: null}}
vars: {folder: api}";
    let sandbox = sandbox(server, script, UP).env("HOME", "/home/of/mine").env("KEPT", "kept");
    sandbox.write("api/file", "");
    let ended = sandbox.run(&[]).expect_code(0);
    assert_eq!(ended.stderr, "", "`folder` is used");
    let seen = sandbox.read("seen");
    let words: Vec<&str> = seen.split('|').collect();
    assert!(words[0].parse::<u16>().is_ok(), "{seen}");
    assert_eq!(words[1..], ["4", "", "kept", "api", ""]);
}

#[test]
fn a_program_beside_the_project_file_is_found_from_a_folder_below() {
    let server = "{command: [./serve, '${server.port}']}";
    let sandbox = sandbox(server, "", UP);
    sandbox.write("serve", format!("#!/bin/sh\nexec '{}' demo --port $1\n", program().display()));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(sandbox.path("serve"), mode).expect("a mode");
    let mut command = sandbox.command(&["."]);
    let ended = command.current_dir(sandbox.path("specs")).output().expect("a run");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[test]
fn it_is_started_only_when_a_case_needs_it() {
    let skipped = "tests:\n  - {name: a, skip: not today, request: GET /, expect: 200}\n";
    let sandbox = sandbox(SERVER, "touch started\n", skipped);
    sandbox.run(&[]).expect_code(4);
    assert!(!sandbox.path("started").exists());
}

#[test]
fn a_line_of_its_output_says_that_it_serves_and_where() {
    for (server, script) in [
        (
            "{command: [sh, serve.sh], ready: {log: 'http://[^:]+:(?<port>\\d+) '}}",
            "exec apitest demo --port 0",
        ),
        // On the other output, in colours.
        (
            "{command: [sh, serve.sh, '${server.port}'], ready: {log: '^listens$'}}",
            "apitest demo --port $1 | { read -r line; printf '\\033[32mlistens\\033[0m\\n' >&2; cat; }",
        ),
        // In a line that does not end.
        (
            "{command: [sh, serve.sh, '${server.port}'], ready: {log: '^listens'}}",
            "apitest demo --port $1 | { read -r line; printf 'listens '; cat; }",
        ),
    ] {
        let sandbox = sandbox(server, script, UP);
        assert_eq!(sandbox.run(&[]).expect_code(0).stderr, "", "{script}");
    }
}

#[test]
fn one_that_never_serves_ends_the_run_with_its_output_and_a_report() {
    let script = "echo connecting to the database\nexec sleep 600\n";
    let server = "{command: [sh, serve.sh, '${server.port}'], ready: /health, timeout: 300ms}";
    let sandbox = sandbox(server, script, UP);
    let ended = sandbox.run(&["--junit", "junit.xml", "--color", "never"]).expect_code(3);
    let reason = "the server did not start: it does not serve within 300ms: asked last, ";
    assert!(ended.stdout.contains(&format!("error: {reason}")), "{}", ended.stdout);
    assert!(ended.stdout.contains(" --> apitest.yaml:1:19\n"), "{}", ended.stdout);
    let printed = "\nThe server printed\n    connecting to the database\n";
    assert!(ended.stdout.contains(printed), "{}", ended.stdout);
    let report = Element::parse(&sandbox.read("junit.xml"));
    let ends: Vec<String> = report::cases(&report)
        .map(|case| report::end(case).expect("not green").attribute("message").to_owned())
        .collect();
    assert_eq!(ends[0], "not run: the server did not start");
    assert!(ends[1].starts_with(reason), "{ends:?}");
    let last = report.named("testsuite").last().expect("a suite");
    let printed = &last.named("system-err").next().expect("its output").text;
    assert_eq!(printed, "the server printed:\nconnecting to the database\n");
}

#[test]
fn only_a_2xx_at_the_path_says_that_it_serves_but_any_answer_does_without_one() {
    let server = "{command: [sh, serve.sh, '${server.port}'], ready: /status/503, timeout: 300ms}";
    let ended = sandbox(server, SERVE, UP).run(&[]).expect_code(3);
    assert!(ended.stdout.contains("asked last, it answered with 503"), "{}", ended.stdout);
    // `/api` before it, where the demo has nothing but a 404.
    let server =
        "{command: [sh, serve.sh, '${server.port}'], url: 'http://localhost:${server.port}/api'}";
    let spec = UP.replace("200", "404");
    assert_eq!(sandbox(server, SERVE, &spec).run(&[]).expect_code(0).stderr, "");
}

#[test]
fn one_that_ends_instead_of_serving_says_how_and_is_not_waited_for() {
    let started = Instant::now();
    for (script, reason) in [
        ("echo no config >&2; exit 3", "it ended before it served (exit status: 3)"),
        ("kill -9 $$", "it ended before it served (signal: 9 (SIGKILL))"),
        ("exit 0", "(exit status: 0): it has to stay in the foreground"),
    ] {
        let ended = sandbox(SERVER, script, UP).run(&[]).expect_code(3);
        assert!(ended.stdout.contains(reason), "{}", ended.stdout);
        assert_eq!(
            ended.stdout.contains("it printed last: no config"),
            script.contains("no config")
        );
    }
    assert!(started.elapsed() < Duration::from_secs(10));
    let missing = "{command: [./no-such-program, '${server.port}']}";
    let ended = sandbox(missing, "", UP).run(&[]).expect_code(3);
    assert!(ended.stdout.contains("the server did not start: No such file"), "{}", ended.stdout);
}

#[test]
fn another_port_is_chosen_when_somebody_else_took_it() {
    let script = "\
if [ ! -e tried ]; then
  touch tried
  echo $1 >port
  read -r taken <taken
  exit 98
fi
exec apitest demo --port $1
";
    let sandbox = sandbox(SERVER, script, UP);
    for pipe in ["port", "taken"] {
        let made = std::process::Command::new("mkfifo").arg(sandbox.path(pipe)).status();
        assert!(made.expect("mkfifo").success());
    }
    let child = sandbox.command(&[]).spawn().expect("a run");
    let port: u16 = sandbox.read("port").trim().parse().expect("a port");
    let thief = TcpListener::bind(("127.0.0.1", port)).expect("it is free");
    let mut taken = std::fs::OpenOptions::new().write(true).open(sandbox.path("taken"));
    writeln!(taken.as_mut().expect("a pipe"), "yes").expect("the script reads");
    let output = child.wait_with_output().expect("an end");
    drop(thief);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn one_that_serves_already_is_used_only_where_that_is_said() {
    let other = Server::answering(200, &[], "{}");
    let port = other.url().rsplit(':').next().expect("a port").to_owned();
    let fixed = |more: &str| format!("{{command: [sh, serve.sh], port: {port}{more}}}");
    let script = "touch started\n";

    let sandbox_of = |more: &str| sandbox(&fixed(more), script, UP);
    let refused = sandbox_of("");
    let ended = refused.run(&[]).expect_code(3);
    let reason = format!("another program listens on port {port} already");
    assert!(ended.stdout.contains(&reason), "{}", ended.stdout);
    assert!(other.arrived().is_empty() && !refused.path("started").exists());

    let reused = sandbox_of(", reuse: true");
    let ended = reused.run(&[]).expect_code(0);
    let said = format!("apitest: http://127.0.0.1:{port} serves already, and is tested as it is\n");
    assert_eq!(ended.stderr, said);
    assert!(!reused.path("started").exists());
    assert_eq!(
        other.arrived().last().map(|request| request.target.clone()),
        Some("/health".into())
    );

    let broken = Server::answering(503, &[], "");
    let port = broken.url().rsplit(':').next().expect("a port").to_owned();
    let server = format!("{{command: [sh, serve.sh], port: {port}, reuse: true, ready: /health}}");
    let ended = sandbox(&server, script, UP).run(&[]).expect_code(3);
    assert!(ended.stdout.contains("does not serve: it answered with 503"), "{}", ended.stdout);
}

#[test]
fn with_reuse_it_is_started_where_nothing_serves() {
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
    let port = port.expect("a port").port().to_string();
    let server = "{command: [sh, serve.sh, '${server.port}'], port: '${env.API_PORT}', reuse: '${yes}'}\nvars: {yes: true}";
    let sandbox = sandbox(server, SERVE, UP).env("API_PORT", &port);
    assert_eq!(sandbox.run(&[]).expect_code(0).stderr, "");
}

#[test]
fn what_it_prints_is_shown_when_something_fails_without_secrets() {
    let server = "\
{command: [sh, serve.sh, '${server.port}'], env: {DB_PASSWORD: '${env.DB_PASSWORD}'}}
auth: {bearer: a-token-of-the-test}";
    let script = "\
echo \"connecting with $DB_PASSWORD\"
echo 'a-token-of-the-test is known' >&2
exec apitest demo --port $1
";
    let sandbox = sandbox(server, script, DOWN).env("DB_PASSWORD", "hunter2-of-the-database");
    let ended = sandbox.run(&["--junit", "junit.xml"]).expect_code(1);
    for text in [&ended.stdout, &sandbox.read("junit.xml")] {
        assert!(text.contains("connecting with ***") && text.contains("*** is known"), "{text}");
        assert!(!text.contains("hunter2") && !text.contains("of-the-test"), "{text}");
    }
}

#[test]
fn what_the_environment_lacks_for_it_is_told_at_its_line() {
    let server = "{command: [sh, serve.sh, '${server.port}'], env: {KEY: '${env.API_KEY}'}}";
    let ended = sandbox(server, SERVE, UP).run(&["--color", "never"]).expect_code(3);
    let error = "error: the environment variable `API_KEY` is not set\n --> apitest.yaml:1:";
    assert!(ended.stdout.contains(error), "{}", ended.stdout);
}
