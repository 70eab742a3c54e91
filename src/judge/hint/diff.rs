//! Whether what does not hold is shown as the differences of two values, and which.

use std::borrow::Cow;

use serde_json::Value;

use crate::judge::at::At;
use crate::judge::diff::{self, Diff};
use crate::judge::outcome::Judge;
use crate::judge::seen::Seen;
use crate::suite::matcher::{Bytes, Operator, ValueOperator};
use crate::template::as_text;

/// The differences between what an operator expects and what is there.
pub fn of_operator(judge: Judge, operator: &Operator, at: &At) -> Option<Diff> {
    let diff = match operator {
        Operator::Value(kind, draft) => {
            let operand = draft.fill(judge.bindings).ok()?;
            of_value(*kind, &operand, at)
        }
        Operator::Bytes(bytes) => {
            let Seen::Body(body) = at.seen else { return None };
            let expected = match bytes {
                Bytes::Inline(bytes) => bytes,
                Bytes::File(file) => file.content().ok()?.as_slice(),
            };
            of_texts(std::str::from_utf8(expected).ok()?, body.text.ok()?)
        }
        _ => None,
    };
    diff.filter(|diff| !diff.hunks.is_empty())
}

fn of_value(kind: ValueOperator, operand: &Value, at: &At) -> Option<Diff> {
    if let (ValueOperator::Equals, Seen::Body(body)) = (kind, at.seen) {
        return of_texts(&as_text(operand)?, body.text.ok()?);
    }
    if let (ValueOperator::Equals, Value::String(expected), Some(actual)) =
        (kind, operand, at.seen.text())
    {
        let is_long = expected.contains('\n') && actual.contains('\n');
        return is_long.then(|| diff::texts(expected, actual));
    }
    let spelled;
    let operand = match at.seen {
        // Of a URL a path may be enough: what is not the same text may yet be the same.
        Seen::Urls(_) => return None,
        Seen::Line(_) | Seen::Lines(_) => {
            spelled = operand.as_array()?.iter().map(as_text).collect::<Option<Value>>()?;
            &spelled
        }
        _ => operand,
    };
    let actual: Cow<Value> = at.seen.to_json()?;
    let place = match at.seen {
        Seen::Line(_) | Seen::Lines(_) => &at.part,
        _ if at.place.is_empty() => "$",
        _ => &at.place,
    };
    match (kind, operand, &*actual) {
        (ValueOperator::Equals, Value::Array(_), Value::Array(_))
        | (ValueOperator::Equals, Value::Object(_), Value::Object(_)) => {
            Some(diff::values(operand, &actual, place))
        }
        (ValueOperator::Includes, Value::Array(_), Value::Array(_))
        | (ValueOperator::Includes, Value::Object(_), Value::Object(_)) => {
            Some(diff::of_part(operand, &actual, place))
        }
        (ValueOperator::Contains, Value::Object(_), Value::Array(_)) => {
            let wanted = Value::Array(vec![operand.clone()]);
            Some(diff::of_part(&wanted, &actual, place))
        }
        (ValueOperator::Unordered, Value::Array(expected), Value::Array(actual)) => {
            Some(diff::in_any_order(expected, actual, place))
        }
        _ => None,
    }
}

/// Of two bodies: along their structure when both are JSON, else line by line.
fn of_texts(expected: &str, actual: &str) -> Option<Diff> {
    let nested = |text: &str| -> Option<Value> {
        let begins = text.trim_start().starts_with(['{', '[']);
        if begins { serde_json::from_str(text).ok() } else { None }
    };
    match (nested(expected), nested(actual)) {
        (Some(expected), Some(actual)) if expected.is_array() == actual.is_array() => {
            Some(diff::values(&expected, &actual, "$"))
        }
        _ if expected.trim_end().contains('\n') || actual.trim_end().contains('\n') => {
            Some(diff::texts(expected, actual))
        }
        _ => None,
    }
}
