//! What differs, and nothing else.

use super::{mismatches, response};
use crate::judge::diff::{Diff, Side};

/// The differences as a person sees them.
fn shown(diff: &Diff) -> Vec<String> {
    let mut shown = Vec::new();
    for hunk in &diff.hunks {
        shown.push(format!("@ {}", hunk.place));
        for line in &hunk.lines {
            let sign = match line.side {
                Side::Both | Side::Gap => ' ',
                Side::Expected => '-',
                Side::Actual => '+',
            };
            shown.push(format!("{sign} {}", &line.text.text[line.text.shown.clone()]));
        }
    }
    if diff.more > 0 {
        shown.push(format!("{} more", diff.more));
    }
    shown
}

#[track_caller]
fn check(expect: &str, body: &str, lines: &[&str]) {
    let found = mismatches(expect, &response(&[], body));
    let diff = found.first().and_then(|mismatch| mismatch.diff.as_ref()).map(shown);
    assert_eq!(diff.unwrap_or_default(), lines, "{expect} on {body}");
}

#[test]
fn objects_differ_by_their_members() {
    check(
        "{json: {$: {equals: {a: 1, b: 2, c: 3, d: {e: [1, {f: 1, g: 2}]}, h: 5}}}}",
        r#"{"a": 1, "b": 9, "c": 3, "d": {"e": [1, {"f": 1, "g": 7}]}, "h": 5, "i": 6}"#,
        &[
            "@ $",
            "  \"a\": 1",
            "- \"b\": 2",
            "+ \"b\": 9",
            "  \"c\": 3",
            "  \"h\": 5",
            "+ \"i\": 6",
            "@ $.d.e[1]",
            "  \"f\": 1",
            "- \"g\": 2",
            "+ \"g\": 7",
        ],
    );
}

#[test]
fn lists_are_aligned() {
    check(
        "{json: {$: {equals: [1, 2, 3, 4, 5]}}}",
        "[0, 1, 2, 4, 5]",
        &["@ $", "+ [0] 0", "  [1] 1", "  [2] 2", "- [2] 3", "  [3] 4"],
    );
    check("{json: {$: {equals: [1]}}}", "[]", &["@ $", "- [0] 1"]);
    check(
        "{json: {$: {equals: [{a: 1}]}}}",
        r#"["a"]"#,
        &["@ $", "- [0] {\"a\":1}", "+ [0] \"a\""],
    );
}

#[test]
fn a_part_is_told_beside_what_is_most_like_it() {
    let body = r#"[{"sku": "x", "count": 2}, {"sku": "y", "count": 1}]"#;
    check(
        "{json: {$: {includes: [{sku: y, count: 3}]}}}",
        body,
        &["@ $[1]", "  \"sku\": \"y\"", "- \"count\": 3", "+ \"count\": 1"],
    );
    check(
        "{json: {$: {contains: {sku: x, count: 3}}}}",
        body,
        &["@ $[0]", "  \"sku\": \"x\"", "- \"count\": 3", "+ \"count\": 2"],
    );
    check("{json: {$: {includes: [{sku: z}]}}}", r#"[{"a": 1}]"#, &["@ $", "- {\"sku\":\"z\"}"]);
    check(
        "{json: {$: {unordered: [{sku: y, count: 1}, {sku: x, count: 3}, 7]}}}",
        body,
        &["@ $", "- 7", "@ $[0]", "  \"sku\": \"x\"", "- \"count\": 3", "+ \"count\": 2"],
    );
}

#[test]
fn texts_differ_by_their_lines_and_json_by_its_structure() {
    check(
        "{body: \"one\\ntwo\\nthree\\nfour\\n\"}",
        "one\n2\nthree\nfour\n",
        &["@ line 2", "  one", "- two", "+ 2", "  three"],
    );
    check("{body: \"{\\\"a\\\": 1}\"}", r#"{"a": 2}"#, &["@ $", "- \"a\": 1", "+ \"a\": 2"]);
    check("{body: one}", "two", &[]);
    check("{json: {$: 1}}", "2", &[]);
}

#[test]
fn very_many_differences_are_counted() {
    let list =
        |from: usize| (from..from + 100).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let expect = format!("{{json: {{$: {{equals: [{}]}}}}}}", list(0));
    let found = mismatches(&expect, &response(&[], format!("[{}]", list(1000))));
    let diff = found[0].diff.as_ref().expect("they differ");
    assert_eq!((diff.hunks[0].lines.len(), diff.more), (40, 160));
}
