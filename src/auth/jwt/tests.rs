//! Tokens of ours are good, forged ones are not: by the demo's verifier, and by `ring` itself.

mod forged;
mod keys;
mod vectors;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, UnparsedPublicKey};
use serde_json::Value;

use super::pem;

/// Before the demo's tokens expire.
const NOW: i64 = 1_800_000_000;

/// The demo's RSA key as it is built into the demo.
const DEMO_RSA: &[u8] = include_bytes!("../../demo/keys/rs256.pk8");
/// The demo's P-256 key.
const DEMO_EC: &[u8] = include_bytes!("../../demo/keys/es256.pk8");

fn private_pem(bytes: &[u8]) -> String {
    pem::text("PRIVATE KEY", bytes)
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

fn json(part: &str) -> Value {
    serde_json::from_slice(&decoded(part)).expect("JSON")
}

/// Whether the key of a JWK made the signature of a token, by `ring` alone.
fn verifies(token: &str, jwk: &Value) -> bool {
    let part = |name: &str| decoded(jwk[name].as_str().unwrap_or_default());
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let key = match jwk["kty"].as_str() {
        Some("EC") => [vec![4], part("x"), part("y")].concat(),
        Some("OKP") => part("x"),
        _ => {
            let (n, e) = (part("n"), part("e"));
            let key = signature::RsaPublicKeyComponents { n: &n, e: &e };
            let padding = match json(token.split('.').next().unwrap())["alg"].as_str() {
                Some("RS256") => &signature::RSA_PKCS1_2048_8192_SHA256,
                Some("RS384") => &signature::RSA_PKCS1_2048_8192_SHA384,
                Some("RS512") => &signature::RSA_PKCS1_2048_8192_SHA512,
                Some("PS256") => &signature::RSA_PSS_2048_8192_SHA256,
                Some("PS384") => &signature::RSA_PSS_2048_8192_SHA384,
                Some("PS512") => &signature::RSA_PSS_2048_8192_SHA512,
                _ => return false,
            };
            return key.verify(padding, input.as_bytes(), &signature).is_ok();
        }
    };
    let scheme: &dyn signature::VerificationAlgorithm = match key.len() {
        32 => &signature::ED25519,
        65 => &signature::ECDSA_P256_SHA256_FIXED,
        _ => &signature::ECDSA_P384_SHA384_FIXED,
    };
    UnparsedPublicKey::new(scheme, key).verify(input.as_bytes(), &signature).is_ok()
}
