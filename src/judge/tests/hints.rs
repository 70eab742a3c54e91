//! What is said beyond expected and got.

use super::{mismatches, response};
use crate::http::message::Response;
use crate::judge::note::Excerpt;

#[track_caller]
fn notes(expect: &str, response: &Response) -> Vec<String> {
    let found = mismatches(expect, response);
    assert!(!found.is_empty(), "{expect} holds");
    found.into_iter().flat_map(|mismatch| mismatch.notes).map(|note| note.words).collect()
}

#[test]
fn a_query_that_finds_nothing_says_how_far_it_went() {
    let body = r#"{"orders": [{"id": 1}], "user": {"name": "alice", "mail": "a@b.c"}, "empty": [],
        "o": {"1": 2}, "none": null, "data": {"total": 3}}"#;
    let response = response(&[], body);
    let table = [
        ("$.order", "`$` has no `order`: did you mean `$.orders`?"),
        ("$.user.Name", "`$.user` has no `Name`: did you mean `$.user.name`?"),
        ("$.user.phone", "`$.user` has no `phone`; it has `name`, `mail`"),
        ("$.user.name.first", "`$.user.name` is a string, and has nothing in it"),
        ("$.none.x", "`$.none` is null, and has nothing in it"),
        ("$.orders[3]", "`$.orders` has 1 element, so no [3]"),
        ("$.empty[0]", "`$.empty` is an empty array"),
        (
            "$.orders['0']",
            "`$.orders` is an array, whose elements have numbers: write `$.orders[0]`",
        ),
        ("$.o[1]", "`$.o` is an object, whose members have names: write `$.o['1']`"),
        ("$.user[0]", "`$.user` is an object with `name`, `mail`, not an array"),
        ("$.empty[*]", "`$.empty` is an empty array"),
    ];
    for (path, note) in table {
        let expect = format!("{{json: {{\"{path}\": 1}}}}");
        assert_eq!(notes(&expect, &response), [note], "{path}");
    }
    assert_eq!(
        notes("{json: {$.total: 3}}", &response),
        [
            "`$` has no `total`; it has `orders`, `user`, `empty`, `o`, `none`, `data`",
            "there is a `total` at `$.data.total`"
        ]
    );
    assert_eq!(
        notes("{json: {$.orders.id: 1}}", &response),
        ["`$.orders` is an array of 1: `$.orders[*].id` looks into each of its elements"]
    );
    assert_eq!(
        notes("{json: {$.orders: {each: {json: {$.ids: 1}}}}}", &response),
        ["`$.orders[0]` has no `ids`: did you mean `$.orders[0].id`?"]
    );
}

