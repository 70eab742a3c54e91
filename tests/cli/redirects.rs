//! Redirects: followed when asked, as far as asked, and never with a credential to somebody else.

use std::sync::{Arc, OnceLock};

use crate::support::sandbox::{Ended, Sandbox};
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// A server that redirects `/STATUS` to the location of that moment, and says 200 to the rest.
fn redirecting() -> (Server, Arc<OnceLock<String>>) {
    let location = Arc::new(OnceLock::<String>::new());
    let server = Server::start({
        let location = location.clone();
        move |request, stream| {
            let status = request.target[1..].parse().ok().filter(|status| *status >= 300);
            let to = location.get().map_or("/landed", String::as_str);
            reply(
                stream,
                &match status {
                    Some(status) => answer(status, &[("Location", to)], ""),
                    None => answer(200, &[], "{}"),
                },
            )
        }
    });
    (server, location)
}

/// A case that sends each kind of credential that there is, and a header that could be one.
fn cases(base_url: &str, status: u16) -> String {
    let case = |name: &str, keys: &str| {
        format!(
            "  - {{name: {name}, request: POST /{status}, json: {{a: 1}}, {keys}, \
             cookies: {{sid: canary-1}}, headers: {{x-api-key: canary-2, x-tenant: canary-3}}, \
             expect: 200}}\n"
        )
    };
    format!(
        "base_url: {base_url}\nfollow_redirects: 3\ntests:\n{}{}{}",
        case("bearer", "auth: {bearer: canary-token-of-alice}"),
        case("basic", "auth: {basic: {username: alice, password: canary-password}}"),
        case("key", "auth: {header: {x-secret-key: canary-key-of-alice}}"),
    )
}

fn run(spec: &str) -> Ended {
    Sandbox::new().file("a.yaml", spec).run(&["a.yaml", "--jobs=1"])
}

fn case(server: &Server, target: &str, follow: &str) -> String {
    format!(
        "tests:\n  - {{name: a, request: GET {}{target}, {follow}expect: {{status: 200}}}}\n",
        server.url()
    )
}

