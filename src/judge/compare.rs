//! When two values are the same, and which of two comes first.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::decimal::Decimal;
use super::seen::{Seen, path_and_query, spelled_number};
use crate::template::as_text;

/// Whether what is seen is the expected value. Where all is text, a scalar counts as it is
/// spelled, and a list is compared line by line.
pub fn is_equal(expected: &Value, seen: Seen) -> bool {
    match seen {
        Seen::Missing | Seen::Time(_) => false,
        Seen::Json(actual) => equal(expected, actual),
        Seen::Text(actual) | Seen::Line(actual) => spells(expected, actual),
        Seen::Body(body) => body.text.is_ok_and(|actual| spells(expected, actual)),
        Seen::Url(actual) => leads_to(expected, actual),
        Seen::Urls(urls) => is_list(expected, urls, |expected, url| leads_to(expected, url)),
        Seen::Scheme(actual) => {
            as_text(expected).is_some_and(|expected| expected.eq_ignore_ascii_case(actual))
        }
        Seen::Count(actual) => match expected.as_u64() {
            Some(expected) => expected == actual,
            None => expected.as_number().is_some_and(|n| order_numbers(n, &actual.into()).is_eq()),
        },
        Seen::Nodes(nodes) => is_list(expected, nodes, |expected, node| equal(expected, node)),
        Seen::Lines(lines) => is_list(expected, lines, |expected, line| spells(expected, line)),
    }
}

/// Whether what is seen could be the expected value at all. Where it is a text or a list, whatever
/// it says, something else is never the same, and that proves nothing.
pub fn could_be_equal(expected: &Value, seen: Seen) -> bool {
    match seen {
        Seen::Missing | Seen::Time(_) => false,
        Seen::Json(_) => true,
        Seen::Text(_) | Seen::Line(_) | Seen::Scheme(_) | Seen::Url(_) | Seen::Body(_) => {
            !expected.is_array() && !expected.is_object()
        }
        Seen::Nodes(_) | Seen::Lines(_) | Seen::Urls(_) => expected.is_array(),
        Seen::Count(_) => expected.is_number(),
    }
}

fn leads_to(expected: &Value, url: &str) -> bool {
    match expected.as_str() {
        Some(expected) => expected == part_of_url(url, expected),
        None => spells(expected, url),
    }
}

/// What of a URL a text is compared with: when that begins with `/` the path, and the query only
/// where it has one itself.
pub fn part_of_url<'u>(url: &'u str, text: &str) -> &'u str {
    let path = path_and_query(url);
    match (text.starts_with('/'), text.contains('?')) {
        (false, _) => url,
        (true, true) => path,
        (true, false) => path.split('?').next().unwrap_or(path),
    }
}

fn spells(expected: &Value, actual: &str) -> bool {
    as_text(expected).is_some_and(|expected| expected == actual)
}

fn is_list<T>(expected: &Value, actual: &[T], same: impl Fn(&Value, &T) -> bool) -> bool {
    expected.as_array().is_some_and(|expected| {
        expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| same(e, a))
    })
}

/// Whether two values are the same: integers exactly, other numbers as doubles, objects by key,
/// lists in order. `1` is not `"1"`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b).is_eq(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The order of two numbers: integers of any size exactly, others as doubles, and exactly again
/// where doubles end.
pub fn order_numbers(a: &Number, b: &Number) -> Ordering {
    let (a, b) = (a.as_str(), b.as_str());
    if let (Some(a), Some(b)) = (Integer::read(a), Integer::read(b)) {
        return a.cmp(&b);
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) if a.is_normal() && b.is_normal() => a.total_cmp(&b),
        _ => Decimal::read(a).cmp(&Decimal::read(b)),
    }
}

/// An integer that is spelled as one.
#[derive(PartialEq, Eq)]
struct Integer<'t> {
    negative: bool,
    digits: &'t str,
}

impl Integer<'_> {
    fn read(text: &str) -> Option<Integer<'_>> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let negative = digits.len() < text.len() && digits != "0";
        digits.bytes().all(|b| b.is_ascii_digit()).then_some(Integer { negative, digits })
    }

    /// JSON knows no leading zeros, so the longer one is the larger one.
    fn magnitude(&self) -> (usize, &str) {
        (self.digits.len(), self.digits)
    }
}

impl Ord for Integer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
            (negative, other_negative) => other_negative.cmp(&negative),
        }
    }
}

impl PartialOrd for Integer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of two values that have one: two numbers, two points in time, two times. Where all
/// is text, a text that spells a number counts as that number.
pub fn order(seen: Seen, operand: &Value) -> Option<Ordering> {
    if let Seen::Time(time) = seen {
        return Some(time.cmp(&humantime::parse_duration(operand.as_str()?).ok()?));
    }
    let wanted = match operand {
        Value::Number(number) => Some(Cow::Borrowed(number)),
        Value::String(text) if seen.is_spelled() => spelled_number(text).map(Cow::Owned),
        _ => None,
    };
    if let (Some(number), Some(wanted)) = (seen.number(), wanted) {
        return Some(order_numbers(&number, &wanted));
    }
    let moment = crate::date::parse(seen.text()?)?;
    Some(moment.cmp(&crate::date::parse(operand.as_str()?)?))
}

/// Whether a value is of a type as `type` names it. An integer is one by value: `1.0` is one.
pub fn is_of_type(seen: Seen, name: &str) -> bool {
    match name {
        "integer" if seen.type_name() == "number" => seen.number().is_some_and(|n| is_integer(&n)),
        name => seen.type_name() == name,
    }
}

