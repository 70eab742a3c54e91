//! Values around the operands of a matcher: between two of them nothing changes.

use serde_json::Value as Json;

use crate::date;
use crate::suite::matcher::{Operator, Subject, ValueOperator};
use crate::template::Draft;

/// A value that is tried.
#[derive(Debug)]
pub enum Sample {
    /// None.
    Missing,
    /// This one.
    Value(Json),
}

/// Statuses between which a matcher may change its mind.
const STATUSES: [f64; 10] = [100.0, 199.0, 200.0, 299.0, 300.0, 399.0, 400.0, 499.0, 500.0, 599.0];

/// The values that say all of what these operators say together; `None` where that cannot be known,
/// or is known to make sense.
pub fn around(together: &[&Operator], subject: Subject) -> Option<Vec<Sample>> {
    if let [Operator::Value(ValueOperator::Equals, _)] = together {
        return None;
    }
    match subject {
        Subject::Status => {
            if let [Operator::Value(ValueOperator::Status, Draft::Fixed(operand))] = together
                && !operand.is_array()
            {
                return None;
            }
            let mut tried = STATUSES.to_vec();
            tried.extend(whole_around(together).filter(|n| (100.0..=599.0).contains(n)));
            Some(numbers(tried))
        }
        Subject::Count => {
            let mut tried = vec![0.0, 1.0];
            tried.extend(whole_around(together).filter(|n| *n >= 0.0));
            Some(numbers(tried))
        }
        Subject::Json | Subject::Text | Subject::Line | Subject::Body if together.len() > 1 => {
            of_value(together)
        }
        _ => None,
    }
}

/// The first of the operators that says which values there are at most.
fn of_value(together: &[&Operator]) -> Option<Vec<Sample>> {
    let fixed = |wanted: ValueOperator| {
        together.iter().find_map(|operator| match operator {
            Operator::Value(kind, Draft::Fixed(operand)) if *kind == wanted => Some(operand),
            _ => None,
        })
    };
    if fixed(ValueOperator::Exists) == Some(&Json::Bool(false)) {
        return Some(vec![Sample::Missing]);
    }
    if let Some(value) = fixed(ValueOperator::Equals) {
        return Some(vec![Sample::Value(value.clone())]);
    }
    if let Some(values) = fixed(ValueOperator::In).and_then(Json::as_array) {
        return Some(values.iter().cloned().map(Sample::Value).collect());
    }
    let has_order = together.iter().any(|operator| is_order(operator).is_some());
    has_order.then(|| {
        let mut samples = numbers(between(operands(together).iter().filter_map(Json::as_f64)));
        samples.extend(moments(&operands(together)));
        samples
    })
}

fn is_order(operator: &Operator) -> Option<&Json> {
    use ValueOperator as V;
    match operator {
        Operator::Value(V::Gt | V::Gte | V::Lt | V::Lte, Draft::Fixed(operand)) => Some(operand),
        _ => None,
    }
}

/// All scalars behind these operators, and behind those inside.
fn operands(together: &[&Operator]) -> Vec<Json> {
    let mut found = Vec::new();
    for operator in together {
        match operator {
            Operator::Value(_, Draft::Fixed(Json::Array(items))) => {
                found.extend(items.iter().cloned());
            }
            Operator::Value(_, Draft::Fixed(operand)) => found.push(operand.clone()),
            Operator::Not(inner) => {
                let inner: Vec<&Operator> = inner.0.iter().map(|o| &o.value).collect();
                found.extend(operands(&inner));
            }
            Operator::All(all) => {
                let all: Vec<&Operator> =
                    all.iter().flat_map(|m| m.0.iter().map(|o| &o.value)).collect();
                found.extend(operands(&all));
            }
            _ => {}
        }
    }
    found.iter_mut().for_each(spelled);
    found
}

/// Where all is text, a number may be written in quotes.
fn spelled(operand: &mut Json) {
    if let Json::String(text) = operand
        && let Ok(number) = serde_json::from_str(text.trim())
    {
        *operand = Json::Number(number);
    }
}

fn whole_around(together: &[&Operator]) -> impl Iterator<Item = f64> {
    let known = operands(together).into_iter().filter_map(|operand| operand.as_f64());
    known.flat_map(|n| [n.floor() - 1.0, n.floor(), n.ceil(), n.ceil() + 1.0])
}

/// These numbers, one between each two of them, and one on either side of all.
fn between(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.filter(|number| number.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut tried: Vec<f64> = sorted.windows(2).map(|w| w[0] / 2.0 + w[1] / 2.0).collect();
    tried.extend(sorted.first().map(|first| first - first.abs() - 1.0));
    tried.extend(sorted.last().map(|last| last + last.abs() + 1.0));
    tried.extend(sorted);
    tried
}

fn numbers(numbers: Vec<f64>) -> Vec<Sample> {
    let whole =
        |n: f64| if n.fract() == 0.0 && n.abs() < 1e15 { Json::from(n as i64) } else { n.into() };
    numbers.into_iter().map(|n| Sample::Value(whole(n))).collect()
}

/// As [`between`], of points in time.
fn moments(operands: &[Json]) -> Vec<Sample> {
    let texts = operands.iter().filter_map(Json::as_str);
    let dates: Vec<&str> = texts.filter(|text| date::parse(text).is_some()).collect();
    let seconds = dates.iter().filter_map(|text| Some(date::parse(text)?.unix_timestamp() as f64));
    let between = between(seconds).into_iter().filter_map(|s| date::rfc_3339(s as i64));
    let written = dates.iter().map(|text| (*text).to_owned());
    written.chain(between).map(|text| Sample::Value(text.into())).collect()
}
