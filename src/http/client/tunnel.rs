//! Connections through a proxy: reached, greeted, and asked for a way to the target.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::Error;
use ureq::unversioned::transport::{ConnectionDetails, Connector};

use super::tcp::{Tcp, TcpConnector, Timed};
use crate::http::proxy::{Login, Proxy, ProxyKind};

/// Connects to a proxy, and through it to the target where that is what the proxy is for.
#[derive(Debug)]
pub struct TunnelConnector {
    /// Reaches the proxy.
    pub tcp: TcpConnector,
    /// The proxy.
    pub proxy: Arc<Proxy>,
}

/// What a proxy does not do, in words.
#[derive(Debug)]
pub struct ProxyTrouble(String);

/// The largest header of an answer to CONNECT, in bytes.
const LARGEST_HEADER: usize = 16 * 1024;

impl Connector<()> for TunnelConnector {
    type Out = Tcp;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Tcp>, Error> {
        let tcp = self.tcp.connect(details, None).map_err(|error| self.unreached(error))?;
        let Some(mut tcp) = tcp else { return Ok(None) };
        let https = details.needs_tls();
        let host = details.uri.host().unwrap_or_default();
        let port = details.uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let asked = match (self.proxy.kind, https) {
            (ProxyKind::Http, false) => Ok(()),
            (ProxyKind::Http, true) => self.connect_to(&mut tcp.timed(details.timeout), host, port),
            (ProxyKind::Socks5, _) => self.socks(&mut tcp.timed(details.timeout), host, port),
        };
        asked.map_err(|refused| self.refused(refused, host, port))?;
        Ok(Some(tcp))
    }
}

/// Why a proxy gave no way to the target.
enum Refused {
    /// For this reason.
    Because(String),
    /// The connection to it broke.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Io(error)
    }
}

impl TunnelConnector {
    /// Asks for a tunnel (RFC 9110 §9.3.6).
    fn connect_to(&self, proxy: &mut Timed, host: &str, port: u16) -> Result<(), Refused> {
        let agent = concat!("apitest/", env!("CARGO_PKG_VERSION"));
        let field = authorization(&self.proxy);
        let line = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        proxy.write_all(format!("{line}{field}User-Agent: {agent}\r\n\r\n").as_bytes())?;
        let header = header(proxy)?;
        let mut words = header.split([' ', '\r']);
        let (version, status) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match status.parse::<u16>() {
            Ok(200..=299) if version.starts_with("HTTP/1.") => Ok(()),
            Ok(407) => Err(Refused::Because(login_wanted(self.proxy.login.is_some()))),
            Ok(status @ 100..=599) if version.starts_with("HTTP/1.") => Err(Refused::Because(
                format!("it answers {status}: does it allow that host and port?"),
            )),
            _ => Err(Refused::Because("what answers there is no HTTP proxy".into())),
        }
    }

    /// Asks for a connection (RFC 1928), with a password if there is one (RFC 1929). The proxy
    /// looks names up: what is asked for is what stands in the URL.
    fn socks(&self, proxy: &mut Timed, host: &str, port: u16) -> Result<(), Refused> {
        let method = if self.proxy.login.is_some() { 2 } else { 0 };
        proxy.write_all(&[5, 1, method])?;
        match take(proxy)? {
            [5, chosen] if chosen == method => {}
            [5, 0xFF] => return Err(Refused::Because(login_wanted(method == 2))),
            _ => return Err(Refused::Because("what answers there is no SOCKS5 proxy".into())),
        }
        if let Some(login) = &self.proxy.login {
            proxy.write_all(&password(login))?;
            let [_, status] = take(proxy)?;
            if status != 0 {
                return Err(Refused::Because(login_wanted(true)));
            }
        }
        let target = address(host).ok_or_else(|| {
            Refused::Because({
                "SOCKS5 has no room for so long a name: it takes 255 bytes at most".into()
            })
        })?;
        let mut ask = vec![5, 1, 0];
        ask.extend(target);
        ask.extend(port.to_be_bytes());
        proxy.write_all(&ask)?;
        let [_, reply, _, kind] = take(proxy)?;
        if reply != 0 {
            return Err(Refused::Because(reply_in_words(reply).to_owned()));
        }
        // Where the proxy connects from is of no interest, and has to be read.
        match kind {
            1 => drop(take::<6>(proxy)?),
            4 => drop(take::<18>(proxy)?),
            _ => {
                let [length] = take(proxy)?;
                let mut rest = vec![0; usize::from(length) + 2];
                proxy.read_exact(&mut rest)?;
            }
        }
        Ok(())
    }

    fn unreached(&self, error: Error) -> Error {
        let proxy = &self.proxy;
        broken(match &error {
            Error::Io(io) if io.kind() == ErrorKind::Interrupted => return error,
            Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => {
                format!("nothing listens at the proxy {proxy} (connection refused): is it running?")
            }
            Error::Io(io) => format!("no connection to the proxy {proxy}: {io}"),
            Error::Timeout(_) => {
                format!("no connection to the proxy {proxy} in time: can it be reached from here?")
            }
            _ => format!("no connection to the proxy {proxy}: can it be reached from here?"),
        })
    }

