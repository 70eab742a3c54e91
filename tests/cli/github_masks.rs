//! `--github-masks`: which secrets are told to the runner, when, and where it is refused.

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Server, answer, reply};

const ALICE: &str = "alice-4f9c2b7d1e8a5063";
const GIVEN: &str = "given-by-the-login-90c1%7";
const KEY: &str = "first line of a key\nsecond line of it";

/// A login that gives a token, and orders behind none, answered with what was sent.
fn server() -> Server {
    Server::start(|request, stream| {
        let body = format!(r#"{{"access_token": "{GIVEN}"}}"#);
        let echoed = request.header("authorization").unwrap_or("nobody").to_owned();
        let body = if request.target == "/login" { body } else { echoed };
        reply(stream, &answer(200, &[], &body))
    })
}

/// Tests that fail, with all kinds of secrets.
fn sandbox(server: &Server) -> Sandbox {
    let spec = format!(
        "base_url: {url}\ntokens:\n  alice: ${{env.ALICE}}\n  bob: {{login: {{request: POST {url}/login, \
         json: {{password: 'k9-of-bob'}}, token: $.access_token}}}}\ntests:\n  \
         - {{name: alice, request: GET /, auth: alice, expect: 404}}\n  \
         - {{name: bob, request: GET /, auth: bob, expect: 404}}\n",
        url = server.url()
    );
    Sandbox::new()
        .file("a.yaml", spec)
        .file("apitest.yaml", "secrets: ['${env.KEY}']\n")
        .env("ALICE", ALICE)
        .env("KEY", KEY)
}

fn masks(ended: &Ended) -> Vec<&str> {
    ended.stdout.lines().filter_map(|line| line.strip_prefix("::add-mask::")).collect()
}

#[test]
fn every_secret_is_masked_before_anything_else_is_printed_after_it_is_known() {
    let server = server();
    let sandbox = sandbox(&server).env("GITHUB_ACTIONS", "true");
    let ended = sandbox.run(&["a.yaml", "--jobs", "1", "--github-masks"]).expect_code(1);
    let told = masks(&ended);
    for secret in [
        ALICE,
        "given-by-the-login-90c1%257",
        "k9-of-bob",
        "first line of a key",
        "second line of it",
    ] {
        assert_eq!(told.iter().filter(|mask| **mask == secret).count(), 1, "{secret}: {told:?}");
    }
    // What is known before the run comes first of all; what the login gives, before its case.
    let position = |text: &str| ended.stdout.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(ended.stdout.starts_with("::add-mask::"), "{}", ended.stdout);
    assert!(position("::add-mask::second line") < position("2 cases"));
    assert!(position("::add-mask::given-by") < position("bob: "), "{}", ended.stdout);
    // All else is as hidden as ever.
    let rest: Vec<&str> = ended.stdout.lines().filter(|l| !l.starts_with("::add-mask::")).collect();
    let rest = format!("{}{}", rest.join("\n"), ended.stderr);
    for secret in [ALICE, GIVEN, "k9-of-bob"] {
        assert!(!rest.contains(secret), "{rest}");
    }
    assert!(rest.contains("Bearer ***"), "{rest}");
}

#[test]
fn forged_tokens_are_masked_too() {
    let sandbox = Sandbox::new()
        .file("apitest.yaml", "server: demo\n")
        .file(
            "a.yaml",
            "base_url: ${server.url}\ntokens: {alice: {jwt: {alg: HS256, key: demo-hs256-secret-for-tests-only-0d9f2b7a, \
             claims: {sub: alice}}}}\ntests:\n  - {name: orders, request: GET /orders, auth: alice, \
             expect: {status: {in: [200, 401]}}}\n",
        )
        .env("GITHUB_ACTIONS", "true");
    let plain = masks(&sandbox.run(&["a.yaml", "--github-masks"])).len();
    assert!(plain >= 2, "the key, the token");
    sandbox.write(
        "a.yaml",
        sandbox.read("a.yaml").replace(
            "expect: {status: {in: [200, 401]}}",
            "expect: {status: {not: 401}}, enforce: {probes: [alg-none]}",
        ),
    );
    let ended = sandbox.run(&["a.yaml", "--github-masks"]);
    let told = masks(&ended);
    // Of `none`, in four spellings: no signature.
    let unsigned = told.iter().filter(|mask| mask.starts_with("eyJ") && mask.ends_with('.'));
    assert_eq!(unsigned.count(), 4, "{told:?}\n{}", ended.stdout);
}

#[test]
fn elsewhere_it_is_refused_and_prints_nothing() {
    let server = server();
    for value in [None, Some("1"), Some("TRUE"), Some("")] {
        let sandbox = sandbox(&server);
        let sandbox = match value {
            Some(value) => sandbox.env("GITHUB_ACTIONS", value),
            None => sandbox,
        };
        let ended = sandbox.run(&["a.yaml", "--github-masks"]).expect_code(2);
        assert_eq!(ended.stdout, "", "{value:?}");
        assert!(ended.stderr.contains("GITHUB_ACTIONS is not `true`"), "{}", ended.stderr);
    }
    assert!(server.arrived().is_empty());
}

#[test]
fn without_the_flag_nothing_is_masked_on_github_either() {
    let server = server();
    let sandbox = sandbox(&server).env("GITHUB_ACTIONS", "true");
    let ended = sandbox.run(&["a.yaml"]).expect_code(1);
    assert!(masks(&ended).is_empty(), "{}", ended.stdout);
}
