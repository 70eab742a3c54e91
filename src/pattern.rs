//! Regexes that demand nothing.

use std::sync::LazyLock;

use regex::Regex;

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
    use super::is_in_every_text;

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
}
