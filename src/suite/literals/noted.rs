//! What of a value is secret.

use std::ops::Range;

use crate::secret::TINY;
use crate::template::native_variable;

/// A shorter part of a value is not noted: a bracket of a key in JSON, a word before a variable.
const SHORTEST_PART: usize = 8;

/// The ranges of a text that are secret.
pub struct Noted<'t> {
    text: &'t str,
    ranges: Vec<Range<usize>>,
}

impl<'t> Noted<'t> {
    /// Nothing yet.
    pub fn new(text: &'t str) -> Noted<'t> {
        Noted { text, ranges: Vec::new() }
    }

    /// All of them, in order, each once.
    pub fn into_ranges(mut self) -> Vec<Range<usize>> {
        self.ranges.sort_by_key(|range| (range.start, range.end));
        self.ranges.dedup();
        self.ranges
    }

    /// Notes a value; of one with variables in it, what stands around them.
    pub fn value(&mut self, range: Range<usize>) {
        let Range { start, end } = self.trimmed(range);
        let start = start + scheme(&self.text[start..end]);
        match &self.text[start..end] {
            "null" | "true" | "false" => {}
            text if text.starts_with("{{") && native_variable(text).is_some() => {}
            // A bracket, most likely: to hide every one would help nobody.
            text if text.len() < TINY && !text.contains(char::is_alphanumeric) => {}
            text if text.contains("${") => self.template(start, end),
            _ => self.ranges.push(start..end),
        }
    }

    /// Notes one of several lines of a value.
    pub fn part(&mut self, range: Range<usize>) {
        let range = self.trimmed(range);
        if range.len() >= SHORTEST_PART {
            self.value(range);
        }
    }

    fn template(&mut self, start: usize, end: usize) {
        let mut at = start;
        while let Some(variable) = self.text[at..end].find("${") {
            self.around(at..at + variable);
            let inside = at + variable + 2;
            let close = self.text[inside..end].find('}').map_or(end, |close| inside + close);
            if let Some(default) = self.text[inside..close].find(":-") {
                self.value(inside + default + 2..close);
            }
            at = (close + 1).min(end);
        }
        self.around(at..end);
    }

    /// Notes what stands beside a variable, unless it is the scheme of a header.
    fn around(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let scheme = text.ends_with(' ') && !text.trim().contains(' ');
        if !scheme {
            self.part(range);
        }
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.text[range.clone()];
        let start = range.end - text.trim_start().len();
        start..start + text.trim().len()
    }
}

/// The length of a scheme before a credential: it is no secret, and says what the text is.
fn scheme(text: &str) -> usize {
    let scheme = text.find(' ').map_or("", |blank| &text[..blank]);
    let known = ["bearer", "basic"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if known { text.len() - text[scheme.len()..].trim_start().len() } else { 0 }
}
