//! What operators may say of a sample. Where that is not certain, it is left open: whoever judges
//! answers is `judge`.

use std::cmp::Ordering;

use serde_json::{Number, Value as Json};

use super::samples::Sample;
use crate::date;
use crate::suite::matcher::{Matcher, Operator, Subject, ValueOperator, status_class};
use crate::template::{Draft, as_text};

/// What may come of it, each a bit: that it holds, that it does not, that it does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Possible(u8);

const HOLDS: Possible = Possible(1);
const FAILS: Possible = Possible(2);
const UNFIT: Possible = Possible(4);
const OPEN: Possible = Possible(7);

impl Possible {
    /// Whether it may hold.
    pub fn may_hold(self) -> bool {
        self.0 & HOLDS.0 != 0
    }

    /// Whether it holds for certain.
    pub fn must_hold(self) -> bool {
        self == HOLDS
    }

    fn opposite(self) -> Possible {
        Possible(self.0 & UNFIT.0 | (self.0 & HOLDS.0) << 1 | (self.0 & FAILS.0) >> 1)
    }

    /// Both: what does not fit weighs most, and what holds least.
    fn and(self, other: Possible) -> Possible {
        let mut both = 0;
        for one in [1, 2, 4].iter().filter(|bit| self.0 & **bit != 0) {
            for another in [1, 2, 4].iter().filter(|bit| other.0 & **bit != 0) {
                both |= u8::max(*one, *another);
            }
        }
        Possible(both)
    }
}

fn certain(holds: bool) -> Possible {
    if holds { HOLDS } else { FAILS }
}

/// What these operators say together.
pub fn all(together: &[&Operator], sample: &Sample, subject: Subject) -> Possible {
    let outcomes = together.iter().map(|operator| one(operator, sample, subject));
    outcomes.fold(HOLDS, Possible::and)
}

fn matcher(matcher: &Matcher, sample: &Sample, subject: Subject) -> Possible {
    let outcomes = matcher.0.iter().map(|operator| one(&operator.value, sample, subject));
    outcomes.fold(HOLDS, Possible::and)
}

fn one(operator: &Operator, sample: &Sample, subject: Subject) -> Possible {
    match (operator, sample) {
        (Operator::Not(inner), _) => matcher(inner, sample, subject).opposite(),
        (Operator::All(inner), _) => {
            inner.iter().map(|inner| matcher(inner, sample, subject)).fold(HOLDS, Possible::and)
        }
        (Operator::Value(kind, Draft::Fixed(operand)), Sample::Value(value)) => {
            compare(*kind, operand, value, subject)
        }
        (Operator::Value(ValueOperator::Exists, Draft::Fixed(operand)), Sample::Missing) => {
            certain(operand == &Json::Bool(false))
        }
        (Operator::Value(_, Draft::Fixed(_)), Sample::Missing) => UNFIT,
        (Operator::Length(inner), Sample::Value(value)) => match length(value, subject) {
            Some(length) => matcher(inner, &Sample::Value(Json::from(length)), Subject::Count),
            None => UNFIT,
        },
        _ => OPEN,
    }
}

fn compare(kind: ValueOperator, operand: &Json, value: &Json, subject: Subject) -> Possible {
    use ValueOperator as V;
    let by_order = |test: fn(Ordering) -> bool| order(value, operand, subject, test);
    match kind {
        V::Exists => certain(operand == &Json::Bool(true)),
        V::Equals => same(operand, value, subject),
        V::In => any(operand, |item| same(item, value, subject)),
        V::Status => any(operand, |item| status(item, value)),
        V::Type if subject == Subject::Json => any(operand, |name| is_of_type(name, value)),
        V::Empty => match length(value, subject) {
            Some(length) => certain(operand.as_bool() == Some(length == 0)),
            None => UNFIT,
        },
        V::Gt => by_order(Ordering::is_gt),
        V::Gte => by_order(Ordering::is_ge),
        V::Lt => by_order(Ordering::is_lt),
        V::Lte => by_order(Ordering::is_le),
        _ => OPEN,
    }
}

/// Whether one of several is it; one that stands alone is all there are.
fn any(operand: &Json, test: impl Fn(&Json) -> Possible) -> Possible {
    let items = match operand {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let outcomes = items.iter().map(|item| test(item).opposite());
    outcomes.fold(HOLDS, Possible::and).opposite()
}

fn is_text(subject: Subject) -> bool {
    matches!(subject, Subject::Text | Subject::Line | Subject::Body)
}

fn same(operand: &Json, value: &Json, subject: Subject) -> Possible {
    if let (Some(a), Some(b)) = (number(operand, subject), number(value, subject)) {
        // A number may be spelled in many ways, and beyond these doubles are not exact.
        let is_exact = a.abs() < 1e15 && b.abs() < 1e15;
        let is_known = !is_text(subject) || a != b;
        return if is_exact && is_known { certain(a == b) } else { OPEN };
    }
    match operand == value {
        true => HOLDS,
        false if is_text(subject) => match (as_text(operand), as_text(value)) {
            (Some(operand), Some(value)) => certain(operand == value),
            _ => OPEN,
        },
        false if operand.is_array() || operand.is_object() => OPEN,
        false => FAILS,
    }
}

fn status(wanted: &Json, status: &Json) -> Possible {
    let code = status.as_u64();
    certain(match wanted {
        Json::String(class) => status_class(class).map(u64::from) == code.map(|code| code / 100),
        wanted => wanted.as_u64() == code,
    })
}

fn is_of_type(name: &Json, value: &Json) -> Possible {
    let types: &[&str] = match value {
        Json::Null => return certain(name.is_null() || name == "null"),
        Json::Bool(_) => &["boolean"],
        Json::Number(_) if name == "integer" => return OPEN,
        Json::Number(_) => &["number"],
        Json::String(_) => &["string"],
        Json::Array(_) => &["array"],
        Json::Object(_) => &["object"],
    };
    certain(types.iter().any(|one| name == one))
}

fn length(value: &Json, subject: Subject) -> Option<usize> {
    match value {
        Json::String(text) => Some(text.chars().count()),
        Json::Array(items) => Some(items.len()),
        Json::Object(members) => Some(members.len()),
        scalar if is_text(subject) => Some(scalar.to_string().chars().count()),
        _ => None,
    }
}

fn number(value: &Json, subject: Subject) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) if is_text(subject) => {
            serde_json::from_str::<Number>(text.trim()).ok()?.as_f64()
        }
        _ => None,
    }
}

fn order(value: &Json, operand: &Json, subject: Subject, test: fn(Ordering) -> bool) -> Possible {
    if let (Some(value), Some(operand)) = (number(value, subject), number(operand, subject)) {
        let is_exact = value.abs() < 1e15 && operand.abs() < 1e15;
        return if is_exact {
            value.partial_cmp(&operand).map_or(OPEN, |order| certain(test(order)))
        } else {
            OPEN
        };
    }
    let moment = |value: &Json| date::parse(value.as_str()?);
    match (moment(value), moment(operand)) {
        (Some(value), Some(operand)) => certain(test(value.cmp(&operand))),
        _ => UNFIT,
    }
}
