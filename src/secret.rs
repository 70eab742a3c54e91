//! Values that are never printed, and what takes them out of everything that is.
//!
//! `redactor` is what everybody else calls; `index` finds secrets in a text: short ones whole in
//! `words`, long ones and pieces of them in `grams`. `forms` are the ways in which a secret may be
//! spelled, `payload` is what a JWT says, `names` are those that
//! secrets are given under, `unescape` undoes spellings of the text that no list of
//! forms could foresee.

mod forms;
mod grams;
mod index;
pub mod names;
mod payload;
mod redactor;
#[cfg(test)]
mod tests;
mod unescape;
mod words;

use std::fmt;

pub use redactor::{MASK, Redactor};

/// Any piece of a secret that has this many bytes is as secret as the whole.
pub const PIECE: usize = 16;

/// A secret of fewer characters deserves a warning: it can be guessed, and to replace it may hide
/// what has nothing to do with it.
pub const SHORT: usize = 6;

/// A secret of fewer bytes is replaced only where it stands alone, between characters that are
/// neither letters nor digits: inside words it would destroy the output, and what is left of the
/// words would give it away.
pub const TINY: usize = 4;

/// A token, password or key. It cannot be displayed; [`Secret::expose`] is for the wire alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The value itself, to be sent and never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}
