//! Every operator and every part of a response: what holds is green, and what does not is told in
//! words that are kept, whole, in `fixtures/operators/`.

use std::fs;
use std::net::TcpStream;

use crate::support::golden::golden;
use crate::support::project::root;
use crate::support::sandbox::Sandbox;
use crate::support::server::{Arrived, Server, Then, answer, reply};

/// What `expect` looks at.
const PARTS: [&str; 9] =
    ["status", "headers", "json", "body", "cookies", "challenge", "url", "redirects", "duration"];

#[test]
fn each_operator_passes_and_fails_with_its_whole_message() {
    let server = Server::start(serve);
    for name in names() {
        let folder = root().join("fixtures/operators");
        let spec = fs::read_to_string(folder.join(format!("{name}.yaml"))).expect("a spec");
        let path = format!("{name}.yaml");
        let mut sandbox = Sandbox::new().env("API", &server.url()).file(&path, spec);
        for (path, content) in EXPECTED {
            sandbox = sandbox.file(path, content);
        }
        let ended = sandbox.run(&[&path, "--jobs", "1"]).expect_code(1);
        assert!(ended.stdout.contains(" passed, "), "{name}: no case passes");
        assert!(ended.stdout.contains(" failed in "), "{name}: {}", ended.stdout);
        assert_eq!(ended.stderr, "", "{name}");
        golden(&format!("fixtures/operators/{name}.stdout"), &ended.transcript());
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    let operators = apitest::suite::matcher::OPERATORS.into_iter();
    operators.chain(PARTS.into_iter().filter(|part| *part != "json"))
}

#[test]
fn differences_are_told_on_the_screen_and_in_the_report_and_without_secrets() {
    let secret = "tok-5ab1e0c7d94f4e21";
    let body = format!(r#"{{"token": "{secret}", "note": "one\ntwo", "count": 2}}"#);
    let server = Server::start(move |_, stream| reply(stream, &answer(200, &[], &body)));
    let spec = "tests:\n  - name: reads it\n    request: GET ${env.API}/\n    \
                auth: {bearer: \"${env.TOKEN}\"}\n    expect:\n      json: {$: {equals: \
                {token: another, note: \"one\\ntwo\", count: 1}}}\n";
    let sandbox = Sandbox::new().env("API", &server.url()).env("TOKEN", secret);
    let sandbox = sandbox.file("a.yaml", spec);
    let ended = sandbox.run(&["a.yaml", "--junit", "junit.xml"]).expect_code(1);
    let told = "   $  (- expected, + got)\n   - \"token\": \"another\"\n   + \"token\": \"***\"\n     \
                \"note\": \"one\\ntwo\"\n   - \"count\": 1\n   + \"count\": 2\n";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    let report = sandbox.read("junit.xml");
    assert!(report.contains(told), "{report}");
    assert!(!ended.stdout.contains(secret) && !report.contains(secret));
}

#[test]
fn no_fixture_is_left_out() {
    let folder = root().join("fixtures/operators");
    for entry in fs::read_dir(folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(names().any(|name| name == stem), "{} belongs to no operator", path.display());
    }
}

const ORDER: &str = r#"{
  "id": 7, "big": 18446744073709551617, "price": 12.50, "amount": "12", "code": "A-7",
  "note": null, "open": true, "created": "2027-03-01T10:00:00Z",
  "owner": {"name": "alice", "mail": "alice@example.com"},
  "items": [{"sku": "x-1", "count": 2}, {"sku": "y-2", "count": 0}],
  "tags": ["new", "gift"], "empty": [], "total": 25,
  "text": "the quick brown fox jumps over the lazy cat and runs away from the dog"
}"#;

/// Files that the specs compare bodies with.
const EXPECTED: [(&str, &str); 7] = [
    ("expected/greeting.txt", "Grüße, Alice.\n"),
    ("expected/letter.txt", "Grüße, Bob.\nBis morgen.\n"),
    ("expected/odd.bin", "odd"),
    ("expected/order.json", r#"{"id": 8, "code": "A-7"}"#),
    (
        "expected/order.schema.json",
        r#"{
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["id", "owner"],
          "properties": {"owner": {"$ref": "parts/owner.json"}, "created": {"format": "date-time"}}
        }"#,
    ),
    (
        "expected/parts/owner.json",
        r#"{"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}}"#,
    ),
    (
        "expected/wrong.schema.json",
        r#"{
          "required": ["id", "customer"],
          "properties": {
            "id": {"type": "string"}, "code": {"enum": ["A-8", "A-9"]},
            "tags": {"items": {"maxLength": 3}}, "owner": {"required": ["phone"]}
          }
        }"#,
    ),
];

