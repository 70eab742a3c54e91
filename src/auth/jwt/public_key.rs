//! The public key that an API verifies with, in every spelling that a careless one may take for a
//! secret.

use serde_json::{Map, Value};

use super::key::KeyFault;
use super::{Jws, jwk, pem, spki};

/// A public key, and how its owner writes it.
#[derive(Clone, Debug)]
pub struct PublicKey {
    pub(super) material: Material,
    /// The PEM text that it was read from.
    pem: Option<String>,
    /// The JWK that it was read from.
    jwk: Option<Map<String, Value>>,
}

/// What a public key is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// Modulus and exponent.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// An uncompressed point of a curve: a byte 4, then x and y.
    Ec { curve: &'static str, point: Vec<u8> },
    /// The point of Ed25519.
    Ed25519 { x: Vec<u8> },
}

impl PublicKey {
    pub(super) fn of(material: Material) -> PublicKey {
        PublicKey { material, pem: None, jwk: None }
    }

    /// Reads a public key from PEM, a JWK or a JWK set. In a set it is the key that the token's
    /// header names by `kid`, or else the only one that may have signed the token.
    ///
    /// # Errors
    /// Why there is no such key, or that it is of another kind than the token's.
    pub fn read(text: &str, token: &str) -> Result<PublicKey, KeyFault> {
        let key = match jwk::object(text) {
            Some(object) => of_json(object, token),
            None => of_pem(text),
        };
        key.and_then(|key| key.for_token(token)).map_err(KeyFault)
    }

    /// Finds what is wrong with a text whatever the token. Which key of a set is meant, only a
    /// token tells.
    ///
    /// # Errors
    /// Why it holds no public key.
    pub fn check(text: &str) -> Result<(), KeyFault> {
        match jwk::object(text) {
            Some(object) => match object.get("keys") {
                Some(Value::Array(keys)) if keys.is_empty() => Err("the JWK set is empty".into()),
                Some(Value::Array(_)) => Ok(()),
                _ => of_json(object, "").map(drop),
            },
            None => of_pem(text).map(drop),
        }
        .map_err(KeyFault)
    }

    /// The key, unless it cannot have to do with the token.
    fn for_token(self, token: &str) -> Result<PublicKey, String> {
        let alg = Jws::parse(token).map(|jws| jws.alg);
        let own = match self.material {
            Material::Rsa { .. } => "RSA",
            Material::Ec { .. } => "EC",
            Material::Ed25519 { .. } => "OKP",
        };
        match alg.as_deref().map(|alg| (alg, kty(alg))) {
            Ok((alg, Some(wanted))) if wanted != own => {
                Err(format!("it is a key of the kind {own}, and the token is signed with {alg}"))
            }
            _ => Ok(self),
        }
    }

    /// The key as a JWK.
    pub(super) fn to_jwk(&self) -> Value {
        jwk::write(&self.material)
    }

    /// Its spellings, each with a name, as the bytes of a secret.
    pub(super) fn spellings(&self) -> Vec<(&'static str, Vec<u8>)> {
        let der = spki::write(&self.material);
        let pem = self.pem.clone().unwrap_or_else(|| pem::text("PUBLIC KEY", &der));
        let pem = pem.trim_end();
        let jwk = self.jwk.clone().map_or_else(|| self.to_jwk(), Value::Object);
        vec![
            ("PEM", format!("{pem}\n").into_bytes()),
            ("PEM without its last line end", pem.as_bytes().to_vec()),
            ("DER", der),
            ("JWK", jwk.to_string().into_bytes()),
        ]
    }
}

fn of_pem(text: &str) -> Result<PublicKey, String> {
    let blocks = pem::blocks(text);
    let Some(block) = blocks.first() else {
        return Err("it is neither PEM nor a JWK or a set of those".to_owned());
    };
    let bytes = block.bytes.as_deref().ok_or("the PEM is not base64")?;
    let material = match block.label {
        "PUBLIC KEY" => spki::read(bytes),
        "RSA PUBLIC KEY" => spki::rsa(bytes),
        "CERTIFICATE" => {
            return Err(
                "it is a certificate; `openssl x509 -pubkey -noout` takes its key out".to_owned()
            );
        }
        label if label.ends_with("PRIVATE KEY") => {
            return Err(
                "it is a private key; `openssl pkey -pubout` makes its public key".to_owned()
            );
        }
        label => return Err(format!("a PEM block `{label}` is not a public key")),
    };
    let material = material.ok_or("the PEM is not a public key of RSA, EC or Ed25519")?;
    Ok(PublicKey { pem: Some(text.to_owned()), ..PublicKey::of(material) })
}

fn of_json(mut object: Map<String, Value>, token: &str) -> Result<PublicKey, String> {
    let key = match object.remove("keys") {
        Some(Value::Array(keys)) => of_set(keys, token)?,
        Some(_) => return Err("`keys` of the JWK set is not a list".to_owned()),
        None => object,
    };
    if key.contains_key("d") {
        return Err("it is a private key; give the public one".to_owned());
    }
    let material = jwk::read(&key)?;
    Ok(PublicKey { jwk: Some(key), ..PublicKey::of(material) })
}

fn of_set(keys: Vec<Value>, token: &str) -> Result<Map<String, Value>, String> {
    let jws = Jws::parse(token).map_err(|why| why.0)?;
    let header = jwk::object(&jws.header_json).unwrap_or_default();
    let keys = keys.into_iter().filter_map(|key| match key {
        Value::Object(key) => Some(key),
        _ => None,
    });
    let fits = |key: &Map<String, Value>| match header.get("kid") {
        Some(kid) => key.get("kid") == Some(kid),
        None => key.get("kty").and_then(Value::as_str) == kty(&jws.alg),
    };
    let mut fitting = keys.filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err("several keys of the JWK set may have signed the token".into()),
        (None, _) => Err("no key of the JWK set has signed the token".to_owned()),
    }
}

/// The `kty` of the keys for an `alg`.
fn kty(alg: &str) -> Option<&'static str> {
    match alg.get(..2)? {
        "RS" | "PS" => Some("RSA"),
        "ES" => Some("EC"),
        "Ed" => Some("OKP"),
        _ => None,
    }
}
