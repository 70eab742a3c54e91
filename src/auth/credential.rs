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

fn is_scheme(value: &str) -> bool {
    const SCHEMES: [&str; 8] =
        ["Bearer", "Basic", "Digest", "DPoP", "Negotiate", "OAuth", "Token", "ApiKey"];
    SCHEMES.iter().any(|scheme| value.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

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
