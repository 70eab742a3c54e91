//! What a matcher is made of: operators and what stands behind them.

use std::sync::Arc;

use super::attachment::Attached;
use crate::json_path::JsonPath;
use crate::json_schema::JsonSchema;
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
    /// The body has exactly these bytes.
    Bytes(Bytes),
    /// Meets a JSON Schema.
    Schema(Schema),
}

/// A JSON Schema.
#[derive(Clone, Debug)]
pub enum Schema {
    /// As it is written, with variables in it.
    Written(Draft),
    /// Ready to be asked.
    Compiled(Arc<JsonSchema>),
    /// The one in a file.
    File(Attached<JsonSchema>),
}

/// The bytes that a body is compared with.
#[derive(Clone, Debug)]
pub enum Bytes {
    /// Written in base64.
    Inline(Arc<[u8]>),
    /// Those of a file.
    File(Attached<Vec<u8>>),
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
    /// As near to a value as a tolerance allows.
    CloseTo,
    /// Has nothing in it, or has something.
    Empty,
    /// A text of a form.
    Is,
    /// Holds this part: members by name, elements in any order.
    Includes,
    /// The same elements in any order.
    Unordered,
    /// Bytes with this digest.
    Sha256,
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

impl Matcher {
    /// Shows every operator in it, those inside others too.
    pub fn visit<'m>(&'m self, seen: &mut dyn FnMut(&'m Spanned<Operator>)) {
        for operator in &self.0 {
            seen(operator);
            match &operator.value {
                Operator::Not(inner)
                | Operator::Length(inner)
                | Operator::Each(inner)
                | Operator::Any(inner) => inner.visit(seen),
                Operator::All(all) => all.iter().for_each(|inner| inner.visit(seen)),
                Operator::Json(checks) => {
                    checks.iter().for_each(|check| check.matcher.visit(seen));
                }
                Operator::Value(..)
                | Operator::Matches(_)
                | Operator::Bytes(_)
                | Operator::Schema(_) => {}
            }
        }
    }
}

/// What a matcher looks at; it decides what a literal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A typed value.
    Json,
    /// The lines of a header field, mostly one. In texts a scalar counts as it is spelled.
    Text,
    /// One text: a cookie, a part of a challenge, a line of several.
    Line,
    /// The body: a text, and the bytes that it came in.
    Body,
    /// A URL.
    Url,
    /// A list of URLs.
    Urls,
    /// A length.
    Count,
    /// A status code.
    Status,
    /// A time; operands carry a unit.
    Duration,
}

impl Subject {
    /// What the elements of a list are.
    pub fn of_element(self) -> Subject {
        match self {
            Subject::Body | Subject::Text => Subject::Line,
            Subject::Urls => Subject::Url,
            same => same,
        }
    }
}

/// The names of the operators.
pub const OPERATORS: [&str; 25] = [
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
    "close_to",
    "empty",
    "is",
    "includes",
    "unordered",
    "sha256",
    "schema",
];

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
            ValueOperator::CloseTo => "close_to",
            ValueOperator::Empty => "empty",
            ValueOperator::Is => "is",
            ValueOperator::Includes => "includes",
            ValueOperator::Unordered => "unordered",
            ValueOperator::Sha256 => "sha256",
        }
    }
}
