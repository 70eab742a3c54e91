//! Undoes escapes of a text, so that a secret is found in whatever way it was escaped: every
//! character or some, with digits of either case, in one style inside another.

use std::ops::Range;

/// How many escapes deep a secret is looked for: a URL in JSON that is shown as a JSON string.
const DEPTH: usize = 3;

/// A text without its escapes, in which every byte knows where it came from.
pub struct Layer {
    bytes: Vec<u8>,
    /// Where each byte begins in the first text, and where the last one ends.
    starts: Vec<usize>,
}

/// Who escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `%2F`
    Percent,
    /// `%2F`, and `+` for a space
    Form,
    /// `\/` and `\u002f`: JSON, and languages like it
    Backslash,
    /// `&#47;`
    Entity,
    /// `'\''`
    Shell,
}

/// What one escape stands for.
struct Unescaped {
    bytes: [u8; 4],
    len: usize,
    /// The bytes of the escape.
    taken: usize,
}

/// Calls `visit` with `text` unescaped in each style that it has escapes of, and each of these
/// again, some times over.
pub fn each_layer(text: &[u8], spaces: bool, visit: &mut impl FnMut(&Layer)) {
    let mut styles = vec![Style::Percent, Style::Backslash, Style::Entity, Style::Shell];
    if spaces {
        styles.push(Style::Form);
    }
    styles.retain(|style| style.occurs(text));
    if styles.is_empty() {
        return;
    }
    let layer = Layer { bytes: text.to_vec(), starts: (0..=text.len()).collect() };
    layer.descend(DEPTH, &styles, visit);
}

impl Layer {
    /// The text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a range of it came from in the first text.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let last = self.starts[range.end.saturating_sub(1)];
        // Several bytes may come from one escape.
        let end = self.starts[range.end..].iter().find(|start| **start > last);
        self.starts[range.start]..end.map_or(last, |end| *end)
    }

    fn descend(&self, depth: usize, styles: &[Style], visit: &mut impl FnMut(&Layer)) {
        if depth == 0 {
            return;
        }
        for layer in styles.iter().filter_map(|style| self.unescaped(*style)) {
            visit(&layer);
            layer.descend(depth - 1, styles, visit);
        }
    }

    fn unescaped(&self, style: Style) -> Option<Layer> {
        if !style.occurs(&self.bytes) {
            return None;
        }
        let mut layer = Layer { bytes: Vec::new(), starts: Vec::new() };
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let escape = style.unescape(&self.bytes[at..]);
            changed |= escape.is_some();
            let Unescaped { bytes, len, taken } =
                escape.unwrap_or(Unescaped::plain(self.bytes[at]));
            layer.bytes.extend(&bytes[..len]);
            layer.starts.extend(std::iter::repeat_n(self.starts[at], len));
            at += taken;
        }
        layer.starts.extend(self.starts.last());
        changed.then_some(layer)
    }
}

impl Style {
    fn occurs(self, text: &[u8]) -> bool {
        match self {
            Style::Percent => text.contains(&b'%'),
            Style::Form => text.contains(&b'+'),
            Style::Backslash => text.contains(&b'\\'),
            Style::Entity => text.contains(&b'&') && text.contains(&b';'),
            Style::Shell => text.windows(4).any(|four| four == br"'\''"),
        }
    }

    /// What the escape at the beginning of `text` stands for, if there is one.
    fn unescape(self, text: &[u8]) -> Option<Unescaped> {
        match (self, text) {
            (Style::Percent | Style::Form, [b'%', digits @ ..]) => {
                let byte = u8::try_from(number(digits.get(..2)?, 16)?).ok()?;
                Some(Unescaped { taken: 3, ..Unescaped::plain(byte) })
            }
            (Style::Form, [b'+', ..]) => Some(Unescaped::plain(b' ')),
            (Style::Backslash, [b'\\', kind, rest @ ..]) => backslash(*kind, rest),
            (Style::Entity, [b'&', rest @ ..]) => entity(rest),
            (Style::Shell, [b'\'', b'\\', b'\'', b'\'', ..]) => Unescaped::char('\'', 4),
            _ => None,
        }
    }
}

fn backslash(kind: u8, rest: &[u8]) -> Option<Unescaped> {
    let control = match kind {
        b'"' | b'\\' | b'/' | b'\'' => kind,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'x' => return Unescaped::char(char::from_u32(number(rest.get(..2)?, 16)?)?, 4),
        b'u' => return by_number(rest),
        _ => return None,
    };
    Unescaped::char(char::from(control), 2)
}

/// What follows `\u`: four digits, again four for the second half of a pair, or any in braces.
fn by_number(text: &[u8]) -> Option<Unescaped> {
    if let [b'{', digits @ ..] = text {
        let len = digits.iter().take(7).position(|byte| *byte == b'}')?;
        return Unescaped::char(char::from_u32(number(&digits[..len], 16)?)?, len + 4);
    }
    let first = number(text.get(..4)?, 16)?;
    let second = match text.get(4..10) {
        Some([b'\\', b'u', digits @ ..]) => number(digits, 16),
        _ => None,
    };
    match (first, second) {
        (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) => {
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            Unescaped::char(char::from_u32(code)?, 12)
        }
        _ => Unescaped::char(char::from_u32(first)?, 6),
    }
}

/// What follows `&`.
fn entity(text: &[u8]) -> Option<Unescaped> {
    let len = text.iter().take(10).position(|byte| *byte == b';')?;
    let c = match &text[..len] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Unescaped::char(c, len + 2)
}

/// A number of digits alone.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let value = |number: u32, digit: &u8| {
        number.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, value)
}

impl Unescaped {
    /// A byte that is no escape.
    fn plain(byte: u8) -> Unescaped {
        Unescaped { bytes: [byte, 0, 0, 0], len: 1, taken: 1 }
    }

    fn char(c: char, taken: usize) -> Option<Unescaped> {
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        Some(Unescaped { bytes, len, taken })
    }
}
