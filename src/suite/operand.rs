//! What may stand behind an operator: checked when it is read, or once its variables are bound.

mod counts;
mod texts;

use serde_json::{Number, Value as Json};

use self::counts::is_negative;
use self::texts::{check_beginning, check_element, check_equality};

use super::habits;
use super::operator::{Subject, ValueOperator};
use crate::diagnostic::did_you_mean;
use crate::format::Format;

/// The names of the types of JSON values.
pub const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];

/// Whether `operand` can stand behind `operator`.
///
/// # Errors
/// What the operator takes, in words.
pub fn check_operand(
    operator: ValueOperator,
    operand: &Json,
    subject: Subject,
) -> Result<(), String> {
    use ValueOperator as V;
    match operator {
        V::Status => check_status(operand),
        V::Type => check_types(operand, subject),
        V::Gt | V::Gte | V::Lt | V::Lte => check_order(operator, operand, subject),
        V::Equals => check_equality(operator, operand, subject),
        V::In => match operand.as_array().map(Vec::as_slice) {
            None | Some([]) => Err("`in` takes a list with at least one value".into()),
            Some(items) => {
                items.iter().try_for_each(|item| check_equality(operator, item, subject))
            }
        },
        V::Exists if operand.is_boolean() => Ok(()),
        V::Exists => Err("`exists` takes true or false".into()),
        V::Contains if subject == Subject::Urls => check_element(operator, operand, subject),
        V::Contains | V::StartsWith | V::EndsWith => check_part(operator, operand, subject),
        V::CloseTo => check_nearness(operand),
        V::Empty if operand.is_boolean() => Ok(()),
        V::Empty => Err("`empty` takes true or false".into()),
        V::Is => check_format(operand),
        V::Includes => {
            check_included(operand).and_then(|()| check_elements(operator, operand, subject))
        }
        V::Unordered if operand.is_array() => check_elements(operator, operand, subject),
        V::Unordered => Err("`unordered` takes a list".into()),
        V::Sha256 => check_digest(operand),
    }
}

fn check_nearness(operand: &Json) -> Result<(), String> {
    let fits = match operand.as_array().map(Vec::as_slice) {
        Some([Json::Number(_), Json::Number(tolerance)]) => {
            if !is_negative(tolerance) {
                return Ok(());
            }
            return Err("the tolerance of `close_to` is at least 0".into());
        }
        Some([Json::String(date), Json::String(tolerance)]) => {
            is_date(date) && humantime::parse_duration(tolerance).is_ok()
        }
        _ => false,
    };
    let expected = "`close_to` takes [value, tolerance]: two numbers, or a date and a time as 5s";
    if fits { Ok(()) } else { Err(expected.to_owned()) }
}

fn check_format(operand: &Json) -> Result<(), String> {
    let known = operand.as_str().is_some_and(|name| Format::named(name).is_some());
    let names = Format::NAMES.map(|(name, _)| name).join(", ");
    if known { Ok(()) } else { Err(format!("`is` takes one of {names}")) }
}

/// What is in everything demands nothing.
fn check_included(operand: &Json) -> Result<(), String> {
    let is_empty = |value: &Json| match value {
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    };
    if !operand.is_array() && !operand.is_object() {
        return Err("`includes` takes a mapping or a list".into());
    }
    match find(operand, &is_empty) {
        Some(Json::Array(_)) => Err("an empty list is included in every list".into()),
        Some(_) => Err("an empty mapping is included in every object".into()),
        None => Ok(()),
    }
}

fn check_elements(operator: ValueOperator, operand: &Json, subject: Subject) -> Result<(), String> {
    let mut items = operand.as_array().into_iter().flatten();
    items.try_for_each(|item| check_element(operator, item, subject))
}

/// The first value inside another, or that itself, which `is_wanted`.
fn find<'v>(value: &'v Json, is_wanted: &impl Fn(&Json) -> bool) -> Option<&'v Json> {
    if is_wanted(value) {
        return Some(value);
    }
    match value {
        Json::Array(items) => items.iter().find_map(|item| find(item, is_wanted)),
        Json::Object(members) => members.values().find_map(|value| find(value, is_wanted)),
        _ => None,
    }
}

