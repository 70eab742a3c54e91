//! One token for all that need it, and when it is asked for again.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::{sandbox, tests};
use crate::support::server::{Arrived, Server, Then, answer};

const LOGIN: &str = "\
tokens: {alice: {login: {request: POST /login, json: {user: alice, password: pw-of-alice}, token: $.t}}}
auth: alice
";

/// A server whose logins give `token-1`, `token-2` and so on; `judge` gives the status for a token.
fn server(judge: impl Fn(&str) -> u16 + Send + Sync + 'static) -> Server {
    let logins = Mutex::new(0);
    Server::start(move |request, stream| {
        let bytes = match request.target.as_str() {
            "/login" => {
                let mut logins = logins.lock().expect("no panic");
                *logins += 1;
                answer(200, &[], &format!("{{\"t\":\"token-{logins}\"}}"))
            }
            _ => answer(judge(request.header("authorization").unwrap_or_default()), &[], "{}"),
        };
        // A client that left gets no answer.
        let _ = stream.write_all(&bytes);
        Then::Keep
    })
}

fn logins(server: &Server) -> usize {
    server.arrived().iter().filter(|request| request.target == "/login").count()
}

fn with_token(server: &Server, token: &str) -> usize {
    let field = format!("Bearer {token}");
    let sent = |request: &Arrived| request.header("authorization") == Some(&field);
    server.arrived().iter().filter(|request| sent(request)).count()
}

#[test]
fn two_hundred_tests_on_32_jobs_log_in_once() {
    let server = server(|_| 200);
    // What a test says for itself does not make it log in for itself.
    let spec = LOGIN.to_owned()
        + &tests(100, "request: GET /, expect: 200")
        + &tests(100, "request: GET /, headers: {X-Own: a}, timeout: 20s, expect: 200")
            .replace("tests:\n", "")
            .replace("name: t", "name: u");
    let ended = sandbox(&server, &spec).run(&["specs", "--jobs", "32"]).expect_code(0);
    assert!(ended.stdout.contains(": 200 passed"), "{}", ended.stdout);
    assert_eq!(logins(&server), 1);
    assert_eq!(with_token(&server, "token-1"), 200);
}

#[test]
fn files_that_share_a_token_of_the_project_log_in_once() {
    let server = server(|_| 200);
    let sandbox = sandbox(&server, &tests(5, "request: GET /, expect: 200"));
    sandbox.write("apitest.yaml", format!("base_url: {}\n{LOGIN}", server.url()));
    sandbox.write("specs/b.yaml", tests(5, "request: GET /, expect: 200"));
    sandbox.run(&["specs"]).expect_code(0);
    assert_eq!(logins(&server), 1);
}

#[test]
fn workers_that_are_refused_with_the_same_token_renew_it_once() {
    const WORKERS: usize = 32;
    let refused = Arc::new((Mutex::new(0), Condvar::new()));
    let server = server(move |token| {
        if token != "Bearer token-1" {
            return 200;
        }
        // Nobody is refused before all have sent.
        let (count, changed) = &*refused;
        let mut count = count.lock().expect("no panic");
        *count += 1;
        changed.notify_all();
        let until = Duration::from_secs(20);
        let all = changed.wait_timeout_while(count, until, |count| *count < WORKERS);
        if all.expect("no panic").1.timed_out() { 500 } else { 401 }
    });
    let spec = LOGIN.to_owned() + &tests(WORKERS, "request: GET /, expect: 200");
    let ended = sandbox(&server, &spec).run(&["specs", "--jobs", "32"]).expect_code(0);
    assert!(ended.stdout.contains(": 32 passed"), "{}", ended.stdout);
    assert_eq!(logins(&server), 2);
    assert_eq!(with_token(&server, "token-1"), WORKERS);
    assert_eq!(with_token(&server, "token-2"), WORKERS);
}

#[test]
fn a_server_that_refuses_everything_is_asked_for_two_tokens_and_no_more() {
    let server = server(|_| 401);
    // To be refused as a test demands is no proof that the token is good.
    let spec = LOGIN.to_owned()
        + &tests(40, "request: GET /, expect: 200")
        + &tests(40, "request: GET /, expect: 401")
            .replace("tests:\n", "")
            .replace("name: t", "name: u");
    let ended = sandbox(&server, &spec).run(&["specs", "--jobs", "8"]).expect_code(1);
    assert!(ended.stdout.contains(": 40 passed, 40 failed"), "{}", ended.stdout);
    assert_eq!(logins(&server), 2);
}

#[test]
fn a_test_that_takes_a_401_renews_nothing() {
    let server = server(|_| 401);
    let spec = LOGIN.to_owned()
        + &tests(3, "request: GET /, expect: 401")
        + "  - {name: either, request: GET /, expect: {status: [200, 401]}}\n"
        + "  - {name: more, request: GET /, expect: {status: 401, body: x}}\n";
    sandbox(&server, &spec).run(&["specs"]).expect_code(1);
    assert_eq!(logins(&server), 1);
    assert_eq!(with_token(&server, "token-1"), 5);
}

#[test]
fn what_is_written_down_is_never_renewed() {
    let server = server(|_| 401);
    let spec = "tokens: {alice: a-literal-token}\nauth: alice\n".to_owned()
        + &tests(1, "request: GET /, expect: 200");
    sandbox(&server, &spec).run(&["specs"]).expect_code(1);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn a_source_that_does_not_answer_costs_the_time_of_one_attempt() {
    let server = Server::start(|request, stream| match request.target.as_str() {
        "/login" => Then::Keep,
        _ => {
            let _ = stream.write_all(&answer(200, &[], "{}"));
            Then::Keep
        }
    });
    let spec = format!("timeout: 400ms\n{LOGIN}") + &tests(200, "request: GET /, expect: 200");
    let started = Instant::now();
    let ended = sandbox(&server, &spec).run(&["specs", "--jobs", "4"]).expect_code(1);
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert!(ended.stdout.contains(": 0 passed, 200 errored"), "{}", ended.stdout);
    let message = "the login of token `alice`: ";
    assert!(ended.stdout.contains(message), "{}", ended.stdout);
    assert_eq!(server.arrived().len(), 1);
}
