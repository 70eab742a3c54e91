//! The probe `revoked`: a token that was got for it alone, was good, and is revoked.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::api::{Found, INVALID, found};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, Then, answer};

/// What an API with a login and a logout does wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// A token that was revoked stays good.
    Forgets,
    /// The logout cannot be had.
    NoLogout,
    /// The logout leads to the page of the login.
    Redirects,
    /// The second token that is given was never good.
    BadSecond,
    /// Every login gives the same token.
    SameToken,
    /// A logout revokes all tokens that there are.
    LogsOutAll,
}

fn login_api(flaw: Flaw) -> Server {
    let given = AtomicUsize::new(0);
    let revoked: Mutex<HashSet<String>> = Mutex::default();
    let name = |number: usize| format!("token-number-{number}-of-alice");
    Server::start(move |request, stream| {
        let token = request.header("authorization").and_then(|v| v.strip_prefix("Bearer "));
        let is_good = || {
            let mut all = (1..=given.load(Ordering::SeqCst)).map(name);
            let bad = name(2);
            token.is_some_and(|token| {
                all.any(|known| known == token)
                    && !(flaw == Flaw::BadSecond && token == bad)
                    && !revoked.lock().expect("no panic").contains(token)
            })
        };
        let bytes = match (request.target.as_str(), flaw) {
            ("/login", Flaw::SameToken) => {
                given.store(1, Ordering::SeqCst);
                answer(200, &[], &format!(r#"{{"t": "{}"}}"#, name(1)))
            }
            ("/login", _) => {
                let number = 1 + given.fetch_add(1, Ordering::SeqCst);
                answer(200, &[], &format!(r#"{{"t": "{}"}}"#, name(number)))
            }
            ("/logout?all=0", Flaw::NoLogout) => answer(500, &[], ""),
            ("/logout?all=0", Flaw::Redirects) => answer(302, &[("Location", "/login")], ""),
            ("/logout?all=0", _) => {
                let mut revoked = revoked.lock().expect("no panic");
                match flaw {
                    Flaw::Forgets => {}
                    Flaw::LogsOutAll => {
                        revoked.extend((1..=given.load(Ordering::SeqCst)).map(name));
                    }
                    _ => _ = revoked.insert(token.unwrap_or_default().to_owned()),
                }
                answer(204, &[], "")
            }
            _ if is_good() => answer(200, &[], r#"{"orders": [712345]}"#),
            _ => answer(401, &[("WWW-Authenticate", INVALID)], "{}"),
        };
        // A client that left gets no answer.
        let _ = stream.write_all(&bytes);
        Then::Keep
    })
}

const SOURCE: &str = "{login: {request: POST /login, token: $.t}}";
const REVOKE: &str = "{request: POST /logout, query: {all: 0}, headers: {X-Why: test}, json: {why: \
                      test}}";

fn run(server: &Server, source: &str, request: &str, enforce: &str) -> Found {
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {source}}}\nauth: alice\ntests:\n  - name: reads\n    \
         request: {request}\n    expect: 200\n    enforce: {enforce}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &["--verbose"]);
    let told = format!("{}{}", found.ended.stdout, found.ended.stderr);
    assert!(!told.contains("token-number-"), "a token is shown\n{told}");
    found
}

fn asked(probes: &str) -> String {
    format!("{{profile: strict, probes: [{probes}], revoke: {REVOKE}}}")
}

fn found_of(flaw: Flaw) -> Found {
    run(&login_api(flaw), SOURCE, "GET /orders", &asked("revoked"))
}

fn bearer(request: &Arrived) -> &str {
    request.header("authorization").unwrap_or("-")
}

#[test]
fn a_token_of_its_own_is_shown_to_be_good_then_revoked_then_refused() {
    let server = login_api(Flaw::None);
    let found = run(&server, SOURCE, "GET /orders", &asked("revoked"));
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.probe("revoked"), ("passed", "enforced".into()));
    let arrived = server.arrived();
    let sent: Vec<(&str, &str)> = arrived.iter().map(|r| (&*r.target, bearer(r))).collect();
    let (first, second) = ("Bearer token-number-1-of-alice", "Bearer token-number-2-of-alice");
    let expected = [
        ("/login", "-"),
        ("/orders", first),
        ("/login", "-"),
        ("/orders", second),
        ("/logout?all=0", second),
        ("/orders", second),
        ("/orders", first),
    ];
    assert_eq!(sent, expected);
    let logout = &arrived[4];
    assert_eq!((logout.method.as_str(), logout.header("x-why")), ("POST", Some("test")));
    assert_eq!(logout.body, br#"{"why":"test"}"#);
}

#[test]
fn a_revoked_token_that_is_still_good_is_a_gap() {
    assert_eq!(found_of(Flaw::Forgets).probe("revoked"), ("failure", "accepted".into()));
    let enforce = asked("revoked").replace("strict", "lenient");
    let found = run(&login_api(Flaw::Forgets), SOURCE, "GET /orders", &enforce);
    assert_eq!(found.probe("revoked"), ("passed", "accepted".into()));
}

#[test]
fn what_was_not_good_or_not_revoked_proves_nothing() {
    for (flaw, why) in [
        (Flaw::NoLogout, "POST http://127.0.0.1"),
        (Flaw::NoLogout, "/logout, was answered with 500"),
        (Flaw::Redirects, "/logout, was answered with 302 (redirects are not followed)"),
        (Flaw::BadSecond, "was no good one before that: it got 401"),
    ] {
        let found = found_of(flaw);
        assert_eq!(found.cases()[0].1, "passed", "{}", found.ended.stdout);
        assert_eq!(found.probe("revoked"), ("error", "inconclusive".into()), "{why}");
        assert!(found.ended.stdout.contains(why), "{why}\n{}", found.ended.stdout);
    }
}

#[test]
fn the_token_that_all_share_is_never_revoked() {
    let server = login_api(Flaw::SameToken);
    let found = run(&server, SOURCE, "GET /orders", &asked("revoked"));
    assert_eq!(found.probe("revoked"), ("error", "n/a".into()));
    let why = "the source gives the token that all share once more";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
    let set = run(&server, SOURCE, "GET /orders", &asked("claims"));
    assert_eq!(set.probe("revoked"), ("skipped", "n/a".into()));
    assert!(server.arrived().iter().all(|r| !r.target.starts_with("/logout")));
}

#[test]
fn a_logout_that_takes_the_good_token_too_voids_the_refusal() {
    let found = found_of(Flaw::LogsOutAll);
    assert_eq!(found.probe("revoked"), ("error", "vacuous".into()));
    let why = "after the probes the good request was answered with 401";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}

#[test]
fn what_no_token_of_its_own_can_be_had_for_is_not_sent() {
    let fixed = "token-number-1-of-alice";
    let signed = "{jwt: {alg: HS256, key: a-signing-secret-77, claims: {sub: alice}}}";
    let server = login_api(Flaw::None);
    // Somebody must have logged in for the fixed token to be good.
    run(&server, SOURCE, "GET /orders", "{probes: [no-token]}");
    for (source, request, why) in [
        (fixed, "GET /orders", "its token must be got for this alone"),
        (signed, "GET /orders", "its token must be got for this alone"),
        (SOURCE, "DELETE /orders/7", "its token is shown to be good first"),
    ] {
        let found = run(&server, source, request, &asked("claims"));
        assert!(found.cases().iter().all(|case| case.0 != "revoked"), "{source}");
        let named = run(&server, source, request, &asked("revoked"));
        let told = format!("{}{}", named.ended.stdout, named.ended.stderr);
        assert!(told.contains("`revoked` does not apply to this test"), "{told}");
        assert!(told.contains(why), "{told}");
    }
    assert!(server.arrived().iter().all(|r| !r.target.starts_with("/logout")));
}

#[test]
fn a_token_that_is_given_as_revoked_is_sent_as_it_is() {
    let server = login_api(Flaw::None);
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {SOURCE}, old: gone-6e1d0c9b8a}}\nauth: alice\ntests:\n  - \
         name: reads\n    request: GET /orders\n    expect: 200\n    enforce: {{probes: [revoked], \
         tokens: {{revoked: old}}}}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &[]);
    assert_eq!(found.probe("revoked"), ("passed", "enforced".into()));
    assert_eq!(server.arrived().iter().filter(|r| r.target == "/login").count(), 1);
}
