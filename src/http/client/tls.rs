//! TLS: one configuration for all threads, and the certificate authorities it trusts.

use std::sync::Arc;

use ureq::Error;
use ureq::tls::{Certificate, RootCerts};
use ureq::unversioned::transport::{ConnectionDetails, Connector, RustlsConnector, Transport};

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

/// The certificate authorities that are trusted.
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
            None => "this system has no certificate authorities installed".to_owned(),
        });
        let certificates = loaded.certs.iter().map(|der| Certificate::from_der(der).to_owned());
        Roots { certificates: RootCerts::from(certificates.collect::<Vec<_>>()), trouble }
    }
}
