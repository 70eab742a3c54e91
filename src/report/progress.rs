//! The progress bar; nothing where there is no terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar, the cases that are through, the time, and what there is to say.
const TEMPLATE: &str = "{bar:20} {pos}/{len}  {elapsed}  {wide_msg}";

/// A bar on the terminal, or none.
pub struct Progress {
    wanted: bool,
    cases: usize,
    started: Instant,
    /// Drawn at the first sign of progress: a run that is over before needs none.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows a bar when `terminal`.
    pub fn new(terminal: bool) -> Progress {
        Progress { wanted: terminal, cases: 0, started: Instant::now(), bar: None }
    }

    /// Whether there is a bar.
    pub fn is_shown(&self) -> bool {
        self.wanted
    }

    /// Begins with `cases` to come.
    pub fn start(&mut self, cases: usize) {
        self.cases = cases;
        self.started = Instant::now();
    }

    /// Shows how far the run is, and which case is waited for.
    pub fn update(&mut self, done: usize, bad: usize, next: Option<&str>) {
        if !self.wanted {
            return;
        }
        let (cases, elapsed) = (self.cases, self.started.elapsed());
        let bar = self.bar.get_or_insert_with(|| new_bar(cases, elapsed));
        let bad = (bad > 0).then(|| format!("{bad} did not pass"));
        let words: Vec<&str> = bad.as_deref().into_iter().chain(next).collect();
        bar.set_message(words.join("  "));
        bar.set_position(done as u64);
    }

    /// Takes the bar off the terminal while `print` writes lines there.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the bar off the terminal for good.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(cases: usize, elapsed: Duration) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr())
        .with_elapsed(elapsed);
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style.progress_chars("█░")),
        Err(_) => bar,
    }
}
