//! Which values meet a schema, what is told of those that do not, and which schemas are refused.

use serde_json::{Value, from_str, json};

use super::{Actual, JsonSchema};

#[track_caller]
fn schema(text: &str) -> JsonSchema {
    let schema: Value = from_str(text).expect("JSON");
    JsonSchema::compile(&schema).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

#[test]
fn values_meet_what_is_demanded() {
    let table = [
        (r#"{"type": "integer"}"#, "1.0", true),
        (r#"{"type": "integer"}"#, "1.5", false),
        (r#"{"type": "integer"}"#, "18446744073709551617", true),
        (r#"{"minimum": 18446744073709551617}"#, "18446744073709551616", false),
        (r#"{"const": 1}"#, "1.0", true),
        (r#"{"const": 1}"#, "\"1\"", false),
        (r#"{"format": "uuid"}"#, "\"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"", true),
        (r#"{"format": "uuid"}"#, "\"alice\"", false),
        (r#"{"format": "jwt"}"#, "\"alice\"", false),
        (r#"{"format": "time"}"#, "\"25:00:00Z\"", false),
        (r#"{"pattern": "^\\d+$"}"#, "\"12\"", true),
        (r#"{"pattern": "^\\d+$"}"#, "\"1a\"", false),
        (r#"{"prefixItems": [{"type": "string"}], "items": false}"#, "[\"a\", 1]", false),
        (r##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}"##, "1", false),
        (
            r#"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}]}"#,
            "[1]",
            false,
        ),
        (
            r#"{"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": ["b"]}}"#,
            r#"{"a": 1}"#,
            false,
        ),
    ];
    for (text, value, is_met) in table {
        let value: Value = from_str(value).expect("JSON");
        assert_eq!(schema(text).is_met(&value), is_met, "{text} {value}");
    }
}

#[test]
fn what_would_demand_nothing_is_no_schema() {
    let table = [
        ("{}", "an empty schema holds for every value"),
        ("true", "true and false say nothing about a value"),
        ("[]", "a schema is a mapping"),
        (
            r#"{"typ": "object"}"#,
            "at /typ: `typ` is no keyword of JSON Schema: did you mean `type`?",
        ),
        (
            r#"{"properties": {"a": {"items": {"anyOf": [{"requierd": ["b"]}]}}}}"#,
            "at /properties/a/items/anyOf/0/requierd: `requierd` is no keyword of JSON Schema: did you mean `required`?",
        ),
        (
            r#"{"type": "string", "nullable": true}"#,
            "at /nullable: `nullable` is no keyword of JSON Schema: write `type` with a list that holds \"null\"",
        ),
        (
            r#"{"dependencies": {"a": ["b"]}}"#,
            "at /dependencies: `dependencies` is no keyword of JSON Schema: write `dependentRequired` or `dependentSchemas`",
        ),
        (
            r#"{"purple": 1}"#,
            "at /purple: `purple` is no keyword of JSON Schema; one of your own begins with `x-`",
        ),
        (
            r#"{"$schema": "https://example.com/schema", "type": "null"}"#,
            "at /$schema: \"https://example.com/schema\" is no draft that is known: 2020-12 is the one without `$schema`",
        ),
    ];
    for (text, reason) in table {
        let value: Value = from_str(text).expect("JSON");
        let fault = JsonSchema::compile(&value).expect_err(text);
        assert_eq!(fault.to_string(), reason, "{text}");
    }
    let broken = [
        (
            r#"{"type": "strin"}"#,
            "at /type: \"strin\" is none of string, number, integer, boolean, array, object, null, or a list of those",
        ),
        (r#"{"minimum": "5"}"#, "at /minimum: expected a number, found \"5\""),
        (r#"{"required": "a"}"#, "at /required: expected an array, found \"a\""),
        (r#"{"properties": ["a"]}"#, "at /properties: expected an object, found [\"a\"]"),
        (r#"{"pattern": "("}"#, "at /pattern: \"(\" is no regex as `matches` takes it"),
        (r#"{"pattern": "(?=a)"}"#, "at /pattern: \"(?=a)\" is no regex as `matches` takes it"),
        (r#"{"format": "purple"}"#, "at /format: `purple` is no format that is known"),
        (
            r#"{"items": [{"type": "null"}]}"#,
            "at /items: expected a boolean or an object, found [{\"type\":\"null\"}]",
        ),
        (r##"{"$ref": "#/$defs/a"}"##, "`$ref`: Pointer `/$defs/a` does not exist"),
        (
            r#"{"$ref": "order.json"}"#,
            "`$ref` to order.json: a schema in a spec refers only to itself: put it into a file",
        ),
        (
            r#"{"$ref": "https://example.com/order.json"}"#,
            "`$ref` to https://example.com/order.json: no schema is fetched: put it into a file beside this one",
        ),
    ];
    for (text, reason) in broken {
        let value: Value = from_str(text).expect("JSON");
        let fault = JsonSchema::compile(&value).expect_err(text);
        assert_eq!(fault.to_string(), reason, "{text}");
    }
}

#[test]
fn a_schema_that_leads_to_itself_ends() {
    let value = json!({"a": {"a": 1}});
    for (text, is_met) in [
        (r##"{"$ref": "#"}"##, true),
        (r##"{"allOf": [{"$ref": "#"}], "type": "object"}"##, true),
        (
            r##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
            true,
        ),
        (r##"{"not": {"$ref": "#"}}"##, false),
        (r##"{"properties": {"a": {"$ref": "#"}}, "type": "object"}"##, false),
    ] {
        assert_eq!(schema(text).is_met(&value), is_met, "{text}");
    }
}

#[test]
fn violations_say_where_and_what() {
    let table = [
        (r#"{"type": "string"}"#, "7", "$: expected a string, got 7, at /type"),
        (r#"{"type": ["string", "null"]}"#, "7", "$: expected null or a string, got 7, at /type"),
        (
            r#"{"properties": {"a b": {"items": {"required": ["id"]}}}}"#,
            r#"{"a b": [{"id": 1}, {}]}"#,
            "$['a b'][1].id: expected something: it is required, got nothing, at /properties/a b/items/required",
        ),
        (
            r#"{"properties": {"a": true}, "additionalProperties": false}"#,
            r#"{"a": 1, "b": 2, "c": 3}"#,
            "$: expected no other members than those of the schema, got b, c, at /additionalProperties",
        ),
        (r#"{"enum": ["a", 1]}"#, "\"b\"", "$: expected one of \"a\", 1, got \"b\", at /enum"),
        (
            r#"{"minLength": 2}"#,
            "\"b\"",
            "$: expected at least 2 characters, got \"b\", at /minLength",
        ),
        (
            r#"{"format": "date"}"#,
            "\"b\"",
            "$: expected a date such as 2027-03-01, got \"b\", at /format",
        ),
        (
            r#"{"anyOf": [{"type": "null"}, {"properties": {"a": {"type": "string"}}}]}"#,
            r#"{"a": 1}"#,
            "$: expected what meets one of 2 schemas, got {\"a\":1}, at /anyOf; nearest $.a: expected a string, got 1, at /anyOf/1/properties/a/type",
        ),
        (
            r#"{"uniqueItems": true}"#,
            "[1, 1.0]",
            "$: expected elements of which no two are the same, got [1,1.0], at /uniqueItems",
        ),
        (
            r#"{"multipleOf": 0.01}"#,
            "1.005",
            "$: expected a multiple of 0.01, got 1.005, at /multipleOf",
        ),
    ];
    for (text, value, told) in table {
        let value: Value = from_str(value).expect("JSON");
        let found: Vec<String> = schema(text).violations(&value).map(|v| shown(&v)).collect();
        assert_eq!(found, [told], "{text} {value}");
    }
}

fn shown(violation: &super::Violation) -> String {
    let super::Violation { place, expected, actual, demanded, nearest } = violation;
    let actual = match actual {
        Actual::Value(value) => value.to_string(),
        Actual::Nothing => "nothing".to_owned(),
        Actual::Members(names) => names.join(", "),
    };
    let nearest = nearest.as_ref().map(|n| format!("; nearest {}", shown(n))).unwrap_or_default();
    format!("{place}: expected {expected}, got {actual}, at {demanded}{nearest}")
}
