//! Notes on two values that are not the same: where they begin to differ, and how.

use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;
use crate::json_path::place;
use crate::judge::compare::{equal, order_numbers};
use crate::judge::seen::{Seen, spelled_number};
use crate::judge::words::{json, json_text, typed, with_article};
use crate::suite::habits::comparison;
use crate::template::as_text;

/// Two texts are told in full up to this many characters; of longer ones the place is told where
/// they begin to differ.
const SHORT: usize = 40;

/// How many characters are shown on either side of that place. Less than 16 together, so that no
/// piece of a secret is shown that is long enough to be taken for one.
const AROUND: usize = 7;

/// Notes on a value that is not the expected one.
pub fn on_equals(expected: &Value, seen: Seen, place: &str) -> Vec<String> {
    let note = match seen {
        Seen::Text(actual) | Seen::Scheme(actual) | Seen::Line(actual) => {
            as_text(expected).and_then(|expected| as_spelled(&expected, actual))
        }
        Seen::Lines(lines) => Some(format!(
            "the header came in {} lines: `any` or `each` looks at each of them",
            lines.len()
        )),
        Seen::Nodes(_) if !expected.is_array() => Some(
            "this query can find several values, so it gives an array: use `any`, `each`, or an array"
                .into(),
        ),
        Seen::Json(actual) => values(expected, actual, if place.is_empty() { "$" } else { place }),
        _ => None,
    };
    note.into_iter().collect()
}

/// Notes on a value that is none of a list.
pub fn on_in(list: &Value, seen: Seen) -> Vec<String> {
    let Seen::Json(actual) = seen else { return Vec::new() };
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| another_type(item, actual)).take(1).collect()
}

/// Notes on something that does not contain a part.
pub fn on_contains(part: &Value, seen: Seen) -> Vec<String> {
    if seen.text().is_some() {
        return on_part(part, seen, |text, part| text.contains(part));
    }
    let count = seen.elements().unwrap_or_default();
    let alike = (0..count).filter_map(|i| match seen.element(i) {
        Seen::Json(element) => another_type(part, element),
        _ => None,
    });
    alike.take(1).collect()
}

/// Notes on a text that does not have a part where `test` looks for it.
pub fn on_part(part: &Value, seen: Seen, test: fn(&str, &str) -> bool) -> Vec<String> {
    let (Some(part), Some(text)) = (as_text(part), seen.text()) else { return Vec::new() };
    match test(&text.to_lowercase(), &part.to_lowercase()) {
        true => vec!["it does, if upper and lower case are ignored".into()],
        false => Vec::new(),
    }
}

fn values(expected: &Value, actual: &Value, place: &str) -> Option<String> {
    match (expected, actual) {
        (Value::String(expected), Value::String(actual)) => spelled_differently(expected, actual),
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => {
            first_difference(expected, actual, place)
        }
        (Value::String(text), Value::Number(_)) if comparison(text).is_some() => {
            comparison(text).map(|operators| format!("to compare with it, write `{operators}`"))
        }
        _ => another_type(expected, actual),
    }
}

/// `1` and `"1"` look alike.
fn another_type(expected: &Value, actual: &Value) -> Option<String> {
    if std::mem::discriminant(expected) == std::mem::discriminant(actual) {
        return None;
    }
    let same = as_text(expected)? == as_text(actual)?;
    let kind = |value| with_article(Seen::Json(value).type_name());
    same.then(|| {
        format!(
            "{} was sent, and {} expected: to expect what was sent, write `{}`",
            kind(actual),
            kind(expected),
            json(actual)
        )
    })
}

fn first_difference(expected: &Value, actual: &Value, place: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Array(expected), Value::Array(actual)) => elements(expected, actual, place),
        (Value::Object(expected), Value::Object(actual)) => members(expected, actual, place),
        (expected, actual) => {
            let note = values(expected, actual, place).map(|note| format!("; {note}"));
            Some(format!(
                "they differ first at `{place}`: expected {}, got {}{}",
                typed(expected),
                typed(actual),
                note.unwrap_or_default()
            ))
        }
    }
}

