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
            "at /dependencies: `dependencies` is no keyword of JSON Schema 2020-12: write `dependentRequired` or `dependentSchemas`",
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
        (r##"{"allOf": [{"$ref": "#"}], "type": "object"}"##, true),
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

#[test]
fn what_is_met_by_every_value_demands_nothing() {
    let seventh =
        |rest: &str| format!(r#"{{"$schema": "http://json-schema.org/draft-07/schema#", {rest}}}"#);
    for text in [
        r#"{"description": "an order"}"#,
        r#"{"$defs": {"a": {"type": "null"}}}"#,
        r#"{"x-mine": {"type": "null"}}"#,
        r##"{"$ref": "#"}"##,
        r##"{"$dynamicRef": "#"}"##,
        r##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
        r##"{"$ref": "#/$defs/a", "$defs": {"a": {"title": "an order"}}}"##,
        r##"{"$ref": "#a", "$defs": {"a": {"$anchor": "a"}}}"##,
        r##"{"$ref": "https://example.com/a", "$defs": {"a": {"$id": "https://example.com/a"}}}"##,
        r#"{"required": []}"#,
        r#"{"dependentRequired": {"a": []}}"#,
        r#"{"minLength": 0, "minItems": 0.0, "minProperties": 0, "uniqueItems": false}"#,
        r#"{"type": ["null", "boolean", "object", "array", "number", "string"]}"#,
        r#"{"pattern": ".*"}"#,
        r#"{"not": false}"#,
        r#"{"not": {"not": {}}}"#,
        r#"{"allOf": [{}, true, {"description": "anything"}]}"#,
        r#"{"anyOf": [{"type": "string"}, {}]}"#,
        r#"{"oneOf": [{}]}"#,
        r#"{"if": {"type": "string"}, "then": {"title": "a"}}"#,
        r#"{"if": {}, "else": {"type": "string"}}"#,
        r#"{"if": false, "then": {"type": "string"}}"#,
        r#"{"properties": {"a": {"description": "a"}, "b": true}}"#,
        r#"{"patternProperties": {"a": {}}}"#,
        r#"{"items": {"properties": {"a": {"default": 1}}}}"#,
        r#"{"prefixItems": [{}, {}]}"#,
        r#"{"additionalProperties": true}"#,
        r#"{"propertyNames": {}}"#,
        r#"{"contains": {"type": "null"}, "minContains": 0}"#,
        r#"{"dependentSchemas": {"a": {}}}"#,
        &seventh(r#""dependencies": {"a": []}"#),
        &seventh(r#""definitions": {"a": {"type": "null"}}"#),
    ] {
        let value: Value = from_str(text).expect("JSON");
        let fault = JsonSchema::compile(&value).expect_err(text);
        assert_eq!(fault.to_string(), "it demands nothing: every value meets it", "{text}");
    }
    for (text, value) in [
        (r#"{"anyOf": [{"type": "string"}, {"required": ["a"]}]}"#, "{}"),
        (r#"{"oneOf": [{}, {"type": "string"}]}"#, "\"a\""),
        (r#"{"not": {"required": []}}"#, "1"),
        (r#"{"not": {"not": {"type": "string"}}}"#, "1"),
        (r#"{"if": {"type": "string"}, "else": {"type": "null"}}"#, "1"),
        (r#"{"properties": {"a": {}}, "additionalProperties": false}"#, r#"{"b": 1}"#),
        (r#"{"properties": {"a": false}}"#, r#"{"a": 1}"#),
        (r#"{"contains": {}}"#, "[]"),
        (r#"{"contains": {}, "minContains": 0, "maxContains": 1}"#, "[1, 2]"),
        (r##"{"$ref": "#a", "$defs": {"a": {"$anchor": "a", "type": "null"}}}"##, "1"),
        (r##"{"items": {"$ref": "#"}, "minItems": 1}"##, "[[]]"),
        (&seventh(r#""dependencies": {"a": ["b"]}"#), r#"{"a": 1}"#),
        (&seventh(r##""$ref": "#/definitions/a", "definitions": {"a": {"type": "null"}}"##), "1"),
    ] {
        let value: Value = from_str(value).expect("JSON");
        assert!(!schema(text).is_met(&value), "{text} {value}");
    }
}

#[test]
fn keywords_that_are_left_aside_are_faults() {
    let in_draft = |draft: &str, rest: &str| {
        format!(r#"{{"$schema": "http://json-schema.org/{draft}/schema#", "title": "t", {rest}}}"#)
    };
    let table = [
        (r#"{"then": {"type": "null"}}"#.to_owned(), "at /then: `then` without `if` demands nothing"),
        (r#"{"type": "null", "else": {}}"#.into(), "at /else: `else` without `if` demands nothing"),
        (r#"{"if": {"type": "null"}}"#.into(), "at /if: `if` without `then` or `else` demands nothing"),
        (
            r#"{"items": {"minContains": 2}}"#.into(),
            "at /items/minContains: `minContains` without `contains` demands nothing",
        ),
        (
            r#"{"type": "string", "minimum": 5}"#.into(),
            "at /minimum: `minimum` looks at numbers, and there are none: `type` is \"string\"",
        ),
        (
            r#"{"type": ["integer", "null"], "format": "date"}"#.into(),
            "at /format: `format` looks at texts, and there are none: `type` is [\"integer\",\"null\"]",
        ),
        (
            r#"{"type": "string", "contentEncoding": "base64"}"#.into(),
            "at /contentEncoding: `contentEncoding` is a note for readers, and demands nothing: write `format: base64`",
        ),
        (
            r#"{"contentMediaType": "application/json", "contentSchema": {"type": "null"}}"#.into(),
            "at /contentMediaType: `contentMediaType` is a note for readers, and demands nothing",
        ),
        (
            in_draft("draft-07", r#""contentEncoding": "base32""#),
            "at /contentEncoding: `contentEncoding` is checked for base64 only",
        ),
        (
            in_draft("draft-07", r##""$ref": "#/definitions/a", "minimum": 5, "definitions": {"a": {"type": "number"}}"##),
            "at /minimum: beside `$ref` this draft leaves `minimum` aside: write `allOf` with both, each in a schema of its own",
        ),
        (
            in_draft("draft-07", r#""prefixItems": [{"type": "null"}]"#),
            "at /prefixItems: `prefixItems` is no keyword of JSON Schema draft-07; one of your own begins with `x-`",
        ),
        (
            in_draft("draft-04", r#""const": 1"#),
            "at /const: `const` is no keyword of JSON Schema draft-04; one of your own begins with `x-`",
        ),
        (
            r#"{"type": "object", "properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "null"}}}"#.into(),
            "at /properties/a/$schema: all of it is read as 2020-12",
        ),
        (
            r##"{"$ref": "#/x-parts/a", "x-parts": {"a": {"typ": "string"}}}"##.into(),
            "`$ref` to #/x-parts/a: at /typ: `typ` is no keyword of JSON Schema: did you mean `type`?",
        ),
        (
            r##"{"type": "array", "items": {"not": {"$ref": "#/default"}}, "default": {"minimun": 1}}"##.into(),
            "`$ref` to #/default: at /minimun: `minimun` is no keyword of JSON Schema: did you mean `minimum`?",
        ),
    ];
    for (text, reason) in table {
        let value: Value = from_str(&text).expect("JSON");
        let fault = JsonSchema::compile(&value).expect_err(&text);
        assert_eq!(fault.to_string(), reason, "{text}");
    }
    for text in [
        in_draft("draft-07", r#""contentEncoding": "base64""#),
        r#"{"type": ["string", "null"], "minLength": 1}"#.into(),
        r#"{"type": "integer", "multipleOf": 5}"#.into(),
    ] {
        schema(&text);
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
