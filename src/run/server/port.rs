//! Ports of loopback: which are free, and which are taken.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a connection on loopback may take; it takes next to none.
const PATIENCE: Duration = Duration::from_secs(1);

/// A port that is free now. Until the server has taken it, another program may.
///
/// # Errors
/// There is none.
pub fn free() -> io::Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr().map(|address| address.port())
}

/// Whether somebody listens on a port, on either of the addresses of loopback.
pub fn is_served(port: u16) -> bool {
    let addresses = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    addresses.into_iter().any(|address| {
        TcpStream::connect_timeout(&SocketAddr::from((address, port)), PATIENCE).is_ok()
    })
}

/// Whether a port cannot be had.
pub fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_free_until_somebody_listens() {
        let port = free().expect("a port");
        assert!(!is_served(port));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it is free");
        assert!(is_served(port) && is_taken(port));
        drop(listener);
        assert!(!is_served(port) && !is_taken(port));
    }
}
