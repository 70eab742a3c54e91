//! A control whose token is refused though its source can give another: renewed once, and the
//! probes are made of the one that is good.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::api::{Found, INVALID, found};
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer};

/// An API whose tokens before the one of this number are bad.
fn good_from(first_good: usize) -> Server {
    let given = AtomicUsize::new(0);
    Server::start(move |request, stream| {
        let number = request.header("authorization").and_then(|value| {
            let number = value.strip_prefix("Bearer ").or(value.strip_prefix("bearer "));
            let number = number.or(value.strip_prefix("BEARER "))?;
            let number = number.strip_prefix("token-of-alice-")?;
            number.parse::<usize>().ok().filter(|_| number.len() == 8)
        });
        let bytes = match (request.target.as_str(), number) {
            ("/login", _) => {
                let number = 1 + given.fetch_add(1, Ordering::SeqCst);
                answer(200, &[], &format!(r#"{{"t": "token-of-alice-{number:08}"}}"#))
            }
            (_, Some(number)) if (first_good..1000).contains(&number) => {
                answer(200, &[], r#"{"orders": [712345]}"#)
            }
            _ => answer(401, &[("WWW-Authenticate", INVALID)], "{}"),
        };
        // A client that left gets no answer.
        let _ = stream.write_all(&bytes);
        Then::Keep
    })
}

const SECOND: &str = "Bearer token-of-alice-00000002";

fn run(server: &Server, request: &str) -> Found {
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {{login: {{request: POST /login, token: $.t}}}}}}\nauth: \
         alice\ntests:\n  - name: reads\n    request: {request}\n    expect: 200\n    enforce: \
         {{probes: [core]}}\n",
        server.url()
    );
    found(&Sandbox::new().file("specs/a.yaml", spec), &[])
}

fn logins(server: &Server) -> usize {
    server.arrived().iter().filter(|r| r.target == "/login").count()
}

#[test]
fn the_control_is_renewed_once_before_the_probes_are_made() {
    let server = good_from(2);
    let found = run(&server, "GET /orders");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(logins(&server), 2);
    let arrived = server.arrived();
    let of_the_first: Vec<_> = arrived
        .iter()
        .filter(|r| r.header("authorization").is_some_and(|v| v.contains("-of-alice-00000001")))
        .collect();
    assert_eq!(of_the_first.len(), 1, "the refused control alone");
    let again = arrived.iter().filter(|r| r.header("authorization") == Some(SECOND));
    assert_eq!(again.count(), 2, "the control, before and after");
    assert_eq!(found.probe("scheme-case").0, "passed");
}

#[test]
fn a_control_that_is_refused_with_the_new_token_too_has_failed() {
    let server = good_from(1000);
    let found = run(&server, "GET /orders");
    assert_eq!(logins(&server), 2);
    assert_eq!(found.cases()[0].1, "failure");
    assert_eq!(found.probe("random-token"), ("error", "vacuous".into()));
}

#[test]
fn what_was_made_of_the_refused_token_before_a_change_proves_nothing() {
    let server = good_from(2);
    let found = run(&server, "DELETE /orders/7");
    assert_eq!(logins(&server), 2);
    assert_eq!(found.cases()[0], ("reads".into(), "passed", String::new()));
    for id in ["no-token", "random-token", "basic-scheme"] {
        assert_eq!(found.probe(id).0, "passed", "{id}");
    }
    for id in ["look-alike", "truncated", "extended"] {
        assert_eq!(found.probe(id), ("error", "vacuous".into()), "{id}");
    }
    let why = "it was made of a token that the API refused by then";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}
