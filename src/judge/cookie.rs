//! Whether a cookie that a response sets is what it must be.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::account::Account;
use super::outcome::Outcome;
use super::seen::Seen;
use crate::date;
use crate::diagnostic::did_you_mean;
use crate::http::cookie::{SetCookie, http_date};
use crate::http::message::Response;
use crate::source::Span;
use crate::suite::cookies::{Attribute, CookieCheck, CookiePart};
use crate::suite::matcher::Subject;

/// Judges the cookie that the response sets last under the name of the check.
pub fn judge(span: Span, check: &CookieCheck, response: &Response, account: &mut Account) {
    let name = match check.name.fill(account.judge.bindings) {
        Ok(name) => name,
        Err(error) => {
            let expected = "a cookie".to_owned();
            return account.push(span, "cookie".into(), expected, error.message, Vec::new());
        }
    };
    let lines = || response.header_values("set-cookie");
    match SetCookie::last(lines(), &name) {
        Some(cookie) => {
            let times = lines().filter_map(SetCookie::parse).filter(|c| c.name == name).count();
            check.parts.iter().for_each(|part| judge_part(&name, part, &cookie, times, account));
        }
        None => judge_missing(span, &name, check, response, account),
    }
}

fn judge_part(
    name: &str,
    CookiePart { part, matcher, .. }: &CookiePart,
    cookie: &SetCookie,
    times: usize,
    account: &mut Account,
) {
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    let flag = |is: bool| Seen::Json(if is { &yes } else { &no });
    let expires = cookie.expires.map(as_http_date);
    let seen = match part {
        Attribute::Value => Seen::Text(cookie.value),
        Attribute::Secure => flag(cookie.secure),
        Attribute::HttpOnly => flag(cookie.http_only),
        Attribute::SameSite => cookie.same_site.map_or(Seen::Missing, Seen::Scheme),
        Attribute::Domain => cookie.domain.map_or(Seen::Missing, Seen::Scheme),
        Attribute::Path => cookie.path.map_or(Seen::Missing, Seen::Text),
        Attribute::MaxAge => cookie.max_age.map_or(Seen::Missing, Seen::Text),
        Attribute::Expires => expires.as_deref().map_or(Seen::Missing, Seen::Text),
    };
    let name = format!("{name} {}", part.name());
    account.part(name.trim_end(), matcher, seen, part.subject(), || {
        let several = (times > 1).then(|| format!("it is set {times} times; the last one counts"));
        several.into_iter().collect()
    });
}

/// A date in a form that only browsers read, as HTTP would write it; any other text as it is.
fn as_http_date(text: &str) -> Cow<'_, str> {
    match date::parse(text) {
        Some(_) => Cow::Borrowed(text),
        None => http_date(text).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// A cookie that is not set proves nothing about its attributes, not even that they are absent.
fn judge_missing(
    span: Span,
    name: &str,
    check: &CookieCheck,
    response: &Response,
    account: &mut Account,
) {
    let of_value = check.parts.iter().find(|part| part.part == Attribute::Value);
    let holds =
        |part: &CookiePart| account.judge.matcher(&part.matcher, Seen::Missing) == Outcome::Holds;
    match of_value {
        Some(part) if !holds(part) => {
            account
                .part(name, &part.matcher, Seen::Missing, Subject::Line, || sets(name, response));
        }
        _ if check.must_be_set => {
            let subject = format!("cookie {name}");
            let notes = sets(name, response).into_iter().map(Into::into).collect();
            account.push(span, subject, "a cookie".into(), "nothing".into(), notes);
        }
        _ => {}
    }
}

/// What the response sets instead.
fn sets(name: &str, response: &Response) -> Vec<String> {
    let lines = response.header_values("set-cookie");
    let names = lines.filter_map(SetCookie::parse).map(|cookie| cookie.name);
    let names: BTreeSet<&str> = names.collect();
    let quoted = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    vec![match did_you_mean(name, names.iter().copied()) {
        _ if names.is_empty() => "the response sets no cookie".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the response sets {}", quoted()),
    }]
}
