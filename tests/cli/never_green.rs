//! What is refused in the place of what was meant proves nothing: a test that expects a refusal
//! must not pass by it.

use std::io::Write;

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, Then, answer};

fn refusing() -> Server {
    Server::answering(401, &[("WWW-Authenticate", "Bearer")], "")
}

/// A run of one case that is answered by 401, as it expects.
fn refused(sandbox: Sandbox, server: &Server, settings: &str) -> Ended {
    let case = "tests:\n  - {name: a, request: GET /, expect: 401}\n";
    let spec = format!("base_url: {}\n{settings}\n{case}", server.url());
    sandbox.file("a.yaml", spec).run(&["a.yaml"])
}

#[test]
fn a_401_after_a_redirect_took_the_token_off_is_no_verdict() {
    let other = refusing();
    let location = format!("{}/login", other.url());
    let server = Server::start(move |_, stream| {
        let _ = stream.write_all(&answer(302, &[("Location", &location)], ""));
        Then::Keep
    });
    let follow = "follow_redirects: 1";
    let ways = ["{bearer: expired-token}", "{header: {X-Key: expired-key}}"];
    for auth in ways {
        let settings = format!("{follow}\nauth: {auth}");
        let ended = refused(Sandbox::new(), &server, &settings).expect_code(1);
        assert!(ended.stdout.contains("where no credential is sent"), "{}", ended.stdout);
    }
    refused(Sandbox::new(), &server, &format!("{follow}\nauth: none")).expect_code(0);
    refused(Sandbox::new(), &other, &format!("{follow}\nauth: {}", ways[0])).expect_code(0);
}

#[test]
fn what_a_source_gives_instead_of_a_token_is_not_sent() {
    let server = refusing();
    let slips: [(&[u8], &str); 7] = [
        (b"Bearer abcdefgh", "begins with `Bearer `"),
        (b"\"abcdefgh\"\n", "stands in quotes"),
        (b"null\n", "is the word for no token"),
        (b"{\"access_token\": \"abcdefgh\"}", "is no token, but begins as JSON"),
        (b"abcdefgh\nijklmnop\n", "has a space or a line break"),
        ("abc\u{a0}defgh".as_bytes(), "has a space or a line break"),
        (b"\xff\xfea\0b\0c\0d\0", "it is not UTF-8"),
    ];
    for (text, fault) in slips {
        for source in ["{file: t}", "{command: [cat, t]}"] {
            let sandbox = Sandbox::new().file("t", text);
            let settings = format!("tokens: {{a: {source}}}\nauth: a");
            let ended = refused(sandbox, &server, &settings).expect_code(1);
            let told = ended.stdout.contains(fault) || source.contains("command");
            assert!(told, "{fault}: {}", ended.stdout);
        }
        let Ok(text) = std::str::from_utf8(text) else { continue };
        for settings in ["auth: {bearer: '${env.T}'}", "tokens: {a: '${env.T}'}\nauth: a"] {
            let sandbox = Sandbox::new().env("T", text);
            let ended = refused(sandbox, &server, settings).expect_code(1);
            assert!(ended.stderr.contains(fault), "{fault}: {}", ended.stderr);
        }
    }
    assert!(server.arrived().is_empty());
    let sandbox = Sandbox::new().file("t", "\u{feff}abcdefgh\r\n");
    refused(sandbox, &server, "tokens: {a: {file: t}}\nauth: a").expect_code(0);
    assert_eq!(server.arrived()[0].header("authorization"), Some("Bearer abcdefgh"));
}

#[test]
fn a_credential_that_is_not_the_one_that_is_meant_is_a_fault() {
    let server = refusing();
    let table = [
        (
            "tokens: {old: abcdefgh}\nauth: {bearer: old}",
            "not the name of one",
            "write it behind `auth:` itself",
        ),
        ("vars: {old: abcdefgh}\nauth: {bearer: old}", "not the name of a variable", "around it"),
        ("auth: {bearer: 'abcd\u{200b}efgh'}", "a character that is not ASCII", "its form"),
        (
            "headers: {x-api-key: good-key}\nauth: {header: {X-Api-Key: bad-key}}",
            "the header `X-Api-Key` would be sent twice",
            "headers: {X-Api-Key: null}",
        ),
        ("auth: {header: {Accept: some-key}}", "the header `Accept` would be sent twice", "null"),
        (
            "auth: {header: {X-Api-Key: bad-key, x-api-key: good-key}}",
            "a second value for the header `x-api-key`",
            "write a list",
        ),
    ];
    for (settings, title, advice) in table {
        let ended = refused(Sandbox::new(), &server, settings).expect_code(2);
        assert!(ended.stderr.contains(title), "{settings}: {}", ended.stderr);
        assert!(ended.stderr.contains(advice), "{settings}: {}", ended.stderr);
    }
    assert!(server.arrived().is_empty());
    let test = "tests:\n  - {name: a, request: GET /, headers: {X-Api-Key: null}, expect: 401}\n";
    let settings = "headers: {x-api-key: good-key}\nauth: {header: {X-API-Key: bad-key}}";
    let spec = format!("base_url: {}\n{settings}\n{test}", server.url());
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(0);
    let keys: Vec<_> = server.arrived()[0]
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-api-key"))
        .map(|(_, value)| value.clone())
        .collect();
    assert_eq!(keys, ["bad-key"]);
}

