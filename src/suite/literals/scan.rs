//! Goes through values as YAML would, and through what YAML would refuse.

use std::ops::Range;

use super::key::Key;
use super::noted::Noted;
use super::{Below, command};

/// No YAML that is read nests deeper.
const MAX_DEPTH: usize = 128;

/// All secrets in a file, when `of` says what stands below a key. Looks at each line once.
pub fn literals(text: &str, of: impl Fn(&str) -> Below) -> Vec<Range<usize>> {
    let mut scan = Scan { text, of: &of, noted: Noted::new(text), last: 0, depth: 0 };
    let mut done = 0;
    for (colon, _) in text.match_indices(':') {
        if colon < done {
            continue;
        }
        let Some(key) = Key::before(text, colon) else { continue };
        let below = of(key.name);
        if below == Below::Nothing {
            continue;
        }
        let Some(flow) = scan.stands_as_key(key.start) else {
            if key.name.eq_ignore_ascii_case("authorization") {
                scan.header_line(key);
            }
            continue;
        };
        let place = Where { indent: scan.column(key.start), flow };
        done = scan.value(key.value, below, place);
    }
    scan.noted.into_ranges()
}

struct Scan<'t> {
    text: &'t str,
    of: &'t dyn Fn(&str) -> Below,
    noted: Noted<'t>,
    /// Where the last secret begins.
    last: usize,
    depth: usize,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Where {
    /// The column of its key: lines that begin further right belong to the value.
    indent: usize,
    /// Whether it stands in brackets.
    flow: bool,
}

