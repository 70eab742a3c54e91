//! Where a value stands in another, written as a JSONPath.

use std::collections::VecDeque;

use serde_json::Value;

/// The place of an element.
pub fn element(list: &str, number: usize) -> String {
    format!("{list}[{number}]")
}

/// The place of a member.
pub fn member(object: &str, name: &str) -> String {
    let mut chars = name.chars();
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_short =
        chars.next().is_some_and(is_first) && chars.all(|c| is_first(c) || c.is_ascii_digit());
    match is_short {
        true => format!("{object}.{name}"),
        false => format!("{object}['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

/// A place in a value that itself stands at `base`.
pub fn within(base: &str, place: &str) -> String {
    match (base, place.strip_prefix('$')) {
        ("", _) => place.to_owned(),
        (base, Some(rest)) => format!("{base}{rest}"),
        (base, None) => format!("{base} {place}"),
    }
}

/// Where `wanted`, borrowed from `value`, stands in it.
pub fn of(value: &Value, wanted: &Value) -> Option<String> {
    shallowest(value, usize::MAX, |_, found| std::ptr::eq(found, wanted))
}

/// Where the shallowest member with this name stands, among the first so many values.
pub fn of_name(value: &Value, name: &str, among: usize) -> Option<String> {
    shallowest(value, among, |found, _| found == Some(name))
}

fn shallowest(
    value: &Value,
    among: usize,
    is_wanted: impl Fn(Option<&str>, &Value) -> bool,
) -> Option<String> {
    // Places are written out for the one that is found: each value knows what it stands in.
    let mut seen: Vec<(usize, Step)> = vec![(0, Step::Root)];
    let mut left = VecDeque::from([(0, value)]);
    if is_wanted(None, value) {
        return Some("$".to_owned());
    }
    while let Some((parent, value)) = left.pop_front() {
        for (step, child) in children(value) {
            seen.push((parent, step));
            let name = match step {
                Step::Name(name) => Some(name),
                _ => None,
            };
            if is_wanted(name, child) {
                return Some(written(&seen, seen.len() - 1));
            }
            if seen.len() > among {
                return None;
            }
            left.push_back((seen.len() - 1, child));
        }
    }
    None
}

#[derive(Clone, Copy)]
enum Step<'v> {
    Root,
    Name(&'v str),
    Index(usize),
}

fn children(value: &Value) -> Box<dyn Iterator<Item = (Step<'_>, &Value)> + '_> {
    match value {
        Value::Array(items) => {
            Box::new(items.iter().enumerate().map(|(i, item)| (Step::Index(i), item)))
        }
        Value::Object(members) => {
            Box::new(members.iter().map(|(name, value)| (Step::Name(name), value)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn written(seen: &[(usize, Step)], at: usize) -> String {
    let (parent, step) = seen[at];
    match step {
        Step::Root => "$".to_owned(),
        Step::Name(name) => member(&written(seen, parent), name),
        Step::Index(index) => element(&written(seen, parent), index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_found_again_where_it_stands() {
        let value = json!({"a": [{"b c": 1}, {"b c": 1, "it's": {"x_1": null}}]});
        let table = [
            ("", "$"),
            ("/a/1", "$.a[1]"),
            ("/a/0/b c", "$.a[0]['b c']"),
            ("/a/1/b c", "$.a[1]['b c']"),
            ("/a/1/it's/x_1", "$.a[1]['it\\'s'].x_1"),
        ];
        for (pointer, place) in table {
            assert_eq!(of(&value, value.pointer(pointer).unwrap()).as_deref(), Some(place));
        }
        assert_eq!(of(&value, &json!(1)), None);
    }

    #[test]
    fn the_shallowest_member_of_a_name_comes_first() {
        let value = json!({"a": {"b": {"id": 1}}, "c": [{"id": 2}]});
        assert_eq!(of_name(&value, "id", 100).as_deref(), Some("$.a.b.id"));
        assert_eq!(of_name(&value, "c", 100).as_deref(), Some("$.c"));
        assert_eq!(of_name(&value, "d", 100), None);
        assert_eq!(of_name(&value, "id", 2), None);
    }

    #[test]
    fn places_go_on_in_one_another() {
        assert_eq!(within("$.a[0]", "$.b"), "$.a[0].b");
        assert_eq!(within("", "$.b"), "$.b");
        assert_eq!(within("$", "$"), "$");
    }
}
