//! `apitest check`: all faults, and no request.

use crate::support::sandbox::Sandbox;
use crate::support::server::Server;

const GOOD: &str = "\
base_url: ${env.API_URL}
tests:
  - {name: answers, request: GET /, expect: 200}
  - {name: needs a token, request: GET /, auth: {bearer: \"${env.TOKEN}\"}, expect: 200}
";

#[test]
fn a_spec_is_checked_without_its_environment_and_without_a_request() {
    let server = Server::answering(200, &[], "{}");
    let sandbox = Sandbox::new().file("specs/a.yaml", GOOD).env("API_URL", &server.url());
    let ended = sandbox.run(&["check"]).expect_code(0);
    assert_eq!(ended.stderr, "");
    assert_eq!(
        ended.stdout,
        "\
checked 2 tests in 1 file: no errors, no warnings
1 test could not run here for lack of environment: --env-set says of what
"
    );
    assert_eq!(server.arrived().len(), 0);
}

#[test]
fn with_env_set_a_variable_that_is_not_set_is_an_error() {
    let sandbox = Sandbox::new().file("specs/a.yaml", GOOD).env("API_URL", "http://127.0.0.1:1");
    let ended = sandbox.run(&["check", "specs", "--env-set"]).expect_code(2);
    assert!(ended.stderr.contains("--> specs/a.yaml:4:59\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("TOKEN"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "checked 2 tests in 1 file: 1 error, no warnings\n");
    let whole = sandbox.env("TOKEN", "token-of-alice-1234");
    let ended = whole.run(&["check", "specs", "--env-set"]).expect_code(0);
    assert_eq!(ended.stdout, "checked 2 tests in 1 file: no errors, no warnings\n");
}

#[test]
fn faults_of_all_files_are_told_with_their_places() {
    let sandbox = Sandbox::new()
        .file("specs/a.yaml", "tests:\n  - {name: one, request: GET http://127.0.0.1:1/, expcet: 200}\n")
        .file("specs/b.yaml", "vars: {unused: 1}\ntests:\n  - {name: two, request: GET http://127.0.0.1:1/, expect: 200}\n")
        .file("specs/c.yaml", "tests:\n  - {name: three, request: POST http://127.0.0.1:1/, body: {file: gone.bin}, expect: 200}\n");
    let ended = sandbox.run(&["check"]).expect_code(2);
    for place in ["specs/a.yaml:2:51", "specs/b.yaml:1:8", "specs/c.yaml:2:67"] {
        assert!(ended.stderr.contains(&format!("--> {place}\n")), "{place}: {}", ended.stderr);
    }
    assert_eq!(ended.stdout, "checked 2 tests in 3 files: 2 errors, 1 warning\n");
    let strict = sandbox.run(&["check", "specs/b.yaml", "--strict"]).expect_code(2);
    assert_eq!(strict.stdout, "checked 1 test in 1 file: 1 error, no warnings\n");
}

#[test]
fn nothing_to_check_is_not_fine() {
    let sandbox = Sandbox::new().file("specs/a.yaml", GOOD);
    let ended = sandbox.run(&["check", "--tag", "smoke"]).expect_code(2);
    assert!(ended.stderr.contains("no test has the tag `smoke`"), "{}", ended.stderr);
    let empty = Sandbox::new();
    let ended = empty.run(&["check"]).expect_code(4);
    assert!(ended.stderr.contains("no spec found"), "{}", ended.stderr);
}
