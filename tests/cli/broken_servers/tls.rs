//! TLS: whom it trusts, and what a server can do wrong below and inside it.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use super::rows::verdicts;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, answer, reply};
use crate::support::tls::{Authority, Tls, serve, serve_tls};

fn fine(_: usize, _: &str, tls: &mut Tls) -> Then {
    reply(tls, &answer(200, &[], r#"{"ok": true}"#))
}

/// Runs two cases against a server, trusting the authorities of `pem`.
fn run(host: &str, port: u16, pem: &str) -> Vec<String> {
    let sandbox = Sandbox::new().file("ca.pem", pem).file(
        "a.yaml",
        format!(
            "\
serial: true
base_url: https://{host}:{port}
timeout: 5s
follow_redirects: 1
auth: {{bearer: a-token-that-is-long}}
tests:
  - {{name: first, request: GET /1, expect: 200}}
  - {{name: second, request: GET /2, expect: 200}}
"
        ),
    );
    let path = sandbox.path("ca.pem").to_str().expect("UTF-8").to_owned();
    let ended = sandbox.env("SSL_CERT_FILE", &path).run(&["a.yaml", "--jobs=1", "--verbose"]);
    let verdicts = verdicts(&ended);
    let told = |name: &str| match verdicts.get(name) {
        Some((verdict, _)) if verdict == "PASSED" => "PASSED".to_owned(),
        Some((verdict, message)) => format!("{verdict}: {message}"),
        None => ended.stderr.clone(),
    };
    vec![told("first"), told("second")]
}

#[track_caller]
fn errors(told: &[String], message: &str) {
    for told in told {
        assert!(told.starts_with("ERRORED: ") && told.contains(message), "{told}");
    }
}

#[test]
fn a_certificate_counts_when_its_authority_is_trusted() {
    let authority = Authority::new("ours");
    let connections = Arc::new(Mutex::new(Vec::new()));
    let port = serve_tls(authority.config("localhost", |_| {}), {
        let connections = connections.clone();
        move |connection, line, tls| {
            connections.lock().expect("no panic").push(connection);
            fine(connection, line, tls)
        }
    });
    assert_eq!(run("localhost", port, &authority.pem()), ["PASSED", "PASSED"]);
    assert_eq!(*connections.lock().expect("no panic"), [0, 0], "the connection is kept");

    let stranger = run("localhost", port, &Authority::new("another").pem());
    errors(&stranger, &format!("the certificate of localhost:{port} is not trusted"));
    errors(&stranger, "point SSL_CERT_FILE at its file");
    let nobody = run("localhost", port, "no certificate");
    errors(&nobody, "cannot be verified");
}

#[test]
fn a_certificate_of_another_host_or_time_is_refused() {
    let authority = Authority::new("ours");
    let port = serve_tls(authority.config("other.test", |_| {}), fine);
    let told = run("localhost", port, &authority.pem());
    errors(&told, &format!("the certificate of localhost:{port} is not valid:"));
    errors(&told, "other.test");

    let expired = authority.config("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2001, 1, 2);
    });
    let port = serve_tls(expired, fine);
    errors(&run("localhost", port, &authority.pem()), "is not valid: certificate expired");
}

#[test]
fn what_does_not_speak_tls_is_told_in_time() {
    let authority = Authority::new("ours");
    let plain = serve(|_, mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        // Until the client leaves.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    errors(&run("localhost", plain, &authority.pem()), "Is it http://?");
    let closing = serve(|_, mut stream| {
        let _ = stream.read(&mut [0; 2048]);
    });
    errors(
        &run("localhost", closing, &authority.pem()),
        "failed: the server closed the connection",
    );
}

/// Each answer comes with one too many in the same segment: the client has read both before it
/// wants the first, be the second decrypted by then or not.
#[test]
fn an_answer_too_many_is_nobodys_answer_under_tls_either() {
    let authority = Authority::new("ours");
    for (first, second) in [(2, 2), (3000, 9000), (9000, 9000), (4000, 30)] {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let port = serve_tls(authority.config("localhost", |_| {}), {
            let asked = asked.clone();
            move |connection, head, tls| {
                let line = head.lines().next().expect("a request line");
                asked.lock().expect("no panic").push((connection, line.to_owned()));
                let body = |length| "a".repeat(length);
                let _ = tls.conn.writer().write_all(&answer(200, &[], &body(first)));
                let _ = tls.conn.writer().write_all(&answer(500, &[], &body(second)));
                let _ = tls.flush();
                Then::Keep
            }
        });
        let told = run("localhost", port, &authority.pem());
        assert_eq!(told, ["PASSED", "PASSED"], "{first}, {second}");
        let asked = asked.lock().expect("no panic").clone();
        let line = |n| format!("GET /{n} HTTP/1.1");
        assert_eq!(asked, [(0, line(1)), (1, line(2))], "{first}, {second}");
    }
}

#[test]
fn a_body_without_a_length_is_whole_only_when_tls_says_so() {
    let authority = Authority::new("ours");
    let body = b"HTTP/1.1 200 OK\r\n\r\n{}";
    let port = serve_tls(authority.config("localhost", |_| {}), move |_, line, tls| {
        let _ = tls.write_all(body);
        if line.starts_with("GET /1 ") {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
        Then::Close
    });
    let told = run("localhost", port, &authority.pem());
    assert_eq!(told[0], "PASSED");
    errors(&told[1..], "closed the connection in the middle of the response");
}

#[test]
fn no_credential_goes_from_https_to_http() {
    let authority = Authority::new("ours");
    let plain = Server::answering(200, &[], "{}");
    let to = format!("{}/landed", plain.url().replace("127.0.0.1", "localhost"));
    let asked = Arc::new(Mutex::new(0));
    let port = serve_tls(authority.config("localhost", |_| {}), {
        let asked = asked.clone();
        move |_, _, tls| {
            *asked.lock().expect("no panic") += 1;
            reply(tls, &answer(307, &[("Location", &to)], ""))
        }
    });
    assert_eq!(run("localhost", port, &authority.pem()), ["PASSED", "PASSED"]);
    assert_eq!(*asked.lock().expect("no panic"), 2);
    let arrived = plain.arrived();
    assert_eq!(arrived.len(), 2);
    assert!(arrived.iter().all(|request| request.header("authorization").is_none()), "{arrived:?}");
}