#[test]
fn values_that_differ_say_where_and_how() {
    let table = [
        (
            "7",
            "\"7\"",
            "a string was sent, and a number expected: to expect what was sent, write `\"7\"`",
        ),
        (
            "'7'",
            "7",
            "a number was sent, and a string expected: to expect what was sent, write `7`",
        ),
        (
            "'true'",
            "true",
            "a boolean was sent, and a string expected: to expect what was sent, write `true`",
        ),
        ("Alice", "\"alice\"", "they differ only in upper and lower case"),
        ("alice", "\"alice\\n\"", "they differ only in white space at the beginning or the end"),
        ("a b", "\"a  b\"", "they differ only in white space"),
        (
            "[1, 2, '4']",
            "[1, 2, 4]",
            "at `$.v[2]`: a number was sent, and a string expected: to expect what was sent, write `4`",
        ),
        (
            "[3, 1, 2]",
            "[1, 2, 3]",
            "`$.v` has the same elements in another order: write `unordered`",
        ),
        (
            "{in: [6, 7]}",
            "\"7\"",
            "a string was sent, and a number expected: to expect what was sent, write `\"7\"`",
        ),
        (
            "{equals: {a: {b: [1, X]}}}",
            r#"{"a": {"b": [1, "x"]}}"#,
            "at `$.v.a.b[1]`: they differ only in upper and lower case",
        ),
        ("{equals: {name: 1}}", r#"{"nmae": 1}"#, "`$.v` has no `name`: did you mean `nmae`?"),
        (
            "{gt: 5}",
            "\"12\"",
            "the number was sent as a string, and `gt` compares numbers with numbers",
        ),
        ("{gt: 5}", "null", "`gt` compares a number with numbers, and this is null"),
        ("{gt: '2027-01-01'}", "\"soon\"", "\"soon\" is no date that RFC 3339 or HTTP knows"),
        ("{gt: '2027-01-01'}", "5", "`gt` compares a date with dates, and this is a number"),
        (
            "{contains: 5}",
            "\"a5\"",
            "a text contains texts: write `\"5\"` in quotes to look for it",
        ),
        (
            "{contains: 5}",
            "[\"5\"]",
            "a string was sent, and a number expected: to expect what was sent, write `\"5\"`",
        ),
        ("{contains: A}", "\"abc\"", "it does, if upper and lower case are ignored"),
        (
            "{contains: a}",
            "{}",
            "`contains` looks into texts and arrays, and this is an object: for its members, use `json`",
        ),
        ("{matches: a}", "5", "`matches` needs a text, and this is a number"),
        ("{length: 1}", "5", "only texts, arrays and objects have a length, and this is a number"),
        (
            "{each: 1}",
            "{}",
            "`each` looks at the elements of an array, and this is an object: `$.v.*` finds its values",
        ),
        ("{each: 1}", "[]", "an empty array proves nothing: to demand one, write `{length: 0}`"),
    ];
    for (matcher, value, note) in table {
        let response = response(&[], format!("{{\"v\": {value}}}"));
        let expect = format!("{{json: {{$.v: {matcher}}}}}");
        assert_eq!(notes(&expect, &response), [note], "{matcher} on {value}");
    }
}

#[test]
fn long_texts_show_where_they_begin_to_differ() {
    let expected = format!("{}xyz and the rest", "lorem ipsum ".repeat(10));
    let body = format!("{{\"v\": \"{}abc and the rest\"}}", "lorem ipsum ".repeat(10));
    let found = mismatches(&format!("{{json: {{$.v: \"{expected}\"}}}}"), &response(&[], body));
    let difference = found[0].notes[0].difference.as_ref().expect("long texts");
    assert_eq!(difference.character, 121);
    let shown = |Excerpt { text, shown }: &Excerpt| text[shown.clone()].to_owned();
    assert_eq!(shown(&difference.expected), " ipsum xyz and");
    assert_eq!(shown(&difference.actual), " ipsum abc and");
}

#[test]
fn nothing_is_said_that_the_two_say_already() {
    for (matcher, value) in [
        ("7", "8"),
        ("a", "\"b\""),
        ("null", "1"),
        ("{gt: 5}", "4"),
        ("[1, 2]", "[1, 2, 3]"),
        ("[1, x]", "[1, \"y\"]"),
    ] {
        let response = response(&[], format!("{{\"v\": {value}}}"));
        let expect = format!("{{json: {{$.v: {matcher}}}}}");
        assert_eq!(notes(&expect, &response), [""; 0], "{matcher} on {value}");
    }
}

#[test]
fn nodes_are_called_by_where_they_stand() {
    let response = response(&[], r#"{"a": [{"b": 1}, {"c": 2}, {"b": 3}]}"#);
    let found = mismatches("{json: {'$.a[*].b': {each: {lt: 2}}}}", &response);
    assert_eq!(found[0].subject, "json $.a[2].b");
}

#[test]
fn headers_and_statuses_explain_themselves() {
    let json = [("Content-Type", "application/json; charset=utf-8"), ("X-A", "1"), ("X-A", "2")];
    let ok = response(&json, "");
    assert_eq!(
        notes("{headers: {content-type: application/json}}", &ok),
        ["it only begins so: to leave the rest open, use `starts_with`"]
    );
    assert_eq!(
        notes("{headers: {content_type: {exists: true}}}", &ok),
        ["did you mean `Content-Type`?"]
    );
    assert_eq!(
        notes("{headers: {x-a: 1}}", &ok),
        ["the header came in 2 lines: `any` or `each` looks at each of them"]
    );
    assert_eq!(
        notes("{headers: {x-a: {starts_with: 1}}}", &ok),
        ["the header came in 2 lines: `any` or `each` around `starts_with` looks at each of them"]
    );
    let challenge = "Bearer error=\"invalid_token\", error_description=\"it expired\"";
    let refused = Response { status: 401, ..response(&[("WWW-Authenticate", challenge)], "") };
    assert_eq!(notes("200", &refused), ["its challenge says invalid_token: it expired"]);
    let moved = Response { status: 302, ..response(&[("Location", "/login")], "") };
    assert_eq!(
        notes("200", &moved),
        ["it leads to /login; `follow_redirects` says how many of these are followed"]
    );
    assert_eq!(notes("[401, 403]", &ok), ["the request was let through"]);
}
