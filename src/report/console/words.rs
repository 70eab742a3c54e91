//! Words, numbers and colours that several parts of the console share.

use std::time::Duration;

use anstyle::{AnsiColor, Color, Style};

use super::super::tally::Tally;

/// For names and titles.
pub const BOLD: Style = Style::new().bold();
/// For what did not pass.
pub const RED: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Red)));
/// For what passed.
pub const GREEN: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Green)));
/// For what was not run.
pub const YELLOW: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
/// For what only names its surroundings.
pub const DIM: Style = Style::new().dimmed();

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether text is coloured.
    pub color: bool,
}

impl Paint {
    /// `text` in a style.
    pub fn with(self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

/// `3 passed, 1 failed`: what there is, and what passed in any case.
pub fn counts(tally: &Tally) -> String {
    let mut counts = vec![format!("{} passed", tally.passed)];
    let others = [
        (tally.failed, "failed"),
        (tally.errored, "errored"),
        (tally.skipped, "skipped"),
        (tally.not_run, "not run"),
    ];
    counts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    counts.join(", ")
}

/// A time as a person reads it.
pub fn shown_time(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}
