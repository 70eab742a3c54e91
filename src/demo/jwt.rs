//! JSON Web Tokens: made for fixtures, and verified as RFC 8725 asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::grant::{Grant, Reason};
use super::keys::{Algorithm, Signer};
use super::users;

/// Who issues the demo's JWTs.
pub const ISSUER: &str = "https://login.demo.example";
/// Whom the demo's JWTs are for.
pub const AUDIENCE: &str = "https://orders.demo.example";

/// How far the clocks of issuer and demo may be apart, in seconds.
const SKEW: f64 = 60.0;

/// Signs a set of claims. Nothing is checked: wrong ones are what fixtures are made of.
pub fn sign(algorithm: Algorithm, signer: Signer, claims: &Value) -> String {
    let header = json!({"alg": algorithm.name(), "typ": "JWT", "kid": algorithm.key_id()});
    let input = signing_input(&header, claims);
    let signature = algorithm.sign(signer, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The part of a JWT that is signed: header and claims.
pub fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// What a JWT grants at a time, in seconds since 1970.
///
/// # Errors
/// Why it is refused, in words that hold nothing of the token.
pub fn verify(token: &str, now: i64) -> Result<Grant, Reason> {
    let (claims, algorithm) = authentic(token)?;
    grant(&claims, algorithm.name(), now)
}

/// The claims of a JWT that the demo signed, not judged yet.
///
/// # Errors
/// It is no JWT, or somebody else made it.
pub fn authentic(token: &str) -> Result<(Claims, Algorithm), Reason> {
    const MALFORMED: &str = "The token is malformed.";
    let (input, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, claims) = input.split_once('.').ok_or(MALFORMED)?;
    let algorithm = pinned_algorithm(&object(header).ok_or(MALFORMED)?)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
    // Nothing of the claims is looked at before it is known who wrote them.
    if !algorithm.verify(input.as_bytes(), &signature) {
        return Err("The token's signature is not valid.");
    }
    Ok((object(claims).ok_or(MALFORMED)?, algorithm))
}

/// The claims of a JWT, by name.
pub type Claims = Map<String, Value>;

/// A part of a JWT that holds a JSON object: its header or its claims.
pub fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The algorithm of the key that the header names. The token never chooses the two apart, or a
/// public RSA key could be made to serve as an HMAC secret.
fn pinned_algorithm(header: &Map<String, Value>) -> Result<Algorithm, Reason> {
    let named = |a: &Algorithm| header.get("alg").is_some_and(|alg| alg == a.name());
    let algorithm = Algorithm::ALL.into_iter().find(named);
    let algorithm = algorithm.ok_or("The token's algorithm is not accepted.")?;
    if header.get("kid").is_some_and(|kid| kid != algorithm.key_id()) {
        return Err("The token's key is unknown or is not for its algorithm.");
    }
    if header.contains_key("crit") {
        return Err("The token asks for an extension that is not understood.");
    }
    let of_access_token = |typ: &Value| {
        typ.as_str().is_some_and(|t| ["jwt", "at+jwt"].iter().any(|k| t.eq_ignore_ascii_case(k)))
    };
    match header.get("typ") {
        Some(typ) if !of_access_token(typ) => Err("The token is not an access token."),
        _ => Ok(algorithm),
    }
}

/// What claims grant at a time, in seconds since 1970, once it is known who wrote them.
///
/// # Errors
/// Which of them is missing or wrong.
pub fn grant(claims: &Claims, kind: &'static str, now: i64) -> Result<Grant, Reason> {
    grant_between(claims, kind, now, Parties { issuer: ISSUER, audience: AUDIENCE })
}

/// Who must have issued a JWT, and whom it must be for.
#[derive(Clone, Copy, Debug)]
pub struct Parties {
    /// The `iss`.
    pub issuer: &'static str,
    /// The `aud`, or one of several.
    pub audience: &'static str,
}

/// What claims grant between two parties; else as [`grant`].
///
/// # Errors
/// Which of them is missing or wrong.
pub fn grant_between(
    claims: &Claims,
    kind: &'static str,
    now: i64,
    parties: Parties,
) -> Result<Grant, Reason> {
    let expiry = time(claims, "exp")?.ok_or("The token does not say when it expires.")?;
    let now = now as f64;
    if expiry + SKEW <= now {
        return Err("The token has expired.");
    }
    for start in ["nbf", "iat"] {
        if time(claims, start)?.is_some_and(|at| at - SKEW > now) {
            return Err("The token is not valid yet.");
        }
    }
    if claims.get("iss").is_none_or(|iss| iss != parties.issuer) {
        return Err("The token is from another issuer.");
    }
    if !claims.get("aud").is_some_and(|aud| names(aud, parties.audience)) {
        return Err("The token is for another audience.");
    }
    let subject = claims.get("sub").and_then(Value::as_str).and_then(users::by_name);
    Ok(Grant {
        user: subject.ok_or("The token is for an unknown user.")?.name.to_owned(),
        scopes: scopes(claims.get("scope"))?,
        kind,
        expires_at: expiry as i64,
    })
}

/// A NumericDate (RFC 7519 §2), which may have a fraction. Text is not one, whatever it says.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(at)) => at.as_f64().map(Some).ok_or("The token has a time too large."),
        Some(_) => Err("The token has a time that is not a number."),
    }
}

