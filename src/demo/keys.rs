//! The keys that sign the demo's JWTs, and strangers' keys for tokens that must be refused.
//!
//! They are fixtures: public, and good for nothing but this demo. The files are PKCS#8 in DER, made
//! by `openssl genpkey` and `openssl pkcs8 -topk8 -nocrypt`; public keys are PEM, by `openssl pkey
//! -pubout`.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey};
use ring::{hmac, signature::ECDSA_P256_SHA256_FIXED_SIGNING as ES256_SIGNING};
use serde_json::{Value, json};

/// The secret of the HS256 tokens.
pub const HS256_SECRET: &str = "demo-hs256-secret-for-tests-only-0d9f2b7a";

/// The public keys as they stand in a file, which is how a server that confuses keys has them.
pub const RS256_PUBLIC_PEM: &str = include_str!("keys/rs256.pub.pem");
/// As above, for ES256.
pub const ES256_PUBLIC_PEM: &str = include_str!("keys/es256.pub.pem");

/// How a JWT is signed (RFC 7518 §3.1). Each has one key, whose id is in the JWT's `kid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256 and [`HS256_SECRET`].
    Hs256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
}

/// Whose key signs a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The demo itself; its signatures are good.
    Demo,
    /// Somebody else; a token of theirs is forged.
    Stranger,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 3] = [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256];

    /// The name in the header field `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
        }
    }

    /// The id of the demo's key for it.
    pub fn key_id(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "demo-hs256",
            Algorithm::Rs256 => "demo-rs256",
            Algorithm::Es256 => "demo-es256",
        }
    }

    /// Whether the demo's key made this signature.
    pub fn verify(self, message: &[u8], signature: &[u8]) -> bool {
        let keys = &DEMO;
        let (scheme, public): (&dyn signature::VerificationAlgorithm, &[u8]) = match self {
            Algorithm::Hs256 => return hmac::verify(&keys.hs256, message, signature).is_ok(),
            Algorithm::Rs256 => {
                (&signature::RSA_PKCS1_2048_8192_SHA256, keys.rs256.public_key().as_ref())
            }
            Algorithm::Es256 => {
                (&signature::ECDSA_P256_SHA256_FIXED, keys.es256.public_key().as_ref())
            }
        };
        UnparsedPublicKey::new(scheme, public).verify(message, signature).is_ok()
    }

    /// Signs a message with the key of a signer.
    pub fn sign(self, signer: Signer, message: &[u8]) -> Vec<u8> {
        let keys = match signer {
            Signer::Demo => &DEMO,
            Signer::Stranger => &STRANGER,
        };
        let random = SystemRandom::new();
        match self {
            Algorithm::Hs256 => hmac::sign(&keys.hs256, message).as_ref().to_vec(),
            Algorithm::Rs256 => {
                let mut signature = vec![0; keys.rs256.public().modulus_len()];
                keys.rs256
                    .sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("the signature has the length of the modulus");
                signature
            }
            Algorithm::Es256 => {
                let signature = keys.es256.sign(&random, message);
                signature.expect("the system has random numbers").as_ref().to_vec()
            }
        }
    }
}

/// The public keys as a JWK set (RFC 7517). The HS256 secret is not among them, of course.
pub fn jwks() -> Value {
    let rsa = PublicKeyComponents::<Vec<u8>>::from(DEMO.rs256.public());
    // An uncompressed point: a byte 4, then x and y of 32 bytes each.
    let point = DEMO.es256.public_key().as_ref();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"keys": [
        {
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": Algorithm::Rs256.key_id(),
            "n": text(&rsa.n), "e": text(&rsa.e),
        },
        {
            "kty": "EC", "use": "sig", "alg": "ES256", "kid": Algorithm::Es256.key_id(),
            "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..65]),
        },
    ]})
}

struct Keys {
    hs256: hmac::Key,
    rs256: RsaKeyPair,
    es256: EcdsaKeyPair,
}

static DEMO: LazyLock<Keys> = LazyLock::new(|| {
    let (rs256, es256) = (include_bytes!("keys/rs256.pk8"), include_bytes!("keys/es256.pk8"));
    Keys::new(HS256_SECRET, rs256, es256)
});

static STRANGER: LazyLock<Keys> = LazyLock::new(|| {
    let rs256 = include_bytes!("keys/stranger-rs256.pk8");
    let es256 = include_bytes!("keys/stranger-es256.pk8");
    Keys::new("a-secret-that-the-demo-does-not-know", rs256, es256)
});

impl Keys {
    fn new(secret: &str, rs256: &[u8], es256: &[u8]) -> Keys {
        Keys {
            hs256: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            rs256: RsaKeyPair::from_pkcs8(rs256).expect("an RSA key is built in"),
            es256: EcdsaKeyPair::from_pkcs8(&ES256_SIGNING, es256, &SystemRandom::new())
                .expect("a P-256 key is built in"),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn the_public_keys_are_those_of_the_private_ones() {
        for (pem, key) in [
            (RS256_PUBLIC_PEM, DEMO.rs256.public_key().as_ref()),
            (ES256_PUBLIC_PEM, DEMO.es256.public_key().as_ref()),
        ] {
            let lines = pem.lines().filter(|line| !line.starts_with('-'));
            let der = STANDARD.decode(lines.collect::<String>()).expect("base64");
            assert!(der.ends_with(key), "{pem}");
        }
    }
}
