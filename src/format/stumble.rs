//! Why a text that looks like one of a format is none.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::Format;

/// What keeps `text` from having the form, when a small change would give it that.
pub fn reason(format: Format, text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty".to_owned());
    }
    if text.trim() != text && format.fits(text.trim()) {
        return Some("white space stands around it".to_owned());
    }
    if let Some((open, close)) = brackets(format, text) {
        return Some(format!("it would be one without `{open}` and `{close}`"));
    }
    match format {
        Format::Uuid => is_undashed(text).then(|| "its dashes are missing".to_owned()),
        Format::Date | Format::DateTime => of_date(format, text),
        Format::Email => {
            let address = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
            let is_named = address.is_some_and(|(_, address)| format.fits(address));
            is_named.then(|| "it has a name before the address".to_owned())
        }
        Format::Uri => of_uri(text),
        Format::Ipv4 | Format::Ipv6 | Format::Hostname => of_host(format, text),
        Format::Jwt => of_jwt(text),
        Format::Base64 => of_base64(text),
    }
}

fn brackets(format: Format, text: &str) -> Option<(char, char)> {
    [('{', '}'), ('[', ']'), ('<', '>'), ('"', '"')].into_iter().find(|(open, close)| {
        let inside = text.strip_prefix(*open).and_then(|text| text.strip_suffix(*close));
        inside.is_some_and(|inside| format.fits(inside))
    })
}

fn is_undashed(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn of_date(format: Format, text: &str) -> Option<String> {
    let fits = |format: Format, text: &str| format.fits(text);
    let why = if format == Format::Date && fits(Format::DateTime, text) {
        "it has a time too: that is a `date-time`"
    } else if format == Format::DateTime && fits(Format::Date, text) {
        "it has no time: that is a `date`"
    } else if format == Format::DateTime && fits(format, &format!("{text}Z")) {
        "it has no offset such as `Z`"
    } else if format == Format::DateTime && fits(format, &text.replacen(' ', "T", 1)) {
        "a `T` belongs between date and time"
    } else if crate::date::parse(text).is_some() && text.contains(' ') {
        "it is a date as HTTP writes it"
    } else if is_digits_and(text, '-', &[4, 2, 2]) {
        "there is no such day"
    } else {
        return None;
    };
    Some(why.to_owned())
}

fn is_digits_and(text: &str, separator: char, lengths: &[usize]) -> bool {
    let groups: Vec<&str> = text.split(separator).collect();
    groups.iter().map(|group| group.len()).eq(lengths.iter().copied())
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()))
}

fn of_uri(text: &str) -> Option<String> {
    if let Some(odd) = text.chars().find(|c| c.is_whitespace() || !c.is_ascii()) {
        return Some(format!("`{odd}` has no place in it: it is percent-encoded there"));
    }
    let begins = text.split(['/', '?', '#']).next().unwrap_or_default();
    (!begins.contains(':')).then(|| "it has no scheme such as `https:`".to_owned())
}

fn of_host(format: Format, text: &str) -> Option<String> {
    let others = [Format::Ipv4, Format::Ipv6, Format::Uri];
    let other = others.into_iter().find(|other| *other != format && other.fits(text));
    let has_port = || {
        let (host, port) = text.rsplit_once(':')?;
        let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        (is_port && format.fits(host)).then(|| "it has a port behind it".to_owned())
    };
    has_port().or_else(|| other.map(|other| format!("that is {}", other.with_article())))
}

fn of_jwt(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [_] => None,
        [header, claims, _] => {
            let is_object = |part: &str| {
                let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
                serde_json::from_slice::<Map<String, Value>>(&json).is_ok()
            };
            let nth = match (is_object(header), is_object(claims)) {
                (false, _) => "first",
                (true, false) => "second",
                (true, true) => {
                    return Some(
                        "its header names no `alg`, or its signature is no base64url".into(),
                    );
                }
            };
            Some(format!("its {nth} part is no JSON object in base64url"))
        }
        parts => Some(format!("it has {} parts between dots, and a JWT has 3", parts.len())),
    }
}

fn of_base64(text: &str) -> Option<String> {
    let bare = text.trim_end_matches('=');
    if STANDARD_NO_PAD.decode(bare).is_ok() {
        let padding = "=".repeat((4 - bare.len() % 4) % 4);
        return Some(match padding.is_empty() {
            true => "it needs no padding".to_owned(),
            false => format!("its padding is missing: it would end with `{padding}`"),
        });
    }
    let is_url_safe = URL_SAFE.decode(text).is_ok() || URL_SAFE_NO_PAD.decode(text).is_ok();
    is_url_safe.then(|| "it is base64url, which has `-` and `_`".to_owned())
}
