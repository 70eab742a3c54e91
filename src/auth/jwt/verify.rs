//! Whether a key made the signature of a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use super::Jws;
use super::public_key::{Material, PublicKey};

impl PublicKey {
    /// Whether the token was signed with this key's private half. One whose algorithm cannot be
    /// verified here counts as not.
    pub fn has_signed(&self, token: &str) -> bool {
        let Ok(jws) = Jws::parse(token) else { return false };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(jws.signature) else { return false };
        let Some(algorithm) = algorithm(&jws.alg) else { return false };
        let input = format!("{}.{}", jws.header, jws.payload);
        let point = match (&self.material, algorithm) {
            (Material::Rsa { n, e }, Verifier::Rsa(parameters)) => {
                let key = signature::RsaPublicKeyComponents { n, e };
                return key.verify(parameters, input.as_bytes(), &signature).is_ok();
            }
            (Material::Ec { point, .. }, Verifier::Curve(algorithm)) => (algorithm, point),
            (Material::Ed25519 { x }, Verifier::Curve(algorithm)) => (algorithm, x),
            _ => return false,
        };
        let key = UnparsedPublicKey::new(point.0, point.1);
        key.verify(input.as_bytes(), &signature).is_ok()
    }
}

enum Verifier {
    Rsa(&'static signature::RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

fn algorithm(alg: &str) -> Option<Verifier> {
    Some(match alg {
        "RS256" => Verifier::Rsa(&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        "RS384" => Verifier::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Verifier::Rsa(&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        "PS256" => Verifier::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => Verifier::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => Verifier::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => Verifier::Curve(&signature::ECDSA_P256_SHA256_FIXED),
        "ES384" => Verifier::Curve(&signature::ECDSA_P384_SHA384_FIXED),
        "EdDSA" => Verifier::Curve(&signature::ED25519),
        _ => return None,
    })
}
