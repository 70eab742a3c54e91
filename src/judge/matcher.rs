//! A matcher against a value: each operator judged by itself.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::Mismatch;
use super::compare::{equal, equal_text, is_of_type, order};
use super::words::{demand, operator_demand, path_text, shown};
use crate::json_path::Found;
use crate::source::{Span, Spanned};
use crate::suite::matcher::{
    JsonCheck, Matcher, Operator, Path, Pattern, Subject, ValueOperator, status_class,
};
use crate::template::{Bindings, Draft, as_text};

/// What an operator says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It does not fit the value's type: neither it nor its negation holds.
    Unfit,
}

/// Judges values of one kind.
#[derive(Clone, Copy)]
pub struct Judge<'b> {
    /// What is known by now.
    pub bindings: &'b Bindings,
    /// What the values are.
    pub subject: Subject,
    /// Whether equality ignores ASCII case, as in the scheme of a challenge.
    pub fold_case: bool,
}

/// A value at hand and what it is called in messages.
#[derive(Clone, Copy)]
pub struct At<'v> {
    /// What it is called.
    pub name: &'v dyn Fn() -> String,
    /// The value, or `None` when there is nothing.
    pub value: Option<&'v Value>,
}

impl<'b> Judge<'b> {
    /// Judges every operator of `matcher`; those that do not hold are added to `mismatches`.
    pub fn matcher(&self, matcher: &Matcher, at: At, mismatches: &mut Vec<Mismatch>) -> Outcome {
        let outcomes = matcher.0.iter().map(|operator| self.operator(operator, at, mismatches));
        worst(outcomes)
    }

    fn operator(
        &self,
        operator: &Spanned<Operator>,
        at: At,
        mismatches: &mut Vec<Mismatch>,
    ) -> Outcome {
        let fail = |outcome: Outcome, note: Option<String>, mismatches: &mut Vec<Mismatch>| {
            if outcome != Outcome::Holds {
                mismatches.push(Mismatch {
                    span: operator.span,
                    subject: (at.name)(),
                    expected: operator_demand(&operator.value, self.subject, self.bindings),
                    actual: at
                        .value
                        .map_or_else(|| "nothing".into(), |value| shown(value, self.subject)),
                    note,
                });
            }
            outcome
        };
        match &operator.value {
            Operator::Value(kind, operand) => {
                let (outcome, note) = self.compare(*kind, operand, at.value);
                fail(outcome, note, mismatches)
            }
            Operator::Matches(pattern) => {
                let (outcome, note) = self.matches(pattern, at.value);
                fail(outcome, note, mismatches)
            }
            Operator::Not(inner) => {
                let outcome = match self.matcher(inner, at, &mut Vec::new()) {
                    Outcome::Holds => Outcome::Fails,
                    Outcome::Fails => Outcome::Holds,
                    Outcome::Unfit => Outcome::Unfit,
                };
                let note = (outcome == Outcome::Unfit).then(|| unfit_note(at.value));
                fail(outcome, note, mismatches)
            }
            Operator::Length(inner) => match length(at.value) {
                Some(length) => {
                    let length = Value::from(length);
                    let name = || format!("length of {}", (at.name)());
                    let json = Judge { subject: Subject::Json, ..*self };
                    json.matcher(inner, At { name: &name, value: Some(&length) }, mismatches)
                }
                None => fail(Outcome::Unfit, Some(unfit_note(at.value)), mismatches),
            },
            Operator::Each(inner) => match self.elements(at.value) {
                Some(elements) if !elements.is_empty() => {
                    self.each(inner, &elements, at, mismatches)
                }
                Some(_) => {
                    fail(Outcome::Fails, Some("an empty list proves nothing".into()), mismatches)
                }
                None => fail(Outcome::Unfit, Some(unfit_note(at.value)), mismatches),
            },
            Operator::Any(inner) => match self.elements(at.value) {
                Some(elements) => fail(self.any(inner, &elements), None, mismatches),
                None => fail(Outcome::Unfit, Some(unfit_note(at.value)), mismatches),
            },
            Operator::All(matchers) => {
                worst(matchers.iter().map(|matcher| self.matcher(matcher, at, mismatches)))
            }
            Operator::Json(checks) => match at.value {
                Some(value) => worst(
                    checks.iter().map(|check| self.json(check, value, &|| (at.name)(), mismatches)),
                ),
                None => fail(Outcome::Unfit, None, mismatches),
            },
        }
    }

