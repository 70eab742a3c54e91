//! `request: METHOD URL` and its body, as they are written.

use super::graphql::Graphql;
use super::habits::{self, METHODS};
use super::multipart::{self, Part};
use super::reader::{Field, Keys, Reader};
use super::settings::is_token;
use super::tree::{Node, Value};
use crate::source::Spanned;
use crate::template::{Draft, Part as TemplatePart, Template, is_name, native_variable};

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
    /// A GraphQL request.
    Graphql(Graphql),
    /// Fields, sent as `application/x-www-form-urlencoded`.
    Form(Vec<Field>),
    /// Parts, sent as `multipart/form-data`.
    Multipart(Vec<Part>),
    /// A text.
    Text(Template),
    /// The bytes of a file; the path is relative to the spec.
    File(Spanned<Template>),
    /// Bytes, written in base64.
    Bytes(Vec<u8>),
}

/// The keys that give a request its body.
pub const BODIES: [&str; 5] = ["json", "graphql", "form", "multipart", "body"];

/// What is most often meant by a mapping under `body`.
const FOR_JSON: &str = "for a JSON body, write `json:`";

const BODY_KEYS: Keys = Keys {
    what: "a form of `body`",
    known: &[&["file", "base64"]],
    later: &[],
    help: Some(FOR_JSON),
};

impl RequestLine {
    /// Reads `METHOD URL`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<RequestLine> {
        if !matches!(node.value, Value::Text(_)) {
            refuse_parts(reader, node);
            return None;
        }
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
        check_parameters(reader, node, url);
        let upper = method.to_ascii_uppercase();
        if upper != method && METHODS.contains(&upper.as_str()) {
            reader.warn(node.span, format!("`{method}` is sent as it is written")).label =
                format!("methods have a case: did you mean `{upper}`?");
        }
        let url = without_prefix(template, text.len() - url.len());
        Some(RequestLine { method: method.to_owned(), url: Spanned::new(url, node.span) })
    }
}

/// `request: {method: GET, url: /orders}`
fn refuse_parts(reader: &mut Reader, node: &Node) {
    let fault = reader.fault(node.span, "`request` is a method and a URL");
    match habits::request_line(node) {
        Some(line) => fault.label = format!("write `request: {line}`"),
        None => {
            fault.label = format!("found {}", node.kind_name());
            fault.helps.push("write for example `request: GET /orders`".into());
        }
    }
    let others = match &node.value {
        Value::Map(entries) => entries.len() > 2,
        _ => false,
    };
    if others {
        fault.helps.push("its headers and its body stand beside `request`, not in it".into());
    }
}

/// `/orders/{id}` and `/orders/:id`, as routes are written: a request sends what stands there.
fn check_parameters(reader: &mut Reader, node: &Node, url: &str) {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = |segment: &str| {
        let inside = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(inside.split(':').next()?.to_owned()).filter(|name| is_name(name))
    };
    for segment in path.split('/') {
        if let Some(name) = name(segment) {
            reader.fault(node.span, format!("`{segment}` would be sent as it stands")).label =
                format!("write `${{{name}}}` for a variable");
        } else if let Some(name) = segment.strip_prefix(':').filter(|name| is_name(name)) {
            reader.warn(node.span, format!("`{segment}` is sent as it stands")).label =
                format!("a variable is written `${{{name}}}`");
        }
    }
}

fn line_fault(method: &str, url: &str) -> Option<String> {
    if let Some(line) = habits::command_line(method, url) {
        return Some(format!("this is no shell: write `{line}`"));
    }
    if let Some(odd) = method.chars().find(|c| c.is_whitespace()) {
        let code = u32::from(odd);
        return Some(format!("between the two stands U+{code:04X}: write a space"));
    }
    if url.starts_with(['"', '\'']) {
        return Some(format!("write `{method} {}`", url.trim_matches(['"', '\''])));
    }
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
        return Some(format!("a URL begins with `/` or `http`: write `{method} {}`", whole(url)));
    }
    None
}

/// A URL without its beginning, as it was most likely meant.
fn whole(url: &str) -> String {
    let (first, rest) = url.split_at(url.find('/').unwrap_or(url.len()));
    let port = first.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    match native_variable(first) {
        Some(variable) => format!("{variable}{rest}"),
        None if port || first == "localhost" => format!("http://{url}"),
        None if first.contains('.') => format!("https://{url}"),
        None => format!("/{url}"),
    }
}

/// The template behind its first `len` bytes, which are known to be text.
fn without_prefix(template: Template, len: usize) -> Template {
    match template {
        Template::Fixed(text) => Template::Fixed(text[len..].into()),
        Template::Parts(parts) => {
            let mut parts = parts.into_vec();
            if let Some(TemplatePart::Text(first)) = parts.first_mut() {
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
            "json" => {
                warn_of_text(reader, node);
                Some(Body::Json(reader.draft(node)))
            }
            "graphql" => Graphql::read(reader, node).map(Body::Graphql),
            "multipart" => Some(Body::Multipart(multipart::read(reader, node))),
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
            Some(_) => reader.base64(value).map(Body::Bytes),
            None => None,
        }
    }
}

/// `json: '{"item": "saw"}'` sends a text in quotes.
fn warn_of_text(reader: &mut Reader, node: &Node) {
    let text = node.as_text().unwrap_or_default().trim_start();
    if text.starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok() {
        reader.warn(node.span, "`json` sends this as one text in quotes").label =
            "leave the quotes around it out, or write `body` for `json`".into();
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