fn check_digest(operand: &Json) -> Result<(), String> {
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let fits = operand.as_str().is_some_and(is_digest);
    if fits { Ok(()) } else { Err("`sha256` takes 64 hexadecimal digits".into()) }
}

/// A part of a text. Every text has the empty one, which therefore demands nothing.
fn check_part(operator: ValueOperator, operand: &Json, subject: Subject) -> Result<(), String> {
    let name = operator.name();
    if operand.as_str() == Some("") {
        return Err(format!("`{name}` with an empty text holds for every text"));
    }
    if subject == Subject::Url && operator == ValueOperator::StartsWith {
        return check_beginning(operator, operand);
    }
    let scalar = !operand.is_array() && !operand.is_object();
    let fits = match subject {
        Subject::Json if operator == ValueOperator::Contains => true,
        Subject::Json => operand.is_string(),
        _ => scalar,
    };
    if fits { Ok(()) } else { Err(format!("`{name}` takes a text")) }
}

/// What is most likely meant, where an operand does not fit.
pub fn instead_of(operator: ValueOperator, operand: &Json, subject: Subject) -> Option<String> {
    use ValueOperator as V;
    match (operator, operand) {
        (V::Status, Json::String(text)) => {
            habits::status(text).map(|instead| format!("write `{instead}`"))
        }
        (V::Type, Json::String(name)) if TYPES.contains(&name.as_str()) => None,
        (V::Type, Json::String(name)) => near(
            name,
            &TYPES,
            &[
                ("bool", "boolean"),
                ("int", "integer"),
                ("float", "number"),
                ("str", "string"),
                ("list", "array"),
                ("map", "object"),
                ("dict", "object"),
            ],
        ),
        (V::CloseTo, Json::Array(items)) => Some(match items.as_slice() {
            [_, Json::Number(tolerance)] if is_negative(tolerance) => format!("found {tolerance}"),
            [value, tolerance] => format!("found {} and {}", named(value), named(tolerance)),
            items => format!("found a list of {}", items.len()),
        }),
        (V::Is, Json::String(name)) if TYPES.contains(&name.as_str()) => {
            Some(format!("that is a type: write `{{type: {name}}}`"))
        }
        (V::Is, Json::String(name)) => {
            let names = Format::NAMES.map(|(name, _)| name);
            near(
                name,
                &names,
                &[
                    ("url", "uri"),
                    ("datetime", "date-time"),
                    ("timestamp", "date-time"),
                    ("guid", "uuid"),
                    ("ip", "ipv4"),
                    ("host", "hostname"),
                    ("mail", "email"),
                ],
            )
        }
        (V::Is, Json::Array(_)) => Some("one form: write `all` or `any` for several".into()),
        (V::Empty, Json::Number(_)) => Some("write `{length: …}` for a number".into()),
        (V::Includes, Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null) => {
            Some("write `contains` for one element, or a part of a text".into())
        }
        (V::Includes, _) if check_included(operand).is_err() => {
            Some("write `{empty: true}` for that, or what must be in it".into())
        }
        (V::Sha256, Json::String(text)) => {
            Some(format!("found {} characters", text.chars().count()))
        }
        (V::Sha256, Json::Number(_)) => Some("write it in quotes: it was read as a number".into()),
        (_, Json::Number(number)) if subject == Subject::Duration => {
            // Nobody waits for minutes; whoever writes a small number may mean either.
            let seconds = number.as_f64().filter(|number| *number < 60.0);
            let seconds = seconds.map_or_else(String::new, |_| format!("`{number}s` or "));
            Some(format!("write {seconds}`{number}ms`"))
        }
        _ => None,
    }
}

