//! The good token where it does not belong, and names in place of a token.

use url::form_urlencoded::byte_serialize;

use super::{Absent, Good, Made, Probe, Variant};
use crate::http::message::{Connections, Header};
use crate::http::url::Target;

pub fn query(_: &Probe, good: &Good) -> Made {
    let variant = without_token(good, "no Authorization field".to_owned());
    Ok(vec![in_query(good, variant)?])
}

pub fn other_scheme(_: &Probe, good: &Good) -> Made {
    Ok(["Basic ", "Token ", "Xyz "].map(|scheme| good.with_good(scheme)).into())
}

pub fn two_places(_: &Probe, good: &Good) -> Made {
    Ok(vec![in_query(good, bad_token(good, "two-places"))?])
}

pub fn cookie(_: &Probe, good: &Good) -> Made {
    let cookie = |name| with_field(good, "Cookie", &format!("{name}="), "");
    Ok(["access_token", "token", "jwt"].map(cookie).into())
}

pub fn other_header(_: &Probe, good: &Good) -> Made {
    Ok(["X-Access-Token", "X-Auth-Token"].map(|name| with_field(good, name, "", "")).into())
}

pub fn two_headers(_: &Probe, good: &Good) -> Made {
    let mut variant = bad_token(good, "two-headers");
    push_good(&mut variant, "Authorization", format!("Bearer {}", good.token));
    variant.label.push_str(" and then `Authorization: Bearer ⟨the token⟩`");
    Ok(vec![variant])
}

pub fn trailing_junk(_: &Probe, good: &Good) -> Made {
    Ok(vec![with_field(good, "Authorization", "Bearer ", " junk")])
}

pub fn no_scheme(_: &Probe, good: &Good) -> Made {
    Ok(vec![with_field(good, "Authorization", "", "")])
}

pub fn identity_headers(_: &Probe, good: &Good) -> Made {
    let named = |name: &str| {
        let mut variant =
            without_token(good, format!("no Authorization field and `{name}: admin`"));
        replace(&mut variant, name);
        let (name, value) = (name.to_owned(), "admin".to_owned());
        variant.request.headers.push(Header { name, value, credential: false });
        variant
    };
    Ok(["X-User-Id", "X-Forwarded-User", "X-Remote-User"].map(named).into())
}

fn without_token(good: &Good, label: String) -> Variant {
    Variant { label, request: good.bare.clone(), derived: None }
}

fn bad_token(good: &Good, salt: &str) -> Variant {
    good.with(&format!("Bearer {}", good.random(salt)))
}

/// The request with the good token in this field, between these texts.
fn with_field(good: &Good, name: &str, before: &str, after: &str) -> Variant {
    let mut variant = without_token(good, format!("`{name}: {before}⟨the token⟩{after}`"));
    push_good(&mut variant, name, format!("{before}{}{after}", good.token));
    variant
}

fn push_good(variant: &mut Variant, name: &str, value: String) {
    if name != "Authorization" {
        replace(variant, name);
    }
    variant.request.headers.push(Header { name: name.to_owned(), value, credential: true });
    variant.request.connections = Connections::Shared;
}

/// Takes off a field of the test's own in whose place another comes.
fn replace(variant: &mut Variant, name: &str) {
    variant.request.headers.retain(|header| !header.name.eq_ignore_ascii_case(name));
}

/// The same with the good token in the query too.
fn in_query(good: &Good, mut variant: Variant) -> Result<Variant, Absent> {
    let url = good.bare.target.url();
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let token: String = byte_serialize(good.token.as_bytes()).collect();
    let target = Target::parse(&format!("{url}{joint}access_token={token}"));
    variant.request.target = target.map_err(Absent::NotApplicable)?;
    variant.request.secret_url = true;
    variant.request.connections = Connections::Shared;
    variant.label.push_str(" and `access_token=⟨the token⟩` in the query");
    Ok(variant)
}
