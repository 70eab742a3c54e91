//! The forgeries: a good token in, tokens out that an API must refuse.

use serde_json::{Value, json};

use super::algorithm::{Algorithm, Family};
use super::key::SigningKey;
use super::public_key::PublicKey;
use super::{Jws, MAX_BYTES, common_secrets, encoded, json as text, jwk, look_alike, signed};

/// A token that an API must refuse.
#[derive(Clone, PartialEq, Eq)]
pub struct Forged {
    /// What is forged about it; nothing of the token.
    pub label: String,
    /// The token itself, as secret as the one it was made from: it may hold the same claims.
    pub token: String,
}

/// Why a forgery does not apply to a token, in words that hold nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotApplicable(pub String);

type Forgeries = Result<Vec<Forged>, NotApplicable>;

/// Forges a token as the probe with this id does. No token at all is forged where `weak-secret`
/// finds no secret.
///
/// # Errors
/// Why the forgery does not apply.
pub fn forge(id: &str, token: &str) -> Forgeries {
    check_text(token)?;
    match id {
        "look-alike" => return look_alike::look_alike(token),
        "truncated" => return look_alike::truncated(token),
        "extended" => return look_alike::extended(token),
        _ => {}
    }
    let jws = Jws::parse(token)?;
    match id {
        "alg-none" => Ok(alg_none(&jws)),
        "no-signature" => no_signature(&jws),
        "two-parts" => one("H.P", format!("{}.{}", jws.header, jws.payload)),
        "signature-flip" => signature_flip(&jws),
        "payload-edit" => payload_edit(&jws),
        "scope-raise" => scope_raise(&jws),
        "other-key" => other_key(&jws),
        "embedded-key" => embedded_key(&jws),
        "empty-secret" => empty_secret(&jws),
        "weak-secret" => weak_secret(&jws),
        "zero-signature" => zero_signature(&jws),
        _ => not(format!("no forgery is called `{id}`")),
    }
}

/// Forges a token as `key-confusion` does, with the public key that the API verifies with.
///
/// # Errors
/// Why the forgery does not apply.
pub fn confuse(token: &str, key: Option<&PublicKey>) -> Forgeries {
    check_text(token)?;
    key_confusion(&Jws::parse(token)?, key)
}

fn check_text(token: &str) -> Result<(), NotApplicable> {
    match token {
        "" => Err(NotApplicable("the token is empty".to_owned())),
        _ if token.len() > MAX_BYTES => {
            Err(NotApplicable("the token is longer than 64 KiB".to_owned()))
        }
        _ if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(NotApplicable("the token holds more than visible ASCII characters".to_owned()))
        }
        _ => Ok(()),
    }
}

fn alg_none(jws: &Jws) -> Vec<Forged> {
    let spelled = |alg: &str| Forged {
        label: format!("alg {alg}"),
        token: format!("{}.{}.", with_alg(jws, alg), jws.payload),
    };
    ["none", "None", "NONE", "nOnE"].map(spelled).into()
}

fn no_signature(jws: &Jws) -> Forgeries {
    with_signature(jws)?;
    one("empty signature", format!("{}.{}.", jws.header, jws.payload))
}

/// The first character, for the last bits of the last one may mean nothing.
fn signature_flip(jws: &Jws) -> Forgeries {
    with_signature(jws)?;
    let other = if jws.signature.starts_with('A') { 'B' } else { 'A' };
    let flipped = format!("{}.{}.{other}{}", jws.header, jws.payload, &jws.signature[1..]);
    one("first character of the signature changed", flipped)
}

fn payload_edit(jws: &Jws) -> Forgeries {
    with_signature(jws)?;
    let claims = jws.claims_json()?;
    let sub = jwk::object(&claims).and_then(|claims| claims.get("sub").cloned());
    let claims = text::set(&claims, "sub", &another_subject(sub.as_ref()));
    one("another sub", with_payload(jws, claims))
}

/// A subject that may well exist: the more a forged one is worth, the more it tells.
fn another_subject(sub: Option<&Value>) -> Value {
    match sub {
        Some(Value::Number(number)) => json!(number.as_u64().map_or(1, |n| n.wrapping_add(1))),
        Some(Value::String(sub)) => match sub.parse::<u32>() {
            Ok(number) => json!(number.wrapping_add(1).to_string()),
            Err(_) if sub == "admin" => json!("root"),
            Err(_) => json!("admin"),
        },
        _ => json!("admin"),
    }
}

fn scope_raise(jws: &Jws) -> Forgeries {
    with_signature(jws)?;
    let mut claims = jws.claims_json()?;
    let object = jwk::object(&claims).unwrap_or_default();
    let scopes = ["scope", "scp", "scopes", "permissions"];
    let named = scopes.into_iter().filter(|name| object.contains_key(*name));
    let named: Vec<&str> = if named.clone().count() == 0 { vec!["scope"] } else { named.collect() };
    for name in named.into_iter().chain(["roles"]) {
        let raised = raised(object.get(name), name == "roles");
        claims = text::set(&claims, name, &raised);
    }
    claims = text::set(&claims, "admin", &json!(true));
    one("scope, roles and admin raised", with_payload(jws, claims))
}

fn raised(claim: Option<&Value>, is_list: bool) -> Value {
    match claim {
        Some(Value::String(list)) if !list.is_empty() => json!(format!("{list} admin")),
        Some(Value::Array(list)) => {
            json!(list.iter().cloned().chain([json!("admin")]).collect::<Vec<_>>())
        }
        _ if is_list => json!(["admin"]),
        _ => json!("admin"),
    }
}

