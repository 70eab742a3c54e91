//! What a response must be: `expect` as it is written.

use std::sync::Arc;

use super::cookies::{self, CookieCheck, NAME};
use super::matcher::{
    JsonCheck, Matcher, OPERATORS, Operator, Subject, ValueOperator, is_operator, read_json,
};
use super::reader::{Keys, Reader};
use super::settings::is_token;
use super::tree::{Entry, Node, Value};
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// One expectation, and where it stands.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Where: what a mismatch points at.
    pub span: Span,
    /// What is expected; shared by all rows of a test that expect the same.
    pub demand: Arc<Demand>,
}

impl Expectation {
    /// An expectation at `span`.
    pub fn new(span: Span, demand: Demand) -> Expectation {
        Expectation { span, demand: Arc::new(demand) }
    }
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
    /// A cookie that is set.
    Cookie(CookieCheck),
    /// One challenge of `WWW-Authenticate` meets all of these.
    Challenge(Vec<ChallengeField>),
    /// The URL that gave the response, after all redirects.
    Url(Matcher),
    /// Where the redirects led that were followed.
    Redirects(Matcher),
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

impl Expectation {
    /// Shows every operator in it.
    pub fn visit<'e>(&'e self, seen: &mut dyn FnMut(&'e Spanned<Operator>)) {
        match &*self.demand {
            Demand::Status(matcher)
            | Demand::Header(_, matcher)
            | Demand::Body(matcher)
            | Demand::Url(matcher)
            | Demand::Redirects(matcher)
            | Demand::Duration(matcher) => matcher.visit(seen),
            Demand::Cookie(check) => check.parts.iter().for_each(|part| part.matcher.visit(seen)),
            Demand::Json(check) => check.matcher.visit(seen),
            Demand::Challenge(fields) => fields.iter().for_each(|field| field.matcher.visit(seen)),
        }
    }
}

const KEYS: Keys = Keys {
    what: "a key of `expect`",
    known: &[&[
        "status",
        "headers",
        "json",
        "body",
        "cookies",
        "challenge",
        "url",
        "redirects",
        "duration",
    ]],
    later: &[],
    help: None,
};

/// Reads what stands under `expect`. `None`, and a fault, when it demands nothing.
pub fn read(reader: &mut Reader, node: &Node) -> Option<Vec<Expectation>> {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::List(items) if items.iter().any(is_assertion) => {
            let fault = reader.fault(node.span, "`expect` takes a mapping, or a status");
            fault.label = "found a list of expectations".into();
            fault.helps.push("write each as a line such as `status: 200`, without the `- `".into());
            fault.helps.push("what must be in the JSON stands under `json: {$.path: …}`".into());
            return None;
        }
        Value::Number(_) | Value::Text(_) | Value::List(_) => {
            let expectations = vec![status(reader, node)];
            refuse_nonsense(reader, &expectations);
            return Some(expectations);
        }
        _ => {
            reader.unexpected(node, "expect", "a mapping, or a status");
            return None;
        }
    };
    if entries.is_empty() {
        reader.fault(node.span, "`expect` demands nothing").label =
            "write at least a status".into();
        return None;
    }
    let (mut expectations, mut seen, mut unread) = (Vec::new(), Vec::new(), false);
    for entry in entries {
        match reader.key(entry, entries, &KEYS) {
            Some(name) => {
                seen.push(name);
                read_value(reader, name, &entry.value, &mut expectations);
            }
            None => unread = true,
        }
    }
    if !unread && !seen.contains(&"status") {
        expectations.splice(0..0, default_status(reader, node, entries));
    }
    refuse_nonsense(reader, &expectations);
    Some(expectations)
}

fn refuse_nonsense(reader: &mut Reader, expectations: &[Expectation]) {
    for nonsense in expectations.iter().filter_map(Expectation::nonsense) {
        reader.fault(nonsense.span, nonsense.title).label = nonsense.label.into();
    }
}

/// An item of a list that was never meant as a status.
fn is_assertion(item: &Node) -> bool {
    match &item.value {
        Value::Map(_) => true,
        Value::Text(text) => text.contains("==") || text.split_whitespace().count() > 2,
        _ => false,
    }
}

