//! Where YAML itself gives up: what was probably meant, in words for somebody who writes specs.

use std::sync::Arc;

use saphyr_parser::ScanError;

use super::limits::too_deep;
use super::place::Places;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::template::{FOREIGN_VARIABLE, foreign_variable};

/// Where the parser gave up, and how far it had come.
pub(super) struct Stumble<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) places: &'a Places<'a>,
    /// Where.
    pub(super) at: usize,
    /// The end of what could be read before.
    pub(super) cursor: usize,
    /// The outermost bracket that was open there.
    pub(super) bracket: Option<usize>,
}

/// The fault for an error of the parser, if it is about what stands in one place by itself.
pub(super) fn in_place(stumble: &Stumble, error: &ScanError) -> Option<Diagnostic> {
    let info = error.info();
    if let Some(fault) = stumble.byte_order_mark() {
        return Some(fault);
    }
    let says = |words: &[&str]| words.iter().any(|word| info.contains(word));
    if says(&["tab"]) && !says(&["alphabetic", "printable"]) {
        return Some(stumble.tab());
    }
    if says(&["recursion limit"]) {
        return Some(
            stumble.fault(stumble.at, 1, &too_deep()).label("the file is read no further"),
        );
    }
    if says(&["quoted scalar, found", "in quoted scalar", "quoted scalar, did not"]) {
        return Some(stumble.quote(says(&["escape", "hexadecimal"])));
    }
    if says(&["trailing content after double-quoted"]) {
        return Some(stumble.behind_quote());
    }
    if says(&["unexpected character", "anchor", "while scanning a tag", "while parsing a tag"]) {
        return Some(stumble.indicator());
    }
    None
}

/// The fault for an error of the parser in how lines stand to each other.
pub(super) fn between_lines(stumble: &Stumble, error: &ScanError) -> Diagnostic {
    stumble.block(error.info())
}

/// The text as a quoted scalar: in double quotes, unless single ones spare it escapes.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['\\', '"']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `request:GET /orders`, which YAML takes for one word. Not `http://…`.
fn glued(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.trim_start_matches("- ").split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    (is_key && !value.is_empty() && !value.starts_with("//")).then_some((key, value))
}

/// Keys whose values are mappings: what stands behind them on their line is the first entry.
const OF_MAPPINGS: [&str; 10] =
    ["headers", "query", "vars", "tokens", "json", "form", "auth", "expect", "basic", "header"];

