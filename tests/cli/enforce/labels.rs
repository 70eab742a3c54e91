//! How each probe names what it sent: by an API that lets everybody in.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use apitest::plan::probes::PROBES;

use super::api::{ORDERS, found};
use super::keys::{source, with_keys};
use crate::support::golden::golden;
use crate::support::project::root;
use crate::support::sandbox::steady;
use crate::support::server::{Server, answer, reply};

/// Lets everybody in, and gives another token at each login.
fn open() -> Server {
    let given = AtomicUsize::new(0);
    Server::start(move |request, stream| {
        let number = given.fetch_add(1, SeqCst);
        let body = match &*request.target {
            "/login" => format!(r#"{{"t": "token-number-{number}-of-carol"}}"#),
            _ => ORDERS.to_owned(),
        };
        reply(stream, &answer(200, &[], &body))
    })
}

/// A test of one probe.
fn test(probe: &str, token: &str, more: &str) -> String {
    format!(
        "  - name: {probe} by {token}\n    auth: {token}\n    request: GET /orders\n    expect: 200\n    \
         enforce: {{profile: strict, probes: [{probe}]{more}}}\n"
    )
}

/// The tests of a probe, each with a token that it can be made of.
fn tests(probe: &str, set: &str) -> String {
    let opaque = || test(probe, "opaque", "");
    match (set, probe) {
        (_, "revoked") => test(probe, "login", ", revoke: {request: POST /logout}"),
        (_, "missing-scope" | "other-user") => {
            test(probe, "opaque", &format!(", tokens: {{{probe}: reader}}"))
        }
        ("claims", _) => test(probe, "alice", ""),
        (_, "key-confusion") => test(probe, "rs", ", keys: {public_key: rs256.pub.pem}"),
        ("jwt", _) => ["hs", "rs", "es"].map(|token| test(probe, token, "")).concat(),
        (_, "extended") => opaque() + &test(probe, "hs", ""),
        (_, "deep-payload") => test(probe, "hs", ""),
        (_, "other-methods" | "method-override") => test(probe, "opaque", ", unsafe: true"),
        _ => opaque(),
    }
}

#[test]
fn each_probe_names_what_it_sent() {
    let server = open();
    let token = |name: &str| {
        let path = root().join(format!("fixtures/tokens/{name}.jwt"));
        std::fs::read_to_string(path).expect("a token").trim().to_owned()
    };
    let tokens = format!(
        "  opaque: alice-4f9c2b7d1e8a5063\n  reader: reader-8d1f0c3b5a7e9264\n  hs: {}\n  rs: {}\n  \
         es: {}\n  login: {{login: {{request: POST /login, token: $.t}}}}\n",
        token("weak-secret-hs256"),
        token("alice-rs256"),
        token("alice-es256"),
    );
    let tests: String = PROBES.iter().map(|probe| tests(probe.id, probe.set)).collect();
    let sandbox = with_keys();
    let spec = format!("base_url: {}\n{}{tokens}tests:\n{tests}", server.url(), source());
    sandbox.write("specs/a.yaml", spec);
    let told = found(&sandbox, &["--jobs", "1", "--color", "never"]).ended;
    let is_told = |line: &&str| {
        let begins =
            ["FAILED   ", "ERRORED  ", "error: "].iter().any(|word| line.starts_with(word));
        begins || line.contains('^')
    };
    let lines: Vec<&str> = told.stdout.lines().filter(is_told).collect();
    let lines = format!("{}{}\n", told.stderr, lines.join("\n"));
    golden("fixtures/console/probes_sent.txt", &steady(&lines));
}
