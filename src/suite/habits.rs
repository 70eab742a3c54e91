//! What those write who know other tools and shells, and how it is written here.

use super::tree::{Entry, Node, Value};
use crate::template::native_variable;

/// Methods that are only ever written in capitals.
pub const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// The request line that stands in a list, in the keys `method` and `url`, or behind a key that is
/// a method; and the keys that it is made of.
pub fn request_line(node: &Node) -> Option<String> {
    match &node.value {
        Value::Map(entries) => Some(request_line_in_keys(entries)?.0),
        Value::List(items) => match items.as_slice() {
            [method, url] => Some(format!("{} {}", method.as_text()?, url.as_text()?)),
            _ => None,
        },
        _ => None,
    }
}

/// As [`request_line`], with the entries that it is made of.
pub fn request_line_in_keys(entries: &[Entry]) -> Option<(String, Vec<&Entry>)> {
    let entry = |name: &str| entries.iter().find(|e| e.key.value.eq_ignore_ascii_case(name));
    let (method, url) = (entry("method"), entry("url").or_else(|| entry("path")));
    if let Some(url) = url.filter(|url| url.value.as_text().is_some()) {
        let method_text = method.and_then(|entry| entry.value.as_text()).unwrap_or("GET");
        let line = format!("{} {}", method_text.to_uppercase(), url.value.as_text()?);
        return Some((line, method.into_iter().chain([url]).collect()));
    }
    METHODS.iter().find_map(|method| {
        let entry = entry(method)?;
        Some((format!("{method} {}", entry.value.as_text()?), vec![entry]))
    })
}

/// The request that a program of the shell sends when it gets these arguments.
pub fn command_line(program: &str, arguments: &str) -> Option<String> {
    if !matches!(program, "curl" | "http" | "https" | "wget") {
        return None;
    }
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let url = words.iter().find(|word| word.contains("://") || word.starts_with('/'))?;
    let given = words
        .iter()
        .zip(words.iter().skip(1))
        .find_map(|(flag, word)| matches!(*flag, "-X" | "--request").then_some(*word));
    let method = given.or_else(|| words.iter().copied().find(|word| METHODS.contains(word)));
    Some(format!("{} {}", method.unwrap_or("GET"), url.trim_matches(['"', '\''])))
}

/// The value of an `Authorization` header, as it stands under `auth` here. What may be the
/// credential itself is not repeated.
pub fn authorization(value: &str) -> Option<String> {
    let (scheme, credential) = value.trim().split_once([' ', ':']).unwrap_or((value.trim(), ""));
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => {
            let token = native_variable(credential)
                .map_or("…".into(), |variable| format!("\"{variable}\""));
            Some(format!("auth: {{bearer: {token}}}"))
        }
        "basic" => Some("auth: {basic: {username: …, password: …}}".into()),
        _ => None,
    }
}

/// The status, or the matcher of one, that a text stands for: `200 OK`, `>= 400`, `200-299`.
pub fn status(text: &str) -> Option<String> {
    let text = text.trim();
    let codes: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 3).collect();
    let operators = [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt"), ("!=", "not")];
    let operator = operators.iter().find(|(sign, _)| text.starts_with(sign));
    match (codes.as_slice(), operator) {
        ([code], Some((_, name))) => Some(format!("{{{name}: {code}}}")),
        ([code], None) => Some((*code).to_owned()),
        ([from, to], None) if text.contains(['-', '–']) || text.contains("..") => {
            match (from.strip_suffix("00"), to.strip_suffix("99")) {
                (Some(class), Some(same)) if class == same => Some(format!("{class}xx")),
                _ => Some(format!("{{gte: {from}, lte: {to}}}")),
            }
        }
        ([_, _, ..], None) => Some(format!("[{}]", codes.join(", "))),
        _ => None,
    }
}

/// A comparison in a text, as operators: `>= 2`.
pub fn comparison(text: &str) -> Option<String> {
    let text = text.trim();
    let signs =
        [(">=", "gte"), ("<=", "lte"), ("==", "equals"), ("!=", "not"), (">", "gt"), ("<", "lt")];
    let (sign, name) = signs.iter().find(|(sign, _)| text.starts_with(sign))?;
    let number = text[sign.len()..].trim();
    number.parse::<f64>().is_ok().then(|| format!("{{{name}: {number}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_authorizes_has_its_form_under_auth() {
        let table = [
            ("Bearer ${TOKEN}", Some("auth: {bearer: \"${env.TOKEN}\"}")),
            ("bearer {{token}}", Some("auth: {bearer: \"${token}\"}")),
            ("Bearer abc.def", Some("auth: {bearer: …}")),
            ("Basic YTpi", Some("auth: {basic: {username: …, password: …}}")),
            ("Token abc", None),
            ("alice", None),
        ];
        for (value, expected) in table {
            assert_eq!(authorization(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn texts_that_mean_a_status_or_a_comparison_are_understood() {
        let table = [
            ("200", Some("200")),
            ("200 OK", Some("200")),
            ("HTTP/1.1 404 Not Found", Some("404")),
            ("200 or 201", Some("[200, 201]")),
            ("200-299", Some("2xx")),
            ("200..204", Some("{gte: 200, lte: 204}")),
            ("< 400", Some("{lt: 400}")),
            ("ok", None),
            ("2000", None),
        ];
        for (text, expected) in table {
            assert_eq!(status(text).as_deref(), expected, "{text}");
        }
        assert_eq!(comparison(">= 2").as_deref(), Some("{gte: 2}"));
        assert_eq!(comparison("a > 2"), None);
        assert_eq!(comparison("> b"), None);
    }
}
