//! What a matcher says of a value: the truth, without a word about it.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::compare::{could_be_equal, is_equal, is_of_type, order, part_of_url};
use super::digest::sha256;
use super::late;
use super::near::is_close;
use super::part::{includes, is_same_in_any_order};
use super::seen::Seen;
use crate::format::Format;
use crate::json_path::Found;
use crate::suite::matcher::{
    Bytes, JsonCheck, Matcher, Operator, Pattern, ValueOperator, status_class,
};
use crate::template::{Bindings, as_text};

/// What an operator says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It does not fit the value, or the value proves nothing: neither it nor a `not` around it
    /// holds.
    Unfit,
}

/// Judges values by matchers.
#[derive(Clone, Copy)]
pub struct Judge<'b> {
    /// What is known by now.
    pub bindings: &'b Bindings,
}

impl Judge<'_> {
    /// Whether every operator of `matcher` holds.
    pub fn matcher(self, matcher: &Matcher, seen: Seen) -> Outcome {
        worst(matcher.0.iter().map(|operator| self.operator(&operator.value, seen)))
    }

    /// Whether one operator holds.
    pub fn operator(self, operator: &Operator, seen: Seen) -> Outcome {
        match operator {
            Operator::Value(kind, draft) => match late::operand(*kind, draft, seen, self) {
                Ok(operand) => compare(*kind, &operand, seen),
                Err(_) => Outcome::Unfit,
            },
            Operator::Matches(pattern) => self.matches(pattern, seen),
            Operator::Not(inner) => match self.matcher(inner, seen) {
                Outcome::Holds => Outcome::Fails,
                Outcome::Fails => Outcome::Holds,
                Outcome::Unfit => Outcome::Unfit,
            },
            Operator::Length(inner) => match seen.length() {
                Some(length) => self.matcher(inner, Seen::Count(length as u64)),
                None => Outcome::Unfit,
            },
            Operator::Each(inner) => self.each(inner, seen),
            Operator::Any(inner) => self.any(inner, seen),
            Operator::All(inner) => worst(inner.iter().map(|matcher| self.matcher(matcher, seen))),
            Operator::Json(checks) => match seen.to_json() {
                Some(value) if has_parts(&value) => {
                    worst(checks.iter().map(|check| self.check(check, &value)))
                }
                _ => Outcome::Unfit,
            },
            Operator::Bytes(wanted) => is_of_bytes(wanted, seen),
            Operator::Schema(schema) => match (late::schema(schema, self), seen.to_json()) {
                (Ok(schema), Some(value)) => holds(schema.is_met(&value)),
                _ => Outcome::Unfit,
            },
        }
    }

    /// Whether what a query finds in `value` meets its matcher.
    pub fn check(self, check: &JsonCheck, value: &Value) -> Outcome {
        let Ok(path) = late::query(&check.path, self) else { return Outcome::Unfit };
        match path.find(value) {
            Found::One(value) => self.matcher(&check.matcher, Seen::Json(value)),
            Found::Many(nodes) => self.matcher(&check.matcher, Seen::Nodes(&nodes)),
            Found::Missing => self.matcher(&check.matcher, Seen::Missing),
        }
    }

    /// An empty list proves nothing, neither of each of its elements nor of their opposite.
    fn each(self, inner: &Matcher, seen: Seen) -> Outcome {
        match seen.elements() {
            None | Some(0) => Outcome::Unfit,
            Some(count) => worst((0..count).map(|i| self.matcher(inner, seen.element(i)))),
        }
    }

    /// Where no element meets the matcher, one that it does not fit leaves that open.
    fn any(self, inner: &Matcher, seen: Seen) -> Outcome {
        let Some(count) = seen.elements() else { return Outcome::Unfit };
        let mut outcome = Outcome::Fails;
        for i in 0..count {
            match self.matcher(inner, seen.element(i)) {
                Outcome::Holds => return Outcome::Holds,
                Outcome::Fails => {}
                Outcome::Unfit => outcome = Outcome::Unfit,
            }
        }
        outcome
    }

    /// In a URL a regex may be bound to the beginning or the end of the path, too.
    fn matches(self, pattern: &Pattern, seen: Seen) -> Outcome {
        let (Ok(regex), Some(text)) = (late::regex(pattern, seen, self), seen.text()) else {
            return Outcome::Unfit;
        };
        let parts = [text, part_of_url(text, "/"), part_of_url(text, "/?")];
        match seen {
            Seen::Url(_) => holds(parts.iter().any(|part| regex.is_match(part))),
            _ => holds(regex.is_match(text)),
        }
    }
}

