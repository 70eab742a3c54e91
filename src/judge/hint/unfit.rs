//! Notes on an operator that does not fit the value at hand.

use serde_json::Value;

use crate::format::Format;
use crate::judge::at::At;
use crate::judge::late;
use crate::judge::outcome::{Judge, Outcome, has_parts};
use crate::judge::seen::{Seen, spelled_number};
use crate::judge::words::{json_text, with_article};
use crate::suite::matcher::{Matcher, Operator, ValueOperator};
use crate::template::as_text;

/// What the operator takes, and what the value is.
pub fn on_operator(judge: Judge, operator: &Operator, at: &At) -> Vec<String> {
    let note = match operator {
        Operator::Not(inner) => return inside_not(judge, inner, at),
        Operator::Value(kind, draft) => match late::operand(*kind, draft, at.seen, judge) {
            Ok(operand) => on_value(*kind, &operand, at.seen),
            Err(reason) => reason,
        },
        Operator::Matches(pattern) => match late::regex(pattern, at.seen, judge) {
            Ok(_) => needs_text("matches", at.seen),
            Err(reason) => reason,
        },
        Operator::Length(inner) => match at.seen.length() {
            Some(length) => {
                let seen = Seen::Count(length as u64);
                return of_first(judge, inner, &At { seen, ..at.clone() });
            }
            None => {
                let kind = kind(at.seen);
                format!("only texts, arrays and objects have a length, and this is {kind}")
            }
        },
        Operator::Each(_) if at.seen.elements() == Some(0) => {
            "an empty array proves nothing: to demand one, write `{length: 0}`".into()
        }
        Operator::Each(inner) | Operator::Any(inner) => match at.seen.elements() {
            Some(count) => {
                let unfit = (0..count)
                    .map(|i| at.seen.element(i))
                    .find(|seen| judge.matcher(inner, *seen) == Outcome::Unfit);
                format!("it does not fit an element that is {}", kind(unfit.unwrap_or(at.seen)))
            }
            None => {
                needs_list(if matches!(operator, Operator::Each(_)) { "each" } else { "any" }, at)
            }
        },
        Operator::Json(checks) => match at.seen.to_json().filter(|value| has_parts(value)) {
            Some(value) => {
                let unfit =
                    checks.iter().find(|check| judge.check(check, &value) == Outcome::Unfit);
                let path = unfit.map(|check| late::text(&check.path, judge)).unwrap_or_default();
                format!("`{path}` finds nothing there, or what it is compared with does not fit")
            }
            None => {
                let kind = kind(at.seen);
                format!("`json` looks for parts of an object or an array, and this is {kind}")
            }
        },
        Operator::All(all) => {
            let unfit = |inner: &&Matcher| judge.matcher(inner, at.seen) == Outcome::Unfit;
            let first = all.iter().find(unfit);
            return first.map(|inner| of_first(judge, inner, at)).unwrap_or_default();
        }
        Operator::Bytes(_) | Operator::Schema(_) => return Vec::new(),
    };
    vec![note]
}

/// The notes on what does not fit inside, and that `not` does not make it fit.
fn inside_not(judge: Judge, inner: &Matcher, at: &At) -> Vec<String> {
    let note = "what does not fit the value does not hold, and neither does a `not` around it";
    let mut notes = of_first(judge, inner, at);
    if notes.last().is_none_or(|last| last != note) {
        notes.push(note.into());
    }
    notes
}

/// The notes on the first operator that does not fit.
fn of_first(judge: Judge, inner: &Matcher, at: &At) -> Vec<String> {
    let mut operators = inner.0.iter().map(|operator| &operator.value);
    let unfit = operators.find(|operator| judge.operator(operator, at.seen) == Outcome::Unfit);
    unfit.map(|operator| on_operator(judge, operator, at)).unwrap_or_default()
}

