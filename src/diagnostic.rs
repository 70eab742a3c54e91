//! Faults in a spec, drawn under the line they stand in.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::secret::{MASK, Redactor};
use crate::source::{Location, Place, Source, Span};

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
        annotation.helps = self.helps.iter().map(|help| visible(&redactor.redact(help))).collect();
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
    /// Advice, a sentence each.
    pub helps: Vec<String>,
}

/// Lines longer than this many characters are cropped around the mark.
const MAX_LINE: usize = 160;

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
        let whole = place.source.line(line);
        let marked = marked_in_line(place, line, whole);
        // Redacted first: what follows changes the text, and a changed secret would be missed.
        let (text, marked) = redact_line(whole, marked, redactor);
        let (text, marked) = crop(&text, marked);
        let (text, marked) = make_visible(&text, marked);
        Annotation {
            severity,
            title: visible(&redactor.redact(title)),
            path: visible(&redactor.redact(place.source.path())),
            line,
            column,
            text,
            marked,
            label: visible(&redactor.redact(label)),
            helps: Vec::new(),
        }
    }

    /// Draws it: the title, `path:line:column`, the line, the caret with its label, the advice.
    /// Ends with a line break. ANSI colours only when `color`.
    pub fn draw(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let mark = AnnotationKind::Primary
            .span(self.marked.clone())
            .label(Some(&*self.label).filter(|label| !label.is_empty()));
        let snippet =
            Snippet::source(&*self.text).path(&*self.path).line_start(self.line).annotation(mark);
        let helps = self.helps.iter().map(|help| Level::HELP.message(&**help));
        let group = level.primary_title(&*self.title).element(snippet).elements(helps);
        let renderer = if color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
        let drawn = renderer.term_width(usize::from(u16::MAX)).render(&[group]);
        self.with_true_column(drawn) + "\n"
    }

    /// The renderer counts columns in `text`, where they move when it was redacted or cropped.
    fn with_true_column(&self, drawn: String) -> String {
        let shown = self.text[..self.marked.start].chars().count() + 1;
        let title_end = drawn.find('\n').unwrap_or(0);
        let (title, rest) = drawn.split_at(title_end);
        let place = |column| format!("{}:{}:{column}", self.path, self.line);
        title.to_owned() + &rest.replacen(&place(shown), &place(self.column), 1)
    }
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
    let before = visible(&line[..marked.start]);
    let inside = visible(&line[marked.clone()]);
    let range = before.len()..before.len() + inside.len();
    (before + &inside + &visible(&line[marked.end..]), range)
}

/// Tabs and line breaks as spaces; other control characters, and those that turn the direction of
/// writing or are invisible, as signs for them.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("  "),
            '\n' => out.push(' '),
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

/// The candidate that `found` was most likely meant to be, if one is near.
///
/// One that differs only in case, `-` and `_` comes first, then the nearest by edits, of which one
/// is allowed for every three characters; last one that `found` is the beginning of.
pub fn did_you_mean<'c>(
    found: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let found = bare(found);
    let allowed = (found.chars().count() / 3).max(1);
    let rank = |candidate: &'c str| {
        let wanted = bare(candidate);
        let edits = strsim::damerau_levenshtein(&found, &wanted);
        let near = edits <= allowed && edits < wanted.chars().count();
        let begins = found.len() >= 3 && wanted.starts_with(&found);
        let likeness = strsim::jaro_winkler(&found, &wanted);
        (near || begins).then_some((if near { edits } else { usize::MAX }, likeness, candidate))
    };
    candidates
        .into_iter()
        .filter_map(rank)
        .min_by(|(edits, likeness, _), (other_edits, other_likeness, _)| {
            edits.cmp(other_edits).then(other_likeness.total_cmp(likeness))
        })
        .map(|(_, _, candidate)| candidate)
}

