//! `POST /echo/multipart`: says what came, part by part (RFC 7578).

use serde_json::{Value, json};

use super::answer::Answer;
use super::api::Api;
use super::request::{Request, bad_request};

/// The parts of a body: what each is called and is, and how many bytes it has.
pub fn echo(request: &Request, _: &Api, _: &str) -> Answer {
    if !request.has_media_type("multipart/form-data") {
        let description = "Send the body with Content-Type: multipart/form-data.";
        return Answer::error(415, "unsupported_media_type", description);
    }
    let boundary = request.value("content-type").and_then(boundary);
    match boundary.and_then(|boundary| parts(&request.body, boundary)) {
        Some(parts) => Answer::json(200, &json!({"parts": parts})).no_store(),
        None => bad_request("The body does not consist of parts."),
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1);
    let value = parameters.filter_map(|pair| pair.trim().strip_prefix("boundary=")).next()?;
    Some(value.trim_matches('"')).filter(|value| !value.is_empty())
}

/// The parts, or `None` when the body is not well formed.
fn parts(body: &[u8], boundary: &str) -> Option<Vec<Value>> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let mut rest = body.strip_prefix(&delimiter[2..])?;
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let end = find(part, &delimiter)?;
        parts.push(described(&part[..end])?);
        rest = &part[end + delimiter.len()..];
    }
}

fn described(part: &[u8]) -> Option<Value> {
    let end = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..end]).ok()?;
    let field = |name: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let mut named = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    };
    let disposition = field("content-disposition")?.strip_prefix("form-data")?;
    Some(json!({
        "name": quoted(disposition, "; name=\"")?,
        "filename": quoted(disposition, "; filename=\""),
        "type": field("content-type"),
        "size": part.len() - end - 4,
    }))
}

/// The text in quotes behind a parameter.
fn quoted<'d>(disposition: &'d str, parameter: &str) -> Option<&'d str> {
    disposition.split_once(parameter)?.1.split('"').next()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
