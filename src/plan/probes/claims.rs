//! Tokens that were good once, or are for something else: given, or signed again with other claims.
//! Pure.

use serde_json::{Map, Value, json};

use super::make::{Good, Variant};
use super::{Absent, Needs, Probe};
use crate::auth::jwt::{Jws, NotApplicable};
use crate::http::message::Connections;

/// More than any clock is off: servers allow for up to five minutes.
const HOUR: u64 = 3600;

/// Whom and where nobody is.
const NOBODY: &str = "https://nobody.example";

type Changes = Vec<(&'static str, Option<Value>)>;

/// The token that is given for the probe, or else the good one with other claims.
pub fn claims(probe: &Probe, good: &Good) -> Result<Vec<Variant>, Absent> {
    let token = given(probe, good).unwrap_or_else(|| signed(probe.id, good))?;
    Ok(vec![sent(probe, good, token)])
}

/// The token that is given for the probe, or else the one that was revoked for it.
pub fn revoked(probe: &Probe, good: &Good) -> Result<Vec<Variant>, Absent> {
    let revoked = || match &good.supplies.revoked {
        Some(revoked) => {
            revoked.as_ref().map(|token| token.expose().to_owned()).map_err(Clone::clone)
        }
        None => Err(Absent::LacksInput("no token was revoked for it".into())),
    };
    let token = given(probe, good).unwrap_or_else(revoked)?;
    Ok(vec![sent(probe, good, token)])
}

/// The token that is given for the probe, if one is.
fn given(probe: &Probe, good: &Good) -> Option<Result<String, Absent>> {
    let (_, given) = good.supplies.tokens.iter().find(|(id, _)| *id == probe.id)?;
    Some(match given.as_ref().map(|token| token.expose().trim()) {
        Err(reason) => Err(Absent::Unusable(reason.clone())),
        Ok(token) if token == good.token => {
            let reason = format!("the token for `{}` is the good one", probe.id);
            Err(Absent::Unusable(reason))
        }
        Ok(token) => Ok(token.to_owned()),
    })
}

fn sent(probe: &Probe, good: &Good, token: String) -> Variant {
    let mut variant = good.with_derived("Bearer ", token, probe.sent);
    if matches!(probe.needs, Needs::GivenToken | Needs::TokenOfItsOwn) {
        // It is good, or was: what comes without a token on the same connection must not pass for
        // its user.
        variant.request.connections = Connections::Shared;
    }
    variant
}

/// The good token with other claims, signed with the key that signs it.
fn signed(id: &str, good: &Good) -> Result<String, Absent> {
    let key = match &good.supplies.signing_key {
        Some(Ok(key)) => key,
        Some(Err(reason)) => return Err(Absent::Unusable(reason.clone())),
        None => {
            let reason = "it takes a key that the API trusts: a `jwt` token source, or a token \
                          under `tokens` of `enforce`";
            return Err(Absent::LacksInput(reason.into()));
        }
    };
    let absent = |NotApplicable(reason)| Absent::NotApplicable(reason);
    let jws = Jws::parse(good.token).map_err(absent)?;
    let claims: Map<String, Value> =
        serde_json::from_str(&jws.claims_json().map_err(absent)?).unwrap_or_default();
    let changes = changes(id, &claims, good.supplies.now.as_secs()).map_err(absent)?;
    jws.with_claims(key, &changes).map_err(absent)
}

fn changes(id: &str, claims: &Map<String, Value>, now: u64) -> Result<Changes, NotApplicable> {
    let not = |why: &str| Err(NotApplicable(why.to_owned()));
    Ok(match id {
        "expired" => expired(claims, now),
        "not-yet-valid" => vec![("nbf", Some(json!(now + HOUR)))],
        "bad-exp-type" => {
            let exp = claims.get("exp").map_or_else(|| json!(now + HOUR), Value::clone);
            match exp {
                Value::Number(exp) => vec![("exp", Some(json!(exp.to_string())))],
                _ => return not("the token's `exp` is no number as it is"),
            }
        }
        "wrong-audience" => vec![("aud", Some(nobody_like(claims.get("aud"))))],
        "wrong-issuer" if !claims.contains_key("iss") => return not("the token has no `iss`"),
        "wrong-issuer" => vec![("iss", Some(json!(NOBODY)))],
        _ => return not("such a token cannot be made here"),
    })
}

/// Issued before it expired, so that nothing else is wrong with it.
fn expired(claims: &Map<String, Value>, now: u64) -> Changes {
    let earlier = ["iat", "nbf"].into_iter().filter(|name| claims.contains_key(*name));
    let earlier = earlier.map(|name| (name, Some(json!(now.saturating_sub(2 * HOUR)))));
    earlier.chain([("exp", Some(json!(now.saturating_sub(HOUR))))]).collect()
}

fn nobody_like(audience: Option<&Value>) -> Value {
    match audience {
        Some(Value::Array(_)) => json!([NOBODY]),
        _ => json!(NOBODY),
    }
}