fn elements(expected: &[Value], actual: &[Value], place: &str) -> Option<String> {
    if is_reordered(expected, actual) {
        return Some(format!("`{place}` has the same elements in another order"));
    }
    let mut pairs = expected.iter().zip(actual).enumerate();
    if let Some((i, (expected, actual))) = pairs.find(|(_, (e, a))| !equal(e, a)) {
        return first_difference(expected, actual, &place::element(place, i));
    }
    match (expected.len(), actual.len()) {
        (0, _) | (_, 0) => None,
        (wanted, found) => Some(format!(
            "`{place}` has {found} elements, and {wanted} were expected; up to there they are the same"
        )),
    }
}

/// Long lists are not looked at: it takes the square of their length.
fn is_reordered(expected: &[Value], actual: &[Value]) -> bool {
    let mut left: Vec<&Value> = actual.iter().collect();
    expected.len() == actual.len()
        && expected.len() <= 100
        && expected.iter().all(|wanted| {
            let found = left.iter().position(|value| equal(wanted, value));
            found.map(|at| left.swap_remove(at)).is_some()
        })
}

fn members(
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
    place: &str,
) -> Option<String> {
    let spare = || actual.keys().filter(|name| !expected.contains_key(*name)).map(String::as_str);
    for (name, wanted) in expected {
        match actual.get(name) {
            Some(found) if equal(wanted, found) => {}
            Some(found) => return first_difference(wanted, found, &place::member(place, name)),
            None => {
                let near = did_you_mean(name, spare());
                let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Some(format!("`{place}` has no `{name}`{near}"));
            }
        }
    }
    let spare: Vec<String> = spare().take(8).map(|name| format!("`{name}`")).collect();
    (!spare.is_empty())
        .then(|| format!("`{place}` has what was not expected: {}", spare.join(", ")))
}

/// Of what is text all the way: quotes are a part of it, and `12.0` is not `12`.
fn as_spelled(expected: &str, actual: &str) -> Option<String> {
    if is_same_json(expected, actual) {
        return Some("it is the same JSON, spelled otherwise: compare it under `json`".into());
    }
    if actual.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(expected) {
        return Some(format!("the quotes are a part of it: write `'{actual}'`"));
    }
    match (spelled_number(expected), spelled_number(actual)) {
        (Some(wanted), Some(number)) if order_numbers(&wanted, &number).is_eq() => {
            Some("it is the same number, but a text counts as it is spelled".into())
        }
        _ => spelled_differently(expected, actual),
    }
}

/// Two objects or lists that only their white space, or the order of their keys, tells apart.
fn is_same_json(expected: &str, actual: &str) -> bool {
    let read = |text: &str| -> Option<Value> {
        let nested = text.trim_start().starts_with(['{', '[']);
        if nested { serde_json::from_str(text).ok() } else { None }
    };
    matches!((read(expected), read(actual)), (Some(a), Some(b)) if equal(&a, &b))
}

fn spelled_differently(expected: &str, actual: &str) -> Option<String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if expected == actual {
        None
    } else if expected.trim() == actual.trim() {
        Some("they differ only in white space at the beginning or the end".into())
    } else if squeezed(expected) == squeezed(actual) {
        Some("they differ only in white space".into())
    } else if expected.to_lowercase() == actual.to_lowercase() {
        Some("they differ only in upper and lower case".into())
    } else if !expected.is_empty() && actual.starts_with(expected) {
        Some("it only begins so: to leave the rest open, use `starts_with`".into())
    } else if expected.chars().count().min(actual.chars().count()) > SHORT {
        Some(where_they_differ(expected, actual))
    } else {
        None
    }
}

fn where_they_differ(expected: &str, actual: &str) -> String {
    let same = expected.chars().zip(actual.chars()).take_while(|(e, a)| e == a).count();
    format!(
        "they differ first at character {}: expected {}, got {}",
        same + 1,
        around(expected, same),
        around(actual, same)
    )
}

fn around(text: &str, at: usize) -> String {
    let from = at.saturating_sub(AROUND);
    let shown: String = text.chars().skip(from).take(at - from + AROUND).collect();
    let left = if from > 0 { "…" } else { "" };
    let right = if text.chars().nth(at + AROUND).is_some() { "…" } else { "" };
    json_text(&format!("{left}{shown}{right}"))
}
