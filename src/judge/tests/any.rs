//! Whatever stands in a matcher and whatever comes: nothing panics, a matcher and its opposite never
//! both hold, and what does not hold is told.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::response;
use crate::judge::{Mismatch, judge};
use crate::plan::Work;
use crate::plan::expand::expand;
use crate::plan::scope::Inputs;
use crate::source::Source;
use crate::suite::expect::Expectation;
use crate::suite::matcher::OPERATORS;
use crate::template::Bindings;

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.roll(items.len())].clone()
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.roll(if depth == 0 { 6 } else { 10 }) {
            0 => Value::Null,
            1 => Value::Bool(self.roll(2) == 0),
            2 | 3 => Value::Number(Number::from_string_unchecked(self.pick(&NUMBERS).to_owned())),
            4 | 5 => Value::from(self.pick(&TEXTS)),
            6 | 7 => (0..self.roll(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let members: Map<String, Value> = (0..self.roll(4))
                    .map(|_| (self.pick(&TEXTS).to_owned(), self.value(depth - 1)))
                    .collect();
                Value::Object(members)
            }
        }
    }

    /// An operand that has a chance to fit its operator.
    fn operand(&mut self, operator: &str, depth: usize) -> String {
        let value = self.value(2).to_string();
        let other = self.value(1).to_string();
        match operator {
            "not" | "length" | "each" | "any" => self.matcher(depth),
            "all" => format!("[{}, {}]", self.matcher(depth), self.matcher(depth)),
            "json" => format!("{{{}: {}}}", self.pick(&PATHS), self.matcher(depth)),
            "in" | "unordered" => format!("[{value}, {other}]"),
            "includes" => self.pick(&[format!("[{value}]"), format!("{{\"a\": {value}}}")]),
            "exists" | "empty" => self.pick(&["true", "false"]).to_owned(),
            "is" => self.pick(&["uuid", "date-time", "email", "uri", "jwt", "base64"]).to_owned(),
            "type" => self.pick(&["string", "integer", "[array, object]", "\"null\""]).to_owned(),
            "gt" | "gte" | "lt" | "lte" => {
                self.pick(&["0", "1e400", "-5.5", "2027-03-01", "'12'"]).to_owned()
            }
            "close_to" => {
                let places = ["[1, 0]", "[1e400, 1e-400]", "[-3, 2.5]", "[2027-03-01, 1h]"];
                self.pick(&places).to_owned()
            }
            "matches" => self.pick(&["a", "'^$'", "'\\d+'"]).to_owned(),
            "sha256" => format!("'{}'", "0".repeat(64)),
            "schema" => self
                .pick(&[
                    "{type: string}",
                    "{items: {minimum: 1}}",
                    "{anyOf: [{required: [a]}, {format: date}]}",
                    "{additionalProperties: false}",
                    "{multipleOf: 0.1, uniqueItems: true}",
                ])
                .to_owned(),
            _ => value,
        }
    }

    fn matcher(&mut self, depth: usize) -> String {
        match depth {
            0 => format!("{{equals: {}}}", self.value(2)),
            _ => {
                let operator = self.pick(&OPERATORS);
                format!("{{{operator}: {}}}", self.operand(operator, depth - 1))
            }
        }
    }
}

const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "1",
    "1.0",
    "-5",
    "0.1",
    "12",
    "1e400",
    "-1e-400",
    "1E+2",
    "18446744073709551617",
    "9007199254740993",
    "1e99999999999999999999",
    "-1e-99999999999999999999",
];

const TEXTS: [&str; 12] = [
    "",
    "a",
    "b",
    "12",
    "Ä\u{301}",
    "2027-03-01T10:00:00Z",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "http://a/b",
    "line\nline two\nline three",
    "\u{0}\u{feff}\u{10ffff}",
    "[1]",
    "$serde_json::private::Number",
];

const PATHS: [&str; 5] = ["$", "$.a", "'$[0]'", "'$[*]'", "$..a"];

/// What a test expects, if it is a spec at all.
fn expectations(expect: &str) -> Option<Arc<[Expectation]>> {
    let text = format!(
        "tests:\n  - name: t\n    request: GET http://127.0.0.1/\n    expect: {{{expect}}}\n"
    );
    let source = Arc::new(Source::new("t.yaml", text));
    let (suite, faults) = crate::suite::parse(&source);
    let plan = expand(&source, suite.as_ref(), faults, None, &Inputs::default());
    match &plan.cases[0].work {
        Work::Steps(steps) => Some(steps[0].expectations.clone()),
        _ => None,
    }
}

fn told(expectations: &[Expectation], headers: &[(&str, &str)], body: &[u8]) -> Vec<Mismatch> {
    judge(expectations, &response(headers, body), &Bindings::default())
}

#[test]
fn no_matcher_panics_and_none_holds_together_with_its_opposite() {
    let mut dice = Dice(0x5EED);
    let (mut specs, mut held, mut unfit) = (0, 0, 0);
    for _ in 0..1500 {
        let matcher = dice.matcher(2);
        let part =
            dice.pick(&["json: {$.v: ", "json: {'$.v[*]': ", "body: {all: [", "headers: {x-a: "]);
        let end = if part.starts_with("body") { "]}" } else { "}" };
        let Some(plain) = expectations(&format!("{part}{matcher}{end}")) else { continue };
        let opposite = expectations(&format!("{part}{{not: {matcher}}}{end}"));
        let opposite = opposite.unwrap_or_else(|| panic!("not {matcher}"));
        specs += 1;
        for _ in 0..12 {
            let body = match dice.roll(8) {
                0 => (0..dice.roll(9)).map(|_| dice.roll(256) as u8).collect(),
                1 => dice.value(3).to_string().into_bytes(),
                _ => format!("{{\"v\": {}}}", dice.value(3)).into_bytes(),
            };
            let line = dice.pick(&["", "a", "12", "1e400", "2027-03-01"]);
            let headers = [("X-A", line), ("X-A", "b")];
            let headers = &headers[..dice.roll(3)];
            let (plain, opposite) = (told(&plain, headers, &body), told(&opposite, headers, &body));
            let shown = String::from_utf8_lossy(&body);
            match (plain.is_empty(), opposite.is_empty()) {
                (true, true) => panic!("{part}{matcher} and its opposite hold for {shown}"),
                (false, false) => unfit += 1,
                _ => held += 1,
            }
            let words = plain.iter().chain(&opposite);
            words.for_each(|m| assert!(!m.expected.is_empty() && !m.actual.is_empty(), "{m:?}"));
        }
    }
    assert!(
        specs > 800 && held > 1000 && unfit > 1000,
        "{specs} specs, {held} held, {unfit} unfit"
    );
}
