//! The differences of two values for a person: redacted first, shortened second.

use crate::diagnostic::{Hunk, Sign};
use crate::judge::diff::{Diff, Line, Side};
use crate::judge::note::Excerpt;
use crate::secret::Redactor;
use crate::text::{one_line, shortened_inside};

/// The most that is shown of a line, in bytes.
const LINE: usize = 160;

/// The hunks of a difference.
pub fn hunks(diff: &Diff, redactor: &Redactor) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for (i, hunk) in diff.hunks.iter().enumerate() {
        let place = shown(&Excerpt::whole(&hunk.place), redactor);
        let legend = if i == 0 { "  (- expected, + got)" } else { "" };
        let lines = hunk.lines.iter().map(|Line { side, text }| {
            let sign = match side {
                Side::Both | Side::Gap => Sign::Same,
                Side::Expected => Sign::Minus,
                Side::Actual => Sign::Plus,
            };
            (sign, shown(text, redactor))
        });
        hunks.push(Hunk { place: place + legend, lines: lines.collect() });
    }
    if let (true, Some(last)) = (diff.more > 0, hunks.last_mut()) {
        let words = format!("… and {} more lines that differ", diff.more);
        last.lines.push((Sign::Same, words));
    }
    hunks
}

fn shown(Excerpt { text, shown }: &Excerpt, redactor: &Redactor) -> String {
    one_line(&shortened_inside(&redactor.redact_part(text, shown.clone()), LINE))
}