/// A name that another is near to, by its spelling or its meaning.
fn near(name: &str, known: &[&'static str], synonyms: &[(&str, &str)]) -> Option<String> {
    let synonym = synonyms.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let near = synonym.map(|(_, here)| *here);
    let near = near.or_else(|| did_you_mean(name, known.iter().copied()));
    near.map(|near| format!("did you mean `{near}`?"))
}

/// What was found where an operand does not fit; of a list, the first that is odd.
pub fn found(operator: ValueOperator, operand: &Json, subject: Subject) -> String {
    use ValueOperator as V;
    let is_odd = |item: &&Json| match operator {
        V::Status | V::Type => check_operand(operator, item, subject).is_err(),
        V::In => check_equality(operator, item, subject).is_err(),
        V::Equals | V::Includes | V::Unordered => check_element(operator, item, subject).is_err(),
        _ => false,
    };
    let odd = operand.as_array().and_then(|items| items.iter().find(is_odd));
    format!("found {}", named(odd.unwrap_or(operand)))
}

/// A value as a fault names it.
pub fn named(value: &Json) -> String {
    match value {
        Json::Array(items) if items.is_empty() => "an empty list".into(),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "a mapping".into(),
        scalar => format!("`{scalar}`"),
    }
}

fn check_status(operand: &Json) -> Result<(), String> {
    let fits = match operand {
        Json::Number(_) => operand.as_u64().is_some_and(|code| (100..=999).contains(&code)),
        Json::String(text) => status_class(text).is_some(),
        Json::Array(items) if !items.is_empty() => {
            return items.iter().try_for_each(|item| match item {
                Json::Array(_) => Err("a list of statuses holds no list".to_owned()),
                item => check_status(item),
            });
        }
        _ => false,
    };
    let expected = "`status` takes a code such as 200, a class such as 2xx, or a list of those";
    if fits { Ok(()) } else { Err(expected.to_owned()) }
}

/// The hundreds of a class such as `4xx`.
pub fn status_class(text: &str) -> Option<u16> {
    let digit = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"))?;
    match digit.parse() {
        Ok(class @ 1..=5) if digit.len() == 1 => Some(class),
        _ => None,
    }
}

fn check_types(operand: &Json, subject: Subject) -> Result<(), String> {
    let names = match operand {
        Json::Array(names) => names.as_slice(),
        name => std::slice::from_ref(name),
    };
    let name = |value: &Json| match value {
        Json::Null => Some("null"),
        value => TYPES.into_iter().find(|name| value == name),
    };
    let names: Option<Vec<&str>> = names.iter().map(name).collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Err(format!("`type` takes one or a list of {}", TYPES.join(", ")));
    };
    let possible: &[&str] = match subject {
        Subject::Text => &["string", "array"],
        Subject::Line | Subject::Body => &["string"],
        _ => &["string", "number", "boolean", "array", "object", "null"],
    };
    let is_text = matches!(subject, Subject::Text | Subject::Line | Subject::Body);
    let odd = names.iter().find(|name| is_text && !possible.contains(name));
    match odd {
        Some(odd) => {
            Err(format!("`type: {odd}` holds for no text, not even for one that spells it"))
        }
        None if subject == Subject::Body => Ok(()),
        None if possible.iter().all(|name| names.contains(name)) => {
            Err("`type` with each type that there can be holds for everything".into())
        }
        None => Ok(()),
    }
}

fn check_order(operator: ValueOperator, operand: &Json, subject: Subject) -> Result<(), String> {
    let name = operator.name();
    let (fits, expected) = match subject {
        Subject::Status => (operand.is_number(), "a number"),
        Subject::Duration => {
            let time = operand.as_str().map(humantime::parse_duration);
            (matches!(time, Some(Ok(_))), "a time with its unit, such as 500ms or 2s")
        }
        Subject::Count => match operand {
            Json::Number(number) => return counts::check_order(operator, number),
            _ => (false, "a number"),
        },
        Subject::Json => (
            operand.is_number() || operand.as_str().is_some_and(is_date),
            "a number, or a date such as 2027-03-01",
        ),
        Subject::Text | Subject::Line | Subject::Body | Subject::Url | Subject::Urls => (
            operand.is_number() || operand.as_str().is_some_and(|t| is_number(t) || is_date(t)),
            "a number, or a date such as 2027-03-01",
        ),
    };
    if fits { Ok(()) } else { Err(format!("`{name}` takes {expected}")) }
}

fn is_date(text: &str) -> bool {
    crate::date::parse(text).is_some()
}

fn is_number(text: &str) -> bool {
    serde_json::from_str::<Number>(text.trim()).is_ok()
}
