//! The head of a request: its syntax, where its body ends, and what a strict server refuses.

use httparse::{EMPTY_HEADER, Error, Status};

use super::answer::Answer;
use super::request::Request;

const MAX_FIELDS: usize = 100;

/// A request whose body is still on its way.
#[derive(Debug)]
pub struct Head {
    /// All but the body.
    pub request: Request,
    /// Where the body ends.
    pub body: Body,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub continues: bool,
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// After this many bytes; 0 when there is no body.
    Length(u64),
    /// At the chunk of size 0.
    Chunked,
}

/// The head at the start of `bytes` and its length, or `None` while it is not all there.
///
/// # Errors
/// The answer to what is not a request, or is one that could be read in two ways.
pub fn parse_head(bytes: &[u8]) -> Result<Option<(Head, usize)>, Answer> {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    let used = match parsed.parse(bytes).map_err(syntax_refusal)? {
        Status::Partial => return Ok(None),
        Status::Complete(used) => used,
    };
    let method = parsed.method.unwrap_or_default().to_owned();
    let (path, query) = split_target(&method, parsed.path.unwrap_or_default())?;
    let fields = parsed.headers.iter().map(|f| (f.name.to_owned(), latin1(f.value))).collect();
    let mut request = Request { method, path, query, fields, ..Request::default() };

    let old = parsed.version == Some(0);
    request.last = old || list(&request, "connection").any(|t| t.eq_ignore_ascii_case("close"));
    check_host(&request, old)?;
    let body = body(&request, old)?;
    let continues = !old && expects_continue(&request)?;
    Ok(Some((Head { request, body, continues }, used)))
}

/// An answer after which the connection ends, for nobody knows where the next request would begin.
pub fn refusal(status: u16, description: &str) -> Answer {
    Answer::error(status, "bad_http", description)
}

fn syntax_refusal(error: Error) -> Answer {
    match error {
        Error::TooManyHeaders => refusal(431, "There are too many header fields."),
        Error::Version => refusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."),
        _ => refusal(400, "This is not an HTTP request."),
    }
}

/// The path and the query of a request target (RFC 9112 §3.2).
fn split_target(method: &str, target: &str) -> Result<(String, String), Answer> {
    let local = match target.split_once("://") {
        _ if target.starts_with('/') => target,
        _ if target == "*" && method == "OPTIONS" => target,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            &rest[rest.find(['/', '?']).unwrap_or(rest.len())..]
        }
        _ => return Err(refusal(400, "The request target is neither a path nor an http URL.")),
    };
    if local.contains('#') {
        return Err(refusal(400, "A request target has no fragment."));
    }
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    Ok((if path.is_empty() { "/" } else { path }.to_owned(), query.to_owned()))
}

fn check_host(request: &Request, old: bool) -> Result<(), Answer> {
    let mut hosts = request.values("host");
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.bytes().all(is_authority_byte) => Ok(()),
        (None, _) if old => Ok(()),
        _ => Err(refusal(400, "A request needs exactly one valid Host field.")),
    }
}

fn is_authority_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

/// Where the body ends (RFC 9112 §6.3). Two ways to tell would be a way to smuggle a request.
fn body(request: &Request, old: bool) -> Result<Body, Answer> {
    let mut codings = list(request, "transfer-encoding").peekable();
    let mut lengths = request.values("content-length").peekable();
    if codings.peek().is_none() && request.values("transfer-encoding").next().is_none() {
        return match lengths.next() {
            None => Ok(Body::Length(0)),
            Some(first) if lengths.all(|l| l == first) => content_length(first),
            Some(_) => Err(refusal(400, "There are two different Content-Length fields.")),
        };
    }
    if lengths.peek().is_some() || old {
        return Err(refusal(400, "Transfer-Encoding does not go with this request."));
    }
    match (codings.next(), codings.next()) {
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Body::Chunked),
        _ => Err(refusal(501, "The only transfer coding spoken here is chunked.")),
    }
}

fn content_length(value: &str) -> Result<Body, Answer> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refusal(400, "Content-Length is not a number."));
    }
    // More digits than fit is still a length, and one that is too large.
    Ok(Body::Length(value.parse().unwrap_or(u64::MAX)))
}

fn expects_continue(request: &Request) -> Result<bool, Answer> {
    let mut expectations = list(request, "expect").peekable();
    let any = expectations.peek().is_some();
    if expectations.all(|e| e.eq_ignore_ascii_case("100-continue")) {
        return Ok(any);
    }
    Err(refusal(417, "The only expectation met here is 100-continue."))
}

/// The elements of a field that is a list, over all its lines.
fn list<'r>(request: &'r Request, name: &'r str) -> impl Iterator<Item = &'r str> + 'r {
    request.values(name).flat_map(|v| v.split(',')).map(str::trim).filter(|e| !e.is_empty())
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(head: &str) -> u16 {
        parse_head(head.as_bytes()).expect_err(head).status
    }

    fn read(head: &str) -> Head {
        parse_head(head.as_bytes()).expect(head).expect("a whole head").0
    }

    #[test]
    fn a_head_that_is_not_all_there_is_waited_for() {
        for partial in ["", "GE", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"] {
            assert!(parse_head(partial.as_bytes()).expect(partial).is_none(), "{partial:?}");
        }
    }

    #[test]
    fn a_target_is_split_and_never_decoded() {
        let cases = [
            ("/a%2e?b=c?d", "/a%2e", "b=c?d"),
            ("http://h:1/x?y", "/x", "y"),
            ("http://h", "/", ""),
            ("http://h?q", "/", "q"),
        ];
        for (target, path, query) in cases {
            let request = read(&format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")).request;
            assert_eq!((request.path.as_str(), request.query.as_str()), (path, query), "{target}");
        }
    }

    #[test]
    fn the_end_of_a_body_is_known_or_the_request_refused() {
        let post = |fields: &str| format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        assert_eq!(read(&post("")).body, Body::Length(0));
        assert_eq!(read(&post("Content-Length: 5\r\nContent-Length: 5\r\n")).body, Body::Length(5));
        assert_eq!(read(&post("Transfer-Encoding: Chunked\r\n")).body, Body::Chunked);
        let refused = [
            ("Content-Length: 5\r\nContent-Length: 6\r\n", 400),
            ("Content-Length: +5\r\n", 400),
            ("Content-Length: 5, 5\r\n", 400),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
            ("Transfer-Encoding: gzip, chunked\r\n", 501),
            ("Transfer-Encoding: chunked, chunked\r\n", 501),
            ("Transfer-Encoding:\r\n", 501),
            ("Expect: magic\r\n", 417),
        ];
        for (fields, status) in refused {
            assert_eq!(status_of(&post(fields)), status, "{fields:?}");
        }
    }

    #[test]
    fn what_is_not_a_request_is_refused() {
        let refused = [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n", 400),
            ("GET orders HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET /#f HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("\u{16}\u{3}\u{1}", 400),
        ];
        for (head, status) in refused {
            assert_eq!(status_of(head), status, "{head:?}");
        }
    }

    #[test]
    fn http_1_0_and_connection_close_end_the_connection() {
        assert!(read("GET / HTTP/1.0\r\n\r\n").request.last);
        assert!(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").request.last);
        assert!(!read("GET / HTTP/1.1\r\nHost: a\r\n\r\n").request.last);
    }
}
