//! The vectors of the grammar, and what the parser says of what breaks it.

use serde_json::Value;

use super::{Challenge, parse};

fn challenge(value: &Value) -> Challenge {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let params = value["params"].as_array().unwrap();
    Challenge {
        scheme: text(&value["scheme"]),
        token68: value.get("token68").map(text),
        params: params.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        is_realm_bare: false,
    }
}

fn challenges(value: &Value) -> Vec<Challenge> {
    value.as_array().unwrap().iter().map(challenge).collect()
}

/// Schemes mean the same in any case; the vectors have them in lower case.
fn lowered(challenges: Vec<Challenge>) -> Vec<Challenge> {
    let lower = |c: Challenge| Challenge { scheme: c.scheme.to_ascii_lowercase(), ..c };
    challenges.into_iter().map(lower).collect()
}

#[test]
fn every_vector_reads_as_it_says() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../../fixtures/challenges.json")).unwrap();
    assert!(vectors.len() > 20);
    for vector in vectors {
        let text = vector["value"].as_str().unwrap();
        match (parse([text]), vector.get("challenges")) {
            (Ok(read), Some(expected)) => assert_eq!(lowered(read), challenges(expected), "{text}"),
            (Err(unreadable), None) => {
                assert!(vector["error"].is_string(), "{text}");
                assert!(!unreadable.faults.is_empty(), "{text}");
                let expected = vector.get("recovered").map(challenges);
                assert_eq!(unreadable.recovered.map(lowered), expected, "{text}");
            }
            (read, _) => panic!("{text}: {read:?}"),
        }
    }
}

#[test]
fn a_fault_says_where_what_was_expected_and_the_likely_cause() {
    let table = [
        (
            r#"Bearer realm="x" error="y""#,
            "at character 18: found `error`, expected a comma or the end",
            "a comma is missing before `error`",
        ),
        (
            "Bearer realm=my app, error=x",
            "at character 17: found `app`, expected a comma or the end",
            "the value needs quotes: `realm=\"my app\"`",
        ),
        (
            "Bearer realm=https://a.example/x",
            "at character 19: found `:`, expected a comma or the end",
            "the value needs quotes: `realm=\"https://a.example/x\"`",
        ),
        (
            r#"Bearer error="say "hi" now""#,
            "at character 20: found `hi`, expected a comma or the end",
            "a comma is missing before it, or a quote in the value of `error` has no `\\` before it",
        ),
        (
            r#"Bearer realm="x"; error="y""#,
            "at character 17: found `;`, expected a comma or the end",
            "parameters are separated by commas, not by semicolons",
        ),
        (
            r#"Bearer realm="x"#,
            "at character 14: the value of `realm` has no closing quote",
            "a quote is missing at its end, or a `\\` before a quote takes it for a part of the text",
        ),
        (
            r#"realm="x""#,
            "at character 1: the parameter `realm` belongs to no scheme",
            "a challenge begins with its scheme, as in `Bearer realm=\"…\"`",
        ),
        (
            r#"Bearer,realm="x""#,
            "at character 8: the parameter `realm` belongs to no scheme",
            "`Bearer` and its first parameter have a space between them, not a comma",
        ),
        (
            r#"Bearer realm=, error="y""#,
            "at character 16: the parameter `error` belongs to no scheme",
            "`realm=` right behind `Bearer` reads as a token68, beside which no parameter can stand: did the server mean `realm=\"\"`?",
        ),
        (
            r#"Bearer: realm="x""#,
            "at character 7: found `:`, expected a space, a comma or the end after the scheme `Bearer`",
            "write `Bearer` without the colon",
        ),
        (
            "Bearer\trealm=x",
            "at character 7: found the control character U+0009, expected a space, a comma or the end after the scheme `Bearer`",
            "a scheme is followed by a space, not by a tab",
        ),
        (
            r#"Bearer my realm="x""#,
            "at character 11: found `realm`, expected `=` after the parameter `my`",
            "write `my=…`, or a comma before `my` if it is a scheme",
        ),
        (
            r#"Bearer "x""#,
            "at character 8: found `\"`, expected a parameter such as `realm=\"…\"`",
            "`Bearer` takes parameters, each as `name=value`",
        ),
        (
            r#"Bearer realm="é", error="#,
            "at character 25: found the end, expected the value of `error`",
            "an empty value is written `error=\"\"`",
        ),
        (
            "Bearer realm=\"a\u{1}b\"",
            "at character 16: the control character U+0001 in the value of `realm`",
            "no header may hold one (RFC 9110 §5.5)",
        ),
        (
            "Bearer realm=\"a\\\u{7f}\"",
            "at character 17: the control character U+007F in the value of `realm`",
            "no header may hold one (RFC 9110 §5.5)",
        ),
        (
            "Bearer realm=a, REALM=b",
            "at character 17: `realm` a second time in the challenge `Bearer`",
            "a parameter occurs once in a challenge (RFC 9110 §11.2)",
        ),
        (
            r#"{"error": "x"}"#,
            "at character 1: found `{`, expected a scheme such as Bearer",
            "a challenge is not JSON: write it as `Bearer error=\"…\"`",
        ),
        (
            "Bearer realm=x, =y",
            "at character 17: found `=`, expected a scheme or a parameter",
            "the name of a parameter is missing before `=`",
        ),
        (
            r#"Bearer realm="x", "y""#,
            "at character 19: found `\"`, expected a scheme or a parameter",
            "a text in quotes stands behind `=`, as in `realm=\"…\"`",
        ),
        (
            "(Bearer)",
            "at character 1: found `(`, expected a scheme such as Bearer",
            "names have ASCII letters, digits and a few signs such as `-` and `_`",
        ),
        (
            "Bearer/realm",
            "at character 7: found `/`, expected a space, a comma or the end after the scheme `Bearer`",
            "a space is missing after `Bearer`, or it is no scheme",
        ),
        (
            "Bearer realm=<x>",
            "at character 14: found `<`, expected the value of `realm`",
            "what is no plain word needs quotes: `realm=\"…\"`",
        ),
    ];
    for (text, message, help) in table {
        let fault = parse([text]).expect_err(text).faults.remove(0);
        assert_eq!((fault.to_string().as_str(), fault.help.as_str()), (message, help), "{text}");
    }
}