/// In a scalar nothing could ever be found, and nothing missed.
pub fn has_parts(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

fn compare(kind: ValueOperator, operand: &Value, seen: Seen) -> Outcome {
    use ValueOperator as V;
    match (kind, seen) {
        (V::Sha256, Seen::Body(body)) => {
            let digest = sha256(body.bytes);
            holds(operand.as_str().is_some_and(|wanted| wanted.eq_ignore_ascii_case(&digest)))
        }
        (V::Sha256, _) => Outcome::Unfit,
        (V::Empty, Seen::Body(body)) if body.text.is_err() => is_empty(operand, body.bytes.len()),
        (_, seen) if seen.unreadable().is_some() => Outcome::Unfit,
        (V::Exists, seen) => holds(operand.as_bool() == Some(!matches!(seen, Seen::Missing))),
        (_, Seen::Missing) => Outcome::Unfit,
        (V::Equals, seen) => is_one_of(std::slice::from_ref(operand), seen),
        (V::In, seen) => is_one_of(operand.as_array().map_or(&[], Vec::as_slice), seen),
        (V::Status, Seen::Count(status)) => holds(is_status(operand, status)),
        (V::Status, _) => Outcome::Unfit,
        // What a query finds that may find several is a list, whatever it finds.
        (V::Type, Seen::Nodes(_)) if !is_of_types(operand, seen) => Outcome::Unfit,
        (V::Type, seen) => holds(is_of_types(operand, seen)),
        (V::Gt, seen) => by_order(operand, seen, Ordering::is_gt),
        (V::Gte, seen) => by_order(operand, seen, Ordering::is_ge),
        (V::Lt, seen) => by_order(operand, seen, Ordering::is_lt),
        (V::Lte, seen) => by_order(operand, seen, Ordering::is_le),
        (V::Contains, seen) => contains(operand, seen),
        (V::StartsWith, seen) => by_part(operand, seen, |text, part| text.starts_with(part)),
        (V::EndsWith, seen) => by_part(operand, seen, |text, part| text.ends_with(part)),
        (V::CloseTo, seen) => is_close(operand, seen).map_or(Outcome::Unfit, holds),
        (V::Empty, seen) => seen.length().map_or(Outcome::Unfit, |len| is_empty(operand, len)),
        (V::Is, seen) => match (operand.as_str().and_then(Format::named), seen.text()) {
            (Some(format), Some(text)) => holds(format.fits(text)),
            _ => Outcome::Unfit,
        },
        (V::Includes, seen) => includes(operand, seen).map_or(Outcome::Unfit, holds),
        (V::Unordered, seen) => is_same_in_any_order(operand, seen).map_or(Outcome::Unfit, holds),
    }
}

fn is_one_of(values: &[Value], seen: Seen) -> Outcome {
    match values.iter().any(|value| could_be_equal(value, seen)) {
        true => holds(values.iter().any(|value| is_equal(value, seen))),
        false => Outcome::Unfit,
    }
}

fn is_empty(wanted: &Value, length: usize) -> Outcome {
    wanted.as_bool().map_or(Outcome::Unfit, |wanted| holds(wanted == (length == 0)))
}

fn is_of_bytes(wanted: &Bytes, seen: Seen) -> Outcome {
    let Seen::Body(body) = seen else { return Outcome::Unfit };
    match wanted {
        Bytes::Inline(bytes) => holds(**bytes == *body.bytes),
        Bytes::File(file) => match file.content() {
            Ok(bytes) => holds(bytes == body.bytes),
            Err(_) => Outcome::Unfit,
        },
    }
}

fn by_order(operand: &Value, seen: Seen, test: fn(Ordering) -> bool) -> Outcome {
    order(seen, operand).map_or(Outcome::Unfit, |order| holds(test(order)))
}

/// In a text a part is looked for, in a list an element.
fn contains(operand: &Value, seen: Seen) -> Outcome {
    match (seen.text(), seen.elements()) {
        (None, Some(count)) => holds((0..count).any(|i| is_equal(operand, seen.element(i)))),
        _ => by_part(operand, seen, |text, part| text.contains(part)),
    }
}

fn by_part(operand: &Value, seen: Seen, test: fn(&str, &str) -> bool) -> Outcome {
    let part = match seen.is_spelled() {
        true => as_text(operand),
        false => operand.as_str().map(Cow::Borrowed),
    };
    match (seen.text(), part) {
        (Some(url), Some(part)) if matches!(seen, Seen::Url(_)) => {
            holds(test(part_of_url(url, &part), &part))
        }
        (Some(text), Some(part)) => holds(test(text, &part)),
        _ => Outcome::Unfit,
    }
}

fn is_status(operand: &Value, status: u64) -> bool {
    match operand {
        Value::Array(items) => items.iter().any(|item| is_status(item, status)),
        Value::String(class) => {
            status_class(class).is_some_and(|class| u64::from(class) == status / 100)
        }
        code => is_equal(code, Seen::Count(status)),
    }
}

fn is_of_types(operand: &Value, seen: Seen) -> bool {
    match operand {
        Value::Array(names) => names.iter().any(|name| is_of_types(name, seen)),
        Value::Null => is_of_type(seen, "null"),
        name => name.as_str().is_some_and(|name| is_of_type(seen, name)),
    }
}

fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut worst = Outcome::Holds;
    for outcome in outcomes {
        match outcome {
            Outcome::Holds => {}
            Outcome::Fails => worst = Outcome::Fails,
            Outcome::Unfit => return Outcome::Unfit,
        }
    }
    worst
}

fn holds(condition: bool) -> Outcome {
    if condition { Outcome::Holds } else { Outcome::Fails }
}
