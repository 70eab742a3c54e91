//! Where two values differ: each difference at its place, with the neighbours that are the same.

mod json;
mod lines;

pub use self::json::{in_any_order, of_part, values};
pub use self::lines::texts;

use super::note::Excerpt;

/// The differences of two values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// One a place, in the order of the expected value.
    pub hunks: Vec<Hunk>,
    /// How many lines are not told.
    pub more: usize,
}

/// What differs at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Hunk {
    /// The place, as a JSONPath or a line.
    pub place: String,
    /// What stands there, and around it.
    pub lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Whose it is.
    pub side: Side,
    /// The text, which may hold secrets.
    pub text: Excerpt,
}

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Both have it.
    Both,
    /// It was expected.
    Expected,
    /// It was found.
    Actual,
    /// Some lines of both are left out.
    Gap,
}

/// How many lines are told of all differences.
const TOLD: usize = 40;

/// How many neighbours are shown on either side of a difference.
const AROUND: usize = 1;

impl Diff {
    /// Adds what differs at a place, of its lines only those near a difference.
    fn push(&mut self, place: String, lines: &[Line]) {
        let differs = |line: &Line| matches!(line.side, Side::Expected | Side::Actual);
        let near = |i: usize| {
            let from = i.saturating_sub(AROUND);
            lines[from..(i + AROUND + 1).min(lines.len())].iter().any(differs)
        };
        let told = self.hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>();
        let mut room = TOLD.saturating_sub(told);
        let mut shown: Vec<Line> = Vec::new();
        let mut is_gap = false;
        for (i, line) in lines.iter().enumerate() {
            if !near(i) {
                is_gap = true;
                continue;
            }
            if room == 0 {
                self.more += usize::from(differs(line));
                continue;
            }
            if is_gap && !shown.is_empty() {
                shown.push(Line { side: Side::Gap, text: Excerpt::whole("…") });
            }
            (is_gap, room) = (false, room - 1);
            shown.push(line.clone());
        }
        if shown.iter().any(differs) {
            self.hunks.push(Hunk { place, lines: shown });
        }
    }
}