impl Scan<'_> {
    /// Whether what begins at `start` can be a key, and then whether it stands in brackets.
    fn stands_as_key(&self, start: usize) -> Option<bool> {
        let ahead = self.text[..start].trim_end_matches([' ', '\t']);
        match ahead.chars().next_back() {
            None | Some('\n' | '#') => Some(false),
            Some('{' | '[' | ',') => Some(true),
            Some('-') if start > ahead.len() => Some(false),
            _ => None,
        }
    }

    /// Notes what stands behind `Authorization:` inside a text, up to the quote that closes it.
    fn header_line(&mut self, key: Key) {
        let quote = self.text[..key.start].chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let line = self.line(key.value);
        let end = quote.and_then(|quote| line.find(quote)).unwrap_or(line.len());
        self.noted.value(key.value..key.value + end);
    }

    /// Notes the secrets of the value that begins behind `at`. Returns where it ends: where
    /// brackets or quotes close, else at the beginning or the end of a line.
    fn value(&mut self, at: usize, below: Below, place: Where) -> usize {
        let at = self.skip_blanks(at);
        if below == Below::Command {
            let end = self.value(at, Below::Nothing, place);
            let found = command::secrets(&self.text[at..end]);
            found.into_iter().for_each(|part| self.noted.value(at + part.start..at + part.end));
            return end;
        }
        self.depth += 1;
        if below.is_secret() {
            self.last = at;
        }
        let end = match self.text[at..].chars().next() {
            _ if self.depth > MAX_DEPTH => self.plain(at, below, Where { flow: false, ..place }),
            Some('{' | '[') => self.flow(at, below, place),
            Some('|' | '>') if !place.flow => self.text_block(at, below, place),
            Some('&' | '!') => self.behind_property(at, below, place),
            None | Some('\n' | '\r' | '#') if place.flow => match self.next_in_flow(at, place) {
                Some(next) if !self.text[next..].starts_with(['}', ']', ',']) => {
                    self.value(next, below, place)
                }
                _ => at,
            },
            None | Some('\n' | '\r' | '#') => self.block(self.next_line(at), below, place),
            Some(quote @ ('"' | '\'')) => self.quoted(at, quote, below, place),
            Some(_) => self.plain(at, below, place),
        };
        self.depth -= 1;
        end
    }

    fn child(&self, below: Below, key: &str) -> Below {
        below.child(key, (self.of)(key))
    }

    /// The lines below a key: keys of their own, items of a list, or a text.
    fn block(&mut self, at: usize, below: Below, place: Where) -> usize {
        let mut at = at;
        while at < self.text.len() {
            let (indent, line) = (self.indent(at), self.line(at).trim());
            let item = line.starts_with("- ");
            if line.is_empty() || line.starts_with('#') {
                at = self.next_line(at);
                continue;
            }
            if indent < place.indent || (indent == place.indent && !item) {
                break;
            }
            let mut start = at + indent;
            while self.text[start..].starts_with("- ") {
                start = self.skip_blanks(start + 1);
            }
            let glued = matches!(below, Below::Auth | Below::Secrets);
            let end = match Key::at(self.text, start, glued) {
                Some(key) => {
                    let place = Where { indent: self.column(start), flow: false };
                    self.value(key.value, self.child(below, key.name), place)
                }
                None if item => self.value(start, below, Where { indent, flow: false }),
                None => self.value(start, below, place),
            };
            at = match end > at && self.text[..end].ends_with('\n') {
                true => end,
                false => self.next_line(end.max(at)),
            };
        }
        at
    }

    /// A mapping or list in brackets, which may never close.
    fn flow(&mut self, open: usize, below: Below, place: Where) -> usize {
        let list = self.text[open..].starts_with('[');
        let place = Where { flow: true, ..place };
        let mut secret_before = below == Below::Secret || (list && below.is_secret());
        let mut at = open + 1;
        while let Some(next) = self.next_in_flow(at, place) {
            at = match (self.text[next..].chars().next(), self.flow_key(next, list, below)) {
                (Some('}' | ']'), _) => return self.behind_brackets(next + 1, secret_before),
                (Some(','), _) => next + 1,
                (_, Some(key)) => {
                    let child = self.child(below, key.name);
                    secret_before |= child.is_secret();
                    self.value(key.value, child, place)
                }
                // A list in a list, an item, or what follows a comma that should be in quotes.
                (_, None) => {
                    let item = match list || !secret_before {
                        true => below,
                        false => Below::Secret,
                    };
                    self.value(next, item, place).max(next + 1)
                }
            };
        }
        at
    }

    fn flow_key(&self, at: usize, list: bool, below: Below) -> Option<Key<'_>> {
        let bracket = self.text[at..].starts_with(['{', '[', '}', ']', ',']);
        let glued = !list && below != Below::Secret;
        if bracket { None } else { Key::at(self.text, at, glued) }
    }

    /// Where the next thing in brackets stands; `None` when they were left open.
    fn next_in_flow(&self, at: usize, place: Where) -> Option<usize> {
        let mut at = at;
        loop {
            at = self.skip_blanks(at);
            match self.text[at..].chars().next()? {
                '\r' => at += 1,
                '#' => at = self.line_end(at),
                '\n' => {
                    at += 1;
                    let line = self.line(at).trim();
                    let inside = self.indent(at) > place.indent;
                    if !inside && !line.is_empty() && !line.starts_with(['}', ']']) {
                        return None;
                    }
                }
                _ => return Some(at),
            }
        }
    }

    /// Behind closing brackets comes a comma or nothing; else they belong to a text that should
    /// be in quotes.
    fn behind_brackets(&mut self, at: usize, secret: bool) -> usize {
        let next = self.skip_blanks(at);
        let known = ['\n', '\r', '#', ',', '}', ']', '\''];
        if !secret || next == self.text.len() || self.text[next..].starts_with(known) {
            return at;
        }
        let end = self.line_end(at);
        self.noted.value(self.last..end);
        end
    }

    /// Behind an anchor or a tag, or a text that begins like one.
    fn behind_property(&mut self, at: usize, below: Below, place: Where) -> usize {
        let end = self.plain_end(at, place);
        if below.is_secret() {
            self.noted.value(at..end);
        }
        let word = self.text[at..end].find([' ', '\t']).map_or(end, |word| at + word);
        self.value(word, below, place)
    }

    /// A text of lines behind `|` or `>`.
    fn text_block(&mut self, at: usize, below: Below, place: Where) -> usize {
        if below.is_secret() {
            self.noted.part(at..self.line_end(at));
        }
        self.lines(self.next_line(at), below, place)
    }

    /// A text without quotes, and the lines below that continue it.
    fn plain(&mut self, at: usize, below: Below, place: Where) -> usize {
        let end = self.plain_end(at, place);
        let text = &self.text[at..end];
        let comment = text.find(" #").unwrap_or(text.len());
        if below.hides(&text[..comment]) {
            self.noted.value(at..at + comment);
            let closers = [',', '}', ']', ' ', '\r'];
            self.noted.value(at..at + text[..comment].trim_end_matches(closers).len());
            // `pass #word` is most likely meant as it looks.
            if text[comment..].chars().nth(2).is_some_and(|c| !c.is_whitespace()) {
                self.noted.value(at..end);
            }
        }
        match place.flow {
            true => end,
            false => self.lines(self.next_line(end), below, place),
        }
    }

    /// The end of the line; in brackets a comma or closing bracket, but not within `${…}`.
    fn plain_end(&self, at: usize, place: Where) -> usize {
        let mut inside = 0;
        let mut before = ' ';
        for (offset, c) in self.text[at..].char_indices() {
            match c {
                '\n' => return at + offset,
                '{' if before == '$' => inside += 1,
                '}' if inside > 0 => inside -= 1,
                ',' | '}' | ']' if inside == 0 && place.flow => return at + offset,
                _ => {}
            }
            before = c;
        }
        self.text.len()
    }

    /// A quoted text, which may go on over lines or never close.
    fn quoted(&mut self, at: usize, quote: char, below: Below, place: Where) -> usize {
        let start = at + 1;
        let Some(end) = self.closing_quote(start, quote, place) else {
            let line_end = self.plain_end(start, Where { flow: false, ..place });
            if below.is_secret() {
                self.noted.value(start..line_end);
            }
            return match place.flow {
                true => line_end,
                false => self.lines(self.next_line(line_end), below, place),
            };
        };
        if !below.hides(&self.text[start..end]) {
            return end + 1;
        }
        match self.text[start..end].contains('\n') {
            true => self.parts(start..end),
            false => self.noted.value(start..end),
        }
        let behind = self.skip_blanks(end + 1);
        if place.flow && self.text[behind..].starts_with([',', '}', ']']) {
            return end + 1;
        }
        let line_end = self.line_end(behind);
        let rest = &self.text[behind..line_end];
        if rest.starts_with('#') || rest.trim_matches(|c| ",}]'\" \r".contains(c)).is_empty() {
            return end + 1;
        }
        // The quote was meant as a part of the text.
        self.noted.value(start..line_end);
        line_end
    }

    /// Where the text closes, if it does before a line that does not belong to it.
    fn closing_quote(&self, start: usize, quote: char, place: Where) -> Option<usize> {
        let mut characters = self.text[start..].char_indices().peekable();
        while let Some((offset, c)) = characters.next() {
            match c {
                '\\' if quote == '"' => drop(characters.next()),
                '\n' => {
                    let line = start + offset + 1;
                    let blank = self.line(line).trim().is_empty();
                    if !blank && self.indent(line) <= place.indent {
                        return None;
                    }
                }
                '\'' if quote == c && matches!(characters.peek(), Some((_, '\''))) => {
                    characters.next();
                }
                c if c == quote => return Some(start + offset),
                _ => {}
            }
        }
        None
    }

    /// All lines from `at` on that are indented deeper than the key.
    fn lines(&mut self, at: usize, below: Below, place: Where) -> usize {
        let mut end = at;
        while end < self.text.len() {
            let blank = self.line(end).trim().is_empty();
            if !blank && self.indent(end) <= place.indent {
                break;
            }
            end = self.next_line(end);
        }
        if below.is_secret() {
            self.parts(at..end);
        }
        end
    }

    /// Notes each line of a range.
    fn parts(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let end = self.line_end(at).min(range.end);
            self.noted.part(at..end);
            at = end + 1;
        }
    }

    fn skip_blanks(&self, at: usize) -> usize {
        self.text.len() - self.text[at..].trim_start_matches([' ', '\t']).len()
    }

    /// The rest of the line, without its line break.
    fn line(&self, at: usize) -> &str {
        &self.text[at..self.line_end(at)]
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end)
    }

    fn next_line(&self, at: usize) -> usize {
        (self.line_end(at) + 1).min(self.text.len())
    }

    fn indent(&self, line: usize) -> usize {
        self.skip_blanks(line) - line
    }

    fn column(&self, at: usize) -> usize {
        at - self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }
}
