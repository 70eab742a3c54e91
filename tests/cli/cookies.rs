//! Cookies: what a jar sends and to whom, what a request sends itself, and that none is shown.

use std::sync::{Arc, OnceLock};

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// The session that the server gives, which must be shown nowhere.
const SID: &str = "canary-session-4711";

/// A server that sets cookies at `/login`, redirects `/to` with one more to the location of that
/// moment, and says 200 to the rest.
fn server() -> (Server, Arc<OnceLock<String>>) {
    let location = Arc::new(OnceLock::<String>::new());
    let server = Server::start({
        let location = location.clone();
        move |request, stream| {
            let to = location.get().map_or("/api/landed", String::as_str);
            let sid = format!("sid={SID}; Path=/; HttpOnly");
            let bytes = match request.target.as_str() {
                "/login" => answer(
                    200,
                    &[("Set-Cookie", &sid), ("Set-Cookie", "deep=1; Path=/api; Secure")],
                    "{}",
                ),
                "/logout" => answer(200, &[("Set-Cookie", "sid=; Path=/; Max-Age=0")], "{}"),
                "/to" => answer(302, &[("Set-Cookie", "hop=2; Path=/"), ("Location", to)], ""),
                "/echo" => answer(500, &[], &format!("{:?}", request.header("cookie"))),
                _ => answer(200, &[], "{}"),
            };
            reply(stream, &bytes)
        }
    });
    (server, location)
}

fn run(server: &Server, spec: &str) -> Ended {
    let spec = format!("base_url: {}\n{spec}", server.url());
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs=1"])
}

fn cookies(arrived: &[Arrived]) -> Vec<(&str, Option<&str>)> {
    arrived.iter().map(|request| (request.target.as_str(), request.header("cookie"))).collect()
}

#[test]
fn a_jar_serves_the_later_steps_of_its_own_test() {
    let (server, _) = server();
    let spec = "\
cookie_jar: true
setup:
  - request: GET /login
tests:
  - name: a session
    steps:
      - {request: GET /before, expect: 200}
      - request: GET /login
      - request: GET /api/x
      - request: GET /other
        cookies: {theme: dark, sid: own}
      - request: GET /other
        cookies: {sid: null}
      - {request: GET /anonymous, auth: none}
      - {request: GET /apart, cookie_jar: false}
      - request: GET /logout
      - request: GET /after
  - {name: another, request: GET /another, expect: 200}
";
    run(&server, spec).expect_code(0);
    let sid = format!("sid={SID}");
    let deep = format!("deep=1; sid={SID}");
    assert_eq!(
        cookies(&server.arrived()),
        [
            ("/login", None),
            ("/before", None),
            ("/login", None),
            ("/api/x", Some(&*deep)),
            ("/other", Some("theme=dark; sid=own")),
            ("/other", None),
            ("/anonymous", None),
            ("/apart", None),
            ("/logout", Some(&*sid)),
            ("/after", None),
            ("/another", None),
        ]
    );
}

#[test]
fn a_request_without_a_credential_fills_the_jar_all_the_same() {
    let (server, _) = server();
    let spec = "\
cookie_jar: true
auth: {basic: {username: alice, password: canary-password}}
tests:
  - name: a session
    steps:
      - {request: GET /login, auth: none, expect: 200}
      - request: GET /after
";
    run(&server, spec).expect_code(0);
    assert_eq!(server.arrived()[1].header("cookie"), Some(&*format!("sid={SID}")));
}

#[test]
fn a_cookie_of_a_hop_goes_on_to_the_next_one_of_the_same_origin() {
    let (server, _) = server();
    let case = |name: &str, keys: &str| {
        format!(
            "  - {{name: {name}, request: GET /to, {keys}, follow_redirects: 2, expect: 200}}\n"
        )
    };
    let jar = case("jar", "cookie_jar: true");
    let own = case("own", "cookie_jar: true, cookies: {hop: '1', a: b}");
    let none = case("none", "cookies: {a: b}");
    run(&server, &format!("tests:\n{jar}{own}{none}")).expect_code(0);
    assert_eq!(
        cookies(&server.arrived()),
        [
            ("/to", None),
            ("/api/landed", Some("hop=2")),
            ("/to", Some("hop=1; a=b")),
            ("/api/landed", Some("hop=1; a=b")),
            ("/to", Some("a=b")),
            ("/api/landed", Some("a=b")),
        ]
    );
}

#[test]
fn no_cookie_follows_a_redirect_to_another_origin_nor_comes_back_from_there() {
    let (home, to_other) = server();
    let (other, to_home) = server();
    to_other.set(format!("{}/to", other.url())).expect("the first");
    to_home.set(format!("{}/home", home.url())).expect("the first");
    let spec = "\
cookie_jar: true
tests:
  - name: a session
    steps:
      - {request: GET /login, expect: 200}
      - {request: GET /to, cookies: {own: a}, follow_redirects: 3}
      - request: GET /last
";
    run(&home, spec).expect_code(0);
    assert_eq!(cookies(&other.arrived()), [("/to", None)]);
    let sid = format!("sid={SID}");
    let own = format!("own=a; {sid}");
    let last = format!("{sid}; hop=2");
    assert_eq!(
        cookies(&home.arrived()),
        [("/login", None), ("/to", Some(&*own)), ("/home", None), ("/last", Some(&*last))]
    );
}

