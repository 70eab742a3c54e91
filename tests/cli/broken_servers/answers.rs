//! Answers that are broken in themselves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::rows::{Row, check};
use crate::support::server::Then::{Close, Keep};
use crate::support::server::{Then, answer};

const OK: (&str, &str) = ("GET", "expect: {json: {$.ok: true}}");
const HASTY: (&str, &str) = ("GET", "timeout: 250ms, expect: {json: {$.ok: true}}");
const PASSED: (&str, &str) = ("PASSED", "");

fn raw(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\n{head}\r\n").into_bytes();
    bytes.extend_from_slice(body.as_ref());
    bytes
}

fn sized(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    raw(&format!("{head}Content-Length: {}\r\n", body.as_ref().len()), body)
}

/// A row that behaves as the function says.
fn does(
    name: &'static str,
    case: (&'static str, &'static str),
    does: impl Fn(&mut TcpStream) -> Then + Send + Sync + 'static,
    ends: (&'static str, &'static str),
) -> Row {
    Row { name, case, does: Box::new(does), ends }
}

/// Writes `first`, then `more` again and again until the client leaves.
fn endless(first: Vec<u8>, more: Vec<u8>, pause: Duration) -> impl Fn(&mut TcpStream) -> Then {
    move |stream| {
        let mut left = stream.write_all(&first);
        while left.is_ok() {
            std::thread::sleep(pause);
            left = stream.write_all(&more);
        }
        Close
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn what_came_whole_is_judged_whatever_it_is() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "got an empty body"),
        ("not JSON", b"<html>".to_vec(), "got a body that is not JSON"),
        ("half JSON", b"{\"ok\": true".to_vec(), "got a body that is not JSON"),
        ("two JSON", b"{\"ok\": true}{\"ok\": true}".to_vec(), "got a body that is not JSON"),
        ("not UTF-8", b"{\"ok\": \"\xFF\"}".to_vec(), "got a body that is not JSON"),
        ("deep JSON", deep.into_bytes(), "got JSON that is nested too deep"),
        (
            "twice the same key",
            b"{\"ok\": false, \"ok\": true}".to_vec(),
            "got JSON with the key `ok` twice in one object",
        ),
        ("huge number", b"{\"ok\": 1e999999999}".to_vec(), "expected true"),
    ];
    let mut rows: Vec<Row> = table
        .into_iter()
        .map(|(name, body, ends)| Row::writes(name, OK, sized("", body), Keep, ("FAILED", ends)))
        .collect();
    let text = ("GET", "expect: {body: {contains: x}}");
    let huge = ("GET", "expect: {json: {$.n: {lt: 5}}}");
    let bits = "9".repeat(20_000);
    rows.extend([
        Row::writes(
            "text not UTF-8",
            text,
            sized("", b"x\xFF"),
            Keep,
            ("FAILED", "got a body that is not UTF-8"),
        ),
        Row::writes(
            "long number",
            huge,
            sized("", format!("{{\"n\": {bits}}}")),
            Keep,
            ("FAILED", "json $.n"),
        ),
        Row::writes(
            "status 999",
            OK,
            answer(999, &[], r#"{"ok": true}"#),
            Keep,
            ("FAILED", "status: expected 2xx, got 999"),
        ),
        Row::writes(
            "repeated headers",
            ("GET", "expect: {headers: {x-a: {equals: [one, two]}}}"),
            sized("X-A: one\r\nX-B: b\r\nx-a: two\r\n", ""),
            Keep,
            PASSED,
        ),
        Row::writes("no length", OK, raw("", r#"{"ok": true}"#), Close, PASSED),
    ]);
    check(rows, &[]);
}

#[test]
fn answers_without_a_body_end_at_their_header() {
    let with_body = |status: &str, head: &str| {
        let body = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"n\": 9}";
        format!("HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let informed = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
                    HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"ok\": true}";
    check(
        vec![
            Row::writes("a 204", ("GET", "expect: 204"), with_body("204 No", ""), Keep, PASSED),
            Row::writes("a 304", ("GET", "expect: 304"), with_body("304 No", ""), Keep, PASSED),
            Row::writes("HEAD", ("HEAD", "expect: 200"), with_body("200 OK", ""), Keep, PASSED),
            Row::writes("1xx first", OK, informed, Keep, PASSED),
            Row::writes(
                "plain 204",
                ("DELETE", "expect: 204"),
                "HTTP/1.1 204 No\r\n\r\n",
                Keep,
                PASSED,
            ),
        ],
        &[],
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let large = vec![b'a'; 70_000];
    let chunked = raw("Transfer-Encoding: chunked\r\n", "");
    let mut chunks = b"2000\r\n".to_vec();
    chunks.extend(vec![b'a'; 0x2000]);
    chunks.extend(b"\r\n");
    let too_large = ("ERRORED", "the body is larger than 65536 bytes as sent");
    let once_decoded = ("ERRORED", "the body is larger than 65536 bytes once decoded");
    let bomb =
        |encoded: Vec<u8>, coding: &str| sized(&format!("Content-Encoding: {coding}\r\n"), encoded);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&large).expect("memory");
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(&large).expect("memory");
    let header = ("ERRORED", "the response header is larger than 64 KiB");
    let now = Duration::ZERO;
    check(
        vec![
            Row::writes("with a length", OK, sized("", &large), Keep, too_large),
            Row::writes("without a length", OK, raw("", &large), Close, too_large),
            Row::writes(
                "announced only",
                OK,
                raw("Content-Length: 99999999999\r\n", ""),
                Keep,
                too_large,
            ),
            does("endless", OK, endless(raw("", ""), large.clone(), now), too_large),
            does("endless chunks", OK, endless(chunked, chunks, now), too_large),
            Row::writes("gzip", OK, bomb(gzip(&large), "gzip"), Keep, once_decoded),
            Row::writes(
                "gzip twice",
                OK,
                bomb(gzip(&gzip(&large)), "gzip, gzip"),
                Keep,
                once_decoded,
            ),
            Row::writes(
                "zlib",
                OK,
                bomb(zlib.finish().expect("memory"), "deflate"),
                Keep,
                once_decoded,
            ),
            Row::writes(
                "deflate",
                OK,
                bomb(deflate.finish().expect("memory"), "deflate"),
                Keep,
                once_decoded,
            ),
            does(
                "endless header",
                OK,
                endless(raw("", "")[..17].into(), b"A: b\r\n".to_vec(), now),
                ("ERRORED", "more than 128 header lines"),
            ),
            does(
                "endless header line",
                OK,
                endless(b"HTTP/1.1 200 OK\r\nA: ".to_vec(), large, now),
                header,
            ),
            Row::writes(
                "200 headers",
                OK,
                sized(&"A: b\r\n".repeat(200), ""),
                Keep,
                ("ERRORED", "more than 128 header lines"),
            ),
        ],
        &["--max-body", "64KiB"],
    );
}

#[test]
fn codings_that_cannot_be_undone_are_told() {
    let coded = |coding: &str, body: &[u8]| sized(&format!("Content-Encoding: {coding}\r\n"), body);
    let whole = gzip(b"{\"ok\": true}");
    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    let mut trailed = whole.clone();
    trailed.extend(b"more");
    let broken = ("ERRORED", "the body is not whole gzip");
    check(
        vec![
            Row::writes("whole", OK, coded("gzip", &whole), Keep, PASSED),
            Row::writes("no gzip", OK, coded("gzip", b"{\"ok\": true}"), Keep, broken),
            Row::writes("cut gzip", OK, coded("gzip", &whole[..whole.len() - 9]), Keep, broken),
            Row::writes("wrong sum", OK, coded("gzip", &wrong_sum), Keep, broken),
            Row::writes("gzip and more", OK, coded("gzip", &trailed), Keep, broken),
            Row::writes(
                "brotli",
                OK,
                coded("br", b"x"),
                Keep,
                ("ERRORED", "the content coding `br` was not asked for"),
            ),
        ],
        &[],
    );
}

#[test]
fn answers_that_stop_half_way_are_told() {
    let chunked = "Transfer-Encoding: chunked\r\n";
    let closed = |part| ("ERRORED", part);
    check(
        vec![
            Row::writes(
                "at once",
                OK,
                "",
                Close,
                closed("HOST closed the connection without an answer"),
            ),
            Row::writes(
                "in the status",
                OK,
                "HTTP/1.1 20",
                Close,
                closed(
                    "closed the connection in the middle of the response header (11 bytes came)",
                ),
            ),
            Row::writes(
                "in the header",
                OK,
                "HTTP/1.1 200 OK\r\nA: b\r\n",
                Close,
                closed("in the middle of the response header"),
            ),
            Row::writes(
                "in the body",
                OK,
                raw("Content-Length: 13\r\n", r#"{"ok": true}"#),
                Close,
                closed("closed the connection in the middle of the response (51 bytes came)"),
            ),
            Row::writes(
                "in a chunk",
                OK,
                raw(chunked, "c\r\n{\"ok\":"),
                Close,
                closed("in the middle of the response"),
            ),
            Row::writes(
                "before the last chunk",
                OK,
                raw(chunked, "c\r\n{\"ok\": true}\r\n"),
                Close,
                closed("in the middle of the response"),
            ),
        ],
        &[],
    );
}

#[test]
fn a_server_that_takes_its_time_is_left_when_the_time_is_up() {
    let pause = Duration::from_millis(20);
    let some = ("ERRORED", "the response was not complete within 250ms");
    let never = |stream: &mut TcpStream| {
        // Returns when the client leaves.
        let _ = stream.read(&mut [0]);
        Close
    };
    let body = raw("Content-Length: 1000\r\n", "");
    let chunks = raw("Transfer-Encoding: chunked\r\n", "");
    let hints = b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec();
    check(
        vec![
            does("never", HASTY, never, ("ERRORED", "no answer within 250ms")),
            does(
                "drips its header",
                HASTY,
                endless(raw("", "")[..17].into(), b"a".to_vec(), pause),
                some,
            ),
            does("drips its body", HASTY, endless(body, b"a".to_vec(), pause), some),
            does("drips chunks", HASTY, endless(chunks, b"1\r\na\r\n".to_vec(), pause), some),
            does("only ever hints", HASTY, endless(Vec::new(), hints, pause), some),
        ],
        &[],
    );
}

#[test]
fn what_is_not_http_is_shown() {
    let begins = |what| ("ERRORED", what);
    check(
        vec![
            Row::writes(
                "ssh",
                OK,
                "SSH-2.0-OpenSSH_9.6\r\n",
                Keep,
                begins(r#"not an HTTP/1.1 response: it begins with "SSH-2.0-OpenSSH_9.6""#),
            ),
            Row::writes(
                "html",
                OK,
                "<html><body>hello</body></html>\n",
                Close,
                begins(r#"it begins with "<html><body>hello</body></html>""#),
            ),
            Row::writes(
                "tls",
                OK,
                [0x15, 3, 1, 0, 2, 2, 70],
                Close,
                begins("the server speaks TLS there, write https://"),
            ),
            Row::writes(
                "http2",
                OK,
                b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0",
                Keep,
                begins("the server speaks HTTP/2 there"),
            ),
            Row::writes(
                "garbage",
                OK,
                b"\xFF\xFE\0\x1B[31m\r\n\r\n",
                Keep,
                begins(r"it begins with"),
            ),
            Row::writes(
                "an old version",
                OK,
                "HTTP/0.9 200 OK\r\n\r\n",
                Close,
                begins("not an HTTP/1.1 response"),
            ),
        ],
        &[],
    );
}

#[test]
fn framing_that_two_readers_read_differently_is_refused() {
    let chunked = "Transfer-Encoding: chunked\r\n";
    let ok = r#"{"ok": true}"#;
    let chunk = "c\r\n{\"ok\": true}\r\n0\r\n\r\n";
    let no = |what| ("ERRORED", what);
    check(
        vec![
            Row::writes(
                "both",
                OK,
                raw("Content-Length: 12\r\nTransfer-Encoding: chunked\r\n", chunk),
                Keep,
                no("it has both Content-Length and Transfer-Encoding"),
            ),
            Row::writes(
                "two lengths",
                OK,
                raw("Content-Length: 12\r\nContent-Length: 13\r\n", ok),
                Keep,
                no("it has two different Content-Length"),
            ),
            Row::writes(
                "the same length twice",
                OK,
                raw("Content-Length: 12\r\nContent-Length: 12\r\n", ok),
                Keep,
                PASSED,
            ),
            Row::writes(
                "negative length",
                OK,
                raw("Content-Length: -1\r\n", ok),
                Keep,
                no("its Content-Length is not a length"),
            ),
            Row::writes(
                "huge length",
                OK,
                raw("Content-Length: 99999999999999999999\r\n", ok),
                Keep,
                no("its Content-Length is not a length"),
            ),
            Row::writes(
                "length in words",
                OK,
                raw("Content-Length: twelve\r\n", ok),
                Keep,
                no("its Content-Length is not a length"),
            ),
            Row::writes(
                "gzip as transfer coding",
                OK,
                raw("Transfer-Encoding: gzip, chunked\r\n", chunk),
                Keep,
                no("its transfer coding is not `chunked` but \"gzip, chunked\""),
            ),
            Row::writes(
                "chunks in 1.0",
                OK,
                format!("HTTP/1.0 200 OK\r\n{chunked}\r\n{chunk}"),
                Close,
                no("Transfer-Encoding, which HTTP/1.0 does not know"),
            ),
            Row::writes(
                "no number",
                OK,
                raw(chunked, "zz\r\nab\r\n0\r\n\r\n"),
                Keep,
                no("the length of a chunk is not a number"),
            ),
            Row::writes(
                "too large a number",
                OK,
                raw(chunked, "fffffffffffffffff\r\nab"),
                Keep,
                no("the length of a chunk is not a number"),
            ),
            Row::writes(
                "short chunk",
                OK,
                raw(chunked, "b\r\n{\"ok\": true}\r\n0\r\n\r\n"),
                Keep,
                no("a chunk does not end where it says"),
            ),
            Row::writes("whole chunks", OK, raw(chunked, chunk), Keep, PASSED),
            Row::writes(
                "status 099",
                OK,
                "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n",
                Keep,
                no("not a valid HTTP response: invalid status code"),
            ),
            Row::writes(
                "status 20",
                OK,
                "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
                Keep,
                no("not a valid HTTP response"),
            ),
            Row::writes(
                "no colon",
                OK,
                raw("Content-Length 0\r\n", ""),
                Keep,
                no("not a valid HTTP response"),
            ),
            Row::writes(
                "a zero byte",
                OK,
                raw("A: b\0c\r\nContent-Length: 0\r\n", ""),
                Keep,
                no("not a valid HTTP response"),
            ),
        ],
        &[],
    );
}
