//! What a credential is made of, and what of it is secret by itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The pair that Basic authentication sends (RFC 7617).
pub fn basic_pair(username: &str, password: &str) -> String {
    STANDARD.encode(format!("{username}:{password}"))
}

/// The value of a header field that carries a credential, and the parts of it that a server may
/// repeat alone: what stands behind its scheme, and the password of a Basic pair. The last one is
/// the shortest. A scheme alone, sent to be refused, has none: to mask it would hide it in every
/// challenge too.
pub fn secret_parts(value: &str) -> Vec<String> {
    let value = value.trim();
    if is_scheme(value) {
        return Vec::new();
    }
    let mut parts = vec![value.to_owned()];
    let Some((scheme, rest)) = value.split_once([' ', '\t']) else { return parts };
    let rest = rest.trim_start();
    parts.push(rest.to_owned());
    if scheme.eq_ignore_ascii_case("basic")
        && let Some(pair) = STANDARD.decode(rest).ok().and_then(|pair| String::from_utf8(pair).ok())
        && let Some((_, password)) = pair.split_once(':')
        && !password.is_empty()
    {
        parts.push(password.to_owned());
    }
    parts
}

/// Why a text that was not written by hand cannot be the bearer token that was meant, as it follows
/// "what the source gave"; `None` when it may be one. A server would refuse it for its form, and a
/// test that expects a refusal of the token would pass.
pub fn token_fault(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("bearer ") {
        Some("begins with `Bearer `, which apitest writes before it")
    } else if matches!(lower.as_str(), "null" | "undefined" | "none") {
        Some("is the word for no token")
    } else if text.starts_with(['"', '\'']) {
        Some("stands in quotes: give it without them (`jq -r`)")
    } else if text.starts_with(['{', '[', '<']) {
        Some("is no token, but begins as JSON or HTML does")
    } else if text.contains(char::is_whitespace) {
        Some("has a space or a line break in it")
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        Some("has a character that is not ASCII")
    } else {
        None
    }
}

fn is_scheme(value: &str) -> bool {
    const SCHEMES: [&str; 8] =
        ["Bearer", "Basic", "Digest", "DPoP", "Negotiate", "OAuth", "Token", "ApiKey"];
    SCHEMES.iter().any(|scheme| value.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_for_its_form_says_why() {
        for token in ["abc", "1|abc-._~+/==", "eyJ.eyJ.x", "bearer", "nullable", " abc "] {
            assert_eq!(token_fault(token), None, "{token}");
        }
        let table = [
            ("Bearer abc", "begins with `Bearer `, which apitest writes before it"),
            ("null", "is the word for no token"),
            ("\"abc\"", "stands in quotes: give it without them (`jq -r`)"),
            ("{\"access_token\":\"abc\"}", "is no token, but begins as JSON or HTML does"),
            ("<html>", "is no token, but begins as JSON or HTML does"),
            ("abc\ndef", "has a space or a line break in it"),
            ("abc\u{a0}def", "has a space or a line break in it"),
            ("abc\u{200b}def", "has a character that is not ASCII"),
        ];
        for (text, fault) in table {
            assert_eq!(token_fault(text), Some(fault), "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_header_are_secret_too() {
        let table: [(&str, &[&str]); 7] = [
            ("Bearer", &[]),
            ("basic ", &[]),
            ("abc", &["abc"]),
            ("Token  abc", &["Token  abc", "abc"]),
            ("Basic YWw6cHc=", &["Basic YWw6cHc=", "YWw6cHc=", "pw"]),
            ("basic YWw6", &["basic YWw6", "YWw6"]),
            ("Basic ?", &["Basic ?", "?"]),
        ];
        for (value, parts) in table {
            assert_eq!(secret_parts(value), parts, "{value}");
        }
        assert_eq!(basic_pair("al", "pw"), "YWw6cHc=");
    }
}
