//! What a proxy does wrong, and whose fault it is in the report.

use std::net::TcpListener;

use super::proxy::proxy;
use super::{errors, run};
use crate::support::sandbox::Ended;
use crate::support::server::{Server, Then, answer, reply};

/// Runs the cases against a host that only a proxy can know.
fn through(proxy: &str, scheme: &str) -> Ended {
    run(&format!("{scheme}://orders.test:4430"), &format!("proxy: {proxy}"), &[])
}

#[test]
fn a_proxy_that_is_not_there_is_told_as_the_proxy() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for scheme in ["http", "https"] {
        for kind in ["http", "socks5"] {
            let ended = through(&format!("{kind}://{address}"), scheme);
            errors(ended, &format!("nothing listens at the proxy {kind}://{address}"));
        }
    }
    errors(through("http://proxy.invalid:3128", "https"), "is not known: check `proxy.invalid`");
}

#[test]
fn a_proxy_that_wants_to_know_who_asks() {
    let proxy = proxy(Some("Basic c29tZWJvZHk6ZWxzZQ=="));
    let with_login = proxy.url().replace("http://", "http://canary:pa55word@");
    for scheme in ["http", "https"] {
        let ended = through(&proxy.url(), scheme);
        errors(ended, "it wants to know who asks: write USER:PASSWORD@ before its host in `proxy`");
        errors(through(&with_login, scheme), "it does not accept the user and password in `proxy`");
    }
}

#[test]
fn a_tunnel_that_is_not_given() {
    let table: [(&[u8], &str); 5] = [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nforbidden", "it answers 403"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "it answers 502"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", "it says more than it was asked"),
        (b"SSH-2.0-Test\r\n\r\n", "what answers there is no HTTP proxy"),
        (b"HTTP/1.1 200 OK\r\n", "closed the connection when asked for orders.test:4430"),
    ];
    for (bytes, reason) in table {
        let proxy = Server::start(move |_, stream| {
            reply(stream, bytes);
            Then::Close
        });
        let ended = through(&proxy.url(), "https");
        assert!(ended.stdout.contains("request (not sent)"), "{}", ended.stdout);
        errors(ended, reason);
    }
}

#[test]
fn a_proxy_that_never_answers_is_told_in_time() {
    let proxy = Server::start(|_, _| Then::Keep);
    let lines = format!("proxy: {}", proxy.url());
    let sandbox = super::sandbox("https://orders.test:4430", &lines, &[]);
    sandbox.write("a.yaml", sandbox.read("a.yaml").replace("timeout: 5s", "timeout: 200ms"));
    let ended = sandbox.run(&["a.yaml", "--jobs=2"]);
    errors(ended, "gave no way to orders.test:4430 in time");
}

/// Without TLS, the answer of a proxy cannot be told from that of the server.
#[test]
fn what_a_proxy_answers_in_the_place_of_a_plain_server_is_judged() {
    let proxy = Server::start(|_, stream| reply(stream, &answer(502, &[("Via", "test")], "")));
    let ended = through(&proxy.url(), "http").expect_code(1);
    assert!(ended.stdout.contains("expected 200, got 502"), "{}", ended.stdout);
}
