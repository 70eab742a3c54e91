//! Requests and responses as plain data, free of any HTTP crate.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::cookie::Cookies;
use super::multipart::Multipart;
use super::route::Route;
use super::url::Target;

/// A request with nothing left to decide: what goes out, and under which limits.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method as it is sent; any token.
    pub method: String,
    /// Where it goes, already validated.
    pub target: Target,
    /// Header fields in the order they are sent. Only `Host` and the framing fields are added.
    pub headers: Vec<Header>,
    /// Its cookies. For its first target they stand in the field among `headers` already.
    pub cookies: Cookies,
    /// The body, or `None` for a request without one.
    pub body: Option<Body>,
    /// The time for the whole exchange, redirects included.
    pub timeout: Duration,
    /// How many redirects are followed; 0 means that a 3xx is the response.
    pub follow_redirects: u32,
    /// Whether a credential may travel over plain HTTP beyond loopback.
    pub allow_plain_http: bool,
    /// Whether the URL holds a secret. Known where it matters: beyond TLS and loopback.
    pub secret_url: bool,
    /// Whether the body holds a secret. Known where it matters: there, and before redirects.
    pub secret_body: bool,
    /// The connections that it may go out on.
    pub connections: Connections,
    /// How it gets to its server.
    pub route: Arc<Route>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Parts, of which files are read while they are sent.
    Multipart(Arc<Multipart>),
}

/// Which connections a request may go out on. A server may take what comes on a connection for
/// authenticated because an earlier request on it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connections {
    /// Those that all requests share.
    #[default]
    Shared,
    /// Those on which no good token was ever sent.
    Tokenless,
}

/// A header field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name as it was written.
    pub name: String,
    /// The value as it is sent.
    pub value: String,
    /// Whether it carries a credential, and so never leaves its origin.
    pub credential: bool,
}

/// A response, received whole and decoded.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header fields in the order they came; repeated ones are kept apart. Bytes that are not
    /// UTF-8 are read as Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body after content decoding.
    pub body: Vec<u8>,
    /// The URL that gave it, after all redirects.
    pub url: String,
    /// Where a redirect led that took a credential, or what could be one, off the request. The
    /// answer is to another request than the one that was made.
    pub withheld: Option<String>,
    /// The redirects that were followed, in order.
    pub hops: Vec<Hop>,
    /// From the first byte sent to the last byte received, redirects included.
    pub elapsed: Duration,
}

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The status that said so.
    pub status: u16,
    /// Where it led.
    pub location: String,
    /// What the request had and lost on the way: names of header fields, and the client
    /// certificate.
    pub withheld: Vec<String>,
    /// The cookies that it set, as they came.
    pub cookies: Vec<String>,
}

/// Why an exchange did not complete; there is nothing to judge then.
#[derive(Clone, Debug)]
pub struct TransportError {
    /// What kind of failure it was.
    pub kind: TransportErrorKind,
    /// The cause in words, for the user: what happened and, where one helps, what to do.
    pub message: String,
    /// The redirects that were followed before, in order.
    pub hops: Vec<Hop>,
    /// The status of the answer that did not come whole, if that much came of it.
    pub status: Option<u16>,
}

/// The kinds of [`TransportError`]; each has a stable name for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// The host name has no address.
    Resolve,
    /// No connection: refused, unreachable.
    Connect,
    /// The proxy cannot be reached, or does not do what it was asked.
    Proxy,
    /// The TLS handshake failed.
    Tls,
    /// The time of the request ran out.
    Timeout,
    /// The connection ended before the response did.
    Closed,
    /// What came is not HTTP, or its framing is broken.
    Framing,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The content coding is unknown or the coded bytes are broken.
    ContentEncoding,
    /// More redirects than allowed, or one that cannot be followed.
    Redirect,
    /// A credential would have travelled unencrypted beyond loopback. Nothing was sent.
    PlainHttp,
    /// The request cannot be put on the wire as written. Nothing was sent.
    Unsendable,
    /// The run was interrupted.
    Interrupted,
    /// The run ended while the request waited for its turn. Nothing was sent.
    Held,
}

impl TransportErrorKind {
    /// The stable name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            TransportErrorKind::Resolve => "resolve",
            TransportErrorKind::Connect => "connect",
            TransportErrorKind::Proxy => "proxy",
            TransportErrorKind::Tls => "tls",
            TransportErrorKind::Timeout => "timeout",
            TransportErrorKind::Closed => "closed",
            TransportErrorKind::Framing => "framing",
            TransportErrorKind::BodyTooLarge => "body-too-large",
            TransportErrorKind::ContentEncoding => "content-encoding",
            TransportErrorKind::Redirect => "redirect",
            TransportErrorKind::PlainHttp => "plain-http",
            TransportErrorKind::Unsendable => "unsendable",
            TransportErrorKind::Interrupted => "interrupted",
            TransportErrorKind::Held => "held",
        }
    }
}

/// Methods that a server expects a body with: without one they say so by `Content-Length: 0`.
pub fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

impl Request {
    /// Puts in the cookies that are for its target by now.
    pub fn take_cookies(&mut self) {
        self.cookies.put(&self.target, &mut self.headers);
    }

    /// Whether it only reads (RFC 9110 §9.2.1), as far as its method tells, and so may be sent
    /// twice. A second DELETE changes nothing more, but it is answered otherwise than the first.
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

impl Body {
    /// It as a text, with a few words in place of each file.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes),
            Body::Multipart(multipart) => Cow::Owned(multipart.shown()),
        }
    }
}

impl Response {
    /// All values of a header field, its name in any case.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
