//! The line of a source as it may be shown: redacted, cropped, without what a terminal obeys.

use std::ops::Range;

use crate::secret::{MASK, Redactor};
use crate::source::Place;
use crate::text::one_line;

/// Lines longer than this many characters are cropped around the mark.
pub(super) const MAX_LINE: usize = 160;

/// The line in which a place begins, and the marked bytes of what is shown of it.
pub(super) fn shown_line(place: &Place, redactor: &Redactor) -> (String, Range<usize>) {
    let line = place.location().line;
    let whole = place.source.line(line);
    let marked = marked_in_line(place, line, whole);
    // Redacted first: what follows changes the text, and a changed secret would be missed.
    let (text, marked) = redact_line(whole, marked, redactor);
    let (text, marked) = crop(&text, marked);
    make_visible(&text, marked)
}

/// The bytes of the line that a place marks.
fn marked_in_line(place: &Place, line: usize, text: &str) -> Range<usize> {
    let (line_start, _) = place.source.line_range(line);
    let within = |offset: u32| {
        let mut at = (offset as usize).saturating_sub(line_start).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (within(place.span.start), within(place.span.end));
    start..end.max(start + text[start..].chars().next().map_or(0, char::len_utf8))
}

/// The line without secrets. Only lengths are taken from its redacted parts, never their text: a
/// secret that lies across the border of the mark is whole in the line alone.
fn redact_line(line: &str, marked: Range<usize>, redactor: &Redactor) -> (String, Range<usize>) {
    let redacted = redactor.redact(line).into_owned();
    if redacted == line {
        return (redacted, marked);
    }
    let before = redactor.redact(&line[..marked.start]);
    let behind = redactor.redact(&line[marked.end..]);
    let fits = before.len() + behind.len() <= redacted.len()
        && redacted.starts_with(&*before)
        && redacted.ends_with(&*behind);
    let marked = match (fits, redacted.find(MASK)) {
        (true, _) => before.len()..redacted.len() - behind.len(),
        (false, Some(mask)) => mask..mask + MASK.len(),
        (false, None) => {
            let start = redacted.len() - redacted.trim_start().len();
            start..redacted.trim_end().len().max(start)
        }
    };
    (redacted, marked)
}

/// Cuts a long line on both sides of the mark, and the mark itself if it is long.
fn crop(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    if line.chars().count() <= MAX_LINE {
        return (line.to_owned(), marked);
    }
    let before = line[..marked.start].chars().count();
    let inside = line[marked.clone()].chars().count().min(MAX_LINE);
    // As much of the beginning as fits, for that is where the key stands.
    let skipped = match before + inside <= MAX_LINE {
        true => 0,
        false => before - (MAX_LINE - inside) / 2,
    };
    let offset =
        |number: usize| line.char_indices().nth(number).map_or(line.len(), |(offset, _)| offset);
    let window = offset(skipped)..offset(skipped + MAX_LINE);
    let left = if skipped > 0 { "…" } else { "" };
    let right = if window.end < line.len() { "…" } else { "" };
    let moved = |at: usize| at.clamp(window.start, window.end) - window.start + left.len();
    let text = format!("{left}{}{right}", &line[window.clone()]);
    (text, moved(marked.start)..moved(marked.end))
}

/// The line with nothing in it that a terminal obeys.
fn make_visible(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    let before = one_line(&line[..marked.start]);
    let inside = one_line(&line[marked.clone()]);
    let range = before.len()..before.len() + inside.len();
    (before + &inside + &one_line(&line[marked.end..]), range)
}
