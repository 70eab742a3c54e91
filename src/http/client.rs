//! Sends requests, follows redirects, keeps connections. With the files below it, the only code
//! that names the HTTP crate.

mod absolute;
pub mod certificates;
mod framing;
mod lines;
mod resolve;
mod socket;
mod tcp;
mod tls;
mod tunnel;
mod translate;
mod wire;
mod words;

use std::borrow::Cow;
use std::io::Read;
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::decode::{DecodeError, decode, too_large};
use super::host_override::HostOverride;
use super::message::{
    Body, Hop, Request, Response, TransportError, TransportErrorKind as Kind, sends_length,
};
use super::proxy::ProxyKind;
use super::{credential, redirect};
use lines::{Line, Lines};
use resolve::Overrides;
use translate::{header_fields, message, streamed};
use wire::{Connection, Wire};
use words::{Broken, Part};

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

/// Which request of an exchange is about to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Its own.
    First,
    /// One that follows a redirect, or repeats what a closed connection swallowed.
    Further,
}

/// Waits until a request of the thread with this index may leave, and says how long that was, or
/// else why it may not leave any more.
pub type Gate = dyn Fn(usize, Leaving) -> Result<Duration, &'static str> + Send + Sync;

/// Sends requests. Each thread has its own connections, so that none waits for another.
pub struct Client {
    settings: ClientSettings,
    gate: Box<Gate>,
    lines: Lines,
    interrupt: Arc<Interrupt>,
}

/// Whether the run was interrupted, and in which words to say so.
#[derive(Debug, Default)]
struct Interrupt(OnceLock<&'static str>);

impl Interrupt {
    fn reason(&self) -> Option<&'static str> {
        self.0.get().copied()
    }
}

/// The answer to one request, redirects not followed.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What was seen of an exchange so far.
#[derive(Default)]
struct Seen {
    /// The redirects that were followed.
    hops: Vec<Hop>,
    /// The status of the answer to the last request, once it came.
    status: Option<u16>,
}

type Failure = (Kind, String);

/// The most memory that a server is believed to need before its body comes, in bytes.
const PREALLOCATED: u64 = 1 << 20;

impl Client {
    /// A client without connections, for so many routes, and with other addresses for some hosts.
    /// All of its requests leave through `gate`.
    pub fn new(
        settings: ClientSettings,
        routes: usize,
        overrides: &[HostOverride],
        gate: Box<Gate>,
    ) -> Client {
        let interrupt = Arc::default();
        let lines = Lines::new(settings, routes, Overrides::new(overrides), &interrupt);
        Client { settings, gate, lines, interrupt }
    }

    /// The overrides that no request needed, as the user wrote them.
    pub fn unused_overrides(&self) -> Vec<String> {
        self.lines.unused_overrides()
    }

    /// Sends `request` on the connections of thread `worker`, and follows redirects as far as it
    /// allows.
    ///
    /// # Errors
    /// The exchange did not complete; there is nothing to judge.
    pub fn exchange(&self, worker: usize, request: &Request) -> Result<Response, TransportError> {
        let mut seen = Seen::default();
        let outcome = self.follow(worker, request, &mut seen);
        let Seen { hops, status } = seen;
        // What came while connections were being shut down may have been cut by that.
        let outcome = match (outcome, self.interrupt.reason()) {
            (held @ Err((Kind::Held, _)), _) | (held, None) => held,
            (_, Some(reason)) => Err((Kind::Interrupted, reason.to_owned())),
        };
        match outcome {
            Ok(response) => Ok(Response { hops, ..response }),
            Err((kind, message)) => Err(TransportError { kind, message, hops, status }),
        }
    }

    /// Ends all requests in flight and refuses new ones, for this reason.
    pub fn interrupt(&self, reason: &'static str) {
        // The first reason stays.
        let _ = self.interrupt.0.set(reason);
        fence(Ordering::SeqCst);
        self.lines.shut_down();
    }

    /// Notes every redirect before it is followed.
    fn follow(
        &self,
        worker: usize,
        request: &Request,
        seen: &mut Seen,
    ) -> Result<Response, Failure> {
        let (mut started, mut withheld) = (Instant::now(), None);
        let mut request = Cow::Borrowed(request);
        loop {
            let answer = self.send(worker, &request, &mut started, seen)?;
            request.cookies.take(&request.target, &answer.headers);
            let next = next_request(&request, &answer, seen.hops.len());
            let Some(next) = next.map_err(|reason| (Kind::Redirect, reason))? else {
                let Answer { status, headers, body } = answer;
                let (url, elapsed) = (request.target.url().to_owned(), started.elapsed());
                let hops = Vec::new();
                return Ok(Response { status, headers, body, url, withheld, hops, elapsed });
            };
            let lost = redirect::withheld(&request, &next);
            if !lost.is_empty() {
                withheld = Some(next.target.origin().to_string());
            }
            let location = next.target.url().to_owned();
            let set = answer.headers.into_iter().filter(|(name, _)| name == "set-cookie");
            let cookies = set.map(|(_, line)| line).collect();
            seen.hops.push(Hop { status: answer.status, location, withheld: lost, cookies });
            request = Cow::Owned(next);
        }
    }

