//! The connections of each thread, plain and encrypted, and how the HTTP crate is set up for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::Connector;

use super::resolve::CachingResolver;
use super::tcp::TcpConnector;
use super::tls::{Roots, SharedTls};
use super::wire::{Wire, WireConnector};
use super::{ClientSettings, Interrupt};
use crate::http::message::Connections;
use crate::http::url::Origin;

/// The connections of one thread.
pub struct Line {
    /// Sends and receives.
    pub agent: Agent,
    /// What passes under the agent.
    pub wire: Arc<Wire>,
}

/// Two lines for each thread, one of them for requests without a good token; each is made when it
/// is first needed.
pub struct Lines {
    plain: Vec<OnceLock<Line>>,
    encrypted: Vec<OnceLock<Line>>,
    roots: OnceLock<Roots>,
    tls: SharedTls,
    resolver: CachingResolver,
    connect_timeout: Duration,
    interrupt: Arc<Interrupt>,
}

/// A kept connection that was idle for longer is not used again: many servers close theirs after
/// a few seconds, and a request that meets this is lost.
const IDLE: Duration = Duration::from_secs(1);

impl Lines {
    /// Lines without connections. New connections heed `interrupt`.
    pub(super) fn new(settings: ClientSettings, interrupt: &Arc<Interrupt>) -> Lines {
        let slots = || (0..2 * settings.jobs).map(|_| OnceLock::new()).collect();
        Lines {
            plain: slots(),
            encrypted: slots(),
            roots: OnceLock::new(),
            tls: SharedTls::default(),
            resolver: CachingResolver::default(),
            connect_timeout: settings.connect_timeout,
            interrupt: interrupt.clone(),
        }
    }

    /// The line of a thread to an origin.
    pub fn to(&self, origin: &Origin, worker: usize, connections: Connections) -> &Line {
        let slot = match connections {
            Connections::Shared => 2 * worker,
            Connections::Tokenless => 2 * worker + 1,
        };
        match origin.https {
            false => self.plain[slot].get_or_init(|| self.plain_line()),
            true => self.encrypted[slot].get_or_init(|| self.encrypted_line()),
        }
    }

    /// Ends all requests in flight; the lines refuse new ones.
    pub fn shut_down(&self) {
        self.resolver.interrupt();
        for line in self.plain.iter().chain(&self.encrypted).filter_map(OnceLock::get) {
            line.agent.clone().shutdown();
        }
    }

    /// Why no certificate authority is trusted, if so.
    pub fn rootless(&self) -> Option<&str> {
        self.roots.get().and_then(|roots| roots.trouble.as_deref())
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
            .timeout_connect(Some(self.connect_timeout))
            .max_idle_age(IDLE)
            .max_idle_connections(4)
            .max_idle_connections_per_host(1)
            .max_response_header_size(64 * 1024)
            .input_buffer_size(80 * 1024)
            .output_buffer_size(80 * 1024);
        if let Some(roots) = roots {
            let certificates = roots.certificates.clone();
            config = config.tls_config(TlsConfig::builder().root_certs(certificates).build());
        }
        config.build()
    }
}
