//! Where a response ends, as far as the HTTP crate leaves that to us.

use ureq::http::{HeaderMap, Response, Version, header};

/// Whether a server that does it wrong sends a body that nobody reads: it would be taken for the
/// next answer.
pub fn may_be_followed_by_more<B>(method: &str, response: &Response<B>) -> bool {
    let headers = response.headers();
    let announced = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    method == "HEAD" || matches!(response.status().as_u16(), 204 | 304) && announced
}

/// What the HTTP crate lets pass: a response whose end two readers see at different places
/// (RFC 9112 §6.3).
///
/// # Errors
/// What is wrong with it, as it follows "not a valid HTTP response".
pub fn check<B>(response: &Response<B>) -> Result<(), String> {
    let headers: &HeaderMap = response.headers();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return Ok(()) };
    let reason = if headers.contains_key(header::CONTENT_LENGTH) {
        "it has both Content-Length and Transfer-Encoding".to_owned()
    } else if response.version() != Version::HTTP_11 {
        "it has Transfer-Encoding, which HTTP/1.0 does not know".to_owned()
    } else if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") || codings.next().is_some() {
        format!("its transfer coding is not `chunked` but {coding:?}")
    } else {
        return Ok(());
    };
    Err(reason)
}