    /// Sends a request once, and again on a new connection if the server closed a kept one at the
    /// moment of sending and the request may be repeated. The time that it waits at the gate is put
    /// onto `started`.
    fn send(
        &self,
        worker: usize,
        request: &Request,
        started: &mut Instant,
        seen: &mut Seen,
    ) -> Result<Answer, Failure> {
        let leaving = if seen.hops.is_empty() { Leaving::First } else { Leaving::Further };
        credential::refuse_plain_http(request).map_err(|reason| (Kind::PlainHttp, reason))?;
        *started += self.waited(worker, leaving)?;
        let line = self.lines.to(request, worker);
        // Either the interrupt finds this line, or this look finds the interrupt.
        fence(Ordering::SeqCst);
        if let Some(reason) = self.interrupt.reason() {
            return Err((Kind::Interrupted, reason.to_owned()));
        }
        line.wire.begin(Connection::Any);
        match self.attempt(line, request, *started, &mut seen.status) {
            Err((Kind::Closed, _)) if is_repeatable(line, request) => {
                *started += self.waited(worker, Leaving::Further)?;
                line.wire.begin(Connection::New);
                self.attempt(line, request, *started, &mut seen.status)
            }
            ended => ended,
        }
    }

    fn waited(&self, worker: usize, leaving: Leaving) -> Result<Duration, Failure> {
        let kind = match leaving {
            Leaving::First => Kind::Held,
            Leaving::Further => Kind::Interrupted,
        };
        (self.gate)(worker, leaving).map_err(|reason| (kind, reason.to_owned()))
    }

    /// Tells the status in `seen` also of an answer that does not come whole.
    fn attempt(
        &self,
        line: &Line,
        request: &Request,
        started: Instant,
        seen: &mut Option<u16>,
    ) -> Result<Answer, Failure> {
        let Line { agent, wire } = line;
        *seen = None;
        let left = request.timeout.saturating_sub(started.elapsed());
        let response = match &request.body {
            Some(Body::Multipart(multipart)) => {
                let (mut reader, length) = (multipart.reader(), multipart.length());
                let response = agent.run(streamed(agent, request, left, &mut reader, length)?);
                if let Some(reason) = reader.failed {
                    return Err((Kind::Unsendable, reason));
                }
                response
            }
            Some(Body::Bytes(bytes)) => agent.run(message(agent, request, left, &bytes[..])?),
            None if sends_length(&request.method) => {
                agent.run(message(agent, request, left, &[][..])?)
            }
            None => agent.run(message(agent, request, left, ())?),
        };
        let mut response = response.map_err(|error| {
            let broken = self.broken(request, wire, Part::Header);
            *seen = broken.heard.status();
            broken.explain(error)
        })?;
        let status = response.status().as_u16();
        *seen = Some(status);
        if framing::may_be_followed_by_more(&request.method, &response) {
            wire.spend();
        }
        refuse_as_proxy(request, status)?;
        framing::check(&response).map_err(|reason| (Kind::Framing, words::invalid(&reason)))?;
        let headers = header_fields(response.headers());
        let body = self.body(response.body_mut(), request, wire)?;
        let encodings = headers
            .iter()
            .filter(|(name, _)| name == "content-encoding")
            .map(|(_, value)| value.as_str());
        let body = decode(body, encodings, self.settings.max_body)
            .map_err(|DecodeError { kind, message }| (kind, message))?;
        Ok(Answer { status, headers, body })
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
            Err(error) => Err(self.broken(request, wire, Part::Body).explain(error.into())),
        }
    }

    fn broken<'e>(&'e self, request: &'e Request, wire: &Wire, part: Part) -> Broken<'e> {
        let connect_timeout = self.settings.connect_timeout;
        let (heard, rootless) = (wire.heard(), self.lines.rootless());
        Broken { request, heard, connect_timeout, part, rootless }
    }
}

/// A proxy that wants another login answers in the place of the server.
fn refuse_as_proxy(request: &Request, status: u16) -> Result<(), Failure> {
    if status != 407 || request.target.origin().https {
        return Ok(());
    }
    match request.route.proxy_to(request.target.origin()) {
        Some(proxy) if proxy.kind == ProxyKind::Http => {
            let why = tunnel::login_wanted(proxy.login.is_some());
            Err((Kind::Proxy, format!("the proxy {proxy} refuses: {why}")))
        }
        _ => Ok(()),
    }
}

/// The request that follows a redirect; `None` when `answer` is the last.
fn next_request(
    request: &Request,
    answer: &Answer,
    followed: usize,
) -> Result<Option<Request>, String> {
    let limit = request.follow_redirects;
    if limit == 0 {
        return Ok(None);
    }
    let Some(location) = redirect::location(answer.status, &answer.headers)? else {
        return Ok(None);
    };
    if followed >= limit as usize {
        return Err(format!(
            "more than {limit} redirects (`follow_redirects`), the next to `{location}`"
        ));
    }
    redirect::next(request, answer.status, location).map(Some)
}

/// Whether the server closed a kept connection before it answered, and the request may be repeated.
fn is_repeatable(line: &Line, request: &Request) -> bool {
    let heard = line.wire.heard();
    request.is_safe() && heard.reused && heard.came == 0
}