    fn each(
        &self,
        inner: &Matcher,
        elements: &[&Value],
        at: At,
        mismatches: &mut Vec<Mismatch>,
    ) -> Outcome {
        worst(elements.iter().enumerate().map(|(i, element)| {
            let name = || format!("{}[{i}]", (at.name)());
            self.matcher(inner, At { name: &name, value: Some(element) }, mismatches)
        }))
    }

    fn any(&self, inner: &Matcher, elements: &[&Value]) -> Outcome {
        let outcomes: Vec<Outcome> = elements
            .iter()
            .map(|element| {
                let at = At { name: &String::new, value: Some(element) };
                self.matcher(inner, at, &mut Vec::new())
            })
            .collect();
        if outcomes.contains(&Outcome::Holds) {
            Outcome::Holds
        } else if outcomes.contains(&Outcome::Fails) || outcomes.is_empty() {
            Outcome::Fails
        } else {
            Outcome::Unfit
        }
    }

    /// Judges what a query finds in `value`. `name` is what the value is called.
    pub fn json(
        &self,
        check: &JsonCheck,
        value: &Value,
        name: &dyn Fn() -> String,
        mismatches: &mut Vec<Mismatch>,
    ) -> Outcome {
        let Path::Compiled(path) = &check.path else {
            mismatches.push(Mismatch {
                span: check.span,
                subject: name(),
                expected: demand(&check.matcher, Subject::Json, self.bindings),
                actual: "a query that could not be compiled".into(),
                note: None,
            });
            return Outcome::Unfit;
        };
        let judge = Judge { subject: Subject::Json, fold_case: false, ..*self };
        let name = || joined(&name(), path.text());
        let many;
        let found = match path.find(value) {
            Found::One(value) => Some(value),
            Found::Many(values) => {
                many = Value::Array(values.into_iter().cloned().collect());
                Some(&many)
            }
            Found::Missing => None,
        };
        let before = mismatches.len();
        let outcome = judge.matcher(&check.matcher, At { name: &name, value: found }, mismatches);
        if found.is_none()
            && let Some(near) = path.near_miss(value)
        {
            for mismatch in &mut mismatches[before..] {
                mismatch.note = Some(format!("`{}` meets {near}", path_text(&check.path)));
            }
        }
        outcome
    }

    fn compare(
        &self,
        kind: ValueOperator,
        operand: &Draft,
        value: Option<&Value>,
    ) -> (Outcome, Option<String>) {
        use ValueOperator as V;
        let operand = match operand.fill(self.bindings) {
            Ok(operand) => operand,
            Err(error) => return (Outcome::Unfit, Some(error.message)),
        };
        if kind == V::Exists {
            return (holds(Some(value.is_some()) == operand.as_bool()), None);
        }
        let Some(value) = value else { return (Outcome::Unfit, None) };
        let outcome = match kind {
            V::Equals => holds(self.equal(&operand, value)),
            V::In => holds(
                operand
                    .as_array()
                    .is_some_and(|list| list.iter().any(|item| self.equal(item, value))),
            ),
            V::Status => holds(is_status(&operand, value)),
            V::Type => holds(is_of_types(&operand, value)),
            V::Exists => Outcome::Holds,
            V::Gt | V::Gte | V::Lt | V::Lte => return self.order(kind, &operand, value),
            V::Contains => self.contains(&operand, value),
            V::StartsWith => self.text_pair(&operand, value, |text, part| text.starts_with(part)),
            V::EndsWith => self.text_pair(&operand, value, |text, part| text.ends_with(part)),
        };
        let note = (outcome == Outcome::Unfit).then(|| unfit_note(Some(value)));
        (outcome, note.or_else(|| self.type_note(kind, &operand, value, outcome)))
    }

    /// `1` and `"1"` look alike in a report: say that the types differ.
    fn type_note(
        &self,
        kind: ValueOperator,
        operand: &Value,
        value: &Value,
        outcome: Outcome,
    ) -> Option<String> {
        let alike = kind == ValueOperator::Equals
            && outcome == Outcome::Fails
            && self.subject == Subject::Json
            && std::mem::discriminant(operand) != std::mem::discriminant(value)
            && as_text(operand).is_some()
            && as_text(operand) == as_text(value);
        alike.then(|| "the same text, but of another type".to_owned())
    }

    fn equal(&self, expected: &Value, actual: &Value) -> bool {
        match self.subject {
            Subject::Text => equal_text(expected, actual, self.fold_case),
            _ => equal(expected, actual),
        }
    }

