//! Tokens of any kind, spoilt so that they still look like one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::forge::{Forged, NotApplicable, not, one};
use super::{Jws, encoded};

/// How many characters `truncated` takes.
const CUT: usize = 4;
/// A prefix that tells the kind of a token (`ghp_`, `sk_live_`) is at most this long.
const PREFIX: usize = 12;

/// The same length, alphabet and prefix, and other characters: of a JWT all of payload and
/// signature.
pub fn look_alike(token: &str) -> Result<Vec<Forged>, NotApplicable> {
    let other = match Jws::parse(token) {
        Ok(jws) => {
            format!("{}.{}.{}", jws.header, inverted(jws.payload), inverted(jws.signature))
        }
        Err(_) => turned(token),
    };
    if other == token {
        return not("the token has no letter or digit to change".to_owned());
    }
    one("same length and alphabet", other)
}

/// Without its last characters.
pub fn truncated(token: &str) -> Result<Vec<Forged>, NotApplicable> {
    match token.len().checked_sub(CUT) {
        Some(length @ 1..) => one("without its last 4 characters", token[..length].to_owned()),
        _ => not("the token has only 4 characters or fewer".to_owned()),
    }
}

/// With one character more.
pub fn extended(token: &str) -> Result<Vec<Forged>, NotApplicable> {
    if Jws::parse(token).is_ok() {
        return one("one part more", format!("{token}.A"));
    }
    let last = token.chars().rev().find(char::is_ascii_alphanumeric).unwrap_or('A');
    one("one character more", format!("{token}{last}"))
}

/// All bits of a part turned round: of base64url that changes each character, and leaves it the
/// same length and well formed.
fn inverted(part: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    encoded(bytes.iter().map(|byte| !byte).collect::<Vec<u8>>())
}

/// Each letter and digit behind the prefix by another of its kind.
fn turned(token: &str) -> String {
    let prefix = prefix(token);
    let of_hex = token.len() > prefix.len()
        && token[prefix.len()..]
            .chars()
            .all(|c| c.is_ascii_hexdigit() || !c.is_ascii_alphanumeric());
    let letters = if of_hex { 6 } else { 26 };
    let turn = |(place, c): (usize, char)| {
        // Never a whole round of any alphabet.
        let step = 1 + (place % 5) as u8;
        let of = |first: u8, count: u8| char::from(first + (c as u8 - first + step) % count);
        match c {
            '0'..='9' => of(b'0', 10),
            'a'..='z' => of(b'a', letters),
            'A'..='Z' => of(b'A', letters),
            _ => c,
        }
    };
    prefix.chars().chain(token[prefix.len()..].chars().enumerate().map(turn)).collect()
}

/// What stands before the last `_` or `-` near the beginning, if enough follows to be changed.
fn prefix(token: &str) -> &str {
    let start = &token[..token.len().min(PREFIX)];
    let end = start.rfind(['_', '-']).map_or(0, |last| last + 1);
    if token.len() - end < 8 { "" } else { &token[..end] }
}
