//! Finds every piece of [`PIECE`] or more bytes that a text shares with a form of a secret.
//!
//! Of each form only every ninth run of 8 bytes is kept, with the 8 bytes before it and behind it:
//! any 16 bytes of the form hold one such run whole, and what stands around it tells whether the
//! text agrees on 16 bytes. So a form of n bytes costs 24 × n / 9 bytes of memory, and a text is
//! looked at once, however many secrets there are.

use std::ops::Range;

use super::PIECE;

/// The bytes of a gram.
const GRAM: usize = 8;

/// From one gram of a form to the next: no 16 bytes lie without a whole gram in them.
const STEP: usize = PIECE - GRAM + 1;

/// Stands beside the first and the last byte of a form; no byte of UTF-8.
const BEYOND_FORM: u8 = 0xFF;

/// Stands beside the first and the last byte of a text; neither UTF-8 nor [`BEYOND_FORM`].
const BEYOND_TEXT: u8 = 0xFE;

/// The grams of all forms.
#[derive(Clone, Default)]
pub struct Grams {
    /// Sorted, each once.
    grams: Vec<Gram>,
    filter: Filter,
}

/// Eight bytes of a form, and what stands around them there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    key: u64,
    before: u64,
    behind: u64,
}

impl Grams {
    /// Whether there is nothing to be found.
    pub fn is_empty(&self) -> bool {
        self.grams.is_empty()
    }

    /// Adds a form; it is found from the next [`Grams::finish`] on.
    pub fn add(&mut self, form: &[u8]) {
        let padded = padded(form, BEYOND_FORM);
        let starts = (0..(form.len() + 1).saturating_sub(GRAM)).step_by(STEP);
        self.grams.extend(starts.map(|start| Gram {
            before: word(&padded, start),
            key: word(&padded, start + GRAM),
            behind: word(&padded, start + 2 * GRAM),
        }));
    }

    /// Makes what was added ready to be found.
    pub fn finish(&mut self) {
        // A stable sort takes what is sorted already as one run.
        self.grams.sort();
        self.grams.dedup();
        self.filter = Filter::new(&self.grams);
    }

    /// Calls `found` with ranges of `text` that hold pieces of secrets. They may overlap.
    pub fn find(&self, text: &[u8], found: &mut impl FnMut(Range<usize>)) {
        if self.is_empty() || text.len() < PIECE {
            return;
        }
        let padded = padded(text, BEYOND_TEXT);
        let mut last: Option<Range<usize>> = None;
        for (at, window) in text.windows(GRAM).enumerate() {
            let key = word(window, 0);
            if !self.filter.may_hold(key) {
                continue;
            }
            let (before, behind) = (word(&padded, at), word(&padded, at + 2 * GRAM));
            for gram in self.of_key(key) {
                // The first byte of the text is the lowest of a word.
                let agree_before = ((gram.before ^ before).leading_zeros() / 8) as usize;
                let agree_behind = ((gram.behind ^ behind).trailing_zeros() / 8) as usize;
                if agree_before + GRAM + agree_behind >= PIECE {
                    let range = at - agree_before..at + GRAM + agree_behind;
                    match &mut last {
                        Some(last) if (last.start..=last.end).contains(&range.start) => {
                            last.end = last.end.max(range.end);
                        }
                        _ => last.replace(range).into_iter().for_each(&mut *found),
                    }
                }
            }
        }
        last.into_iter().for_each(found);
    }

    fn of_key(&self, key: u64) -> impl Iterator<Item = &Gram> {
        let first = self.grams.partition_point(|gram| gram.key < key);
        self.grams[first..].iter().take_while(move |gram| gram.key == key)
    }
}

/// The bytes with eight of `with` on either side.
fn padded(bytes: &[u8], with: u8) -> Vec<u8> {
    let mut padded = Vec::with_capacity(bytes.len() + 2 * GRAM);
    padded.extend([with; GRAM]);
    padded.extend(bytes);
    padded.extend([with; GRAM]);
    padded
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

/// Says of most keys that no gram has them, without a search.
#[derive(Clone, Default)]
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn new(grams: &[Gram]) -> Filter {
        let bits = (grams.len() * 32).next_power_of_two().max(64);
        let shift = u64::BITS - bits.trailing_zeros();
        let mut filter = Filter { bits: vec![0; bits / 64], shift };
        for gram in grams {
            let bit = filter.bit(gram.key);
            filter.bits[bit / 64] |= 1 << (bit % 64);
        }
        filter
    }

    fn may_hold(&self, key: u64) -> bool {
        let bit = self.bit(key);
        self.bits[bit / 64] & (1 << (bit % 64)) != 0
    }

    fn bit(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }
}
