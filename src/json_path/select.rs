//! Which values a query selects, in the order of RFC 9535 §2.
//!
//! Of the JSONPath crate only the parser is used. Its engine finds nothing for a filter inside a
//! filter and for `count(…) == 0`, orders several selectors behind `..` in another way, takes
//! numbers for equal that are not, and compiles the pattern of `match()` anew for each element.

mod equal;
mod filter;
mod function;
mod pattern;

use jsonpath_rust::parser::model::{Filter, JpQuery, Segment, Selector};
use serde_json::Value;

use pattern::Patterns;

/// The values that `query` selects in `root`.
pub fn select<'a>(query: &JpQuery, root: &'a Value) -> Vec<&'a Value> {
    Asking { root, patterns: Patterns::default() }.nodes(&query.segments, root)
}

/// The member of an object.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.get(name)
}

/// The element of a list, from its end when `index` is negative.
pub fn element(value: &Value, index: i64) -> Option<&Value> {
    let items = value.as_array()?;
    let from_start = usize::try_from(index).ok();
    let from_end = || items.len().checked_sub(index.unsigned_abs() as usize);
    items.get(if index >= 0 { from_start? } else { from_end()? })
}

/// One query on its way through one value.
struct Asking<'a> {
    /// What `$` is, in filters too.
    root: &'a Value,
    patterns: Patterns,
}

impl<'a> Asking<'a> {
    fn nodes(&self, segments: &[Segment], from: &'a Value) -> Vec<&'a Value> {
        segments.iter().fold(vec![from], |nodes, segment| {
            let mut found = Vec::new();
            nodes.into_iter().for_each(|node| self.segment(segment, node, &mut found));
            found
        })
    }

    fn segment(&self, segment: &Segment, node: &'a Value, found: &mut Vec<&'a Value>) {
        match segment {
            Segment::Selector(selector) => self.selector(selector, node, found),
            Segment::Selectors(selectors) => {
                selectors.iter().for_each(|selector| self.selector(selector, node, found));
            }
            Segment::Descendant(inner) => {
                self.segment(inner, node, found);
                children(node).for_each(|child| self.segment(segment, child, found));
            }
        }
    }

    fn selector(&self, selector: &Selector, node: &'a Value, found: &mut Vec<&'a Value>) {
        match selector {
            Selector::Name(name) => found.extend(member(node, name)),
            Selector::Index(index) => found.extend(element(node, *index)),
            Selector::Wildcard => found.extend(children(node)),
            Selector::Slice(start, end, step) => {
                let items = node.as_array().map(Vec::as_slice).unwrap_or_default();
                let indices = slice(items.len(), *start, *end, step.unwrap_or(1));
                found.extend(indices.map(|index| &items[index]));
            }
            Selector::Filter(filter) => self.filtered(filter, node, found),
        }
    }

    fn filtered(&self, filter: &Filter, node: &'a Value, found: &mut Vec<&'a Value>) {
        found.extend(children(node).filter(|child| self.holds(filter, child)));
    }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// The indices of a slice of so many elements (RFC 9535 §2.3.4.2.2).
fn slice(
    length: usize,
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
) -> impl Iterator<Item = usize> {
    let length = length as i64;
    let from_start = |bound: i64| if bound < 0 { length + bound } else { bound };
    let (first, last) = if step < 0 {
        let bound = |bound: Option<i64>| bound.map(|b| from_start(b).clamp(-1, length - 1));
        (bound(start).unwrap_or(length - 1), bound(end).unwrap_or(-1))
    } else {
        let bound = |bound: Option<i64>| bound.map(|b| from_start(b).clamp(0, length));
        (bound(start).unwrap_or(0), bound(end).unwrap_or(length))
    };
    let is_inside = move |index: &i64| match step.signum() {
        1 => *index < last,
        -1 => *index > last,
        _ => false,
    };
    std::iter::successors(Some(first), move |index| Some(index + step))
        .take_while(is_inside)
        .map(|index| index as usize)
}

#[cfg(test)]
mod tests {
    use crate::json_path::{Found, JsonPath};
    use serde_json::{Value, json};

    /// What the compliance suite has no case for, and the engine of the crate got wrong.
    #[test]
    fn what_the_suite_does_not_ask_is_right_too() {
        let exact: Value = serde_json::from_str(
            r#"[{"a": 9007199254740993, "b": 9007199254740992}, {"a": 1e-20, "b": 0},
                {"a": 1.0, "b": 1}, {"a": [1.0], "b": [1]}, {"a": 1e400, "b": null}]"#,
        )
        .unwrap();
        let table = [
            ("$[?count(@.x) == 0]", json!([1, {"x": 2}]), json!([1])),
            ("$[?count(@.*) == 0]", json!([1, {"x": 2}, []]), json!([1, []])),
            ("$[?count(@..x) < 1]", json!([{"y": 1}, {"x": 2}]), json!([{"y": 1}])),
            ("$[?@.a == @.b]", exact.clone(), json!([exact[2], exact[3]])),
            ("$[?@.a > @.b].b", exact.clone(), json!([exact[0]["b"], 0])),
            ("$[?@[?@.x == 1]]", json!([[{"x": 1}], [{"x": 2}]]), json!([[{"x": 1}]])),
            (
                "$[?@.x[?@.y[?@ == $[0].z]]]",
                json!([{"z": 1, "x": [{"y": [1]}]}, {"x": [{"y": [2]}]}]),
                json!([{"z": 1, "x": [{"y": [1]}]}]),
            ),
            ("$[?count(@[?@ > 1]) == 2]", json!([[1, 2, 3], [3]]), json!([[1, 2, 3]])),
            ("$..[1, 0]", json!([1, [2, 3]]), json!([[2, 3], 1, 3, 2])),
            ("$[?length(value(@..x)) == 2]", json!([{"x": "ab"}, {"x": 1}]), json!([{"x": "ab"}])),
            (
                "$[?match(@.t, @.p)]",
                json!([{"t": "ab", "p": "a."}, {"t": "a", "p": "("}]),
                json!([{"t": "ab", "p": "a."}]),
            ),
            ("$[?match(@, 'a|b')]", json!(["a", "ab", "b"]), json!(["a", "b"])),
            ("$[?search(@, '[.]')]", json!(["a", "a.b"]), json!(["a.b"])),
            ("$[?search(@, '\\\\.')]", json!(["a", "a.b"]), json!(["a.b"])),
            ("$[?@ <= 'b']", json!(["a", "b", "c", 1]), json!(["a", "b"])),
            ("$[?@.x <= $.y]", json!([{"x": 1}, {}]), json!([{}])),
            ("$[-9:9:9007199254740991]", json!([1, 2]), json!([1])),
            ("$[9:-9:-9007199254740991]", json!([1, 2]), json!([2])),
        ];
        for (query, value, expected) in table {
            let path = JsonPath::parse(query).expect(query);
            let Found::Many(found) = path.find(&value) else { panic!("{query} found nothing") };
            assert_eq!(json!(found), expected, "{query}");
        }
    }
}
