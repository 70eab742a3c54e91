//! Sends requests, follows redirects, keeps connections. With the files below it, the only code
//! that names the HTTP crate.

mod framing;
mod resolve;
mod tcp;
mod tls;
mod wire;
mod words;

use std::io::Read;
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::{self, HeaderValue, Method};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::Connector;

use super::decode::{DecodeError, decode, too_large};
use super::message::{Header, Request, Response, TransportError, TransportErrorKind as Kind};
use super::url::Target;
use super::{credential, redirect};
use resolve::CachingResolver;
use tcp::TcpConnector;
use tls::{Roots, SharedTls};
use wire::{Wire, WireConnector};
use words::Broken;

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
    plain: Vec<OnceLock<Line>>,
    encrypted: Vec<OnceLock<Line>>,
    roots: OnceLock<Roots>,
    tls: SharedTls,
    resolver: CachingResolver,
    interrupt: Arc<Interrupt>,
}

/// The connections of one thread.
struct Line {
    agent: Agent,
    wire: Arc<Wire>,
}

/// Whether the run was interrupted, and in which words to say so.
#[derive(Debug, Default)]
pub struct Interrupt(OnceLock<&'static str>);

impl Interrupt {
    fn reason(&self) -> Option<&'static str> {
        self.0.get().copied()
    }
}

/// One request and its answer, redirects not followed.
struct Hop {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

type Failure = (Kind, String);

/// A kept connection that was idle for longer is not used again: many servers close theirs after
/// a few seconds, and a request that meets this is lost.
const IDLE: Duration = Duration::from_secs(1);

impl Client {
    /// A client without connections.
    pub fn new(settings: ClientSettings) -> Client {
        let slots = || (0..settings.jobs).map(|_| OnceLock::new()).collect();
        Client {
            settings,
            plain: slots(),
            encrypted: slots(),
            roots: OnceLock::new(),
            tls: SharedTls::default(),
            resolver: CachingResolver::default(),
            interrupt: Arc::default(),
        }
    }

    /// Sends `request` on the connections of thread `worker`, and follows redirects as far as it
    /// allows.
    ///
    /// # Errors
    /// The exchange did not complete; there is nothing to judge.
    pub fn exchange(&self, worker: usize, request: &Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        let outcome = self.follow(worker, request, started);
        let elapsed = started.elapsed();
        // What came while connections were being shut down may have been cut by that.
        let outcome = match self.interrupt.reason() {
            Some(reason) => Err((Kind::Interrupted, reason.to_owned())),
            None => outcome,
        };
        outcome.map_err(|(kind, message)| TransportError { kind, message, elapsed })
    }

