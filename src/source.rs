//! Text with positions: where in which file a thing stands.

use std::fmt;
use std::sync::Arc;

/// A text that somebody wrote, with the path under which it is shown.
pub struct Source {
    path: String,
    text: String,
    line_starts: Vec<u32>,
    is_confidential: bool,
}

/// A range of bytes in the text of a [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A span together with the source that it belongs to; shown as `path:line:column`.
#[derive(Clone, Debug)]
pub struct Place {
    /// The source.
    pub source: Arc<Source>,
    /// The range in it.
    pub span: Span,
}

impl Source {
    /// `path` is how the file is shown to the user: as it was given, `/` between its parts.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        Source { path: path.into(), text, line_starts, is_confidential: false }
    }

    /// A file of values, any of which may be a secret: no line of it is ever shown.
    pub fn confidential(path: impl Into<String>, text: impl Into<String>) -> Source {
        Source { is_confidential: true, ..Source::new(path, text) }
    }

    /// Whether none of its lines may be shown.
    pub fn is_confidential(&self) -> bool {
        self.is_confidential
    }

    /// The path as the user knows it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte offset.
    pub fn location(&self, offset: u32) -> Location {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |before| before.chars().count()) + 1;
        Location { line, column }
    }

    /// The text of a line, counted from 1, without its line break.
    pub fn line(&self, line: usize) -> &str {
        let (start, end) = self.line_range(line);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The byte offsets at which a line, counted from 1, begins and the next one begins.
    pub fn line_range(&self, line: usize) -> (usize, usize) {
        let start = self.line_starts[line - 1] as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        (start, end)
    }
}

impl fmt::Debug for Source {
    /// Its path stands for it: what is told apart by where it stands need not hold the whole text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.path).finish()
    }
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// From where `self` begins to where `other` ends.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end.max(self.start) }
    }
}

impl<T> Spanned<T> {
    /// Ties `value` to `span`.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

impl Place {
    /// Ties a span to its source.
    pub fn new(source: &Arc<Source>, span: Span) -> Place {
        Place { source: source.clone(), span }
    }

    /// The line and column where it begins.
    pub fn location(&self) -> Location {
        self.source.location(self.span.start)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location();
        write!(f, "{}:{line}:{column}", self.source.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_count_lines_and_characters_from_one() {
        let source = Source::new("a.yaml", "eins\nzwölf x\n");
        assert_eq!(source.location(0), Location { line: 1, column: 1 });
        assert_eq!(source.location(5), Location { line: 2, column: 1 });
        assert_eq!(source.location(12), Location { line: 2, column: 7 });
        assert_eq!(source.line(2), "zwölf x");
        assert_eq!(source.line(3), "");
    }
}
