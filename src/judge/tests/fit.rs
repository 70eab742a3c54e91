//! Which operators fit what, told anew and without the code that judges.

use serde_json::Value;

/// What is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Missing,
    Json(Value),
    Nodes(Vec<Value>),
    Lines(Vec<String>),
    Text(String),
    Body(Option<String>),
    Url(String),
    Urls(usize),
    Count,
    Time,
}

/// Whether an operator with this operand says anything of what is there.
pub fn fits(operator: &str, operand: &Value, seen: &Seen) -> bool {
    let is_binary = *seen == Seen::Body(None);
    match operator {
        "exists" => !is_binary,
        _ if *seen == Seen::Missing => false,
        "sha256" => matches!(seen, Seen::Body(_)),
        "empty" if is_binary => true,
        _ if is_binary => false,
        "equals" | "not" | "all" => is_alike(operand, seen),
        // A status is one of a class, too.
        "in" if *seen == Seen::Count => true,
        "in" => {
            operand.as_array().is_some_and(|items| items.iter().any(|item| is_alike(item, seen)))
        }
        "type" => match seen {
            Seen::Nodes(_) => operand == "array" || holds(operand, "array"),
            _ => true,
        },
        "schema" => matches!(seen, Seen::Json(_) | Seen::Nodes(_)),
        "gt" | "gte" | "lt" | "lte" => is_ordered(operand, seen),
        "close_to" => is_ordered(&operand[0], seen),
        "contains" => is_list(seen) || is_part(operand, seen),
        "starts_with" | "ends_with" => is_part(operand, seen),
        "matches" | "is" => text(seen).is_some(),
        "length" | "empty" => {
            text(seen).is_some() || elements(seen).is_some() || members(seen).is_some()
        }
        "each" => elements(seen).is_some_and(|count| count > 0),
        "any" | "unordered" => elements(seen).is_some(),
        "json" => members(seen).is_some_and(|members| members.contains(&"a".to_owned())),
        "includes" if operand.is_object() => members(seen).is_some(),
        "includes" => elements(seen).is_some(),
        other => panic!("what does `{other}` fit?"),
    }
}

fn holds(operand: &Value, item: &str) -> bool {
    operand.as_array().is_some_and(|items| items.iter().any(|other| other == item))
}

/// Whether the two could be the same: one text, one list.
fn is_alike(operand: &Value, seen: &Seen) -> bool {
    match seen {
        Seen::Json(_) => true,
        Seen::Nodes(_) | Seen::Urls(_) => operand.is_array(),
        Seen::Lines(lines) if lines.len() > 1 => operand.is_array(),
        Seen::Count => true,
        _ => !operand.is_array() && !operand.is_object(),
    }
}

fn text(seen: &Seen) -> Option<&str> {
    match seen {
        Seen::Json(Value::String(text)) | Seen::Text(text) | Seen::Url(text) => Some(text),
        Seen::Body(text) => text.as_deref(),
        Seen::Lines(lines) if lines.len() == 1 => Some(&lines[0]),
        _ => None,
    }
}

fn elements(seen: &Seen) -> Option<usize> {
    match seen {
        Seen::Json(Value::Array(items)) | Seen::Nodes(items) => Some(items.len()),
        Seen::Lines(lines) => Some(lines.len()),
        Seen::Urls(count) => Some(*count),
        _ => None,
    }
}

fn members(seen: &Seen) -> Option<Vec<String>> {
    match seen {
        Seen::Json(Value::Object(members)) => Some(members.keys().cloned().collect()),
        _ => None,
    }
}

/// A header with one line is looked into as a text.
fn is_list(seen: &Seen) -> bool {
    elements(seen).is_some() && text(seen).is_none()
}

fn is_part(operand: &Value, seen: &Seen) -> bool {
    let is_scalar = !operand.is_array() && !operand.is_object();
    let is_json = matches!(seen, Seen::Json(_));
    text(seen).is_some() && if is_json { operand.is_string() } else { is_scalar }
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok()
}

fn is_date(text: &str) -> bool {
    text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-'
}

/// Two numbers or two dates; where all is text, what spells a number is one.
fn is_ordered(operand: &Value, seen: &Seen) -> bool {
    let is_spelled = !matches!(seen, Seen::Json(_));
    let of_number = match operand {
        Value::Number(_) => true,
        Value::String(text) => is_spelled && is_number(text),
        _ => false,
    };
    let of_date = operand.as_str().is_some_and(is_date);
    match (seen, text(seen)) {
        (Seen::Count | Seen::Json(Value::Number(_)), _) => of_number,
        (_, Some(text)) => of_number && is_spelled && is_number(text) || of_date && is_date(text),
        _ => false,
    }
}
