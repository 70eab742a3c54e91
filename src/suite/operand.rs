//! What may stand behind an operator: checked when it is read, or once its variables are bound.

use serde_json::{Number, Value as Json};

use super::matcher::{Subject, ValueOperator};

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
        V::Type => check_types(operand),
        V::Gt | V::Gte | V::Lt | V::Lte => check_order(operator, operand, subject),
        V::Equals if subject == Subject::Json || !operand.is_object() => Ok(()),
        V::Equals => Err("`equals` takes a text here: a text is what it looks at".into()),
        V::In if operand.as_array().is_some_and(|items| !items.is_empty()) => Ok(()),
        V::In => Err("`in` takes a list with at least one value".into()),
        V::Exists if operand.is_boolean() => Ok(()),
        V::Exists => Err("`exists` takes true or false".into()),
        V::Contains | V::StartsWith | V::EndsWith => check_part(operator, operand, subject),
    }
}

/// A part of a text. Every text has the empty one, which therefore demands nothing.
fn check_part(operator: ValueOperator, operand: &Json, subject: Subject) -> Result<(), String> {
    let name = operator.name();
    if operand.as_str() == Some("") {
        return Err(format!("`{name}` with an empty text holds for every text"));
    }
    let scalar = !operand.is_array() && !operand.is_object();
    let fits = match subject {
        Subject::Json if operator == ValueOperator::Contains => true,
        Subject::Json => operand.is_string(),
        _ => scalar,
    };
    if fits { Ok(()) } else { Err(format!("`{name}` takes a text")) }
}

/// What was found where an operand does not fit; of a list of statuses or types, the first that is
/// none.
pub fn found(operator: ValueOperator, operand: &Json, subject: Subject) -> String {
    let listed = matches!(operator, ValueOperator::Status | ValueOperator::Type);
    let odd = operand.as_array().filter(|_| listed).and_then(|items| {
        items.iter().find(|item| check_operand(operator, item, subject).is_err())
    });
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

fn check_types(operand: &Json) -> Result<(), String> {
    let known = |value: &Json| match value {
        Json::String(name) => TYPES.contains(&name.as_str()),
        Json::Null => true,
        _ => false,
    };
    let fits = match operand {
        Json::Array(names) => !names.is_empty() && names.iter().all(known),
        value => known(value),
    };
    if fits { Ok(()) } else { Err(format!("`type` takes one or a list of {}", TYPES.join(", "))) }
}

fn check_order(operator: ValueOperator, operand: &Json, subject: Subject) -> Result<(), String> {
    let name = operator.name();
    let (fits, expected) = match subject {
        Subject::Status => (operand.is_number(), "a number"),
        Subject::Duration => {
            let time = operand.as_str().map(humantime::parse_duration);
            (matches!(time, Some(Ok(_))), "a time with its unit, such as 500ms or 2s")
        }
        Subject::Json => (
            operand.is_number() || operand.as_str().is_some_and(is_date),
            "a number, or a date such as 2027-03-01",
        ),
        Subject::Text => (
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
