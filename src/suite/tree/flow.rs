//! Where YAML gives up between brackets: nearly always a text there that needs quotes.

use super::stumble::Stumble;
use crate::diagnostic::Diagnostic;

/// A bracket that is open, and the value that was begun in it.
#[derive(Clone, Copy)]
struct Level {
    bracket: usize,
    /// Where the value begins; `None` behind a `,` or a bracket, where a key or an entry comes.
    value: Option<usize>,
}

/// The fault, if the parser gave up between brackets.
pub(super) fn explain(stumble: &Stumble) -> Option<Diagnostic> {
    let begin = stumble.bracket.or_else(|| stumble.places.indicator(stumble.cursor, b"[{"))?;
    let levels = levels_at(stumble, begin);
    let level = *levels.last()?;
    unclosed(stumble, begin, level)
        .or_else(|| dash(stumble))
        .or_else(|| unquoted(stumble, level))
        .or_else(|| wrong_bracket(stumble, level))
        .or_else(|| Some(missing_comma(stumble, level)))
}

/// The brackets that are open where the parser gave up; `begin` is the outermost.
fn levels_at(stumble: &Stumble, begin: usize) -> Vec<Level> {
    let bytes = stumble.text().as_bytes();
    let mut levels: Vec<Level> = Vec::new();
    let mut at = begin;
    while at < stumble.at {
        let Some(byte) = bytes.get(at) else { break };
        let begins = levels.last().is_none_or(|level| level.value.is_none());
        let next = match byte {
            b' ' | b'\n' | b'\r' | b'\t' => at + 1,
            b'#' if bytes[at - 1].is_ascii_whitespace() => stumble.places.line_end(at),
            b'[' | b'{' => {
                set_value(&mut levels, at);
                levels.push(Level { bracket: at, value: None });
                at + 1
            }
            b']' | b'}' => {
                levels.pop();
                at + 1
            }
            b',' => {
                levels.iter_mut().last().into_iter().for_each(|level| level.value = None);
                at + 1
            }
            b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                // The value begins behind it; a second `: ` in the same value does not begin one.
                let in_map = levels.last().is_some_and(|level| bytes[level.bracket] == b'{');
                if in_map && !second_colon(stumble, &levels) {
                    levels.iter_mut().last().into_iter().for_each(|level| level.value = None);
                }
                at + 1
            }
            b'"' | b'\'' if begins => {
                set_value(&mut levels, at);
                stumble.places.quoted_end(at)
            }
            _ => {
                set_value(&mut levels, at);
                at + 1
            }
        };
        at = next;
    }
    levels
}

fn set_value(levels: &mut [Level], at: usize) {
    if let Some(level) = levels.last_mut() {
        level.value.get_or_insert(at);
    }
}

/// Whether the value that a `:` stands in was itself begun behind one.
fn second_colon(stumble: &Stumble, levels: &[Level]) -> bool {
    let begun = levels.last().and_then(|level| level.value);
    begun.is_some_and(|value| stumble.text()[..value].trim_end().ends_with(':'))
}

/// `- a` as an entry or a value.
fn dash(stumble: &Stumble) -> Option<Diagnostic> {
    let found = stumble.text()[stumble.at..].starts_with('-');
    let title = "an entry with a `-` between brackets";
    let label = "write [a, b], or \"-\" for the text";
    found.then(|| stumble.fault(stumble.at, 1, title).label(label))
}

/// `${x}`, `a[0]`, `[a-z]+` and `a: b` as values.
fn unquoted(stumble: &Stumble, level: Level) -> Option<Diagnostic> {
    let text = stumble.text();
    let value = level.value?;
    if text[value..stumble.at].contains('\n') || text[value..].starts_with(['"', '\'']) {
        return None;
    }
    let found = text[stumble.at..].chars().next()?;
    let adjacent = !text[..stumble.at].ends_with(char::is_whitespace);
    let nested = text[value..].starts_with(['[', '{']);
    let title = match found {
        '{' if text[..stumble.at].ends_with('$') => "a variable between brackets needs quotes",
        '[' | '{' => "a text with a bracket in it needs quotes here",
        ':' => "a text with `: ` in it needs quotes",
        ']' | '}' | ',' => return None,
        _ if nested && adjacent => "a text with a bracket in it needs quotes here",
        _ => return None,
    };
    let end = value_end(text, value);
    match key_end(text, value, end).filter(|_| found != ':') {
        Some(end) => Some(
            stumble
                .quote_this(value, end, "a key with a bracket in it needs quotes here")
                .help("on a line of its own, without the `{` before it, it needs none"),
        ),
        None => Some(stumble.quote_this(value, end, title)),
    }
}

