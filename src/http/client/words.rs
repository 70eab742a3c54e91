//! What an error of the HTTP crate means to the user: what happened and what to do.

use std::io::{self, ErrorKind};
use std::time::Duration;

use ureq::{Error, Timeout};

use super::Failure;
use super::tunnel::ProxyTrouble;
use super::wire::Heard;
use crate::http::message::{Request, TransportErrorKind as Kind};

/// An exchange that broke, as far as it came.
pub struct Broken<'e> {
    /// What was sent.
    pub request: &'e Request,
    /// What was seen of it.
    pub heard: Heard,
    /// The time that a connection had to be made.
    pub connect_timeout: Duration,
    /// The part of the response that was waited for.
    pub part: Part,
    /// Why no certificate authority is trusted, if so.
    pub rootless: Option<&'e str>,
}

/// A part of a response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All before the body.
    Header,
    /// What follows a whole header.
    Body,
}

impl Broken<'_> {
    /// The kind of the error, and the cause in words.
    pub fn explain(&self, error: Error) -> Failure {
        match error {
            Error::Io(error) => self.io(error),
            Error::Timeout(timeout) => (Kind::Timeout, self.timeout(timeout)),
            Error::HostNotFound => {
                let host = &self.request.target.origin().host;
                (Kind::Resolve, format!("the host {host} is not known: check its name"))
            }
            Error::ConnectionFailed => {
                let message =
                    format!("no connection to {}: can it be reached from here?", self.peer());
                (Kind::Connect, message)
            }
            Error::Tls(reason) => (Kind::Tls, self.tls(reason)),
            Error::Rustls(reason) => (Kind::Tls, self.tls(&reason.to_string())),
            Error::LargeResponseHeader(_, limit) => {
                let kib = limit / 1024;
                (Kind::Framing, format!("the response header is larger than {kib} KiB"))
            }
            Error::Protocol(reason) => (Kind::Framing, self.framing(&reason.to_string())),
            Error::BodyStalled => (Kind::Framing, self.framing("a chunk has no end")),
            Error::Http(reason) => {
                (Kind::Unsendable, format!("the request cannot be sent: {reason}"))
            }
            Error::Other(trouble) if trouble.is::<ProxyTrouble>() => {
                (Kind::Proxy, trouble.to_string())
            }
            Error::BadUri(reason) => {
                (Kind::Unsendable, format!("the URL cannot be sent: {reason}"))
            }
            other => (Kind::Framing, other.to_string()),
        }
    }

    fn peer(&self) -> String {
        match &self.request.route.socket {
            None => self.request.target.origin().to_string(),
            Some(path) => format!("the socket {}", path.display()),
        }
    }

    fn io(&self, error: io::Error) -> Failure {
        let peer = self.peer();
        let in_handshake = self.request.target.origin().https && !self.heard.connected;
        match error.kind() {
            ErrorKind::ConnectionRefused => {
                let message = format!(
                    "nothing listens at {peer} (connection refused): is the server running?"
                );
                (Kind::Connect, message)
            }
            ErrorKind::NotFound if self.request.route.socket.is_some() => {
                (Kind::Connect, format!("{peer} is not there: is the server running?"))
            }
            ErrorKind::InvalidInput | ErrorKind::Unsupported if !self.heard.connected => {
                (Kind::Connect, format!("no connection to {peer}: {error}"))
            }
            ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable
            | ErrorKind::PermissionDenied => {
                (Kind::Connect, format!("no connection to {peer}: {error}"))
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                (Kind::Timeout, self.timeout(Timeout::Global))
            }
            _ if is_out_of_files(&error) => {
                let message = format!(
                    "no connection to {peer}: too many open files; lower --jobs, or raise the \
                     limit (ulimit -n)"
                );
                (Kind::Connect, message)
            }
            ErrorKind::InvalidData => (Kind::Tls, self.tls(&error.to_string())),
            ErrorKind::UnexpectedEof
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
                if in_handshake =>
            {
                (Kind::Tls, self.tls("the server closed the connection"))
            }
            ErrorKind::UnexpectedEof
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted => (Kind::Closed, self.closed()),
            _ => (Kind::Closed, format!("the connection to {peer} failed: {error}")),
        }
    }

    fn timeout(&self, timeout: Timeout) -> String {
        let peer = self.peer();
        let limit = humantime::format_duration(self.request.timeout);
        match (timeout, self.heard.came) {
            (Timeout::Resolve, _) => {
                let host = &self.request.target.origin().host;
                format!("no address for {host} in time: does the name server answer?")
            }
            (Timeout::Connect, _) => {
                let limit =
                    humantime::format_duration(self.connect_timeout.min(self.request.timeout));
                format!("no connection to {peer} within {limit}: can it be reached from here?")
            }
            (_, 0) if !self.heard.connected => {
                format!("no connection to {peer} within {limit}: can it be reached from here?")
            }
            (_, 0) => format!("no answer within {limit}: `timeout` sets how long to wait"),
            (_, came) => {
                format!(
                    "the response was not complete within {limit} ({came} bytes came): `timeout` \
                     sets how long to wait"
                )
            }
        }
    }

    fn closed(&self) -> String {
        let peer = self.peer();
        // Not whether it was a kept one: that hangs on the number of jobs, and reports do not.
        let once = match self.request.is_safe() {
            true => String::new(),
            false => format!(" (a {} is not sent twice)", self.request.method),
        };
        match (self.heard.came, self.part) {
            (0, _) => format!("{peer} closed the connection without an answer{once}"),
            (came, Part::Header) => format!(
                "{peer} closed the connection in the middle of the response header \
                 ({came} bytes came)"
            ),
            (came, Part::Body) => format!(
                "{peer} closed the connection in the middle of the response ({came} bytes came)"
            ),
        }
    }

    fn framing(&self, reason: &str) -> String {
        let head = self.heard.head.as_slice();
        if self.part == Part::Header && !head.starts_with(b"HTTP/1.") {
            let hint = match head {
                [0x15 | 0x16, 0x03, ..] => " (the server speaks TLS there, write https://)",
                [0, 0, _, 4, ..] => " (the server speaks HTTP/2 there, which is not supported)",
                _ => "",
            };
            return format!("not an HTTP/1.1 response{hint}: it begins with {}", quoted(head));
        }
        let reason = match reason {
            "conflicting content-length headers" => "it has two different Content-Length",
            "content-length header not a number" => "its Content-Length is not a length",
            "http parse resulted in too many headers" => "it has more than 128 header lines",
            "received headers with 100-continue response" => "100 Continue came with a header",
            "chunk length is not ascii" | "chunk length cannot be read as a number" => {
                "the length of a chunk is not a number"
            }
            "chunk expected crlf as next character" => "a chunk does not end where it says",
            other => other.strip_prefix("http parse fail: ").unwrap_or(other),
        };
        invalid(reason)
    }

    fn tls(&self, reason: &str) -> String {
        let peer = self.peer();
        let has = |word: &str| reason.contains(word);
        let cause = reason.strip_prefix("invalid peer certificate: ").unwrap_or(reason);
        if let Some(words) = self.about_identity(reason) {
            return words;
        }
        if has("UnknownIssuer") && self.request.route.tls.authorities.is_some() {
            return format!(
                "the certificate of {peer} is not trusted: no authority in the file of `tls: {{ca: …}}` \
                 signed it"
            );
        }
        if has("UnknownIssuer") {
            return match self.rootless {
                Some(why) => format!(
                    "the certificate of {peer} cannot be verified: {why}; point SSL_CERT_FILE \
                     at the file with its certificate authority"
                ),
                None => format!(
                    "the certificate of {peer} is not trusted (unknown issuer): name the file with \
                     its authority, `tls: {{ca: FILE}}`, or point SSL_CERT_FILE at its file"
                ),
            };
        }
        if has("CaUsedAsEndEntity") {
            return format!(
                "the certificate of {peer} is not valid: it is one of an authority (CA:TRUE), which \
                 no server may have (`openssl req -x509` makes such): give it one with CA:FALSE"
            );
        }
        if has("invalid peer certificate") {
            return format!("the certificate of {peer} is not valid: {cause}");
        }
        if has("InvalidContentType") {
            return format!(
                "no TLS at {peer}: what answers there does not speak it. Is it http://?"
            );
        }
        format!("TLS with {peer} failed: {reason}")
    }
}