    /// Ends all requests in flight and refuses new ones, for this reason.
    pub fn interrupt(&self, reason: &'static str) {
        // The first reason stays.
        let _ = self.interrupt.0.set(reason);
        fence(Ordering::SeqCst);
        self.resolver.interrupt();
        for line in self.plain.iter().chain(&self.encrypted).filter_map(OnceLock::get) {
            line.agent.clone().shutdown();
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
        let mut withheld = None;
        while let Some(next) = next_request(last.as_ref().unwrap_or(request), &hop, redirects.len())
            .map_err(|reason| (Kind::Redirect, reason))?
        {
            redirects.push(next.target.url().to_owned());
            if redirect::withholds(last.as_ref().unwrap_or(request), &next) {
                withheld = Some(next.target.origin().to_string());
            }
            hop = self.send(worker, &next, started)?;
            last = Some(next);
        }
        let target = last.as_ref().map_or(&request.target, |last| &last.target);
        let Hop { status, headers, body } = hop;
        let url = target.url().to_owned();
        let elapsed = started.elapsed();
        Ok(Response { status, headers, body, url, redirects, withheld, elapsed })
    }

    /// Sends a request once, and again on a new connection if the server closed a kept one at the
    /// moment of sending and the request may be repeated.
    fn send(&self, worker: usize, request: &Request, started: Instant) -> Result<Hop, Failure> {
        credential::refuse_plain_http(request).map_err(|reason| (Kind::PlainHttp, reason))?;
        let line = self.line(worker, request.target.origin().https);
        // Either the interrupt finds this line, or this look finds the interrupt.
        fence(Ordering::SeqCst);
        if let Some(reason) = self.interrupt.reason() {
            return Err((Kind::Interrupted, reason.to_owned()));
        }
        line.wire.begin(false);
        match self.attempt(line, request, started) {
            Err((Kind::Closed, _)) if is_repeatable(line, request) => {
                line.wire.begin(true);
                self.attempt(line, request, started)
            }
            ended => ended,
        }
    }

    fn attempt(&self, line: &Line, request: &Request, started: Instant) -> Result<Hop, Failure> {
        let Line { agent, wire } = line;
        let left = request.timeout.saturating_sub(started.elapsed());
        let response = match &request.body {
            Some(body) => agent.run(self.message(agent, request, left, body.as_slice())?),
            None if sends_length(&request.method) => {
                agent.run(self.message(agent, request, left, &[] as &[u8])?)
            }
            None => agent.run(self.message(agent, request, left, ())?),
        };
        let mut response =
            response.map_err(|error| self.broken(request, wire, false).explain(error))?;
        if framing::may_be_followed_by_more(&request.method, &response) {
            wire.spend();
        }
        framing::check(&response).map_err(|reason| (Kind::Framing, reason))?;
        let headers = header_fields(response.headers());
        let body = self.body(response.body_mut(), request, wire)?;
        let encodings = headers
            .iter()
            .filter(|(name, _)| name == "content-encoding")
            .map(|(_, value)| value.as_str());
        let body = decode(body, encodings, self.settings.max_body)
            .map_err(|DecodeError { kind, message }| (kind, message))?;
        Ok(Hop { status: response.status().as_u16(), headers, body })
    }

    fn broken<'r>(&'r self, request: &'r Request, wire: &Wire, in_body: bool) -> Broken<'r> {
        Broken {
            request,
            heard: wire.heard(),
            connect_timeout: self.settings.connect_timeout,
            in_body,
            rootless: self.roots.get().and_then(|roots| roots.trouble.as_deref()),
        }
    }

    fn message<B: ureq::AsSendBody>(
        &self,
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
                    "the value of the header {name} has a character that HTTP cannot carry"
                );
                (Kind::Unsendable, reason)
            })?;
            builder = builder.header(name, value);
        }
        let message = builder.body(body).map_err(unsendable)?;
        Ok(agent
            .configure_request(message)
            .timeout_global(Some(left.clamp(MINIMUM, MAXIMUM)))
            .build())
    }

    fn body(
        &self,
        body: &mut ureq::Body,
        request: &Request,
        wire: &Wire,
    ) -> Result<Vec<u8>, Failure> {
        let limit = self.settings.max_body;
        let oversized = || {
            let DecodeError { kind, message } = too_large(limit, "as sent");
            Err((kind, message))
        };
        let announced = body.content_length().unwrap_or(0);
        if announced > limit {
            return oversized();
        }
        let mut bytes = Vec::with_capacity(announced.min(PREALLOCATED) as usize);
        let mut reader = body.with_config().limit(u64::MAX).reader().take(limit + 1);
        let read = reader.read_to_end(&mut bytes);
        if bytes.len() as u64 > limit {
            return oversized();
        }
        match read {
            Ok(_) => Ok(bytes),
            Err(error) => Err(self.broken(request, wire, true).explain(error.into())),
        }
    }

    fn line(&self, worker: usize, https: bool) -> &Line {
        match https {
            false => self.plain[worker].get_or_init(|| self.plain_line()),
            true => self.encrypted[worker].get_or_init(|| self.encrypted_line()),
        }
    }

    fn plain_line(&self) -> Line {
        let wire = Arc::new(Wire::default());
        let connector = self.tcp().chain(WireConnector(wire.clone()));
        let agent = Agent::with_parts(self.config(None), connector, self.resolver.clone());
        Line { agent, wire }
    }

    fn encrypted_line(&self) -> Line {
        let roots = self.roots.get_or_init(Roots::of_the_system);
        let wire = Arc::new(Wire::default());
        let connector = self.tcp().chain(self.tls.clone()).chain(WireConnector(wire.clone()));
        let config = self.config(Some(roots));
        let agent = Agent::with_parts(config, connector, self.resolver.clone());
        Line { agent, wire }
    }

    fn tcp(&self) -> TcpConnector {
        TcpConnector { interrupt: self.interrupt.clone() }
    }

    /// Every default is set on purpose: a tester sends what it is told and judges what comes.
    fn config(&self, roots: Option<&Roots>) -> Config {
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
            .max_idle_age(IDLE)
            .max_idle_connections(4)
            .max_idle_connections_per_host(1)
            .max_response_header_size(64 * 1024)
            .input_buffer_size(80 * 1024)
            .output_buffer_size(16 * 1024);
        if let Some(roots) = roots {
            let certificates = roots.certificates.clone();
            config = config.tls_config(TlsConfig::builder().root_certs(certificates).build());
        }
        config.build()
    }
}

/// A time-out of zero would mean none.
const MINIMUM: Duration = Duration::from_millis(1);

/// A time-out beyond what the clock can tell would be a panic.
const MAXIMUM: Duration = Duration::from_secs(365 * 86_400);

/// The most memory that a server is believed to need before its body comes, in bytes.
const PREALLOCATED: u64 = 1 << 20;

/// The request that follows a redirect; `None` when `hop` is the answer.
fn next_request(request: &Request, hop: &Hop, followed: usize) -> Result<Option<Request>, String> {
    let limit = request.follow_redirects;
    if limit == 0 {
        return Ok(None);
    }
    let Some(location) = redirect::location(hop.status, &hop.headers)? else { return Ok(None) };
    if followed >= limit as usize {
        return Err(format!(
            "more than {limit} redirects (`follow_redirects`), the next to `{location}`"
        ));
    }
    redirect::next(request, hop.status, location).map(Some)
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

/// Whether the server closed a kept connection before it answered, and the request may be repeated.
fn is_repeatable(line: &Line, request: &Request) -> bool {
    let heard = line.wire.heard();
    request.is_idempotent() && heard.reused && heard.came == 0
}
