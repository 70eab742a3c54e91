//! Cookies that a jar does not take.

use super::{settled, test};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};
use crate::support::tls::{Authority, serve_tls};

#[test]
fn a_cookie_that_is_not_taken_is_told_whole() {
    let long = format!("long={}", "a".repeat(4096));
    let lines = [
        long.as_str(),
        "elsewhere=1; Domain=another.test",
        "everybody=1; Domain=test",
        "__Secure-a=1",
        "__Host-b=1; Secure",
        "plain=1; Secure",
        "sid=2",
    ]
    .map(|line| ("Set-Cookie", line.to_owned()));
    let plain = Server::start(move |_, stream| {
        let lines: Vec<(&str, &str)> =
            lines.iter().map(|(name, line)| (*name, line.as_str())).collect();
        reply(stream, &answer(200, &lines, "{}"))
    });
    let authority = Authority::new("ours");
    let secure = serve_tls(authority.config("shop.test", |_| {}), |_, _, tls| {
        reply(tls, &answer(200, &[("Set-Cookie", "sid=1; Secure; Path=/")], "{}"))
    });
    let port = plain.url().rsplit(':').next().expect("a port").to_owned();
    let steps = format!(
        "steps: [{{request: 'GET https://shop.test:{secure}/', expect: 200}}, \
         {{request: 'GET http://shop.test:{port}/', expect: 201}}]"
    );
    let spec = format!(
        "cookie_jar: true\ntls: {{ca: ca.pem}}\ntests:\n{}",
        test("a", "GET /", &steps).replace("request: 'GET /', ", "")
    );
    let sandbox = Sandbox::new().file("a.yaml", spec).file("ca.pem", authority.pem());
    let (secure, port) =
        (format!("shop.test:{secure}:127.0.0.1"), format!("shop.test:{port}:127.0.0.1"));
    let said = super::run(&sandbox, &["--resolve", &secure, "--resolve", &port]);
    let said = settled(&sandbox, &said.transcript()).replace(&"a".repeat(4096), "<4096 bytes>");
    golden("fixtures/console/cookies.txt", &said);
}
