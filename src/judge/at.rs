//! The value that is being told of, and what it is called.

use serde_json::Value;

use super::seen::Seen;
use crate::json_path::place;
use crate::suite::matcher::Subject;

/// A value at hand and what it is called.
#[derive(Clone, Debug)]
pub struct At<'v> {
    /// The part of the response: `status`, `header content-type`, `json`.
    pub part: String,
    /// Where in it the value stands, such as `$.orders[0]`; empty for all of it.
    pub place: String,
    /// The value.
    pub seen: Seen<'v>,
    /// What a literal means for it.
    pub subject: Subject,
    /// The value that a query was asked of, and where that stands.
    pub asked: Option<(&'v Value, &'v str)>,
}

impl<'v> At<'v> {
    /// What it is called in a message.
    pub fn name(&self) -> String {
        format!("{} {}", self.part, self.place).trim_end().to_owned()
    }

    /// An element of the list at hand. What a query found is called by where it stands.
    pub fn element(&self, number: usize) -> At<'v> {
        let seen = self.seen.element(number);
        let place = match (self.seen, self.asked) {
            (Seen::Nodes(nodes), Some((value, base))) => place::of(value, nodes[number])
                .map_or_else(|| self.place.clone(), |place| place::within(base, &place)),
            (Seen::Lines(_), _) => format!("(line {})", number + 1),
            _ => place::element(&self.place, number),
        };
        At { seen, place, ..self.clone() }
    }

    /// What stands at a place of the value at hand.
    pub fn inside(&self, place: &str) -> At<'v> {
        // The list that a query gives stands nowhere itself: its elements do.
        let first = place.strip_prefix("$[").and_then(|rest| rest.split_once(']'));
        let number = first.and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
        let (at, place) = match (self.seen, number) {
            (Seen::Nodes(nodes), Some((number, rest))) if number < nodes.len() => {
                (self.element(number), format!("${rest}"))
            }
            _ => (self.clone(), place.to_owned()),
        };
        At { place: place::within(&at.place, &place), ..at }
    }
}
