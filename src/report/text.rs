//! Texts from elsewhere, made harmless for a terminal and for a reader of XML, and cut to size.

use crate::diagnostic::visible;

/// `text` in one line.
pub fn one_line(text: &str) -> String {
    visible(text)
}

/// `text` with its lines, each without anything that a terminal obeys or XML forbids.
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push_str(&visible(line.strip_suffix('\r').unwrap_or(line)));
    }
    out
}

/// Cuts `text` to at most `limit` bytes, and says behind it how much more there was.
pub fn shorten(text: &mut String, limit: usize) {
    if text.len() > limit {
        let shown = text.floor_char_boundary(limit);
        let left = text.len() - shown;
        text.truncate(shown);
        text.push_str(&format!("… ({left} more bytes)"));
    }
}
