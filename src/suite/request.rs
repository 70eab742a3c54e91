//! `request: METHOD URL` and its body, as they are written.

use super::reader::{Field, Reader};
use super::tree::{Entry, Node, Value};
use crate::source::Spanned;
use crate::template::{Draft, Template};

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

impl RequestLine {
    /// Reads `METHOD URL`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<RequestLine> {
        let template = reader.template(node, "request")?;
        let text = node.as_text()?;
        let (method, url) = match text.split_once(' ') {
            Some((method, url)) => (method, url.trim_start()),
            None => (text, ""),
        };
        if let Some(fault) = line_fault(method, url) {
            reader.fault(node.span, "`request` is a method and a URL").label = fault;
            return None;
        }
        let url = without_prefix(template, text.len() - url.len());
        Some(RequestLine { method: method.to_owned(), url: Spanned::new(url, node.span) })
    }
}

fn line_fault(method: &str, url: &str) -> Option<String> {
    if method.starts_with('/') || method.contains("://") {
        return Some(format!("write `GET {method}`"));
    }
    if !is_token(method) {
        return Some(format!("`{method}` is not a method"));
    }
    if url.is_empty() {
        return Some(format!("the URL is missing: write `{method} /path`"));
    }
    if !(url.starts_with('/') || url.starts_with("${") || url.contains("://")) {
        return Some(format!("a URL begins with `/` or `http`: write `{method} /{url}`"));
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        && !text.contains("${")
}

/// The template behind its first `len` bytes, which are known to be text.
fn without_prefix(template: Template, len: usize) -> Template {
    use crate::template::Part;
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
    /// Reads the value of one of the [`BODIES`].
    pub fn read(reader: &mut Reader, entry: &Entry) -> Option<Body> {
        match entry.key.value.as_str() {
            "json" => Some(Body::Json(reader.draft(&entry.value))),
            "form" => Some(Body::Form(reader.fields(&entry.value, "form"))),
            _ => Body::read_raw(reader, &entry.value),
        }
    }

    fn read_raw(reader: &mut Reader, node: &Node) -> Option<Body> {
        let expected = "a text, {file: path} or {base64: …}";
        let entry = match &node.value {
            Value::Text(_) => return reader.template(node, "body").map(Body::Text),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => entry,
                _ => {
                    reader.unexpected(node, "body", expected);
                    return None;
                }
            },
            _ => {
                reader.unexpected(node, "body", expected);
                return None;
            }
        };
        match entry.key.value.as_str() {
            "file" => reader.spanned_template(&entry.value, "file").map(Body::File),
            "base64" => base64(reader, &entry.value).map(Body::Bytes),
            _ => {
                reader.unknown_key(&entry.key, "form of `body`", &["file", "base64"]);
                None
            }
        }
    }
}

fn base64(reader: &mut Reader, node: &Node) -> Option<Vec<u8>> {
    use ::base64::Engine;
    let text = reader.plain_text(node, "base64")?;
    let compact: String = text.split_ascii_whitespace().collect();
    match ::base64::engine::general_purpose::STANDARD.decode(compact) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            reader.fault(node.span, "not base64").label = error.to_string();
            None
        }
    }
}
