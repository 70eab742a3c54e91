//! Whether one value is a part of another, and whether two lists have the same elements.

use std::collections::VecDeque;

use serde_json::Value;

use super::compare::is_equal;
use super::seen::Seen;

/// Whether `part` is in there: the members of an object by name, each element of a list with a
/// partner of its own in any order. `None` where one is a list or an object and the other is not.
pub fn includes(part: &Value, seen: Seen) -> Option<bool> {
    match (part, seen) {
        (Value::Object(part), Seen::Json(Value::Object(_))) if !part.is_empty() => {}
        (Value::Array(part), seen) if !part.is_empty() && seen.elements().is_some() => {}
        _ => return None,
    }
    Some(is_in(part, seen))
}

/// As [`includes`], of what stands inside: there, what does not fit is not included.
pub fn is_in(part: &Value, seen: Seen) -> bool {
    match (part, seen) {
        (Value::Object(part), Seen::Json(Value::Object(actual))) => part
            .iter()
            .all(|(name, part)| actual.get(name).is_some_and(|a| is_in(part, Seen::Json(a)))),
        (Value::Array(part), seen) => match seen.elements() {
            Some(count) => {
                unpaired(part.len(), count, |i, j| is_in(&part[i], seen.element(j))).is_empty()
            }
            None => false,
        },
        (part, seen) => is_equal(part, seen),
    }
}

/// Whether a list has the same elements. `None` where there is no list.
pub fn is_same_in_any_order(expected: &Value, seen: Seen) -> Option<bool> {
    let (expected, count) = (expected.as_array()?, seen.elements()?);
    let same = |i: usize, j: usize| is_equal(&expected[i], seen.element(j));
    Some(expected.len() == count && unpaired(count, count, same).is_empty())
}

/// Pairs as many of the `wanted` as can be with one of those `there` that fits, each with another;
/// gives those that are left.
pub fn unpaired(wanted: usize, there: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut partners = Partners { of_there: vec![None; there], of_wanted: vec![None; wanted] };
    let left: Vec<usize> = (0..wanted).filter(|i| !partners.take_free(*i, &fits)).collect();
    if left.is_empty() {
        return left;
    }
    let fitting: Vec<Vec<usize>> =
        (0..wanted).map(|i| (0..there).filter(|j| fits(i, *j)).collect()).collect();
    left.into_iter().filter(|i| !partners.make_room(*i, &fitting)).collect()
}

/// Who is paired with whom.
struct Partners {
    of_there: Vec<Option<usize>>,
    of_wanted: Vec<Option<usize>>,
}

impl Partners {
    /// Takes a partner that nobody has, at the same place if that fits.
    fn take_free(&mut self, wanted: usize, fits: impl Fn(usize, usize) -> bool) -> bool {
        let same_place = std::iter::once(wanted).filter(|j| *j < self.of_there.len());
        let mut free = same_place.chain(0..self.of_there.len());
        let found = free.find(|j| self.of_there[*j].is_none() && fits(wanted, *j));
        if let Some(partner) = found {
            self.pair(wanted, partner);
        }
        found.is_some()
    }

    /// Finds a partner for one by giving others another one that fits: a path from it to a free
    /// partner, by breadth first.
    fn make_room(&mut self, wanted: usize, fitting: &[Vec<usize>]) -> bool {
        let mut asked_by: Vec<Option<usize>> = vec![None; self.of_there.len()];
        let mut left = VecDeque::from([wanted]);
        while let Some(asking) = left.pop_front() {
            for &partner in &fitting[asking] {
                if asked_by[partner].is_some() {
                    continue;
                }
                asked_by[partner] = Some(asking);
                match self.of_there[partner] {
                    Some(other) => left.push_back(other),
                    None => {
                        self.shift(partner, &asked_by);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Pairs everybody on the path that ends at a free partner with whom they asked.
    fn shift(&mut self, free: usize, asked_by: &[Option<usize>]) {
        let mut next = Some(free);
        while let Some(partner) = next {
            let Some(asking) = asked_by[partner] else { return };
            next = self.of_wanted[asking];
            self.pair(asking, partner);
        }
    }

    fn pair(&mut self, wanted: usize, partner: usize) {
        self.of_wanted[wanted] = Some(partner);
        self.of_there[partner] = Some(wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::from_str;

    #[test]
    fn a_part_is_looked_for_by_name_and_in_any_order() {
        let table = [
            (r#"{"a": 1}"#, r#"{"a": 1.0, "b": 2}"#, Some(true)),
            (r#"{"a": {"b": [2]}}"#, r#"{"a": {"b": [1, 2], "c": 3}}"#, Some(true)),
            (r#"{"a": 1}"#, r#"{"a": 2}"#, Some(false)),
            (r#"{"a": null}"#, r#"{}"#, Some(false)),
            (r#"{"a": [1]}"#, r#"{"a": 1}"#, Some(false)),
            ("[3, 1]", "[1, 2, 3]", Some(true)),
            ("[1, 1]", "[1, 2]", Some(false)),
            ("[1, 1]", "[1, 2, 1]", Some(true)),
            // The first has to leave its partner to the second.
            (r#"[{"a": 1}, {"a": 1, "b": 2}]"#, r#"[{"a": 1, "b": 2}, {"a": 1}]"#, Some(true)),
            (
                r#"[{"a": 1}, {"b": 1}, {"a": 1, "b": 1}]"#,
                r#"[{"a": 1, "b": 1}, {"b": 1, "a": 1}, {"a": 1}]"#,
                Some(true),
            ),
            (r#"[{"a": 1}, {"a": 1, "b": 2}]"#, r#"[{"a": 1, "b": 2}, {"b": 2}]"#, Some(false)),
            ("[1]", r#"{"a": 1}"#, None),
            (r#"{"a": 1}"#, "[1]", None),
            (r#"{"a": 1}"#, "null", None),
            ("[]", "[1]", None),
            ("{}", "{}", None),
        ];
        for (part, value, expected) in table {
            let (part, value): (Value, Value) = (from_str(part).unwrap(), from_str(value).unwrap());
            assert_eq!(includes(&part, Seen::Json(&value)), expected, "{part} in {value}");
        }
        let lines = Seen::Lines(&["a", "1"]);
        assert_eq!(includes(&from_str("[1]").unwrap(), lines), Some(true));
        assert_eq!(includes(&from_str("[\"b\"]").unwrap(), lines), Some(false));
    }

    #[test]
    fn the_order_of_elements_is_left_aside() {
        let table = [
            ("[1, 2, 2]", "[2, 1.0, 2]", Some(true)),
            ("[1, 2, 2]", "[1, 1, 2]", Some(false)),
            ("[1]", "[1, 1]", Some(false)),
            ("[]", "[]", Some(true)),
            (r#"[{"a": [1, 2]}, 3]"#, r#"[3, {"a": [1, 2]}]"#, Some(true)),
            (r#"[{"a": [1, 2]}]"#, r#"[{"a": [2, 1]}]"#, Some(false)),
            ("[1]", "1", None),
            ("[]", "{}", None),
        ];
        for (expected, value, says) in table {
            let (expected, value): (Value, Value) =
                (from_str(expected).unwrap(), from_str(value).unwrap());
            let is = is_same_in_any_order(&expected, Seen::Json(&value));
            assert_eq!(is, says, "{expected} and {value}");
        }
        assert_eq!(is_same_in_any_order(&from_str("[12]").unwrap(), Seen::Line("12")), Some(true));
    }
}