/// A name without what people mix up in it.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, span: Span, secrets: &[&str]) -> String {
        let redactor = Redactor::default();
        secrets.iter().for_each(|secret| redactor.add(secret));
        let source = Arc::new(Source::new("specs/a.yaml", text));
        Diagnostic::error(&source, span, "unknown key `staus`")
            .label("did you mean `status`?")
            .help("a test expects `status`, `headers`, …")
            .annotation(&redactor)
            .draw(false)
    }

    #[test]
    fn looks_like_rustc() {
        let text = "tests:\n  - name: x\n    expect:\n      staus: 200\n";
        let start = text.find("staus").unwrap();
        let expected = "\
error: unknown key `staus`
 --> specs/a.yaml:4:7
  |
4 |       staus: 200
  |       ^^^^^ did you mean `status`?
  |
  = help: a test expects `status`, `headers`, …
";
        assert_eq!(drawn(text, Span::new(start, start + 5), &[]), expected);
    }

    #[test]
    fn misspelt_names_find_their_candidate() {
        let candidates =
            ["status", "headers", "auth", "expect", "gt", "gte", "base_url", "description"];
        let table = [
            ("staus", Some("status")),
            ("Header", Some("headers")),
            ("auht", Some("auth")),
            ("expects", Some("expect")),
            ("gtt", Some("gt")),
            ("Base-URL", Some("base_url")),
            ("baseUrl", Some("base_url")),
            ("desc", Some("description")),
            ("GTE", Some("gte")),
            ("banana", None),
            ("x", None),
            ("", None),
        ];
        for (found, wanted) in table {
            assert_eq!(did_you_mean(found, candidates), wanted, "{found}");
        }
    }

    fn annotated(text: &str, marked: &str, secrets: &[&str]) -> Annotation {
        let redactor = Redactor::default();
        secrets.iter().for_each(|secret| redactor.add(secret));
        let source = Arc::new(Source::new("a.yaml", text));
        let start = text.find(marked).unwrap();
        let span = Span::new(start, start + marked.len());
        Diagnostic::error(&source, span, format!("`{marked}` is odd"))
            .label(format!("{marked}?"))
            .help(format!("not {marked}"))
            .annotation(&redactor)
    }

    #[test]
    fn secrets_are_masked_everywhere_and_the_mark_follows() {
        // (line, marked part, secret, shown line, shown mark)
        let table = [
            ("a: s3cret b: 1", "b", "s3cret", "a: *** b: 1", "b"),
            ("a: s3cret b: 1", "a", "s3cret", "a: *** b: 1", "a"),
            ("a: s3cret b: 1", "s3cret", "s3cret", "a: *** b: 1", "***"),
            ("a: s3cret b: 1", "a: s3", "s3cret", "a: *** b: 1", "***"),
            ("a: s3cret b: 1", "cret b", "s3cret", "a: *** b: 1", "***"),
            ("a: s3cret b: 1", "3cre", "s3cret", "a: *** b: 1", "***"),
        ];
        for (text, marked, secret, shown, mark) in table {
            let annotation = annotated(text, marked, &[secret]);
            assert_eq!(annotation.text, shown);
            assert_eq!(&annotation.text[annotation.marked.clone()], mark, "{marked}");
            assert!(!annotation.draw(true).contains(secret), "{marked}");
        }
        let annotation = annotated("a: s3cret b: 1", "s3cret", &["s3cret"]);
        assert_eq!(annotation.title, "`***` is odd");
        assert_eq!(annotation.label, "***?");
        assert_eq!(annotation.helps, ["not ***"]);
    }

    #[test]
    fn the_column_is_that_of_the_file() {
        let long = format!("a: {} b: odd {}", "ü".repeat(400), "z".repeat(400));
        for (text, secrets) in
            [("a: s3cret b: odd", vec!["s3cret"]), (&long, vec![]), ("\t odd", vec![])]
        {
            let annotation = annotated(text, "odd", &secrets);
            let column = text[..text.find("odd").unwrap()].chars().count() + 1;
            assert_eq!(annotation.column, column);
            let drawn = annotation.draw(false);
            assert!(drawn.contains(&format!("--> a.yaml:1:{column}\n")), "{drawn}");
            assert_eq!(&annotation.text[annotation.marked.clone()], "odd");
        }
    }

    #[test]
    fn long_lines_are_cropped_around_the_mark() {
        let text = format!("key: {} odd {}", "x".repeat(400), "y".repeat(400));
        let annotation = annotated(&text, "odd", &[]);
        assert_eq!(annotation.text.chars().count(), MAX_LINE + 2);
        assert!(annotation.text.starts_with("…x") && annotation.text.ends_with("y…"));
        let annotation = annotated(&text, "key", &[]);
        assert!(annotation.text.starts_with("key: x") && annotation.text.ends_with("x…"));
        let annotation = annotated(&text, &text, &[]);
        assert_eq!(annotation.marked.end, MAX_LINE);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_reaches_it() {
        let text = "a:\t\u{1b}[31m\u{202e}odd\u{2066}\r\nb";
        let annotation = annotated(text, "odd\u{2066}\r\nb", &[]);
        assert_eq!(annotation.text, "a:  ␛[31m\\u{202e}odd\\u{2066}");
        assert_eq!(&annotation.text[annotation.marked.clone()], "odd\\u{2066}");
        assert_eq!(annotation.title, "`odd\\u{2066}␍ b` is odd");
        let drawn = annotation.draw(false);
        assert!(drawn.chars().all(|c| c == '\n' || !c.is_control()), "{drawn:?}");
    }

    #[test]
    fn an_empty_span_marks_one_character_also_at_the_end() {
        assert!(drawn("a: b\n", Span::new(3, 3), &[]).contains("  |    ^ did"));
        assert!(drawn("a: b\n", Span::new(4, 4), &[]).contains("  |     ^ did"));
        assert!(drawn("", Span::new(0, 0), &[]).contains("  | ^ did"));
        assert!(drawn("a: b", Span::new(90, 99), &[]).contains("  |     ^ did"));
    }

    #[test]
    fn colours_come_only_when_asked_for() {
        let annotation = annotated("a: odd", "odd", &[]);
        assert!(annotation.draw(true).contains("\x1b["));
        assert!(!annotation.draw(false).contains('\x1b'));
    }
}
