//! Every operator at every place of a response, on every kind of what may be there: where it fits,
//! it or its opposite holds, and where it does not, neither. What was captured is as if it were
//! written, whatever it is.

use std::sync::Arc;

use serde_json::{Value, from_str};

use super::fit::{Seen, fits};
use super::response;
use crate::http::message::{Hop, Response};
use crate::judge::judge;
use crate::plan::Work;
use crate::plan::expand::expand;
use crate::plan::scope::Inputs;
use crate::source::Source;
use crate::suite::expect::Expectation;
use crate::suite::matcher::OPERATORS;
use crate::template::{Bindings, Slot, as_text};

/// What stands behind an operator.
const OPERANDS: [&str; 27] = [
    "null",
    "true",
    "false",
    "0",
    "7",
    "-1",
    "1e400",
    "200",
    "\"\"",
    "\"7\"",
    "\"a\"",
    "\".*\"",
    "\"2xx\"",
    "\"5s\"",
    "\"2027-03-01\"",
    "\"string\"",
    "\"uuid\"",
    "\"/a\"",
    "\"0000000000000000000000000000000000000000000000000000000000000000\"",
    "[]",
    "[7]",
    "[\"a\", \"b\"]",
    "[7, 1]",
    "[\"array\", \"null\"]",
    "[\"/a\", \"http://127.0.0.1/\"]",
    "{}",
    "{\"a\": 7}",
];

/// What is there under `$.v`.
const VALUES: [&str; 17] = [
    "",
    "null",
    "true",
    "7",
    "8.5",
    "1e400",
    "\"\"",
    "\"a\"",
    "\"7\"",
    "\"2027-03-01\"",
    "\"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"",
    "[]",
    "[7]",
    "[\"a\", \"b\"]",
    "[[7], {\"a\": 7}]",
    "{}",
    "{\"a\": 7, \"b\": null}",
];

const TEXTS: [&str; 6] = ["", "a", "7", "8.5", "2027-03-01", "Ä\u{301}"];

const URLS: [&str; 3] = ["http://127.0.0.1/", "http://127.0.0.1/a?b=/c", "https://h/b"];

const PLACES: [&str; 10] = [
    "json: {$.v: @}",
    "json: {'$.v[*]': @}",
    "headers: {x-a: @}",
    "body: @",
    "cookies: {sid: @}",
    "status: 200, challenge: {error: @}",
    "url: @",
    "redirects: @",
    "status: @",
    "duration: @",
];

/// What the second of two steps expects, if it is a spec at all. The first captures `c`.
fn expectations(expect: &str) -> Option<Arc<[Expectation]>> {
    let text = format!(
        "tests:\n  - name: t\n    follow_redirects: 3\n    steps:\n      \
         - {{request: GET http://127.0.0.1/, capture: {{c: $.c}}}}\n      \
         - {{request: GET http://127.0.0.1/, expect: {{{expect}}}}}\n"
    );
    let source = Arc::new(Source::new("t.yaml", text));
    let (suite, faults) = crate::suite::parse(&source);
    let plan = expand(&source, suite.as_ref(), faults, None, &Inputs::default());
    match &plan.cases[0].work {
        Work::Steps(steps) => Some(steps[1].expectations.clone()),
        _ => None,
    }
}

/// A matcher of one operator.
fn matcher(operator: &str, operand: &str) -> String {
    match operator {
        "not" | "length" | "each" | "any" => format!("{{{operator}: {{equals: {operand}}}}}"),
        "all" => format!("{{all: [{{equals: {operand}}}]}}"),
        "json" => format!("{{json: {{$.a: {{equals: {operand}}}}}}}"),
        "schema" => format!("{{schema: {{type: {operand}}}}}"),
        _ => format!("{{{operator}: {operand}}}"),
    }
}

/// A matcher and its opposite.
struct Pair([Arc<[Expectation]>; 2]);

impl Pair {
    #[track_caller]
    fn read(place: &str, matcher: &str) -> Option<Pair> {
        let plain = expectations(&place.replace('@', matcher));
        let opposite = expectations(&place.replace('@', &format!("{{not: {matcher}}}")));
        if place.starts_with("duration") {
            // A time has no `not`.
            return plain.map(|plain| Pair([plain.clone(), plain]));
        }
        assert_eq!(plain.is_some(), opposite.is_some(), "{place} {matcher}");
        Some(Pair([plain?, opposite?]))
    }

    /// Whether they hold; what does not is told.
    fn hold(&self, response: &Response, bindings: &Bindings) -> [bool; 2] {
        self.0.each_ref().map(|expectations| {
            let told = judge(expectations, response, bindings);
            told.iter()
                .for_each(|m| assert!(!m.expected.is_empty() && !m.actual.is_empty(), "{m:?}"));
            told.is_empty()
        })
    }
}

