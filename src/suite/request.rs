//! `request: METHOD URL` and its body, as they are written.

use super::reader::{Field, Keys, Reader};
use super::settings::is_token;
use super::tree::{Node, Value};
use crate::source::Spanned;
use crate::template::{Draft, Part, Template};

/// The first line of a request.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// Any token of RFC 9110.
    pub method: String,
    /// Absolute, or beginning with `/`.
    pub url: Spanned<Template>,
}

/// What goes behind the header.
#[derive(Clone, Debug)]
pub enum Body {
    /// A value, sent as compact JSON.
    Json(Draft),
    /// Fields, sent as `application/x-www-form-urlencoded`.
    Form(Vec<Field>),
    /// A text.
    Text(Template),
    /// The bytes of a file; the path is relative to the spec.
    File(Spanned<Template>),
    /// Bytes, written in base64.
    Bytes(Vec<u8>),
}

/// The keys that give a request its body.
pub const BODIES: [&str; 3] = ["json", "form", "body"];

/// Such keys of a later version.
pub const LATER_BODIES: [&str; 2] = ["multipart", "graphql"];

/// What is most often meant by a mapping under `body`.
const FOR_JSON: &str = "for a JSON body, write `json:`";

const BODY_KEYS: Keys = Keys {
    what: "a form of `body`",
    known: &[&["file", "base64"]],
    later: &[],
    help: Some(FOR_JSON),
};

/// Methods that are only ever written in capitals.
const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

impl RequestLine {
    /// Reads `METHOD URL`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<RequestLine> {
        let template = reader.native_template(node, "request")?.value;
        let text = node.as_text()?;
        let (method, url) = match text.split_once(' ') {
            Some((method, url)) => (method, url.trim_start()),
            None => (text, ""),
        };
        if let Some(fault) = line_fault(method, url) {
            reader.fault(node.span, "`request` is a method and a URL").label = fault;
            return None;
        }
        let upper = method.to_ascii_uppercase();
        if upper != method && METHODS.contains(&upper.as_str()) {
            reader.warn(node.span, format!("`{method}` is sent as it is written")).label =
                format!("methods have a case: did you mean `{upper}`?");
        }
        let url = without_prefix(template, text.len() - url.len());
        Some(RequestLine { method: method.to_owned(), url: Spanned::new(url, node.span) })
    }
}

fn line_fault(method: &str, url: &str) -> Option<String> {
    if method.starts_with('/') || method.contains("://") {
        return Some(format!("write `GET {method}`"));
    }
    if method.contains("${") {
        return Some("write the method itself, not a variable".into());
    }
    if !is_token(method) {
        return Some(format!("`{method}` is not a method"));
    }
    if url.is_empty() {
        return Some(format!("the URL is missing: write `{method} /path`"));
    }
    if let Some((before, version)) = url.rsplit_once(' ')
        && version.starts_with("HTTP/")
    {
        return Some(format!("leave the version out: write `{method} {before}`"));
    }
    if !(url.starts_with('/') || url.starts_with("${") || url.contains("://")) {
        return Some(format!("a URL begins with `/` or `http`: write `{method} /{url}`"));
    }
    None
}

/// The template behind its first `len` bytes, which are known to be text.
fn without_prefix(template: Template, len: usize) -> Template {
    match template {
        Template::Fixed(text) => Template::Fixed(text[len..].into()),
        Template::Parts(parts) => {
            let mut parts = parts.into_vec();
            if let Some(Part::Text(first)) = parts.first_mut() {
                *first = first[len.min(first.len())..].into();
                if first.is_empty() {
                    parts.remove(0);
                }
            }
            Template::Parts(parts.into())
        }
    }
}

impl Body {
    /// Reads the value of `key`, one of the [`BODIES`].
    pub fn read(reader: &mut Reader, key: &str, node: &Node) -> Option<Body> {
        match key {
            "json" => Some(Body::Json(reader.draft(node))),
            "form" => Some(Body::Form(read_form(reader, node))),
            _ => Body::read_raw(reader, node),
        }
    }

    fn read_raw(reader: &mut Reader, node: &Node) -> Option<Body> {
        let entries = match &node.value {
            Value::Text(_) => return reader.template(node, "body").map(Body::Text),
            Value::Map(entries) if entries.len() == 1 => entries,
            _ => {
                reader
                    .not_one(node, "body", "a text, {file: path} or {base64: …}")
                    .helps
                    .push(FOR_JSON.into());
                return None;
            }
        };
        let value = &entries[0].value;
        match reader.key(&entries[0], entries, &BODY_KEYS) {
            Some("file") => reader.spanned_template(value, "file").map(Body::File),
            Some(_) => base64(reader, value).map(Body::Bytes),
            None => None,
        }
    }
}

fn read_form(reader: &mut Reader, node: &Node) -> Vec<Field> {
    let fields = reader.fields(node, "form");
    for field in &fields {
        if matches!(&field.value.value, Draft::Fixed(value) if value.is_null()) {
            reader.fault(field.value.span, "null cannot be sent in a form").label =
                "write \"\" for an empty field".into();
        }
    }
    fields
}

fn base64(reader: &mut Reader, node: &Node) -> Option<Vec<u8>> {
    use ::base64::{DecodeError, Engine};
    let text = reader.plain_text(node, "base64")?;
    let compact: String = text.split_ascii_whitespace().collect();
    match ::base64::engine::general_purpose::STANDARD.decode(compact) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            reader.fault(node.span, "this is not base64").label = match error {
                DecodeError::InvalidByte(_, byte) => {
                    format!("`{}` has no place there", char::from(byte))
                }
                _ => "it ends too early, or too late".into(),
            };
            None
        }
    }
}
