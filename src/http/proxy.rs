//! A proxy: where it stands, how it is spoken to, and for whom it is not asked.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use super::url::{Origin, Target};
use crate::secret::Secret;

/// A proxy that requests go through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// Where it stands; it is never spoken to over TLS.
    pub origin: Origin,
    /// What it is told about who asks.
    pub login: Option<Login>,
    /// To whom requests go without it.
    pub except: Vec<Exception>,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    /// Over HTTP: by whole URLs, and by CONNECT where the target speaks TLS.
    Http,
    /// By SOCKS5 (RFC 1928); the proxy looks the name of the target up.
    Socks5,
}

/// The user name and password of a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// Hosts that are reached without the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exception {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Hosts {
    /// A name, and all names below it.
    Name(String),
    /// The addresses that share so many bits.
    Block(IpAddr, u8),
}

impl Proxy {
    /// Reads `http://[user:password@]host:port` or `socks5://…`.
    ///
    /// # Errors
    /// What is wrong with it, in words for the user, without any part of it that may be secret.
    pub fn parse(url: &str, except: Vec<Exception>) -> Result<Proxy, String> {
        let forms = "write http://HOST:PORT or socks5://HOST:PORT";
        let (scheme, rest) = url.split_once("://").ok_or(forms)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyKind::Http,
            "socks5" => ProxyKind::Socks5,
            "socks5h" => return Err("write socks5://: the proxy always looks names up".into()),
            "https" => return Err("a proxy is spoken to without TLS: write http://".into()),
            _ => return Err(forms.into()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (userinfo, authority) = match rest.rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, rest),
        };
        if authority.contains(['/', '?', '#']) {
            return Err("a proxy has no path".into());
        }
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        let origin = Target::parse(&format!("http://{authority}/"))?.origin().clone();
        if !has_port {
            return Err(format!("the port is missing: write {}:PORT", origin.host));
        }
        let login = userinfo.map(|userinfo| Login::parse(userinfo, kind)).transpose()?;
        Ok(Proxy { kind, origin, login, except })
    }

    /// Whether requests to `origin` go through it.
    ///
    /// A loopback address is this machine: a proxy elsewhere would take it for its own.
    pub fn serves(&self, origin: &Origin) -> bool {
        let reachable = !origin.is_loopback() || self.origin.is_loopback();
        reachable && !self.except.iter().any(|exception| exception.covers(origin))
    }
}

impl Login {
    fn parse(userinfo: &str, kind: ProxyKind) -> Result<Login, String> {
        let decoded = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(String::from).map_err(|_| "its user or password is not UTF-8".to_owned())
        };
        let (username, password) = userinfo
            .split_once(':')
            .ok_or("the password is missing: write USER:PASSWORD@ before the host")?;
        let (username, password) = (decoded(username)?, decoded(password)?);
        if username.is_empty() || password.is_empty() {
            return Err("the user or the password before the host is empty".into());
        }
        if kind == ProxyKind::Http && username.contains(':') {
            return Err("a user name with a `:` in it cannot be sent (RFC 7617)".into());
        }
        if kind == ProxyKind::Socks5 && username.len().max(password.len()) > 255 {
            return Err("SOCKS5 takes a user and a password of at most 255 bytes".into());
        }
        Ok(Login { username, password: Secret::new(password) })
    }
}

