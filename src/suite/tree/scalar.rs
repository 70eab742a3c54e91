//! What a plain scalar is: null, true, false, a JSON number, text, or a spelling to be refused.

use serde_json::Number;

use super::Value;

/// Why a plain scalar is refused: other readers of YAML take it for something other than text.
#[derive(Debug, PartialEq)]
pub(super) struct Refused {
    /// What other readers take it for.
    pub(super) taken_for: &'static str,
    /// How JSON spells what was probably meant, if it can.
    pub(super) instead: Option<String>,
}

/// Decides by the first byte, since nearly all plain scalars are words.
pub(super) fn read_plain(text: &str) -> Result<Value, Refused> {
    match text.as_bytes().first() {
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'~') => read_word(text),
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => read_number(text),
        _ => Ok(Value::Text(text.to_owned())),
    }
}

fn read_word(text: &str) -> Result<Value, Refused> {
    let refuse = |taken_for, word: &str| Err(Refused { taken_for, instead: Some(word.to_owned()) });
    match text {
        "null" => Ok(Value::Null),
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "~" | "Null" | "NULL" => refuse("null", "null"),
        "True" | "TRUE" => refuse("a boolean", "true"),
        "False" | "FALSE" => refuse("a boolean", "false"),
        _ => Ok(Value::Text(text.to_owned())),
    }
}

fn read_number(text: &str) -> Result<Value, Refused> {
    if is_json_number(text) {
        // Its parser would make 1e+5 of 1e5, and a body goes out as it was spelled.
        return Ok(Value::Number(Number::from_string_unchecked(text.to_owned())));
    }
    match other_number(text) {
        Some(instead) => Err(Refused { taken_for: "a number", instead }),
        None => Ok(Value::Text(text.to_owned())),
    }
}

fn is_json_number(text: &str) -> bool {
    let (whole, rest) = split_digits(text.strip_prefix('-').unwrap_or(text));
    let rest = match rest.strip_prefix('.').map(split_digits) {
        Some(("", _)) => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    let one_spelling = whole == "0" || !whole.is_empty() && !whole.starts_with('0');
    one_spelling && is_exponent_or_nothing(rest)
}

fn is_exponent_or_nothing(text: &str) -> bool {
    let Some(exponent) = text.strip_prefix(['e', 'E']) else { return text.is_empty() };
    let (digits, rest) = split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    !digits.is_empty() && rest.is_empty()
}

/// What YAML, but not JSON, takes for a number, as JSON would spell it; `Some(None)` for what JSON
/// has no number for.
fn other_number(text: &str) -> Option<Option<String>> {
    let sign = if text.starts_with('-') { "-" } else { "" };
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    match bare {
        ".inf" | ".Inf" | ".INF" => return Some(None),
        ".nan" | ".NaN" | ".NAN" if bare == text => return Some(None),
        _ => {}
    }
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = bare.strip_prefix(prefix) {
            let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
            let value = u128::from_str_radix(digits, base).ok();
            return valid.then(|| value.map(|value| format!("{sign}{value}")));
        }
    }
    other_decimal(bare).map(|decimal| Some(format!("{sign}{decimal}")))
}

/// A decimal number with leading zeros, a bare point or underscores between its digits.
fn other_decimal(bare: &str) -> Option<String> {
    let joined = bare.replace('_', "");
    let (whole, rest) = split_digits(&joined);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    let digits_first = bare.starts_with(|c: char| c.is_ascii_digit());
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && (digits_first || !bare.contains('_'))
        && is_exponent_or_nothing(rest);
    is_number.then(|| {
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{whole}{point}{fraction}{rest}")
    })
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}
