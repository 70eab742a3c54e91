//! Answers whose end is not where they say, or nowhere, and what is no answer at all.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::rows::{Row, check, raw};
use crate::support::server::Then;

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const OK: &str = r#"{"ok": true}"#;

/// A pause that no time-out of these tests survives often.
const DRIP: Duration = Duration::from_millis(20);

/// Writes `first`, then `more` again and again until the client leaves.
fn endless(
    first: impl Into<Vec<u8>>,
    more: impl Into<Vec<u8>>,
    pause: Duration,
) -> impl Fn(&mut TcpStream) -> Then {
    let (first, more) = (first.into(), more.into());
    move |stream| {
        let mut written = stream.write_all(&first);
        while written.is_ok() {
            std::thread::sleep(pause);
            written = stream.write_all(&more);
        }
        Then::Close
    }
}

#[test]
fn what_never_ends_is_ended_at_the_limit() {
    let now = Duration::ZERO;
    let large = vec![b'a'; 70_000];
    let chunk = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
    let too_large = "the body is larger than 65536 bytes as sent";
    let headers = "A: b\r\n".repeat(200);
    check(
        [
            Row::new("body").does(endless(raw("", ""), large.clone(), now)).errs(too_large),
            Row::new("chunks").does(endless(raw(CHUNKED, ""), chunk, now)).errs(too_large),
            Row::new("header")
                .does(endless("HTTP/1.1 200 OK\r\n", "A: b\r\n", now))
                .errs("more than 128 header lines"),
            Row::new("header line")
                .does(endless("HTTP/1.1 200 OK\r\nA: ", large, now))
                .errs("the response header is larger than 64 KiB"),
            Row::new("200 headers")
                .writes(raw(&format!("{headers}Content-Length: 0\r\n"), ""))
                .errs("more than 128 header lines"),
        ],
        &["--max-body", "64KiB"],
    );
}

#[test]
fn answers_that_stop_half_way_are_told() {
    let in_header = "closed the connection in the middle of the response header";
    let in_body = "closed the connection in the middle of the response (";
    check(
        [
            Row::new("at once")
                .closes_after("")
                .errs("HOST closed the connection without an answer"),
            Row::new("in the status")
                .closes_after("HTTP/1.1 20")
                .errs(&format!("{in_header} (11 bytes came)")),
            Row::new("in the header").closes_after("HTTP/1.1 200 OK\r\nA: b\r\n").errs(in_header),
            Row::new("in the body")
                .closes_after(raw("Content-Length: 13\r\n", OK))
                .errs(&format!("{in_body}51 bytes came)")),
            Row::new("in a chunk").closes_after(raw(CHUNKED, "c\r\n{\"ok\":")).errs(in_body),
            Row::new("before the last chunk")
                .closes_after(raw(CHUNKED, format!("c\r\n{OK}\r\n")))
                .errs(in_body),
        ],
        &[],
    );
}

#[test]
fn a_server_that_takes_its_time_is_left_when_the_time_is_up() {
    let hasty = |name| Row::new(name).case("GET", "timeout: 250ms, expect: {json: {$.ok: true}}");
    let not_complete = "the response was not complete within 250ms";
    let never = |stream: &mut TcpStream| {
        // Returns when the client leaves.
        let _ = stream.read(&mut [0]);
        Then::Close
    };
    let drips = |name, first: Vec<u8>, more: &'static str| {
        hasty(name).does(endless(first, more, DRIP)).errs(not_complete)
    };
    check(
        [
            hasty("never").does(never).errs("no answer within 250ms"),
            drips("drips its header", b"HTTP/1.1 200 OK\r\nA: ".to_vec(), "a"),
            drips("drips its body", raw("Content-Length: 1000\r\n", ""), "a"),
            drips("drips chunks", raw(CHUNKED, ""), "1\r\na\r\n"),
            drips("only ever hints", Vec::new(), "HTTP/1.1 103 Early Hints\r\n\r\n"),
        ],
        &[],
    );
}

#[test]
fn what_is_not_http_is_shown() {
    let html = "<html><body>hello</body></html>";
    check(
        [
            Row::new("ssh")
                .writes("SSH-2.0-OpenSSH_9.6\r\n")
                .errs(r#"not an HTTP/1.1 response: it begins with "SSH-2.0-OpenSSH_9.6""#),
            Row::new("html")
                .closes_after(format!("{html}\n"))
                .errs(&format!("it begins with \"{html}\"")),
            Row::new("tls")
                .closes_after([0x15, 3, 1, 0, 2, 2, 70])
                .errs("the server speaks TLS there, write https://"),
            Row::new("http2")
                .writes(b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0")
                .errs("the server speaks HTTP/2 there"),
            Row::new("garbage").writes(b"\xFF\xFE\0\x1B[31m\r\n\r\n").errs(r"\xff\xfe\x00\x1b[31m"),
            Row::new("an old version")
                .closes_after("HTTP/0.9 200 OK\r\n\r\n")
                .errs("not an HTTP/1.1 response"),
        ],
        &[],
    );
}

#[test]
fn framing_that_two_readers_read_differently_is_refused() {
    let chunks = format!("c\r\n{OK}\r\n0\r\n\r\n");
    let lengths = |name, lines: &str| Row::new(name).writes(raw(lines, OK));
    let chunked = |name, body: &str| Row::new(name).writes(raw(CHUNKED, body));
    let no_length = "its Content-Length is not a length";
    let no_number = "the length of a chunk is not a number";
    check(
        [
            lengths("two lengths", "Content-Length: 12\r\nContent-Length: 13\r\n")
                .errs("it has two different Content-Length"),
            lengths("the same length twice", "Content-Length: 12\r\nContent-Length: 12\r\n"),
            lengths("negative length", "Content-Length: -1\r\n").errs(no_length),
            lengths("huge length", "Content-Length: 99999999999999999999\r\n").errs(no_length),
            lengths("length in words", "Content-Length: twelve\r\n").errs(no_length),
            Row::new("both")
                .writes(raw(&format!("Content-Length: 12\r\n{CHUNKED}"), &chunks))
                .errs("it has both Content-Length and Transfer-Encoding"),
            Row::new("another transfer coding")
                .writes(raw("Transfer-Encoding: gzip, chunked\r\n", &chunks))
                .errs("its transfer coding is not `chunked` but \"gzip, chunked\""),
            Row::new("chunks in 1.0")
                .closes_after(format!("HTTP/1.0 200 OK\r\n{CHUNKED}\r\n{chunks}"))
                .errs("Transfer-Encoding, which HTTP/1.0 does not know"),
            chunked("whole chunks", &chunks),
            chunked("no number", "zz\r\nab\r\n0\r\n\r\n").errs(no_number),
            chunked("too large a number", "fffffffffffffffff\r\nab").errs(no_number),
            chunked("short chunk", &format!("b\r\n{OK}\r\n0\r\n\r\n"))
                .errs("a chunk does not end where it says"),
        ],
        &[],
    );
}

#[test]
fn headers_that_are_none_are_refused() {
    let no = "not a valid HTTP response";
    check(
        [
            Row::new("status 099")
                .writes("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n")
                .errs("not a valid HTTP response: invalid status code"),
            Row::new("status 20").writes("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n").errs(no),
            Row::new("no colon").writes(raw("Content-Length 0\r\n", "")).errs(no),
            Row::new("a zero byte").writes(raw("A: b\0c\r\nContent-Length: 0\r\n", "")).errs(no),
        ],
        &[],
    );
}
