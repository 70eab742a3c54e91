//! Matchers: a literal, or a mapping of operators that must all hold.

use std::sync::Arc;

use super::habits;
use super::operand::{check_operand, found};
use super::reader::{Keys, NOT_YET, Reader};
use super::tree::{Entry, Node, Value};
use crate::json_path::JsonPath;
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

pub use super::operand::status_class;

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

const KEYS: Keys = Keys {
    what: "an operator",
    known: &[&OPERATORS],
    later: &[&["close_to", "empty", "is", "includes", "unordered", "schema", "sha256"]],
    help: Some("a mapping is always operators: to compare with an object, write `equals:`"),
};

/// What is wrong with a regex that every text matches.
pub const EMPTY_REGEX: &str = "an empty regex is found in every text";

/// The operators that say something about a status, and about a time.
const OF_STATUS: [&str; 8] = ["equals", "not", "in", "gt", "gte", "lt", "lte", "all"];
const OF_DURATION: [&str; 4] = ["gt", "gte", "lt", "lte"];

/// Whether a key is an operator, or meant to be one.
pub fn is_operator(key: &str) -> bool {
    KEYS.know(key)
}

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
                // An object where operators belong is one mistake, whatever is in it.
                let object = !entries.iter().any(|entry| is_operator(&entry.key.value));
                let entries = if object { &entries[..1] } else { entries };
                let operators = entries.iter().filter_map(|entry| {
                    let name = reader.key(entry, entries, &KEYS)?;
                    read_operator(reader, name, entry, subject)
                });
                Matcher(operators.collect())
            }
            _ => Matcher::literal(reader, node, subject),
        }
    }

    fn literal(reader: &mut Reader, node: &Node, subject: Subject) -> Matcher {
        if subject == Subject::Duration {
            reader.fault(node.span, "`duration` takes operators").label =
                "write for example `{lt: 500ms}`".into();
            return Matcher(Box::new([]));
        }
        let operator = value_operator(reader, node, equality(subject), subject);
        Matcher(Box::new([Spanned::new(operator, node.span)]))
    }
}

fn equality(subject: Subject) -> ValueOperator {
    if subject == Subject::Status { ValueOperator::Status } else { ValueOperator::Equals }
}

fn read_operator(
    reader: &mut Reader,
    name: &str,
    entry: &Entry,
    subject: Subject,
) -> Option<Spanned<Operator>> {
    use ValueOperator as V;
    let Entry { key, value: node } = entry;
    if !fits(reader, name, entry, subject) {
        return None;
    }
    let mut with = |operator| value_operator(reader, node, operator, subject);
    let operator = match name {
        "equals" => with(equality(subject)),
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
        "matches" => Operator::Matches(Pattern::Written(read_pattern(reader, node)?)),
        "not" => Operator::Not(Matcher::read(reader, node, subject)),
        "length" => {
            refuse_text_as_length(reader, node);
            Operator::Length(Matcher::read(reader, node, Subject::Json))
        }
        "each" => Operator::Each(Matcher::read(reader, node, subject)),
        "any" => Operator::Any(Matcher::read(reader, node, subject)),
        "all" => Operator::All(read_all(reader, node, subject)),
        _ => Operator::Json(read_json(reader, node)),
    };
    Some(Spanned::new(operator, key.span.to(node.span)))
}

/// Whether an operator says something about the subject, in the form it has.
fn fits(reader: &mut Reader, name: &str, entry: &Entry, subject: Subject) -> bool {
    let Entry { key, value } = entry;
    let fitting: &[&str] = match subject {
        Subject::Status => &OF_STATUS,
        Subject::Duration => &OF_DURATION,
        Subject::Json | Subject::Text => &OPERATORS,
    };
    if !fitting.contains(&name) {
        let what = if subject == Subject::Status { "a status" } else { "a duration" };
        reader.fault(key.span, format!("`{name}` says nothing about {what}")).label =
            format!("use one of {}", fitting.join(", "));
        return false;
    }
    let list = matches!(value.value, Value::List(_) | Value::Text(_));
    if name == "in" && subject == Subject::Status && !list {
        reader.unexpected(value, "in", "a list with at least one value");
        return false;
    }
    if let (Subject::Text, "equals", Value::Map(entries)) = (subject, name, &value.value)
        && let [form] = entries.as_slice()
        && matches!(form.key.value.as_str(), "file" | "base64")
    {
        let title = format!("`equals: {{{}: …}}` is not supported yet", form.key.value);
        reader.fault(form.key.span, title).label = NOT_YET.into();
        return false;
    }
    true
}

/// A length is a number, and never the same as a text such as `>= 2`.
fn refuse_text_as_length(reader: &mut Reader, node: &Node) {
    let Some(text) = node.as_text().filter(|text| !text.contains("${")) else { return };
    let instead = habits::comparison(text);
    reader.unexpected(node, "length", "a number, or operators").label =
        instead.map_or("found a text".into(), |instead| format!("write `{instead}`"));
}

fn read_pattern(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let pattern = reader.spanned_template(node, "matches")?;
    if pattern.value.as_fixed() == Some("") {
        reader.fault(node.span, EMPTY_REGEX).label = "it demands nothing".into();
        return None;
    }
    Some(pattern)
}

fn read_all(reader: &mut Reader, node: &Node, subject: Subject) -> Vec<Matcher> {
    let items = reader.list(node, "all").unwrap_or_default();
    if items.is_empty() {
        reader.fault(node.span, "`all` without a matcher demands nothing").label =
            "write a list of matchers".into();
    }
    items.iter().map(|item| Matcher::read(reader, item, subject)).collect()
}

/// A mapping of queries to matchers.
pub fn read_json(reader: &mut Reader, node: &Node) -> Vec<JsonCheck> {
    let entries = reader.mapping(node, "json").unwrap_or_default();
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
        let instead = match (operator, value) {
            (ValueOperator::Status, serde_json::Value::String(text)) => habits::status(text),
            (_, serde_json::Value::Number(number)) if subject == Subject::Duration => {
                Some(format!("{number}ms"))
            }
            _ => None,
        };
        let fault = reader.fault(node.span, reason);
        fault.label = found(operator, value, subject);
        if let Some(instead) = instead {
            fault.label = format!("write `{instead}`");
        }
    }
    Operator::Value(operator, draft)
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
