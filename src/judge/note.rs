//! What is said beside a mismatch: words, and where two long texts begin to differ.

use std::ops::Range;

/// A note on a mismatch. Its texts may hold secrets, as those of the mismatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What is said.
    pub words: String,
    /// Where two long texts begin to differ, if that is said behind them.
    pub difference: Option<Difference>,
}

/// The place where two texts begin to differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The first character that is another one, counted from 1.
    pub character: usize,
    /// What was expected around it.
    pub expected: Excerpt,
    /// What was found around it.
    pub actual: Excerpt,
}

/// A few characters of a text, to be shown without those of a secret that they are a piece of.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// What stands around them, as far as a secret may reach.
    pub text: String,
    /// Where they stand in it, in bytes.
    pub shown: Range<usize>,
}

/// More than a secret that is known only as a whole has in any spelling, in bytes.
const SURROUNDINGS: usize = 1024;

impl Excerpt {
    /// All of a text.
    pub fn whole(text: &str) -> Excerpt {
        Excerpt { text: text.to_owned(), shown: 0..text.len() }
    }

    /// The characters of `text` in this range of bytes.
    pub fn new(text: &str, shown: Range<usize>) -> Excerpt {
        let from = text.floor_char_boundary(shown.start.saturating_sub(SURROUNDINGS));
        let to = text.ceil_char_boundary((shown.end + SURROUNDINGS).min(text.len()));
        let shown = shown.start - from..shown.end - from;
        Excerpt { text: text[from..to].to_owned(), shown }
    }
}

impl<T: Into<String>> From<T> for Note {
    fn from(words: T) -> Note {
        Note { words: words.into(), difference: None }
    }
}
