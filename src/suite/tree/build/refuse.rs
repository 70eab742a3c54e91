//! What the builder refuses, and the words for it.

use saphyr_parser::{ScanError, Span as Marks};

use super::super::flow;
use super::super::scalar::Refused;
use super::super::stumble::{self, Stumble};
use super::{Builder, Stop};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::template::{FOREIGN_VARIABLE, foreign_variable};

impl Builder<'_> {
    pub(super) fn refuse_plain(&mut self, text: &str, span: Span, refused: Refused) {
        let Refused { taken_for, instead } = refused;
        let label = match instead {
            Some(instead) => format!("write \"{text}\" for text, or {instead} for {taken_for}"),
            None => format!("write \"{text}\" for text"),
        };
        self.fault(span, format!("`{text}` is not {taken_for} in JSON")).label(label);
    }

    pub(super) fn refuse_tag(&mut self, tagged: bool, marks: &Marks) {
        if !tagged {
            return;
        }
        let text = self.source.text();
        let mut start = self.places.byte(&marks.start);
        if text.as_bytes().get(start) == Some(&b'&') {
            start = self.places.skip_blanks(self.places.word_end(start));
        }
        let span = Span::new(start, self.places.word_end(start));
        self.fault(span, "tags are not read").label("remove it").note(
            "what is quoted is text, what is not is null, true, false or a number as in JSON",
        );
    }

    /// The parser lets most of them pass, YAML does not, and nobody sees them.
    pub(super) fn refuse_control_characters(&mut self) {
        let Some(at) = self.control_character() else { return };
        let code = self.source.text().as_bytes()[at];
        self.fault(Span::new(at, at + 1), "a control character in the file")
            .label(format!("in double quotes it is written \\x{code:02x}"));
    }

    fn control_character(&self) -> Option<usize> {
        let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        self.source.text().bytes().position(control)
    }

    /// `%YAML` and `%TAG` stand in lines before the `---` at `end`.
    pub(super) fn refuse_directives(&mut self, end: usize) {
        let mut start = 0;
        for line in self.source.text()[..end].split_inclusive('\n') {
            if line.starts_with('%') {
                let span = Span::new(start, start + line.trim_end().len());
                self.fault(span, "directives are not read").label("remove this line");
            }
            start += line.len();
        }
    }

    pub(super) fn refuse_complex_key(&mut self, start: usize) {
        let outer = start.saturating_sub(1);
        let text = &self.source.text()[outer..];
        if text.starts_with("{{")
            && let Some((written, here)) = foreign_variable(text)
            && text.starts_with(written)
        {
            let span = Span::new(outer, outer + written.len());
            self.fault(span, FOREIGN_VARIABLE)
                .label(format!("write \"{here}\""))
                .note("between brackets it needs the quotes");
            return;
        }
        self.fault(Span::new(start, start + 1), "a list or mapping cannot be a key")
            .label("for a text, put it in quotes");
    }

    pub(super) fn stumbled(&mut self, error: &ScanError) -> Stop {
        let stumble = Stumble {
            source: self.source,
            places: &self.places,
            at: self.places.byte(error.marker()),
            cursor: self.cursor,
            bracket: self.open.iter().find(|open| open.flow).map(|open| open.start),
        };
        // The parser takes a NUL for the end of the file, and stumbles for another reason.
        if self.control_character().is_some_and(|control| control <= stumble.at) {
            self.refuse_control_characters();
            return Stop;
        }
        let fault = stumble::in_place(&stumble, error)
            .or_else(|| flow::explain(&stumble))
            .unwrap_or_else(|| stumble::between_lines(&stumble, error));
        // What was found wrong inside the marked text comes of the same mistake.
        let Span { start, end } = fault.place.span;
        self.faults.retain(|earlier| {
            let span = earlier.place.span;
            span.start < start || span.end > end
        });
        self.faults.push(fault);
        Stop
    }

    pub(super) fn fault(&mut self, span: Span, title: impl Into<String>) -> Noted<'_> {
        let diagnostic = Diagnostic::error(self.source, span, title);
        self.faults.push(diagnostic);
        let last = self.faults.len() - 1;
        Noted(&mut self.faults[last])
    }
}

/// A fault that was noted and can be given more words.
pub(super) struct Noted<'f>(&'f mut Diagnostic);

impl Noted<'_> {
    pub(super) fn label(self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    pub(super) fn note(self, help: &str) -> Self {
        self.0.helps.push(help.to_owned());
        self
    }
}
