//! Faults in a spec, drawn under the line they stand in.

use std::sync::Arc;

use crate::secret::Redactor;
use crate::source::{Place, Source, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the run goes on.
    Warning,
    /// The file cannot be used.
    Error,
}

/// Something that a person should change in a spec, and where.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong, in one line.
    pub title: String,
    /// What stands under the caret: what was found or expected there. May be empty.
    pub label: String,
    /// What to do about it, a sentence each.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(source: &Arc<Source>, span: Span, title: impl Into<String>) -> Diagnostic {
        let place = Place::new(source, span);
        let (label, helps) = (String::new(), Vec::new());
        Diagnostic { severity: Severity::Error, place, title: title.into(), label, helps }
    }

    /// A warning at `span`.
    pub fn warning(source: &Arc<Source>, span: Span, title: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(source, span, title) }
    }

    /// Puts words under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Adds advice.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.helps.push(help.into());
        self
    }

    /// Makes it safe to show: without secrets, and no longer tied to its source.
    pub fn annotation(&self, redactor: &Redactor) -> Annotation {
        let mut annotation =
            Annotation::new(self.severity, &self.place, &self.title, &self.label, redactor);
        annotation.helps =
            self.helps.iter().map(|help| redactor.redact(help).into_owned()).collect();
        annotation
    }
}

/// A line of a source with words about it, redacted and ready to be drawn.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: String,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text of the line.
    pub text: String,
    /// The marked range of `text`, in bytes.
    pub marked: std::ops::Range<usize>,
    /// What stands under the caret.
    pub label: String,
    /// Advice, a sentence each.
    pub helps: Vec<String>,
}

impl Annotation {
    /// Takes the line at `place`, redacts it and all words.
    pub fn new(
        _severity: Severity,
        _place: &Place,
        _title: &str,
        _label: &str,
        _redactor: &Redactor,
    ) -> Annotation {
        todo!()
    }

    /// Draws it: the title, `path:line:column`, the line, the caret with its label, the advice.
    /// Ends with a line break. ANSI colours only when `color`.
    pub fn draw(&self, _color: bool) -> String {
        todo!()
    }
}

/// The candidate that `found` was most likely meant to be, if one is near.
pub fn did_you_mean<'c>(
    _found: &str,
    _candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    todo!()
}
