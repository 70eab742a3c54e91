//! The patterns of `match()` and `search()`, each compiled once for all elements of a value.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;

/// The patterns that a query has met so far; `None` for one that is not a regex.
#[derive(Default)]
pub struct Patterns {
    whole: RefCell<HashMap<String, Option<Regex>>>,
    part: RefCell<HashMap<String, Option<Regex>>>,
}

impl Patterns {
    /// Whether the whole `text`, or a part of it, is what `pattern` says. What is not a regex
    /// matches nothing (RFC 9535 §2.4.6); one that stands in the query was refused when it was read.
    pub fn is_match(&self, pattern: &str, whole: bool, text: &str) -> bool {
        let mut known = if whole { &self.whole } else { &self.part }.borrow_mut();
        if !known.contains_key(pattern) {
            let translated = translate(pattern);
            let regex = match whole {
                true => Regex::new(&format!("^(?:{translated})$")),
                false => Regex::new(&translated),
            };
            known.insert(pattern.to_owned(), regex.ok());
        }
        known[pattern].as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// An I-Regexp in the syntax of the crate: its `.` is neither `\n` nor `\r` (RFC 9485 §5.3).
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let (mut escaped, mut in_class) = (false, false);
    for c in pattern.chars() {
        match c {
            '.' if !escaped && !in_class => translated.push_str(r"[^\n\r]"),
            c => translated.push(c),
        }
        in_class = match c {
            '[' if !escaped => true,
            ']' if !escaped => false,
            _ => in_class,
        };
        escaped = c == '\\' && !escaped;
    }
    translated
}
