//! How probes go out.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Barrier};

use super::api::*;
use crate::support::server::{Server, Then, answer};

#[test]
fn only_the_credential_is_changed() {
    let server = api(right);
    let lines = "request: GET /orders?limit=2\nheaders: {X-Key: gate}\ncookies: {sid: 1}\nexpect: 200\nenforce: {profile: strict}";
    found(&spec(&server, lines), &[]).expect_all("passed", "enforced");
    let arrived = server.arrived();
    let sent: Vec<Option<&str>> = arrived.iter().map(|r| r.header("authorization")).collect();
    for value in [None, Some(""), Some("Bearer"), Some("Bearer null"), Some("Bearer undefined")] {
        assert!(sent.contains(&value), "{value:?}");
    }
    let cut = format!("Bearer {}", &TOKEN[..TOKEN.len() - 4]);
    assert!(sent.contains(&Some(&cut)));
    assert!(sent.contains(&Some(&format!("BEARER {TOKEN}"))));
    for request in &arrived {
        assert_eq!(
            (request.target.as_str(), request.header("x-key")),
            ("/orders?limit=2", Some("gate"))
        );
        assert_eq!(request.header("cookie").is_some(), is_good(request), "{request:?}");
    }
}

#[test]
fn probes_share_no_connection_with_the_token() {
    let server = api(right);
    let lines = "request: GET /orders\nexpect: 200\nenforce: bearer";
    found(&spec(&server, lines), &["--jobs", "2"]);
    let arrived = server.arrived();
    let with_token = |with: bool| -> HashSet<usize> {
        let some = arrived
            .iter()
            .filter(|r| with == r.header("authorization").is_some_and(|v| v.ends_with(TOKEN)));
        some.map(|r| r.connection).collect()
    };
    assert!(!with_token(true).is_empty() && !with_token(false).is_empty());
    assert!(with_token(true).is_disjoint(&with_token(false)));
}

/// A server that takes its time, and is only done with a round trip when all that may be in it
/// have arrived: thirteen requests between the two controls.
#[test]
fn the_probes_of_a_safe_method_are_one_round_trip() {
    const REQUESTS: usize = 14;
    let together = Arc::new(Barrier::new(REQUESTS));
    let server = Server::start(move |r, stream| {
        if !is_good(r) {
            // Nobody is answered before everybody is here.
            together.wait();
        }
        let (status, headers, body) = right(r);
        let _ = stream.write_all(&answer(status, &headers, body));
        Then::Keep
    });
    let lines = "request: GET /orders\nexpect: 200\ntimeout: 5s\nenforce: bearer";
    let found = found(&spec(&server, lines), &["--jobs", "64"]);
    found.expect_all("passed", "enforced");
    assert_eq!(server.arrived().len(), REQUESTS + 2);
}

#[test]
fn with_fewer_jobs_than_probes_all_are_sent_too() {
    let server = api(right);
    let lines = "request: GET /orders\nexpect: 200\nenforce: bearer";
    found(&spec(&server, lines), &["--jobs", "1"]).expect_all("passed", "enforced");
}

#[test]
fn in_a_serial_file_requests_wait_for_each_other() {
    let server = api(right);
    let sandbox = spec(&server, "request: GET /orders\nexpect: 200\nenforce: bearer");
    let text = sandbox.read("specs/a.yaml");
    sandbox.write("specs/a.yaml", format!("serial: true\n{text}"));
    found(&sandbox, &["--jobs", "8"]).expect_all("passed", "enforced");
    let arrived = server.arrived();
    assert!(is_good(&arrived[0]) && is_good(arrived.last().unwrap()));
    assert_eq!(arrived[1].header("authorization"), None, "in the order of the catalogue");
}

#[test]
fn with_fail_fast_a_bypass_ends_the_run() {
    let server = api(|_| (200, vec![], ORDERS));
    let sandbox = spec(&server, "request: GET /orders\nexpect: 200\nenforce: bearer");
    let text = sandbox.read("specs/a.yaml");
    sandbox.write("specs/b.yaml", text);
    let found = found(&sandbox, &["--fail-fast", "--jobs", "1"]);
    assert_eq!(found.ended.code, Some(1));
    assert!(found.ended.stdout.contains("not run: an earlier case did not pass"));
    assert_eq!(found.cases().len(), 24);
}