    fn order(
        &self,
        kind: ValueOperator,
        operand: &Value,
        value: &Value,
    ) -> (Outcome, Option<String>) {
        use ValueOperator as V;
        let operand = match self.subject {
            Subject::Duration => Cow::Owned(milliseconds(operand)),
            _ => Cow::Borrowed(operand),
        };
        let Some(order) = order(value, &operand, self.subject == Subject::Text) else {
            return (Outcome::Unfit, Some(unfit_note(Some(value))));
        };
        let outcome = match kind {
            V::Gt => order == Ordering::Greater,
            V::Gte => order != Ordering::Less,
            V::Lt => order == Ordering::Less,
            _ => order != Ordering::Greater,
        };
        (holds(outcome), None)
    }

    fn contains(&self, operand: &Value, value: &Value) -> Outcome {
        match value {
            Value::Array(items) => holds(items.iter().any(|item| self.equal(operand, item))),
            _ => self.text_pair(operand, value, |text, part| text.contains(part)),
        }
    }

    fn text_pair(
        &self,
        operand: &Value,
        value: &Value,
        test: impl Fn(&str, &str) -> bool,
    ) -> Outcome {
        let part = match self.subject {
            Subject::Text => as_text(operand),
            _ => operand.as_str().map(Cow::Borrowed),
        };
        match (value.as_str(), part) {
            (Some(text), Some(part)) => holds(test(text, &part)),
            _ => Outcome::Unfit,
        }
    }

    fn matches(&self, pattern: &Pattern, value: Option<&Value>) -> (Outcome, Option<String>) {
        let Some(text) = value.and_then(Value::as_str) else {
            return (Outcome::Unfit, value.map(|value| unfit_note(Some(value))));
        };
        let written = match pattern {
            Pattern::Compiled(regex) => return (holds(regex.is_match(text)), None),
            Pattern::Written(written) => written,
        };
        let filled = written.value.fill(self.bindings).map_err(|error| error.message);
        let regex = filled.and_then(|p| regex::Regex::new(&p).map_err(|error| error.to_string()));
        match regex {
            Ok(regex) => (holds(regex.is_match(text)), None),
            Err(reason) => (Outcome::Unfit, Some(reason)),
        }
    }

    /// The elements of a list. A header with one line counts as a list of one.
    fn elements<'v>(&self, value: Option<&'v Value>) -> Option<Vec<&'v Value>> {
        match value? {
            Value::Array(items) => Some(items.iter().collect()),
            text @ Value::String(_) if self.subject == Subject::Text => Some(vec![text]),
            _ => None,
        }
    }
}

/// One mismatch for a value that could not be had at all.
pub fn unavailable(
    span: Span,
    subject: String,
    matcher: &Matcher,
    bindings: &Bindings,
    reason: &str,
) -> Mismatch {
    let kind = if subject.starts_with("json") { Subject::Json } else { Subject::Text };
    let expected = demand(matcher, kind, bindings);
    Mismatch { span, subject, expected, actual: reason.to_owned(), note: None }
}

/// What a query finds in something that has a name: `json $.a`, and `json $.a[0].b` inside it.
fn joined(name: &str, path: &str) -> String {
    match (name.contains('$'), path.strip_prefix('$')) {
        (true, Some(path)) => format!("{name}{path}"),
        _ => format!("{name} {path}"),
    }
}

fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    outcomes.fold(Outcome::Holds, |worst, outcome| match (worst, outcome) {
        (Outcome::Unfit, _) | (_, Outcome::Unfit) => Outcome::Unfit,
        (Outcome::Fails, _) | (_, Outcome::Fails) => Outcome::Fails,
        _ => Outcome::Holds,
    })
}

fn holds(condition: bool) -> Outcome {
    if condition { Outcome::Holds } else { Outcome::Fails }
}

fn unfit_note(value: Option<&Value>) -> String {
    let kind = match value {
        None => return "there is nothing to look at".into(),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    };
    format!("this operator does not fit {kind}")
}

fn length(value: Option<&Value>) -> Option<usize> {
    match value? {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

fn is_status(operand: &Value, status: &Value) -> bool {
    match operand {
        Value::Array(items) => items.iter().any(|item| is_status(item, status)),
        Value::String(class) => {
            let hundreds = status.as_u64().map(|status| status / 100);
            status_class(class).map(u64::from) == hundreds && hundreds.is_some()
        }
        code => equal(code, status),
    }
}

fn is_of_types(operand: &Value, value: &Value) -> bool {
    match operand {
        Value::Array(names) => names.iter().any(|name| is_of_types(name, value)),
        Value::Null => value.is_null(),
        name => name.as_str().is_some_and(|name| is_of_type(value, name)),
    }
}

fn milliseconds(operand: &Value) -> Value {
    let duration = operand.as_str().and_then(|text| humantime::parse_duration(text).ok());
    duration.map_or(Value::Null, |time| Value::from(time.as_secs_f64() * 1000.0))
}
