//! The signature algorithms of RFC 7518 §3.1 and RFC 8037 that can be made here.

use ring::hmac;
use ring::signature::{self, EcdsaSigningAlgorithm, RsaEncoding};

/// How a JWT is signed, by the name in the header field `alg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

/// What an algorithm needs of a key.
#[derive(Clone, Copy)]
pub(super) enum Family {
    /// A secret.
    Hmac(hmac::Algorithm),
    /// An RSA key.
    Rsa(&'static dyn RsaEncoding),
    /// A key on one curve.
    Ec(Curve),
    /// An Ed25519 key.
    Ed25519,
}

/// An elliptic curve that can be signed on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    /// P-256.
    P256,
    /// P-384.
    P384,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 12] = [
        Algorithm::Hs256,
        Algorithm::Hs384,
        Algorithm::Hs512,
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
    ];

    /// The algorithm with this name, in exactly this case.
    pub fn by_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The name in the header field `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::Hs384 => "HS384",
            Algorithm::Hs512 => "HS512",
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
            Algorithm::Ps256 => "PS256",
            Algorithm::Ps384 => "PS384",
            Algorithm::Ps512 => "PS512",
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::EdDsa => "EdDSA",
        }
    }

    /// Whether signing takes a secret, not a private key.
    pub fn is_hmac(self) -> bool {
        matches!(self.family(), Family::Hmac(_))
    }

    pub(super) fn family(self) -> Family {
        match self {
            Algorithm::Hs256 => Family::Hmac(hmac::HMAC_SHA256),
            Algorithm::Hs384 => Family::Hmac(hmac::HMAC_SHA384),
            Algorithm::Hs512 => Family::Hmac(hmac::HMAC_SHA512),
            Algorithm::Rs256 => Family::Rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::Rs384 => Family::Rsa(&signature::RSA_PKCS1_SHA384),
            Algorithm::Rs512 => Family::Rsa(&signature::RSA_PKCS1_SHA512),
            Algorithm::Ps256 => Family::Rsa(&signature::RSA_PSS_SHA256),
            Algorithm::Ps384 => Family::Rsa(&signature::RSA_PSS_SHA384),
            Algorithm::Ps512 => Family::Rsa(&signature::RSA_PSS_SHA512),
            Algorithm::Es256 => Family::Ec(Curve::P256),
            Algorithm::Es384 => Family::Ec(Curve::P384),
            Algorithm::EdDsa => Family::Ed25519,
        }
    }
}

impl Curve {
    pub(super) fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        }
    }
}
