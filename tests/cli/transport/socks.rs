//! SOCKS5 proxies: what they are asked for, and what they answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::proxy::pipe;
use super::{errors, run};
use crate::support::server::{Server, answer, reply};
use crate::support::tls::{Authority, serve, serve_tls};

/// What a SOCKS5 proxy was asked for: host and port, and the user and password it was told.
type Asked = Arc<Mutex<Vec<(String, u16, Option<String>)>>>;

fn take(stream: &mut TcpStream, count: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn text(stream: &mut TcpStream) -> Option<String> {
    let length = take(stream, 1)?[0];
    String::from_utf8(take(stream, length.into())?).ok()
}

/// A SOCKS5 proxy that knows every host, all of them on this machine; it wants a login or none, and
/// answers each request with `status`.
fn proxy(wants_login: bool, status: u8) -> (String, Asked) {
    let asked = Asked::default();
    let port = serve({
        let asked = asked.clone();
        move |_, mut stream| {
            let _ = serve_one(&mut stream, wants_login, status, &asked);
        }
    });
    (format!("127.0.0.1:{port}"), asked)
}

fn serve_one(stream: &mut TcpStream, wants_login: bool, status: u8, asked: &Asked) -> Option<()> {
    let [_, count] = take(stream, 2)?[..] else { return None };
    let methods = take(stream, count.into())?;
    let wanted = if wants_login { 2 } else { 0 };
    if !methods.contains(&wanted) {
        return stream.write_all(&[5, 0xFF]).ok();
    }
    stream.write_all(&[5, wanted]).ok()?;
    let mut login = None;
    if wants_login {
        take(stream, 1)?;
        let (user, password) = (text(stream)?, text(stream)?);
        let good = password == "pass:word";
        stream.write_all(&[1, u8::from(!good)]).ok()?;
        login = good.then(|| format!("{user} {password}"));
        login.as_ref()?;
    }
    let kind = take(stream, 4)?[3];
    let host = match kind {
        1 => take(stream, 4)?.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        _ => text(stream)?,
    };
    let port = take(stream, 2)?;
    let port = u16::from_be_bytes([port[0], port[1]]);
    asked.lock().expect("no panic").push((host, port, login));
    // Where it connects from, as a name.
    stream.write_all(&[&[5, status, 0, 3, 4][..], b"here", &[0, 0]].concat()).ok()?;
    if status == 0 {
        pipe(stream, TcpStream::connect(("127.0.0.1", port)).ok()?);
    }
    Some(())
}

#[test]
fn the_proxy_looks_the_name_up() {
    let authority = Authority::new("ours");
    let tls_port = serve_tls(authority.config("orders.test", |_| {}), |_, _, tls| {
        reply(tls, &answer(200, &[], "{}"))
    });
    let server = Server::answering(200, &[], "{}");
    let port: u16 = server.url().rsplit(':').next().and_then(|p| p.parse().ok()).expect("a port");
    for (scheme, port) in [("http", port), ("https", tls_port)] {
        let (address, asked) = proxy(false, 0);
        let lines = format!("proxy: socks5://{address}\ntls: {{ca: ca.pem}}");
        let files = [("ca.pem", &*authority.pem())];
        run(&format!("{scheme}://orders.test:{port}"), &lines, &files).expect_code(0);
        let asked = asked.lock().expect("no panic").clone();
        assert_eq!(asked, [("orders.test".to_owned(), port, None)], "one connection for both");
    }
    assert_eq!(server.arrived()[0].target, "/1");
}

#[test]
fn it_hears_who_asks() {
    let server = Server::answering(200, &[], "{}");
    let port: u16 = server.url().rsplit(':').next().and_then(|p| p.parse().ok()).expect("a port");
    let (address, asked) = proxy(true, 0);
    let lines = format!("proxy: \"socks5://alice:pass%3Aword@{address}\"");
    run(&server.url(), &lines, &[]).expect_code(0);
    let asked = asked.lock().expect("no panic").clone();
    assert_eq!(asked, [("127.0.0.1".to_owned(), port, Some("alice pass:word".to_owned()))]);

    let lines = format!("proxy: \"socks5://alice:another@{address}\"");
    errors(run(&server.url(), &lines, &[]), "it does not accept the user and password");
    let lines = format!("proxy: socks5://{address}");
    errors(run(&server.url(), &lines, &[]), "it wants to know who asks");
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn what_it_refuses_is_told_in_words() {
    let table = [
        (2, "its rules do not allow it"),
        (4, "the host is not known there"),
        (5, "the connection was refused"),
        (99, "gives no way to orders.test:4430: it failed"),
    ];
    for (status, reason) in table {
        let (address, _) = proxy(false, status);
        let lines = format!("proxy: socks5://{address}");
        errors(run("http://orders.test:4430", &lines, &[]), reason);
    }
    let http = Server::answering(200, &[], "{}");
    let lines = format!("proxy: {}", http.url().replace("http://", "socks5://"));
    // It waits for the end of a line: the end of the time comes first.
    let sandbox = super::sandbox("http://orders.test:4430", &lines, &[]);
    sandbox.write("a.yaml", sandbox.read("a.yaml").replace("timeout: 5s", "timeout: 200ms"));
    errors(sandbox.run(&["a.yaml", "--jobs=2"]), "in time");
}
