//! Matchers: a literal, or a mapping of operators that must all hold.

use std::sync::Arc;

use serde_json::Value as Json;

use super::reader::Reader;
use super::tree::{Entry, Node, Value};
use crate::json_path::JsonPath;
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// All of its operators must hold.
#[derive(Clone, Debug)]
pub struct Matcher(pub Box<[Spanned<Operator>]>);

/// One demand on a value.
#[derive(Clone, Debug)]
pub enum Operator {
    /// Compares with an operand.
    Value(ValueOperator, Draft),
    /// Finds a regex somewhere in a text.
    Matches(Pattern),
    /// The matcher does not hold, on a value that it fits.
    Not(Matcher),
    /// The length meets the matcher.
    Length(Matcher),
    /// Every element meets the matcher.
    Each(Matcher),
    /// At least one element meets the matcher.
    Any(Matcher),
    /// Every one of these holds.
    All(Vec<Matcher>),
    /// Parts of the value meet their matchers.
    Json(Vec<JsonCheck>),
}

/// The operators that compare with an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueOperator {
    /// The same value.
    Equals,
    /// A status code, a class such as `2xx`, or a list of those.
    Status,
    /// One of a list.
    In,
    /// Of a type, or one of a list of types.
    Type,
    /// Is there, or is not.
    Exists,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Holds a part of a text, or an element of a list.
    Contains,
    /// Begins with a text.
    StartsWith,
    /// Ends with a text.
    EndsWith,
}

/// A regex: as written, or compiled once its variables are bound.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// As written.
    Written(Spanned<Template>),
    /// Ready to match.
    Compiled(Arc<regex::Regex>),
}

/// A query and what its result must meet.
#[derive(Clone, Debug)]
pub struct JsonCheck {
    /// Where the query stands.
    pub span: Span,
    /// The query.
    pub path: Path,
    /// The matcher.
    pub matcher: Matcher,
}

/// A JSONPath: as written, or compiled once its variables are bound.
#[derive(Clone, Debug)]
pub enum Path {
    /// As written.
    Written(Spanned<Template>),
    /// Ready to query.
    Compiled(Arc<JsonPath>),
}

/// What a matcher looks at; it decides what a literal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A typed value.
    Json,
    /// A text: a header, a challenge, the body. A scalar counts as it is spelled.
    Text,
    /// A status code.
    Status,
    /// A time; operands carry a unit.
    Duration,
}

/// The names of the operators.
pub const OPERATORS: [&str; 18] = [
    "equals",
    "not",
    "in",
    "type",
    "exists",
    "gt",
    "gte",
    "lt",
    "lte",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "length",
    "each",
    "any",
    "all",
    "json",
];

const LATER: [&str; 7] = ["close_to", "empty", "is", "includes", "unordered", "schema", "sha256"];

/// The names of the types of JSON values.
pub const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];

impl Matcher {
    /// Reads a literal or a mapping of operators.
    pub fn read(reader: &mut Reader, node: &Node, subject: Subject) -> Matcher {
        match &node.value {
            Value::Map(entries) if entries.is_empty() => {
                reader.fault(node.span, "an empty mapping demands nothing").label =
                    "write `{equals: {}}` for an empty object".into();
                Matcher(Box::new([]))
            }
            Value::Map(entries) => {
                Matcher(entries.iter().filter_map(|e| read_operator(reader, e, subject)).collect())
            }
            _ => Matcher::literal(reader, node, subject),
        }
    }

    fn literal(reader: &mut Reader, node: &Node, subject: Subject) -> Matcher {
        if subject == Subject::Duration {
            reader.fault(node.span, "`duration` takes operators").label =
                "write for example `{lt: 500ms}`".into();
        }
        let operator =
            if subject == Subject::Status { ValueOperator::Status } else { ValueOperator::Equals };
        let operator = value_operator(reader, node, operator, subject);
        Matcher(Box::new([Spanned::new(operator, node.span)]))
    }
}

fn read_operator(
    reader: &mut Reader,
    entry: &Entry,
    subject: Subject,
) -> Option<Spanned<Operator>> {
    use ValueOperator as V;
    let Entry { key, value: node } = entry;
    let mut with = |operator| Some(value_operator(reader, node, operator, subject));
    let equality = if subject == Subject::Status { V::Status } else { V::Equals };
    let operator = match key.value.as_str() {
        "equals" => with(equality),
        "in" if subject == Subject::Status => with(V::Status),
        "in" => with(V::In),
        "type" => with(V::Type),
        "exists" => with(V::Exists),
        "gt" => with(V::Gt),
        "gte" => with(V::Gte),
        "lt" => with(V::Lt),
        "lte" => with(V::Lte),
        "contains" => with(V::Contains),
        "starts_with" => with(V::StartsWith),
        "ends_with" => with(V::EndsWith),
        "not" => Some(Operator::Not(Matcher::read(reader, node, subject))),
        "length" => Some(Operator::Length(Matcher::read(reader, node, Subject::Json))),
        "each" => Some(Operator::Each(Matcher::read(reader, node, subject))),
        "any" => Some(Operator::Any(Matcher::read(reader, node, subject))),
        "all" => Some(Operator::All(read_all(reader, node, subject))),
        "json" => Some(Operator::Json(read_json(reader, node))),
        "matches" => {
            let pattern = reader.spanned_template(node, "matches");
            pattern.map(|pattern| Operator::Matches(Pattern::Written(pattern)))
        }
        later if LATER.contains(&later) => {
            reader.not_yet(key);
            None
        }
        _ => {
            unknown_operator(reader, key);
            return None;
        }
    };
    if subject == Subject::Duration && !matches!(key.value.as_str(), "gt" | "gte" | "lt" | "lte") {
        reader.fault(key.span, format!("`{}` does not fit a duration", key.value)).label =
            "use gt, gte, lt or lte".into();
    }
    Some(Spanned::new(operator?, key.span.to(node.span)))
}

