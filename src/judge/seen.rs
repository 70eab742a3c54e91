//! What a matcher looks at: a part of the response, borrowed from it.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Number, Value};

/// The value at hand, or that there is none.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'v> {
    /// Nothing: a header that was not sent, a query that found nothing.
    Missing,
    /// A value of a JSON body.
    Json(&'v Value),
    /// The values that a query found which may find several; one at least.
    Nodes(&'v [&'v Value]),
    /// A text: a parameter of a challenge, a line of a header field.
    Text(&'v str),
    /// The body.
    Body(Octets<'v>),
    /// The only line of a header field: a text, and to those who look for one a list.
    Line(&'v str),
    /// The lines of a header field that has several.
    Lines(&'v [&'v str]),
    /// A text that is the same in any case: the scheme of a challenge, `SameSite` of a cookie.
    Scheme(&'v str),
    /// A URL: an operand that begins with `/` is compared with its path.
    Url(&'v str),
    /// The URLs that redirects led to.
    Urls(&'v [&'v str]),
    /// A status code, a length.
    Count(u64),
    /// A time.
    Time(Duration),
}

/// A body: its bytes, and the text that they spell or why they spell none.
#[derive(Clone, Copy, Debug)]
pub struct Octets<'v> {
    /// As they came, the content coding undone.
    pub bytes: &'v [u8],
    /// The text, or the words that follow "got".
    pub text: Result<&'v str, &'v str>,
}

impl<'v> Seen<'v> {
    /// Why this is no value at all that a matcher of texts could look at.
    pub fn unreadable(self) -> Option<&'v str> {
        match self {
            Seen::Body(body) => body.text.err(),
            _ => None,
        }
    }

    /// The text, when it is one.
    pub fn text(self) -> Option<&'v str> {
        match self {
            Seen::Json(Value::String(text)) => Some(text),
            Seen::Text(text) | Seen::Scheme(text) | Seen::Line(text) | Seen::Url(text) => {
                Some(text)
            }
            Seen::Body(body) => body.text.ok(),
            _ => None,
        }
    }

    /// Whether a scalar operand counts as it is spelled, since whatever is there is text.
    pub fn is_spelled(self) -> bool {
        self.text().is_some_and(|_| !matches!(self, Seen::Json(_)))
            || matches!(self, Seen::Lines(_) | Seen::Urls(_))
    }

    /// The number, when it is one: for what is text, the one that it spells.
    pub fn number(self) -> Option<Cow<'v, Number>> {
        match self {
            Seen::Json(Value::Number(number)) => Some(Cow::Borrowed(number)),
            Seen::Count(count) => Some(Cow::Owned(count.into())),
            seen if seen.is_spelled() => spelled_number(seen.text()?).map(Cow::Owned),
            _ => None,
        }
    }

    /// How many elements the list has, when it is one. A header with one line is one, too.
    pub fn elements(self) -> Option<usize> {
        match self {
            Seen::Json(Value::Array(items)) => Some(items.len()),
            Seen::Nodes(nodes) => Some(nodes.len()),
            Seen::Line(_) => Some(1),
            Seen::Lines(lines) | Seen::Urls(lines) => Some(lines.len()),
            _ => None,
        }
    }

    /// An element of the list, from 0.
    pub fn element(self, number: usize) -> Seen<'v> {
        let element = match self {
            Seen::Json(Value::Array(items)) => items.get(number).map(Seen::Json),
            Seen::Nodes(nodes) => nodes.get(number).map(|node| Seen::Json(node)),
            Seen::Line(line) if number == 0 => Some(Seen::Text(line)),
            Seen::Lines(lines) => lines.get(number).map(|line| Seen::Text(line)),
            Seen::Urls(urls) => urls.get(number).map(|url| Seen::Url(url)),
            _ => None,
        };
        element.unwrap_or(Seen::Missing)
    }

    /// The characters of a text, the elements of a list, the members of an object.
    pub fn length(self) -> Option<usize> {
        match (self.text(), self) {
            (Some(text), _) => Some(text.chars().count()),
            (None, Seen::Json(Value::Object(members))) => Some(members.len()),
            (None, list) => list.elements(),
        }
    }

    /// The value as JSON has it, for queries.
    pub fn to_json(self) -> Option<Cow<'v, Value>> {
        let value = match self {
            Seen::Missing | Seen::Time(_) => return None,
            Seen::Json(value) => return Some(Cow::Borrowed(value)),
            Seen::Nodes(nodes) => nodes.iter().map(|node| (*node).clone()).collect(),
            Seen::Text(text) | Seen::Scheme(text) | Seen::Line(text) | Seen::Url(text) => {
                Value::from(text)
            }
            Seen::Body(body) => Value::from(body.text.ok()?),
            Seen::Lines(lines) | Seen::Urls(lines) => lines.iter().copied().collect(),
            Seen::Count(count) => Value::from(count),
        };
        Some(Cow::Owned(value))
    }

    /// The type, as `type` names it.
    pub fn type_name(self) -> &'static str {
        match self {
            Seen::Missing => "nothing",
            Seen::Json(Value::Null) => "null",
            Seen::Json(Value::Bool(_)) => "boolean",
            Seen::Json(Value::Number(_)) | Seen::Count(_) | Seen::Time(_) => "number",
            Seen::Json(Value::String(_))
            | Seen::Text(_)
            | Seen::Body(_)
            | Seen::Scheme(_)
            | Seen::Line(_)
            | Seen::Url(_) => "string",
            Seen::Json(Value::Array(_)) | Seen::Nodes(_) | Seen::Lines(_) | Seen::Urls(_) => {
                "array"
            }
            Seen::Json(Value::Object(_)) => "object",
        }
    }
}

/// The path of a URL, with its query.
pub fn path_and_query(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// The number that a text spells as JSON would, white space around it left aside.
pub fn spelled_number(text: &str) -> Option<Number> {
    serde_json::from_str(text.trim()).ok()
}
