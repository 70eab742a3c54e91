//! What of a command is secret, as far as its words tell.

use std::ops::Range;

use crate::secret::names::sounds_secret;

/// A word of letters and digits that is so long may be a token.
const LIKE_A_TOKEN: usize = 16;

/// What may be secret in the words of a command as they are written: the value of an option or a
/// variable with the name of a secret, what stands behind the colon of `--user`, and what looks like
/// a token.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The option before the word at hand.
    let mut option = "";
    for range in words(text) {
        let word = &text[range.clone()];
        let value = |at: usize| range.start + at..range.end;
        let name = word.split_once('=').map(|(name, _)| name);
        match name {
            Some(name) if sounds_secret(name) => found.push(value(name.len() + 1)),
            _ if is_option(option) && sounds_secret(option) && !is_option(word) => {
                found.push(range.clone());
            }
            _ if matches!(option, "-u" | "--user") => {
                found.extend(word.find(':').map(|colon| value(colon + 1)));
            }
            _ if is_like_a_token(word) => found.push(range.clone()),
            _ => {}
        }
        option = word;
    }
    found
}

fn is_option(word: &str) -> bool {
    word.starts_with('-') && word.len() > 1
}

/// No path, no option, and nothing that is said: letters and digits.
fn is_like_a_token(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|b| kind(&b));
    word.len() >= LIKE_A_TOKEN
        && !is_option(word)
        && !word.contains(['/', '$', '('])
        && has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
}

/// The words, without what parts them in YAML and in shells.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let parts =
        |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '\'' | '[' | ']' | ';' | '|');
    let mut at = 0;
    text.split_inclusive(parts).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(parts);
        // A dash alone begins an item of a list.
        (!word.is_empty() && word != "-").then(|| start..start + word.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_is_secret() {
        let table: [(&str, &[&str]); 9] = [
            ("[vault, read, secret/api]", &[]),
            ("[get, --client-secret, s3cret, --verbose]", &["s3cret"]),
            ("[get, --password=hunter2]", &["hunter2"]),
            ("\n  - sh\n  - -c\n  - PASSWORD=abc get --token \"xyz\"\n", &["abc", "xyz"]),
            ("[curl, -u, 'alice:wonder', http://127.0.0.1:1/a]", &["wonder"]),
            ("[printf, tok-of-alice-4711-081]", &["tok-of-alice-4711-081"]),
            ("[./scripts/get-token-4711.sh, alice]", &[]),
            ("[get, --password, --verbose, x]", &[]),
            ("[sh, -c, 'echo $TOKEN_OF_ALICE_4711']", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<&str> = secrets(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