fn is_integer(number: &Number) -> bool {
    Integer::read(number.as_str()).is_some() || Decimal::read(number.as_str()).is_integer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::from_str;
    use std::time::Duration;

    fn value(text: &str) -> Value {
        from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
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
            ("0.1", "0.1000000000000000055", true),
            ("-0", "0", true),
            ("-0.0", "0", true),
            ("-5", "5", false),
            ("1e400", "1e401", false),
            ("1e400", "10e399", true),
            ("1e-400", "0", false),
            ("null", "false", false),
            ("[1, 2]", "[2, 1]", false),
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 1}"#, true),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false),
            (r#"{"a": 1}"#, r#"{"b": 1}"#, false),
        ];
        for (a, b, expected) in table {
            assert_eq!(equal(&value(a), &value(b)), expected, "{a} and {b}");
            assert_eq!(equal(&value(b), &value(a)), expected, "{b} and {a}");
        }
    }

    #[test]
    fn a_text_is_equal_to_what_spells_it() {
        let table = [
            ("12", "12", true),
            ("12", "12.0", false),
            ("1.0", "1.0", true),
            ("1.0", "1", false),
            ("true", "true", true),
            ("null", "null", true),
            ("\"12\"", "12", true),
            ("\"a\"", "A", false),
            ("[\"a\"]", "a", false),
        ];
        for (expected, actual, is) in table {
            assert_eq!(is_equal(&value(expected), Seen::Text(actual)), is, "{expected} {actual}");
            assert_eq!(is_equal(&value(expected), Seen::Line(actual)), is, "{expected}");
        }
        assert!(is_equal(&value("\"bearer\""), Seen::Scheme("Bearer")));
        assert!(is_equal(&value("[\"a\", 1]"), Seen::Lines(&["a", "1"])));
        assert!(!is_equal(&value("[\"a\"]"), Seen::Lines(&["a", "1"])));
    }

    #[test]
    fn a_path_is_compared_with_that_of_a_url() {
        let table = [
            ("/a/b", "https://h:1/a/b", true),
            ("/a/b", "https://h:1/a/b?c", true),
            ("/a/b?c", "https://h:1/a/b?c", true),
            ("/a/b?", "https://h:1/a/b?c", false),
            ("/b", "https://h:1/a/b", false),
            ("/", "https://h:1", true),
            ("https://h:1/a", "https://h:1/a", true),
            ("https://h:1/a", "https://h:1/a?b", false),
            ("h:1/a", "https://h:1/a", false),
        ];
        for (expected, url, is) in table {
            assert_eq!(is_equal(&expected.into(), Seen::Url(url)), is, "{expected} {url}");
        }
        let urls = ["http://h/a", "http://h/b?c"];
        assert!(is_equal(&value(r#"["/a", "http://h/b?c"]"#), Seen::Urls(&urls)));
        assert!(!is_equal(&value(r#"["/a"]"#), Seen::Urls(&urls)));
        assert!(is_equal(&value("[]"), Seen::Urls(&[])));
    }

    #[test]
    fn order_knows_numbers_dates_and_times() {
        let table = [
            ("2", "10", Some(Ordering::Less)),
            ("-10", "-9", Some(Ordering::Less)),
            ("-1", "1", Some(Ordering::Less)),
            ("2.5", "2", Some(Ordering::Greater)),
            ("1e400", "1e399", Some(Ordering::Greater)),
            ("\"2027-03-01\"", "\"2027-03-01T00:00:01Z\"", Some(Ordering::Less)),
            ("\"Sun, 06 Nov 1994 08:49:37 GMT\"", "\"1994-11-06\"", Some(Ordering::Greater)),
            ("\"12\"", "12", None),
            ("12", "\"12\"", None),
            ("true", "1", None),
            ("\"b\"", "\"a\"", None),
            ("[1]", "1", None),
            ("null", "0", None),
        ];
        for (a, b, expected) in table {
            assert_eq!(order(Seen::Json(&value(a)), &value(b)), expected, "{a} and {b}");
        }
        assert_eq!(order(Seen::Text("12"), &value("12")), Some(Ordering::Equal));
        assert_eq!(order(Seen::Text("12\n"), &value("\"9\"")), Some(Ordering::Greater));
        assert_eq!(order(Seen::Text("twelve"), &value("12")), None);
        assert_eq!(order(Seen::Lines(&["1", "2"]), &value("1")), None);
        assert_eq!(order(Seen::Count(404), &value("400")), Some(Ordering::Greater));
        let time = Seen::Time(Duration::from_micros(500_040));
        assert_eq!(order(time, &value("\"500ms\"")), Some(Ordering::Greater));
        assert_eq!(order(time, &value("\"1s\"")), Some(Ordering::Less));
        assert_eq!(order(Seen::Missing, &value("1")), None);
    }

    #[test]
    fn types_go_by_value() {
        for integer in ["1", "1.0", "1e3", "1e400", "-0", "99999999999999999999999"] {
            assert!(is_of_type(Seen::Json(&value(integer)), "integer"), "{integer}");
            assert!(is_of_type(Seen::Json(&value(integer)), "number"), "{integer}");
        }
        for other in ["1.5", "1e-400", "\"1\"", "null", "[1]"] {
            assert!(!is_of_type(Seen::Json(&value(other)), "integer"), "{other}");
        }
        assert!(!is_of_type(Seen::Text("12"), "number"));
        assert!(is_of_type(Seen::Text("12"), "string"));
        assert!(is_of_type(Seen::Lines(&["a", "b"]), "array"));
        assert!(!is_of_type(Seen::Missing, "null"));
    }
}