fn other_key(jws: &Jws) -> Forgeries {
    let algorithm = algorithm(jws)?;
    let label = match algorithm.family() {
        Family::Hmac(_) => "random secret",
        Family::Rsa(_) => "another RSA key",
        Family::Ec(_) | Family::Ed25519 => "fresh key",
    };
    one(label, signed(&nobodys(algorithm)?, jws.header, jws.payload))
}

/// With ES256, and with the token's own algorithm too, where the API may accept no other.
fn embedded_key(jws: &Jws) -> Forgeries {
    let own = Algorithm::by_name(&jws.alg).filter(|own| !own.is_hmac());
    let own = own.filter(|own| *own != Algorithm::Es256);
    std::iter::once(Algorithm::Es256).chain(own).map(|algorithm| embedded(jws, algorithm)).collect()
}

fn embedded(jws: &Jws, algorithm: Algorithm) -> Result<Forged, NotApplicable> {
    let key = nobodys(algorithm)?;
    let mut public = key.public_key().map_or(Value::Null, |public| public.to_jwk());
    if let Some(kid) = jwk::object(&jws.header_json).and_then(|header| header.get("kid").cloned()) {
        public["kid"] = kid;
    }
    let header = text::set(&jws.header_json, "alg", &json!(algorithm.name()));
    let header = encoded(text::set(&header, "jwk", &public));
    let label = format!("its own {} key in the header", algorithm.name());
    Ok(Forged { label, token: signed(&key, &header, jws.payload) })
}

fn empty_secret(jws: &Jws) -> Forgeries {
    let own = Algorithm::by_name(&jws.alg).filter(|own| own.is_hmac());
    let algorithm = own.unwrap_or(Algorithm::Hs256);
    one(&format!("{} with an empty secret", algorithm.name()), with_secret(jws, algorithm, &[])?)
}

/// The token that is found to have a common secret is signed with it once more, with a claim that
/// says nothing: the same claims would give the same token.
fn weak_secret(jws: &Jws) -> Forgeries {
    let algorithm = algorithm(jws)?;
    if !algorithm.is_hmac() {
        return not(format!("the token is signed with {}, not with a secret", jws.alg));
    }
    let claims = jws.claims_json()?;
    let Some((found, key)) = common_secrets::find(jws, algorithm, &claims) else {
        return Ok(Vec::new());
    };
    let payload = encoded(text::set(&claims, "apitest", &json!("weak-secret")));
    one(&format!("secret found offline: {found}"), signed(&key, jws.header, &payload))
}

fn key_confusion(jws: &Jws, key: Option<&PublicKey>) -> Forgeries {
    if algorithm(jws).is_ok_and(Algorithm::is_hmac) {
        return not(format!("the token is signed with {}, which has no public key", jws.alg));
    }
    let Some(key) = key else {
        return not("it takes the public key of the API: `keys` of `enforce`".to_owned());
    };
    let forged = |(spelling, secret): (&str, Vec<u8>)| {
        let token = with_secret(jws, Algorithm::Hs256, &secret)?;
        Ok(Forged { label: format!("HS256 with the public key as secret: {spelling}"), token })
    };
    key.spellings().into_iter().map(forged).collect()
}

fn zero_signature(jws: &Jws) -> Forgeries {
    let length = match jws.alg.as_str() {
        "ES256" | "ES256K" => 64,
        "ES384" => 96,
        "ES512" => 132,
        alg => return not(format!("the token is signed with {alg}, not with ECDSA")),
    };
    let zeros = encoded(vec![0; length]);
    one("r = s = 0", format!("{}.{}.{zeros}", jws.header, jws.payload))
}

fn algorithm(jws: &Jws) -> Result<Algorithm, NotApplicable> {
    let cannot = || NotApplicable("the token's `alg` is not one that is signed here".to_owned());
    Algorithm::by_name(&jws.alg).ok_or_else(cannot)
}

fn nobodys(algorithm: Algorithm) -> Result<SigningKey, NotApplicable> {
    let none = || NotApplicable("the system gave no random numbers for a key".to_owned());
    SigningKey::of_nobody(algorithm).ok_or_else(none)
}

fn with_signature(jws: &Jws) -> Result<(), NotApplicable> {
    match jws.signature {
        "" => Err(NotApplicable("the token has no signature".to_owned())),
        _ => Ok(()),
    }
}

fn with_alg(jws: &Jws, alg: &str) -> String {
    if jws.alg == alg {
        return jws.header.to_owned();
    }
    encoded(text::set(&jws.header_json, "alg", &json!(alg)))
}

fn with_payload(jws: &Jws, claims: String) -> String {
    format!("{}.{}.{}", jws.header, encoded(claims), jws.signature)
}

fn with_secret(jws: &Jws, algorithm: Algorithm, secret: &[u8]) -> Result<String, NotApplicable> {
    let key = SigningKey::of_secret(algorithm, secret);
    let key = key.ok_or_else(|| NotApplicable("it takes an algorithm with a secret".to_owned()))?;
    Ok(signed(&key, &with_alg(jws, algorithm.name()), jws.payload))
}

pub(super) fn one(label: &str, token: String) -> Forgeries {
    Ok(vec![Forged { label: label.to_owned(), token }])
}

pub(super) fn not(why: String) -> Forgeries {
    Err(NotApplicable(why))
}

impl std::fmt::Debug for Forged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Forged({})", self.label)
    }
}