#[test]
fn what_one_test_lacks_is_not_lent_by_another() {
    let server = refusing();
    let spec = format!(
        "base_url: {}\nvars: {{x: '${{env.NOT_SET}}'}}\n\
         tokens: {{a: {{command: [echo, 'token-${{x}}-token']}}}}\nauth: a\ntests:\n  \
         - {{name: one, request: GET /, vars: {{x: ''}}, expect: 401}}\n  \
         - {{name: two, request: GET /, expect: 401}}\n",
        server.url()
    );
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stderr.contains("`NOT_SET` is not set"), "{}", ended.stderr);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn a_spec_by_another_spelling_of_its_ending_is_run() {
    let server = refusing();
    let test = "tests:\n  - {name: a, request: GET /, expect: ";
    let spec = |status| format!("base_url: {}\n{test}{status}}}\n", server.url());
    let sandbox = Sandbox::new().file("specs/a.yaml", spec(401)).file("specs/B.YML", spec(200));
    let ended = sandbox.run(&[]).expect_code(1);
    assert!(ended.stdout.contains("specs/B.YML:3"), "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_a_file_is_not_passed_over() {
    let server = refusing();
    let test = "tests:\n  - {name: a, request: GET /, expect: 401}\n";
    let sandbox = || {
        let spec = format!("base_url: {}\n{test}", server.url());
        Sandbox::new().file("specs/a.yaml", spec)
    };
    let with_pipe = sandbox();
    let pipe = with_pipe.path("specs/pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let ended = with_pipe.run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("neither a file nor a folder"), "{}", ended.stderr);

    let with_folder = sandbox().file("apitest.yaml/x", "");
    let ended = with_folder.run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("this is no file"), "{}", ended.stderr);
    let with_link = sandbox();
    std::os::unix::fs::symlink("nowhere", with_link.path("apitest.yaml")).unwrap();
    let ended = with_link.run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("no such file or folder"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_ends_with_the_run() {
    let server = refusing();
    let sandbox = Sandbox::new();
    let made = std::process::Command::new("mkfifo").arg(sandbox.path("pipe")).status();
    assert!(made.unwrap().success());
    let spec = format!(
        "base_url: {}\ntokens: {{a: {{file: pipe}}}}\nauth: a\n\
         tests:\n  - {{name: a, request: GET /, expect: 401}}\n",
        server.url()
    );
    sandbox.write("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--deadline=300ms"]).expect_code(1);
    assert!(ended.stdout.contains("nothing came from it"), "{}", ended.stdout);
    assert!(server.arrived().is_empty());
}

#[test]
fn a_method_that_would_be_sent_to_another_target_is_not_sent() {
    let server = refusing();
    let test = "tests:\n  - {name: a, request: CONNECT /x, expect: 401}\n";
    let spec = format!("base_url: {}\n{test}", server.url());
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stdout.contains("CONNECT asks a proxy"), "{}", ended.stdout);
    assert!(server.arrived().is_empty());
}

#[test]
fn a_warning_beside_it_lets_no_test_and_no_credential_vanish() {
    // Each of these was once read as damaged, and so nothing was said of what else it lacks.
    let rows = "\
tests:
  - {name: n, data: [{a: 1}, {a: $FOO}], request: \"GET /nope?${a}\", expect: 200}
  - {name: ok, request: GET /health, expect: 200}
";
    let token = "\
vars: {a: $FOO}
tokens: {alice: demo-alice-5f0c1d2e3b4a}
tests:
  - {name: n, auth: alise, request: \"GET /health?${a}\", expect: 200}
";
    let login = "\
tokens: {alice: {login: {request: POST /u/:id/login, json: {u: a}}}}
auth: alice
tests: [{name: n, request: GET /health, expect: 200}]
";
    let graphql = "\
tests: [{name: n, request: POST /echo/post/json, graphql: {variables: {a: $FOO}}, expect: 200}]
";
    for (spec, code, said) in [
        (rows, 1, "n [a=$FOO]"),
        (token, 2, "no token is named `alise`"),
        (login, 2, "without `token`"),
        (graphql, 2, "without `query`"),
    ] {
        let sandbox = Sandbox::new()
            .file("apitest.yaml", "server: demo\nbase_url: ${server.url}\n")
            .file("specs/a.yaml", spec);
        let ended = sandbox.run(&["specs"]).expect_code(code);
        let all = ended.stdout + &ended.stderr;
        assert!(all.contains(said), "{said}: {all}");
    }
}

#[test]
fn steps_that_no_test_has_are_told_of_beside_specs() {
    let sandbox = Sandbox::new()
        .file("apitest.yaml", "server: demo\nbase_url: ${server.url}\n")
        .file("specs/a.yaml", "name: Orders\nsteps: [{request: GET /nope, expect: 200}]\n")
        .file("specs/b.yaml", "tests: [{name: ok, request: GET /health, expect: 200}]\n");
    let ended = sandbox.run(&["specs"]).expect_code(0);
    assert!(ended.stderr.contains("no spec uses this fragment"), "{}", ended.stderr);
    sandbox.run(&["specs", "--strict"]).expect_code(2);
    let ended = sandbox.run(&["specs/b.yaml", "--strict"]).expect_code(0);
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_name_that_stands_behind_one_of_a_row_is_compared_with_it() {
    let spec = "\
base_url: http://127.0.0.1:1
tests:
  - {name: \"n ${a}\", data: [{a: x}], request: \"GET /health?${a}\", expect: 200}
  - {name: n x, request: GET /nope, expect: 200}
";
    let sandbox = Sandbox::new().file("specs/a.yaml", spec);
    let ended = sandbox.run(&["specs"]).expect_code(2);
    assert!(ended.stderr.contains("a second test named `n x`"), "{}", ended.stderr);
}

#[test]
fn what_was_captured_is_held_to_what_holds_for_what_is_written() {
    let answer = |v: &str| format!(r#"{{"v": {v}, "path": "/x"}}"#);
    // What the second request says, what was captured, and what is said of it.
    let table = [
        (
            r#"expect: {json: {$.path: {contains: "${v}"}}}"#,
            r#""""#,
            "with an empty text holds for",
        ),
        (r#"expect: {json: {$.path: {starts_with: "${v}"}}}"#, r#""""#, "with an empty text holds"),
        (r#"expect: {body: {ends_with: "${v}"}}"#, r#""""#, "with an empty text holds for every"),
        (r#"expect: {json: {$.path: {matches: "${v}"}}}"#, r#""""#, "an empty regex is found in"),
        (
            r#"expect: {json: {$.path: {not: {in: "${v}"}}}}"#,
            "[]",
            "takes a list with at least one",
        ),
        (r#"expect: {json: {$.path: {not: {type: "${v}"}}}}"#, r#""txt""#, "`type` takes one or a"),
        (
            r#"headers: {"${v}": "Bearer x"}"#,
            r#""Authorization""#,
            "`Authorization` does not belong",
        ),
        (r#"headers: {"${v}": "a=b"}"#, r#""cookie""#, "`Cookie` does not belong in `headers`"),
        (r#"headers: {X-A: "${v}"}"#, "null", "${v} is null, and sends nothing"),
        (r#"query: {a: "${v}"}"#, "null", "${v} is null, and sends nothing"),
        (r#"form: {a: "${v}"}"#, "null", "${v} is null, and sends nothing"),
        (r#"multipart: {a: "${v}"}"#, "null", "${v} is null, and sends nothing"),
        (r#"cookies: {"${v}": x}"#, r#""a=b;c""#, "cannot name a cookie"),
        (r#"cookies: {"${v}": x, z: y}"#, r#""z""#, "a second value for the cookie `z`"),
    ];
    for (says, captured, said) in table {
        let server =
            Server::answering(200, &[("Content-Type", "application/json")], &answer(captured));
        let spec = format!(
            "base_url: {}\ntests:\n  - name: a\n    steps:\n      - {{request: GET /x, expect: 200, \
             capture: {{v: $.v}}}}\n      - request: POST /y\n        {says}\n",
            server.url()
        );
        let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]);
        assert_eq!(ended.code, Some(1), "{says}");
        assert!(ended.stdout.contains(said), "{says}: {}", ended.stdout);
    }
}
