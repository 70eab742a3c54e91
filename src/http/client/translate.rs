//! Our messages in the types of the HTTP crate, and its messages in ours.

use std::io::Read;
use std::time::Duration;

use ureq::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::http::{self, HeaderValue, Method};
use ureq::{Agent, AsSendBody, SendBody};

use super::Failure;
use crate::http::message::{Header, Request, TransportErrorKind as Kind};
use crate::http::url::Target;

/// A time-out of zero would mean none.
const MINIMUM: Duration = Duration::from_millis(1);

/// A time-out beyond what the clock can tell would be a panic.
const MAXIMUM: Duration = Duration::from_secs(365 * 86_400);

/// A request for `agent`, with the time that is `left` for it.
///
/// # Errors
/// What of it cannot be put on the wire.
pub fn message<B: AsSendBody>(
    agent: &Agent,
    request: &Request,
    left: Duration,
    body: B,
) -> Result<http::Request<B>, Failure> {
    let unsendable = |error: http::Error| (Kind::Unsendable, error.to_string());
    if request.method == "CONNECT" {
        // The crate would ask for the origin, not for what the test names.
        let reason = "CONNECT asks a proxy for a tunnel: it has no path to be sent to";
        return Err((Kind::Unsendable, reason.to_owned()));
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| (Kind::Unsendable, format!("`{}` is not a method", request.method)))?;
    let mut builder = http::Request::builder().method(method).uri(uri(&request.target)?);
    for Header { name, value, .. } in &request.headers {
        let value = HeaderValue::from_str(value).map_err(|_| {
            let reason = format!(
                "the value of the header {name} has a character that HTTP cannot carry: take \
                 visible ASCII and spaces"
            );
            (Kind::Unsendable, reason)
        })?;
        builder = builder.header(name, value);
    }
    let message = builder.body(body).map_err(unsendable)?;
    let left = left.clamp(MINIMUM, MAXIMUM);
    Ok(agent.configure_request(message).timeout_global(Some(left)).build())
}

/// As [`message`], with a body that is read while it is sent and whose length is known.
///
/// # Errors
/// As [`message`].
pub fn streamed<'r>(
    agent: &Agent,
    request: &Request,
    left: Duration,
    body: &'r mut dyn Read,
    length: u64,
) -> Result<http::Request<SendBody<'r>>, Failure> {
    let mut message = message(agent, request, left, SendBody::from_reader(body))?;
    let headers = message.headers_mut();
    // A test may frame it in a way of its own.
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    Ok(message)
}

fn uri(target: &Target) -> Result<http::Uri, Failure> {
    let origin = target.origin();
    let scheme = if origin.https { "https" } else { "http" };
    let path = target.path_and_query();
    let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
    http::Uri::builder()
        .scheme(scheme)
        .authority(origin.to_string())
        .path_and_query(path)
        .build()
        .map_err(|error| (Kind::Unsendable, format!("the URL cannot be sent: {error}")))
}

/// The header fields of a response in order.
pub fn header_fields(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_too_long_is_told() {
        let long = format!("http://orders.test/{}", "a".repeat(70_000));
        let (_, told) = uri(&Target::parse(&long).expect("a URL")).expect_err("it is too long");
        assert_eq!(told, "the URL cannot be sent: uri too long");
    }
}
