//! When two values are the same, and which of two comes first.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::template::as_text;

/// Whether two values are the same: integers exactly, other numbers as doubles, objects by key,
/// lists in order. `1` is not `"1"`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Whether an expected value is the text at hand: a scalar counts as it is spelled, a list is
/// compared line by line.
pub fn equal_text(expected: &Value, actual: &Value, fold_case: bool) -> bool {
    match (expected, actual) {
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len()
                && expected.iter().zip(actual).all(|(e, a)| equal_text(e, a, fold_case))
        }
        (expected, Value::String(actual)) => as_text(expected).is_some_and(|expected| {
            expected == actual.as_str() || (fold_case && expected.eq_ignore_ascii_case(actual))
        }),
        _ => false,
    }
}

/// The order of two numbers. Integers of any size are compared exactly.
pub fn order_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    let (a, b) = (a.to_string(), b.to_string());
    match (integer(&a), integer(&b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?),
    }
}

/// An integer in an order of its own: its sign, its number of digits, its digits.
#[derive(PartialEq, Eq)]
struct Integer<'t> {
    negative: bool,
    digits: &'t str,
}

fn integer(text: &str) -> Option<Integer<'_>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Integer { negative: negative && digits != "0", digits })
}

impl Ord for Integer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |i: &Self| (i.digits.len(), i.digits.to_owned());
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self).cmp(&size(other)),
            (true, true) => size(other).cmp(&size(self)),
        }
    }
}

impl PartialOrd for Integer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of two values that have one: numbers, and points in time. A text that is a number
/// counts as that number when `read_text`.
pub fn order(actual: &Value, operand: &Value, read_text: bool) -> Option<Ordering> {
    if let (Some(actual), Some(operand)) =
        (as_number(actual, read_text), as_number(operand, read_text))
    {
        return order_numbers(&actual, &operand);
    }
    let (actual, operand) = (actual.as_str()?, operand.as_str()?);
    Some(crate::date::parse(actual)?.cmp(&crate::date::parse(operand)?))
}

fn as_number(value: &Value, read_text: bool) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) if read_text => serde_json::from_str(text.trim()).ok(),
        _ => None,
    }
}

/// Whether a value is of a type as `type` names it. An integer is one by value: `1.0` is one.
pub fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => match value {
            Value::Number(number) => is_integer(number),
            _ => false,
        },
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn is_integer(number: &Number) -> bool {
    let text = number.to_string();
    integer(&text).is_some()
        || text.parse::<f64>().is_ok_and(|double| double.is_finite() && double.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::from_str;

    fn value(text: &str) -> Value {
        from_str(text).unwrap()
    }

    #[test]
    fn integers_compare_exactly_and_other_numbers_as_doubles() {
        let table = [
            ("1", "1.0", true),
            ("1", "1e0", true),
            ("1", "\"1\"", false),
            ("18446744073709551617", "18446744073709551616", false),
            ("18446744073709551617", "18446744073709551617", true),
            ("0.1", "0.10", true),
            ("-0", "0", true),
            ("-5", "5", false),
            ("null", "false", false),
            ("[1, 2]", "[2, 1]", false),
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 1}"#, true),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false),
        ];
        for (a, b, expected) in table {
            assert_eq!(equal(&value(a), &value(b)), expected, "{a} and {b}");
            assert_eq!(equal(&value(b), &value(a)), expected, "{b} and {a}");
        }
    }

    #[test]
    fn order_knows_numbers_and_dates() {
        let table = [
            ("2", "10", Some(Ordering::Less)),
            ("-10", "-9", Some(Ordering::Less)),
            ("-1", "1", Some(Ordering::Less)),
            ("2.5", "2", Some(Ordering::Greater)),
            ("\"2027-03-01\"", "\"2027-03-01T00:00:01Z\"", Some(Ordering::Less)),
            ("\"12\"", "12", None),
            ("true", "1", None),
            ("\"b\"", "\"a\"", None),
        ];
        for (a, b, expected) in table {
            assert_eq!(order(&value(a), &value(b), false), expected, "{a} and {b}");
        }
        assert_eq!(order(&value("\"12\""), &value("12"), true), Some(Ordering::Equal));
    }

    #[test]
    fn types_go_by_value() {
        assert!(is_of_type(&value("1.0"), "integer"));
        assert!(is_of_type(&value("1e3"), "integer"));
        assert!(!is_of_type(&value("1.5"), "integer"));
        assert!(is_of_type(&value("1.5"), "number"));
        assert!(!is_of_type(&value("\"1\""), "number"));
    }
}
