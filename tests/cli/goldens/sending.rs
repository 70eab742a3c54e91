//! Requests that cannot be made, or must not leave.

use super::{settled, test, told};
use crate::support::golden::golden;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Server, answer, reply};

/// What tests capture; the server redirects `/away` to another origin and answers with this else.
const CAPTURED: &str =
    r#"{"line": "a\nb", "url": "ftp://orders.test/", "host": "http://a!b/", "empty": ""}"#;

/// Makes something else of the files before the second request, as nobody can beforehand.
const SWAP: &str = "rm gone.bin folder.bin && mkdir folder.bin && ln -sf /dev/null outside.bin \
                    && dd if=/dev/zero of=large.bin bs=1 count=1 seek=33554432 2>/dev/null \
                    && echo a-token-of-it";

/// A test that captures something, and sends it.
fn captures(name: &str, path: &str, request: &str, keys: &str) -> String {
    format!(
        "  - name: {name}\n    steps:\n      - {{request: GET /, capture: {{it: $.{path}}}}}\n      \
         - {{request: '{request}', {keys}, expect: 200}}\n"
    )
}

#[test]
fn a_request_that_cannot_be_sent_is_told_whole() {
    let other = Server::answering(200, &[], "{}");
    let away = format!("{}/", other.url());
    let server = Server::start(move |request, stream| {
        let bytes = match request.target.as_str() {
            "/away" => answer(307, &[("Location", &away)], ""),
            "/login" => answer(200, &[], "{\"token\": \"a-token-of-it\"}"),
            _ => answer(200, &[], CAPTURED),
        };
        reply(stream, &bytes)
    });
    let spec = [
        format!("base_url: {}\nserial: true\n", server.url()),
        format!("tokens: {{swaps: {{command: [sh, -c, '{SWAP}']}}}}\ntests:\n"),
        captures("a line end in a header", "line", "GET /", "headers: {X-A: '${it}'}"),
        captures("no URL of HTTP", "url", "GET ${it}", "tags: [url]"),
        captures("no host", "host", "GET ${it}", "tags: [url]"),
        captures("an empty token", "empty", "GET /", "auth: {bearer: '${it}'}"),
        test("no such host", "GET http://orders.invalid/", "expect: 200"),
        test("in plain", "GET http://orders.test/", "auth: {bearer: a-token-of-it}, expect: 200"),
        test(
            "a secret goes away",
            "POST /away",
            "follow_redirects: 1, json: {password: '${env.PASSWORD}'}, expect: 200",
        ),
        test("makes something else of the files", "GET /", "auth: swaps, expect: 200"),
        test("a file that is gone", "POST /", "body: {file: gone.bin}, expect: 200"),
        test("a file outside", "POST /", "body: {file: outside.bin}, expect: 200"),
        test("a file too large", "POST /", "body: {file: large.bin}, expect: 200"),
        test(
            "a folder in a form",
            "POST /",
            "follow_redirects: 1, multipart: {a: {file: folder.bin}}, expect: 200",
        ),
    ];
    let spec = spec.concat().replace(", tags: [url]", "");
    let mut sandbox = Sandbox::new().file("a.yaml", spec).env("PASSWORD", "pa55-of-somebody");
    for file in ["gone.bin", "outside.bin", "large.bin", "folder.bin"] {
        sandbox = sandbox.file(file, "bytes");
    }
    let said = told(&sandbox, &[]) + &overridden(&sandbox);
    golden("fixtures/console/sending.txt", &said);
}

/// What is no other address.
fn overridden(sandbox: &Sandbox) -> String {
    let given = ["localhost:80:192.0.2.1", "192.0.2.1:443:127.0.0.1", "orders.test:443"];
    let said = given.map(|given| {
        let said = sandbox.run(&["a.yaml", "--resolve", given]).transcript();
        format!("$ apitest a.yaml --resolve {given}\n{}\n", settled(sandbox, &said))
    });
    said.concat()
}
