//! Host names → addresses, each looked up once a run.
//!
//! The resolver of the HTTP crate asks DNS for every request and starts a thread for it as soon as
//! there is a time-out. This one reads addresses as they are, keeps `localhost` on this machine,
//! and remembers the rest.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, PoisonError, RwLock, mpsc};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Shared by all agents of a client.
#[derive(Clone, Debug, Default)]
pub struct CachingResolver {
    known: Arc<RwLock<HashMap<String, Vec<IpAddr>>>>,
}

/// How long DNS may take where the request sets no limit.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let mut addresses = self.empty();
        for ip in self.addresses(host, timeout)?.iter().take(16) {
            addresses.push(SocketAddr::new(*ip, port));
        }
        match addresses.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(addresses),
        }
    }
}

impl CachingResolver {
    fn addresses(&self, host: &str, timeout: NextTimeout) -> Result<Vec<IpAddr>, ureq::Error> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse() {
            return Ok(vec![ip]);
        }
        if host == "localhost" || host.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(host) {
            return Ok(known.clone());
        }
        let limit = timeout.not_zero().map_or(LOOKUP_TIMEOUT, |left| *left);
        let found = look_up(host, limit).ok_or(ureq::Error::Timeout(ureq::Timeout::Resolve))?;
        let found = found.map_err(|_| ureq::Error::HostNotFound)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(host.to_owned(), found.clone());
        Ok(found)
    }
}

/// The system's lookup cannot be given a time limit, so it gets a thread that may outlive ours.
fn look_up(host: &str, limit: Duration) -> Option<std::io::Result<Vec<IpAddr>>> {
    let (send, receive) = mpsc::channel();
    let host = host.to_owned();
    std::thread::spawn(move || {
        let found = (host.as_str(), 0).to_socket_addrs();
        // Nobody waits any more when the time was up.
        let _ = send.send(found.map(|found| found.map(|address| address.ip()).collect()));
    });
    receive.recv_timeout(limit).ok()
}
