//! Notes on a query that finds nothing: how far it goes, and what is there instead.

use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;
use crate::json_path::{JsonPath, Step, Stop, place};
use crate::judge::seen::Seen;
use crate::judge::words::with_article;

/// How many names are listed.
const LISTED: usize = 8;

/// How many values are looked at to find a name elsewhere.
const LOOKED_AT: usize = 10_000;

/// Where `path` stops in `value`, which itself stands at `base`.
pub fn on_missing(path: &JsonPath, value: &Value, base: &str) -> Vec<String> {
    let Stop { place, value: at, step } = path.stop(value);
    let here = place::within(base, &place);
    let Some(step) = step else { return vec![nothing_in(&here, at)] };
    let mut notes = vec![no_step(&here, at, &step)];
    if let (Step::Name(name), false) = (&step, at.is_array())
        && let Some(elsewhere) = place::of_name(value, name, LOOKED_AT)
    {
        notes.push(format!("there is a `{name}` at `{}`", place::within(base, &elsewhere)));
    }
    notes
}

/// What may find several values finds none.
fn nothing_in(here: &str, at: &Value) -> String {
    match at {
        Value::Array(items) if items.is_empty() => format!("`{here}` is an empty array"),
        Value::Object(members) if members.is_empty() => format!("`{here}` is an empty object"),
        Value::Array(items) => {
            format!("`{here}` has {}, and none is found by the query", elements(items.len()))
        }
        Value::Object(members) => {
            format!("`{here}` has {}, and nothing in it is found by the query", names(members))
        }
        scalar => nothing_inside(here, scalar),
    }
}

fn nothing_inside(here: &str, scalar: &Value) -> String {
    let kind = with_article(Seen::Json(scalar).type_name());
    format!("`{here}` is {kind}, and has nothing in it")
}

fn elements(count: usize) -> String {
    if count == 1 { "1 element".to_owned() } else { format!("{count} elements") }
}

fn no_step(here: &str, at: &Value, step: &Step) -> String {
    match (at, step) {
        (Value::Object(members), Step::Name(name)) => no_member(here, members, name),
        (Value::Object(members), Step::Index(index)) => {
            match members.contains_key(index.to_string().as_str()) {
                true => format!(
                    "`{here}` is an object, whose members have names: write `{here}['{index}']`"
                ),
                false => format!("`{here}` is an object with {}, not an array", names(members)),
            }
        }
        (Value::Array(items), Step::Name(name)) => match name.parse::<usize>() {
            Ok(index) if index < items.len() => {
                format!(
                    "`{here}` is an array, whose elements have numbers: write `{here}[{index}]`"
                )
            }
            _ => {
                let all = place::member(&format!("{here}[*]"), name);
                format!(
                    "`{here}` is an array of {}: `{all}` looks into each of its elements",
                    items.len()
                )
            }
        },
        (Value::Array(items), Step::Index(index)) => match items.len() {
            0 => format!("`{here}` is an empty array"),
            count => format!("`{here}` has {}, so no [{index}]", elements(count)),
        },
        (scalar, _) => nothing_inside(here, scalar),
    }
}

fn no_member(here: &str, members: &Map<String, Value>, name: &str) -> String {
    if members.is_empty() {
        return format!("`{here}` is an empty object");
    }
    match did_you_mean(name, members.keys().map(String::as_str)) {
        Some(near) => {
            format!("`{here}` has no `{name}`: did you mean `{}`?", place::member(here, near))
        }
        None => format!("`{here}` has no `{name}`; it has {}", names(members)),
    }
}

fn names(members: &Map<String, Value>) -> String {
    let listed: Vec<String> = members.keys().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = match members.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    listed.join(", ") + &more
}
