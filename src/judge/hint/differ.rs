//! Notes on two values that are not the same: where they begin to differ, and how.

use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;
use crate::json_path::place;
use crate::judge::compare::{equal, order_numbers, part_of_url};
use crate::judge::note::{Difference, Excerpt, Note};
use crate::judge::seen::{Seen, spelled_number};
use crate::judge::words::{json, with_article};
use crate::suite::habits::comparison;
use crate::template::as_text;

/// Two texts are told in full up to this many characters; of longer ones the place is told where
/// they begin to differ.
const SHORT: usize = 40;

/// How many characters are shown on either side of that place.
const AROUND: usize = 7;

/// Notes on a value that is not the expected one.
pub fn on_equals(expected: &Value, seen: Seen, place: &str) -> Vec<Note> {
    let note = match seen {
        Seen::Text(actual) | Seen::Scheme(actual) | Seen::Line(actual) => {
            as_text(expected).and_then(|expected| as_spelled(&expected, actual))
        }
        Seen::Body(body) => match (as_text(expected), body.text) {
            (Some(expected), Ok(actual)) => as_spelled(&expected, actual),
            _ => None,
        },
        Seen::Lines(lines) => {
            let count = lines.len();
            said(format!("the header came in {count} lines: `any` or `each` looks at each of them"))
        }
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
    let text = if matches!(seen, Seen::Url(_)) { part_of_url(text, &part) } else { text };
    match test(&text.to_lowercase(), &part.to_lowercase()) {
        true => vec!["it does, if upper and lower case are ignored".into()],
        false => Vec::new(),
    }
}

/// A note of words alone.
fn said(words: impl Into<String>) -> Option<Note> {
    Some(Note::from(words))
}

fn values(expected: &Value, actual: &Value, place: &str) -> Option<Note> {
    match (expected, actual) {
        (Value::String(expected), Value::String(actual)) => spelled_differently(expected, actual),
        (Value::Array(expected), Value::Array(actual)) => {
            let words =
                format!("`{place}` has the same elements in another order: write `unordered`");
            match is_reordered(expected, actual) {
                true => Some(words.into()),
                false => {
                    let pairs = expected.iter().zip(actual).enumerate();
                    let placed = pairs.map(|(i, (e, a))| (place::element(place, i), e, a));
                    inside(placed)
                }
            }
        }
        (Value::Object(expected), Value::Object(actual)) => misspelt(expected, actual, place)
            .or_else(|| {
                let pairs =
                    expected.iter().filter_map(|(name, e)| Some((name, e, actual.get(name)?)));
                inside(pairs.map(|(name, e, a)| (place::member(place, name), e, a)))
            }),
        (Value::String(text), Value::Number(_)) if comparison(text).is_some() => comparison(text)
            .and_then(|operators| said(format!("to compare with it, write `{operators}`"))),
        _ => another_type(expected, actual).map(Note::from),
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

/// The first note on parts that differ, with the place of a scalar.
fn inside<'v>(pairs: impl Iterator<Item = (String, &'v Value, &'v Value)>) -> Option<Note> {
    let mut differing = pairs.filter(|(_, expected, actual)| !equal(expected, actual));
    differing.find_map(|(place, expected, actual)| {
        let note = values(expected, actual, &place)?;
        let is_deep = expected.is_array() || expected.is_object();
        if is_deep || note.words.is_empty() {
            return Some(note).filter(|note| !note.words.is_empty());
        }
        said(format!("at `{place}`: {}", note.words))
    })
}

/// A member that is there by a name that is near.
fn misspelt(
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
    place: &str,
) -> Option<Note> {
    let spare = || actual.keys().filter(|name| !expected.contains_key(*name)).map(String::as_str);
    let mut missing = expected.keys().filter(|name| !actual.contains_key(*name));
    missing.find_map(|name| {
        let near = did_you_mean(name, spare())?;
        said(format!("`{place}` has no `{name}`: did you mean `{near}`?"))
    })
}

/// Of what is text all the way: quotes are a part of it, and `12.0` is not `12`.
fn as_spelled(expected: &str, actual: &str) -> Option<Note> {
    if is_same_json(expected, actual) {
        return said("it is the same JSON, spelled otherwise: compare it under `json`");
    }
    if actual.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(expected) {
        return said(format!("the quotes are a part of it: write `'{actual}'`"));
    }
    match (spelled_number(expected), spelled_number(actual)) {
        (Some(wanted), Some(number)) if order_numbers(&wanted, &number).is_eq() => {
            said("it is the same number, but a text counts as it is spelled")
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

fn spelled_differently(expected: &str, actual: &str) -> Option<Note> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if expected == actual {
        None
    } else if expected.trim() == actual.trim() {
        said("they differ only in white space at the beginning or the end")
    } else if squeezed(expected) == squeezed(actual) {
        said("they differ only in white space")
    } else if expected.to_lowercase() == actual.to_lowercase() {
        said("they differ only in upper and lower case")
    } else if !expected.is_empty() && actual.starts_with(expected) {
        said("it only begins so: to leave the rest open, use `starts_with`")
    } else if expected.chars().count().min(actual.chars().count()) > SHORT {
        let difference = Some(difference(expected, actual));
        Some(Note { words: String::new(), difference })
    } else {
        None
    }
}

fn difference(expected: &str, actual: &str) -> Difference {
    let same = expected.chars().zip(actual.chars()).take_while(|(e, a)| e == a).count();
    Difference {
        character: same + 1,
        expected: around(expected, same),
        actual: around(actual, same),
    }
}

/// What stands on either side of a character.
fn around(text: &str, at: usize) -> Excerpt {
    let byte = |nth: usize| text.char_indices().nth(nth).map_or(text.len(), |(byte, _)| byte);
    Excerpt::new(text, byte(at.saturating_sub(AROUND))..byte(at + AROUND))
}
