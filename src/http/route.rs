//! How requests get to their server: whom TLS trusts, who it says we are, and through which proxy.
//!
//! All requests that are to go the same way share one route, and only they share connections.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::proxy::Proxy;
use super::url::Origin;
use crate::secret::Secret;

/// A way to servers.
#[derive(Default)]
pub struct Route {
    /// Its position among the routes of the run; that of the default one is 0.
    pub index: usize,
    /// How TLS is spoken.
    pub tls: Tls,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// The socket in the file system that takes the place of the server's address, and of the proxy.
    pub socket: Option<PathBuf>,
    /// The route of a request that a redirect takes to another origin: the same without identity
    /// and socket. `None` where there is neither to begin with.
    pub abroad: Option<Arc<Route>>,
}

/// How TLS is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The certificates of the only authorities that are trusted; `None` for those of the system.
    pub authorities: Option<Arc<[Certificate]>>,
    /// What the client shows of itself.
    pub identity: Option<Arc<Identity>>,
    /// Whether any certificate of a server will do.
    pub insecure: bool,
}

/// A certificate in DER.
pub type Certificate = Box<[u8]>;

/// A client certificate and the key that goes with it.
#[derive(Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and those between it and its authority.
    pub certificates: Vec<Certificate>,
    /// The private key, as the text of a PEM file.
    pub key: Secret,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Route {
    /// The proxy that a request to `origin` goes through.
    pub fn proxy_to(&self, origin: &Origin) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|proxy| self.socket.is_none() && proxy.serves(origin))
    }
}
