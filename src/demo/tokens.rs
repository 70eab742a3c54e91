//! Tokens for specs and tests: fixed ones that each demo server knows, and JWTs made to measure.

use serde_json::{Value, json};

use super::{jwt, users};

pub use super::jwt::{AUDIENCE, ISSUER};
pub use super::keys::{Algorithm, HS256_SECRET, Signer};

/// Alice's, with all her scopes; good until 2100, as are the next four.
pub const ALICE: &str = "demo-alice-5f0c1d2e3b4a";
/// Bob's, with all his scopes.
pub const BOB: &str = "demo-bob-8a7d6c5b4e3f";
/// The reader's, with `orders:read`.
pub const READER: &str = "demo-reader-2c4e6a8b0d1f";
/// Alice's, without any scope.
pub const NO_SCOPE: &str = "demo-no-scope-7b9d1f3e5a6c";
/// Alice's, that nothing else uses: for specs that revoke one.
pub const REVOCABLE: &str = "demo-revocable-3d5f7a9c1e2b";
/// Alice's, expired in 2020.
pub const EXPIRED: &str = "demo-expired-9e8d7c6b5a4f";
/// A refresh token of the reader, good once.
pub const REFRESH: &str = "demo-refresh-reader-6e8f0a2b4c6d";

/// The HS256 secret that is good behind the flaw `weak-secret` and nowhere else.
pub const WEAK_SECRET: &str = "secret";

pub(super) const YEAR_2100: i64 = 4_102_444_800;
pub(super) const YEAR_2020: i64 = 1_577_836_800;

/// Signs a set of claims as a JWT. Begin with [`claims`] and spoil what the test is about.
///
/// ```
/// use apitest::demo::tokens::{Algorithm, Signer, claims, mint};
///
/// let mut wrong = claims("alice");
/// wrong["aud"] = "https://elsewhere.example".into();
/// assert_eq!(mint(Algorithm::Es256, Signer::Demo, &wrong).split('.').count(), 3);
/// ```
pub fn mint(algorithm: Algorithm, signer: Signer, claims: &Value) -> String {
    jwt::sign(algorithm, signer, claims)
}

/// A JWT whose header says `alg: none`, which must never be accepted.
pub fn mint_unsigned(claims: &Value) -> String {
    format!("{}.", jwt::signing_input(&json!({"alg": "none", "typ": "JWT"}), claims))
}

/// Claims of a user that the demo accepts until 2100, with all scopes the user may have.
pub fn claims(user: &str) -> Value {
    let scopes = users::by_name(user).map_or(&[][..], |u| u.scopes);
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user,
        "scope": scopes.join(" "),
        "iat": YEAR_2020,
        "exp": YEAR_2100,
    })
}
