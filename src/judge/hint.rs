//! Why something does not hold, where what was expected and what was found do not say it.

mod diff;
mod differ;
mod missing;
mod response;
mod schema;
mod unfit;

pub use self::diff::of_operator as diff;
pub use self::missing::on_missing;
pub use self::response::{on_body, on_missing_header, on_status};
pub use self::schema::{on_demand, on_nearest};

use super::at::At;
use super::late;
use super::note::Note;
use super::outcome::{Judge, Outcome};
use super::seen::Seen;
use crate::suite::matcher::{Bytes, Operator, ValueOperator};

/// Notes on an operator that does not hold for the value at hand.
pub fn on_operator(judge: Judge, operator: &Operator, at: &At) -> Vec<Note> {
    let unfit = judge.operator(operator, at.seen) == Outcome::Unfit;
    if let Some(reason) = unusable(judge, operator) {
        return vec![reason.into()];
    }
    let words = match (operator, at.seen) {
        (_, Seen::Missing) => Vec::new(),
        (_, seen) if unfit && seen.unreadable().is_some() => Vec::new(),
        _ if unfit => unfit::on_operator(judge, operator, at),
        (Operator::Value(kind, draft), seen) => match (kind, draft.fill(judge.bindings)) {
            (ValueOperator::Equals, Ok(expected)) => {
                return differ::on_equals(&expected, seen, &at.place);
            }
            (ValueOperator::In, Ok(list)) => differ::on_in(&list, seen),
            (ValueOperator::Contains, Ok(part)) => differ::on_contains(&part, seen),
            (ValueOperator::StartsWith, Ok(part)) => {
                differ::on_part(&part, seen, |text, part| text.starts_with(part))
            }
            (ValueOperator::EndsWith, Ok(part)) => {
                differ::on_part(&part, seen, |text, part| text.ends_with(part))
            }
            (ValueOperator::Is, Ok(name)) => unfit::on_format(&name, seen),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    words.into_iter().map(Note::from).collect()
}

/// Why what an operator compares with cannot be had.
fn unusable(judge: Judge, operator: &Operator) -> Option<String> {
    match operator {
        Operator::Bytes(Bytes::File(file)) => {
            let reason = file.content().err()?;
            Some(format!("{} cannot be used: {reason}", file.path()))
        }
        Operator::Schema(schema) => {
            let reason = late::schema(schema, judge).err()?;
            Some(format!("the schema cannot be used: {reason}"))
        }
        _ => None,
    }
}
