//! Words, numbers and colours that several parts of the console share.

use anstyle::{AnsiColor, Color, Style};

use super::super::tally::Tally;
pub use crate::date::shown_time;

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
    let flaky = match tally.flaky {
        0 => String::new(),
        count => format!(" ({count} flaky)"),
    };
    let mut counts = vec![format!("{} passed{flaky}", tally.passed)];
    let some = |(n, word): &(usize, &str)| (*n > 0).then(|| format!("{n} {word}"));
    counts.extend([(tally.failed, "failed"), (tally.errored, "errored")].iter().filter_map(some));
    if let (Some(last), 1..) = (counts.last_mut(), tally.unstable) {
        last.push_str(&format!(" ({} unstable)", tally.unstable));
    }
    counts.extend([(tally.skipped, "skipped"), (tally.not_run, "not run")].iter().filter_map(some));
    counts.join(", ")
}