impl Stumble<'_> {
    pub(super) fn text(&self) -> &str {
        self.source.text()
    }

    pub(super) fn fault(&self, start: usize, length: usize, title: &str) -> Diagnostic {
        let end = self.text().ceil_char_boundary(start + length);
        Diagnostic::error(self.source, Span::new(start.min(end), end), title)
    }

    /// A fault whose remedy is to put quotes around a text.
    pub(super) fn quote_this(&self, start: usize, end: usize, title: &str) -> Diagnostic {
        let text = &self.text()[start..end];
        self.fault(start, end - start, title).label(format!("quote this: {}", quoted(text)))
    }

    /// Where the line begins that holds `offset`.
    fn line_start(&self, offset: usize) -> usize {
        self.text()[..offset].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Behind the text that begins at `start`, without the comment at the end of its line.
    fn plain_end(&self, start: usize) -> usize {
        let line = &self.text()[start..self.places.line_end(start)];
        start + line.find(" #").map_or(line, |comment| &line[..comment]).trim_end().len()
    }

    /// Nobody sees one, and the parser stumbles over it for other reasons.
    fn byte_order_mark(&self) -> Option<Diagnostic> {
        const MARK: char = '\u{feff}';
        let read = self.text().get(..self.at)?;
        let (last, _) = read.char_indices().next_back().unwrap_or_default();
        let at = [last, self.at].into_iter().find(|at| self.text()[*at..].starts_with(MARK))?;
        let title = "a byte order mark inside the file";
        Some(self.fault(at, MARK.len_utf8(), title).label("remove it"))
    }

    fn tab(&self) -> Diagnostic {
        let from = self.line_start(self.at);
        let mut start = from;
        for line in self.text()[from..].split_inclusive('\n') {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line[..blank].find('\t') {
                return self
                    .fault(start + tab, 1, "a tab cannot indent")
                    .label("use spaces, as YAML demands");
            }
            start += line.len();
        }
        self.fault(self.at, 1, "a tab cannot stand here").label("use spaces, as YAML demands")
    }

    fn quote(&self, escape: bool) -> Diagnostic {
        let quote = &self.text()[self.at..].chars().next().unwrap_or('"');
        if escape && let Some(fault) = self.bad_escape() {
            return fault;
        }
        self.fault(self.at, 1, &format!("no `{quote}` ends this text"))
            .label("it begins here")
            .help("a text in quotes that goes over several lines is indented deeper than its key")
    }

    fn bad_escape(&self) -> Option<Diagnostic> {
        let end = self.places.quoted_end(self.at);
        let body = &self.text()[self.at..end];
        let mut chars = body.char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            if c != '\\' {
                continue;
            }
            let (_, escaped) = chars.next()?;
            let digits = match escaped {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                c if "0abtnvfre \"/\\N_LP\t\n\r".contains(c) => continue,
                _ => 0,
            };
            let found = &body[offset..];
            let shown: String = found.chars().take(2 + digits).collect();
            let code = u32::from_str_radix(shown.get(2..).unwrap_or(""), 16).ok();
            if digits > 0 && code.and_then(char::from_u32).is_some() {
                continue;
            }
            let title = format!("`{shown}` is not an escape");
            return Some(
                self.fault(self.at + offset, shown.len(), &title)
                    .label(format!("write `\\{shown}` for a backslash"))
                    .help("between single quotes a backslash is only a backslash: '\\d+'"),
            );
        }
        None
    }

    fn behind_quote(&self) -> Diagnostic {
        let before = self.text()[..self.at].trim_end();
        let title = "text goes on behind its closing quote";
        let fault = self.fault(self.at, self.plain_end(self.at).max(self.at + 1) - self.at, title);
        if before.ends_with('\'') {
            fault.label("quote all of it; inside '…' a ' is written twice: ''")
        } else {
            fault.label("quote all of it; inside \"…\" a \" is written \\\"")
        }
    }

    /// A value that begins with a character that means something else to YAML.
    fn indicator(&self) -> Diagnostic {
        let first = self.text()[self.at..].chars().next().unwrap_or(' ');
        let end = match self.bracket {
            None => self.plain_end(self.at),
            Some(_) => self.places.word_end(self.at),
        };
        let word = &self.text()[self.at..self.places.word_end(self.at)];
        let title = match first {
            '*' if word.len() > 1 => {
                format!("`{word}` stands for a value that no `&{}` names above", &word[1..])
            }
            '!' => "tags are not read".to_owned(),
            '`' => "a text cannot begin with a backtick".to_owned(),
            first => format!("a text cannot begin with `{first}`"),
        };
        self.quote_this(self.at, end.max(self.at), &title)
    }

    fn block(&self, info: &str) -> Diagnostic {
        let says = |words: &str| info.contains(words);
        let at = self.at;
        if says("expected node content") && self.text()[at..].starts_with(',') {
            return self.indicator();
        }
        if says("scanning a directive") {
            return self
                .fault(self.line_start(at), 1, "a line cannot begin with `%`")
                .label("quote the text that begins here, or remove it");
        }
        if says("mapping values are not allowed") {
            return self.second_colon();
        }
        if says("simple key") {
            return self.no_colon();
        }
        if says("did not find expected key") || says("invalid indentation") {
            return self.no_key();
        }
        if says("expected '-' indicator") {
            return self.no_dash();
        }
        if says("block sequence entries are not allowed") {
            return self
                .fault(at, 1, "a list does not begin on the line of its key")
                .label("put each `- ` on a line below");
        }
        if says("mapping keys are not allowed") {
            return self.quote_this(at, self.plain_end(at), "a text cannot begin with `? `");
        }
        if says("misplaced bracket") {
            let bracket = &self.text()[at..=at];
            return self
                .fault(at, 1, &format!("`{bracket}` closes nothing"))
                .label("remove it, or open it before");
        }
        if says("comment intercepting") {
            return self
                .fault(at, self.places.line_end(at) - at, "a comment interrupts a text")
                .label("the next line continues the text before: quote all of it, or indent less");
        }
        if says("document") && self.text().trim_start_matches('\u{feff}').starts_with('%') {
            return self.fault(0, self.places.line_end(0), "directives are not read");
        }
        if says("document") {
            return self
                .fault(at, self.plain_end(at) - at, "the file goes on behind its value")
                .label("a file holds one YAML document");
        }
        if says("block scalar") {
            return self
                .fault(at, 1, "this text block cannot be read")
                .label("after `|` or `>` a line break, then lines that are all indented alike");
        }
        self.fault(at, 1, "YAML cannot be read from here on").help(format!("its parser: {info}"))
    }

    /// `request: GET /a: b`, or a key that is indented deeper than the one above.
    fn second_colon(&self) -> Diagnostic {
        let start = self.line_start(self.at);
        let line = &self.text()[start..self.places.line_end(start)];
        match line.find(": ").map(|colon| start + colon) {
            Some(colon) if colon < self.at => {
                let value = self.places.skip_blanks(colon + 1).min(self.at);
                let key = line[..colon - start].trim_start_matches([' ', '-']);
                if OF_MAPPINGS.contains(&key) {
                    let entry = &self.text()[value..self.plain_end(value)];
                    return self
                        .fault(value, entry.len(), &format!("an entry on the line of its `{key}:`"))
                        .label(format!(
                            "write `{key}: {{{entry}}}`, or begin it on the next line"
                        ));
                }
                let title = "a `: ` inside a text without quotes";
                self.quote_this(value, self.plain_end(value), title)
            }
            _ => {
                let key = start + (line.len() - line.trim_start().len());
                let title = format!("`{}` is indented too deep", &self.text()[key..self.at]);
                self.fault(key, self.at - key, &title)
                    .label("the key above has a value already, which this would continue")
            }
        }
    }

    fn no_colon(&self) -> Diagnostic {
        let mut before = self.text()[..self.at].trim_end();
        let mut start = self.line_start(before.len());
        // A line above it that is no key either is where the text begins.
        let above = self.text()[..start].trim_end();
        let begin = self.line_start(above.len());
        if !above.is_empty() && !above[begin..].contains([':', '#', '-']) {
            (before, start) = (above, begin);
        }
        let word = before[start..].trim();
        let start = before.len() - before[start..].trim_start().len();
        if let Some((key, value)) = glued(word) {
            let title = format!("no space behind the `:` of `{key}`");
            return self.fault(start, word.len(), &title).label(format!("write `{key}: {value}`"));
        }
        self.fault(start, word.len(), &format!("`{word}` is neither a key nor part of a value"))
            .label("a `:` is missing behind it, or it is indented wrongly")
    }

    /// A key in a list: it should begin an entry, or belong to the entry above.
    fn no_dash(&self) -> Diagnostic {
        let (at, column) = (self.at, self.at - self.line_start(self.at));
        let entry = self.text()[..self.line_start(at)].lines().rev().find_map(|line| {
            let indent = line.len() - line.trim_start().len();
            (indent <= column && line[indent..].starts_with("- ")).then(|| {
                let rest = &line[indent + 1..];
                (indent, indent + 1 + rest.len() - rest.trim_start().len())
            })
        });
        match entry {
            Some((dash, key)) if dash < column => self
                .fault(at, self.plain_end(at) - at, "wrong indentation")
                .label(format!("the keys of this entry begin in column {}", key + 1)),
            _ => self
                .fault(at, self.plain_end(at) - at, "an entry of this list has no `-`")
                .label("begin it with `- `, or indent it like the key that it belongs to"),
        }
    }

    fn no_key(&self) -> Diagnostic {
        let start = self.line_start(self.at);
        let before = self.text()[start..self.at].trim();
        if before == "-" {
            let dash = start + self.text()[start..].find('-').unwrap_or(0);
            return self
                .fault(dash, 1, "an entry of a list among keys")
                .label("indent it deeper than the key of its list, which has no other value");
        }
        if before.ends_with([']', '}']) {
            let value = self.value_on_line(start);
            let end = self.plain_end(value);
            if let Some((written, here)) = foreign_variable(&self.text()[value..end]) {
                let at = value + self.text()[value..end].find(written).unwrap_or(0);
                return self
                    .fault(at, written.len(), FOREIGN_VARIABLE)
                    .label(format!("write {here}"));
            }
            let title = "text goes on behind the closing bracket";
            return self.quote_this(value, end, title);
        }
        self.fault(self.at, (self.plain_end(self.at) - self.at).max(1), "wrong indentation")
            .label("no key above stands in this column")
    }

    /// Where the value of the key begins whose line begins at `start`.
    fn value_on_line(&self, start: usize) -> usize {
        let line = &self.text()[start..self.at];
        let colon = line.find(": ").map_or(0, |colon| colon + 1);
        self.places.skip_blanks(start + colon)
    }
}