fn sends_a_secret(request: &Arrived) -> bool {
    let credential = |name: &str| {
        ["authorization", "cookie", "x-api-key", "x-tenant", "x-secret-key"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    request.headers.iter().any(|(name, value)| credential(name) || value.contains("canary"))
}

#[test]
fn no_credential_goes_to_another_port() {
    for status in [301, 302, 303, 307, 308] {
        let (other, _) = redirecting();
        let (server, location) = redirecting();
        location.set(format!("{}/landed", other.url())).expect("the first");
        run(&cases(&server.url(), status)).expect_code(0);
        assert!(server.arrived().iter().all(sends_a_secret), "{status}: the control");
        let arrived = other.arrived();
        assert_eq!(arrived.len(), 3, "{status}");
        for request in arrived {
            assert!(!sends_a_secret(&request), "{status}: {request:?}");
            let kept = matches!(status, 307 | 308);
            let (method, body) = if kept { ("POST", "{\"a\":1}") } else { ("GET", "") };
            assert_eq!(request.method, method, "{status}");
            assert_eq!(String::from_utf8_lossy(&request.body), body, "{status}");
            assert_eq!(request.header("content-type").is_some(), kept, "{status}");
        }
    }
}

#[test]
fn no_credential_goes_to_another_host_of_the_same_port() {
    let (server, location) = redirecting();
    let localhost = server.url().replace("127.0.0.1", "localhost");
    location.set(format!("{localhost}/landed")).expect("the first");
    run(&cases(&server.url(), 307)).expect_code(0);
    for request in server.arrived() {
        assert_eq!(sends_a_secret(&request), request.target == "/307", "{request:?}");
    }
}

#[test]
fn what_was_dropped_does_not_come_back_with_a_redirect_home() {
    let (server, to_other) = redirecting();
    let (other, to_home) = redirecting();
    to_other.set(format!("{}/307", other.url())).expect("the first");
    to_home.set(format!("{}/home", server.url())).expect("the first");
    run(&cases(&server.url(), 307)).expect_code(0);
    let home: Vec<_> = server.arrived().into_iter().filter(|r| r.target == "/home").collect();
    assert_eq!(home.len(), 3);
    assert!(!home.iter().any(sends_a_secret), "{home:?}");
}

#[test]
fn credentials_stay_with_their_own_origin() {
    let (server, _) = redirecting();
    run(&cases(&server.url(), 302)).expect_code(0);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 6);
    assert!(arrived.iter().all(sends_a_secret), "{arrived:?}");
    let landed: Vec<&str> = arrived.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(landed, ["/302", "/landed", "/302", "/landed", "/302", "/landed"]);
}

#[test]
fn a_redirect_is_the_answer_unless_it_is_to_be_followed() {
    let (server, _) = redirecting();
    let spec = case(&server, "/302", "").replace("status: 200", "status: 302");
    run(&spec).expect_code(0);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn a_circle_ends_at_the_limit() {
    let (server, location) = redirecting();
    location.set("/302".to_owned()).expect("the first");
    let ended = run(&case(&server, "/302", "follow_redirects: 4, ")).expect_code(1);
    let message = "more than 4 redirects (`follow_redirects`), the next to `/302`";
    assert!(ended.stdout.contains(message), "{}", ended.stdout);
    assert_eq!(server.arrived().len(), 5);
}

#[test]
fn as_many_redirects_as_allowed_are_followed() {
    let server = Server::start(|request, stream| {
        let n: u32 = request.target[1..].parse().expect("a number");
        reply(
            stream,
            &match n {
                0 => answer(200, &[], "{}"),
                n => answer(302, &[("Location", &(n - 1).to_string())], ""),
            },
        )
    });
    run(&case(&server, "/3", "follow_redirects: 3, ")).expect_code(0);
    run(&case(&server, "/4", "follow_redirects: 3, ")).expect_code(1);
}

#[test]
fn a_location_that_leads_nowhere_is_told() {
    let table = [
        ("javascript:alert(1)", "it does not begin with http:// or https://"),
        ("ftp://127.0.0.1/", "`ftp` is not http or https"),
        ("http://", "empty host"),
        ("http://127.0.0.1:99999/", "invalid port number"),
        ("http://alice:secret@127.0.0.1/", "credentials do not belong in a URL"),
        ("file:///etc/passwd", "`file` is not http or https"),
    ];
    for (to, reason) in table {
        let (server, location) = redirecting();
        location.set(to.to_owned()).expect("the first");
        let ended = run(&case(&server, "/302", "follow_redirects: 4, ")).expect_code(1);
        let message = format!("cannot follow the redirect to `{to}`: {reason}");
        assert!(ended.stdout.contains(&message), "{to}\n{}", ended.stdout);
    }
}

#[test]
fn what_fails_shows_each_redirect_and_what_was_taken_off() {
    let (server, _) = redirecting();
    let last = Server::start(|_, _| Then::Close);
    let to = format!("{}/gone?token=canary-token-of-alice", last.url());
    let first = Server::start(move |request, stream| {
        let to = if request.target == "/a" { "/b" } else { &to };
        reply(stream, &answer(302, &[("Location", to)], ""))
    });
    let spec = format!(
        "base_url: {}\nfollow_redirects: 5\nauth: {{bearer: canary-token-of-alice}}\ntests:\n  \
         - {{name: a, request: GET /a, expect: 200}}\n  \
         - {{name: b, request: \"GET {}/302\", expect: 201}}\n",
        first.url(),
        server.url()
    );
    let sandbox = Sandbox::new().file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--jobs=1", "--junit=junit.xml"]).expect_code(1);
    let hops = format!(
        "302 to {}/b\nS302 to {}/gone?token=***, without Authorization\n",
        first.url(),
        last.url()
    );
    let told = format!("\n  redirects followed\n    {}", hops.replace('S', "    "));
    assert!(ended.stdout.contains(&told), "{told}{}", ended.stdout);
    let report = sandbox.read("junit.xml");
    assert!(
        report.contains(&format!("redirects followed:\n{}", hops.replace('S', ""))),
        "{report}"
    );
    let landed =
        format!("\n  redirects followed\n    302 to {}/landed\n  response\n", server.url());
    assert!(ended.stdout.contains(&landed), "{landed}{}", ended.stdout);
}

#[test]
fn a_redirect_without_a_location_is_the_answer() {
    let server = Server::answering(302, &[], "");
    let spec = case(&server, "/", "follow_redirects: 4, ").replace("status: 200", "status: 302");
    run(&spec).expect_code(0);
}

#[test]
fn two_locations_are_not_followed() {
    let server = Server::answering(302, &[("Location", "/a"), ("Location", "/b")], "");
    let ended = run(&case(&server, "/", "follow_redirects: 4, ")).expect_code(1);
    assert!(ended.stdout.contains("a redirect to two places: `/a` and `/b`"), "{}", ended.stdout);
}

/// The address is one of documentation (RFC 5737), which no network has: were the token sent
/// after all, the case would end in another way and later.
#[test]
fn a_token_is_not_sent_unencrypted_beyond_loopback() {
    let spec = |key: &str| {
        format!(
            "base_url: http://192.0.2.1\nauth: {{bearer: a-token-that-is-long}}\n{key}tests:\n  \
             - {{name: a, request: GET /, timeout: 20s, expect: 401}}\n"
        )
    };
    let ended = run(&spec("")).expect_code(1);
    let message = "a credential is not sent unencrypted to 192.0.2.1:80";
    assert!(ended.stdout.contains(message), "{}", ended.stdout);
    assert!(ended.stdout.contains("allow_plain_http"), "{}", ended.stdout);
    assert!(ended.stdout.contains("\n  request (not sent)\n"), "{}", ended.stdout);
}

#[test]
fn a_password_in_a_body_stays_with_its_origin() {
    let (other, _) = redirecting();
    let (server, location) = redirecting();
    location.set(format!("{}/landed", other.url())).expect("the first");
    let case = |status: u16, body: &str, expect: u16| {
        format!(
            "  - {{name: {status} {body}, request: POST /{status}, json: {{{body}: \"${{v}}\"}}, \
             expect: {expect}}}\n"
        )
    };
    let spec = format!(
        "base_url: {}\nfollow_redirects: 1\nvars: {{v: canary-value}}\ntests:\n{}{}",
        server.url(),
        case(303, "password", 200),
        case(307, "password", 200),
    );
    let ended = run(&spec).expect_code(1);
    assert!(ended.stdout.contains("1 passed, 1 errored"), "{}", ended.stdout);
    assert!(ended.stdout.contains("and that holds a secret"), "{}", ended.stdout);
    let arrived = other.arrived();
    assert_eq!(arrived.len(), 1);
    assert!(arrived[0].body.is_empty());
}

#[test]
fn where_redirects_led_is_told_resolved_and_without_the_tokens_in_it() {
    let (server, location) = redirecting();
    location.set("../landed?access_token=canary-of-the-server&a=b#part".into()).expect("the first");
    let spec = format!(
        "base_url: {}\nfollow_redirects: 1\ntests:\n  - name: a\n    steps:\n      \
         - {{request: GET /302, expect: {{url: /landed, redirects: [/landed]}}, capture: {{u: url}}}}\n      \
         - {{request: \"GET ${{u}}\", expect: {{redirects: []}}}}\n  \
         - {{name: b, request: GET /302, expect: {{url: /elsewhere, redirects: []}}}}\n",
        server.url()
    );
    let ended = run(&spec).expect_code(1);
    let landed: Vec<String> = server.arrived().into_iter().map(|request| request.target).collect();
    let target = "/landed?access_token=canary-of-the-server&a=b";
    assert_eq!(landed, ["/302", target, target, "/302", target]);
    assert!(ended.stdout.contains("1 passed, 1 failed"), "{}", ended.stdout);
    assert!(ended.stdout.contains("/landed?access_token=***&a=b\""), "{}", ended.stdout);
    assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
}
