//! Answers that do not end, are none, or cannot be read.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{test, told};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, Then, reply};

/// Its name, the bytes that are sent, and whether the connection is closed then.
type Answer = (&'static str, Vec<u8>, Then);

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

#[test]
fn an_answer_that_is_none_is_told_whole() {
    let answers: Vec<Answer> = [framed(), cut(), coded()].concat();
    let mut spec = "timeout: 20s\ntests:\n".to_owned();
    for (i, (name, ..)) in answers.iter().enumerate() {
        let keys = if name.ends_with("in time") { "timeout: 500ms, " } else { "" };
        spec.push_str(&test(name, &format!("GET /{i}"), &format!("{keys}expect: 200")));
    }
    let server = Server::start(move |request, stream| {
        let index: usize = request.target[1..].parse().expect("a number");
        let (_, bytes, then) = &answers[index];
        reply(stream, bytes);
        *then
    });
    let sandbox = Sandbox::new().file("a.yaml", format!("base_url: {}\n{spec}", server.url()));
    let said = told(&sandbox, &["--max-body", "1KiB"]);
    golden("fixtures/console/answers.txt", &said);
}

/// What is not HTTP, or whose end two readers find at two places.
fn framed() -> Vec<Answer> {
    let many = "A: b\r\n".repeat(200);
    vec![
        ("ssh", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), Then::Close),
        ("tls", vec![0x15, 3, 1, 0, 2, 2, 70], Then::Close),
        ("http2", b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0".to_vec(), Then::Close),
        ("an early answer", b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n".to_vec(), Then::Close),
        ("200 header lines", with(&many, b"ok"), Then::Close),
        ("two lengths", plain("Content-Length: 1\r\nContent-Length: 2\r\n", b"a"), Then::Close),
        ("no length", plain("Content-Length: -1\r\n", b""), Then::Close),
        ("both", with(CHUNKED, b"2\r\nok\r\n0\r\n\r\n"), Then::Close),
        ("another coding", plain("Transfer-Encoding: gzip\r\n", b""), Then::Close),
        (
            "chunks in 1.0",
            [format!("HTTP/1.0 200 OK\r\n{CHUNKED}\r\n").as_bytes(), b"0\r\n\r\n"].concat(),
            Then::Close,
        ),
        ("a chunk of words", plain(CHUNKED, b"zz\r\nab\r\n0\r\n\r\n"), Then::Close),
        ("a chunk too short", plain(CHUNKED, b"1\r\nok\r\n0\r\n\r\n"), Then::Close),
    ]
}

/// What ends before its end.
fn cut() -> Vec<Answer> {
    vec![
        ("nothing", Vec::new(), Then::Close),
        ("no answer in time", Vec::new(), Then::Keep),
        ("half a header", b"HTTP/1.1 20".to_vec(), Then::Close),
        ("half a body", plain("Content-Length: 9\r\n", b"half"), Then::Close),
        ("half a body in time", plain("Content-Length: 9\r\n", b"half"), Then::Keep),
        ("too large", plain("Content-Length: 1025\r\n", b""), Then::Keep),
    ]
}

/// What is coded as nobody can read it.
fn coded() -> Vec<Answer> {
    let zlib = |text: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&[b'a'; 2000]).expect("memory");
    let large = gzip.finish().expect("memory");
    let ok = zlib(b"ok, and some more");
    let coded = |coding: &str, body: &[u8]| with(&format!("Content-Encoding: {coding}\r\n"), body);
    vec![
        ("too large once decoded", coded("gzip", &large), Then::Keep),
        ("no gzip", coded("gzip", b"plain text"), Then::Keep),
        ("no deflate", coded("deflate", b"\x78\x9c\xff\xff\xff"), Then::Keep),
        ("half a deflate", coded("deflate", &ok[..ok.len() - 5]), Then::Keep),
        ("more than a deflate", coded("deflate", &[&ok[..], b"more"].concat()), Then::Keep),
        ("brotli", coded("br", b"x"), Then::Keep),
        ("five codings", coded("gzip, gzip, gzip, gzip, gzip", b"x"), Then::Keep),
    ]
}

/// An answer with these header lines, and this body.
fn plain(lines: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{lines}\r\n").as_bytes(), body].concat()
}

/// As [`plain`], with the length of the body.
fn with(lines: &str, body: &[u8]) -> Vec<u8> {
    plain(&format!("{lines}Content-Length: {}\r\n", body.len()), body)
}