fn on_value(operator: ValueOperator, operand: &Value, seen: Seen) -> String {
    use ValueOperator as V;
    let name = operator.name();
    match operator {
        V::Equals | V::In | V::Type => another_kind(seen),
        V::Gt | V::Gte | V::Lt | V::Lte => on_order(name, operand, seen),
        V::Contains if seen.text().is_some() => format!(
            "a text contains texts: write `\"{}\"` in quotes to look for it",
            as_text(operand).unwrap_or_default()
        ),
        V::Contains => {
            let instead = match seen {
                Seen::Json(Value::Object(_)) => ": for its members, use `json`",
                _ => "",
            };
            format!("`contains` looks into texts and arrays, and this is {}{instead}", kind(seen))
        }
        V::CloseTo => on_order(name, operand.get(0).unwrap_or(operand), seen),
        V::Empty => {
            format!("only texts, arrays and objects can be empty, and this is {}", kind(seen))
        }
        V::Includes => format!(
            "`includes` looks for {} in one, and this is {}",
            if operand.is_object() { "members of an object" } else { "elements of an array" },
            kind(seen)
        ),
        V::Unordered => format!("`unordered` compares arrays, and this is {}", kind(seen)),
        _ => needs_text(name, seen),
    }
}

/// A list is never the same as something that is none.
pub fn another_kind(seen: Seen) -> String {
    match seen {
        Seen::Nodes(_) => {
            "this query can find several values, so it gives an array: use `any`, `each`, or an array"
                .into()
        }
        Seen::Lines(lines) => {
            let count = lines.len();
            format!("the header came in {count} lines: `any` or `each` looks at each of them")
        }
        Seen::Line(_) => "the header came in one line, and a list is compared with several".into(),
        seen => format!("this is {}, and can never be that", kind(seen)),
    }
}

/// Why a text is none of a format.
pub fn on_format(name: &Value, seen: Seen) -> Vec<String> {
    let format = name.as_str().and_then(Format::named);
    let why = format.zip(seen.text()).and_then(|(format, text)| format.stumble(text));
    why.into_iter().collect()
}

fn on_order(name: &str, operand: &Value, seen: Seen) -> String {
    let is_date = operand.is_string();
    match seen.text() {
        Some(text) if !seen.is_spelled() && spelled_number(text).is_some() && !is_date => {
            format!("the number was sent as a string, and `{name}` compares numbers with numbers")
        }
        Some(text) if is_date && spelled_number(text).is_none() => {
            format!("{} is no date that RFC 3339 or HTTP knows", json_text(text))
        }
        Some(text) if seen.is_spelled() && !is_date => format!("{} is no number", json_text(text)),
        _ if is_date => format!("`{name}` compares a date with dates, and this is {}", kind(seen)),
        _ => format!("`{name}` compares a number with numbers, and this is {}", kind(seen)),
    }
}

fn needs_text(name: &str, seen: Seen) -> String {
    match seen {
        Seen::Lines(lines) => format!(
            "the header came in {} lines: `any` or `each` around `{name}` looks at each of them",
            lines.len()
        ),
        Seen::Nodes(_) => format!(
            "this query gives an array: `any` or `each` around `{name}` looks at each of its values"
        ),
        seen => format!("`{name}` needs a text, and this is {}", kind(seen)),
    }
}

fn needs_list(name: &str, at: &At) -> String {
    let instead = match at.seen {
        Seen::Json(Value::Object(_)) => format!(": `{}.*` finds its values", at.place),
        _ => String::new(),
    };
    format!("`{name}` looks at the elements of an array, and this is {}{instead}", kind(at.seen))
}

fn kind(seen: Seen) -> String {
    with_article(seen.type_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_never_be_the_expected_value_says_what_it_is() {
        assert_eq!(another_kind(Seen::Text("a")), "this is a string, and can never be that");
        assert_eq!(another_kind(Seen::Count(3)), "this is a number, and can never be that");
    }
}
