//! Sends requests, follows redirects, keeps connections. With `resolve.rs`, the only code that
//! names the HTTP crate.

use std::io::Read;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{self, HeaderValue, Method};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;

use super::decode::{DecodeError, decode, too_large};
use super::message::{Header, Request, Response, TransportError, TransportErrorKind as Kind};
use super::redirect;
use super::resolve::CachingResolver;
use super::url::Target;

/// What holds for all requests of a run.
#[derive(Clone, Copy, Debug)]
pub struct ClientSettings {
    /// How many threads send requests.
    pub jobs: usize,
    /// The largest body, in bytes, as sent and once decoded.
    pub max_body: u64,
    /// The time for a connection to be made, within that of the request.
    pub connect_timeout: Duration,
}

/// Sends requests. Each thread has its own connections, so that none waits for another.
pub struct Client {
    settings: ClientSettings,
    plain: Vec<OnceLock<Agent>>,
    encrypted: Vec<OnceLock<Agent>>,
    roots: OnceLock<RootCerts>,
    resolver: CachingResolver,
    interrupted: AtomicBool,
}

/// One request and its answer, redirects not followed.
struct Hop {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

type Failure = (Kind, String);

impl Client {
    /// A client without connections.
    pub fn new(settings: ClientSettings) -> Client {
        let slots = || (0..settings.jobs).map(|_| OnceLock::new()).collect();
        Client {
            settings,
            plain: slots(),
            encrypted: slots(),
            roots: OnceLock::new(),
            resolver: CachingResolver::default(),
            interrupted: AtomicBool::new(false),
        }
    }

    /// Sends `request` on the connections of thread `worker`, and follows redirects as far as it
    /// allows.
    ///
    /// # Errors
    /// The exchange did not complete; there is nothing to judge.
    pub fn exchange(&self, worker: usize, request: &Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        self.follow(worker, request, started).map_err(|(kind, message)| {
            let interrupted = self.interrupted.load(Ordering::Acquire);
            let elapsed = started.elapsed();
            match interrupted {
                true => {
                    let message = "the run was interrupted".to_owned();
                    TransportError { kind: Kind::Interrupted, message, elapsed }
                }
                false => TransportError { kind, message, elapsed },
            }
        })
    }

    /// Ends all requests in flight and refuses new ones.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Release);
        for agent in self.plain.iter().chain(&self.encrypted).filter_map(OnceLock::get) {
            agent.clone().shutdown();
        }
    }

    fn follow(
        &self,
        worker: usize,
        request: &Request,
        started: Instant,
    ) -> Result<Response, Failure> {
        let mut hop = self.send(worker, request, started)?;
        let mut redirects = Vec::new();
        let mut last: Option<Request> = None;
        while request.follow_redirects > 0
            && let Some(location) = redirect::location(hop.status, &hop.headers)
        {
            if redirects.len() >= request.follow_redirects as usize {
                let message = format!("more than {} redirects", request.follow_redirects);
                return Err((Kind::Redirect, message));
            }
            let next = redirect::next(last.as_ref().unwrap_or(request), hop.status, location)
                .map_err(|reason| (Kind::Redirect, reason))?;
            redirects.push(next.target.url().to_owned());
            hop = self.send(worker, &next, started)?;
            last = Some(next);
        }
        let target = last.as_ref().map_or(&request.target, |last| &last.target);
        let Hop { status, headers, body } = hop;
        let url = target.url().to_owned();
        Ok(Response { status, headers, body, url, redirects, elapsed: started.elapsed() })
    }

    fn send(&self, worker: usize, request: &Request, started: Instant) -> Result<Hop, Failure> {
        refuse_plain_http(request)?;
        if self.interrupted.load(Ordering::Acquire) {
            return Err((Kind::Interrupted, "the run was interrupted".into()));
        }
        let agent = self.agent(worker, request.target.origin().https);
        let left = request.timeout.saturating_sub(started.elapsed());
        let timeout = |error: ureq::Error| explain(error, request);
        let response = match &request.body {
            Some(body) => agent.run(self.message(agent, request, left, body.as_slice())?),
            None if sends_length(&request.method) => {
                agent.run(self.message(agent, request, left, &[] as &[u8])?)
            }
            None => agent.run(self.message(agent, request, left, ())?),
        };
        let mut response = response.map_err(timeout)?;
        let headers = header_fields(response.headers());
        let body = self.body(response.body_mut(), request)?;
        let encodings = headers
            .iter()
            .filter(|(name, _)| name == "content-encoding")
            .map(|(_, value)| value.as_str());
        let body = decode(body, encodings, self.settings.max_body)
            .map_err(|DecodeError { kind, message }| (kind, message))?;
        Ok(Hop { status: response.status().as_u16(), headers, body })
    }

