//! The one folder that names the JSONPath crate: queries are compiled once and asked many times.

#[cfg(test)]
mod compliance;
pub mod place;
mod select;
mod strict;
mod stumble;

use std::borrow::Cow;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use pest::error::InputLocation;
use serde_json::Value;

/// A compiled query of RFC 9535.
#[derive(Debug)]
pub struct JsonPath {
    text: Box<str>,
    query: Query,
}

/// A singular query is walked straight through the value.
#[derive(Debug)]
enum Query {
    Singular(Box<[Step]>),
    Nodes(JpQuery),
}

/// A step of a query that finds at most one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// To a member of an object.
    Name(Box<str>),
    /// To an element of a list, from its end when negative.
    Index(i64),
}

/// How far a query went that found nothing.
#[derive(Debug, PartialEq)]
pub struct Stop<'v> {
    /// Where it got to.
    pub place: String,
    /// What stands there.
    pub value: &'v Value,
    /// What that does not have; `None` for what may find several values and found none.
    pub step: Option<Step>,
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
            let dot = if text.starts_with(['[', '.']) { "" } else { "." };
            let rooted = format!("${dot}{text}");
            return Err(match JsonPath::parse(&rooted) {
                Ok(_) => format!("a JSONPath begins with `$`: write `{rooted}`"),
                Err(_) => "a JSONPath begins with `$`".into(),
            });
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
            Query::Nodes(query) => {
                let nodes = select::select(query, value);
                if nodes.is_empty() { Found::Missing } else { Found::Many(nodes) }
            }
        }
    }

    /// Where the query went no further in `value`, when it finds nothing there.
    pub fn stop<'v>(&self, value: &'v Value) -> Stop<'v> {
        let steps: Cow<[Step]> = match &self.query {
            Query::Singular(steps) => Cow::Borrowed(steps),
            Query::Nodes(query) => Cow::Owned(query.segments.iter().map_while(step).collect()),
        };
        let mut stop = Stop { place: "$".to_owned(), value, step: None };
        for step in steps.iter() {
            let Some(next) = enter(step, stop.value) else {
                return Stop { step: Some(step.clone()), ..stop };
            };
            stop.place = match step {
                Step::Name(name) => place::member(&stop.place, name),
                Step::Index(index) => format!("{}[{index}]", stop.place),
            };
            stop.value = next;
        }
        stop
    }
}

fn walk<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |at, step| enter(step, at))
}

fn enter<'v>(step: &Step, value: &'v Value) -> Option<&'v Value> {
    match step {
        Step::Name(name) => select::member(value, name),
        Step::Index(index) => select::element(value, *index),
    }
}

fn singular_steps(query: &JpQuery) -> Option<Box<[Step]>> {
    query.segments.iter().map(step).collect()
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Selector(Selector::Name(name)) => Some(Step::Name(name.as_str().into())),
        Segment::Selector(Selector::Index(index)) => Some(Step::Index(*index)),
        _ => None,
    }
}

fn reason(text: &str, error: &JsonPathError) -> String {
    match error {
        JsonPathError::PestError(error) => {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            stumble::reason(text, at)
        }
        JsonPathError::InvalidJsonPath(words) => stumble::of_function(words),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NO_FUNCTION: &str =
        "`in()` is not a function of RFC 9535 (length, count, value, match, search)";

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
            ("$.a[?@.b == 2, ?@.b == 1].b", "many [2,1]"),
            ("$.a[?match(@.b, 'x')]", "missing"),
            ("$.a[?length(@) == 1 && count(@.*) == 1].b", "many [1,2]"),
        ];
        for (query, expected) in table {
            assert_eq!(find(query), expected, "{query}");
        }
    }

    #[test]
    fn what_the_parser_would_take_for_something_else_is_refused() {
        let table = [
            ("a.b", "a JSONPath begins with `$`: write `$.a.b`"),
            ("[0]", "a JSONPath begins with `$`: write `$[0]`"),
            ("a b", "a JSONPath begins with `$`"),
            ("$.a b", "a name with a space in it is written ['like this']"),
            ("$. a", "a name with a space in it is written ['like this']"),
            ("$.a[", "it ends too early: a `]` is missing"),
            ("$.", "it ends too early: a name is missing"),
            ("$[?@[?$..a]]", "in a filter in a filter, what begins with `$` leads to one value"),
            (
                "$[?@[?count($.*) > 1]]",
                "in a filter in a filter, what begins with `$` leads to one value",
            ),
            ("$.a\u{a0}", "a name with a space in it is written ['like this']"),
            ("$[?@.a < 1e400]", "a number in it is too large"),
            ("$[?length(1e400) == 1]", "a number in it is too large"),
            ("$[?length(@.a)]", "the result of `length()` must be compared with something"),
            (
                "$[?match(@.a, 'x') == true]",
                "`match()` is a test by itself: compare it with nothing",
            ),
            ("$[?in(@.a, $.b)]", NO_FUNCTION),
            ("$[?in(@.a, $.b) == true]", NO_FUNCTION),
            ("$[?length(in(@.a, $.b)) > 1]", NO_FUNCTION),
            ("$[?count(1) > 2]", "`count()` takes a query, such as `@.*`"),
            ("$[?count(length(@.a)) > 2]", "`count()` takes a query, such as `@.*`"),
            ("$[?length (@.a) > 1]", "no space stands before the `(` of `length()`"),
            (&format!("$.{}", "a".repeat(64 * 1024)), "it is longer than 64 KiB"),
        ];
        for (query, expected) in table {
            assert_eq!(JsonPath::parse(query).map(|_| ()), Err(expected.to_owned()), "{query}");
        }
        for query in [
            "$[?match(@.a, '[')]",
            "$[?search(@.a, '(')]",
            "$[?length(@.*) < 3]",
            "$[?value(1) == 2]",
            "$[?@.* == 1]",
            "$[?@[*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*]]",
        ] {
            assert!(JsonPath::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_query_that_finds_nothing_knows_where_it_stopped() {
        let value = json!({"a": [1, 2], "o": {"1": 3, "e": []}});
        let name = |name: &str| Some(Step::Name(name.into()));
        let table = [
            ("$.a['1']", "$.a", name("1")),
            ("$.o[1]", "$.o", Some(Step::Index(1))),
            ("$.a[-3]", "$.a", Some(Step::Index(-3))),
            ("$.b.c", "$", name("b")),
            ("$.b[*]", "$", name("b")),
            ("$.o.e[*].x", "$.o.e", None),
            ("$.o['1'].x", "$.o['1']", name("x")),
        ];
        for (query, place, step) in table {
            let stop = JsonPath::parse(query).unwrap().stop(&value);
            assert_eq!((stop.place.as_str(), &stop.step), (place, &step), "{query}");
        }
    }
}