    fn refused(&self, refused: Refused, host: &str, port: u16) -> Error {
        let proxy = &self.proxy;
        broken(match refused {
            Refused::Because(why) => {
                format!("the proxy {proxy} gives no way to {host}:{port}: {why}")
            }
            Refused::Io(error) => match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                    format!(
                        "the proxy {proxy} gave no way to {host}:{port} in time: `timeout` sets how \
                         long to wait"
                    )
                }
                ErrorKind::UnexpectedEof
                | ErrorKind::BrokenPipe
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted => {
                    format!("the proxy {proxy} closed the connection when asked for {host}:{port}")
                }
                _ => format!("the connection to the proxy {proxy} failed: {error}"),
            },
        })
    }
}

/// The header field that tells an HTTP proxy who asks, with its end of line; empty when nothing is
/// to be told.
pub fn authorization(proxy: &Proxy) -> String {
    let Some(Login { username, password }) = &proxy.login else { return String::new() };
    let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
    format!("Proxy-Authorization: Basic {pair}\r\n")
}

/// What to do about a proxy that wants another login than it got, or any at all.
pub fn login_wanted(has_one: bool) -> String {
    match has_one {
        true => "it does not accept the user and password in `proxy`".into(),
        false => {
            "it wants to know who asks: write USER:PASSWORD@ before its host in `proxy`".into()
        }
    }
}

/// An error about a proxy.
pub fn broken(words: impl Into<String>) -> Error {
    Error::Other(Box::new(ProxyTrouble(words.into())))
}

/// The header of an answer. Nothing may follow it: the target speaks only when it is spoken to.
fn header(proxy: &mut Timed) -> Result<String, Refused> {
    let mut header = Vec::new();
    let mut piece = [0; 1024];
    while !header.ends_with(b"\r\n\r\n") {
        let came = proxy.read(&mut piece)?;
        if came == 0 {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        header.extend_from_slice(&piece[..came]);
        let body = header.windows(4).position(|end| end == b"\r\n\r\n");
        if header.len() > LARGEST_HEADER || body.is_some_and(|at| at + 4 < header.len()) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&header).into_owned();
    let whole = text.ends_with("\r\n\r\n");
    // With a refusal may come a page that tells more.
    match whole || !text.starts_with("HTTP/1.1 2") {
        true => Ok(text),
        false => Err(Refused::Because("it says more than it was asked".into())),
    }
}

fn take<const N: usize>(proxy: &mut Timed) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    proxy.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn password(login: &Login) -> Vec<u8> {
    let mut message = vec![1];
    for text in [login.username.as_str(), login.password.expose()] {
        // Longer ones were refused when the proxy was read.
        message.push(text.len() as u8);
        message.extend_from_slice(text.as_bytes());
    }
    message
}

/// The target as SOCKS5 spells it: an address, or a name.
fn address(host: &str) -> Option<Vec<u8>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(four) = bare.parse::<Ipv4Addr>() {
        return Some([&[1][..], &four.octets()].concat());
    }
    if let Ok(six) = bare.parse::<Ipv6Addr>() {
        return Some([&[4][..], &six.octets()].concat());
    }
    let length = u8::try_from(bare.len()).ok()?;
    Some([&[3, length][..], bare.as_bytes()].concat())
}

fn reply_in_words(reply: u8) -> &'static str {
    match reply {
        2 => "its rules do not allow it",
        3 => "the network cannot be reached from there",
        4 => "the host is not known there, or cannot be reached",
        5 => "the connection was refused",
        6 => "the target did not answer in time",
        _ => "it failed",
    }
}

impl fmt::Display for ProxyTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProxyTrouble {}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::Timeout;

    fn connector() -> TunnelConnector {
        let proxy = Proxy::parse("http://proxy.test:3128", Vec::new()).expect("a proxy");
        let tcp = TcpConnector { interrupt: Arc::default(), socket: None };
        TunnelConnector { tcp, proxy: Arc::new(proxy) }
    }

    fn words(error: Error) -> String {
        match error {
            Error::Other(trouble) => trouble.to_string(),
            other => other.to_string(),
        }
    }

    /// What the system and the network do, and no test can bring about.
    #[test]
    fn a_proxy_that_is_not_reached_is_told_as_the_proxy() {
        let unreached = |error| words(connector().unreached(error));
        assert_eq!(
            unreached(Error::ConnectionFailed),
            "no connection to the proxy http://proxy.test:3128: can it be reached from here?"
        );
        assert_eq!(
            unreached(Error::Timeout(Timeout::Connect)),
            "no connection to the proxy http://proxy.test:3128 in time: can it be reached from here?"
        );
        assert_eq!(
            unreached(Error::Io(io::Error::other("no route"))),
            "no connection to the proxy http://proxy.test:3128: no route"
        );
    }

    #[test]
    fn a_connection_to_a_proxy_that_breaks_is_told_as_that_of_the_proxy() {
        let refused = Refused::Io(io::Error::other("cable cut"));
        assert_eq!(
            words(connector().refused(refused, "orders.test", 443)),
            "the connection to the proxy http://proxy.test:3128 failed: cable cut"
        );
    }
}
