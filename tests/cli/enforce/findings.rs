//! What is said of each kind of answer to a probe: the whole output, side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use super::api::*;
use crate::support::golden::golden;
use crate::support::project::root;
use crate::support::sandbox::steady;
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// What a test of orders says, with this under `enforce`.
fn reading(enforce: &str) -> String {
    format!("request: GET /orders\nexpect: 200\nenforce: {enforce}")
}

fn strict(probe: &str) -> String {
    reading(&format!("{{profile: strict, probes: [{probe}]}}"))
}

fn told_by(what: &str, server: &Server, lines: &str) -> String {
    let found = found(&spec(server, lines), &["--jobs", "1", "--color", "never"]);
    let told = format!("{}{}", found.ended.stderr, found.ended.stdout);
    format!("# {what}\n{}\n", steady(&told))
}

/// What is told of an API that answers as `decide` says.
fn told(
    what: &str,
    lines: &str,
    decide: impl Fn(&Arrived) -> Answer + Send + Sync + 'static,
) -> String {
    told_by(what, &api(decide), lines)
}

/// What is told of an API that serves the good request, and answers others so.
fn bad(what: &str, probe: &str, answer: Answer) -> String {
    told(what, &strict(probe), move |r| if is_good(r) { right(r) } else { answer.clone() })
}

/// As [`bad`], with a 401 that carries this challenge.
fn challenged(challenge: &'static str) -> String {
    bad(challenge, "random-token", refusal(challenge))
}

