//! Where the words of the console go, in an order that makes sense wherever they are read.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::super::progress::Progress;
use crate::text::plural;

/// Without a progress bar, this much silence is broken by a line.
const SILENCE: Duration = Duration::from_secs(30);

/// Text is held back until there is so much of it, or the next sign of progress is due.
const FULL: usize = 64 * 1024;

/// Results, and beside them what is no result: faults, progress.
pub struct Screen<O: Write, E: Write> {
    out: O,
    err: E,
    progress: Progress,
    pending: String,
    cases: usize,
    last_words: Instant,
    /// How long a silence may be.
    pub(super) silence: Duration,
}

impl<O: Write, E: Write> Screen<O, E> {
    /// Results to `out`, all else to `err`, where `progress` stands too.
    pub fn new(out: O, err: E, progress: Progress) -> Self {
        let (pending, last_words) = (String::new(), Instant::now());
        Screen { out, err, progress, pending, cases: 0, last_words, silence: SILENCE }
    }

    /// Prints a part of the results; it is there at the next sign of progress at the latest.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.pending.push_str(text);
        if self.pending.len() >= FULL { self.flush() } else { Ok(()) }
    }

    /// Prints what is no result, behind all results so far. Nobody may listen there.
    pub fn print_aside(&mut self, text: &str) -> io::Result<()> {
        self.flush()?;
        self.last_words = Instant::now();
        let Screen { progress, err, .. } = self;
        let _ = progress.suspend(|| err.write_all(text.as_bytes()));
        Ok(())
    }

    /// Prints what was held back.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.last_words = Instant::now();
        let Screen { progress, out, pending, .. } = self;
        let written = progress.suspend(|| {
            out.write_all(pending.as_bytes())?;
            out.flush()
        });
        pending.clear();
        written
    }

    /// There are `cases` to come.
    pub fn begin_progress(&mut self, cases: usize) {
        self.cases = cases;
        self.progress.start(cases);
    }

    /// Shows how far the run is: `done` cases, `bad` of which did not pass, and the `next` one that
    /// is waited for.
    pub fn progress(&mut self, done: usize, bad: usize, next: Option<&str>) -> io::Result<()> {
        self.flush()?;
        if self.progress.is_shown() {
            self.progress.update(done, bad, next);
            return Ok(());
        }
        if self.last_words.elapsed() < self.silence {
            return Ok(());
        }
        let cases = self.cases;
        let next = next.map(|next| format!("; waiting for {next}")).unwrap_or_default();
        self.print_aside(&format!(
            "… {done} of {cases} {} done, {bad} did not pass{next}\n",
            plural(cases, "case")
        ))
    }

    /// Takes the progress away for good.
    pub fn end_progress(&mut self) {
        self.progress.end();
    }
}
