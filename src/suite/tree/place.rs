//! From the parser's positions, which count characters, to spans, which count bytes.

use saphyr_parser::Marker;

/// How many characters lie between two remembered offsets.
const STEP: usize = 16;

/// A text whose characters can be found by their number.
pub(super) struct Places<'t> {
    text: &'t str,
    /// The byte offset of every `STEP`th character; empty when all of the text is ASCII.
    steps: Vec<u32>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Places<'t> {
        let steps = match text.is_ascii() {
            true => Vec::new(),
            false => text.char_indices().step_by(STEP).map(|(offset, _)| offset as u32).collect(),
        };
        Places { text, steps }
    }

    /// The byte offset of a mark; the end of the text for one behind it.
    pub(super) fn byte(&self, mark: &Marker) -> usize {
        let index = mark.index();
        if self.steps.is_empty() {
            return index.min(self.text.len());
        }
        let Some(step) = self.steps.get(index / STEP) else { return self.text.len() };
        let start = *step as usize;
        let rest = &self.text[start..];
        rest.char_indices().nth(index % STEP).map_or(self.text.len(), |(offset, _)| start + offset)
    }

    /// Behind the blanks, line breaks and comments that begin at `from`.
    pub(super) fn skip_blanks(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = self.line_end(at),
                _ => break,
            }
        }
        at
    }

    /// Behind the anchor and the tag that may stand before a value.
    pub(super) fn skip_properties(&self, from: usize) -> usize {
        let mut at = from;
        while matches!(self.text.as_bytes().get(at), Some(b'&' | b'!')) {
            at = self.skip_blanks(self.word_end(at));
        }
        at
    }

    /// Where, between what was read last and a value, the indicator of that value stands: the `-`
    /// of a list's entry or the `|` or `>` of a block scalar.
    pub(super) fn indicator(&self, from: usize, wanted: &[u8]) -> Option<usize> {
        let mut at = from;
        loop {
            at = self.skip_blanks(at);
            match self.text.as_bytes().get(at)? {
                byte if wanted.contains(byte) => return Some(at),
                b'&' | b'!' => at = self.word_end(at),
                b':' | b'-' | b'?' => at += 1,
                _ => return None,
            }
        }
    }

    /// Behind the closing quote of the scalar whose opening quote stands at `start`.
    pub(super) fn quoted_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let quote = bytes[start];
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match *byte {
                b'\\' if quote == b'"' => at += 2,
                b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
                byte if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// Behind the last character of a word.
    pub(super) fn word_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let end = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
        rest.find(end).map_or(self.text.len(), |length| from + length)
    }

    /// Where the line break of the line stands that holds `from`.
    pub(super) fn line_end(&self, from: usize) -> usize {
        self.text[from..].find(['\n', '\r']).map_or(self.text.len(), |length| from + length)
    }

    /// Behind the last character before `end` that is not white.
    pub(super) fn trim_end(&self, start: usize, end: usize) -> usize {
        start + self.text[start..end.max(start)].trim_end().len()
    }
}
