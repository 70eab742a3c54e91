//! The one folder that names the JSONPath crate: queries are compiled once and asked many times.

mod strict;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use pest::error::InputLocation;
use serde_json::Value;

/// A compiled query of RFC 9535.
#[derive(Debug)]
pub struct JsonPath {
    text: Box<str>,
    query: Query,
}

/// A singular query is walked straight through the value; only the others need the engine.
#[derive(Debug)]
enum Query {
    Singular(Box<[Step]>),
    Nodes(JpQuery),
}

#[derive(Debug)]
enum Step {
    Name(Box<str>),
    Index(i64),
}

/// What a query finds.
#[derive(Debug, PartialEq)]
pub enum Found<'v> {
    /// The value of a singular query.
    One(&'v Value),
    /// The values of any other query, one or more.
    Many(Vec<&'v Value>),
    /// Nothing.
    Missing,
}

impl JsonPath {
    /// Compiles `text`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<JsonPath, String> {
        if !text.starts_with('$') {
            return Err("a JSONPath begins with `$`".into());
        }
        strict::check_text(text)?;
        let query = parse_json_path(text).map_err(|error| reason(text, &error))?;
        strict::check_query(&query)?;
        let query = match singular_steps(&query) {
            Some(steps) => Query::Singular(steps),
            None => Query::Nodes(query),
        };
        Ok(JsonPath { text: text.into(), query })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it can find at most one value, by its form.
    pub fn is_singular(&self) -> bool {
        matches!(self.query, Query::Singular(_))
    }

    /// Asks `value`.
    pub fn find<'v>(&self, value: &'v Value) -> Found<'v> {
        match &self.query {
            Query::Singular(steps) => walk(steps, value).map_or(Found::Missing, Found::One),
            Query::Nodes(query) => match js_path_process(query, value) {
                Ok(nodes) if !nodes.is_empty() => {
                    Found::Many(nodes.into_iter().map(|node| node.val).collect())
                }
                _ => Found::Missing,
            },
        }
    }

    /// Where a query found nothing: the query with the first step that reads a name as an index,
    /// or an index as a name, turned around, if that one finds something.
    pub fn near_miss(&self, value: &Value) -> Option<String> {
        let Query::Singular(steps) = &self.query else { return None };
        let mut at = value;
        for step in steps {
            at = match (enter(step, at), step, at) {
                (Some(next), ..) => next,
                (None, Step::Name(name), Value::Array(items)) => {
                    let index = name.parse::<usize>().ok()?;
                    return (index < items.len()).then(|| format!("a list: write [{index}]"));
                }
                (None, Step::Index(index), Value::Object(members)) => {
                    let name = index.to_string();
                    return members
                        .contains_key(&name)
                        .then(|| format!("an object: write ['{index}']"));
                }
                _ => return None,
            };
        }
        None
    }
}

fn walk<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |at, step| enter(step, at))
}

fn enter<'v>(step: &Step, value: &'v Value) -> Option<&'v Value> {
    match (step, value) {
        (Step::Name(name), Value::Object(members)) => members.get(&**name),
        (Step::Index(index), Value::Array(items)) => {
            let from_start = usize::try_from(*index).ok();
            let from_end = || items.len().checked_sub(index.unsigned_abs() as usize);
            items.get(if *index >= 0 { from_start? } else { from_end()? })
        }
        _ => None,
    }
}

fn singular_steps(query: &JpQuery) -> Option<Box<[Step]>> {
    query
        .segments
        .iter()
        .map(|segment| match segment {
            Segment::Selector(Selector::Name(name)) => Some(Step::Name(name.as_str().into())),
            Segment::Selector(Selector::Index(index)) => Some(Step::Index(*index)),
            _ => None,
        })
        .collect()
}

/// The engine's grammar errors name its own rules; a person needs the place.
fn reason(text: &str, error: &JsonPathError) -> String {
    use std::fmt::Write;
    let JsonPathError::PestError(error) = error else { return error.to_string() };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let mut words = String::from("not a JSONPath");
    match text.get(at..).filter(|rest| !rest.is_empty()) {
        Some(rest) => drop(write!(words, ": `{rest}` cannot be read")),
        None => words.push_str(": it ends too early"),
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_singular_query_gives_its_value_and_any_other_a_list() {
        let value = json!({"a": [{"b": 1}, {"b": 2}], "n": null, "1": "x"});
        let find = |text: &str| match JsonPath::parse(text).unwrap().find(&value) {
            Found::One(value) => format!("one {value}"),
            Found::Many(values) => format!("many {}", json!(values)),
            Found::Missing => "missing".to_owned(),
        };
        let table = [
            ("$", r#"one {"a":[{"b":1},{"b":2}],"n":null,"1":"x"}"#),
            ("$.a[0].b", "one 1"),
            ("$.a[-1].b", "one 2"),
            ("$['a'][1]['b']", "one 2"),
            ("$.n", "one null"),
            ("$['1']", "one \"x\""),
            ("$[1]", "missing"),
            ("$.a[2]", "missing"),
            ("$.a[-3]", "missing"),
            ("$.a.b", "missing"),
            ("$.a[*].b", "many [1,2]"),
            ("$..b", "many [1,2]"),
            ("$.a[?@.b > 1]", "many [{\"b\":2}]"),
            ("$.a[?@.b == 1.0]", "many [{\"b\":1}]"),
            ("$.a[?@.b > 9]", "missing"),
            ("$.a[?match(@.b, 'x')]", "missing"),
            ("$.a[?length(@) == 1 && count(@.*) == 1].b", "many [1,2]"),
        ];
        for (query, expected) in table {
            assert_eq!(find(query), expected, "{query}");
        }
    }

    #[test]
    fn what_the_engine_would_take_for_something_else_is_refused() {
        let table = [
            ("a.b", "a JSONPath begins with `$`"),
            ("$.a b", "a name with a space in it is written ['like this']"),
            ("$. a", "a name with a space in it is written ['like this']"),
            ("$.a[", "not a JSONPath: it ends too early"),
            ("$.", "not a JSONPath: it ends too early"),
            ("$[?@[?@>1]]", "a filter inside a filter is not supported"),
            ("$[?length(@.a)]", "the result of `length()` must be compared with something"),
        ];
        for (query, expected) in table {
            assert_eq!(JsonPath::parse(query).map(|_| ()), Err(expected.to_owned()), "{query}");
        }
        for query in [
            "$[?match(@.a, 'x') == true]",
            "$[?match(@.a, '[')]",
            "$[?search(@.a, '(')]",
            "$[?length(@.*) < 3]",
            "$[?count(1) > 2]",
            "$[?value(1) == 2]",
            "$[?in(@.a, $.b)]",
            "$[?@.* == 1]",
        ] {
            assert!(JsonPath::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_near_miss_between_name_and_index_is_told() {
        let value = json!({"a": [1, 2], "o": {"1": 3}});
        let near = |text: &str| JsonPath::parse(text).unwrap().near_miss(&value);
        assert_eq!(near("$.a['1']"), Some("a list: write [1]".into()));
        assert_eq!(near("$.o[1]"), Some("an object: write ['1']".into()));
        assert_eq!(near("$.a['7']"), None);
        assert_eq!(near("$.b"), None);
    }
}