    fn message<B: ureq::AsSendBody>(
        &self,
        agent: &Agent,
        request: &Request,
        left: Duration,
        body: B,
    ) -> Result<http::Request<B>, Failure> {
        let unsendable = |error: http::Error| (Kind::Unsendable, error.to_string());
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| (Kind::Unsendable, format!("`{}` is not a method", request.method)))?;
        let mut builder = http::Request::builder().method(method).uri(uri(&request.target)?);
        for Header { name, value, .. } in &request.headers {
            let value = HeaderValue::from_str(value).map_err(|_| {
                let reason = format!(
                    "the value of the header {name} has a character that HTTP cannot carry"
                );
                (Kind::Unsendable, reason)
            })?;
            builder = builder.header(name, value);
        }
        let message = builder.body(body).map_err(unsendable)?;
        Ok(agent.configure_request(message).timeout_global(Some(left.max(MINIMUM))).build())
    }

    fn body(&self, body: &mut ureq::Body, request: &Request) -> Result<Vec<u8>, Failure> {
        let limit = self.settings.max_body;
        let expected = body.content_length().unwrap_or(0).min(limit).min(1 << 20);
        let mut bytes = Vec::with_capacity(expected as usize);
        let mut reader = body.with_config().limit(u64::MAX).reader().take(limit + 1);
        let read = reader.read_to_end(&mut bytes);
        if bytes.len() as u64 > limit {
            let DecodeError { kind, message } = too_large(limit, "as sent");
            return Err((kind, message));
        }
        match read {
            Ok(_) => Ok(bytes),
            Err(error) => {
                let (kind, message) = explain(ureq::Error::from(error), request);
                Err((kind, format!("{message} ({} bytes of the body came)", bytes.len())))
            }
        }
    }

    fn agent(&self, worker: usize, https: bool) -> &Agent {
        match https {
            false => self.plain[worker].get_or_init(|| self.new_agent(None)),
            true => self.encrypted[worker].get_or_init(|| {
                let roots = self.roots.get_or_init(system_roots).clone();
                self.new_agent(Some(roots))
            }),
        }
    }

    /// Every default is set on purpose: a tester sends what it is told and judges what comes.
    fn new_agent(&self, roots: Option<RootCerts>) -> Agent {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .allow_non_standard_methods(true)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .timeout_connect(Some(self.settings.connect_timeout))
            .max_idle_connections(4)
            .max_idle_connections_per_host(1)
            .max_response_header_size(64 * 1024)
            .input_buffer_size(80 * 1024)
            .output_buffer_size(16 * 1024);
        if let Some(roots) = roots {
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Agent::with_parts(config.build(), DefaultConnector::default(), self.resolver.clone())
    }
}

/// A time-out of zero would mean none.
const MINIMUM: Duration = Duration::from_millis(1);

fn refuse_plain_http(request: &Request) -> Result<(), Failure> {
    let origin = request.target.origin();
    let carries = request.headers.iter().any(|header| header.credential);
    if origin.https || origin.is_loopback() || request.allow_plain_http || !carries {
        return Ok(());
    }
    let message = format!(
        "a credential is not sent unencrypted to {origin}: use https, or write \
         `allow_plain_http: true` if you must"
    );
    Err((Kind::PlainHttp, message))
}

/// Methods that a server expects a body with: without one they say so by `Content-Length: 0`.
fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
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

fn header_fields(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn system_roots() -> RootCerts {
    let loaded = rustls_native_certs::load_native_certs();
    let roots = loaded.certs.iter().map(|der| Certificate::from_der(der).to_owned());
    RootCerts::from(roots.collect::<Vec<_>>())
}

/// What an error of the HTTP crate means to the user.
fn explain(error: ureq::Error, request: &Request) -> Failure {
    use ureq::Error;
    let origin = request.target.origin();
    match error {
        Error::Timeout(ureq::Timeout::Connect) => {
            (Kind::Timeout, format!("no connection to {origin} in time"))
        }
        Error::Timeout(ureq::Timeout::Resolve) => {
            (Kind::Timeout, format!("no address for {} in time", origin.host))
        }
        Error::Timeout(_) => {
            let limit = humantime::format_duration(request.timeout);
            (Kind::Timeout, format!("no complete response within {limit}"))
        }
        Error::HostNotFound => (Kind::Resolve, format!("no address for the host {}", origin.host)),
        Error::ConnectionFailed => (Kind::Connect, format!("no connection to {origin}")),
        Error::Tls(reason) => (Kind::Tls, format!("TLS with {origin} failed: {reason}")),
        Error::Rustls(reason) => (Kind::Tls, format!("TLS with {origin} failed: {reason}")),
        Error::LargeResponseHeader(size, limit) => {
            (Kind::Framing, format!("the response header has {size} bytes, the limit is {limit}"))
        }
        Error::Protocol(reason) => (Kind::Framing, format!("not a valid HTTP response: {reason}")),
        Error::Http(reason) => (Kind::Unsendable, format!("the request cannot be sent: {reason}")),
        Error::BadUri(reason) => (Kind::Unsendable, format!("the URL cannot be sent: {reason}")),
        Error::Io(error) => explain_io(error, request),
        other => (Kind::Framing, other.to_string()),
    }
}

fn explain_io(error: std::io::Error, request: &Request) -> Failure {
    use std::io::ErrorKind;
    let origin = request.target.origin();
    // Errors while a body is read come as I/O errors with the crate's own inside.
    if error.get_ref().is_some_and(|inner| inner.is::<ureq::Error>()) {
        let inner = error.into_inner().and_then(|inner| inner.downcast::<ureq::Error>().ok());
        return match inner {
            Some(inner) => explain(*inner, request),
            None => (Kind::Closed, "the connection failed".into()),
        };
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            (Kind::Connect, format!("no connection to {origin}: connection refused"))
        }
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable
        | ErrorKind::PermissionDenied => {
            (Kind::Connect, format!("no connection to {origin}: {error}"))
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            let limit = humantime::format_duration(request.timeout);
            (Kind::Timeout, format!("no complete response within {limit}"))
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => {
            (Kind::Closed, format!("{origin} closed the connection before the response was whole"))
        }
        ErrorKind::InvalidData => (Kind::Tls, format!("TLS with {origin} failed: {error}")),
        _ => (Kind::Closed, format!("the connection to {origin} failed: {error}")),
    }
}
