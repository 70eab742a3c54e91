//! JWTs that are signed here.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Means;
use crate::auth::jwt::{SigningKey, mint as signed};
use crate::plan::token_source::{Mint, MintKey};

/// A JWT that is good from now on, and for how long, if its claims do not say that themselves.
///
/// # Errors
/// What is wrong with the key or the claims.
pub fn mint(source: &Mint, means: &Means) -> Result<(String, Option<Duration>), String> {
    let key = signing_key(source, means)?;
    let draft = |draft: &crate::template::Draft| {
        draft.fill(means.bindings).map(|value| value.into_owned()).map_err(|error| error.message)
    };
    let mut header = Map::new();
    header.insert("alg".into(), json!(key.algorithm().name()));
    header.insert("typ".into(), json!("JWT"));
    header.extend(members(draft(&source.headers)?));
    let mut claims = members(draft(&source.claims)?);
    let now = (means.clock)().as_secs();
    let own = claims.contains_key("exp");
    for (name, at) in [("iat", now), ("exp", now + source.lifetime.as_secs())] {
        claims.entry(name).or_insert_with(|| json!(at));
    }
    header.retain(|_, value| !value.is_null());
    claims.retain(|_, value| !value.is_null());
    let token =
        signed(&key, &Value::Object(header).to_string(), &Value::Object(claims).to_string());
    Ok((token, (!own).then_some(source.lifetime)))
}

/// The key of a source.
///
/// # Errors
/// Why it cannot be read, or is none.
pub fn signing_key(source: &Mint, means: &Means) -> Result<SigningKey, String> {
    let text = match &source.key {
        MintKey::Text(text) => {
            text.fill(means.bindings).map_err(|error| error.message)?.into_owned()
        }
        MintKey::File(path) => {
            let path = path.fill(means.bindings).map_err(|error| error.message)?;
            let text = means.read(&path);
            let text = text.map_err(|reason| format!("the key file {path}: {reason}"))?;
            // Editors and programs end a file with a line end; no secret does.
            text.trim_end_matches(['\n', '\r']).to_owned()
        }
    };
    means.redactor.add(&text);
    SigningKey::read(source.algorithm, &text).map_err(|fault| fault.0)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
