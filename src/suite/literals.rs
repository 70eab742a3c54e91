//! Where secrets are written out in a file, found without reading it as YAML: whatever is shown of
//! a file that does not parse must not show them either.
//!
//! A secret is the value of `bearer`, `password`, `client_secret`, `refresh_token`, `subject_token`,
//! `actor_token` or `assertion` wherever they stand, the `key` of a `jwt`, each value under `tokens`
//! that is no source such as `{file: …}`, each under the `header` of `auth`, each under `secrets`, an `Authorization` header, what stands behind `auth` and can name
//! no token, the password in a URL, and what stands in a `command` behind a name such as
//! `--password`, or looks like a token. The name of a token, as in `auth: alice`, is none. When in
//! doubt, more is found than is secret: all that follows a quote that does not close.

mod command;
mod key;
mod noted;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::diagnostic::did_you_mean;
use crate::template::is_name;

/// What stands below a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// Nothing secret.
    Nothing,
    /// Names of tokens, in `enforce`.
    Names,
    /// A way to authenticate: a scalar is the name of a token.
    Auth,
    /// Names with a secret behind each.
    Secrets,
    /// A secret, or a list of them.
    Secret,
    /// How a token is signed: with a secret `key`.
    Jwt,
    /// A program and its arguments, of which some may be secret.
    Command,
}

/// The keys that lead to secrets.
const KEYS: [&str; 10] = [
    "auth",
    "tokens",
    "secrets",
    "bearer",
    "password",
    "client_secret",
    "refresh_token",
    "subject_token",
    "actor_token",
    "enforce",
];

/// Keys that are nearly one of those, and are none.
const INNOCENT: [&str; 5] = ["token", "author", "path", "all", "header"];

/// Where `text` has secrets written out: values without their quotes, in order. A value that is
/// broken, or goes over several lines, has several ranges, which may overlap.
pub fn secret_literals(text: &str) -> Vec<Range<usize>> {
    with_userinfo(text, scan::literals(text, Below::of))
}

/// As [`secret_literals`], for a file with faults: a key that is nearly one of those counts too.
pub fn suspected_literals(text: &str) -> Vec<Range<usize>> {
    let literals = scan::literals(text, |key| match Below::of(key) {
        Below::Nothing if !INNOCENT.contains(&key) => {
            did_you_mean(key, KEYS).map_or(Below::Nothing, Below::of)
        }
        below => below,
    });
    with_userinfo(text, literals)
}

/// The password of a URL such as `http://user:password@host/` is refused, but shown with the URL.
fn with_userinfo(text: &str, mut literals: Vec<Range<usize>>) -> Vec<Range<usize>> {
    for (at, found) in text.match_indices("://") {
        let begin = at + found.len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'');
        let end = text[begin..].find(ends).map_or(text.len(), |end| begin + end);
        let Some(at) = text[begin..end].rfind('@') else { continue };
        let userinfo = begin..begin + at;
        let password = text[userinfo.clone()].find(':').map_or(begin, |colon| begin + colon + 1);
        if password < userinfo.end && !text[password..userinfo.end].contains("${") {
            literals.push(password..userinfo.end);
        }
    }
    literals.sort_by_key(|range| (range.start, range.end));
    literals.dedup();
    literals
}

impl Below {
    /// What stands below a key, wherever it stands.
    fn of(key: &str) -> Below {
        match key {
            "bearer" | "password" | "client_secret" | "refresh_token" | "subject_token"
            | "actor_token" | "assertion" | "secrets" => Below::Secret,
            "tokens" => Below::Secrets,
            "auth" => Below::Auth,
            "enforce" => Below::Names,
            "command" => Below::Command,
            // It does not belong there, and holds a secret all the same.
            key if key.eq_ignore_ascii_case("authorization") => Below::Secret,
            _ => Below::Nothing,
        }
    }

    /// What stands below a key that stands below another, when it `alone` would mean this.
    fn child(self, key: &str, alone: Below) -> Below {
        match (self, key) {
            (Below::Names, "tokens") => Below::Names,
            (Below::Nothing | Below::Names | Below::Command, _) => alone,
            (Below::Auth, "username") => Below::Nothing,
            (Below::Auth, "basic") => Below::Auth,
            (Below::Auth, "header") => Below::Secrets,
            (Below::Secret, "jwt") => Below::Jwt,
            (Below::Jwt, "key") => Below::Secret,
            (Below::Jwt, _) => alone,
            (Below::Secrets | Below::Secret, "command") => alone,
            (Below::Secret, "file" | "login" | "oauth2" | "github_oidc") => Below::Nothing,
            // A matcher, where an expected body has a `password`.
            (Below::Secret, "type" | "exists" | "length" | "not" | "is") => Below::Nothing,
            // It may be misspelt, and hold a secret all the same.
            (Below::Auth | Below::Secrets | Below::Secret, _) => Below::Secret,
        }
    }

    fn is_secret(self) -> bool {
        matches!(self, Below::Secret | Below::Secrets)
    }

    /// Whether a scalar is a secret. What cannot name a token is most likely one.
    fn hides(self, scalar: &str) -> bool {
        // Among them what says of which type a secret is.
        const WORDS: [&str; 9] =
            ["true", "false", "yes", "no", "null", "string", "integer", "number", "boolean"];
        if WORDS.contains(&scalar.trim()) {
            return false;
        }
        self.is_secret() || self == Below::Auth && !is_name(scalar.trim())
    }
}