/// Without `status`, 2xx is expected; a challenge comes with another status, which must be said.
fn default_status(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Expectation> {
    let challenge = entries.iter().find(|entry| entry.key.value == "challenge");
    if let Some(challenge) = challenge {
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
    Expectation::new(span, Demand::Status(matcher))
}

fn status(reader: &mut Reader, node: &Node) -> Expectation {
    let matcher = Matcher::read(reader, node, Subject::Status);
    Expectation::new(node.span, Demand::Status(matcher))
}

fn read_value(reader: &mut Reader, name: &str, node: &Node, expectations: &mut Vec<Expectation>) {
    let span = node.span;
    match name {
        "status" => expectations.push(status(reader, node)),
        "headers" => read_named(reader, node, &HEADERS, expectations),
        "json" => expectations.extend(
            read_json(reader, node)
                .into_iter()
                .map(|check| Expectation::new(check.span, Demand::Json(check))),
        ),
        "body" if is_object(node) => {
            let fault = reader.fault(node.span, "`body` looks at a text");
            fault.label = "to look into JSON, write `json: {$.name: …}`".into();
        }
        "body" => {
            let matcher = Matcher::read(reader, node, Subject::Body);
            expectations.push(Expectation::new(span, Demand::Body(matcher)));
        }
        "cookies" => read_named(reader, node, &cookies::EXPECTED, expectations),
        "challenge" => {
            let fields = read_challenge(reader, node);
            expectations.push(Expectation::new(span, Demand::Challenge(fields)));
        }
        "url" => {
            let matcher = Matcher::read(reader, node, Subject::Url);
            expectations.push(Expectation::new(span, Demand::Url(matcher)));
        }
        "redirects" => {
            let matcher = read_redirects(reader, node);
            expectations.push(Expectation::new(span, Demand::Redirects(matcher)));
        }
        _ => {
            let matcher = Matcher::read(reader, node, Subject::Duration);
            expectations.push(Expectation::new(span, Demand::Duration(matcher)));
        }
    }
}

/// A list is never the same as a text or a number.
fn read_redirects(reader: &mut Reader, node: &Node) -> Matcher {
    let instead = match &node.value {
        Value::Text(text) if !text.starts_with("${") => format!("write `[{text}]`"),
        Value::Number(number) => format!("for how many there are, write `{{length: {number}}}`"),
        Value::Null | Value::Bool(_) => "for none, write `[]`".into(),
        _ => return Matcher::read(reader, node, Subject::Urls),
    };
    reader.unexpected(node, "redirects", "a list, or operators").label = instead;
    Matcher(Box::new([]))
}

/// A mapping without any operator.
fn is_object(node: &Node) -> bool {
    let Value::Map(entries) = &node.value else { return false };
    !entries.is_empty() && !entries.iter().any(|entry| is_operator(&entry.key.value))
}

/// What has a name that is a token, and what is demanded of it.
pub(super) struct Named {
    /// The key.
    pub key: &'static str,
    /// One of them, in words.
    pub called: &'static str,
    /// An example.
    pub example: &'static str,
    /// Reads what one must be.
    pub demand: fn(&mut Reader, Template, &Node) -> Demand,
}

const HEADERS: Named = Named {
    key: "headers",
    called: "a header",
    example: "content-type: text/plain",
    demand: |reader, name, node| Demand::Header(name, Matcher::read(reader, node, Subject::Text)),
};

/// Reads a mapping of names to what they must be.
pub(super) fn read_named(
    reader: &mut Reader,
    node: &Node,
    named: &Named,
    expectations: &mut Vec<Expectation>,
) {
    let entries = reader.mapping(node, named.key).unwrap_or_default();
    if entries.is_empty() && matches!(node.value, Value::Map(_)) {
        reader.fault(node.span, format!("`{}` demands nothing", named.key)).label =
            format!("write names and what they must be, such as `{}`", named.example);
    }
    for entry in entries {
        if matches!(entry.value.value, Value::Null) {
            refuse_null(reader, entry);
            continue;
        }
        let name = reader.key_template(&entry.key).value;
        if let Some(name) = name.as_fixed().filter(|name| !is_token(name)) {
            let title = format!("`{name}` cannot name {}", named.called);
            reader.fault(entry.key.span, title).label = NAME.into();
        }
        let demand = (named.demand)(reader, name, &entry.value);
        let span = entry.key.span.to(entry.value.span);
        expectations.push(Expectation::new(span, demand));
    }
}

/// A matcher that says neither what must be there nor that nothing must be.
pub(super) fn refuse_null(reader: &mut Reader, entry: &Entry) {
    let title = format!("`{}: null` says nothing", entry.key.value);
    reader.fault(entry.value.span, title).label =
        "for what must not be there, write `{exists: false}`".into();
}

fn read_challenge(reader: &mut Reader, node: &Node) -> Vec<ChallengeField> {
    match &node.value {
        Value::Text(_) => vec![scheme(reader, node, node.span)],
        Value::Map(entries) if !entries.is_empty() => {
            entries.iter().filter_map(|entry| challenge_field(reader, entry)).collect()
        }
        _ => {
            let expected = "a scheme such as Bearer, or {scheme: Bearer, error: …}";
            reader.unexpected(node, "challenge", expected);
            Vec::new()
        }
    }
}

fn challenge_field(reader: &mut Reader, entry: &Entry) -> Option<ChallengeField> {
    let Entry { key, value } = entry;
    let span = key.span.to(value.span);
    let name = reader.key_name(key).value.to_ascii_lowercase();
    if OPERATORS.contains(&name.as_str()) {
        let fault = reader.fault(key.span, format!("`{name}` is not a part of a challenge"));
        fault.label = "found an operator where a parameter belongs".into();
        fault.helps.push(
            "write {scheme: Bearer, error: …}; for no challenge, \
             `headers: {www-authenticate: {exists: false}}`"
                .into(),
        );
        return None;
    }
    match (name.as_str(), &value.value) {
        (_, Value::Null) => {
            refuse_null(reader, entry);
            None
        }
        ("scheme", Value::Text(_)) => Some(scheme(reader, value, span)),
        _ => {
            let name = Spanned::new(Template::Fixed(name.into()), span);
            Some(ChallengeField { name, matcher: Matcher::read(reader, value, Subject::Line) })
        }
    }
}

fn scheme(reader: &mut Reader, node: &Node, span: Span) -> ChallengeField {
    let text = node.as_text().unwrap_or_default();
    if !text.contains("${") && !is_token(text) {
        reader.fault(node.span, format!("`{text}` is not a scheme")).label =
            "write {scheme: Bearer, error: …} for the parameters behind it".into();
    }
    let matcher = Matcher::read(reader, node, Subject::Line);
    ChallengeField { name: Spanned::new(Template::Fixed("scheme".into()), span), matcher }
}
