//! Host names → addresses, each looked up once a run, and again while there is none: a name may come
//! up while it is polled.
//!
//! The resolver of the HTTP crate asks DNS for every request and starts a thread for it as soon as
//! there is a time-out. This one reads addresses as they are, keeps `localhost` on this machine,
//! and remembers the rest.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::tunnel;
use crate::http::host_override::HostOverride;
use crate::http::proxy::Proxy;

/// Shared by all agents of a client.
#[derive(Clone, Debug, Default)]
pub struct CachingResolver(Arc<Shared>);

/// Hosts that have another address for this run, each with whether that was needed.
#[derive(Debug, Default)]
pub struct Overrides(Vec<(HostOverride, AtomicBool)>);

impl Overrides {
    /// Those that the user gave.
    pub fn new(given: &[HostOverride]) -> Overrides {
        Overrides(given.iter().map(|one| (one.clone(), AtomicBool::new(false))).collect())
    }

    fn addresses(&self, host: &str, port: u16) -> Vec<IpAddr> {
        let matching = self.0.iter().filter(|(one, _)| one.port == port && one.host == host);
        let used = matching.inspect(|(_, used)| used.store(true, Ordering::Relaxed));
        used.map(|(one, _)| one.address).collect()
    }
}

#[derive(Debug, Default)]
struct Shared {
    overrides: Overrides,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    hosts: HashMap<String, Lookup>,
    interrupted: bool,
}

#[derive(Clone, Debug)]
enum Lookup {
    Running,
    Done(Result<Vec<IpAddr>, Unknown>, Instant),
}

/// The host has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unknown;

/// How long a host without an address is not looked up again.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);

/// The most addresses of a host that are tried.
const ADDRESSES: usize = 16;

/// How long DNS may take where the request sets no limit.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

/// Resolves the target, if that has to be.
#[derive(Debug)]
pub enum TargetResolver {
    /// By its name.
    Lookup(CachingResolver),
    /// A socket in the file system takes the place of all addresses.
    Nowhere,
}

impl Resolver for TargetResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match self {
            TargetResolver::Lookup(resolver) => resolver.resolve(uri, config, timeout),
            TargetResolver::Nowhere => Ok(self.empty()),
        }
    }
}

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
        self.sockets(host, port, timeout)
    }
}

/// Resolves the proxy, whatever the target is: that is the proxy's part.
#[derive(Debug)]
pub struct ProxyResolver {
    resolver: CachingResolver,
    proxy: Arc<Proxy>,
}

impl ProxyResolver {
    /// A resolver of this proxy.
    pub fn new(resolver: CachingResolver, proxy: Arc<Proxy>) -> ProxyResolver {
        ProxyResolver { resolver, proxy }
    }
}

impl Resolver for ProxyResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let proxy = &self.proxy;
        let found = self.resolver.sockets(&proxy.origin.host, proxy.origin.port, timeout);
        found.map_err(|error| match error {
            ureq::Error::HostNotFound => {
                let host = &proxy.origin.host;
                tunnel::broken(format!(
                    "the host of the proxy {proxy} is not known: check `{host}`"
                ))
            }
            _ => tunnel::broken(format!("no address for the proxy {proxy} in time")),
        })
    }
}

impl CachingResolver {
    /// A resolver that has looked nothing up yet.
    pub fn new(overrides: Overrides) -> CachingResolver {
        CachingResolver(Arc::new(Shared { overrides, ..Shared::default() }))
    }

    /// The overrides that were never needed, as the user wrote them.
    pub fn unused_overrides(&self) -> Vec<String> {
        let unused = self.0.overrides.0.iter().filter(|(_, used)| !used.load(Ordering::Relaxed));
        unused.map(|(one, _)| one.to_string()).collect()
    }