fn names(audience: &Value, wanted: &str) -> bool {
    match audience {
        Value::Array(several) => several.iter().any(|one| one == wanted),
        one => one == wanted,
    }
}

fn scopes(claim: Option<&Value>) -> Result<Vec<String>, Reason> {
    match claim {
        None => Ok(Vec::new()),
        Some(Value::String(list)) => Ok(list.split_whitespace().map(str::to_owned).collect()),
        Some(_) => Err("The token's scope is not text."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::tokens::claims;

    const NOW: i64 = 1_800_000_000;

    fn judged(header: &Value, claims: &Value) -> Result<Grant, Reason> {
        let input = signing_input(header, claims);
        let signature = Algorithm::Hs256.sign(Signer::Demo, input.as_bytes());
        verify(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)), NOW)
    }

    fn judged_with(name: &str, value: Value) -> Result<Grant, Reason> {
        let mut claims = claims("alice");
        claims[name] = value;
        judged(&json!({"alg": "HS256"}), &claims)
    }

    #[test]
    fn clocks_may_be_a_minute_apart_and_no_more() {
        for (name, value, good) in [
            ("exp", json!(NOW - 59), true),
            ("exp", json!(NOW - 60), false),
            ("exp", json!(NOW as f64 - 59.5), true),
            ("nbf", json!(NOW + 60), true),
            ("nbf", json!(NOW + 61), false),
            ("iat", json!(NOW + 61), false),
        ] {
            assert_eq!(judged_with(name, value.clone()).is_ok(), good, "{name} {value}");
        }
    }

    #[test]
    fn claims_of_another_type_are_refused() {
        for (name, value) in [
            ("exp", json!(null)),
            ("exp", json!([NOW])),
            ("nbf", json!("0")),
            ("iss", json!([ISSUER])),
            ("aud", json!({"orders": AUDIENCE})),
            ("aud", json!([[AUDIENCE]])),
            ("sub", json!(["alice"])),
            ("scope", json!(["orders:read"])),
        ] {
            assert!(judged_with(name, value.clone()).is_err(), "{name} {value}");
        }
    }

    #[test]
    fn a_claim_that_is_needed_is_needed() {
        for name in ["exp", "iss", "aud", "sub"] {
            let mut claims = claims("alice");
            claims.as_object_mut().expect("an object").remove(name);
            assert!(judged(&json!({"alg": "HS256"}), &claims).is_err(), "{name}");
        }
    }

    #[test]
    fn an_audience_may_be_one_of_several() {
        assert!(judged_with("aud", json!(["https://a.example", AUDIENCE])).is_ok());
        assert!(judged_with("aud", json!([])).is_err());
    }

    #[test]
    fn a_header_may_say_little_and_only_what_is_understood() {
        for (header, good) in [
            (json!({"alg": "HS256", "typ": "at+jwt", "kid": "demo-hs256"}), true),
            (json!({"alg": "HS256", "typ": "JWE"}), false),
            (json!({"alg": "HS256", "crit": ["exp"]}), false),
            (json!({"alg": "HS256", "kid": "demo-es256"}), false),
            (json!({"alg": "HS256", "kid": 1}), false),
            (json!({"typ": "JWT"}), false),
        ] {
            assert_eq!(judged(&header, &claims("alice")).is_ok(), good, "{header}");
        }
    }
}
