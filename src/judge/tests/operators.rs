//! Every operator on every kind of value: it holds, it fails, or it does not fit.

use super::{mismatches, response, titles};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    /// The matcher holds, and `not` around it does not.
    Holds,
    /// The matcher does not hold, and `not` around it does.
    Fails,
    /// Neither holds.
    Unfit,
}

use Says::{Fails, Holds, Unfit};

/// `part` is what stands before the matcher in `expect`, such as `json: {$.v`.
#[track_caller]
fn check(matcher: &str, headers: &[(&str, &str)], body: &str, part: &str, says: Says) {
    let response = response(headers, body);
    let end = if part.contains('{') { "}}" } else { "}" };
    let holds =
        |matcher: &str| mismatches(&format!("{{{part}: {matcher}{end}"), &response).is_empty();
    let found = match (holds(matcher), holds(&format!("{{not: {matcher}}}"))) {
        (true, false) => Holds,
        (false, true) => Fails,
        (false, false) => Unfit,
        (true, true) => panic!("{matcher} and its opposite hold for {body}"),
    };
    assert_eq!(found, says, "{matcher} on {body} {headers:?}");
}

const VALUES: [&str; 9] = ["", "null", "true", "1", "\"a\"", "[]", "[\"a\"]", "{}", "{\"a\": 1}"];

