//! TLS on loopback: an authority made for the test, servers with its certificates, clients too.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::server::Then;

/// A TLS connection, seen from the server.
pub type Tls = StreamOwned<ServerConnection, TcpStream>;

/// An authority that signs the certificates of servers.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// A new one of this name.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// Its certificate.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server for this host needs; `change` says how its certificate is special.
    pub fn config(
        &self,
        host: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new([host.to_owned()]).expect("a host");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        config(certificate.der(), &key)
    }

    /// What a server for `localhost` needs that asks clients for a certificate of this authority,
    /// and demands one or not.
    pub fn asking_config(&self, demands: bool) -> Arc<ServerConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.0.der().to_vec())).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let verifier = if demands { verifier } else { verifier.allow_unauthenticated() };
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a host");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier.build().expect("a verifier"))
            .with_single_cert(chain, key)
            .expect("a certificate for the key");
        Arc::new(config)
    }

    /// A certificate for a client, and its key.
    pub fn client(&self) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["client.test".to_owned()]).expect("a host");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

/// A certificate for `localhost` that only vouches for itself, as PEM, and what a server with it
/// needs; `authority` says whether it claims to be that of an authority.
pub fn self_signed(authority: bool) -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a host");
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), config(certificate.der(), &key))
}

fn config(certificate: &[u8], key: &KeyPair) -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from(certificate.to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate for the key");
    Arc::new(config)
}

/// Serves connections until the process ends, each on a thread; gives the port.
pub fn serve(on: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let on = Arc::new(on);
    std::thread::spawn(move || {
        for (connection, stream) in listener.incoming().flatten().enumerate() {
            let on = on.clone();
            std::thread::spawn(move || on(connection, stream));
        }
    });
    port
}

/// A TLS server; `write` answers each request, told on which connection, and the lines of its header.
pub fn serve_tls(
    config: Arc<ServerConfig>,
    write: impl Fn(usize, &str, &mut Tls) -> Then + Send + Sync + 'static,
) -> u16 {
    serve(move |connection, stream| {
        let session = ServerConnection::new(config.clone()).expect("a session");
        let mut tls = StreamOwned::new(session, stream);
        while let Some(head) = head(&mut tls) {
            if write(connection, &head, &mut tls) == Then::Close {
                return;
            }
        }
    })
}

/// The lines of a request without a body.
fn head(tls: &mut Tls) -> Option<String> {
    let mut head = String::new();
    for line in BufReader::with_capacity(1, tls).lines() {
        match line.ok()?.as_str() {
            "" => return Some(head),
            line => head.push_str(&format!("{line}\n")),
        }
    }
    None
}
