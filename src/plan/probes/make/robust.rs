//! Credentials that are refused like any other, or make a server stumble.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Absent, Good, Made, Probe, Variant};
use crate::auth::jwt::Jws;
use crate::http::message::Header;

/// How long the long tokens are, in KiB: more than one field may have at many servers, and more
/// than all fields together at most.
const LONG: [usize; 2] = [8, 32];

/// How deep a payload is nested: deeper than a parser that calls itself may go.
const DEEP: usize = 10_000;

/// What a `printf` and the engines of templates would not repeat as it is.
const ODD: [&str; 2] = ["%s%n%x%d%p%1$s%08x%%", "{{7*7}}${7*7}#{7*7}<%=7*7%>"];

pub fn long_token(_: &Probe, good: &Good) -> Made {
    let long = |kib: usize| {
        let mut dice = good.dice("long-token");
        let token = (0..kib * 1024).map(|_| dice.of(b"0123456789abcdef")).collect();
        with(good, token, &format!("{kib} KiB of random text"))
    };
    Ok(LONG.map(long).into())
}

pub fn deep_payload(_: &Probe, good: &Good) -> Made {
    if Jws::parse(good.token).is_err() {
        return Err(Absent::NotApplicable("the token is no JWT".into()));
    }
    let (mut parts, payload) = (good.token.split('.'), nested());
    let (header, signature) = (parts.next(), parts.nth(1));
    let token = [header.unwrap_or_default(), &payload, signature.unwrap_or_default()].join(".");
    Ok(vec![with(good, token, &format!("the token with a payload nested {DEEP} deep"))])
}

pub fn odd_text(_: &Probe, good: &Good) -> Made {
    Ok(ODD.map(|text| good.with(&format!("Bearer {text}"))).into())
}

/// The request with a token that is too long to be shown.
fn with(good: &Good, token: String, label: &str) -> Variant {
    let mut variant = good.with("");
    variant.label = format!("`Authorization: Bearer ⟨{label}⟩`");
    variant.request.headers.pop();
    let (name, value) = ("Authorization".to_owned(), format!("Bearer {token}"));
    variant.request.headers.push(Header { name, value, credential: true });
    variant
}

/// A JWT's payload: a claim that is a list in a list, and so on.
fn nested() -> String {
    let claims = format!("{{\"sub\":{}{}}}", "[".repeat(DEEP), "]".repeat(DEEP));
    URL_SAFE_NO_PAD.encode(claims)
}