/// Responses, and what of them a place looks at.
fn responses(place: &str) -> Vec<(Response, Seen)> {
    let json = |value: &str| match value {
        "" => response(&[], "{}"),
        value => response(&[], format!("{{\"v\": {value}}}")),
    };
    let values = || VALUES.iter().map(|text| (*text, from_str::<Value>(text).ok()));
    let one = |name: &'static str, line: String, text: &str| {
        (response(&[(name, &line)], ""), Seen::Text(text.to_owned()))
    };
    match place.split(['$', ':']).next().expect("a word") {
        "json" if place.contains('*') => values()
            .map(|(text, value)| {
                let nodes: Option<Vec<Value>> = value.and_then(|value| match value {
                    Value::Array(items) => Some(items),
                    Value::Object(members) => Some(members.into_iter().map(|(_, v)| v).collect()),
                    _ => None,
                });
                let nodes = nodes.filter(|nodes| !nodes.is_empty());
                (json(text), nodes.map_or(Seen::Missing, Seen::Nodes))
            })
            .collect(),
        "json" => values()
            .map(|(text, value)| (json(text), value.map_or(Seen::Missing, Seen::Json)))
            .collect(),
        "headers" => [&[][..], &["a"], &["7"], &["2027-03-01"], &[""], &["a", "b"], &["7", "7"]]
            .into_iter()
            .map(|lines| {
                let headers: Vec<(&str, &str)> = lines.iter().map(|line| ("X-A", *line)).collect();
                let own = lines.iter().map(|line| (*line).to_owned()).collect();
                (
                    response(&headers, ""),
                    if lines.is_empty() { Seen::Missing } else { Seen::Lines(own) },
                )
            })
            .collect(),
        "body" => TEXTS
            .iter()
            .map(|text| (response(&[], text), Seen::Body(Some((*text).to_owned()))))
            .chain([(response(&[], [0xff, 0, 0xfe]), Seen::Body(None))])
            .collect(),
        "cookies" => ["a", "7", "2027-03-01"]
            .into_iter()
            .map(|text| one("Set-Cookie", format!("sid={text}; Path=/"), text))
            .chain([(response(&[], ""), Seen::Missing)])
            .collect(),
        "status" if place.contains("challenge") => ["a", "7"]
            .into_iter()
            .map(|text| one("WWW-Authenticate", format!("Bearer error=\"{text}\""), text))
            .chain([(response(&[("WWW-Authenticate", "Bearer realm=\"a\"")], ""), Seen::Missing)])
            .collect(),
        "status" => [200, 404]
            .into_iter()
            .map(|status| (Response { status, ..response(&[], "") }, Seen::Count))
            .collect(),
        "url" => URLS
            .into_iter()
            .map(|url| (Response { url: url.into(), ..response(&[], "") }, Seen::Url(url.into())))
            .collect(),
        "redirects" => (0..URLS.len())
            .map(|count| {
                let hops = URLS[..count].iter().map(|url| hop(url)).collect();
                (Response { hops, ..response(&[], "") }, Seen::Urls(count))
            })
            .collect(),
        _ => vec![(response(&[], ""), Seen::Time)],
    }
}

fn hop(url: &str) -> Hop {
    Hop { status: 302, location: url.to_owned(), withheld: Vec::new(), cookies: Vec::new() }
}

#[test]
fn where_an_operator_fits_it_or_its_opposite_holds_whether_it_was_written_or_captured() {
    let mut tally = [0; 3];
    for place in PLACES {
        let responses = responses(place);
        for operator in OPERATORS {
            let late = Pair::read(place, &matcher(operator, "\"${c}\""));
            for operand in OPERANDS {
                let operand: Value = from_str(operand).expect("JSON");
                let matcher = matcher(operator, &as_written(operator, place, &operand));
                let written = Pair::read(place, &matcher);
                let mut bindings = Bindings::default();
                bindings.capture(Slot(0), operand.clone());
                for (response, seen) in &responses {
                    let expected = written.as_ref().map(|pair| pair.hold(response, &bindings));
                    let told = format!("{place} {matcher} on {seen:?}: {expected:?}");
                    if let Some(found) = expected.filter(|_| *seen != Seen::Time) {
                        assert_ne!(found, [true, true], "both hold: {told}");
                        let is_one = found[0] != found[1];
                        assert_eq!(is_one, fits(operator, &operand, seen), "{told}");
                        tally[usize::from(is_one)] += 1;
                    }
                    // No element is compared with it, whatever it is; and of a number that every
                    // status is above or below nothing is said once it is captured.
                    let is_idle = operator == "any" && is_empty_list(seen);
                    let is_beyond =
                        *seen == Seen::Count && operand.is_number() && written.is_none();
                    if let Some(late) = late.as_ref().filter(|_| !is_idle && !is_beyond) {
                        let found = late.hold(response, &bindings);
                        assert_eq!(found, expected.unwrap_or_default(), "captured: {told}");
                        tally[2] += usize::from(expected.is_none());
                    }
                }
            }
        }
    }
    assert!(tally.iter().all(|count| *count > 2000), "unfit, fit, refused: {tally:?}");
}

/// A status or a regex that was captured of a text may be spelled as one, and one status may stand
/// for a list.
fn as_written(operator: &str, place: &str, value: &Value) -> String {
    let is_status = place == "status: @" && ["equals", "in", "not", "all"].contains(&operator);
    let written = match (as_text(value), value) {
        (_, Value::String(text)) if is_status => {
            text.parse::<u16>().map_or_else(|_| value.to_string(), |code| code.to_string())
        }
        (Some(text), _) if operator == "matches" => Value::from(text).to_string(),
        _ => value.to_string(),
    };
    match is_status && operator == "in" && !value.is_array() {
        true => format!("[{written}]"),
        false => written,
    }
}

fn is_empty_list(seen: &Seen) -> bool {
    *seen == Seen::Urls(0) || *seen == Seen::Json(Value::Array(Vec::new()))
}
