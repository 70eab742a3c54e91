//! Proxies that are not there, refuse, or are none.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::{test, told};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer, reply};
use crate::support::tls::serve;

/// A SOCKS5 proxy that answers each request with this.
fn socks(status: u8) -> String {
    let port = serve(move |_, mut stream| {
        let mut piece = [0; 512];
        // Each message comes in one piece.
        let _ = stream.read(&mut piece).and_then(|_| stream.write_all(&[5, 0]));
        let _ = stream.read(&mut piece);
        let _ = stream.write_all(&[5, status, 0, 1, 0, 0, 0, 0, 0, 0]);
        let _ = stream.read(&mut piece);
    });
    format!("socks5://127.0.0.1:{port}")
}

/// What speaks another language there.
fn no_socks() -> String {
    let port = serve(|_, mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read(&mut [0; 512]);
    });
    format!("socks5://127.0.0.1:{port}")
}

#[test]
fn a_proxy_that_gives_no_way_is_told_whole() {
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port");
    let login = Server::start(|_, stream| reply(stream, &answer(407, &[], "who are you?")));
    let forbids = Server::start(|_, stream| reply(stream, &answer(403, &[], "")));
    let closes = Server::start(|_, _| Then::Close);
    let silent = Server::start(|_, _| Then::Keep);
    let (plain, secure) = ("GET http://orders.test:80/", "GET https://orders.test:443/");
    let long = format!("GET http://{}/", "orders-of-somebody.".repeat(14) + "test");
    let tests = [
        ("is not there", secure, format!("http://{free}")),
        ("has no address", secure, "http://proxy.invalid:3128".to_owned()),
        ("wants to know who asks", plain, login.url()),
        ("knows somebody else", plain, login.url().replace("://", "://me:word-of-mine@")),
        ("wants to know it for a tunnel", secure, login.url()),
        ("forbids the tunnel", secure, forbids.url()),
        ("closes instead", secure, closes.url()),
        ("is silent", secure, silent.url()),
        ("reaches no network", plain, socks(3)),
        ("knows no such host", plain, socks(4)),
        ("gets no answer", plain, socks(6)),
        ("speaks no SOCKS", plain, no_socks()),
        ("has no room", long.as_str(), socks(0)),
    ];
    let tests = tests.map(|(name, request, proxy)| {
        let keys = if name == "is silent" { "timeout: 500ms, " } else { "" };
        test(name, request, &format!("proxy: '{proxy}', {keys}expect: 200"))
    });
    let spec = format!("timeout: 20s\ntests:\n{}", tests.concat());
    let sandbox = Sandbox::new().file("a.yaml", spec);
    golden("fixtures/console/proxies.txt", &told(&sandbox, &[]));
}
