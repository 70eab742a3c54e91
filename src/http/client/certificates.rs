//! PEM files of `tls`: read, and proven to be of use before anything is sent.

use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};
use ureq::tls::{PemItem, parse_pem};

use crate::http::route::{Certificate, Identity};
use crate::secret::Secret;

/// The authorities whose certificates a PEM text holds.
///
/// # Errors
/// Why it cannot be used.
pub fn authorities(pem: &str) -> Result<Arc<[Certificate]>, String> {
    let certificates = certificates(pem)?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(CertificateDer::from(&**certificate))
            .map_err(|_| "a certificate in it cannot be read".to_owned())?;
    }
    Ok(certificates.into())
}

/// The certificates that a PEM text holds, at least one.
///
/// # Errors
/// Why it cannot be used.
pub fn certificates(pem: &str) -> Result<Vec<Certificate>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        let item = item.map_err(|_| "it is not PEM, or damaged".to_owned())?;
        if let PemItem::Certificate(certificate) = item {
            found.push(certificate.der().into());
        }
    }
    match found.is_empty() {
        false => Ok(found),
        true => {
            Err("it holds no certificate: write a PEM file, `-----BEGIN CERTIFICATE-----`".into())
        }
    }
}

/// What a client shows of itself: these certificates, with the private key that a PEM text holds.
///
/// # Errors
/// Why the key cannot be used.
pub fn identity(certificates: Vec<Certificate>, pem: &str) -> Result<Identity, String> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| no_key(pem))?;
    let chain = certificates.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    match CertifiedKey::from_der(chain, key, &default_provider()) {
        Ok(_) => Ok(Identity { certificates, key: Secret::new(pem) }),
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("it is not the key of the certificate".into())
        }
        Err(rustls::Error::InvalidCertificate(_)) => {
            Err("the certificate that it belongs to cannot be read".into())
        }
        Err(_) => {
            Err("its key is damaged, or of a kind that cannot be used: take RSA, Ed25519, or \
             ECDSA with P-256 or P-384"
                .into())
        }
    }
}

fn no_key(pem: &str) -> String {
    match pem.contains("ENCRYPTED") {
        true => "its private key is encrypted: take off the password".into(),
        false => "it holds no private key: write a PEM file, `-----BEGIN PRIVATE KEY-----`".into(),
    }
}
