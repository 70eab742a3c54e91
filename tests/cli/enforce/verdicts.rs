//! What an answer shows, by hand-made servers that are wrong in one way each.

use std::io::Write;

use super::api::*;
use crate::support::server::{Server, Then, answer};

#[test]
fn an_api_that_does_all_right_is_enforced_to_the_letter() {
    let found = reads(&api(right), "{profile: strict}");
    found.expect_all("passed", "enforced");
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
    assert_eq!(found.cases().len(), 12);
    assert_eq!(found.property("no-token", "apitest.standard"), "RFC 6750 §3.1, RFC 9110 §15.5.2");
    assert_eq!(found.property("no-token", "apitest.owasp"), "API2:2023");
    assert_eq!(found.property("no-token", "apitest.findings"), "");
}

#[test]
fn an_api_that_lets_everybody_in_is_bypassed() {
    let found = reads(&api(|_| (200, vec![], ORDERS)), "{profile: lenient}");
    assert_eq!(found.ended.code, Some(1));
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("truncated"), ("failure", "bypassed".into()));
    // The good token in a wrong place is no bypass, and a scheme in any case is right.
    assert_eq!(found.probe("embedded-scheme"), ("passed", "accepted".into()));
    assert_eq!(found.probe("scheme-case"), ("passed", "enforced".into()));
    let text = "with an answer that meets all that the test expects";
    assert!(found.ended.stdout.contains(text), "{}", found.ended.stdout);
}

#[test]
fn the_good_token_in_a_wrong_place_fails_but_for_the_lenient() {
    let open = || {
        api(|r| {
            if r.header("authorization").is_some_and(|v| v.contains(TOKEN)) {
                (200, vec![], ORDERS)
            } else {
                right(r)
            }
        })
    };
    for (profile, ended) in [("strict", "failure"), ("standard", "failure"), ("lenient", "passed")]
    {
        let found = reads(&open(), &format!("{{profile: {profile}, probes: [embedded-scheme]}}"));
        assert_eq!(found.probe("embedded-scheme"), (ended, "accepted".into()), "{profile}");
    }
}