fn unknown_operator(reader: &mut Reader, key: &Spanned<String>) {
    let fault = reader.unknown_key(key, "operator", &OPERATORS);
    fault
        .helps
        .push("a mapping is always operators: to compare with an object, write `equals:`".into());
}

fn read_all(reader: &mut Reader, node: &Node, subject: Subject) -> Vec<Matcher> {
    let items = reader.list(node, "all");
    if items.is_empty() {
        reader.fault(node.span, "`all` without a matcher demands nothing");
    }
    items.iter().map(|item| Matcher::read(reader, item, subject)).collect()
}

/// A mapping of queries to matchers.
pub fn read_json(reader: &mut Reader, node: &Node) -> Vec<JsonCheck> {
    let entries = reader.mapping(node, "json");
    if entries.is_empty() {
        reader.fault(node.span, "`json` demands nothing").label =
            "write JSONPaths and what they must give, such as `$.id: 1`".into();
    }
    entries
        .iter()
        .map(|entry| JsonCheck {
            span: entry.key.span.to(entry.value.span),
            path: Path::Written(reader.key_template(&entry.key)),
            matcher: Matcher::read(reader, &entry.value, Subject::Json),
        })
        .collect()
}

fn value_operator(
    reader: &mut Reader,
    node: &Node,
    operator: ValueOperator,
    subject: Subject,
) -> Operator {
    let draft = reader.draft(node);
    if let Draft::Fixed(value) = &draft
        && let Err(reason) = check_operand(operator, value, subject)
    {
        reader.fault(node.span, reason).label = format!("found {}", shown(value, node));
    }
    Operator::Value(operator, draft)
}

fn shown(value: &Json, node: &Node) -> String {
    match value {
        Json::Array(_) | Json::Object(_) => node.kind_name().to_owned(),
        value => format!("`{value}`"),
    }
}

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
    let scalar = !operand.is_array() && !operand.is_object();
    let expected = match operator {
        V::Equals | V::Contains if subject == Subject::Json => return Ok(()),
        V::Equals if scalar || operand.is_array() => return Ok(()),
        V::Equals => "a text: the value at hand is one",
        V::Contains | V::StartsWith | V::EndsWith if subject == Subject::Text && scalar => {
            return Ok(());
        }
        V::StartsWith | V::EndsWith if operand.is_string() => return Ok(()),
        V::Contains | V::StartsWith | V::EndsWith => "a text",
        V::In if operand.as_array().is_some_and(|items| !items.is_empty()) => return Ok(()),
        V::In => "a list with at least one value",
        V::Exists if operand.is_boolean() => return Ok(()),
        V::Exists => "true or false",
        V::Status => return check_status(operand),
        V::Type => return check_types(operand),
        V::Gt | V::Gte | V::Lt | V::Lte => return check_order(operand, subject),
    };
    Err(format!("`{}` takes {expected}", operator.name()))
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

fn check_order(operand: &Json, subject: Subject) -> Result<(), String> {
    match (subject, operand) {
        (Subject::Duration, Json::String(text)) => match humantime::parse_duration(text) {
            Ok(_) => Ok(()),
            Err(_) => Err("a time has a number and a unit, such as 500ms or 2s".to_owned()),
        },
        (Subject::Duration, _) => {
            Err("a time has a number and a unit, such as 500ms or 2s".to_owned())
        }
        (_, Json::Number(_)) => Ok(()),
        (_, Json::String(text)) if is_date(text) => Ok(()),
        (Subject::Text, Json::String(text)) if is_number(text) => Ok(()),
        _ => Err("only numbers and dates (RFC 3339 or HTTP) have an order here".to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn is_date(text: &str) -> bool {
    crate::date::parse(text).is_some()
}

impl ValueOperator {
    /// The operator as it is written.
    pub fn name(self) -> &'static str {
        match self {
            ValueOperator::Equals => "equals",
            ValueOperator::Status => "status",
            ValueOperator::In => "in",
            ValueOperator::Type => "type",
            ValueOperator::Exists => "exists",
            ValueOperator::Gt => "gt",
            ValueOperator::Gte => "gte",
            ValueOperator::Lt => "lt",
            ValueOperator::Lte => "lte",
            ValueOperator::Contains => "contains",
            ValueOperator::StartsWith => "starts_with",
            ValueOperator::EndsWith => "ends_with",
        }
    }
}
