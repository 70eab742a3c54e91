//! Finds the secrets that it learned in a text.

use std::ops::Range;

use super::grams::Grams;
use super::words::Words;
use super::{PIECE, forms, unescape};

/// All secrets in all of their forms. Holds no secret as a whole that is [`PIECE`] bytes or longer.
#[derive(Clone, Default)]
pub struct Index {
    words: Words,
    grams: Grams,
    /// Whether a secret has a space in it, which a form writes as `+`.
    spaces: bool,
}

impl Index {
    /// Adds secrets.
    pub fn learn(&mut self, secrets: &[Box<str>]) {
        let (long, short): (Vec<_>, Vec<_>) = secrets.iter().partition(|s| s.len() >= PIECE);
        for secret in &long {
            for form in forms::all(secret) {
                self.grams.add(&form);
            }
        }
        self.grams.finish();
        if !short.is_empty() {
            self.words.add(short.iter().map(|secret| &***secret));
        }
        self.spaces |= secrets.iter().any(|secret| secret.contains(' '));
    }

    /// The ranges of `text` that hold secrets: whole characters, in order, none touching another.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.words.is_empty() && self.grams.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut note = |range: Range<usize>| {
            // A character may share its first bytes with one of a secret.
            found.push(text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end));
        };
        self.search(text.as_bytes(), &mut note);
        unescape::each_layer(text.as_bytes(), self.spaces, &mut |layer| {
            self.search(layer.bytes(), &mut |range| note(layer.origin(range)));
        });
        united(found)
    }

    fn search(&self, text: &[u8], found: &mut impl FnMut(Range<usize>)) {
        self.words.find(text, found);
        self.grams.find(text, found);
    }
}

/// The ranges in order, those that overlap or touch as one.
pub fn united(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let touch = next.start <= last.end;
        if touch {
            last.end = last.end.max(next.end);
        }
        touch
    });
    ranges
}
