//! Texts from elsewhere, made harmless for a terminal and for a reader of XML, and cut to size.

use std::borrow::Cow;

/// `text` in one line, with nothing in it that a terminal obeys: tabs and line breaks as spaces;
/// other control characters, and those that turn the direction of writing, are invisible or no
/// characters, as signs for them.
pub fn one_line(text: &str) -> String {
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
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

/// `text` with its lines, each without anything that a terminal obeys or XML forbids.
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push_str(&one_line(line.strip_suffix('\r').unwrap_or(line)));
    }
    out
}

/// At most `limit` bytes of a text, cut between characters.
pub fn at_most(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// At most `limit` bytes of a text, and behind them how much more there was.
pub fn shortened<'t>(text: impl Into<Cow<'t, str>>, limit: usize) -> String {
    let text = text.into();
    let shown = at_most(&text, limit);
    match text.len() - shown.len() {
        0 => text.into_owned(),
        left => format!("{shown}… ({left} more bytes)"),
    }
}

/// `word` for one, `words` for any other number.
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// At most about `limit` bytes of a text: its beginning and its end, and between them how much more
/// there was.
pub fn shortened_inside(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let begin = at_most(text, limit * 2 / 3);
    let end = &text[text.ceil_char_boundary(text.len() - limit / 3)..];
    let left = text.len() - begin.len() - end.len();
    format!("{begin}… ({left} more bytes) …{end}")
}
