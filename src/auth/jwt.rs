//! JSON Web Tokens in their compact form (RFC 7515 §7.1): taken apart, signed, and forged.
//!
//! Whether a token is good is the API's part, and what the forgeries put to the test; here only a
//! key is held against the token that it is said to have signed.
//! There is no clock and no I/O; the only thing from outside are random numbers.

mod algorithm;
mod common_secrets;
mod der;
mod forge;
mod json;
mod jwk;
mod key;
mod look_alike;
mod pem;
mod public_key;
mod spki;
mod verify;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

pub use self::algorithm::Algorithm;
pub use self::forge::{Forged, NotApplicable, confuse, forge};
pub use self::key::{KeyFault, SigningKey};
pub use self::public_key::PublicKey;

/// A longer token fits into no header field, so nothing is made of it.
const MAX_BYTES: usize = 64 * 1024;

/// A signed token, H.P.S, taken apart. Its signature may be empty.
#[derive(Clone, Debug)]
pub struct Jws<'t> {
    /// The header as it was written: base64url of JSON.
    pub header: &'t str,
    /// The payload as it was written.
    pub payload: &'t str,
    /// The signature as it was written.
    pub signature: &'t str,
    /// The JSON text of the header.
    pub header_json: String,
    /// The `alg` of the header.
    pub alg: String,
}

impl<'t> Jws<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// Why it is not a JWT, in words that hold nothing of the token.
    pub fn parse(token: &'t str) -> Result<Jws<'t>, NotApplicable> {
        let not = |why: &str| NotApplicable(format!("the token is not a JWT: {why}"));
        if token.len() > MAX_BYTES {
            return Err(not("it is longer than 64 KiB"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let &[header, payload, signature] = parts.as_slice() else {
            return Err(match parts.len() {
                5 => NotApplicable("the token is encrypted (JWE)".to_owned()),
                _ => not("it does not have three parts"),
            });
        };
        let header_json = text(header).ok_or_else(|| not("its header is not base64url"))?;
        let object: Map<String, Value> =
            serde_json::from_str(&header_json).map_err(|_| not("its header is not JSON"))?;
        let Some(Value::String(alg)) = object.get("alg") else {
            return Err(not("its header has no `alg`"));
        };
        let alg = alg.clone();
        if payload.is_empty() {
            return Err(not("its payload is empty"));
        }
        if ![payload, signature].iter().all(|part| URL_SAFE_NO_PAD.decode(part).is_ok()) {
            return Err(not("a part of it is not base64url"));
        }
        Ok(Jws { header, payload, signature, header_json, alg })
    }

    /// The JSON text of the claims.
    ///
    /// # Errors
    /// The payload is not a JSON object.
    pub fn claims_json(&self) -> Result<String, NotApplicable> {
        let claims = text(self.payload)
            .filter(|text| serde_json::from_str::<Map<String, Value>>(text).is_ok());
        claims.ok_or_else(|| NotApplicable("the token's payload is not a JSON object".to_owned()))
    }

    /// The same header, with other claims, signed with a key: each of `changes` is set in the
    /// claims, or taken out where it is `None`. What is not changed stays byte for byte.
    ///
    /// # Errors
    /// The payload is not a JSON object.
    pub fn with_claims(
        &self,
        key: &SigningKey,
        changes: &[(&str, Option<Value>)],
    ) -> Result<String, NotApplicable> {
        let mut claims = self.claims_json()?;
        for (name, value) in changes {
            claims = match value {
                Some(value) => json::set(&claims, name, value),
                None => json::without(&claims, name),
            };
        }
        Ok(signed(key, self.header, &encoded(claims)))
    }
}

/// A token of a header's and a payload's JSON text, signed with a key.
pub fn mint(key: &SigningKey, header: &str, claims: &str) -> String {
    signed(key, &encoded(header), &encoded(claims))
}

/// Signs a header and a payload that are encoded already.
fn signed(key: &SigningKey, header: &str, payload: &str) -> String {
    let input = format!("{header}.{payload}");
    let signature = encoded(key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(part: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