#[test]
fn each_operator_on_each_kind_of_json_value() {
    #[rustfmt::skip]
    let table = [
        //                       missing null   true   1      "a"    []     ["a"]  {}     {"a": 1}
        ("1",                   [Unfit, Fails, Fails, Holds, Fails, Fails, Fails, Fails, Fails]),
        ("a",                   [Unfit, Fails, Fails, Fails, Holds, Fails, Fails, Fails, Fails]),
        ("'1'",                 [Unfit, Fails, Fails, Fails, Fails, Fails, Fails, Fails, Fails]),
        ("null",                [Unfit, Holds, Fails, Fails, Fails, Fails, Fails, Fails, Fails]),
        ("[]",                  [Unfit, Fails, Fails, Fails, Fails, Holds, Fails, Fails, Fails]),
        ("{equals: {}}",        [Unfit, Fails, Fails, Fails, Fails, Fails, Fails, Holds, Fails]),
        ("{equals: {a: 1.0}}",  [Unfit, Fails, Fails, Fails, Fails, Fails, Fails, Fails, Holds]),
        ("{in: [1, a, null]}",  [Unfit, Holds, Fails, Holds, Holds, Fails, Fails, Fails, Fails]),
        ("{type: string}",      [Unfit, Fails, Fails, Fails, Holds, Fails, Fails, Fails, Fails]),
        ("{type: 'null'}",      [Unfit, Holds, Fails, Fails, Fails, Fails, Fails, Fails, Fails]),
        ("{type: [array, integer]}", [Unfit, Fails, Fails, Holds, Fails, Holds, Holds, Fails, Fails]),
        ("{exists: true}",      [Fails, Holds, Holds, Holds, Holds, Holds, Holds, Holds, Holds]),
        ("{exists: false}",     [Holds, Fails, Fails, Fails, Fails, Fails, Fails, Fails, Fails]),
        ("{gt: 0}",             [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{gte: 1}",            [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{lt: 1}",             [Unfit, Unfit, Unfit, Fails, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{lte: 1}",            [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{gt: '2027-01-01'}",  [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{contains: a}",       [Unfit, Unfit, Unfit, Unfit, Holds, Fails, Holds, Unfit, Unfit]),
        ("{contains: 1}",       [Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Fails, Unfit, Unfit]),
        ("{starts_with: a}",    [Unfit, Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit]),
        ("{ends_with: b}",      [Unfit, Unfit, Unfit, Unfit, Fails, Unfit, Unfit, Unfit, Unfit]),
        ("{matches: '^[a-c]$'}", [Unfit, Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit]),
        ("{length: 1}",         [Unfit, Unfit, Unfit, Unfit, Holds, Fails, Holds, Fails, Holds]),
        ("{length: {gte: 1}}",  [Unfit, Unfit, Unfit, Unfit, Holds, Fails, Holds, Fails, Holds]),
        ("{each: a}",           [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Holds, Unfit, Unfit]),
        ("{each: b}",           [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Unfit, Unfit]),
        ("{any: a}",            [Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Holds, Unfit, Unfit]),
        ("{all: [{type: string}, a]}", [Unfit, Fails, Fails, Fails, Holds, Fails, Fails, Fails, Fails]),
        ("{json: {$.a: 1}}",    [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Holds]),
        ("{json: {$.a: {exists: false}}}", [Unfit, Unfit, Unfit, Unfit, Unfit, Holds, Holds, Holds, Fails]),
        ("{not: {not: a}}",     [Unfit, Fails, Fails, Fails, Holds, Fails, Fails, Fails, Fails]),
        ("{not: {gt: 5}}",      [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{close_to: [2, 1]}",  [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{close_to: [3, 1.9]}", [Unfit, Unfit, Unfit, Fails, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{close_to: [2027-01-01, 1h]}", [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit]),
        ("{empty: true}",       [Unfit, Unfit, Unfit, Unfit, Fails, Holds, Fails, Holds, Fails]),
        ("{empty: false}",      [Unfit, Unfit, Unfit, Unfit, Holds, Fails, Holds, Fails, Holds]),
        ("{is: hostname}",      [Unfit, Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit]),
        ("{is: uuid}",          [Unfit, Unfit, Unfit, Unfit, Fails, Unfit, Unfit, Unfit, Unfit]),
        ("{includes: [a]}",     [Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Holds, Unfit, Unfit]),
        ("{includes: {a: 1}}",  [Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Holds]),
        ("{unordered: [a]}",    [Unfit, Unfit, Unfit, Unfit, Unfit, Fails, Holds, Unfit, Unfit]),
        ("{unordered: []}",     [Unfit, Unfit, Unfit, Unfit, Unfit, Holds, Fails, Unfit, Unfit]),
        ("{schema: {type: string}}", [Unfit, Fails, Fails, Fails, Holds, Fails, Fails, Fails, Fails]),
        ("{schema: {type: array, items: {const: a}}}", [Unfit, Fails, Fails, Fails, Fails, Holds, Holds, Fails, Fails]),
        ("{schema: {minimum: 2}}", [Unfit, Holds, Holds, Fails, Holds, Holds, Holds, Holds, Holds]),
        // Both must hold, and one that does not fit leaves the other's opposite open.
        ("{type: number, gt: 0}", [Unfit, Unfit, Unfit, Holds, Unfit, Unfit, Unfit, Unfit, Unfit]),
    ];
    for (matcher, row) in table {
        for (value, says) in VALUES.into_iter().zip(row) {
            let body = match value {
                "" => "{}".to_owned(),
                value => format!("{{\"v\": {value}}}"),
            };
            check(matcher, &[], &body, "json: {$.v", says);
        }
    }
}

#[test]
fn one_element_that_does_not_fit_leaves_any_open() {
    for (list, says) in
        [("[9, \"a\"]", Holds), ("[1, \"a\"]", Unfit), ("[\"a\", \"b\"]", Unfit), ("[1, 2]", Fails)]
    {
        check("{any: {gt: 5}}", &[], &format!("{{\"v\": {list}}}"), "json: {$.v", says);
    }
}

#[test]
fn headers_and_bodies_are_text() {
    let header = "headers: {x-a";
    let table: [(&[&str], &str, Says); 46] = [
        (&[], "a", Unfit),
        (&[], "{exists: false}", Holds),
        (&[""], "{exists: true}", Holds),
        (&[""], "''", Holds),
        (&["12"], "12", Holds),
        (&["12"], "'12'", Holds),
        (&["12"], "12.0", Fails),
        (&["1.0"], "1.0", Holds),
        (&["1.0"], "1", Fails),
        (&["1e3"], "1e3", Holds),
        (&["true"], "true", Holds),
        (&["A"], "a", Fails),
        (&["12"], "{in: [11, 12]}", Holds),
        (&["12"], "{gt: 9}", Holds),
        (&["12"], "{gt: '9'}", Holds),
        (&["0.5"], "{lte: 0.50}", Holds),
        (&["twelve"], "{gt: 9}", Unfit),
        (&["0x1f"], "{gt: 9}", Unfit),
        (&["12"], "{type: string}", Holds),
        (&["a", "b"], "{type: array}", Holds),
        (&["a", "b"], "a", Unfit),
        (&["a", "b"], "{in: [a, b]}", Unfit),
        (&["a", "b"], "[a, c]", Fails),
        (&["a"], "[a]", Unfit),
        (&["a"], "{in: [[a, b], c]}", Fails),
        (&["Sun, 06 Nov 1994 08:49:37 GMT"], "{lt: '1994-11-06T09:00:00Z'}", Holds),
        (&["a12b"], "{contains: 12}", Holds),
        (&["a12b"], "{matches: '[0-9]b'}", Holds),
        (&["äö"], "{length: 2}", Holds),
        (&["a"], "{each: a}", Holds),
        (&["a"], "{any: {starts_with: b}}", Fails),
        (&["a", "b"], "{contains: b}", Holds),
        (&["a", "b"], "[a, b]", Holds),
        (&["a", "b"], "{length: 2}", Holds),
        (&["a", "b"], "{each: {matches: '^.$'}}", Holds),
        (&["a", "b"], "{starts_with: a}", Unfit),
        (&["a"], "{each: {each: a}}", Unfit),
        (&["12"], "{close_to: [10, 2]}", Holds),
        (&["twelve"], "{close_to: [10, 2]}", Unfit),
        (&["12"], "{unordered: [12]}", Holds),
        (&["a", "b"], "{unordered: [b, a]}", Holds),
        (&["a", "b"], "{includes: [b]}", Holds),
        (&["a", "b"], "{includes: {a: b}}", Unfit),
        (&["::1"], "{is: ipv6}", Holds),
        (&["a", "b"], "{is: ipv6}", Unfit),
        (&[""], "{empty: true}", Holds),
    ];
    for (lines, matcher, says) in table {
        let headers: Vec<(&str, &str)> = lines.iter().map(|line| ("X-A", *line)).collect();
        check(matcher, &headers, "", header, says);
    }
    for (body, matcher, says) in [
        ("12\n", "12", Fails),
        ("12\n", "{gt: 11}", Holds),
        ("12", "12", Holds),
        ("\u{feff}hello", "hello", Holds),
        ("", "''", Holds),
        ("", "{length: 0}", Holds),
        ("hello", "{contains: ell}", Holds),
        ("hello", "{each: hello}", Unfit),
        ("", "{empty: true}", Holds),
        ("hello", "{unordered: [hello]}", Unfit),
        ("hello", "{equals: {base64: aGVsbG8=}}", Holds),
        ("hello\n", "{equals: {base64: aGVsbG8=}}", Fails),
        ("", "{equals: {base64: ''}}", Holds),
        (
            "hello",
            "{sha256: 2CF24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824}",
            Holds,
        ),
        ("hello", &format!("{{sha256: '{}'}}", "0".repeat(64)), Fails),
    ] {
        check(matcher, &[], body, "body", says);
    }
}

#[test]
fn a_body_that_is_no_text_has_bytes_and_nothing_else() {
    let table = [
        ("{equals: {base64: /w==}}", Holds),
        ("{equals: {base64: YQ==}}", Fails),
        ("{sha256: a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89}", Holds),
        ("{empty: false}", Holds),
        ("{empty: true}", Fails),
        ("{type: string}", Unfit),
        ("a", Unfit),
        ("{in: [a]}", Unfit),
        ("{contains: a}", Unfit),
        ("{length: 1}", Unfit),
        ("{matches: a}", Unfit),
        ("{is: uuid}", Unfit),
        ("{each: a}", Unfit),
    ];
    for (matcher, says) in table {
        let says_of = |matcher: &str| {
            mismatches(&format!("{{body: {matcher}}}"), &response(&[], [0xff])).is_empty()
        };
        let found = match (says_of(matcher), says_of(&format!("{{not: {matcher}}}"))) {
            (true, false) => Holds,
            (false, true) => Fails,
            (false, false) => Unfit,
            (true, true) => panic!("{matcher} and its opposite hold"),
        };
        assert_eq!(found, says, "{matcher}");
    }
}

#[test]
fn numbers_are_exact() {
    for (body, matcher, says) in [
        ("18446744073709551617", "18446744073709551617", Holds),
        ("18446744073709551616", "18446744073709551617", Fails),
        ("9007199254740993", "{gt: 9007199254740992}", Holds),
        ("1.0", "1", Holds),
        ("1e400", "{type: integer}", Holds),
        ("1e400", "{gt: 1e399}", Holds),
        ("1e400", "1e401", Fails),
        ("1.5", "{type: integer}", Fails),
        ("100e-2", "{type: integer}", Holds),
        ("0.1", "0.10", Holds),
        ("-0.0", "0", Holds),
        ("\"12\"", "{gt: 5}", Unfit),
        ("\"2027-03-01T00:00:00+01:00\"", "{lt: '2027-03-01'}", Holds),
    ] {
        check(matcher, &[], &format!("{{\"v\": {body}}}"), "json: {$.v", says);
    }
}

#[test]
fn a_query_that_may_find_several_gives_a_list_also_of_one() {
    let body = r#"{"o": [{"id": 1}], "e": []}"#;
    for (path, matcher, says) in [
        ("$.o[0].id", "1", Holds),
        ("$.o[*].id", "1", Unfit),
        ("$.o[*].id", "{in: [1, 2]}", Unfit),
        ("$.o[*].id", "{type: number}", Unfit),
        ("$.o[*].id", "[2]", Fails),
        ("$.o[*].id", "[1]", Holds),
        ("$.o[*].id", "{each: {gt: 0}}", Holds),
        ("$.o[*].id", "{contains: 1}", Holds),
        ("$.o[*].id", "{length: 1}", Holds),
        ("$.o[*].id", "{type: array}", Holds),
        ("$.o[*].id", "{json: {'$[0]': 1}}", Holds),
        ("$.e", "[]", Holds),
        ("$.e[*]", "[]", Unfit),
        ("$.e[*]", "{exists: false}", Holds),
        ("$.e[*]", "{length: 0}", Unfit),
        ("$..id", "[1]", Holds),
    ] {
        check(matcher, &[], body, &format!("json: {{'{path}'"), says);
    }
}

#[test]
fn a_status_meets_codes_classes_and_lists() {
    for (matcher, says) in [
        ("200", Holds),
        ("2xx", Holds),
        ("4xx", Fails),
        ("[401, 2xx]", Holds),
        ("[401, 403]", Fails),
        ("{in: [200, 201]}", Holds),
        ("{gte: 200, lt: 300}", Holds),
        ("{equals: 200}", Holds),
    ] {
        check(matcher, &[], "", "status", says);
    }
}

#[test]
fn each_operator_is_told_by_itself() {
    let body = r#"{"v": "abc"}"#;
    let found = mismatches(
        "{json: {$.v: {starts_with: x, length: {gt: 3, not: 3}, ends_with: c, all: [{contains: y}, {contains: z}]}}}",
        &response(&[], body),
    );
    assert_eq!(
        titles(&found),
        [
            "json $.v: expected a text that starts with \"x\", got \"abc\" (string)",
            "length of json $.v: expected more than 3, got 3",
            "length of json $.v: expected anything but 3, got 3",
            "json $.v: expected something that contains \"y\", got \"abc\" (string)",
            "json $.v: expected something that contains \"z\", got \"abc\" (string)",
        ]
    );
}
