//! Answers that came whole: judged whatever they hold, unless they are too large or coded in a way
//! that cannot be undone.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::rows::{Row, check, raw, sized};
use crate::support::server::answer;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn coded(coding: &str, body: &[u8]) -> Vec<u8> {
    sized(&format!("Content-Encoding: {coding}\r\n"), body)
}

#[test]
fn what_came_whole_is_judged_whatever_it_is() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("{{\"n\": {}}}", "9".repeat(20_000));
    let json = |name, body: &str| Row::new(name).writes(sized("", body));
    let no_json = "got a body that is not JSON";
    check(
        [
            json("empty", "").fails("got an empty body"),
            json("text", "<html>").fails(no_json),
            json("half JSON", "{\"ok\": true").fails(no_json),
            json("two JSON", "{\"ok\": true}{\"ok\": true}").fails(no_json),
            Row::new("bytes").writes(sized("", b"{\"ok\": \"\xFF\"}")).fails(no_json),
            json("deep JSON", &deep).fails("got JSON that is nested too deep"),
            json("the same key twice", "{\"ok\": false, \"ok\": true}")
                .fails("got JSON that can be read in two ways: the name `ok` occurs twice"),
            json("huge exponent", "{\"ok\": 1e999999999}").fails("expected true"),
            json("long number", &long)
                .case("GET", "expect: {json: {$.n: {lt: 5}}}")
                .fails("json $.n"),
            Row::new("text not UTF-8")
                .case("GET", "expect: {body: {contains: x}}")
                .writes(sized("", b"x\xFF"))
                .fails("got a body that is not UTF-8"),
            Row::new("status 999")
                .writes(answer(999, &[], r#"{"ok": true}"#))
                .fails("status: expected 2xx, got 999"),
            Row::new("repeated headers")
                .case("GET", "expect: {headers: {x-a: {equals: [one, two]}}}")
                .writes(sized("X-A: one\r\nX-B: b\r\nx-a: two\r\n", "")),
            Row::new("no length").closes_after(raw("", r#"{"ok": true}"#)),
        ],
        &[],
    );
}

#[test]
fn answers_without_a_body_end_at_their_header() {
    let body = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"n\": 9}";
    let with_body =
        |status| format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let informed = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
                    HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"ok\": true}";
    check(
        [
            Row::new("a 204").case("GET", "expect: 204").writes(with_body(204)),
            Row::new("a 304").case("GET", "expect: 304").writes(with_body(304)),
            Row::new("HEAD").case("HEAD", "expect: 200").writes(with_body(200)),
            Row::new("plain 204")
                .case("DELETE", "expect: 204")
                .writes("HTTP/1.1 204 No Content\r\n\r\n"),
            Row::new("1xx first").writes(informed),
        ],
        &[],
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let large = vec![b'a'; 70_000];
    let as_sent = "the body is larger than 65536 bytes as sent";
    let once_decoded = "the body is larger than 65536 bytes once decoded";
    let bomb = |name, coding, body: Vec<u8>| {
        Row::new(name).writes(coded(coding, &body)).errs(once_decoded)
    };
    check(
        [
            Row::new("with a length").writes(sized("", &large)).errs(as_sent),
            Row::new("without a length").closes_after(raw("", &large)).errs(as_sent),
            Row::new("only announced")
                .writes(raw("Content-Length: 99999999999\r\n", ""))
                .errs(as_sent),
            bomb("gzip", "gzip", gzip(&large)),
            bomb("gzip twice", "gzip, gzip", gzip(&gzip(&large))),
            bomb("zlib", "deflate", zlib(&large)),
            bomb("deflate", "deflate", deflate(&large)),
        ],
        &["--max-body", "64KiB"],
    );
}

#[test]
fn codings_that_cannot_be_undone_are_told() {
    let ok = br#"{"ok": true}"#;
    let whole = gzip(ok);
    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    let trailed = [whole.as_slice(), b"more"].concat();
    let gzip = |name, body: &[u8]| Row::new(name).writes(coded("gzip", body));
    let broken = "the body is not whole gzip";
    check(
        [
            gzip("whole", &whole),
            gzip("no gzip", ok).errs(broken),
            gzip("cut gzip", &whole[..whole.len() - 9]).errs(broken),
            gzip("wrong sum", &wrong_sum).errs(broken),
            gzip("gzip and more", &trailed).errs(broken),
            Row::new("cut zlib")
                .writes(coded("deflate", &zlib(ok)[..10]))
                .errs("the body is not whole deflate"),
            Row::new("brotli")
                .writes(coded("br", b"x"))
                .errs("the content coding `br` was not asked for"),
        ],
        &[],
    );
}
