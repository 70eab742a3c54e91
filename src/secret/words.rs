//! Finds short secrets, each as a whole.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::{TINY, forms};

/// Short secrets.
#[derive(Clone, Default)]
pub struct Words {
    words: Vec<Word>,
    automaton: Option<AhoCorasick>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    bytes: Vec<u8>,
    /// Whether it counts only where it stands alone.
    alone: bool,
}

impl Words {
    /// Whether there is nothing to be found.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds secrets: as they are and in base64, for escapes are taken out of the text.
    pub fn add<'s>(&mut self, secrets: impl Iterator<Item = &'s str>) {
        for secret in secrets {
            let alone = secret.len() < TINY;
            self.words.push(Word { bytes: secret.into(), alone });
            if !alone {
                let forms = forms::base64(secret.as_bytes());
                let cases = [secret.to_ascii_lowercase(), secret.to_ascii_uppercase()];
                let forms = forms.into_iter().chain(cases.map(String::into_bytes));
                self.words.extend(forms.map(|bytes| Word { bytes, alone }));
            }
        }
        self.words.sort();
        self.words.dedup();
        let automaton = AhoCorasick::new(self.words.iter().map(|word| &word.bytes));
        self.automaton = Some(automaton.expect("fewer than 2³¹ bytes of short secrets"));
    }

    /// Calls `found` with ranges of `text` that hold secrets. They may overlap.
    pub fn find(&self, text: &[u8], found: &mut impl FnMut(Range<usize>)) {
        let Some(automaton) = &self.automaton else { return };
        for hit in automaton.find_overlapping_iter(text) {
            if !self.words[hit.pattern().as_usize()].alone || stands_alone(text, hit.range()) {
                found(hit.range());
            }
        }
    }
}

fn stands_alone(text: &[u8], range: Range<usize>) -> bool {
    let part_of_word =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    !part_of_word(before) && !part_of_word(text.get(range.end))
}
