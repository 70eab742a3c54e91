//! Tokens that an answer gives and nobody knows yet: they are not shown either.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::http::cookie::SetCookie;
use crate::http::message::{Hop, Response};
use crate::secret::PIECE;
use crate::secret::names::{could_be_a_token, may_name_a_secret};

/// A member of an object, whole or cut off, in JSON or what was meant to be JSON.
static MEMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""([A-Za-z_-]{1,40})"\s*:\s*"((?:[^"\\]|\\.)*)"#).ok());

/// A field of a form, or of a URL where a redirect leads.
static FIELD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[?&#])([A-Za-z_-]{1,40})=([^&#\s]+)").ok());

/// The tokens in an answer.
pub fn tokens_of(response: &Response) -> Vec<String> {
    let mut tokens = tokens_in(&String::from_utf8_lossy(&response.body));
    tokens.extend(response.headers.iter().flat_map(|(_, value)| tokens_in(value)));
    tokens.extend(tokens_in(&response.url));
    tokens.extend(tokens_of_hops(&response.hops));
    tokens.extend(response.header_values("set-cookie").filter_map(session));
    tokens
}

/// The tokens in the redirects before an answer.
pub fn tokens_of_hops(hops: &[Hop]) -> Vec<String> {
    let urls = hops.iter().flat_map(|hop| tokens_in(&hop.location));
    let cookies = hops.iter().flat_map(|hop| &hop.cookies);
    urls.chain(cookies.filter_map(|line| session(line))).collect()
}

/// The value of a cookie that must not be shown.
fn session(line: &str) -> Option<String> {
    SetCookie::parse(line).filter(gives_a_session).map(|cookie| cookie.value.to_owned())
}

/// The tokens in a text of an answer.
pub fn tokens_in(text: &str) -> Vec<String> {
    let found = |regex: &'static LazyLock<Option<Regex>>| {
        let regex = regex.as_ref();
        regex.into_iter().flat_map(|regex| regex.captures_iter(text).map(|c| c.extract::<2>().1))
    };
    found(&MEMBER)
        .chain(found(&FIELD))
        .filter(|[name, _]| may_name_a_secret(name))
        .map(|[_, value]| meant(value).into_owned())
        .filter(|value| could_be_a_token(value))
        .collect()
}

/// A cookie that scripts must not see, or with a value that nobody chose as a word.
fn gives_a_session(cookie: &SetCookie) -> bool {
    let is_meant =
        cookie.http_only || cookie.value.len() >= PIECE || may_name_a_secret(cookie.name);
    is_meant && could_be_a_token(cookie.value)
}

/// A JSON text without its escapes.
fn meant(value: &str) -> Cow<'_, str> {
    let unescaped = || serde_json::from_str(&format!("\"{value}\"")).ok().map(Cow::Owned);
    let escaped = value.contains('\\').then(unescaped).flatten();
    escaped.unwrap_or(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_their_names() {
        let table: [(&str, &[&str]); 10] = [
            (r#"{"access_token":"abcdef","token_type":"Bearer"}"#, &["abcdef"]),
            (
                r#"{"data": {"accessToken" : "abc\/def", "id-token": "ghijkl"}}"#,
                &["abc/def", "ghijkl"],
            ),
            (r#"{"TOKEN": "abcdef"#, &["abcdef"]),
            (r#"[{"refresh_token": ""}, {"jwt": "abc\"def"}]"#, &["abc\"def"]),
            ("access_token=abcdef&scope=read", &["abcdef"]),
            ("https://a.example/cb?code=x#id_token=abcdef&state=1", &["abcdef"]),
            (r#"{"password": "must have a digit", "token": "has expired"}"#, &[]),
            (r#"{"token": "valid", "jwt": "none"}"#, &[]),
            (r#"{"token_type": "Bearer", "tokens": "abcdef", "access_token": 1234567}"#, &[]),
            ("the token=abcdef is bad", &[]),
        ];
        for (text, tokens) in table {
            assert_eq!(tokens_in(text), tokens, "{text}");
        }
    }
}