#[test]
fn refusals_that_are_not_as_the_standards_ask() {
    let json = |status, body| (status, vec![("Content-Type", "application/json")], body);
    let text = |status, body| (status, vec![("Content-Type", "text/plain")], body);
    let told = [
        bad("FastAPI", "no-token", json(403, r#"{"detail":"Not authenticated"}"#)),
        bad("axum", "no-token", text(400, "Header of type `authorization` was missing")),
        bad("Kubernetes", "no-token", json(403, r#"{"message": "User \"system:anonymous\""}"#)),
        bad("a page to sign in", "no-token", (302, vec![("Location", "/login")], "")),
        bad("Flask", "no-token", json(401, r#"{"msg":"Missing Authorization Header"}"#)),
        bad("NestJS", "no-token", json(401, r#"{"message":"Unauthorized","statusCode":401}"#)),
        bad("AWS API Gateway", "no-token", json(401, r#"{"message":"Unauthorized"}"#)),
        bad("no challenge", "no-token", json(401, "{}")),
        bad("a token that nobody sent", "no-token", refusal(INVALID)),
        challenged(r#"Basic realm="orders""#),
        challenged(r#"Bearer error="invalid_token", realm=<orders>"#),
        challenged(r#"Bearer realm="orders""#),
        challenged(r#"Bearer realm="orders", error="expired""#),
        challenged(r#"Bearer realm="orders", error="invalid_request""#),
        challenged(r#"Bearer realm=orders, error="invalid_token", scope="a  b""#),
    ];
    golden("fixtures/console/findings_refused.txt", &told.concat());
}

#[test]
fn requests_that_were_let_through() {
    let anybody = |body: &'static str| move |_: &Arrived| (200, vec![], body);
    let elsewhere = |body: &'static str| {
        move |r: &Arrived| if r.target == "/orders" { right(r) } else { (200, vec![], body) }
    };
    let by_method = |method: &'static str| {
        move |r: &Arrived| if r.method == method { (200, vec![], "{}") } else { right(r) }
    };
    let bob = "request: GET /orders\nexpect: 200\ntokens: {bob: bob-8d1f0c3b5a7e9264}\nenforce: \
               {profile: strict, probes: [other-user], tokens: {other-user: bob}}";
    let unsafely = |probe: &str| reading(&format!("{{probes: [{probe}], unsafe: true}}"));
    let mine = r#"{"owner": "alice", "item": "a kettle of copper", "id": 712345}"#;
    let told = [
        told("without a look at the body", &strict("no-token"), anybody("{}")),
        told("the same at another path", &strict("path-variants"), elsewhere(ORDERS)),
        told("its values at another path", &strict("path-variants"), elsewhere(mine)),
        told(
            "a list like it at another path",
            &strict("path-variants"),
            elsewhere(r#"{"orders": []}"#),
        ),
        told("another method", &unsafely("other-methods"), by_method("PUT")),
        told("another method in a field", &unsafely("method-override"), by_method("POST")),
        told("what is of alice, for bob", bob, anybody(ORDERS)),
        told("bob is nobody", bob, right),
        bad(
            "with what it refuses",
            "no-token",
            (401, vec![("WWW-Authenticate", "Bearer")], ORDERS),
        ),
        told("with the same text", &strict("no-token"), |r| match is_good(r) {
            true => (200, vec![], "all of the orders of alice"),
            false => (403, vec![], "all of the orders of alice"),
        }),
        bad("a crash", "random-token", (500, vec![], "")),
        told("a crash by another method", &unsafely("other-methods"), |r| match &*r.method {
            "GET" => right(r),
            _ => (500, vec![], ""),
        }),
        bad("too often", "random-token", (429, vec![], "")),
        told("the scheme in lower case is refused", &strict("scheme-case"), |r| match is_good(r) {
            true => right(r),
            false => refusal(INVALID),
        }),
    ];
    golden("fixtures/console/findings_let_through.txt", &told.concat());
}

/// A server that tells its handler whether a bad token came before.
fn after_a_bad_one(closes: bool) -> Server {
    let locked = Arc::new(AtomicBool::new(false));
    Server::start(move |request, stream| {
        if !is_good(request) {
            locked.store(true, SeqCst);
            return reply(stream, &answer(401, &[("WWW-Authenticate", INVALID)], "{}"));
        }
        match (locked.load(SeqCst), closes) {
            (true, true) => Then::Close,
            (true, false) => reply(stream, &answer(401, &[("WWW-Authenticate", INVALID)], "{}")),
            _ => reply(stream, &answer(200, &[], ORDERS)),
        }
    })
}

/// A server that repeats the token, in a field or in its body.
fn echo(in_field: bool) -> Server {
    Server::start(move |request, stream| {
        let sent = request.header("authorization").unwrap_or_default();
        let challenge = ("WWW-Authenticate", INVALID);
        let bytes = match (is_good(request), in_field) {
            (true, _) => answer(200, &[], ORDERS),
            (_, true) => answer(401, &[challenge, ("X-Sent", sent)], "{}"),
            (_, false) => answer(401, &[challenge], sent),
        };
        reply(stream, &bytes)
    })
}

#[test]
fn what_proves_nothing_and_what_is_off_beside_it() {
    let changes = "request: POST /orders\njson: {item: tea}\nexpect: 201\nenforce: {probes: \
                   [no-token, random-token]}";
    let moved =
        "request: GET /moved\nfollow_redirects: 3\nexpect: 200\nenforce: {probes: [no-token]}";
    let expects = |status: u16, probe: &str| {
        format!("request: GET /orders\nexpect: {status}\nenforce: {{probes: [{probe}]}}")
    };
    let told = [
        told("the good request is refused too", &expects(200, "random-token"), |_| {
            refusal(INVALID)
        }),
        told("the control fails", &expects(201, "scheme-case"), right),
        told("everybody is sent on", moved, |r| match &*r.target {
            "/moved" => (302, vec![("Location", "/orders")], ""),
            _ => right(r),
        }),
        told_by("locked out", &after_a_bad_one(false), &strict("random-token")),
        told_by("cut off", &after_a_bad_one(true), &strict("random-token")),
        told_by("nobody answers", &Server::start(|_, _| Then::Close), &strict("random-token")),
        told("it took effect", changes, |_| (201, vec![], "{}")),
        told_by("repeated in a field", &echo(true), &strict("random-token")),
        told_by("repeated in the body", &echo(false), &strict("random-token")),
        told("for shared caches", &strict("random-token"), |r| match is_good(r) {
            true => (200, vec![("Cache-Control", "public, max-age=60")], ORDERS),
            false => refusal(INVALID),
        }),
    ];
    golden("fixtures/console/findings_nothing.txt", &told.concat());
}

/// An API whose tokens come from a login, each with its number.
fn with_login(answers: impl Fn(&Arrived) -> Option<Vec<u8>> + Send + Sync + 'static) -> Server {
    let given = AtomicUsize::new(0);
    Server::start(move |request, stream| {
        if request.target == "/login" {
            let number = 1 + given.fetch_add(1, SeqCst);
            let token = format!(r#"{{"t": "token-number-{number}-of-alice"}}"#);
            return reply(stream, &answer(200, &[], &token));
        }
        match answers(request) {
            Some(bytes) => reply(stream, &bytes),
            None => Then::Close,
        }
    })
}

/// What a test says that signs in, with this under `enforce`.
fn signed_in(method: &str, enforce: &str) -> String {
    format!(
        "tokens: {{lent: {{login: {{request: POST /login, token: $.t}}}}}}\nauth: lent\nrequest: \
         {method} /orders\nexpect: 200\nenforce: {enforce}"
    )
}

/// Whether a request carries the token of the second login.
fn is_second(request: &Arrived) -> bool {
    request.header("authorization").is_some_and(|value| value.contains("number-2-"))
}

fn served() -> Vec<u8> {
    answer(200, &[], ORDERS)
}

fn refused() -> Vec<u8> {
    answer(401, &[("WWW-Authenticate", INVALID)], "{}")
}

#[test]
fn tokens_that_cannot_be_revoked_or_were_no_good() {
    let revoked = "{probes: [revoked], revoke: {request: POST /logout}}";
    let lines = &signed_in("GET", revoked);
    let no_file = &signed_in("GET", &revoked.replace("/logout", "/logout, body: {file: gone.txt}"));
    let second_is_bad = with_login(|r| Some(if is_second(r) { refused() } else { served() }));
    let no_answer_to_second = with_login(|r| (!is_second(r)).then(served));
    let is_logout = |r: &Arrived| r.target == "/logout";
    let no_answer_to_logout = with_login(move |r| (!is_logout(r)).then(served));
    let no_logout =
        with_login(move |r| Some(if is_logout(r) { answer(404, &[], "") } else { served() }));
    let any_token = with_login(|r| {
        Some(if r.header("authorization").is_some() { served() } else { refused() })
    });
    let same_token = api(|r| match &*r.target {
        "/login" => (200, vec![], r#"{"t": "the-only-token-of-alice"}"#),
        _ => (200, vec![], ORDERS),
    });
    let first_is_bad = with_login(|r| Some(if is_second(r) { served() } else { refused() }));
    let told = [
        told_by("the second token is no good", &second_is_bad, lines),
        told_by("nobody answers to the second token", &no_answer_to_second, lines),
        told_by("nobody answers to the logout", &no_answer_to_logout, lines),
        told_by("no logout", &no_logout, lines),
        told_by("no body for the logout", &with_login(|_| Some(served())), no_file),
        told_by(
            "no token of a form that it takes",
            &any_token,
            &signed_in("GET", "{probes: [zero-signature]}"),
        ),
        told_by("the same token at each login", &same_token, lines),
        told_by("renewed", &first_is_bad, &signed_in("POST", "{probes: [truncated]}")),
    ];
    golden("fixtures/console/findings_of_tokens.txt", &told.concat());
}

/// A token that the tests keep, by the name of its file.
fn kept(name: &str) -> String {
    let path = root().join(format!("fixtures/tokens/{name}.jwt"));
    std::fs::read_to_string(path).expect("a token").trim().to_owned()
}

#[test]
fn keys_and_secrets_of_tokens() {
    let run = |name: &str, enforce: &str| {
        let good = format!("Bearer {}", kept(name));
        let server = api(move |r| match (&*r.target, r.header("authorization")) {
            ("/jwks", _) => (404, vec![], "{}"),
            (_, Some(value)) if value == good => (200, vec![], ORDERS),
            _ => refusal(INVALID),
        });
        let lines = format!(
            "tokens: {{kept: {}}}\nauth: kept\nrequest: GET /orders\nexpect: 200\nenforce: {enforce}",
            kept(name)
        );
        told_by(name, &server, &lines)
    };
    let told = [
        run("alice-rs256", "{probes: [key-confusion], keys: {jwks_url: /jwks}}"),
        run("weak-secret-hs256", "{probes: [weak-secret]}"),
    ];
    golden("fixtures/console/findings_of_keys.txt", &told.concat());
}