#[test]
fn a_guests_empty_list_is_let_through_too() {
    let server = api(|r| if is_good(r) { right(r) } else { (200, vec![], r#"{"orders": []}"#) });
    let found = reads(&server, "bearer");
    assert_eq!(found.probe("random-token"), ("failure", "bypassed".into()));
    assert!(found.ended.stdout.contains("with another answer than the test expects"));
    // One cause is told in full once.
    let same = found.ended.stdout.matches("for the same reason as no-token").count();
    assert!(same >= 8, "{}", found.ended.stdout);
    assert_eq!(
        found.ended.stdout.matches("right is 401, with a Bearer challenge without").count(),
        1
    );
}

#[test]
fn a_refusal_with_what_it_refuses_is_leaked() {
    let server = api(|r| match right(r) {
        (401, headers, _) => (401, headers, ORDERS),
        served => served,
    });
    let found = reads(&server, "{profile: lenient}");
    assert_eq!(found.probe("no-token"), ("failure", "leaked".into()));
    assert_eq!(found.property("no-token", "apitest.findings"), "body-leak");
}

#[test]
fn a_server_error_is_crashed() {
    let server = api(|r| match credential(r) {
        None if r.header("authorization").is_some() => (500, vec![], "split"),
        _ => right(r),
    });
    let found = reads(&server, "{profile: lenient}");
    assert_eq!(found.probe("scheme-only"), ("failure", "crashed".into()));
    assert_eq!(found.probe("no-token"), ("passed", "enforced".into()));
}

#[test]
fn a_403_is_no_refusal_for_a_missing_token_but_for_the_lenient() {
    let server =
        || {
            api(|r| {
                if is_good(r) {
                    right(r)
                } else {
                    (403, vec![], r#"{"detail":"Not authenticated"}"#)
                }
            })
        };
    for (profile, ended, verdict) in [
        ("strict", "failure", "nonconforming"),
        ("standard", "failure", "nonconforming"),
        ("lenient", "passed", "enforced"),
    ] {
        let found = reads(&server(), &format!("{{profile: {profile}}}"));
        assert_eq!(found.probe("no-token"), (ended, verdict.into()), "{profile}");
        if verdict == "nonconforming" {
            assert_eq!(found.property("no-token", "apitest.findings"), "refusal-status");
            assert!(found.ended.stdout.contains("FastAPI"), "the likely cause is named");
        }
    }
}

#[test]
fn a_401_without_a_challenge_fails_where_strict_and_warns_where_standard() {
    let server = || api(|r| if is_good(r) { right(r) } else { (401, vec![], "no") });
    let probes = "probes: [no-token, random-token]";
    let strict = reads(&server(), &format!("{{profile: strict, {probes}}}"));
    assert_eq!(strict.probe("no-token"), ("failure", "nonconforming".into()));
    assert_eq!(strict.property("no-token", "apitest.findings"), "challenge-present");
    let standard = reads(&server(), &format!("{{{probes}}}"));
    assert_eq!(standard.probe("no-token"), ("passed", "nonconforming".into()));
    let warning = "challenge-present  GET /orders: the 401 carries no WWW-Authenticate field \
                   (no-token, random-token)";
    let shown = standard.ended.stdout.replace(&server_url(&standard.ended.stdout), "");
    assert!(shown.contains(warning), "{shown}");
    assert_eq!(standard.ended.code, Some(0));
    let lenient = reads(&server(), &format!("{{profile: lenient, {probes}}}"));
    assert_eq!(lenient.probe("no-token"), ("passed", "enforced".into()));
}

/// The address of the server as an endpoint shows it.
fn server_url(shown: &str) -> String {
    let url = regex::Regex::new(r"http://127\.0\.0\.1:\d+").unwrap();
    url.find(shown).expect("an address").as_str().to_owned()
}

#[test]
fn each_fault_of_a_challenge_has_its_id() {
    let table = [
        (401, r#"Basic realm="orders""#, "challenge-scheme"),
        (401, r#"Bearer realm="orders""#, "challenge-error"),
        (401, r#"Bearer error="insufficient_scope""#, "challenge-status"),
        (401, r#"Bearer realm="a" error="invalid_token""#, "challenge-parses"),
        (401, r#"Bearer "realm""#, "challenge-parses"),
        (401, ", ,", "challenge-present"),
        // What was meant is judged too.
        (401, r#"Bearer realm="a" scope="b""#, "challenge-parses challenge-error"),
        (401, r#"Bearer scope="" error="invalid_token""#, "challenge-parses challenge-form"),
        (401, r#"Basic realm="a" error="invalid_token""#, "challenge-parses challenge-scheme"),
        (401, "Bearer", "challenge-error challenge-form"),
    ];
    for (status, challenge, id) in table {
        let server = api(move |r| match right(r) {
            (401, ..) => (status, vec![("WWW-Authenticate", challenge)], "no"),
            served => served,
        });
        let found = reads(&server, "{profile: strict, probes: [random-token]}");
        assert_eq!(found.property("random-token", "apitest.findings"), id, "{challenge}");
        assert_eq!(found.probe("random-token").0, "failure", "{challenge}");
    }
}

#[test]
fn a_missing_comma_is_told_with_its_place() {
    let challenge = r#"Bearer scope="" error="invalid_token" error_description="expired""#;
    let server = api(move |r| match right(r) {
        (401, ..) => (401, vec![("WWW-Authenticate", challenge)], "no"),
        served => served,
    });
    let found = reads(&server, "{profile: strict, probes: [random-token]}");
    assert_eq!(found.probe("random-token"), ("failure", "nonconforming".into()));
    let told = "nonconforming: refused, but comma missing in its challenge at character 17: found \
                `error`, expected a comma or the end (and 1 more)";
    assert!(found.ended.stdout.contains(told), "{}", found.ended.stdout);
}

#[test]
fn what_the_grammar_allows_and_the_standards_do_not_is_a_warning_but_for_the_lenient() {
    for challenge in [
        r#"Bearer realm=orders, error="invalid_token""#,
        r#"Bearer error="invalid_token", scope="""#,
    ] {
        for (profile, verdict, findings) in [
            ("strict", "nonconforming", "challenge-form"),
            ("standard", "nonconforming", "challenge-form"),
            ("lenient", "enforced", ""),
        ] {
            let server = api(move |r| match right(r) {
                (401, ..) => (401, vec![("WWW-Authenticate", challenge)], "no"),
                served => served,
            });
            let found = reads(&server, &format!("{{profile: {profile}, probes: [random-token]}}"));
            assert_eq!(found.probe("random-token"), ("passed", verdict.into()), "{profile}");
            assert_eq!(found.property("random-token", "apitest.findings"), findings, "{profile}");
        }
    }
}

#[test]
fn an_error_beside_no_token_is_a_warning_in_every_profile() {
    for profile in ["strict", "standard", "lenient"] {
        let server = api(|r| if is_good(r) { right(r) } else { refusal(INVALID) });
        let found = reads(&server, &format!("{{profile: {profile}, probes: [no-token]}}"));
        assert_eq!(found.probe("no-token"), ("passed", "nonconforming".into()), "{profile}");
        assert_eq!(found.property("no-token", "apitest.findings"), "challenge-error");
    }
}

#[test]
fn a_refusal_that_repeats_the_token_fails_in_every_profile() {
    let server = Server::start(|r, stream| {
        let (status, headers, body) = right(r);
        let token = credential(r).map_or("", |(_, token)| token);
        let body = if status == 401 { format!("no such token: {token}") } else { body.into() };
        let _ = stream.write_all(&answer(status, &headers, &body));
        Then::Keep
    });
    let found = reads(&server, "{profile: lenient}");
    for id in ["random-token", "look-alike", "truncated", "extended"] {
        assert_eq!(found.probe(id), ("failure", "nonconforming".into()), "{id}");
        assert_eq!(found.property(id, "apitest.findings"), "token-echo", "{id}");
    }
    assert_eq!(found.probe("no-token"), ("passed", "enforced".into()));
}

#[test]
fn what_shared_caches_may_keep_of_the_good_answer_is_told_with_the_control() {
    let server = || {
        api(|r| match right(r) {
            (200, _, body) => (200, vec![("Cache-Control", "public, max-age=60")], body),
            refused => refused,
        })
    };
    let strict = reads(&server(), "{profile: strict, probes: [no-token]}");
    assert_eq!(strict.cases()[0], ("reads".into(), "failure", String::new()));
    assert_eq!(strict.probe("no-token"), ("passed", "enforced".into()));
    let standard = reads(&server(), "{probes: [no-token]}");
    assert_eq!(standard.cases()[0].1, "passed");
    assert!(standard.ended.stdout.contains("cache-control"), "{}", standard.ended.stdout);
}

#[test]
fn beside_a_control_that_fails_a_refusal_proves_nothing_and_a_bypass_stays_one() {
    let server = api(|r| match right(r) {
        (200, headers, _) if is_good(r) => (200, headers, "{}"),
        answer if r.header("authorization") == Some("Bearer null") => {
            let _ = answer;
            (200, vec![], ORDERS)
        }
        answer => answer,
    });
    let found = reads(&server, "bearer");
    assert_eq!(found.cases()[0].1, "failure");
    assert_eq!(found.probe("no-token"), ("error", "vacuous".into()));
    assert_eq!(found.probe("null-token"), ("failure", "bypassed".into()));
}

#[test]
fn a_wrong_expectation_of_the_test_is_no_fault_of_the_api() {
    let lines = "request: GET /orders\nexpect: {json: {$.orders: {length: 99}}}\nenforce: bearer";
    let found = found(&spec(&api(right), lines), &[]);
    assert_eq!(found.cases()[0].1, "failure");
    found.cases()[1..].iter().for_each(|case| assert_eq!(case.1, "error", "{case:?}"));
    assert_eq!(found.probe("scheme-case"), ("error", "vacuous".into()));
    assert_eq!(found.property("scheme-case", "apitest.findings"), "");
}

#[test]
fn a_bad_token_that_locks_out_the_good_one_voids_the_refusals() {
    let refused = std::sync::atomic::AtomicBool::new(false);
    let server = api(move |r| {
        use std::sync::atomic::Ordering::SeqCst;
        match right(r) {
            (200, ..) if refused.load(SeqCst) => refusal(INVALID),
            (401, headers, body) => {
                refused.store(true, SeqCst);
                (401, headers, body)
            }
            served => served,
        }
    });
    let lines = "request: GET /orders\nexpect: 200\n\
                 enforce: {profile: strict, probes: [no-token, random-token, scheme-case]}";
    // One at a time, so that the good token comes last.
    let found = found(&spec(&server, lines), &["--jobs", "1"]);
    assert_eq!(found.cases()[0].1, "passed");
    for id in ["no-token", "random-token", "scheme-case"] {
        assert_eq!(found.probe(id), ("error", "vacuous".into()), "{id}");
    }
    assert!(found.ended.stdout.contains("a bad token may lock out the good one"));
}

#[test]
fn too_many_requests_and_a_gateways_error_are_inconclusive() {
    for status in [408, 429, 502, 503, 504] {
        let server = api(move |r| if is_good(r) { right(r) } else { (status, vec![], "later") });
        let found = reads(&server, "{probes: [no-token, random-token]}");
        assert_eq!(found.probe("no-token"), ("error", "inconclusive".into()), "{status}");
        assert_eq!(found.ended.code, Some(1));
    }
}

#[test]
fn a_dropped_connection_is_inconclusive() {
    let server = Server::start(|r, stream| {
        if !is_good(r) {
            return Then::Close;
        }
        let (status, headers, body) = right(r);
        let _ = stream.write_all(&answer(status, &headers, body));
        Then::Keep
    });
    let found = reads(&server, "{probes: [no-token, random-token]}");
    assert_eq!(found.probe("no-token"), ("error", "inconclusive".into()));
    assert_eq!(found.probe("random-token"), ("error", "inconclusive".into()));
}

#[test]
fn a_control_without_an_answer_sends_no_probe() {
    let server = Server::start(|_, _| Then::Close);
    let found = reads(&server, "bearer");
    found.expect_all("error", "vacuous");
    assert!(server.arrived().iter().all(is_good));
}

#[test]
fn after_the_wait_that_a_server_asks_for_it_is_asked_once_more() {
    // In seconds, or as a moment, which is over.
    for retry_after in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let server = api(move |r| match right(r) {
            (401, ..) if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
                (429, vec![("Retry-After", retry_after)], "later")
            }
            answer => answer,
        });
        let found = reads(&server, "{probes: [no-token]}");
        assert_eq!(found.probe("no-token"), ("passed", "enforced".into()), "{retry_after}");
        assert_eq!(server.arrived().len(), 4, "control, 429, again, control");
    }
}

#[test]
fn a_server_that_wants_too_long_a_wait_is_not_waited_for() {
    for retry_after in ["31", "Fri, 01 Jan 2999 00:00:00 GMT", "soon"] {
        let server = api(move |r| match right(r) {
            (401, ..) => (429, vec![("Retry-After", retry_after)], "later"),
            answer => answer,
        });
        let found = reads(&server, "{probes: [no-token]}");
        assert_eq!(found.probe("no-token"), ("error", "inconclusive".into()), "{retry_after}");
        assert_eq!(server.arrived().len(), 3, "control, 429, control");
    }
}

#[test]
fn a_redirect_to_a_login_page_is_no_401_and_is_not_followed() {
    let server =
        || api(|r| if is_good(r) { right(r) } else { (302, vec![("Location", "/login")], "") });
    let standard = reads(&server(), "{probes: [no-token]}");
    assert_eq!(standard.probe("no-token"), ("failure", "nonconforming".into()));
    let server = server();
    let lenient = reads(&server, "{profile: lenient, probes: [no-token]}");
    assert_eq!(lenient.probe("no-token"), ("passed", "enforced".into()));
    assert!(server.arrived().iter().all(|r| r.target == "/orders"));
}

#[test]
fn a_scheme_that_is_compared_letter_by_letter_fails_where_strict_only() {
    let server = || api(|r| if is_good(r) { right(r) } else { refusal(INVALID) });
    for (profile, ended) in [("strict", "failure"), ("standard", "passed"), ("lenient", "passed")] {
        let found = reads(&server(), &format!("{{profile: {profile}, probes: [scheme-case]}}"));
        assert_eq!(found.probe("scheme-case"), (ended, "nonconforming".into()), "{profile}");
    }
}

#[test]
fn what_one_request_of_a_probe_shows_hides_no_worse_of_another() {
    // `null-token` sends `null` and `undefined`: the first is refused with a 403, the second let in.
    let server = || {
        api(|r| match r.header("authorization") {
            Some("Bearer undefined") => (200, vec![], ORDERS),
            _ if is_good(r) => right(r),
            _ => (403, vec![], "{}"),
        })
    };
    let found = reads(&server(), "{profile: strict, probes: [null-token]}");
    assert_eq!(found.probe("null-token"), ("failure", "bypassed".into()));
    let waiver = "{profile: strict, probes: [null-token], \
                  except: [{probe: [refusal-status, challenge-present], reason: our gateway says 403}]}";
    let found = reads(&server(), waiver);
    assert_eq!(found.ended.code, Some(1), "{}", found.ended.stdout);
    assert_eq!(found.probe("null-token"), ("failure", "bypassed".into()));
    // A waiver that knows all of it still counts.
    let closed = api(|r| if is_good(r) { right(r) } else { (403, vec![], "{}") });
    let found = reads(&closed, waiver);
    assert_eq!(found.probe("null-token"), ("skipped", "waived".into()));
}