impl Exception {
    /// Reads `example.com`, `10.1.2.3`, `[::1]` or `10.0.0.0/8`, each perhaps with a `:port`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Exception, String> {
        if text == "*" {
            return Err("to use no proxy at all, write `proxy: none`".into());
        }
        if let Some(name) = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
            return Err(format!("write `{name}`: all names below it are covered too"));
        }
        if text.contains("://") || text.contains(',') {
            return Err("write one host in each entry, such as `example.com`".into());
        }
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address
                .parse()
                .map_err(|_| "this is no block of addresses: write one such as `10.0.0.0/8`")?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= most);
            let bits = bits.ok_or_else(|| format!("behind `/` stands a number up to {most}"))?;
            return Ok(Exception { hosts: Hosts::Block(address, bits), port: None });
        }
        if let Ok(address) = text.parse() {
            return Ok(Exception { hosts: Hosts::whole(address), port: None });
        }
        let has_port = text.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        let target = Target::parse(&format!("http://{text}"));
        let origin = target.as_ref().map(Target::origin).map_err(String::clone)?;
        if target.as_ref().is_ok_and(|target| target.url().ends_with(['?'])) {
            return Err("this is no host: write one such as `example.com`".into());
        }
        let hosts = match address(&origin.host) {
            Some(address) => Hosts::whole(address),
            None => Hosts::Name(origin.host.clone()),
        };
        Ok(Exception { hosts, port: has_port.then_some(origin.port) })
    }

    fn covers(&self, origin: &Origin) -> bool {
        if self.port.is_some_and(|port| port != origin.port) {
            return false;
        }
        match &self.hosts {
            Hosts::Name(name) => {
                let above = origin.host.strip_suffix(name.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            Hosts::Block(block, bits) => {
                address(&origin.host).is_some_and(|address| shares(*block, address, *bits))
            }
        }
    }
}

impl Hosts {
    fn whole(address: IpAddr) -> Hosts {
        Hosts::Block(address, if address.is_ipv4() { 32 } else { 128 })
    }
}

/// The address that a host is, if it is none that has to be looked up.
fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn shares(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differing = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= u32::from(bits)
}

impl std::fmt::Display for Proxy {
    /// Without its password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Origin {
        Target::parse(url).unwrap().origin().clone()
    }

    #[test]
    fn a_proxy_is_read_and_shown_without_its_password() {
        let proxy = Proxy::parse("HTTP://al%40x:p%3Aw@Proxy.test:3128/", vec![]).unwrap();
        assert_eq!(proxy.to_string(), "http://proxy.test:3128");
        let login = proxy.login.as_ref().unwrap();
        assert_eq!((login.username.as_str(), login.password.expose()), ("al@x", "p:w"));
        assert!(!format!("{proxy:?}").contains("p:w"));
        let socks = Proxy::parse("socks5://[::1]:1080", vec![]).unwrap();
        assert_eq!(
            (socks.kind, socks.to_string().as_str()),
            (ProxyKind::Socks5, "socks5://[::1]:1080")
        );
    }

    #[test]
    fn what_is_no_proxy_says_why_and_repeats_no_password() {
        let table = [
            ("proxy.test:3128", "write http://HOST:PORT"),
            ("https://proxy.test:3128", "without TLS"),
            ("socks5h://proxy.test:3128", "always looks names up"),
            ("ftp://proxy.test:3128", "write http://HOST:PORT"),
            ("http://proxy.test", "the port is missing"),
            ("http://proxy.test:3128/path", "no path"),
            ("http://proxy.test:99999", "99999"),
            ("http://user@proxy.test:3128", "the password is missing"),
            ("http://user:@proxy.test:3128", "is empty"),
            ("http://us%3Aer:canary@proxy.test:3128", "RFC 7617"),
            ("http://user:canary@/proxy.test", "no path"),
        ];
        for (url, expected) in table {
            let reason = Proxy::parse(url, vec![]).unwrap_err();
            assert!(reason.contains(expected) && !reason.contains("canary"), "{url}: {reason}");
        }
    }

    #[test]
    fn exceptions_cover_names_below_them_ports_and_blocks() {
        let table = [
            ("example.com", "http://example.com/", true),
            ("Example.com", "https://api.example.com/", true),
            ("example.com", "http://notexample.com/", false),
            ("example.com:8080", "http://example.com:8080/", true),
            ("example.com:8080", "http://example.com/", false),
            ("10.0.0.0/8", "http://10.200.3.4/", true),
            ("10.0.0.0/8", "http://11.0.0.1/", false),
            ("10.0.0.0/8", "http://ten.test/", false),
            ("0.0.0.0/0", "http://192.0.2.1/", true),
            ("192.0.2.1", "http://192.0.2.1:81/", true),
            ("fd00::/8", "http://[fd12::1]/", true),
            ("fd00::/8", "http://10.0.0.1/", false),
            ("[fd12::1]:81", "http://[fd12::1]:81/", true),
            ("fd12::1", "http://[fd12::1]:81/", true),
        ];
        for (exception, url, covered) in table {
            let exception = Exception::parse(exception).unwrap();
            assert_eq!(exception.covers(&origin(url)), covered, "{exception:?} {url}");
        }
        let wrong = [
            "*",
            "*.example.com",
            ".example.com",
            "http://a",
            "a,b",
            "10.0.0.0/33",
            "a/8",
            "a b",
            "",
        ];
        for text in wrong {
            assert!(Exception::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_asked_for_this_machine() {
        let elsewhere = Proxy::parse("http://192.0.2.7:3128", vec![]).unwrap();
        let here = Proxy::parse("http://127.0.0.1:3128", vec![]).unwrap();
        for url in ["http://localhost/", "https://127.0.0.1:1/", "http://[::1]/"] {
            assert!(!elsewhere.serves(&origin(url)), "{url}");
            assert!(here.serves(&origin(url)), "{url}");
        }
        assert!(elsewhere.serves(&origin("http://api.test/")));
    }
}