/// The alerts by which a server says what it thinks of a client's certificate.
const ABOUT_IDENTITY: [&str; 8] = [
    "CertificateRequired",
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateRevoked",
    "CertificateExpired",
    "CertificateUnknown",
    "UnknownCA",
    "AccessDenied",
];

impl Broken<'_> {
    /// What a server means that refuses who the client is.
    fn about_identity(&self, reason: &str) -> Option<String> {
        let alert = reason.strip_prefix("received fatal alert: ")?;
        let alert = ABOUT_IDENTITY.iter().find(|known| alert.starts_with(**known))?;
        let peer = self.peer();
        Some(match self.request.route.tls.identity.is_some() {
            true => format!("{peer} does not accept the client certificate ({alert})"),
            false => format!(
                "{peer} demands a client certificate ({alert}): name one, \
                 `tls: {{cert: FILE, key: FILE}}`"
            ),
        })
    }
}

/// What came is HTTP, but for this reason no response.
pub fn invalid(reason: &str) -> String {
    format!("not a valid HTTP response: {reason}")
}

/// The standard library has no name for these: EMFILE and ENFILE of Unix.
fn is_out_of_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// The beginning of what came, readable.
fn quoted(head: &[u8]) -> String {
    let end = head.iter().position(|b| *b == b'\n').unwrap_or(head.len());
    format!("\"{}\"", head[..end].trim_ascii_end().escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::message::Connections;
    use crate::http::url::Target;

    /// What is told of an error before anything came.
    fn told(error: Error) -> String {
        told_of(Part::Header, error)
    }

    fn told_of(part: Part, error: Error) -> String {
        let request = Request {
            method: "GET".into(),
            target: Target::parse("http://orders.test/").expect("a URL"),
            headers: Vec::new(),
            body: None,
            timeout: Duration::from_secs(30),
            follow_redirects: 0,
            allow_plain_http: false,
            connections: Connections::Shared,
            route: std::sync::Arc::default(),
            secret_url: false,
            secret_body: false,
            cookies: Default::default(),
        };
        let heard = Heard { connected: false, reused: false, came: 0, head: Vec::new() };
        let connect_timeout = Duration::from_secs(10);
        Broken { request: &request, heard, connect_timeout, part, rootless: None }.explain(error).1
    }

    /// What the system and the network do, and no test can bring about.
    #[test]
    fn a_server_that_is_not_reached_is_told_with_what_to_look_at() {
        let table = [
            (
                Error::Timeout(Timeout::Resolve),
                "no address for orders.test in time: does the name server answer?",
            ),
            (
                Error::Timeout(Timeout::Connect),
                "no connection to orders.test:80 within 10s: can it be reached from here?",
            ),
            (
                Error::Timeout(Timeout::Global),
                "no connection to orders.test:80 within 30s: can it be reached from here?",
            ),
            (
                Error::ConnectionFailed,
                "no connection to orders.test:80: can it be reached from here?",
            ),
            (
                Error::Io(io::Error::new(ErrorKind::HostUnreachable, "no route")),
                "no connection to orders.test:80: no route",
            ),
            (
                Error::Io(io::Error::other("cable cut")),
                "the connection to orders.test:80 failed: cable cut",
            ),
        ];
        for (error, expected) in table {
            assert_eq!(told(error), expected);
        }
    }

    /// What the crate refuses, and is refused before it comes that far.
    #[test]
    fn what_the_crate_does_not_send_or_read_is_told() {
        assert_eq!(
            told_of(Part::Body, Error::BodyStalled),
            "not a valid HTTP response: a chunk has no end"
        );
        let uri = "no scheme".to_owned();
        assert_eq!(told(Error::BadUri(uri)), "the URL cannot be sent: no scheme");
        let method = ureq::http::Method::from_bytes(b" ").expect_err("no method");
        assert_eq!(
            told(Error::Http(method.into())),
            "the request cannot be sent: invalid HTTP method"
        );
    }
}
