//! Servers that are odd in the way they answer, not in whom they let in: what was not shown is not
//! green, and what is right is not red for that.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::api::*;
use crate::support::server::{Arrived, Server, Then, answer};

/// The good request, which may follow a redirect.
fn reads_on(server: &Server, profile: &str) -> Found {
    let lines = format!(
        "request: GET /orders\nfollow_redirects: 2\nexpect: {{json: {{'$.orders[0].id': 712345}}}}\n\
         enforce: {{profile: {profile}}}"
    );
    found(&spec(server, &lines), &[])
}

/// The same requests, one at a time: the good one is the first and the sixteenth.
fn reads_in_turn(server: &Server) -> Found {
    let lines = "request: GET /orders\nexpect: 200\nenforce: bearer";
    found(&spec(server, lines), &["--jobs", "1"])
}

/// The position of the second control, when all requests come one after another.
const SECOND_CONTROL: usize = 15;

/// An API that gives another answer to the request at this position.
fn but_at(position: usize, other: Answer) -> Server {
    let count = AtomicUsize::new(0);
    api(move |r| if count.fetch_add(1, SeqCst) == position { other.clone() } else { right(r) })
}

/// An API that writes these bytes to whoever has no good token.
fn raw(refusal: &'static [u8]) -> Server {
    Server::start(move |r, stream| {
        let served = answer(200, &[], ORDERS);
        let _ = stream.write_all(if is_good(r) { &served } else { refusal });
        Then::Keep
    })
}

/// How many cases ended so, with this verdict.
fn count(found: &Found, ended: &str, verdict: &str) -> usize {
    found.cases().iter().filter(|case| (case.1, case.2.as_str()) == (ended, verdict)).count()
}

#[test]
fn a_redirect_that_the_good_request_gets_too_is_no_refusal() {
    // Behind it everybody is let in.
    let server = || {
        api(|r| match r.target.as_str() {
            "/orders" => (301, vec![("Location", "/orders/")], ""),
            _ => (200, vec![], ORDERS),
        })
    };
    for profile in ["strict", "standard", "lenient"] {
        let found = reads_on(&server(), profile);
        assert_eq!(found.cases()[0].1, "passed", "{profile}");
        found.expect_all("error", "inconclusive");
        let shown = &found.ended.stdout;
        let told = "no verdict: 301 sends it on, as the good request was sent on, and probes \
                    follow no redirect";
        assert!(shown.contains(told), "{shown}");
        assert!(shown.contains("= help: test the place that it leads to"), "{shown}");
    }
}

#[test]
fn a_redirect_to_what_a_bad_token_has_made_is_no_refusal_either() {
    let made = AtomicUsize::new(0);
    let server = api(move |r| match (r.method.as_str(), made.fetch_add(1, SeqCst)) {
        ("GET", _) => (200, vec![], ORDERS),
        (_, 0) => (303, vec![("Location", "/orders/1")], ""),
        (..) => (303, vec![("Location", "/orders/2")], ""),
    });
    let lines = "request: POST /orders\njson: {item: kettle}\nfollow_redirects: 1\nexpect: 200\n\
                 enforce: {profile: lenient}";
    let found = found(&spec(&server, lines), &[]);
    assert_eq!(found.cases()[0].1, "passed", "{}", found.ended.stdout);
    found.expect_all("error", "inconclusive");
}

