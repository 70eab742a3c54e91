//! Bodies that cannot be read, challenges, and what is looked at.

use super::{mismatches, response, titles};
use crate::http::message::Response;

#[track_caller]
fn one(expect: &str, response: &Response) -> (String, Vec<String>) {
    let found = mismatches(expect, response);
    assert_eq!(found.len(), 1, "{:?}", titles(&found));
    (titles(&found).remove(0), found[0].notes.iter().map(|note| note.words.clone()).collect())
}

#[test]
fn a_body_that_is_no_json_fails_every_check_that_needs_it() {
    for (body, reason) in [
        (&b""[..], "an empty body"),
        (b"<html>", "a body that is not JSON: a value is expected at character 1"),
        (b"{\"a\": \"\xff\"}", "a body that is not JSON: byte 8 is not UTF-8"),
        (
            b"{\"a\": 1, \"a\": 2}",
            "JSON that can be read in two ways: the name `a` occurs twice in an object at character 12",
        ),
    ] {
        let response = response(&[], body);
        let found = mismatches("{json: {$.a: 1, $.b: {exists: false}}}", &response);
        assert_eq!(
            titles(&found),
            [
                format!("json $.a: expected 1 (number), got {reason}"),
                format!("json $.b: expected nothing, got {reason}"),
            ]
        );
        assert!(mismatches("200", &response).is_empty());
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let (title, _) = one("{json: {$: {exists: true}}}", &response(&[], deep));
    assert!(title.ends_with("got JSON that is nested too deep: 127 levels are read"), "{title}");
}

#[test]
fn a_text_is_read_by_its_charset() {
    let latin = |charset: &str| {
        response(&[("Content-Type", &format!("text/plain; charset={charset}"))], b"caf\xe9")
    };
    assert!(mismatches("{body: café}", &latin("ISO-8859-1")).is_empty());
    assert!(mismatches("{body: café}", &latin("\"iso-8859-1\"")).is_empty());
    let title = |response: &Response| one("{body: café}", response).0;
    assert_eq!(
        title(&latin("utf-8")),
        "body: expected \"café\", got a body that is not text in the charset `utf-8` of its content type"
    );
    assert_eq!(
        title(&latin("klingon")),
        "body: expected \"café\", got a body in the unknown charset `klingon`"
    );
    assert_eq!(
        title(&response(&[], b"caf\xe9")),
        "body: expected \"café\", got a body that is not UTF-8, and its content type names no other charset"
    );
}

#[test]
fn a_challenge_holds_when_one_meets_all() {
    let refused = |lines: &[&str]| {
        let headers: Vec<(&str, &str)> =
            lines.iter().map(|line| ("WWW-Authenticate", *line)).collect();
        Response { status: 401, ..response(&headers, "") }
    };
    let both = refused(&["Basic realm=\"a\"", "bearer Error=\"invalid_token\", realm=\"b\""]);
    for (challenge, holds) in [
        ("Bearer", true),
        ("BASIC", true),
        ("DPoP", false),
        ("{scheme: Bearer, error: invalid_token}", true),
        ("{error: invalid_token}", true),
        ("{ERROR: invalid_token}", true),
        ("{error: Invalid_Token}", false),
        ("{scheme: Basic, error: invalid_token}", false),
        ("{scheme: Bearer, realm: a}", false),
        ("{scheme: Bearer, scope: {exists: false}}", true),
        ("{scheme: {in: [dpop, bearer]}}", true),
        ("{realm: {matches: '^[ab]$'}}", true),
        ("{realm: {not: {exists: true}}}", false),
    ] {
        let expect = format!("{{status: 401, challenge: {challenge}}}");
        assert_eq!(mismatches(&expect, &both).is_empty(), holds, "{challenge}");
    }
}

#[test]
fn the_nearest_challenge_has_the_scheme() {
    let headers =
        [("WWW-Authenticate", "Basic realm=\"b\", Bearer realm=\"a\", error=\"invalid_request\"")];
    let refused = Response { status: 401, ..response(&headers, "") };
    let expect = "{status: 401, challenge: {scheme: Bearer, realm: b, error: invalid_token}}";
    assert_eq!(
        titles(&mismatches(expect, &refused)),
        [
            "challenge realm: expected \"b\", got \"a\"",
            "challenge error: expected \"invalid_token\", got \"invalid_request\"",
        ]
    );
}

#[test]
fn a_challenge_that_cannot_be_read_never_counts() {
    let line = "Bearer realm=\"x\" error=\"invalid_token\"";
    let refused = Response { status: 401, ..response(&[("WWW-Authenticate", line)], "") };
    for challenge in ["Bearer", "{realm: x}", "{error: {exists: false}}"] {
        let expect = format!("{{status: 401, challenge: {challenge}}}");
        let (title, notes) = one(&expect, &refused);
        assert!(title.contains("which cannot be read"), "{title}");
        assert_eq!(
            notes,
            [
                "at character 18: found `error`, expected a comma or the end",
                "a comma is missing before `error`"
            ]
        );
    }
    let (title, _) =
        one("{status: 401, challenge: Bearer}", &Response { status: 401, ..response(&[], "") });
    assert_eq!(
        title,
        "challenge: expected a challenge with scheme \"Bearer\", got no WWW-Authenticate header"
    );
}

#[test]
fn a_time_is_compared_as_it_was_measured() {
    let response = response(&[], "");
    assert!(mismatches("{duration: {lt: 121ms, gte: 120ms}}", &response).is_empty());
    let (title, _) = one("{duration: {lt: 120ms}}", &response);
    assert_eq!(title, "duration: expected less than 120ms, got 120.0 ms");
}

#[test]
fn a_long_list_tells_of_its_first_elements() {
    let body = serde_json::json!({ "v": (0..1000).collect::<Vec<_>>() }).to_string();
    let found = mismatches("{json: {$.v: {each: {lt: 5}}}}", &response(&[], body));
    assert_eq!(found.len(), 10);
    assert_eq!(found[0].subject, "json $.v[5]");
    assert_eq!(found[9].notes[0].words, "the same goes for 985 more of its 1000 elements");
}
