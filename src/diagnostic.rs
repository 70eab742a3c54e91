//! Faults in a spec, drawn under the line they stand in.

mod hunk;
mod line;
mod roots;
mod suggest;
#[cfg(test)]
mod tests;
mod withheld;

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

pub use self::hunk::{Hunk, Sign};
use self::line::shown_line;
pub use self::roots::roots;
pub use self::suggest::did_you_mean;
use crate::secret::Redactor;
use crate::source::{Location, Place, Source, Span};
use crate::text::one_line;

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
    /// Other lines that play a part in it.
    pub related: Vec<Related>,
    /// What to do about it, a sentence each.
    pub helps: Vec<String>,
}

/// A line that plays a part in what is wrong with another one.
#[derive(Clone, Debug)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// Which part, in words.
    pub label: String,
}

impl Related {
    /// The line that has the steps of a fragment taken.
    pub fn used_at(place: &Place) -> Related {
        Related { place: place.clone(), label: "used here".into() }
    }

    /// The line of a fragment that needs what it is not given.
    pub fn needed_at(place: &Place) -> Related {
        Related { place: place.clone(), label: "needed here".into() }
    }
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(source: &Arc<Source>, span: Span, title: impl Into<String>) -> Diagnostic {
        let place = Place::new(source, span);
        let (severity, title, label) = (Severity::Error, title.into(), String::new());
        Diagnostic { severity, place, title, label, related: Vec::new(), helps: Vec::new() }
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
        if let Some(told) = withheld::without_values(self) {
            return told.shown(redactor);
        }
        self.shown(redactor)
    }

    fn shown(&self, redactor: &Redactor) -> Annotation {
        let mut annotation =
            Annotation::new(self.severity, &self.place, &self.title, &self.label, redactor);
        annotation.relate(&self.related, redactor);
        annotation.helps = self.helps.iter().map(|help| one_line(&redactor.redact(help))).collect();
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
    pub marked: Range<usize>,
    /// What stands under the caret.
    pub label: String,
    /// Other lines that play a part in it.
    pub related: Vec<Annotation>,
    /// Advice, a sentence each.
    pub helps: Vec<String>,
    /// What differs, hunk by hunk.
    pub hunks: Vec<Hunk>,
    /// How much of the file is shown.
    pub shown: Shown,
}

/// How much is shown of the file that an annotation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The line, and what is marked in it.
    Line,
    /// Line and column: what stands there may be secret.
    Place,
    /// Nothing: it is about the file as a whole.
    Path,
}

impl Shown {
    fn of(source: &Source) -> Shown {
        match (source.text().is_empty(), source.is_confidential()) {
            (true, _) => Shown::Path,
            (false, true) => Shown::Place,
            (false, false) => Shown::Line,
        }
    }
}

impl Annotation {
    /// Takes the line at `place`, redacts it and all words.
    ///
    /// A span over several lines is cut at the end of the first; an empty one marks one character.
    pub fn new(
        severity: Severity,
        place: &Place,
        title: &str,
        label: &str,
        redactor: &Redactor,
    ) -> Annotation {
        let Location { line, column } = place.location();
        let shown = Shown::of(&place.source);
        let (text, marked) = match shown {
            Shown::Line => shown_line(place, redactor),
            Shown::Place | Shown::Path => (String::new(), 0..0),
        };
        Annotation {
            severity,
            title: one_line(&redactor.redact(title)),
            path: one_line(&redactor.redact(place.source.path())),
            line,
            column,
            text,
            marked,
            label: one_line(&redactor.redact(label)),
            related: Vec::new(),
            helps: Vec::new(),
            hunks: Vec::new(),
            shown,
        }
    }

    /// Adds lines that play a part in it, redacted.
    pub fn relate(&mut self, related: &[Related], redactor: &Redactor) {
        let line = |Related { place, label }: &Related| {
            Annotation::new(self.severity, place, "", label, redactor)
        };
        self.related.extend(related.iter().map(line));
    }

    /// `path:line:column`; only `path` when it is about the whole file.
    pub fn address(&self) -> String {
        match self.shown {
            Shown::Path => self.path.clone(),
            Shown::Line | Shown::Place => format!("{}:{}:{}", self.path, self.line, self.column),
        }
    }

    /// Draws it: the title, `path:line:column`, the line, the caret with its label, the advice.
    /// Ends with a line break. ANSI colours only when `color`.
    pub fn draw(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        // Without a line there is no place for what stands under it.
        let has_line = self.shown == Shown::Line;
        let label = Some(&self.label).filter(|label| !has_line && !label.is_empty());
        let helps = label.into_iter().chain(&self.helps).map(|help| Level::HELP.message(&**help));
        let title = level.primary_title(&*self.title);
        let group = title.element(self.excerpt(AnnotationKind::Primary));
        let related = self.related.iter().map(|line| line.excerpt(AnnotationKind::Context));
        let group = group.elements(related);
        let group = group.elements(helps);
        let renderer = if color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
        let drawn = renderer.term_width(usize::from(u16::MAX)).render(&[group]);
        let lines = std::iter::once(self).chain(&self.related);
        let hunks: String = self.hunks.iter().map(|hunk| hunk.draw(color)).collect();
        lines.fold(drawn, |drawn, line| line.with_true_column(drawn)) + "\n" + &hunks
    }

    fn excerpt(&self, kind: AnnotationKind) -> Element<'_> {
        let origin = Origin::path(&*self.path);
        match self.shown {
            Shown::Line => self.snippet(kind).into(),
            Shown::Place => origin.line(self.line).char_column(self.column).into(),
            Shown::Path => origin.into(),
        }
    }

    fn snippet(&self, kind: AnnotationKind) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let mark = kind
            .span(self.marked.clone())
            .label(Some(&*self.label).filter(|label| !label.is_empty()));
        Snippet::source(&*self.text).path(&*self.path).line_start(self.line).annotation(mark)
    }

    /// The renderer counts columns in `text`, where they move when it was redacted or cropped.
    fn with_true_column(&self, drawn: String) -> String {
        if self.shown != Shown::Line {
            return drawn;
        }
        let shown = self.text[..self.marked.start].chars().count() + 1;
        let title_end = drawn.find('\n').unwrap_or(0);
        let (title, rest) = drawn.split_at(title_end);
        let place = |column| format!("{}:{}:{column}", self.path, self.line);
        title.to_owned() + &rest.replacen(&place(shown), &place(self.column), 1)
    }
}
