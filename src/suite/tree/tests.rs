//! What is read, what is refused and in which words, where each thing stands, and what it may cost.

mod cost;
mod refused;

use super::*;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    parse(&Arc::new(Source::new("a.yaml", text)))
}

/// The tree of a text without faults.
fn tree(text: &str) -> Node {
    let (node, faults) = read(text);
    assert!(faults.is_empty(), "{text:?}: {faults:?}");
    node.unwrap()
}

impl Node {
    /// The value of a key of a mapping.
    fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
            }
            _ => None,
        }
    }
}

/// The nodes and keys in the order of the text, as their marked text.
fn marked<'t>(node: &Node, text: &'t str, out: &mut Vec<&'t str>) {
    out.push(&text[node.span.start as usize..node.span.end as usize]);
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| marked(item, text, out)),
        Value::Map(entries) => entries.iter().for_each(|Entry { key, value }| {
            out.push(&text[key.span.start as usize..key.span.end as usize]);
            marked(value, text, out);
        }),
        _ => {}
    }
}

#[test]
fn every_node_knows_its_place() {
    let table: [(&str, &[&str]); 16] = [
        ("a: b # c\n", &["a: b", "a", "b"]),
        ("a: \"b # c\"   # d\n", &["a: \"b # c\"", "a", "\"b # c\""]),
        ("'a''b' : 'x''y' # 'z'\n", &["'a''b' : 'x''y'", "'a''b'", "'x''y'"]),
        ("a: \"b\\\"c\" \n", &["a: \"b\\\"c\"", "a", "\"b\\\"c\""]),
        ("- a\n- - b\n  - c\n", &["- a\n- - b\n  - c", "a", "- b\n  - c", "b", "c"]),
        ("a:\n- - b\n- c\n", &["a:\n- - b\n- c", "a", "- - b\n- c", "- b", "b", "c"]),
        (
            "a:\n  - x: 1\n    y: 2\n\n\nb: 3\n",
            &[
                "a:\n  - x: 1\n    y: 2\n\n\nb: 3",
                "a",
                "- x: 1\n    y: 2",
                "x: 1\n    y: 2",
                "x",
                "1",
                "y",
                "2",
                "b",
                "3",
            ],
        ),
        (
            "a: [ b, {c: d} ] # e\n",
            &["a: [ b, {c: d} ]", "a", "[ b, {c: d} ]", "b", "{c: d}", "c", "d"],
        ),
        ("a: [b: c, d]\n", &["a: [b: c, d]", "a", "[b: c, d]", "b: c", "b", "c", "d"]),
        ("a: []\nb: {}\n", &["a: []\nb: {}", "a", "[]", "b", "{}"]),
        (
            "a: |  # x\n  b\n  c\n\nd: 1\n",
            &["a: |  # x\n  b\n  c\n\nd: 1", "a", "|  # x\n  b\n  c", "d", "1"],
        ),
        ("- >-\n  b\n\n  c", &["- >-\n  b\n\n  c", ">-\n  b\n\n  c"]),
        ("a: &x  [1]\nb: *x\n", &["a: &x  [1]\nb: *x", "a", "[1]", "1", "b", "*x", "1"]),
        ("a: b\n  c\nd: e\n", &["a: b\n  c\nd: e", "a", "b\n  c", "d", "e"]),
        (
            "# ü\nü: ö # ä\nß: [ñ, 'é' , \"日本\"]\n",
            &[
                "ü: ö # ä\nß: [ñ, 'é' , \"日本\"]",
                "ü",
                "ö",
                "ß",
                "[ñ, 'é' , \"日本\"]",
                "ñ",
                "'é'",
                "\"日本\"",
            ],
        ),
        ("\u{feff}--- # x\n? a\n: 'b'\n", &["? a\n: 'b'", "a", "'b'"]),
    ];
    for (text, expected) in table {
        let mut found = Vec::new();
        marked(&tree(text), text, &mut found);
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn places_are_found_far_behind_characters_of_several_bytes() {
    let mut text = String::new();
    (0..500).for_each(|line| text += &format!("k{line}: \"zwölf 日本 {line}\" # ü\n"));
    let Value::Map(entries) = tree(&text).value else { panic!("not a mapping") };
    for (line, Entry { key, value }) in entries.iter().enumerate() {
        assert_eq!(&text[key.span.start as usize..key.span.end as usize], format!("k{line}"));
        let quoted = &text[value.span.start as usize..value.span.end as usize];
        assert_eq!(quoted, format!("\"zwölf 日本 {line}\""));
    }
}

#[test]
fn plain_scalars_are_what_json_says() {
    let table = [
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("0", "0"),
        ("-0", "-0"),
        ("123.00", "123.00"),
        ("1e5", "1e5"),
        ("100e100", "100e100"),
        ("-1.5E-3", "-1.5E-3"),
        ("0.0e+0", "0.0e+0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("no", "\"no\""),
        ("yes", "\"yes\""),
        ("2xx", "\"2xx\""),
        ("2027-03-01", "\"2027-03-01\""),
        ("Bearer", "\"Bearer\""),
        ("127.0.0.1", "\"127.0.0.1\""),
        ("12:30", "\"12:30\""),
        ("-x", "\"-x\""),
        ("--", "\"--\""),
        ("+", "\"+\""),
        (".", "\".\""),
        ("1e", "\"1e\""),
        ("0xzz", "\"0xzz\""),
        ("_1", "\"_1\""),
        ("1_a", "\"1_a\""),
        ("nulls", "\"nulls\""),
        ("~/x", "\"~/x\""),
        ("\"0777\"", "\"0777\""),
        ("'~'", "\"~\""),
        ("$.a[0]", "\"$.a[0]\""),
    ];
    for (written, json) in table {
        assert_eq!(tree(&format!("- {written}\n")).to_json()[0].to_string(), json, "{written}");
    }
}

#[test]
fn keys_are_texts_as_they_are_spelled() {
    let node = tree("200: a\nnull: b\n0777: c\n~: d\n\"e f\": g\nTrue: h\n");
    let json = node.to_json().to_string();
    assert_eq!(json, r#"{"200":"a","null":"b","0777":"c","~":"d","e f":"g","True":"h"}"#);
    assert_eq!(node.get("200").and_then(Node::as_text), Some("a"));
    assert!(node.get("201").is_none());
}

#[test]
fn nodes_name_their_kind() {
    let node = tree("[null, true, 1, a, [], {}, [1], {a: 1}]");
    let Value::List(items) = node.value else { panic!("not a list") };
    let names: Vec<&str> = items.iter().map(Node::kind_name).collect();
    assert_eq!(names[..4], ["null", "true", "a number", "a text"]);
    assert_eq!(names[4..], ["an empty list", "an empty mapping", "a list", "a mapping"]);
    assert_eq!(items[2].as_text(), None);
}

/// Documents that both readers take: the values agree.
#[test]
fn values_agree_with_another_reader() {
    let documents = [
        "a: 1\nb: [x, 'y', \"z\\n\\u00e9\"]\nc: {d: null, e: {f: true}}\n",
        "text: |\n  one\n    two\n\n  three\nfolded: >-\n  one\n  two\n\n  three\nkeep: |+\n  x\n\n",
        "base: &base {a: 1, b: [2, 3]}\nuse: *base\nlist: [*base, *base]\n",
        "a: one\n  two\n  three\n\"b c\":   'it''s'\n",
        "- - - deep\n    - er\n  - x\n- {a: [b: c]}\n",
        "# comment\n---\na: http://x/y?z=1#f\nb: a:b\nc: '#'\n...\n",
        "json:\n  $.orders: {length: 2, each: {json: {$.owner: alice, $.id: {type: integer}}}}\n",
        "empty: ''\nlist: []\nmap: {}\nnumber: -1.5\nlong: \"a\\\n  b\"\n",
        "windows: 1\r\nlines:\r\n  - |\r\n    a\r\n    b\r\n  - c\r\n",
        "a: {\"b\":1, 'c': [1,2,], d: x y}\n",
    ];
    for document in documents {
        let expected: serde_json::Value = serde_yaml::from_str(document).unwrap();
        assert_eq!(tree(document).to_json(), expected, "{document}");
    }
}
