//! What is told of a file of values: the place and what is wrong, nothing that stands there.

use super::Diagnostic;
use crate::secret::MASK;
use crate::source::Place;

/// From this many characters on, a word in a message may be a piece of a value.
const PIECE: usize = 3;

/// The diagnostic with a mask over each value that its words quote; `None` when it is about no
/// confidential file. Names, which stand before a `:` or `=`, stay.
pub(super) fn without_values(diagnostic: &Diagnostic) -> Option<Diagnostic> {
    if !diagnostic.place.source.is_confidential() {
        return None;
    }
    let values = values_at(&diagnostic.place);
    let masked = |text: &str| masked(text, &values);
    let mut told = diagnostic.clone();
    told.title = masked(&told.title);
    told.label = masked(&told.label);
    told.helps.iter_mut().for_each(|help| *help = masked(help));
    Some(told)
}

/// The lines of a place, without the names in them.
fn values_at(place: &Place) -> String {
    let (source, span) = (&place.source, place.span);
    let last = source.location(span.end.max(span.start)).line;
    let lines = (place.location().line..=last).map(|line| source.line(line));
    let mut values = String::new();
    for line in lines {
        let mut behind_name = false;
        for word in line.split_inclusive([' ', ',', '{', '[']) {
            behind_name = !behind_name && is_name(word);
            if !behind_name {
                values.push_str(word);
            }
        }
    }
    values
}

/// Whether a word ends with the sign behind a name, and has nothing else that no name has.
fn is_name(word: &str) -> bool {
    let word = word.trim_end();
    let name = word.strip_suffix([':', '=']).unwrap_or_default().trim_matches(['"', '\'']);
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// A text in which what stands between backticks or quotes is masked when the values have it, or a
/// word of it.
fn masked(text: &str, values: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['`', '"']) {
        let quote = &rest[open..=open];
        let (before, inside) = (&rest[..=open], &rest[open + 1..]);
        out.push_str(before);
        // Inside double quotes there may be others.
        let close = if quote == "`" { inside.find(quote) } else { inside.rfind(quote) };
        let Some(close) = close else {
            rest = inside;
            break;
        };
        let quoted = &inside[..close];
        out.push_str(if tells(quoted, values) { MASK } else { quoted });
        out.push_str(quote);
        rest = &inside[close + 1..];
    }
    out + rest
}

fn tells(quoted: &str, values: &str) -> bool {
    let words = quoted.split(|c: char| !c.is_alphanumeric());
    let mut words = words.filter(|word| word.chars().count() >= PIECE);
    let whole = quoted.chars().count() >= PIECE && values.contains(quoted);
    whole || words.any(|word| values.contains(word))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Source, Span};

    fn told(text: &str, title: &str) -> String {
        let source = Arc::new(Source::confidential("a.yaml", text));
        let diagnostic = Diagnostic::error(&source, Span::new(0, text.len()), title);
        without_values(&diagnostic).expect("a confidential file").title
    }

    #[test]
    fn a_message_keeps_names_and_loses_values() {
        let table = [
            ("pw: hunter2 x", "`hunter2 x` has no value", "`***` has no value"),
            ("pw: a\"hunter2", r#"quote this: "a\"hunter2""#, r#"quote this: "***""#),
            ("pw: hunter: x", "quote this: \"hunter: x\"", "quote this: \"***\""),
            ("pw: @#!?%", "quote this: \"@#!?%\"", "quote this: \"***\""),
            ("pw: \"a\\xZZ\"", "`\\xZZ` is not an escape", "`***` is not an escape"),
            ("pw: hunter2", "duplicate key `pw`", "duplicate key `pw`"),
            (
                "{\"pass\": 1, \"pass\": 2}",
                "a second `pass` in one row",
                "a second `pass` in one row",
            ),
            ("a,hunter2", "`order` takes an integer", "`order` takes an integer"),
            (
                "- 1",
                "write a mapping, such as `order_id: 1001`",
                "write a mapping, such as `order_id: 1001`",
            ),
            ("a: [b", "no `]` closes this `[`", "no `]` closes this `[`"),
        ];
        for (text, title, expected) in table {
            assert_eq!(told(text, title), expected, "{text}");
        }
    }

    #[test]
    fn of_other_files_nothing_is_withheld() {
        let source = Arc::new(Source::new("a.yaml", "a: b"));
        assert!(without_values(&Diagnostic::error(&source, Span::new(3, 4), "`b`")).is_none());
    }
}
