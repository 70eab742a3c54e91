//! Jars of cookies where tests are run again, side by side, cleaned up after, or probed: each run of a
//! test has its own.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crate::support::in_turn::run;
use crate::support::server::{Arrived, Server, answer, reply};

/// Gives a session of its own to each `/login`, a new one with each `/rotate`, which it refuses with an
/// old one, and answers the first `/503…` with 503. All else is a 200.
fn sessions() -> Server {
    let count = AtomicUsize::new(0);
    let asked: Mutex<HashMap<String, usize>> = Mutex::default();
    let current = Mutex::new(String::new());
    Server::start(move |request, stream| {
        let nth = {
            let mut asked = asked.lock().expect("no panic");
            let nth = asked.entry(request.target.clone()).or_default();
            *nth += 1;
            *nth
        };
        let path = request.target.split('?').next().unwrap_or_default();
        let sent = request.header("cookie").unwrap_or_default();
        let mut current = current.lock().expect("no panic");
        let is_old = path == "/rotate" && sent != *current;
        let is_good = request.header("authorization") == Some("Bearer tok-of-the-test-4711");
        let status = match path {
            _ if path.starts_with("/503") && nth == 1 => 503,
            "/rotate" if is_old || !is_good => 401,
            _ => 200,
        };
        let sid = format!("sid=session-{}", count.fetch_add(1, SeqCst));
        let gives =
            path == "/login" || path.ends_with("/sets") || path == "/rotate" && status == 200;
        let set = format!("{sid}; Path=/");
        let mut headers = vec![("WWW-Authenticate", "Bearer error=\"invalid_token\"")];
        if gives {
            *current = sid;
            headers.push(("Set-Cookie", set.as_str()));
        }
        reply(stream, &answer(status, &headers, "{}"))
    })
}

/// The targets that arrived, each with its cookies.
fn sent(arrived: &[Arrived]) -> Vec<(&str, &str)> {
    arrived
        .iter()
        .map(|request| (request.target.as_str(), request.header("cookie").unwrap_or_default()))
        .collect()
}

#[test]
fn each_run_of_a_test_begins_with_an_empty_one() {
    let server = sessions();
    let lines = "\
cookie_jar: true
tests:
  - name: a
    retry: 1
    steps:
      - {request: GET /before, expect: 200}
      - request: GET /login
      - {request: GET /503, expect: 200}
    teardown:
      - request: DELETE /session
";
    run(&server, lines, &["--jobs", "1"]).1.expect_code(0);
    let arrived = server.arrived();
    let sent = sent(&arrived);
    let targets: Vec<&str> = sent.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets, ["/before", "/login", "/503", "/session"].repeat(2));
    let [first, second] = [sent[2].1, sent[6].1];
    assert!(first.starts_with("sid=session-") && first != second, "{sent:?}");
    let expected = ["", "", first, first, "", "", second, second];
    assert_eq!(sent.iter().map(|(_, sid)| *sid).collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_try_is_answered_with_goes_on_to_the_next_one() {
    let server = sessions();
    let lines = "\
cookie_jar: true
tests:
  - name: a
    steps:
      - {request: GET /503/sets, poll: {every: 5ms, within: 10s}, expect: 200}
      - {request: GET /503/sets?anonymous, auth: none, poll: {every: 5ms, within: 10s}, expect: 200}
      - request: GET /after
";
    run(&server, lines, &[]).1.expect_code(0);
    let arrived = server.arrived();
    let sids: Vec<&str> = sent(&arrived).iter().map(|(_, sid)| *sid).collect();
    let [first, second, anonymous, again, after] = sids[..] else { panic!("{sids:?}") };
    assert_eq!([first, anonymous, again], [""; 3]);
    assert!(second.starts_with("sid=") && after.starts_with("sid=") && second != after, "{sids:?}");
}

#[test]
fn tests_side_by_side_have_each_their_own() {
    for jobs in ["1", "32"] {
        let server = sessions();
        let lines = "\
cookie_jar: true
setup:
  - request: GET /login
  - request: GET /setup
tests:
  - name: n
    matrix: {a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], b: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}
    steps:
      - {request: GET /before, expect: 200}
      - {request: GET /login, capture: {sid: {cookie: sid}}}
      - request: GET /who?${sid}
      - request: GET /who?${sid}
    teardown:
      - request: GET /who?${sid}
teardown:
  - request: GET /before?teardown
";
        run(&server, lines, &["--jobs", jobs]).1.expect_code(0);
        let arrived = server.arrived();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (target, cookie) in sent(&arrived) {
            match target.split_once('?') {
                Some(("/who", sid)) => {
                    assert_eq!(cookie, format!("sid={sid}"), "--jobs {jobs}");
                    *seen.entry(sid).or_default() += 1;
                }
                _ if target == "/setup" => assert!(cookie.starts_with("sid=")),
                _ => assert_eq!(cookie, "", "--jobs {jobs}: {target}"),
            }
        }
        assert_eq!(seen.len(), 100, "--jobs {jobs}");
        assert!(seen.values().all(|count| *count == 3), "{seen:?}");
    }
}

#[test]
fn a_session_that_changes_with_each_answer_stays_good_for_the_second_control() {
    let server = sessions();
    let lines = "\
cookie_jar: true
auth: {bearer: tok-of-the-test-4711}
tests:
  - name: a
    steps:
      - request: GET /login
      - request: GET /rotate
        expect: 200
        enforce: {profile: lenient, probes: [no-token, random-token]}
      - {request: GET /rotate, expect: 200}
";
    run(&server, lines, &["--jobs", "4"]).1.expect_code(0);
    let arrived = server.arrived();
    let controls =
        arrived.iter().filter(|r| r.header("authorization").is_some_and(|v| v.ends_with("4711")));
    let sids: Vec<&str> = controls.filter_map(|r| r.header("cookie")).collect();
    assert_eq!(sids.len(), 3, "{arrived:?}");
    assert!(sids[0] != sids[1] && sids[1] != sids[2], "{sids:?}");
    let probes = arrived.iter().filter(|r| r.target == "/rotate" && r.header("cookie").is_none());
    assert_eq!(probes.count(), 2);
}
