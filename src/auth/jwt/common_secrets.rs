//! Secrets that are tried against a token without asking anybody: those of tutorials, templates
//! and lists of leaked passwords, and the words that the token itself holds.

use serde_json::Value;

use super::algorithm::Algorithm;
use super::key::SigningKey;
use super::{Jws, encoded, jwk};

/// The secrets, each as somebody once wrote it into a program.
const COMMON: &str = include_str!("common_secrets.txt");

/// The secret that signed a token, if it is a common one: where it was found, which gives less away
/// than the secret itself, and the key of it.
pub fn find(jws: &Jws, algorithm: Algorithm, claims: &str) -> Option<(String, SigningKey)> {
    let message = format!("{}.{}", jws.header, jws.payload);
    let fits = |secret: &str| {
        let key = SigningKey::of_secret(algorithm, secret.as_bytes())?;
        (encoded(key.sign(message.as_bytes())) == jws.signature).then_some(key)
    };
    for (index, secret) in COMMON.lines().enumerate() {
        if let Some(key) = fits(secret) {
            return Some((format!("number {} of the common ones", index + 1), key));
        }
    }
    [("header", &*jws.header_json), ("payload", claims)].iter().find_map(|(part, json)| {
        let object = jwk::object(json)?;
        object.iter().find_map(|(name, value)| match value {
            Value::String(word) => Some((format!("the `{name}` of its {part}"), fits(word)?)),
            _ => None,
        })
    })
}
