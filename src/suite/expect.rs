//! What a response must be: `expect` as it is written.

use super::matcher::{JsonCheck, Matcher, Operator, Subject, ValueOperator, read_json};
use super::reader::Reader;
use super::tree::{Entry, Node, Value};
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// One expectation, and where it stands.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Where: what a mismatch points at.
    pub span: Span,
    /// What is expected.
    pub demand: Demand,
}

/// What an [`Expectation`] looks at, and what that must meet.
#[derive(Clone, Debug)]
pub enum Demand {
    /// The status code.
    Status(Matcher),
    /// The values of a header field.
    Header(Template, Matcher),
    /// What a query finds in the body.
    Json(JsonCheck),
    /// The body as text.
    Body(Matcher),
    /// One challenge of `WWW-Authenticate` meets all of these.
    Challenge(Vec<ChallengeField>),
    /// The time from sending to the last byte.
    Duration(Matcher),
}

/// The scheme or a parameter of a challenge.
#[derive(Clone, Debug)]
pub struct ChallengeField {
    /// `scheme`, or the name of a parameter.
    pub name: Spanned<Template>,
    /// What it must meet.
    pub matcher: Matcher,
}

const KEYS: [&str; 6] = ["status", "headers", "json", "body", "challenge", "duration"];
const LATER: [&str; 3] = ["cookies", "redirects", "url"];

/// Reads what stands under `expect`.
pub fn read(reader: &mut Reader, node: &Node) -> Vec<Expectation> {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::Number(_) | Value::Text(_) | Value::List(_) => return vec![status(reader, node)],
        _ => {
            reader.unexpected(node, "expect", "a mapping, or a status");
            return Vec::new();
        }
    };
    if entries.is_empty() {
        reader.fault(node.span, "`expect` demands nothing").label =
            "write at least a status".into();
        return Vec::new();
    }
    let mut expectations = Vec::new();
    if !entries.iter().any(|entry| entry.key.value == "status") {
        expectations.extend(default_status(reader, node, entries));
    }
    for entry in entries {
        read_key(reader, entry, &mut expectations);
    }
    expectations
}

/// Without `status`, 2xx is expected; a challenge comes with another status, which must be said.
fn default_status(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Expectation> {
    if let Some(challenge) = entries.iter().find(|entry| entry.key.value == "challenge") {
        reader.fault(challenge.key.span, "`challenge` needs a `status` beside it").label =
            "a challenge comes with a refusal: add `status: 401`".into();
        return None;
    }
    Some(success(Span::new(node.span.start as usize, node.span.start as usize)))
}

/// The expectation of a success, for where nothing else is written.
pub fn success(span: Span) -> Expectation {
    let operator = Operator::Value(ValueOperator::Status, Draft::Fixed("2xx".into()));
    let matcher = Matcher(Box::new([Spanned::new(operator, span)]));
    Expectation { span, demand: Demand::Status(matcher) }
}

fn status(reader: &mut Reader, node: &Node) -> Expectation {
    let matcher = Matcher::read(reader, node, Subject::Status);
    Expectation { span: node.span, demand: Demand::Status(matcher) }
}

fn read_key(reader: &mut Reader, entry: &Entry, expectations: &mut Vec<Expectation>) {
    let Entry { key, value: node } = entry;
    let span = node.span;
    match key.value.as_str() {
        "status" => expectations.push(status(reader, node)),
        "headers" => read_headers(reader, node, expectations),
        "json" => expectations.extend(
            read_json(reader, node)
                .into_iter()
                .map(|check| Expectation { span: check.span, demand: Demand::Json(check) }),
        ),
        "body" => {
            let matcher = Matcher::read(reader, node, Subject::Text);
            expectations.push(Expectation { span, demand: Demand::Body(matcher) });
        }
        "challenge" => {
            let fields = read_challenge(reader, node);
            expectations.push(Expectation { span, demand: Demand::Challenge(fields) });
        }
        "duration" => {
            let matcher = Matcher::read(reader, node, Subject::Duration);
            expectations.push(Expectation { span, demand: Demand::Duration(matcher) });
        }
        later if LATER.contains(&later) => reader.not_yet(key),
        _ => drop(reader.unknown_key(key, "key of `expect`", &KEYS)),
    }
}

fn read_headers(reader: &mut Reader, node: &Node, expectations: &mut Vec<Expectation>) {
    let entries = reader.mapping(node, "headers");
    if entries.is_empty() {
        reader.fault(node.span, "`headers` demands nothing");
    }
    for entry in entries {
        if matches!(entry.value.value, Value::Null) {
            let title = format!("`{}: null` says nothing about a header", entry.key.value);
            reader.fault(entry.value.span, title).label =
                "for one that must not be there, write `{exists: false}`".into();
            continue;
        }
        let name = reader.key_template(&entry.key).value;
        let matcher = Matcher::read(reader, &entry.value, Subject::Text);
        let span = entry.key.span.to(entry.value.span);
        expectations.push(Expectation { span, demand: Demand::Header(name, matcher) });
    }
}

fn read_challenge(reader: &mut Reader, node: &Node) -> Vec<ChallengeField> {
    match &node.value {
        Value::Text(_) => {
            let matcher = Matcher::read(reader, node, Subject::Text);
            let name = Spanned::new(Template::Fixed("scheme".into()), node.span);
            vec![ChallengeField { name, matcher }]
        }
        Value::Map(entries) if !entries.is_empty() => entries
            .iter()
            .map(|entry| ChallengeField {
                name: Spanned::new(
                    reader.key_template(&entry.key).value,
                    entry.key.span.to(entry.value.span),
                ),
                matcher: Matcher::read(reader, &entry.value, Subject::Text),
            })
            .collect(),
        _ => {
            let expected =
                "a scheme such as Bearer, or matchers such as {scheme: Bearer, error: …}";
            reader.unexpected(node, "challenge", expected);
            Vec::new()
        }
    }
}
