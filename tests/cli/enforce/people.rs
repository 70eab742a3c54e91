//! Whose a token is: the probe `other-user`.

use super::api::*;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server};

const BOB: &str = "bob-5d8e1f3a7c2b9046";

/// An API whose order is another's for bob, which is answered so.
fn with_bob(answer: Answer) -> Server {
    api(move |request| match credential(request) {
        Some((_, BOB)) => answer.clone(),
        _ => right(request),
    })
}

fn run(server: &Server, request: &str, enforce: &str) -> Found {
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}, bob: {BOB}, same: {TOKEN}}}\nauth: alice\n\
         tests:\n  - name: reads\n    request: {request}\n    expect: 200\n    enforce: {enforce}\n",
        server.url()
    );
    let found = found(&Sandbox::new().file("specs/a.yaml", spec), &[]);
    let told = format!("{}{}", found.ended.stdout, found.ended.stderr);
    assert!(!told.contains(BOB), "{told}");
    found
}

fn asked(profile: &str) -> String {
    format!("{{profile: {profile}, probes: [other-user], tokens: {{other-user: bob}}}}")
}

fn found_of(answer: Answer, profile: &str) -> (&'static str, String) {
    run(&with_bob(answer), "GET /orders/7", &asked(profile)).probe("other-user")
}

fn sent_by_bob(server: &Server) -> Vec<Arrived> {
    let is_his = |r: &Arrived| credential(r) == Some(("Bearer", BOB));
    server.arrived().into_iter().filter(is_his).collect()
}

#[test]
fn another_user_is_kept_out_by_a_403_or_a_404_in_every_profile() {
    for profile in ["strict", "standard", "lenient"] {
        let other = |status| found_of((status, vec![], "{}"), profile);
        for status in [403, 404] {
            assert_eq!(other(status), ("passed", "enforced".into()), "{status} {profile}");
        }
        for status in [302, 400, 422] {
            assert_eq!(other(status), ("failure", "nonconforming".into()), "{status} {profile}");
        }
        for status in [200, 204] {
            assert_eq!(other(status), ("failure", "bypassed".into()), "{status} {profile}");
        }
        assert_eq!(other(500), ("failure", "crashed".into()), "{profile}");
        let served = run(&with_bob((200, vec![], "{}")), "GET /orders/7", &asked(profile));
        let hint = "where everybody gets an answer of his own";
        assert!(served.ended.stdout.contains(hint), "{}", served.ended.stdout);
        let leaks = found_of((401, vec![], ORDERS), profile);
        assert_eq!(leaks, ("failure", "leaked".into()), "{profile}");
    }
}

#[test]
fn a_token_that_is_good_for_nothing_proves_nothing() {
    for profile in ["strict", "standard", "lenient"] {
        let found = run(&with_bob(refusal(INVALID)), "GET /orders/7", &asked(profile));
        assert_eq!(found.probe("other-user"), ("error", "inconclusive".into()), "{profile}");
        let why = "401 says that the other user's token is no good one";
        assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
    }
}

#[test]
fn the_other_user_asks_for_the_same_object_and_nothing_else() {
    let server = with_bob((404, vec![], "{}"));
    let found = run(&server, "GET /orders/7?full=1", &asked("strict"));
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.property("other-user", "apitest.owasp"), "API1:2023");
    let sent = sent_by_bob(&server);
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].method.as_str(), sent[0].target.as_str()), ("GET", "/orders/7?full=1"));
}

#[test]
fn a_change_that_another_user_makes_ends_the_test() {
    let server = with_bob((204, vec![], ""));
    let found = run(&server, "DELETE /orders/7", &asked("standard"));
    assert_eq!(found.probe("other-user"), ("failure", "bypassed".into()));
    assert_eq!(found.cases()[0].1, "error");
    assert_eq!(server.arrived().len(), 1, "the good request is not sent any more");
}

#[test]
fn the_good_token_under_another_name_proves_nothing() {
    let enforce = "{probes: [other-user], tokens: {other-user: same}}";
    let found = run(&api(right), "GET /orders/7", enforce);
    assert_eq!(found.probe("other-user"), ("error", "inconclusive".into()));
    let why = "the token for `other-user` is the good one";
    assert!(found.ended.stdout.contains(why), "{}", found.ended.stdout);
}
