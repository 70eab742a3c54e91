//! Events → texts for people and machines; one file a format.

pub mod console;
pub mod json;
pub mod junit;
pub mod masks;
mod output;
pub mod progress;
pub mod proof;
pub mod required;
#[cfg(test)]
mod sample;
pub mod tally;

use std::io;

use crate::event::Event;

/// Turns events into text for one reader.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    /// The text could not be written.
    fn report(&mut self, event: &Event) -> io::Result<()>;
}
