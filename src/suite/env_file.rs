//! A file of environment variables, for `--env-file`: `NAME=VALUE` lines.
//!
//! Other readers of such files differ in what they make of `$`, of `#` behind a value and of
//! quotes. What they would differ in is a fault here, never a guess.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// Reads a file of environment variables. Never stops at the first fault.
pub fn parse(source: &Arc<Source>) -> (HashMap<String, String>, Vec<Diagnostic>) {
    let (mut variables, mut faults) = (HashMap::new(), Vec::new());
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let text = line.trim();
        let begin = start + line.len() - line.trim_start().len();
        let span = Span::new(begin, begin + text.len());
        start += line.len();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match variable(text) {
            Ok((name, value)) if !variables.contains_key(name) => {
                variables.insert(name.to_owned(), value);
            }
            // The value may be a secret: no message repeats it.
            Ok((name, _)) => {
                let title = format!("a second value for `{name}`");
                faults.push(Diagnostic::error(source, span, title).label("which one counts?"));
            }
            Err((title, label)) => {
                faults.push(Diagnostic::error(source, span, title).label(label));
            }
        }
    }
    (variables, faults)
}

/// A line, or a name, without the word by which shells read it too.
fn bare(line: &str) -> &str {
    line.strip_prefix("export ").unwrap_or(line)
}

/// The name and the value of a line; else what is wrong with it, and what to do.
fn variable(line: &str) -> Result<(&str, String), (&'static str, &'static str)> {
    let Some((name, value)) = bare(line).split_once('=') else {
        return Err(("this line sets no variable", "write NAME=VALUE"));
    };
    let name = name.trim_end();
    if !is_name(name) {
        return Err((
            "this cannot name an environment variable",
            "a name has letters, digits and `_`, and no digit first",
        ));
    }
    Ok((name, unquoted(value.trim())?))
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn unquoted(value: &str) -> Result<String, (&'static str, &'static str)> {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(text) = inside('\'').filter(|text| !text.contains('\'')) {
        return Ok(text.to_owned());
    }
    if let Some(text) = inside('"') {
        return escaped(text);
    }
    if value.contains(['"', '\'', '`', '\\', '$']) || value.contains(" #") {
        return Err((
            "a value that readers of such files take in different ways",
            "put it in single quotes, and nothing behind them",
        ));
    }
    Ok(value.to_owned())
}

/// What stands in double quotes.
fn escaped(text: &str) -> Result<String, (&'static str, &'static str)> {
    let odd = Err((
        "a value that readers of such files take in different ways",
        "in double quotes, write \\\" for a quote, \\\\ for a backslash and \\$ for a dollar",
    ));
    let mut value = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => value.push('\n'),
                Some(c @ ('"' | '\\' | '$')) => value.push(c),
                _ => return odd,
            },
            '"' | '$' | '`' => return odd,
            c => value.push(c),
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs = Vec<(String, String)>;

    /// Names and values, and the places and titles of faults.
    fn read(text: &str) -> (Pairs, Pairs) {
        let (variables, faults) = parse(&Arc::new(Source::new(".env", text)));
        let mut variables: Vec<_> = variables.into_iter().collect();
        variables.sort();
        (variables, faults.iter().map(|f| (f.place.to_string(), f.title.clone())).collect())
    }

    #[test]
    fn values_are_what_every_reader_would_take_them_for() {
        let table = [
            ("A=b", "b"),
            ("export A=b", "b"),
            ("  A = b c  ", "b c"),
            ("A=", ""),
            ("A=b#c", "b#c"),
            ("A=b=c", "b=c"),
            ("A='b # $c \\'", "b # $c \\"),
            (r#"A="b\n\"c\" \$d \\e # f""#, "b\n\"c\" $d \\e # f"),
            ("# comment\n\nA=b\r\n", "b"),
        ];
        for (text, expected) in table {
            let (variables, faults) = read(text);
            assert_eq!(variables, [("A".to_owned(), expected.to_owned())], "{text}: {faults:?}");
            assert_eq!(faults, [], "{text}");
        }
    }

    #[test]
    fn what_they_would_differ_in_is_a_fault() {
        for line in [
            "A",
            "A=b # c",
            "A=$B",
            "A=\"$B\"",
            "A='b",
            "A=\"b\" # c",
            "A=b\\n",
            "9A=b",
            "A-B=c",
            "A=`b`",
        ] {
            let (variables, faults) = read(&format!("\n {line}\n"));
            assert_eq!(variables, [], "{line}");
            assert_eq!(faults.len(), 1, "{line}");
            assert_eq!(faults[0].0, ".env:2:2", "{line}");
        }
        let (_, faults) = read("A=b\nA=c\n");
        assert_eq!(faults, [(".env:2:1".to_owned(), "a second value for `A`".to_owned())]);
    }
}
