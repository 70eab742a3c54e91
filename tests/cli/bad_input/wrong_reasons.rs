//! What would be green for the wrong reason: a refusal that was asked for, and got because the
//! request was not the one that was meant. Each ends red.

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::Server;

/// Runs a spec of one test, whose request and expectation these are, against a server that
/// refuses everybody; expects that it is red for this reason, and that nothing was sent.
#[track_caller]
fn is_red(top: &str, test: &str, sandbox: Sandbox, arguments: &[&str], code: i32, reason: &str) {
    let server = Server::answering(401, &[("WWW-Authenticate", "Bearer")], "");
    let base_url = server.url();
    let spec = format!("base_url: {base_url}\n{top}\ntests:\n  - {{name: is refused, {test}}}\n");
    sandbox.write("specs/a.yaml", spec);
    let ended = sandbox.run(&[&["specs"], arguments].concat()).expect_code(code);
    let told = format!("{}{}", ended.stderr, ended.stdout);
    assert!(told.contains(reason), "{told}");
    assert!(!told.contains("1 passed"), "{told}");
    assert!(server.arrived().is_empty(), "{:?}", server.arrived());
}

const ALICE: &str = "request: GET /orders, auth: alice, expect: 401";

#[test]
fn an_undefined_token_variable_is_red() {
    let undefined = "the variable `tokne` is not defined";
    let own = r#"request: GET /orders, auth: {bearer: "${tokne}"}, expect: 401"#;
    is_red("vars: {token: abcdefgh}", own, Sandbox::new(), &[], 2, undefined);
    is_red(r#"tokens: {alice: "${tokne}"}"#, ALICE, Sandbox::new(), &[], 2, undefined);
    is_red("", ALICE, Sandbox::new(), &[], 2, "no token is named `alice`");
}

#[test]
fn a_misspelt_status_is_red() {
    let misspelt = "request: GET /orders, auth: none, expect: {staus: 401}";
    is_red("", misspelt, Sandbox::new(), &[], 2, "did you mean `status`?");
    let beside = "request: GET /orders, auth: none, expect: {status: 401, challange: Bearer}";
    is_red("", beside, Sandbox::new(), &[], 2, "did you mean `challenge`?");
}

#[test]
fn an_empty_token_is_red_wherever_it_comes_from() {
    let literal = [r#"tokens: {alice: ""}"#, r#"tokens: {alice: " \t"}"#];
    for top in literal {
        is_red(top, ALICE, Sandbox::new(), &[], 2, "the token `alice` is empty");
    }
    let from_var = r#"tokens: {alice: "${token}"}"#;
    is_red(from_var, ALICE, Sandbox::new(), &["--var", "token= "], 2, "the token `alice` is empty");
    let from_environment = r#"tokens: {alice: "${env.ALICE_TOKEN}"}"#;
    for (value, reason) in
        [("", "the token `alice` is empty"), (" \n", "the token `alice` is empty")]
    {
        let sandbox = Sandbox::new().env("ALICE_TOKEN", value);
        is_red(from_environment, ALICE, sandbox, &[], 1, reason);
    }
    let unset = "the environment variable `ALICE_TOKEN` is not set";
    is_red(from_environment, ALICE, Sandbox::new(), &[], 1, unset);
    for content in ["", " \n"] {
        let sandbox = Sandbox::new().file("specs/alice.token", content);
        let reason = "the source of token `alice` gave an empty token";
        is_red("tokens: {alice: {file: alice.token}}", ALICE, sandbox, &[], 1, reason);
    }
}

/// A default is for what is not set; this is, to something else.
#[test]
#[cfg(unix)]
fn a_variable_of_the_environment_that_is_no_text_is_red() {
    use std::os::unix::ffi::OsStrExt;
    let server = Server::answering(401, &[("WWW-Authenticate", "Bearer")], "");
    let spec = format!(
        "base_url: {}\nauth: {{bearer: '${{env.TOKEN:-abcdefgh}}'}}\ntests:\n  \
         - {{name: is refused, request: GET /, expect: 401}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let mut command = sandbox.command(&["a.yaml"]);
    command.env("TOKEN", std::ffi::OsStr::from_bytes(b"abc\xff"));
    let ended = Ended::of(&mut command).expect_code(1);
    let reason = "the environment variable `TOKEN` is not UTF-8\n --> a.yaml:2:17\n";
    assert!(ended.stderr.contains(reason), "{}", ended.stderr);
    let help = " needed here\n  |\n  = help: set it to a text in UTF-8\n";
    assert!(ended.stderr.contains(help), "{}", ended.stderr);
    assert!(server.arrived().is_empty(), "{:?}", server.arrived());
    command.env("TOKEN", "");
    Ended::of(&mut command).expect_code(0);
}

#[test]
fn a_token_whose_file_is_missing_is_told_where_the_token_is_defined() {
    let reason = "error: the file specs/alice.token of token `alice`: no such file or folder\n \
                  --> specs/a.yaml:2:17\n";
    is_red("tokens: {alice: {file: alice.token}}", ALICE, Sandbox::new(), &[], 1, reason);
}

#[test]
#[cfg(unix)]
fn an_empty_token_of_a_command_is_red() {
    let reason = "the source of token `alice` gave an empty token";
    for command in ["[\"true\"]", "[echo, \" \"]"] {
        let top = format!("tokens: {{alice: {{command: {command}}}}}");
        is_red(&top, ALICE, Sandbox::new(), &[], 1, reason);
    }
}

#[test]
fn an_empty_part_of_a_credential_is_red() {
    let header =
        r#"request: GET /orders, auth: {header: {Authorization: "Bearer ${token}"}}, expect: 401"#;
    is_red("", header, Sandbox::new(), &["--var", "token="], 2, "the credential is empty");
    let null = "request: GET /orders, auth: {header: {X-Api-Key: null}}, expect: 401";
    is_red("", null, Sandbox::new(), &[], 2, "the credential is empty");
    let basic = r#"request: GET /orders, auth: {basic: {username: "${user}", password: "${pass}"}}, expect: 401"#;
    let empty = ["--var", "user=alice", "--var", "pass="];
    is_red("", basic, Sandbox::new(), &empty, 2, "the password is empty");
}

#[test]
fn a_variable_of_another_tool_in_a_credential_is_red() {
    for written in [r#""{{token}}""#, "$TOKEN", "Bearer abcdefgh"] {
        let test = format!("request: GET /orders, auth: {{bearer: {written}}}, expect: 401");
        let sandbox = Sandbox::new().env("TOKEN", "abcdefgh");
        is_red("", &test, sandbox, &[], 2, "error: ");
    }
}

#[test]
fn a_run_that_selects_nothing_is_red() {
    let test = "request: GET /orders, auth: none, expect: 401";
    is_red("", test, Sandbox::new(), &["--tag", "smoke"], 4, "no test has the tag `smoke`");
    is_red("", test, Sandbox::new(), &["--filter", "accepts"], 4, "no test has `accepts`");
    let skipped = "request: GET /orders, auth: none, expect: 401, skip: later";
    is_red("", skipped, Sandbox::new(), &[], 4, "Nothing was judged");
}

/// What is meant as it stands has a way to say so.
#[test]
fn braces_that_are_meant_can_be_sent_without_a_warning() {
    let server = Server::answering(200, &[], "{}");
    let spec = |value: &str| {
        format!(
            "base_url: {}\nvars: {{open: '{{{{'}}\ntests:\n  - {{name: a, request: 'POST /${{open}}', \
             json: {{v: \"{value}\"}}, expect: 200}}\n",
            server.url()
        )
    };
    let sandbox = Sandbox::new().file("a.yaml", spec("{{name}}"));
    let ended = sandbox.run(&["a.yaml", "--strict"]).expect_code(2);
    assert!(ended.stderr.contains("if that is meant, let a variable begin it"), "{}", ended.stderr);
    sandbox.write("a.yaml", spec("${open}name}}"));
    sandbox.run(&["a.yaml", "--strict"]).expect_code(0);
    let sent = server.arrived().pop().expect("a request");
    assert_eq!(sent.body, br#"{"v":"{{name}}"}"#);
}
