//! Names that say that a secret stands under them.

use super::SHORT;

/// Names that a secret is given under, whatever is not a credential of `auth`, without `_` and `-`.
const SECRET_NAMES: [&str; 7] = [
    "password",
    "clientsecret",
    "clientassertion",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "apikey",
];

/// Names that a secret is often given under, and other things too.
const COMMON_NAMES: [&str; 6] = ["token", "jwt", "secret", "passwd", "pwd", "passphrase"];

/// How the names of header fields end that carry one.
const HEADER_ENDS: [&str; 4] = ["token", "apikey", "secret", "password"];

/// Whether a secret stands under a name, whatever it looks like: `access_token`, `accessToken`,
/// `Access-Token`.
pub fn is_secret_name(name: &str) -> bool {
    let bare = bare(name);
    SECRET_NAMES.iter().any(|known| bare.clone().eq(known.chars()))
}

/// Whether what stands under a name may be a secret.
pub fn may_name_a_secret(name: &str) -> bool {
    let bare = bare(name);
    is_secret_name(name) || COMMON_NAMES.iter().any(|known| bare.clone().eq(known.chars()))
}

/// Whether the value that stands under a name is a secret.
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_name(name) || (may_name_a_secret(name) && could_be_a_token(value))
}

/// As [`is_secret`], for a header field: `X-Api-Key`, `X-Auth-Token`.
pub fn is_secret_field(name: &str, value: &str) -> bool {
    let name: String = bare(name).collect();
    HEADER_ENDS.iter().any(|end| name.ends_with(end)) && could_be_a_token(value)
}

/// What has white space in it says what is wrong with a token, and what is short is a word.
pub fn could_be_a_token(value: &str) -> bool {
    !value.contains(char::is_whitespace) && value.chars().count() >= SHORT
}

/// Whether a name sounds like that of a secret, where nearly all values are: in what somebody logs
/// in with, in the environment of a program.
pub fn sounds_secret(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "pass",
        "pwd",
        "secret",
        "token",
        "credential",
        "assertion",
        "apikey",
        "api_key",
        "api-key",
    ];
    let name = name.to_ascii_lowercase();
    let holds = PARTS.iter().any(|part| name.contains(part)) && !name.ends_with("type");
    holds || ["key", "pin", "otp"].contains(&name.as_str())
}

/// A name without what people mix up in it.
fn bare(name: &str) -> impl Iterator<Item = char> + Clone {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_secret() {
        for name in ["password", "Client-Secret", "accessToken", "API_KEY"] {
            assert!(is_secret(name, "x"), "{name}");
        }
        for name in ["token", "Secret", "PWD"] {
            assert!(is_secret(name, "abcdef"), "{name}");
            assert!(!is_secret(name, "wrong") && !is_secret(name, "has expired"), "{name}");
        }
        for name in ["token_type", "tokens", "secretary", "name", ""] {
            assert!(!is_secret(name, "abcdef"), "{name}");
        }
        assert!(
            is_secret_field("X-Api-Key", "abcdef") && is_secret_field("X-CSRF-Token", "abcdef")
        );
        assert!(
            !is_secret_field("X-Api-Key", "none") && !is_secret_field("X-Token-Type", "abcdef")
        );
    }
}
