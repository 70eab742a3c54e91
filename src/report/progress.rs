//! The progress bar; nothing where there is no terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on the terminal, or none.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows a bar when `terminal`.
    pub fn new(terminal: bool) -> Progress {
        let bar =
            terminal.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        Progress { bar }
    }

    /// Whether there is a bar.
    pub fn is_shown(&self) -> bool {
        self.bar.is_some()
    }

    /// Begins with `cases` to come.
    pub fn start(&self, cases: usize) {
        let Some(bar) = &self.bar else { return };
        bar.set_length(cases as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {elapsed}") {
            bar.set_style(style);
        }
    }

    /// Shows how far the run is.
    pub fn update(&self, done: usize, bad: usize) {
        let Some(bar) = &self.bar else { return };
        if bad > 0 {
            bar.set_message(format!("{bad} did not pass"));
        }
        bar.set_position(done as u64);
    }

    /// Takes the bar off the terminal, so that lines can be written.
    pub fn hide(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