const FORMS: &str = r#"{
  "uuid": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "hex": "f81d4fae7dec11d0a76500a0c91e6bf6",
  "date": "2027-03-01", "moment": "2027-03-01T10:00:00Z", "local": "2027-03-01T10:00:00",
  "email": "alice@example.com", "named": "Alice <alice@example.com>",
  "uri": "https://example.com/a?b", "path": "/orders/7", "ipv4": "127.0.0.1", "ipv6": "::1",
  "host": "api.example.com", "jwt": "eyJhbGciOiJub25lIn0.e30.", "base64": "YWI=",
  "url64": "-_-_", "number": 7, "null": null, "odd": "(", "empty": "",
  "padded": "YWJj=", "unsigned": "e30.e30.AA"
}"#;

fn serve(request: &Arrived, stream: &mut TcpStream) -> Then {
    let challenge = |value| [("WWW-Authenticate", value)];
    let bytes = match request.target.as_str() {
        "/order" => {
            let headers = [
                ("Content-Type", "application/json; charset=utf-8"),
                ("ETag", "\"v7\""),
                ("X-Count", "12"),
                ("Last-Modified", "Mon, 01 Mar 2027 10:00:00 GMT"),
                ("Set-Cookie", "a=1"),
                ("Set-Cookie", "b=2"),
            ];
            answer(200, &headers, ORDER)
        }
        "/forms" => answer(200, &[("Content-Type", "application/json")], FORMS),
        "/cookies" => {
            let sid = "sid=s-42; Path=/; HttpOnly; SameSite=Strict; Domain=.example.com; \
                       Max-Age=3600; Expires=Wed, 21-Oct-2099 07:28:00 GMT";
            let lines =
                ["theme=light", "theme=dark; Secure", "n=12"].map(|line| ("Set-Cookie", line));
            answer(200, &[&lines[..], &[("Set-Cookie", sid)]].concat(), "")
        }
        "/page" => answer(200, &[("Content-Type", "text/html")], "<html><body>Hi</body></html>"),
        "/text" => answer(200, &[("Content-Type", "text/plain")], "Grüße, Alice.\n"),
        "/binary" => {
            let type_ = [("Content-Type", "text/plain; charset=utf-16")];
            answer(200, &type_, "odd")
        }
        "/nothing" => answer(200, &[("Content-Type", "application/json")], ""),
        "/twice" => answer(200, &[], r#"{"role": "user", "role": "admin"}"#),
        "/moved" => answer(302, &[("Location", "/login")], ""),
        "/away" => answer(303, &[("Location", "/moved?from=here")], ""),
        "/moved?from=here" => answer(302, &[("Location", "/text?to=there#part")], ""),
        "/text?to=there" => answer(200, &[], "Here."),
        "/elsewhere" => answer(405, &[("Allow", "POST, PUT")], ""),
        "/busy" => answer(429, &[("Retry-After", "120")], ""),
        "/untyped" => answer(200, &[], "seven"),
        "/untyped-list" => answer(200, &[], "[1,2]"),
        "/bare" => answer(401, &[], ""),
        "/comma" => answer(401, &challenge(","), ""),
        "/negotiate" => answer(401, &challenge("Negotiate"), ""),
        "/broken" => answer(401, &challenge(r#"Bearer realm="a" error="invalid_token""#), ""),
        "/several" => {
            answer(401, &challenge(r#"Basic realm="b", Bearer realm="a", DPoP algs="ES256""#), "")
        }
        "/refused" => {
            let why = r#"Bearer realm="orders", error="invalid_token", error_description="the token expired""#;
            answer(401, &challenge(why), r#"{"error": "unauthorized"}"#)
        }
        _ => answer(404, &[], ""),
    };
    reply(stream, &bytes)
}
