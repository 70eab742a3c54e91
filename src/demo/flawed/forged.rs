//! Flaws of checking who made a JWT: each takes one kind of forgery for genuine. The claims are
//! judged as ever.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use super::attempt::Attempt;
use crate::demo::clock;
use crate::demo::grant::Grant;
use crate::demo::jwt::{self, Claims, object};
use crate::demo::keys::{ES256_PUBLIC_PEM, RS256_PUBLIC_PEM};
use crate::demo::tokens::WEAK_SECRET;
use crate::demo::users;

/// A JWT taken apart, nothing of it believed yet.
struct Parts<'t> {
    header: Claims,
    claims: Claims,
    signed: &'t str,
    /// As it is written; `None` where its dot is missing too.
    signature: Option<&'t str>,
}

/// `alg: none`, in any case, needs no signature.
pub fn alg_none(attempt: &Attempt) -> Option<Grant> {
    let unsigned = |parts: &Parts| {
        let none = |alg: &str| alg.eq_ignore_ascii_case("none");
        parts.alg().is_some_and(none) && parts.signature == Some("")
    };
    believed(attempt, unsigned)
}

/// The claims are read without a look at header and signature. Nobody is asked whether the subject
/// exists, either: who believes the claims believes that one.
pub fn signature_ignored(attempt: &Attempt) -> Option<Grant> {
    let mut claims = Parts::of(attempt.jwt()?).filter(|p| p.signature.is_some())?.claims;
    let known = Value::from(users::ALICE.name);
    let subject = claims.insert("sub".to_owned(), known)?.as_str()?.to_owned();
    let grant = jwt::grant(&claims, "JWT", clock::now()).ok()?;
    Some(Grant { user: subject, ..grant })
}

/// A signature that is not there is not checked.
pub fn signature_missing(attempt: &Attempt) -> Option<Grant> {
    let unsigned = |parts: &Parts| {
        let none = |alg: &str| alg.eq_ignore_ascii_case("none");
        !parts.alg().is_none_or(none) && parts.signature.unwrap_or_default().is_empty()
    };
    believed(attempt, unsigned)
}

/// The key is taken from the token's own header.
pub fn embedded_key(attempt: &Attempt) -> Option<Grant> {
    believed(attempt, |parts| {
        let point = parts.header.get("jwk").and_then(p256_point);
        point.zip(parts.signature_bytes()).is_some_and(|(point, signature)| {
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            key.verify(parts.signed.as_bytes(), &signature).is_ok()
        })
    })
}

/// The header's algorithm decides how a key is used, so a public key serves as the secret of HS256.
pub fn key_confusion(attempt: &Attempt) -> Option<Grant> {
    let public = [RS256_PUBLIC_PEM, ES256_PUBLIC_PEM];
    believed(attempt, |parts| public.iter().any(|pem| parts.has_hs256(pem.as_bytes())))
}

/// There is a second HS256 secret, and it is in every list of common ones.
pub fn weak_secret(attempt: &Attempt) -> Option<Grant> {
    believed(attempt, |parts| parts.has_hs256(WEAK_SECRET.as_bytes()))
}

/// There is a second HS256 secret, and it is empty.
pub fn empty_secret(attempt: &Attempt) -> Option<Grant> {
    believed(attempt, |parts| parts.has_hs256(b""))
}

/// An ECDSA signature whose numbers are both zero fits every message.
pub fn zero_signature(attempt: &Attempt) -> Option<Grant> {
    believed(attempt, |parts| {
        let zero = parts.signature_bytes().is_some_and(|bytes| bytes == [0; 64]);
        zero && parts.alg() == Some("ES256")
    })
}

/// What a JWT grants if it is `genuine`.
fn believed(attempt: &Attempt, genuine: impl Fn(&Parts) -> bool) -> Option<Grant> {
    let parts = Parts::of(attempt.jwt()?).filter(genuine)?;
    jwt::grant(&parts.claims, "JWT", clock::now()).ok()
}

impl Parts<'_> {
    fn of(token: &str) -> Option<Parts<'_>> {
        let mut parts = token.splitn(3, '.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next());
        if signature.is_some_and(|signature| signature.contains('.')) {
            return None;
        }
        let signed = &token[..header.len() + 1 + claims.len()];
        Some(Parts { header: object(header)?, claims: object(claims)?, signed, signature })
    }

    fn alg(&self) -> Option<&str> {
        self.header.get("alg").and_then(Value::as_str)
    }

    fn signature_bytes(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.signature?).ok()
    }

    /// Whether it says HS256 and this secret signed it.
    fn has_hs256(&self, secret: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signature = self.signature_bytes().filter(|_| self.alg() == Some("HS256"));
        signature.is_some_and(|tag| hmac::verify(&key, self.signed.as_bytes(), &tag).is_ok())
    }
}

/// The uncompressed point of a P-256 key: a byte 4, then x and y.
fn p256_point(jwk: &Value) -> Option<Vec<u8>> {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    (jwk.get("crv")? == "P-256").then(|| Some([vec![4], number("x")?, number("y")?].concat()))?
}
