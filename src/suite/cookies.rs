//! Cookies as they are written: what a request sends, and what a response must set.

use super::expect::{Demand, Named, refuse_null};
use super::matcher::{Matcher, OPERATORS, Subject, is_operator};
use super::reader::{Field, Keys, Reader};
use super::settings::is_token;
use super::tree::{Entry, Node, Value};
use crate::source::Span;
use crate::template::{Draft, Template};

/// What a cookie that a response sets must be.
#[derive(Clone, Debug)]
pub struct CookieCheck {
    /// The name.
    pub name: Template,
    /// Whether the cookie must be there, since its attributes are spoken of.
    pub must_be_set: bool,
    /// What its parts must meet.
    pub parts: Vec<CookiePart>,
}

/// What a part of a cookie must meet.
#[derive(Clone, Debug)]
pub struct CookiePart {
    /// Where it stands.
    pub span: Span,
    /// The part.
    pub part: Attribute,
    /// The matcher.
    pub matcher: Matcher,
}

/// A part of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Its value.
    Value,
    /// Whether it goes over secure ways only.
    Secure,
    /// Whether it is hidden from scripts.
    HttpOnly,
    /// Which sites may cause it to be sent.
    SameSite,
    /// The path that it is for.
    Path,
    /// The host that it is for, with those below it.
    Domain,
    /// How many seconds it lasts.
    MaxAge,
    /// When it ends.
    Expires,
}

/// The keys of a check that speaks of attributes.
pub const ATTRIBUTES: [&str; 8] =
    ["value", "secure", "http_only", "same_site", "path", "domain", "max_age", "expires"];

const KEYS: Keys = Keys {
    what: "a part of a cookie",
    known: &[&ATTRIBUTES],
    later: &[],
    help: Some("what the value must meet stands alone, or under `value`"),
};

impl Attribute {
    fn named(name: &str) -> Attribute {
        match name {
            "value" => Attribute::Value,
            "secure" => Attribute::Secure,
            "http_only" => Attribute::HttpOnly,
            "same_site" => Attribute::SameSite,
            "path" => Attribute::Path,
            "domain" => Attribute::Domain,
            "max_age" => Attribute::MaxAge,
            _ => Attribute::Expires,
        }
    }

    /// What it is called; the value has no name of its own.
    pub fn name(self) -> &'static str {
        match self {
            Attribute::Value => "",
            Attribute::Secure => "secure",
            Attribute::HttpOnly => "http_only",
            Attribute::SameSite => "same_site",
            Attribute::Path => "path",
            Attribute::Domain => "domain",
            Attribute::MaxAge => "max_age",
            Attribute::Expires => "expires",
        }
    }

    /// What a literal means for it.
    pub fn subject(self) -> Subject {
        match self {
            Attribute::Secure | Attribute::HttpOnly => Subject::Json,
            _ => Subject::Line,
        }
    }
}

/// Reads the `cookies` of a request.
pub fn read_sent(reader: &mut Reader, node: &Node) -> Vec<Field> {
    let fields = reader.fields(node, "cookies");
    if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
        reader.fault(node.span, "`cookies` sends none").label =
            "write names and values, such as `theme: dark`".into();
    }
    for field in &fields {
        if let Some(name) = field.name.value.as_fixed().filter(|name| !is_token(name)) {
            let title = format!("`{name}` cannot name a cookie");
            reader.fault(field.name.span, title).label = NAME.into();
        }
        if matches!(field.value.value, Draft::List(_))
            || matches!(&field.value.value, Draft::Fixed(value) if value.is_array())
        {
            reader.fault(field.value.span, "a cookie has one value").label = "found a list".into();
        }
    }
    fields
}

/// What a name is made of.
pub const NAME: &str = "a name has letters, digits, `-` and `_`, and no spaces";

/// The `cookies` of what must come back.
pub(super) const EXPECTED: Named = Named {
    key: "cookies",
    called: "a cookie",
    example: "theme: dark",
    demand: |reader, name, node| Demand::Cookie(read_check(reader, name, node)),
};

fn read_check(reader: &mut Reader, name: Template, node: &Node) -> CookieCheck {
    match &node.value {
        Value::Map(entries) if speaks_of_attributes(entries) => {
            let parts = entries.iter().filter_map(|entry| read_part(reader, entry, entries));
            CookieCheck { name, must_be_set: true, parts: parts.collect() }
        }
        _ => {
            let matcher = Matcher::read(reader, node, Subject::Line);
            let part = CookiePart { span: node.span, part: Attribute::Value, matcher };
            CookieCheck { name, must_be_set: false, parts: vec![part] }
        }
    }
}

/// Whether a mapping is one of attributes, and not of operators.
fn speaks_of_attributes(entries: &[Entry]) -> bool {
    let keys = || entries.iter().map(|entry| entry.key.value.as_str());
    keys().any(|key| ATTRIBUTES.contains(&key)) || !entries.is_empty() && !keys().any(is_operator)
}

fn read_part(reader: &mut Reader, entry: &Entry, entries: &[Entry]) -> Option<CookiePart> {
    let Entry { key, value } = entry;
    if OPERATORS.contains(&key.value.as_str()) {
        let title = format!("the operator `{}` beside attributes", key.value);
        reader.fault(key.span, title).label =
            format!("what the value must meet stands under `value: {{{}: …}}`", key.value);
        return None;
    }
    let part = Attribute::named(reader.key(entry, entries, &KEYS)?);
    if matches!(value.value, Value::Null) {
        refuse_null(reader, entry);
        return None;
    }
    if part.subject() == Subject::Json && !says_yes_or_no(value) {
        reader.unexpected(value, &key.value, "true or false");
        return None;
    }
    let matcher = Matcher::read(reader, value, part.subject());
    Some(CookiePart { span: key.span.to(value.span), part, matcher })
}

/// A flag is there or is not; what a variable stands for may say so too.
fn says_yes_or_no(node: &Node) -> bool {
    match &node.value {
        Value::Bool(_) => true,
        Value::Text(text) => text.starts_with("${") && text.ends_with('}'),
        _ => false,
    }
}
