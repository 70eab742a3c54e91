//! Notes on a status or a header, out of the rest of the response.

use crate::auth::challenge::parse;
use crate::diagnostic::did_you_mean;
use crate::http::message::Response;
use crate::judge::json::Unreadable;
use crate::judge::outcome::{Judge, Outcome};
use crate::judge::seen::Seen;
use crate::suite::matcher::Matcher;

/// What the response says about its own status, and what it means where a refusal was expected.
pub fn on_status(judge: Judge, matcher: &Matcher, response: &Response) -> Vec<String> {
    let accepts = |status: &u64| judge.matcher(matcher, Seen::Count(*status)) == Outcome::Holds;
    let wants_refusal = [401, 403].iter().any(accepts) && ![404, 500].iter().any(accepts);
    let note = match response.status {
        200..=299 if wants_refusal => Some("the request was let through".to_owned()),
        300..=399 => response.header_values("location").next().map(|location| {
            format!(
                "it leads to {location}; `follow_redirects` says how many of these are followed"
            )
        }),
        401 | 403 => refusal(response),
        405 => response.header_values("allow").next().map(|allow| format!("it allows {allow}")),
        429 | 503 => response
            .header_values("retry-after")
            .next()
            .map(|time| format!("it says to retry after {time}{}", unit(time))),
        _ => None,
    };
    note.into_iter().collect()
}

/// A number stands there for seconds, and what is none is a date (RFC 9110 §10.2.3).
fn unit(time: &str) -> &'static str {
    if time.trim().parse::<u64>().is_ok() { " s" } else { "" }
}

/// More about a body that cannot be judged as JSON.
pub fn on_body(unreadable: &Unreadable, response: &Response) -> Vec<String> {
    let content_type = response.header_values("content-type").next();
    let note = match (unreadable, content_type) {
        (Unreadable::NotJson(_), None) => Some("it has no content type".to_owned()),
        (Unreadable::NotJson(_), Some(other)) if !other.to_ascii_lowercase().contains("json") => {
            Some(format!("its content type is {other}"))
        }
        (Unreadable::Ambiguous(_), _) => {
            Some("clients differ in which of the two they take (RFC 8259 §4)".to_owned())
        }
        _ => None,
    };
    note.into_iter().collect()
}

/// Why a bearer token was refused (RFC 6750 §3).
fn refusal(response: &Response) -> Option<String> {
    let challenges = parse(response.header_values("www-authenticate")).ok()?;
    let bearer = challenges.iter().find(|c| c.scheme.eq_ignore_ascii_case("bearer"))?;
    let error = bearer.param("error")?;
    let why = bearer.param("error_description").map(|why| format!(": {why}")).unwrap_or_default();
    Some(format!("its challenge says {error}{why}"))
}

/// The header that a missing one was most likely meant to be.
pub fn on_missing_header(name: &str, response: &Response) -> Vec<String> {
    let names = response.headers.iter().map(|(name, _)| name.as_str());
    let near = did_you_mean(name, names).map(|near| format!("did you mean `{near}`?"));
    near.into_iter().collect()
}