    fn sockets(
        &self,
        host: &str,
        port: u16,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.0.overrides.addresses(host, port);
        if found.is_empty() {
            found = self.addresses(host, timeout)?;
        }
        let mut addresses = self.empty();
        for ip in found.into_iter().take(ADDRESSES) {
            addresses.push(SocketAddr::new(ip, port));
        }
        match addresses.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(addresses),
        }
    }

    /// Nobody waits for a lookup any more.
    pub fn interrupt(&self) {
        self.state().interrupted = true;
        self.0.changed.notify_all();
    }

    fn addresses(&self, host: &str, timeout: NextTimeout) -> Result<Vec<IpAddr>, ureq::Error> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse() {
            return Ok(vec![ip]);
        }
        if host == "localhost" || host.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let limit = timeout.not_zero().map_or(LOOKUP_TIMEOUT, |left| *left);
        let found = self.look_up(host, Instant::now() + limit.min(LOOKUP_TIMEOUT));
        match found.ok_or(ureq::Error::Timeout(ureq::Timeout::Resolve))? {
            Ok(addresses) => Ok(addresses),
            Err(Unknown) => Err(ureq::Error::HostNotFound),
        }
    }

    /// `None` when the time is up first. The first who asks starts the lookup, all wait for it.
    fn look_up(&self, host: &str, until: Instant) -> Option<Result<Vec<IpAddr>, Unknown>> {
        let mut state = self.state();
        loop {
            match state.hosts.get(host) {
                Some(Lookup::Done(found, at)) if found.is_ok() || at.elapsed() < UNKNOWN_FOR => {
                    return Some(found.clone());
                }
                Some(Lookup::Running) => {}
                Some(Lookup::Done(..)) | None => {
                    state.hosts.insert(host.to_owned(), Lookup::Running);
                    self.start(host.to_owned());
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if state.interrupted || left.is_zero() {
                return None;
            }
            let woken = self.0.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The system's lookup cannot be given a time limit, so it gets a thread that may outlive ours.
    fn start(&self, host: String) {
        let resolver = self.clone();
        std::thread::spawn(move || {
            let found = (host.as_str(), 0).to_socket_addrs().map_err(|_| Unknown);
            let found = found.map(|found| found.map(|address| address.ip()).collect());
            resolver.state().hosts.insert(host, Lookup::Done(found, Instant::now()));
            resolver.0.changed.notify_all();
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_stays_on_this_machine_and_addresses_are_read_as_they_are() {
        let resolver = CachingResolver::default();
        let local = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        for host in ["localhost", "api.localhost"] {
            assert_eq!(resolver.addresses(host, NextTimeout::default()).unwrap(), local);
        }
        let six = resolver.addresses("[::1]", NextTimeout::default()).unwrap();
        assert_eq!(six, [IpAddr::V6(Ipv6Addr::LOCALHOST)]);
        assert!(resolver.state().hosts.is_empty());
    }

    #[test]
    fn an_interrupt_ends_the_wait_for_a_lookup() {
        let resolver = CachingResolver::default();
        resolver.state().hosts.insert("slow.test".into(), Lookup::Running);
        std::thread::scope(|scope| {
            let waiting = scope
                .spawn(|| resolver.look_up("slow.test", Instant::now() + Duration::from_secs(20)));
            resolver.interrupt();
            assert_eq!(waiting.join().unwrap(), None);
        });
    }

    #[test]
    fn a_proxy_without_an_address_in_time_is_told_as_the_proxy() {
        let resolver = CachingResolver::default();
        resolver.state().hosts.insert("slow.test".into(), Lookup::Running);
        resolver.interrupt();
        let proxy = Proxy::parse("http://slow.test:3128", Vec::new()).expect("a proxy");
        let resolver = ProxyResolver::new(resolver, Arc::new(proxy));
        let nowhere = Uri::from_static("http://orders.test/");
        let found = resolver.resolve(&nowhere, &Config::default(), NextTimeout::default());
        let told = "other: no address for the proxy http://slow.test:3128 in time";
        assert_eq!(found.map(|_| ()).map_err(|e| e.to_string()), Err(told.to_owned()));
    }

    #[test]
    fn a_host_that_was_looked_up_is_not_looked_up_again_unless_it_is_unknown_for_a_while() {
        let resolver = CachingResolver::default();
        let found = Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        let now = Instant::now();
        let long_ago = now.checked_sub(UNKNOWN_FOR).expect("the machine runs for longer");
        for (host, found, at) in [
            ("known.test", found.clone(), long_ago),
            ("unknown.test", Err(Unknown), now),
            ("again.test", Err(Unknown), long_ago),
        ] {
            resolver.state().hosts.insert(host.into(), Lookup::Done(found, at));
        }
        assert_eq!(resolver.look_up("known.test", now), Some(found));
        assert_eq!(resolver.look_up("unknown.test", now), Some(Err(Unknown)));
        // It is being looked up, and nobody waits for it here.
        assert_eq!(resolver.look_up("again.test", now), None);
    }
}
