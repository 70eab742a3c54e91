//! The compliance suite of RFC 9535: each case is right, or of a kind that the docs say is refused.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Found, JsonPath};

#[test]
fn every_case_of_the_suite_is_right_or_refused_as_the_docs_say() {
    let refusals = refusals();
    let (mut right, mut invalid, mut wrong) = (0, 0, Vec::new());
    for case in cases() {
        let query = case["selector"].as_str().expect("a query");
        let is_valid = case.get("invalid_selector").is_none();
        match JsonPath::parse(query) {
            Ok(path) if is_valid => {
                let found = values(path.find(&case["document"]));
                match allowed(&case).contains(&found) {
                    true => right += 1,
                    false => wrong.push(format!("{}: {query} gives {found}", case["name"])),
                }
            }
            Ok(_) => wrong.push(format!("{}: {query:?} is accepted", case["name"])),
            Err(reason) if is_valid && !refusals.values().any(|known| *known == reason) => {
                wrong.push(format!("{}: {query} is refused: {reason}", case["name"]));
            }
            Err(reason) => {
                assert!(!reason.is_empty(), "{query} is refused without a word");
                invalid += usize::from(!is_valid);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((right, invalid), (456, 247), "not the whole suite");
}

#[test]
fn each_refusal_of_the_docs_is_one() {
    let refusals = refusals();
    assert!(refusals.len() >= 5, "the table was not found");
    for (query, reason) in refusals {
        assert_eq!(JsonPath::parse(&query).map(|_| ()), Err(reason), "{query}");
    }
}

fn cases() -> Vec<Value> {
    let text = include_str!("../../fixtures/jsonpath-compliance/cts.json");
    let mut suite: Value = serde_json::from_str(text).expect("JSON");
    serde_json::from_value(suite["tests"].take()).expect("cases")
}

/// What a case may give: one list, or one of several where RFC 9535 leaves the order open.
fn allowed(case: &Value) -> Vec<Value> {
    match &case["results"] {
        Value::Array(results) => results.clone(),
        _ => vec![case["result"].clone()],
    }
}

fn values(found: Found) -> Value {
    match found {
        Found::One(value) => json!([value]),
        Found::Many(values) => json!(values),
        Found::Missing => json!([]),
    }
}

/// The table of the docs, from each example to the message.
fn refusals() -> HashMap<String, String> {
    let docs = include_str!("../../docs/language/expectations.md");
    let (_, table) = docs.split_once("| refused | for example | it says |\n").expect("the table");
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let columns = rows.map(|row| row.trim_matches('|').split(" | ").collect::<Vec<_>>());
    columns.map(|row| (row[1].trim_matches('`').to_owned(), row[2].trim().to_owned())).collect()
}