#[test]
fn a_redirect_is_told_to_be_for_people() {
    let server = api(|r| match right(r) {
        (401, ..) => (302, vec![("Location", "/orders")], ""),
        served => served,
    });
    let found = reads(&server, "{probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("failure", "nonconforming".into()));
    assert!(found.ended.stdout.contains("a redirect to a page to sign in is for people"));
}

#[test]
fn that_nothing_was_modified_is_no_refusal_for_the_lenient_either() {
    let server = api(|r| if is_good(r) { right(r) } else { (304, vec![], "") });
    let found = reads(&server, "{profile: lenient, probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("failure", "nonconforming".into()));
}

#[test]
fn a_limit_that_is_reached_among_the_probes_voids_those_before_it() {
    let arrived = AtomicUsize::new(0);
    let server = api(move |r| match arrived.fetch_add(1, SeqCst) {
        ..6 => right(r),
        _ => (429, vec![], "slow down"),
    });
    let found = reads_in_turn(&server);
    assert_eq!(found.cases()[0].1, "passed");
    assert_eq!(found.probe("no-token"), ("error", "vacuous".into()));
    assert_eq!(found.probe("extended"), ("error", "inconclusive".into()));
    assert_eq!(count(&found, "passed", "enforced"), 0);
    let shown = &found.ended.stdout;
    let told = "after the probes the good request was answered with 429, which says nothing about \
                its token: the API limits how often it may be asked (`--rate` asks less often)";
    assert!(shown.contains(told), "{shown}");
    assert!(!shown.contains("lock out"), "{shown}");
}

#[test]
fn the_second_control_waits_as_the_probes_do() {
    let retry = vec![("Retry-After", "0")];
    let server = but_at(SECOND_CONTROL, (429, retry, "slow down"));
    let found = reads_in_turn(&server);
    found.expect_all("passed", "enforced");
    let arrived = server.arrived();
    assert!(arrived[SECOND_CONTROL..].iter().all(is_good));
    assert_eq!(arrived.len(), SECOND_CONTROL + 2);
}

#[test]
fn a_gateways_error_in_the_place_of_the_second_control_voids_the_refusals() {
    let found = reads_in_turn(&but_at(SECOND_CONTROL, (503, vec![], "busy")));
    // That the good token is served in any case of the scheme was shown.
    assert_eq!(count(&found, "error", "vacuous"), 10);
    assert_eq!(found.probe("scheme-case"), ("passed", "enforced".into()));
    let told =
        "answered with 503, which says nothing about its token: the server did not get to it";
    assert!(found.ended.stdout.contains(told), "{}", found.ended.stdout);
}

#[test]
fn a_lock_out_after_some_requests_leaves_nothing_green() {
    for (method, control) in [("GET", "passed"), ("DELETE", "failure")] {
        let arrived = AtomicUsize::new(0);
        let server = api(move |r| match arrived.fetch_add(1, SeqCst) {
            ..5 => right(r),
            _ => refusal(INVALID),
        });
        let lines =
            format!("request: {method} /orders\nexpect: 200\nenforce: {{profile: lenient}}");
        let found = found(&spec(&server, &lines), &["--jobs", "1"]);
        assert_eq!(found.cases()[0].1, control, "{method}");
        found.expect_all("error", "vacuous");
    }
}

#[test]
fn only_the_probes_that_ran_out_of_time_lack_a_verdict() {
    let server = Server::start(|r, stream| {
        if !matches!(r.header("authorization"), None | Some("Bearer undefined")) {
            let (status, headers, body) = right(r);
            let _ = stream.write_all(&answer(status, &headers, body));
        }
        Then::Keep
    });
    let lines = "request: GET /orders\nexpect: 200\ntimeout: 400ms\nenforce: bearer";
    let found = found(&spec(&server, lines), &["--jobs", "16"]);
    for id in ["no-token", "null-token"] {
        assert_eq!(found.probe(id), ("error", "inconclusive".into()), "{id}");
    }
    assert_eq!(count(&found, "passed", "enforced"), 9, "{}", found.ended.stdout);
}

#[test]
fn a_connection_that_is_closed_without_notice_costs_no_verdict() {
    // Some say before that they waited too long.
    for last in ["", "HTTP/1.1 408 Too Late\r\nContent-Length: 0\r\n\r\n"] {
        let server = Server::start(move |r, stream| {
            let (status, headers, body) = right(r);
            let _ = stream
                .write_all(&[answer(status, &headers, body).as_slice(), last.as_bytes()].concat());
            Then::Close
        });
        for jobs in ["1", "8"] {
            let lines = "request: GET /orders\nexpect: 200\nenforce: bearer";
            found(&spec(&server, lines), &["--jobs", jobs]).expect_all("passed", "enforced");
        }
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_none_to_the_next_probe() {
    // Whoever reads what is left over takes the refusals before it for the answer to `undefined`.
    const TWICE: &str = "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno";
    let server = Server::start(|r, stream| {
        let _ = stream.write_all(&match r.header("authorization") {
            Some("Bearer undefined") => answer(200, &[], ORDERS),
            _ if is_good(r) => answer(200, &[], ORDERS),
            _ => format!("{TWICE}{TWICE}").into_bytes(),
        });
        Then::Keep
    });
    let found = reads_in_turn(&server);
    assert_eq!(found.probe("null-token"), ("failure", "bypassed".into()));
    assert_eq!(count(&found, "failure", "bypassed"), 1, "{}", found.ended.stdout);
}

#[test]
fn a_refusal_in_chunks_with_trailers_is_one_like_any_other() {
    let server = raw(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n\
                       Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
                       2\r\nno\r\n0\r\nX-Sum: 1\r\n\r\n");
    let found = reads_in_turn(&server);
    assert_eq!(found.probe("random-token"), ("passed", "enforced".into()));
    assert_eq!(found.ended.code, Some(0), "{}", found.ended.stdout);
}

#[test]
fn a_head_that_is_answered_with_a_body_mixes_up_no_answers() {
    let server = Server::start(|r, stream| {
        let (status, headers, _) = right(r);
        let open = r.header("authorization") == Some("Bearer undefined");
        let (status, headers) = if open { (200, vec![]) } else { (status, headers) };
        let _ = stream.write_all(&answer(status, &headers, ORDERS));
        Then::Keep
    });
    let lines = "request: HEAD /orders\nexpect: 200\nenforce: bearer";
    let found = found(&spec(&server, lines), &["--jobs", "1"]);
    assert_eq!(found.probe("null-token"), ("failure", "bypassed".into()));
    assert_eq!(count(&found, "passed", "enforced"), 10, "{}", found.ended.stdout);
}

#[test]
fn a_success_without_a_body_is_let_through() {
    let found = reads(&raw(b"HTTP/1.1 204 No\r\n\r\n"), "{profile: lenient, probes: [no-token]}");
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
}

#[test]
fn an_answer_that_does_not_end_is_no_refusal() {
    let server = Server::start(|r: &Arrived, stream| {
        if is_good(r) {
            let _ = stream.write_all(&answer(200, &[], ORDERS));
            return Then::Keep;
        }
        let _ = stream.write_all(b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n");
        // Until the client has enough of it.
        while stream.write_all(b"4\r\nmore\r\n").is_ok() {}
        Then::Close
    });
    let lines =
        "request: GET /orders\nexpect: 200\nenforce: {profile: lenient, probes: [no-token]}";
    let found = found(&spec(&server, lines), &["--max-body", "10KB"]);
    assert_eq!(found.probe("no-token"), ("error", "inconclusive".into()));
    assert!(found.ended.stdout.contains("--max-body"), "{}", found.ended.stdout);
}

#[test]
fn a_success_that_breaks_off_is_let_through() {
    let broken = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{";
    let server = Server::start(move |r: &Arrived, stream| {
        let served = answer(200, &[], ORDERS);
        let _ = stream.write_all(if is_good(r) { &served } else { &broken[..] });
        if is_good(r) { Then::Keep } else { Then::Close }
    });
    let found = reads(&server, "{profile: lenient, probes: [no-token, random-token]}");
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("random-token"), ("failure", "bypassed".into()));
    let told = "bypassed: let through with 200, though not all of the answer came: ";
    assert!(found.ended.stdout.contains(told), "{}", found.ended.stdout);

    // What changes something is not sent once more after it.
    let before = server.arrived().len();
    let lines =
        "request: DELETE /orders/7\nexpect: 200\nenforce: {probes: [no-token, random-token]}";
    let found = super::api::found(&spec(&server, lines), &[]);
    assert_eq!(found.probe("no-token"), ("failure", "bypassed".into()));
    assert_eq!(found.probe("random-token"), ("skipped", "not-sent".into()));
    assert_eq!(server.arrived().len(), before + 1);
}