#[test]
fn a_cookie_goes_to_no_other_machine_without_tls() {
    let spec =
        "tests:\n  - {name: a, request: GET http://192.0.2.1/, cookies: {a: b}, expect: 200}\n";
    let ended = Sandbox::new().file("a.yaml", spec).run(&["a.yaml"]).expect_code(1);
    assert!(ended.stdout.contains("is not sent unencrypted to 192.0.2.1:80"), "{}", ended.stdout);
}

#[test]
fn probes_send_no_cookie_of_the_jar_and_their_control_does() {
    let (server, _) = server();
    let spec = "\
cookie_jar: true
tests:
  - name: a session
    auth: {bearer: demo-token-of-nobody}
    steps:
      - request: GET /login
      - request: GET /control
        expect: 200
        enforce: {probes: [no-token, random-token]}
      - request: GET /after
";
    run(&server, spec);
    let sid = format!("sid={SID}");
    let arrived = server.arrived();
    let with: Vec<bool> = arrived.iter().map(|r| r.header("cookie") == Some(&sid)).collect();
    let good: Vec<bool> = arrived
        .iter()
        .map(|r| {
            r.target != "/login" && r.header("authorization").is_some_and(|v| v.contains("nobody"))
        })
        .collect();
    assert_eq!(with, good, "{arrived:?}");
    assert!(arrived.iter().filter(|r| r.target == "/control").count() > 3, "{arrived:?}");
    assert!(arrived.iter().any(|r| r.target == "/after"), "{arrived:?}");
}

#[test]
fn what_a_jar_holds_is_shown_nowhere() {
    let (server, _) = server();
    let spec = "\
tests:
  - name: a session
    cookie_jar: true
    steps:
      - {request: GET /login, expect: 200}
      - request: GET /echo
        cookies: {mine: canary-of-my-own}
        expect: {status: 200, body: {contains: nothing}}
  - name: without a jar
    request: GET /login
    expect: {status: 404, cookies: {sid: another}}
";
    let ended = run(&server, spec).expect_code(1);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("canary"), "{}", ended.stdout);
    for part in [
        "Cookie: mine=***; sid=***",
        r#"-b "mine=$COOKIE_MINE; sid=$COOKIE_SID""#,
        "sid=***; Path=/",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
}

