//! A JSON text as a value, when there is but one way to read it.
//!
//! RFC 8259 §4 leaves open which of two members with the same name counts, and readers differ: a
//! check that holds for one of them may be wrong for the client. RFC 7493 forbids it; so do we.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// Why a body cannot be judged as JSON, each in words that follow "got".
#[derive(Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing to read.
    Empty(String),
    /// It is something else.
    NotJson(String),
    /// It is JSON, but deeper than is read.
    TooDeep(String),
    /// A name occurs twice in an object.
    Ambiguous(String),
}

impl Unreadable {
    /// The words.
    pub fn reason(&self) -> &str {
        match self {
            Unreadable::Empty(reason)
            | Unreadable::NotJson(reason)
            | Unreadable::TooDeep(reason)
            | Unreadable::Ambiguous(reason) => reason,
        }
    }
}

/// Reads a JSON text. Numbers stay as they are spelled.
///
/// # Errors
/// Why it is none, or none that has but one meaning.
pub fn parse(text: &[u8]) -> Result<Value, Unreadable> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(Unreadable::Empty("an empty body".into()));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        Unreadable::NotJson(format!(
            "a body that is not JSON: byte {} is not UTF-8",
            error.valid_up_to() + 1
        ))
    })?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = deserializer.deserialize_any(ValueVisitor).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    value.map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Unreadable {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or_default();
    let words = match words.strip_prefix("EOF while parsing") {
        Some(what) => format!("it ends inside{what}"),
        None => words.replace("expected value", "a value is expected"),
    };
    let place = match (error.line(), error.column()) {
        (1, column) => format!("at character {column}"),
        (line, column) => format!("at line {line}, column {column}"),
    };
    if words.contains("recursion limit") {
        Unreadable::TooDeep("JSON that is nested too deep: 127 levels are read".into())
    } else if error.is_data() {
        Unreadable::Ambiguous(format!("JSON that can be read in two ways: {words} {place}"))
    } else {
        Unreadable::NotJson(format!("a body that is not JSON: {words} {place}"))
    }
}

/// What stands for a number that is no machine's integer: a map with this one key, and the spelling behind it.
const NUMBER: &str = "$serde_json::private::Number";

struct ValueVisitor;

impl<'d> DeserializeSeed<'d> for ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(ValueVisitor)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'d>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let is_number = name == NUMBER && members.is_empty();
            let entry = match members.entry(name) {
                Entry::Vacant(entry) => entry,
                Entry::Occupied(entry) => {
                    let reason = format!("the name `{}` occurs twice in an object", entry.key());
                    return Err(A::Error::custom(reason));
                }
            };
            entry.insert(match is_number {
                true => match entries.next_value_seed(BehindNumber)? {
                    Behind::Spelling(text) => {
                        return Ok(Value::Number(Number::from_string_unchecked(text)));
                    }
                    Behind::Member(value) => value,
                },
                false => entries.next_value_seed(ValueVisitor)?,
            });
        }
        Ok(Value::Object(members))
    }
}

/// What stands behind [`NUMBER`].
enum Behind {
    /// The spelling of a number.
    Spelling(String),
    /// The value of a member that happens to have this name.
    Member(Value),
}

/// Tells the two apart: only a spelling comes as a string that is handed over.
struct BehindNumber;

impl<'d> DeserializeSeed<'d> for BehindNumber {
    type Value = Behind;

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<Behind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for BehindNumber {
    type Value = Behind;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        ValueVisitor.expecting(f)
    }

    fn visit_string<E>(self, spelling: String) -> Result<Behind, E> {
        Ok(Behind::Spelling(spelling))
    }

    fn visit_unit<E: Error>(self) -> Result<Behind, E> {
        ValueVisitor.visit_unit().map(Behind::Member)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Behind, E> {
        ValueVisitor.visit_bool(value).map(Behind::Member)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Behind, E> {
        ValueVisitor.visit_u64(number).map(Behind::Member)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Behind, E> {
        ValueVisitor.visit_i64(number).map(Behind::Member)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Behind, E> {
        ValueVisitor.visit_str(text).map(Behind::Member)
    }

    fn visit_seq<A: SeqAccess<'d>>(self, items: A) -> Result<Behind, A::Error> {
        ValueVisitor.visit_seq(items).map(Behind::Member)
    }

    fn visit_map<A: MapAccess<'d>>(self, entries: A) -> Result<Behind, A::Error> {
        ValueVisitor.visit_map(entries).map(Behind::Member)
    }
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, parse};
    use serde_json::Value;

    #[test]
    fn it_reads_what_serde_json_reads() {
        let texts = [
            "null",
            " true ",
            "0",
            "-0",
            "1.50",
            "1e400",
            "18446744073709551617",
            r#""a\u00e9\n""#,
            "[]",
            "[1, [2, {}], \"x\"]",
            r#"{"a": {"b": [null, false]}, "c": "d"}"#,
            r#"{"z": 1, "a": 2}"#,
        ];
        for text in texts {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text.as_bytes()), Ok(expected), "{text}");
        }
        assert_eq!(parse(b"\xEF\xBB\xBF1"), Ok(Value::from(1)));
    }

    #[test]
    fn a_member_with_the_name_of_a_number_is_a_member() {
        for text in [
            r#"{"$serde_json::private::Number":"12"}"#,
            r#"{"$serde_json::private::Number":"12","a":1}"#,
            r#"{"a":1,"$serde_json::private::Number":"1\u0032"}"#,
            r#"{"$serde_json::private::Number":12}"#,
            r#"{"$serde_json::private::Number":1.5}"#,
            r#"{"$serde_json::private::Number":[{}]}"#,
        ] {
            let value = parse(text.as_bytes()).unwrap();
            assert!(value.is_object(), "{text}: {value}");
            assert!(value.get("$serde_json::private::Number").is_some(), "{text}: {value}");
        }
    }

    #[test]
    fn what_is_no_json_says_why() {
        let table: [(&[u8], &str); 10] = [
            (b"", "an empty body"),
            (b" \r\n", "an empty body"),
            (b"<html>", "a body that is not JSON: a value is expected at character 1"),
            (b"{\"a\": 1,}", "a body that is not JSON: trailing comma at character 9"),
            (
                b"{\n  \"a\": 1\n} x",
                "a body that is not JSON: trailing characters at line 3, column 3",
            ),
            (b"[1, 2", "a body that is not JSON: it ends inside a list at character 5"),
            (b"[01]", "a body that is not JSON: invalid number at character 3"),
            (b"[\"\xff\"]", "a body that is not JSON: byte 3 is not UTF-8"),
            (
                br#"{"a": {"b": 1, "c": 2, "b": 3}}"#,
                "JSON that can be read in two ways: the name `b` occurs twice in an object at character 26",
            ),
            (
                br#"["\ud800"]"#,
                "a body that is not JSON: unexpected end of hex escape at character 9",
            ),
        ];
        for (text, expected) in table {
            let shown = String::from_utf8_lossy(text);
            let unreadable = parse(text).expect_err(&shown);
            assert_eq!(unreadable.reason(), expected, "{shown}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(
            parse(deep.as_bytes()),
            Err(Unreadable::TooDeep("JSON that is nested too deep: 127 levels are read".into()))
        );
        let fits = format!("{}{}", "[".repeat(127), "]".repeat(127));
        assert!(parse(fits.as_bytes()).is_ok());
    }
}
