//! Regexes that demand nothing.

use std::sync::LazyLock;

use regex::Regex;

/// What is wrong with a regex that every text matches.
pub const EMPTY: &str = "an empty regex is found in every text";
/// What is wrong with one that is not empty.
pub const EVERYWHERE: &str = "this regex is found in every text";

/// What is wrong with a regex that no URL matches.
pub const NO_URL_BEGINS_SO: &str = "no URL begins like this";
/// What to write instead.
pub const URL_BEGINS: &str = "write `^/…` for its path, or `^http://…` for all of it";

/// Whether a regex is bound to the beginning of a text, and goes on with what no URL and no path
/// begins with.
pub fn begins_no_url(pattern: &str) -> bool {
    let bound = pattern.strip_prefix("(?i)").unwrap_or(pattern).trim_start_matches('(');
    let rest = bound.strip_prefix('^').or_else(|| bound.strip_prefix(r"\A"));
    let first = rest.and_then(|rest| rest.trim_start_matches('(').chars().next());
    let begins = first.is_some_and(|c| c.is_alphanumeric() && !c.eq_ignore_ascii_case(&'h'));
    begins && !pattern.contains('|')
}

/// Whether a regex is found in every text: in the empty one, and in one that has a bit of
/// everything in it. One that is none is found in none.
pub fn is_in_every_text(pattern: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| is_found_in_all(&regex))
}

/// As [`is_in_every_text`], of a regex that is compiled.
pub fn is_found_in_all(regex: &Regex) -> bool {
    regex.is_match("") && MOTLEY.iter().all(|text| regex.is_match(text))
}

/// Long texts in which each character of ASCII stands somewhere, and some others: first between
/// letters, then between characters that are none.
static MOTLEY: LazyLock<[String; 2]> = LazyLock::new(|| {
    let all: String = (0..=127_u8).map(char::from).chain("äЖ語\u{301}\u{2028}🦀".chars()).collect();
    [format!("z{}z", all.repeat(40)), format!("\u{7}{}\n\u{7}", all.repeat(40))]
});

#[cfg(test)]
mod tests {
    use super::{begins_no_url, is_in_every_text};

    #[test]
    fn what_is_found_everywhere_demands_nothing() {
        for pattern in
            ["", "^", "$", ".*", "(?s)^.*$", "a*", "[a-z]*", "a?", "a|", "()", "(?i)x{0,3}", r"\z"]
        {
            assert!(is_in_every_text(pattern), "{pattern}");
        }
        for pattern in [
            "a",
            ".",
            "^$",
            "^[^<>]*$",
            "^.{0,10}$",
            "^.*$",
            "^[a-z]*$",
            r"^\d*$",
            ".+",
            r"\b",
            "(",
            "^(|x.*)$",
        ] {
            assert!(!is_in_every_text(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_url_begins_with_its_scheme_and_its_path_with_a_slash() {
        for pattern in ["^login", "(?i)^login", "^(login)", r"\Alogin", "(^login)", "^8080"] {
            assert!(begins_no_url(pattern), "{pattern}");
        }
        for pattern in [
            "^/login",
            "^http",
            "(?i)^HTTP",
            "login",
            "^(?:http|/)",
            "^[a-z]+:",
            "^a|/login",
            r"^\w",
            "^.",
            "^",
        ] {
            assert!(!begins_no_url(pattern), "{pattern}");
        }
    }
}