/// Where the key ends that begins at `start`, if it is one.
fn key_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let before = text[..start].trim_end();
    let mut depth = 0_usize;
    let colon = text[start..end].char_indices().find_map(|(offset, c)| {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && text[start + offset..].starts_with(": ") => return Some(offset),
            _ => {}
        }
        None
    })?;
    before.ends_with(['{', ',']).then_some(start + colon)
}

/// Behind the value, up to the `,` or bracket that ends it if it was quoted.
fn value_end(text: &str, value: usize) -> usize {
    let mut depth = 0_usize;
    let mut previous = ' ';
    let mut end = text.len();
    for (offset, c) in text[value..].char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' if depth > 0 => depth -= 1,
            ']' | '}' => end = value + offset,
            ',' if depth == 0 => end = value + offset,
            '\n' => end = value + offset,
            '#' if previous == ' ' => end = value + offset,
            _ => {}
        }
        if end < text.len() {
            break;
        }
        previous = c;
    }
    value + text[value..end].trim_end().len()
}

/// `[x}`
fn wrong_bracket(stumble: &Stumble, level: Level) -> Option<Diagnostic> {
    let text = stumble.text();
    let found = text[stumble.at..].chars().next().filter(|c| matches!(c, ']' | '}'))?;
    let (opened, wanted) = closing(text, level);
    let line = stumble.source.location(level.bracket as u32).line;
    let title = format!("`{found}` where `{wanted}` was expected");
    let label = format!("`{opened}` was opened on line {line}");
    (found != wanted).then(|| stumble.fault(stumble.at, 1, &title).label(label))
}

fn closing(text: &str, level: Level) -> (char, char) {
    match text[level.bracket..].starts_with('[') {
        true => ('[', ']'),
        false => ('{', '}'),
    }
}

/// A bracket that nothing closes before the parser gave up on a later line.
fn unclosed(stumble: &Stumble, begin: usize, level: Level) -> Option<Diagnostic> {
    let text = stumble.text();
    let at_end = text[stumble.at..].trim().is_empty();
    let later = text[level.bracket..stumble.at].contains('\n');
    // Whoever closes a bracket on a later line indents what is in it.
    let line_start = text[..stumble.at].rfind('\n').map_or(0, |end| end + 1);
    let indent = |start: usize| text[start..].len() - text[start..].trim_start_matches(' ').len();
    let begin_line = text[..begin].rfind('\n').map_or(0, |end| end + 1);
    if !(at_end || later && indent(line_start) <= indent(begin_line)) {
        return None;
    }
    let (opened, wanted) = closing(text, level);
    let title = format!("no `{wanted}` closes this `{opened}`");
    Some(stumble.fault(level.bracket, 1, &title).label("opened here"))
}

fn missing_comma(stumble: &Stumble, level: Level) -> Diagnostic {
    let text = stumble.text();
    let (_, wanted) = closing(text, level);
    let title = format!("expected `,` or `{wanted}`");
    // A key on a line of its own: the comma is missing at the end of the line before.
    let line_start = text[..stumble.at].rfind('\n').map_or(0, |end| end + 1);
    if text[stumble.at..].starts_with(':') && line_start > level.bracket {
        let before = text[..line_start].trim_end().len();
        return stumble.fault(before, 0, &title).label("a `,` is missing here");
    }
    if text[stumble.at..].starts_with(',') {
        return stumble
            .fault(stumble.at, 1, "nothing stands before this `,`")
            .label("remove it, or write what is missing");
    }
    stumble
        .fault(stumble.at, 1, &title)
        .label("a text with a comma, bracket, colon or `#` needs quotes")
}
