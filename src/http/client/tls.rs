//! TLS: one configuration a route, for all threads, and the certificate authorities it trusts.

use std::sync::Arc;

use ureq::Error;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::unversioned::transport::{ConnectionDetails, Connector, RustlsConnector, Transport};

use crate::http::route::{Identity, Tls};

/// Puts TLS around a connection.
#[derive(Clone, Debug, Default)]
pub struct SharedTls(Arc<RustlsConnector>);

impl<In: Transport> Connector<In> for SharedTls {
    type Out = <RustlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            resolver: details.resolver,
            config: details.config,
            // A time-out of its own makes a request's configuration one of its own, for which the
            // crate would read all certificates again at every connection.
            request_level: false,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.0.connect(&details, chained)
    }
}

/// What the HTTP crate is told about the TLS of a route. `system` gives the authorities of the
/// system, where those are trusted.
pub fn config<'r>(tls: &Tls, system: impl FnOnce() -> &'r Roots) -> TlsConfig {
    let roots = match &tls.authorities {
        // Whoever trusts all needs none.
        _ if tls.insecure => RootCerts::from(Vec::new()),
        Some(own) => {
            let own = own.iter().map(|der| Certificate::from_der(der).to_owned());
            RootCerts::from(own.collect::<Vec<_>>())
        }
        None => system().certificates.clone(),
    };
    TlsConfig::builder()
        .root_certs(roots)
        .client_cert(tls.identity.as_deref().and_then(client_certificate))
        .disable_verification(tls.insecure)
        .build()
}

/// It was read before: here nothing can be wrong with it any more.
fn client_certificate(identity: &Identity) -> Option<ClientCert> {
    let key = PrivateKey::from_pem(identity.key.expose().as_bytes()).ok()?;
    let chain = identity.certificates.iter().map(|der| Certificate::from_der(der).to_owned());
    Some(ClientCert::new_with_certs(&chain.collect::<Vec<_>>(), key))
}

/// The certificate authorities that are trusted where nothing else is said.
#[derive(Debug)]
pub struct Roots {
    /// Their certificates.
    pub certificates: RootCerts,
    /// Why there are none, if so.
    pub trouble: Option<String>,
}

impl Roots {
    /// Those of the system; the library that finds them also heeds the variables SSL_CERT_FILE and
    /// SSL_CERT_DIR, which take their place.
    pub fn of_the_system() -> Roots {
        let loaded = rustls_native_certs::load_native_certs();
        let trouble = loaded.certs.is_empty().then(|| match loaded.errors.first() {
            Some(error) => error.to_string(),
            None => "no certificate authority was found on this system".to_owned(),
        });
        let certificates = loaded.certs.iter().map(|der| Certificate::from_der(der).to_owned());
        Roots { certificates: RootCerts::from(certificates.collect::<Vec<_>>()), trouble }
    }
}