#[test]
fn a_failure_tells_what_the_jar_did_not_take() {
    let line =
        [("Set-Cookie", "__Host-sid=1; Path=/"), ("Set-Cookie", "b=2; Domain=other.example")];
    let server = Server::answering(403, &line, "");
    let ended =
        run(&server, "tests:\n  - {name: a, request: GET /, cookie_jar: true, expect: 200}\n");
    for part in [
        "the cookie jar did not take `__Host-sid`: its name begins with __Host-",
        "the cookie jar did not take `b`: its Domain is other.example, which 127.0.0.1 does not",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
}

#[test]
fn a_captured_value_that_no_cookie_can_carry_is_not_sent() {
    let server = Server::answering(200, &[], r#"{"v": "a; b"}"#);
    let spec = "\
tests:
  - name: a
    steps:
      - {request: GET /give, expect: 200, capture: {v: $.v}}
      - request: GET /use
        cookies: {mine: \"${v}\"}
";
    let ended = run(&server, spec).expect_code(1);
    assert!(ended.stdout.contains("';' in the cookie `mine` cannot be sent"), "{}", ended.stdout);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn each_request_of_a_poll_sends_what_the_one_before_it_was_given() {
    let server = Server::start(|request, stream| {
        let before = request.header("cookie").and_then(|value| value.strip_prefix("n="));
        let n: u32 = before.and_then(|n| n.parse().ok()).unwrap_or(0);
        let cookie = format!("n={}", n + 1);
        reply(stream, &answer(200, &[("Set-Cookie", &cookie)], &format!("{{\"n\": {n}}}")))
    });
    let spec = "\
retry: 1
cookie_jar: true
tests:
  - {name: a, request: GET /, poll: {every: 10ms, within: 10s}, expect: {json: {$.n: 3}}}
  - {name: b, steps: [{request: GET /, expect: 200}, {request: GET /, expect: {json: {$.n: 9}}}]}
";
    run(&server, spec).expect_code(1);
    let sent: Vec<Option<String>> =
        server.arrived().iter().map(|r| r.header("cookie").map(str::to_owned)).collect();
    let sent: Vec<&str> = sent.iter().map(|cookie| cookie.as_deref().unwrap_or("")).collect();
    // Each run of a test has a jar of its own.
    assert_eq!(sent, ["", "n=1", "n=2", "n=3", "", "n=1", "", "n=1"]);
}

#[cfg(unix)]
#[test]
fn what_is_printed_to_repeat_a_request_runs_nothing_that_a_server_chose() {
    let name = "a\" | touch PWNED | \"!$(touch PWNED)'`touch PWNED`\\";
    let server = Server::answering(200, &[("Set-Cookie", &format!("{name}=v; Path=/"))], "{}");
    let sandbox = Sandbox::new().file(
        "a.yaml",
        format!(
            "base_url: {}\ntests:\n  - name: a\n    cookie_jar: true\n    steps:\n      \
             - {{request: GET /, expect: 200}}\n      - {{request: GET /, expect: 404}}\n",
            server.url()
        ),
    );
    let shown = sandbox.run(&["a.yaml"]).expect_code(1).stdout;
    let command =
        shown.lines().map(str::trim).find(|line| line.starts_with("curl ")).expect("curl");
    let script = format!("A() {{ :; }}; curl() {{ printf '%s\\n' \"$@\"; }}; {command}");
    let mut shell = std::process::Command::new("sh");
    let told = shell.arg("-c").arg(&script).current_dir(sandbox.path(".")).output().expect("sh");
    assert!(!sandbox.path("PWNED").exists(), "{command}");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains(&format!("-b\n{name}=\n")), "{command}\n{told}");
}

#[test]
fn an_empty_or_null_capture_is_no_cookie() {
    for (answer, said) in [
        (r#"{"v": ""}"#, "an empty cookie `sid`"),
        (r#"{"v": null}"#, "${v} is null, and sends nothing"),
    ] {
        let server = Server::answering(200, &[], answer);
        let spec = "\
tests:
  - name: a
    steps:
      - {request: GET /give, expect: 200, capture: {v: $.v}}
      - {request: GET /use, cookies: {sid: \"${v}\"}, expect: 200}
";
        let ended = run(&server, spec).expect_code(1);
        assert!(ended.stdout.contains(said), "{said}: {}", ended.stdout);
        assert_eq!(server.arrived().len(), 1);
    }
}

#[test]
fn to_leave_out_what_the_jar_does_not_have_is_an_error() {
    let (server, _) = server();
    let spec = "\
cookie_jar: true
tests:
  - {name: empty, request: GET /x, cookies: {sid: null}, expect: 200}
  - name: elsewhere
    steps:
      - request: GET /login
      - {request: GET /other, cookies: {sid: null, deep: null}, expect: 200}
  - name: there
    steps:
      - request: GET /login
      - {request: GET /api/x, cookies: {sid: null, deep: null}, expect: 200}
";
    let ended = run(&server, spec).expect_code(1);
    let why = |name: &str| {
        format!(
            "`cookies: {{{name}: null}}` takes nothing back: the jar has no such cookie for this URL"
        )
    };
    assert!(ended.stdout.contains(&why("sid")), "{}", ended.stdout);
    assert!(ended.stdout.contains(&format!("step 2: {}", why("deep"))), "{}", ended.stdout);
    assert!(ended.stdout.contains("3 cases: 1 passed, 2 errored"), "{}", ended.stdout);
    let arrived = server.arrived();
    assert_eq!(cookies(&arrived), [("/login", None), ("/login", None), ("/api/x", None)]);
}

#[test]
fn what_a_redirect_sets_is_shown_nowhere_without_a_jar_either() {
    let server = Server::start(|request, stream| {
        let path = request.target.split('?').next().unwrap_or_default();
        let sid = format!("s={SID}; HttpOnly");
        let to = |path: &str| {
            answer(302, &[("Set-Cookie", &sid), ("Location", &format!("{path}?q={SID}"))], "")
        };
        let bytes = match path {
            "/echo" => to("/echoed"),
            "/close" => to("/closed"),
            "/closed" => return Then::Close,
            "/loop" => to("/loop"),
            _ => answer(500, &[], &format!("for {SID}")),
        };
        reply(stream, &bytes)
    });
    let test = |path: &str, expect: &str| {
        format!(
            "  - {{name: {path}, request: GET /{path}, follow_redirects: 2, expect: {expect}}}\n"
        )
    };
    let tests = [
        test("echo", "{status: 200, url: /x, redirects: [/y], body: no}"),
        test("close", "200"),
        test("loop", "200"),
    ];
    let spec = format!("base_url: {}\ntests:\n{}", server.url(), tests.concat());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit", "junit.xml", "-v"]).expect_code(1);
    for shown in [&ended.stdout, &ended.stderr, &sandbox.read("junit.xml")] {
        assert!(!shown.contains("canary") && !shown.contains("4711"), "{shown}");
    }
    assert!(ended.stdout.contains("302 to http"), "{}", ended.stdout);
}
