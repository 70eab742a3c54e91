//! `capture`: which parts of a response become variables of the later steps.

use super::matcher::{Path, Pattern};
use super::reader::{Keys, Reader};
use super::settings;
use super::tree::{Entry, Node, Value};
use crate::json_path::JsonPath;
use crate::source::Spanned;
use crate::template::Template;

/// A part of a response that becomes a variable.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The variable, and where it is named.
    pub name: Spanned<String>,
    /// What is taken.
    pub part: ResponsePart,
    /// What of its text is taken: the first group, or else the whole match.
    pub regex: Option<Pattern>,
    /// Whether the value is kept out of all output.
    pub secret: bool,
}

/// A part of a response.
#[derive(Clone, Debug)]
pub enum ResponsePart {
    /// What a query finds in the body.
    Json(Path),
    /// The first line of a header field.
    Header(Template),
    /// The value of a cookie that the response sets.
    Cookie(Template),
    /// The body as text.
    Body,
    /// The status code.
    Status,
    /// The URL that gave the response, after all redirects.
    Url,
}

const KEYS: Keys = Keys {
    what: "a key of a capture",
    known: &[&["json", "header", "cookie", "body", "status", "url", "regex", "secret"]],
    later: &[],
    help: None,
};

/// What there is to take, in words.
const FORMS: &str =
    "a JSONPath, `body`, `status`, `url`, or a mapping with `json`, `header` or `cookie`";

/// Reads what stands under `capture`.
pub fn read(reader: &mut Reader, node: &Node) -> Vec<Capture> {
    let entries = reader.mapping(node, "capture").unwrap_or_default();
    if entries.is_empty() && matches!(node.value, Value::Map(_)) {
        reader.fault(node.span, "`capture` captures nothing").label =
            "write names and what they stand for, such as `id: $.id`".into();
    }
    entries.iter().filter_map(|entry| Capture::read(reader, entry)).collect()
}

impl Capture {
    fn read(reader: &mut Reader, entry: &Entry) -> Option<Capture> {
        let name = settings::name(reader, &entry.key, "a capture");
        let node = &entry.value;
        match &node.value {
            Value::Text(text) => {
                let part = part_of_text(reader, node, text)?;
                Some(Capture { name, part, regex: None, secret: false })
            }
            Value::Map(entries) => Capture::read_mapping(reader, name, node, entries),
            _ => {
                reader.unexpected(node, &entry.key.value, FORMS);
                None
            }
        }
    }

    fn read_mapping(
        reader: &mut Reader,
        name: Spanned<String>,
        node: &Node,
        entries: &[Entry],
    ) -> Option<Capture> {
        let (mut part, mut regex, mut secret) = (None, None, false);
        let mut unread = false;
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &KEYS) {
                Some("regex") => regex = read_regex(reader, value),
                Some("secret") => secret = flag(reader, value, "secret"),
                Some(_) if part.is_some() => {
                    reader
                        .fault(entry.key.span, "a capture takes one part of the response")
                        .label = "this is a second one".into();
                }
                Some(key) => {
                    part = read_part(reader, key, value);
                    unread |= part.is_none();
                }
                None => unread = true,
            }
        }
        if part.is_none() && !unread {
            let title = "a capture that does not say of what";
            reader.fault(node.span, title).label = format!("it takes {FORMS}");
        }
        Some(Capture { name, part: part?, regex, secret })
    }
}

fn part_of_text(reader: &mut Reader, node: &Node, text: &str) -> Option<ResponsePart> {
    match text {
        "body" => return Some(ResponsePart::Body),
        "status" => return Some(ResponsePart::Status),
        "url" => return Some(ResponsePart::Url),
        _ if text.starts_with('$') && !text.starts_with("${") => return path(reader, node),
        _ => {}
    }
    let title = format!("a capture takes {FORMS}");
    let rooted = format!("$.{}", text.trim_start_matches('.'));
    let fault = reader.fault(node.span, title);
    match JsonPath::parse(&rooted) {
        Ok(_) if !text.contains('-') => {
            fault.label = format!("a JSONPath begins with `$`: write `{rooted}`");
            fault.helps.push(format!("for a header, write `{{header: {text}}}`"));
        }
        _ => fault.label = format!("for a header, write `{{header: {text}}}`"),
    }
    None
}

fn read_part(reader: &mut Reader, key: &str, value: &Node) -> Option<ResponsePart> {
    match key {
        "json" => path(reader, value),
        "header" => reader.template(value, "header").map(ResponsePart::Header),
        "cookie" => reader.template(value, "cookie").map(ResponsePart::Cookie),
        "body" => flag(reader, value, "body").then_some(ResponsePart::Body),
        "url" => flag(reader, value, "url").then_some(ResponsePart::Url),
        _ => flag(reader, value, "status").then_some(ResponsePart::Status),
    }
}

fn path(reader: &mut Reader, node: &Node) -> Option<ResponsePart> {
    let path = reader.spanned_template(node, "json")?;
    Some(ResponsePart::Json(Path::Written(path)))
}

fn read_regex(reader: &mut Reader, node: &Node) -> Option<Pattern> {
    let pattern = reader.spanned_template(node, "regex")?;
    if pattern.value.as_fixed() == Some("") {
        reader.fault(node.span, crate::pattern::EMPTY).label = "it finds nothing".into();
        return None;
    }
    Some(Pattern::Written(pattern))
}

/// A key that says yes; to say no it is left out.
fn flag(reader: &mut Reader, node: &Node, key: &str) -> bool {
    let yes = node.value == Value::Bool(true);
    if !yes {
        reader.unexpected(node, key, "true, or is left out");
    }
    yes
}
