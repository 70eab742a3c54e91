//! Requests and responses as texts, before secrets are taken out of them.

use crate::http::cookie::is_cookie;
use crate::http::message::{Body, Header, Hop, Request, Response};
use crate::secret::MASK;

/// How much of a message is looked at to find secrets in what will be shown of it, in bytes.
pub const LOOKED_AT: usize = 64 * 1024;

/// Where a redirect led, and what the next request lacks.
pub fn hop_text(hop: &Hop) -> String {
    let Hop { status, location, withheld, .. } = hop;
    match withheld.as_slice() {
        [] => format!("{status} to {location}"),
        lost => format!("{status} to {location}, without {}", lost.join(", ")),
    }
}

/// A request, of its credentials the kind alone.
pub fn request_text(request: &Request) -> String {
    let mut text = format!("{} {} HTTP/1.1\n", request.method, request.target.path_and_query());
    let origin = request.target.origin();
    text.push_str(&format!("Host: {}:{}\n", origin.host, origin.port));
    for Header { name, value, credential } in &request.headers {
        text.push_str(&match (credential, value.split_once(' ')) {
            _ if is_cookie(name) => format!("{name}: {}\n", masked_cookies(value)),
            (false, _) => format!("{name}: {value}\n"),
            (true, Some((scheme @ ("Bearer" | "Basic"), _))) => {
                format!("{name}: {scheme} {MASK}\n")
            }
            (true, _) => format!("{name}: {MASK}\n"),
        });
    }
    if let Some(body) = &request.body {
        text.push('\n');
        match body {
            Body::Bytes(bytes) => text.push_str(&body_text(bytes)),
            Body::Multipart(multipart) => text.push_str(&multipart.shown()),
        }
    }
    text
}

/// The names alone of what a `Cookie` field holds.
fn masked_cookies(value: &str) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    };
    value.split(';').map(str::trim).map(masked).collect::<Vec<_>>().join("; ")
}

/// A response.
pub fn response_text(response: &Response) -> String {
    let mut text = format!("HTTP/1.1 {}\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push('\n');
    text.push_str(&body_text(&response.body));
    text
}

fn body_text(body: &[u8]) -> String {
    let body = &body[..body.len().min(LOOKED_AT)];
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        // A character may have been cut at the end.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&body[..error.valid_up_to()]).into_owned()
        }
        Err(_) => format!("({} bytes that are not UTF-8)", body.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_text_or_by_its_size() {
        assert_eq!(body_text("ü".as_bytes()), "ü");
        assert_eq!(body_text(b"a\xc3"), "a");
        assert_eq!(body_text(b"\xff\xfe"), "(2 bytes that are not UTF-8)");
    }
}
