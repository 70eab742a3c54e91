//! `--github-masks`: the secrets of a run as commands to the runner of GitHub Actions, which keeps
//! them out of the log of every later step. The one place where secrets are written on purpose.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::secret::{Secret, TINY};

/// Where the commands go.
pub struct Masks<W> {
    out: W,
    /// The lines that are masked already.
    told: HashSet<String>,
}

impl<W: Write> Masks<W> {
    /// Nothing is masked yet.
    pub fn new(out: W) -> Masks<W> {
        Masks { out, told: HashSet::new() }
    }

    /// Masks these secrets, each line of them by itself, as a log has them.
    ///
    /// # Errors
    /// The commands could not be written.
    pub fn tell(&mut self, secrets: &[Secret]) -> io::Result<()> {
        for line in secrets.iter().flat_map(|secret| secret.expose().lines()) {
            // The runner takes what is this short out of words too: the log would be unreadable,
            // and what is left of a word would give it away.
            if line.trim().len() >= TINY && self.told.insert(line.to_owned()) {
                writeln!(self.out, "::add-mask::{}", escaped(line))?;
            }
        }
        self.out.flush()
    }
}

/// A line as the data of a command. Only a carriage return can still be in it.
fn escaped(line: &str) -> String {
    line.replace('%', "%25").replace('\r', "%0D")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rounds: &[&[&str]]) -> String {
        let mut masks = Masks::new(Vec::new());
        for secrets in rounds {
            let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
            masks.tell(&secrets).unwrap();
        }
        String::from_utf8(masks.out).unwrap()
    }

    #[test]
    fn each_line_is_a_command_of_its_own_and_told_once() {
        let key = "-----BEGIN KEY-----\r\nabcd\n\nef\n-----END KEY-----\n";
        assert_eq!(
            told(&[&["s3cret token", key], &["abcd", "other"]]),
            "::add-mask::s3cret token\n::add-mask::-----BEGIN KEY-----\n::add-mask::abcd\n\
             ::add-mask::-----END KEY-----\n::add-mask::other\n"
        );
    }

    #[test]
    fn what_ends_or_escapes_a_command_is_escaped() {
        assert_eq!(
            told(&[&["100%25\rsure::add-mask::x"]]),
            "::add-mask::100%2525%0Dsure::add-mask::x\n"
        );
    }

    #[test]
    fn what_is_too_short_to_be_masked_is_left_alone() {
        assert_eq!(told(&[&["abc", "  x  ", "", "abcd"]]), "::add-mask::abcd\n");
    }
}
