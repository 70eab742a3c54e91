//! The connections of each thread, one set a route, and how the HTTP crate is set up for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::Connector;

use super::absolute::AbsoluteConnector;
use super::resolve::{CachingResolver, Overrides, ProxyResolver, TargetResolver};
use super::tcp::TcpConnector;
use super::tls::{self, Roots, SharedTls};
use super::tunnel::TunnelConnector;
use super::wire::{Wire, WireConnector};
use super::{ClientSettings, Interrupt};
use crate::http::message::{Connections, Request};
use crate::http::proxy::{Proxy, ProxyKind};
use crate::http::route::Route;

/// The connections of one thread on one route.
pub struct Line {
    /// Sends and receives.
    pub agent: Agent,
    /// What passes under the agent.
    pub wire: Arc<Wire>,
}

/// The lines of all threads on all routes; each is made when it is first needed.
pub struct Lines {
    routes: Vec<RouteLines>,
    jobs: usize,
    system: OnceLock<Roots>,
    resolver: CachingResolver,
    connect_timeout: Duration,
    interrupt: Arc<Interrupt>,
}

/// The lines of a route. No other route shares their connections, nor what TLS remembers of them.
#[derive(Default)]
struct RouteLines {
    /// [`KINDS`] for each thread; none before the first request.
    slots: OnceLock<Box<[OnceLock<Line>]>>,
    tls: SharedTls,
}

/// The lines of a thread: with and without TLS, with and without the proxy, with and without a good
/// token on them.
const KINDS: usize = 8;

/// A kept connection that was idle for longer is not used again: many servers close theirs after
/// a few seconds, and a request that meets this is lost.
const IDLE: Duration = Duration::from_secs(1);

impl Lines {
    /// Lines without connections, for so many routes. New connections heed `interrupt`.
    pub(super) fn new(
        settings: ClientSettings,
        routes: usize,
        overrides: Overrides,
        interrupt: &Arc<Interrupt>,
    ) -> Lines {
        Lines {
            routes: std::iter::repeat_with(RouteLines::default).take(routes).collect(),
            jobs: settings.jobs,
            system: OnceLock::new(),
            resolver: CachingResolver::new(overrides),
            connect_timeout: settings.connect_timeout,
            interrupt: interrupt.clone(),
        }
    }

    /// The line of a thread that a request goes out on.
    pub fn to(&self, request: &Request, worker: usize) -> &Line {
        let (route, origin) = (&*request.route, request.target.origin());
        let proxy = route.proxy_to(origin);
        let tokenless = request.connections == Connections::Tokenless;
        let kind = usize::from(tokenless) << 2
            | usize::from(origin.https) << 1
            | usize::from(proxy.is_some());
        let lines = &self.routes[route.index];
        let slots =
            lines.slots.get_or_init(|| (0..KINDS * self.jobs).map(|_| OnceLock::new()).collect());
        slots[KINDS * worker + kind].get_or_init(|| match proxy {
            None => self.line(route, lines, origin.https),
            Some(proxy) => self.line_through(proxy, route, lines, origin.https),
        })
    }

    /// Ends all requests in flight; the lines refuse new ones.
    pub fn shut_down(&self) {
        self.resolver.interrupt();
        let slots = self.routes.iter().filter_map(|lines| lines.slots.get());
        for line in slots.flat_map(|slots| slots.iter()).filter_map(OnceLock::get) {
            line.agent.clone().shutdown();
        }
    }

    /// Why no certificate authority of the system is trusted, if so.
    pub fn rootless(&self) -> Option<&str> {
        self.system.get().and_then(|roots| roots.trouble.as_deref())
    }

    /// The overrides that no request needed.
    pub fn unused_overrides(&self) -> Vec<String> {
        self.resolver.unused_overrides()
    }

    fn line(&self, route: &Route, lines: &RouteLines, https: bool) -> Line {
        let wire = Arc::new(Wire::default());
        let config = self.config(route, https);
        let resolver = match route.socket {
            None => TargetResolver::Lookup(self.resolver.clone()),
            Some(_) => TargetResolver::Nowhere,
        };
        let tcp = TcpConnector { socket: route.socket.clone(), ..self.tcp() };
        let above = WireConnector(wire.clone());
        let agent = match https {
            false => Agent::with_parts(config, tcp.chain(above), resolver),
            true => {
                let below = tcp.chain(lines.tls.clone());
                Agent::with_parts(config, below.chain(above), resolver)
            }
        };
        Line { agent, wire }
    }

    fn line_through(&self, proxy: &Proxy, route: &Route, lines: &RouteLines, https: bool) -> Line {
        let wire = Arc::new(Wire::default());
        let proxy = Arc::new(proxy.clone());
        let config = self.config(route, https);
        let resolver = ProxyResolver::new(self.resolver.clone(), proxy.clone());
        let tunnel = TunnelConnector { tcp: self.tcp(), proxy: proxy.clone() };
        let above = WireConnector(wire.clone());
        let agent = match (https, proxy.kind) {
            (true, _) => {
                let below = tunnel.chain(lines.tls.clone());
                Agent::with_parts(config, below.chain(above), resolver)
            }
            (false, ProxyKind::Socks5) => Agent::with_parts(config, tunnel.chain(above), resolver),
            (false, ProxyKind::Http) => {
                let below = tunnel.chain(AbsoluteConnector { proxy });
                Agent::with_parts(config, below.chain(above), resolver)
            }
        };
        Line { agent, wire }
    }

    fn tcp(&self) -> TcpConnector {
        TcpConnector { interrupt: self.interrupt.clone(), socket: None }
    }

    /// Every default is set on purpose: a tester sends what it is told and judges what comes.
    fn config(&self, route: &Route, https: bool) -> Config {
        let tls = match https {
            true => tls::config(&route.tls, || self.system.get_or_init(Roots::of_the_system)),
            false => TlsConfig::default(),
        };
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .allow_non_standard_methods(true)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .timeout_connect(Some(self.connect_timeout))
            .max_idle_age(IDLE)
            .max_idle_connections(4)
            .max_idle_connections_per_host(1)
            .max_response_header_size(64 * 1024)
            .input_buffer_size(80 * 1024)
            .output_buffer_size(80 * 1024)
            .tls_config(tls)
            .build()
    }
}
