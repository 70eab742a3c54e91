//! `--rate`: how fast requests leave, what their wait counts for, and what ends it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, answer, reply};

/// When each request arrived.
type Arrivals = Arc<Mutex<Vec<(Instant, String)>>>;

/// The good token, which the login gives.
const TOKEN: &str = "alice-4f9c2b7d1e8a5063";

/// An API with a login, a redirect and a route behind a token.
fn server() -> (Server, Arrivals) {
    let arrivals: Arrivals = Arc::default();
    let noted = arrivals.clone();
    let server = Server::start(move |request, stream| {
        noted.lock().unwrap().push((Instant::now(), request.target.clone()));
        let (status, headers, body) = route(request);
        reply(stream, &answer(status, &headers, &body))
    });
    (server, arrivals)
}

fn route(request: &Arrived) -> (u16, Vec<(&'static str, &'static str)>, String) {
    match request.target.as_str() {
        "/login" => (200, vec![], format!(r#"{{"access_token": "{TOKEN}"}}"#)),
        "/moved" => (302, vec![("Location", "/open")], String::new()),
        "/open" => (200, vec![], "{}".into()),
        _ if request.header("authorization") == Some(&format!("Bearer {TOKEN}")) => {
            (200, vec![], r#"{"orders": []}"#.into())
        }
        _ => (401, vec![("WWW-Authenticate", "Bearer")], "{}".into()),
    }
}

/// Fails unless so many requests arrived, and in no shorter time than they may at this interval.
/// Only the first and the last count: what happens to one on its way says nothing about the rest.
#[track_caller]
fn expect_pace(arrivals: &Arrivals, count: usize, interval: Duration) {
    let arrivals = arrivals.lock().unwrap();
    assert_eq!(arrivals.len(), count, "{arrivals:?}");
    let span = arrivals[count - 1].0 - arrivals[0].0;
    // The first may take longer on its way than the last.
    let least = interval * (count as u32 - 1) - Duration::from_millis(60);
    assert!(span >= least, "{count} requests in {span:?}, at least {least:?} was asked for");
}

#[test]
fn tests_probes_redirects_and_logins_of_all_jobs_share_one_rate() {
    let (server, arrivals) = server();
    let spec = format!(
        "base_url: {url}\ntokens:\n  alice: {{login: {{request: POST {url}/login, json: {{user: alice}}, \
         token: $.access_token}}}}\ntests:\n  - {{name: moved, request: GET /moved, \
         follow_redirects: 1, expect: 200}}\n  - {{name: open, request: GET /open, expect: 200}}\n  \
         - {{name: orders, request: GET /orders, auth: alice, expect: 200, \
         enforce: {{probes: [no-token, scheme-only, random-token, null-token]}}}}\n",
        url = server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    sandbox.run(&["a.yaml", "--jobs", "8", "--rate", "25"]).expect_code(0);
    // Two of the redirect, one open, the login, the control twice, five of the four probes.
    expect_pace(&arrivals, 11, Duration::from_millis(40));
}

#[test]
fn the_wait_for_a_turn_counts_neither_for_the_time_out_nor_as_duration() {
    let (server, arrivals) = server();
    let case = |i| {
        format!(
            "  - {{name: t{i}, request: GET /open, timeout: 400ms, \
             expect: {{status: 200, duration: {{lt: 400ms}}}}}}\n"
        )
    };
    let cases: String = (0..6).map(case).collect();
    let spec = format!("base_url: {}\ntests:\n{cases}", server.url());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let arguments = ["a.yaml", "--jobs", "6", "--rate", "5", "--junit", "junit.xml"];
    sandbox.run(&arguments).expect_code(0);
    expect_pace(&arrivals, 6, Duration::from_millis(200));
    // Nor as the time of the case.
    let report = sandbox.read("junit.xml");
    let times = regex::Regex::new(r#"<testcase name="t\d" time="([0-9.]+)""#).unwrap();
    let times: Vec<f64> =
        times.captures_iter(&report).map(|found| found[1].parse().unwrap()).collect();
    assert_eq!(times.len(), 6, "{report}");
    assert!(times.iter().all(|time| *time < 0.4), "{times:?}");
}

#[test]
fn a_deadline_ends_the_wait_and_what_was_not_sent_did_not_run() {
    let (server, arrivals) = server();
    let spec = format!(
        "base_url: {}\ntokens: {{alice: {TOKEN}}}\ntests:\n  - {{name: first, request: GET /open, \
         expect: 200}}\n  - {{name: second, request: GET /orders, auth: alice, expect: 200, \
         enforce: bearer}}\n  - {{name: third, request: GET /open, expect: 200}}\n",
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let arguments = ["a.yaml", "--jobs", "1", "--rate", "0.001", "--deadline", "300ms"];
    let started = Instant::now();
    let ended = sandbox.run(&arguments).expect_code(1);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(arrivals.lock().unwrap().len(), 1);
    assert!(ended.stdout.contains("1 passed"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("before the answer came"), "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_wait_at_once() {
    use rustix::process::{Pid, Signal, kill_process};

    let (tell, told) = std::sync::mpsc::channel();
    let server = Server::start(move |_, stream| {
        // The test may have seen enough.
        let _ = tell.send(());
        reply(stream, &answer(200, &[], "{}"))
    });
    let case = |i| format!("  - {{name: t{i}, request: GET /, expect: 200}}\n");
    let cases: String = (0..3).map(case).collect();
    let sandbox =
        Sandbox::new().file("a.yaml", format!("base_url: {}\ntests:\n{cases}", server.url()));
    let arguments = ["a.yaml", "--jobs", "3", "--rate", "0.001", "--junit", "junit.xml"];
    let child = sandbox.command(&arguments).spawn().expect("the program starts");
    told.recv().expect("a request");
    let started = Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    // Sooner than requests that are on their way would be ended.
    assert!(started.elapsed() < Duration::from_millis(1900), "{:?}", started.elapsed());
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(sandbox.read("junit.xml").matches("skipped.not-run").count(), 2);
    assert_eq!(server.arrived().len(), 1);
}