#[test]
fn all_lines_are_one_list() {
    let read = parse(["Bearer realm=x", "", "error=y, Basic realm=z", "Negotiate abc=="]).unwrap();
    let schemes: Vec<&str> = read.iter().map(|challenge| challenge.scheme.as_str()).collect();
    assert_eq!(schemes, ["Bearer", "Basic", "Negotiate"]);
    assert_eq!(read[0].param("error"), Some("y"));
    assert_eq!(read[2].token68.as_deref(), Some("abc=="));
    assert_eq!(parse([]), Ok(Vec::new()));

    let fault = parse(["Basic realm=\"x", "y\", Bearer"]).unwrap_err().faults.remove(0);
    assert_eq!(fault.to_string(), "at character 13: the value of `realm` has no closing quote");
    let fault = parse(["Basic", "Bearer error="]).unwrap_or_default();
    assert_eq!(fault[1].token68.as_deref(), Some("error="));
    let fault = parse(["Basic", "realm=x"]).unwrap_err().faults.remove(0);
    assert_eq!(
        fault.to_string(),
        "at character 1 of line 2: the parameter `realm` belongs to no scheme"
    );
}

#[test]
fn empty_elements_and_spare_spaces_are_no_fault() {
    for text in ["Bearer , realm=x", ",,Bearer realm=x,", "Bearer   realm=x ,\t, "] {
        let read = parse([text]).unwrap_or_else(|unreadable| panic!("{text}: {unreadable:?}"));
        assert_eq!(read.len(), 1, "{text}");
        assert_eq!(read[0].param("realm"), Some("x"), "{text}");
    }
}

#[test]
fn no_bytes_make_it_panic_or_hang() {
    let pieces = ["Bearer", " ", "=", "\"", "\\", ",", "a", "é", "\t", "\u{1}", ";", "realm=x"];
    let count = pieces.len();
    for number in 0..count.pow(4) {
        let text: String = (0..4).map(|place| pieces[number / count.pow(place) % count]).collect();
        if let Err(unreadable) = parse([text.as_str()]) {
            let fault = &unreadable.faults[0];
            assert!(fault.character <= text.chars().count() + 1, "{text}: {fault}");
        }
    }
}
