//! The response of a token source: a token, or why there is none.

use std::time::Duration;

use serde_json::Value;

use super::{Given, Means};
use crate::auth::jwt::Jws;
use crate::http::message::Response;
use crate::json_path::{Found, JsonPath};
use crate::plan::token_source::TokenRequest;
use crate::template::as_text;

/// Reads a response.
///
/// # Errors
/// What is wrong with it, as it follows the request line.
pub fn read(source: &TokenRequest, response: &Response, means: &Means) -> Result<Given, String> {
    let status = response.status;
    let json: Option<Value> = serde_json::from_slice(&response.body).ok();
    if !(200..300).contains(&status) {
        let redirect =
            if (300..400).contains(&status) { " (redirects are not followed)" } else { "" };
        let words = own_words(json.as_ref(), response);
        return Err(format!("answered {status}{redirect}{words}"));
    }
    let json = json.ok_or_else(|| format!("answered {status}, and its body is not JSON"))?;
    learn_tokens(&json, means);
    let token = match find(&source.token, &json) {
        Some(Value::String(token)) => token,
        found => {
            let words = if source.name == "oauth2" {
                own_words(Some(&json), response)
            } else {
                String::new()
            };
            let what = if found.is_some() { "what is no text" } else { "nothing" };
            return Err(format!("answered {status}, and has {what} at {}{words}", source.token));
        }
    };
    if source.name == "oauth2"
        && let Some(Value::String(kind)) = json.get("token_type")
        && !kind.eq_ignore_ascii_case("bearer")
    {
        return Err(format!("gave a token of the type `{kind}`, not Bearer"));
    }
    let refresh = json.get("refresh_token").and_then(Value::as_str).map(str::to_owned);
    let lifetime = match lifetime(source, &json)? {
        Some(lifetime) => Some(lifetime),
        None => remaining(&token, means),
    };
    Ok(Given { token, lifetime, refresh })
}

/// For how long the response says that the token is good. A time of nothing says nothing.
fn lifetime(source: &TokenRequest, json: &Value) -> Result<Option<Duration>, String> {
    let (path, required) = &source.expires_in;
    let found = find(path, json);
    let seconds = found.as_ref().and_then(as_text).and_then(|text| text.parse::<f64>().ok());
    let seconds = seconds.filter(|s| s.is_finite() && *s >= 0.0);
    match seconds {
        Some(seconds) => {
            let lifetime = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 4);
            // Beyond a hundred years, no clock needs to be looked at.
            Ok((seconds > 0.0).then_some(lifetime).filter(|time| time.as_secs() < 1 << 31))
        }
        None if *required => Err(format!("has no number of seconds at {path}")),
        None => Ok(None),
    }
}

/// For how long a JWT is good by its own `exp`.
fn remaining(token: &str, means: &Means) -> Option<Duration> {
    let claims = Jws::parse(token).and_then(|jws| jws.claims_json()).ok()?;
    let claims: Value = serde_json::from_str(&claims).ok()?;
    let expiry = Duration::from_secs(claims.get("exp")?.as_f64()? as u64);
    expiry.checked_sub((means.clock)()).filter(|time| time.as_secs() < 1 << 31)
}

/// A singular path that was checked when it was read.
fn find(path: &str, json: &Value) -> Option<Value> {
    match JsonPath::parse(path).ok()?.find(json) {
        Found::One(value) => Some(value.clone()),
        Found::Many(_) | Found::Missing => None,
    }
}

/// Other tokens than the one that was asked for come along with it.
fn learn_tokens(json: &Value, means: &Means) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| learn_tokens(item, means)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name.to_ascii_lowercase().ends_with("token") => {
                        means.redactor.add(text);
                    }
                    value => learn_tokens(value, means),
                }
            }
        }
        _ => {}
    }
}

/// What the source says about it, by the names that APIs commonly give that.
fn own_words(json: Option<&Value>, response: &Response) -> String {
    let words = match json {
        Some(Value::Object(members)) => {
            let names = ["error", "error_description", "message", "detail", "title"];
            let texts = names.iter().filter_map(|name| members.get(*name)?.as_str());
            texts.collect::<Vec<_>>().join(": ")
        }
        Some(_) => String::new(),
        None => {
            let text = String::from_utf8_lossy(&response.body);
            text.lines().next().unwrap_or_default().trim().to_owned()
        }
    };
    match words.as_str() {
        "" => String::new(),
        words => format!(": {words}"),
    }
}
