//! When values are equal, and when one is less (RFC 9535 §2.3.5.2.2).

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Whether two values are equal: numbers by what they are, in lists and objects too.
pub fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || compare(left, right) == Some(Ordering::Equal)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| are_equal(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_there = |(name, value)| right.get(name).is_some_and(|r| are_equal(value, r));
            left.len() == right.len() && left.iter().all(is_there)
        }
        (left, right) => left == right,
    }
}

/// Whether `left` is less: only numbers and texts are.
pub fn is_less(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right) == Some(Ordering::Less),
        (Value::String(left), Value::String(right)) => left < right,
        _ => false,
    }
}

/// Integers exactly, where a double would take neighbours for one; others as doubles.
fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
