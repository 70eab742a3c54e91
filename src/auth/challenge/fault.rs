//! The words for a field that breaks the grammar: where, what was found, what was expected, and
//! what the likely cause is.

use std::fmt;

use super::Challenge;
use super::cursor::{BrokenQuotes, Cursor};

/// Where a `WWW-Authenticate` field breaks the grammar, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeFault {
    /// Which field line, from 0.
    pub line: usize,
    /// Which character of it, from 1.
    pub character: usize,
    /// What was found there and what was expected.
    pub message: String,
    /// The likely cause, or what to write instead.
    pub help: String,
}

impl fmt::Display for ChallengeFault {
    /// The fault without its help, such as `at character 3: …`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            0 => write!(f, "at character {}: {}", self.character, self.message),
            line => {
                write!(f, "at character {} of line {}: {}", self.character, line + 1, self.message)
            }
        }
    }
}

fn fault(at: &Cursor, message: String, help: impl Into<String>) -> ChallengeFault {
    ChallengeFault { line: at.number(), character: at.character(), message, help: help.into() }
}

/// What stands at a place, as it follows "found": a word, or one character.
fn found(at: &Cursor) -> String {
    let mut end = *at;
    match (end.token(), at.peek()) {
        ("", Some(c)) if c.is_ascii_control() => {
            format!("the control character U+{:04X}", c as u32)
        }
        ("", Some('`')) => "a backtick".into(),
        ("", Some(c)) => format!("`{c}`"),
        ("", None) => "the end".into(),
        (word, _) => format!("`{word}`"),
    }
}

/// An element that begins with none of the characters of a name.
pub fn no_name(at: &Cursor, is_first: bool) -> ChallengeFault {
    let expected = if is_first { "a scheme such as Bearer" } else { "a scheme or a parameter" };
    let help = match at.peek() {
        Some('"') => "a text in quotes stands behind `=`, as in `realm=\"…\"`",
        Some('=') => "the name of a parameter is missing before `=`",
        Some('{' | '[') => "a challenge is not JSON: write it as `Bearer error=\"…\"`",
        _ => "names have ASCII letters, digits and a few signs such as `-` and `_`",
    };
    fault(at, format!("found {}, expected {expected}", found(at)), help)
}

/// A parameter that no challenge takes.
pub fn no_scheme(at: &Cursor, name: &str, last: Option<&Challenge>) -> ChallengeFault {
    let message = format!("the parameter `{name}` belongs to no scheme");
    let help = match last {
        None => "a challenge begins with its scheme, as in `Bearer realm=\"…\"`".to_owned(),
        Some(Challenge { scheme, token68: Some(token68), .. }) => match token68.strip_suffix('=') {
            Some(before) => format!(
                "`{token68}` right behind `{scheme}` reads as a token68, beside which no parameter can stand: did the server mean `{before}=\"\"`?"
            ),
            None => format!(
                "`{token68}` right behind `{scheme}` reads as a token68, beside which no parameter can stand"
            ),
        },
        Some(Challenge { scheme, .. }) => {
            format!("`{scheme}` and its first parameter have a space between them, not a comma")
        }
    };
    fault(at, message, help)
}

/// A scheme with something right behind it.
pub fn after_scheme(at: &Cursor, scheme: &str) -> ChallengeFault {
    let message = format!(
        "found {}, expected a space, a comma or the end after the scheme `{scheme}`",
        found(at)
    );
    let help = match at.peek() {
        Some(':') => format!("write `{scheme}` without the colon"),
        Some('\t') => "a scheme is followed by a space, not by a tab".into(),
        _ => format!("a space is missing after `{scheme}`, or it is no scheme"),
    };
    fault(at, message, help)
}

/// Something else behind a scheme than a parameter or a token68.
pub fn no_parameter(start: &Cursor, end: &Cursor, scheme: &str, name: &str) -> ChallengeFault {
    if name.is_empty() {
        let message = format!("found {}, expected a parameter such as `realm=\"…\"`", found(start));
        return fault(start, message, format!("`{scheme}` takes parameters, each as `name=value`"));
    }
    let mut at = *end;
    at.skip_whitespace();
    let message = format!("found {}, expected `=` after the parameter `{name}`", found(&at));
    let help = format!("write `{name}=…`, or a comma before `{name}` if it is a scheme");
    fault(&at, message, help)
}

/// A parameter with nothing behind `=`.
pub fn no_value(at: &Cursor, name: &str) -> ChallengeFault {
    let message = format!("found {}, expected the value of `{name}`", found(at));
    let help = match at.peek() {
        None | Some(',') => format!("an empty value is written `{name}=\"\"`"),
        Some(_) => format!("what is no plain word needs quotes: `{name}=\"…\"`"),
    };
    fault(at, message, help)
}

/// A text in quotes that cannot be read.
pub fn in_quotes(broken: BrokenQuotes, name: &str) -> ChallengeFault {
    match broken {
        BrokenQuotes::Open(at) => fault(
            &at,
            format!("the value of `{name}` has no closing quote"),
            "a quote is missing at its end, or a `\\` before a quote takes it for a part of the text",
        ),
        BrokenQuotes::Control(at, c) => fault(
            &at,
            format!("the control character U+{:04X} in the value of `{name}`", c as u32),
            "no header may hold one (RFC 9110 §5.5)",
        ),
    }
}

/// The same parameter a second time.
pub fn twice(at: &Cursor, name: &str, scheme: &str) -> ChallengeFault {
    let message = format!("`{name}` a second time in the challenge `{scheme}`");
    fault(at, message, "a parameter occurs once in a challenge (RFC 9110 §11.2)")
}

/// What to make of something behind a whole element where a comma was expected.
///
/// # Errors
/// It is not another parameter, so that more than the comma is wrong.
pub fn missing_comma(
    at: &Cursor,
    last: Option<&Challenge>,
) -> Result<ChallengeFault, ChallengeFault> {
    let mut end = *at;
    let next = end.token();
    let message = format!("found {}, expected a comma or the end", found(at));
    let takes_params = last.is_some_and(|last| last.token68.is_none());
    if !next.is_empty() && end.is_before_equals() && takes_params {
        return Ok(fault(at, message, format!("a comma is missing before `{next}`")));
    }
    let param = last.and_then(|last| last.params.last());
    let help = match (at.peek(), param) {
        (Some(';'), _) => "parameters are separated by commas, not by semicolons".to_owned(),
        (_, Some((name, _))) if at.before().trim_end().ends_with('"') => format!(
            "a comma is missing before it, or a quote in the value of `{name}` has no `\\` before it"
        ),
        (_, Some((name, value))) => {
            let rest = at.rest().split(',').next().unwrap_or_default().trim_end();
            let gap = &at.before()[at.before().trim_end().len()..];
            format!("the value needs quotes: `{name}=\"{value}{gap}{rest}\"`")
        }
        (_, None) => "a comma is missing before it".to_owned(),
    };
    Err(fault(at, message, help))
}
