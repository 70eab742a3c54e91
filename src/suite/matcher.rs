//! Matchers: a literal, or a mapping of operators that must all hold.

use super::attachment::Attached;
use super::habits;
use super::operand::{check_operand, found, instead_of};
use super::reader::{Keys, Reader};
use super::schema;
use super::tree::{Entry, Node, Value};
use crate::pattern::{EMPTY, NO_URL_BEGINS_SO, URL_BEGINS, begins_no_url};
use crate::source::Spanned;
use crate::template::{Draft, Template};

pub use super::operand::status_class;
pub use super::operator::{
    Bytes, JsonCheck, Matcher, OPERATORS, Operator, Path, Pattern, Schema, Subject, ValueOperator,
};

const KEYS: Keys = Keys {
    what: "an operator",
    known: &[&OPERATORS],
    later: &[],
    help: Some("a mapping is always operators: to compare with an object, write `equals:`"),
};

/// The operators that say something about a status, a length, a time, a URL and a list of those:
/// any other would never hold, and `not` around some of them always.
const OF_STATUS: [&str; 8] = ["equals", "not", "in", "gt", "gte", "lt", "lte", "all"];
const OF_COUNT: [&str; 9] = ["equals", "not", "in", "gt", "gte", "lt", "lte", "close_to", "all"];
const OF_DURATION: [&str; 4] = ["gt", "gte", "lt", "lte"];
const OF_URL: [&str; 9] =
    ["equals", "not", "in", "contains", "starts_with", "ends_with", "matches", "length", "all"];
const OF_URLS: [&str; 11] = [
    "equals",
    "not",
    "in",
    "contains",
    "length",
    "empty",
    "each",
    "any",
    "includes",
    "unordered",
    "all",
];

/// Whether a key is an operator, or meant to be one.
pub fn is_operator(key: &str) -> bool {
    KEYS.know(key)
}

impl Matcher {
    /// Reads a literal or a mapping of operators.
    pub fn read(reader: &mut Reader, node: &Node, subject: Subject) -> Matcher {
        if let Value::Map(entries) = &node.value
            && let Some(path) = path_among(entries)
        {
            let written = &path.key.value;
            let fault = reader.fault(path.key.span, format!("`{written}` is not an operator"));
            fault.label = format!("it is a JSONPath: write `json: {{{written}: …}}`");
            fault.helps.push("in it `$` is the value at hand".into());
            return Matcher(Box::new([]));
        }
        match &node.value {
            Value::Map(entries) if entries.is_empty() => {
                reader.fault(node.span, "an empty mapping demands nothing").label =
                    "write `{equals: {}}` for an empty object".into();
                Matcher(Box::new([]))
            }
            Value::Map(entries) => {
                // An object where operators belong is one mistake, whatever is in it.
                let object = !entries.iter().any(|entry| is_operator(&entry.key.value));
                let entries = if object { &entries[..1] } else { entries };
                let operators = entries.iter().filter_map(|entry| {
                    let name = reader.key(entry, entries, &KEYS)?;
                    read_operator(reader, name, entry, subject)
                });
                Matcher(operators.collect())
            }
            _ => Matcher::literal(reader, node, subject),
        }
    }

    fn literal(reader: &mut Reader, node: &Node, subject: Subject) -> Matcher {
        if subject == Subject::Duration {
            reader.fault(node.span, "`duration` takes operators").label =
                "write for example `{lt: 500ms}`".into();
            return Matcher(Box::new([]));
        }
        let operator = value_operator(reader, node, equality(subject), subject);
        Matcher(Box::new([Spanned::new(operator, node.span)]))
    }
}

/// The first key that is a JSONPath.
fn path_among(entries: &[Entry]) -> Option<&Entry> {
    entries
        .iter()
        .find(|entry| entry.key.value.starts_with('$') && !entry.key.value.starts_with("${"))
}

fn equality(subject: Subject) -> ValueOperator {
    if subject == Subject::Status { ValueOperator::Status } else { ValueOperator::Equals }
}

fn read_operator(
    reader: &mut Reader,
    name: &str,
    entry: &Entry,
    subject: Subject,
) -> Option<Spanned<Operator>> {
    use ValueOperator as V;
    let Entry { key, value: node } = entry;
    if !fits(reader, name, entry, subject) {
        return None;
    }
    let mut with = |operator| value_operator(reader, node, operator, subject);
    let operator = match name {
        "equals" if subject == Subject::Body && is_bytes(node) => {
            Operator::Bytes(read_bytes(reader, node)?)
        }
        "equals" => with(equality(subject)),
        "in" if subject == Subject::Status => with(V::Status),
        "in" => with(V::In),
        "type" => with(V::Type),
        "exists" => with(V::Exists),
        "gt" => with(V::Gt),
        "gte" => with(V::Gte),
        "lt" => with(V::Lt),
        "lte" => with(V::Lte),
        "contains" => with(V::Contains),
        "starts_with" => with(V::StartsWith),
        "ends_with" => with(V::EndsWith),
        "close_to" => with(V::CloseTo),
        "empty" => with(V::Empty),
        "is" => with(V::Is),
        "includes" => with(V::Includes),
        "unordered" => with(V::Unordered),
        "sha256" => with(V::Sha256),
        "schema" => Operator::Schema(schema::read(reader, node)?),
        "matches" => Operator::Matches(Pattern::Written(read_pattern(reader, node, subject)?)),
        "not" => Operator::Not(Matcher::read(reader, node, subject)),
        "length" if is_no_length(reader, node) => return None,
        "length" => Operator::Length(Matcher::read(reader, node, Subject::Count)),
        "each" => Operator::Each(Matcher::read(reader, node, subject.of_element())),
        "any" => Operator::Any(Matcher::read(reader, node, subject.of_element())),
        "all" => Operator::All(read_all(reader, node, subject)),
        _ => Operator::Json(read_json(reader, node)),
    };
    Some(Spanned::new(operator, key.span.to(node.span)))
}

/// Whether an operator says something about the subject, in the form it has.
fn fits(reader: &mut Reader, name: &str, entry: &Entry, subject: Subject) -> bool {
    let Entry { key, value } = entry;
    let (fitting, what): (&[&str], &str) = match subject {
        Subject::Status => (&OF_STATUS, "a status"),
        Subject::Count => (&OF_COUNT, "a length"),
        Subject::Duration => (&OF_DURATION, "a duration"),
        Subject::Body | Subject::Text | Subject::Line if matches!(name, "schema" | "json") => {
            let title = format!("`{name}` looks at JSON, and here all is text");
            reader.fault(key.span, title).label = match name {
                "schema" => "write `json: {$: {schema: …}}`".into(),
                _ => "it stands beside `status`, and looks at the body".into(),
            };
            return false;
        }
        Subject::Json | Subject::Text | Subject::Line if name == "sha256" => {
            reader.fault(key.span, "`sha256` compares bytes").label =
                "it stands under `body`".into();
            return false;
        }
        Subject::Url => (&OF_URL, "a URL"),
        Subject::Urls => (&OF_URLS, "redirects"),
        Subject::Json | Subject::Text | Subject::Line | Subject::Body => (&OPERATORS, ""),
    };
    if !fitting.contains(&name) {
        reader.fault(key.span, format!("`{name}` says nothing about {what}")).label =
            format!("use one of {}", fitting.join(", "));
        return false;
    }
    let list = matches!(value.value, Value::List(_) | Value::Text(_));
    if name == "in" && subject == Subject::Status && !list {
        reader.unexpected(value, "in", "a list with at least one value");
        return false;
    }
    true
}

/// `{file: …}` and `{base64: …}`: no text that a body could be.
fn is_bytes(node: &Node) -> bool {
    matches!(&node.value, Value::Map(entries) if !entries.is_empty())
}

const BYTES: Keys = Keys {
    what: "a form of bytes",
    known: &[&["file", "base64"]],
    later: &[],
    help: Some("to compare JSON, write `json: {$: {equals: …}}`"),
};

fn read_bytes(reader: &mut Reader, node: &Node) -> Option<Bytes> {
    let Value::Map(entries) = &node.value else { return None };
    let [entry] = entries.as_slice() else {
        reader.not_one(node, "equals", "a text, {file: path} or {base64: …} here");
        return None;
    };
    match reader.key(entry, entries, &BYTES)? {
        "file" => {
            let path = reader.spanned_template(&entry.value, "file")?;
            Some(Bytes::File(Attached::Written(path)))
        }
        _ => reader.base64(&entry.value).map(|bytes| Bytes::Inline(bytes.into())),
    }
}

/// A length is a number, and never the same as a text such as `>= 2`, nor as anything else.
fn is_no_length(reader: &mut Reader, node: &Node) -> bool {
    let text = node.as_text();
    let is_none = match text {
        Some(text) => !text.contains("${"),
        None => matches!(node.value, Value::Null | Value::Bool(_) | Value::List(_)),
    };
    if is_none {
        let instead = text.map(|text| match habits::comparison(text) {
            Some(instead) => format!("write `{instead}`"),
            None => "found a text".into(),
        });
        let fault = reader.unexpected(node, "length", "a number, or operators");
        instead.into_iter().for_each(|label| fault.label = label);
    }
    is_none
}

/// A regex is looked at once it is compiled, but for what is seen at once.
fn read_pattern(reader: &mut Reader, node: &Node, subject: Subject) -> Option<Spanned<Template>> {
    let pattern = reader.spanned_template(node, "matches")?;
    let text = pattern.value.as_fixed();
    if text == Some("") {
        reader.fault(node.span, EMPTY).label = "it demands nothing".into();
        return None;
    }
    if subject == Subject::Url && text.is_some_and(begins_no_url) {
        reader.fault(node.span, NO_URL_BEGINS_SO).label = URL_BEGINS.into();
        return None;
    }
    Some(pattern)
}

fn read_all(reader: &mut Reader, node: &Node, subject: Subject) -> Vec<Matcher> {
    let items = reader.list(node, "all").unwrap_or_default();
    if items.is_empty() {
        reader.fault(node.span, "`all` without a matcher demands nothing").label =
            "write a list of matchers".into();
    }
    items.iter().map(|item| Matcher::read(reader, item, subject)).collect()
}

/// A mapping of queries to matchers.
pub fn read_json(reader: &mut Reader, node: &Node) -> Vec<JsonCheck> {
    let entries = reader.mapping(node, "json").unwrap_or_default();
    if entries.is_empty() {
        reader.fault(node.span, "`json` demands nothing").label =
            "write JSONPaths and what they must give, such as `$.id: 1`".into();
    }
    let check = |entry: &Entry| {
        let check = JsonCheck {
            span: entry.key.span.to(entry.value.span),
            path: Path::Written(reader.key_template(&entry.key)),
            matcher: Matcher::read(reader, &entry.value, Subject::Json),
        };
        (!is_operator_for_path(reader, &entry.key)).then_some(check)
    };
    entries.iter().filter_map(check).collect()
}

/// An operator where a JSONPath belongs is mostly a slip of the indentation.
fn is_operator_for_path(reader: &mut Reader, key: &Spanned<String>) -> bool {
    let is_one = OPERATORS.contains(&key.value.as_str());
    if is_one {
        let title = format!("`{}` is an operator, and a JSONPath belongs here", key.value);
        let fault = reader.fault(key.span, title);
        fault.label = "it stands below the path that it is about, indented deeper".into();
        fault.helps.push(format!("for a member of that name, write `$.{}`", key.value));
    }
    is_one
}

fn value_operator(
    reader: &mut Reader,
    node: &Node,
    operator: ValueOperator,
    subject: Subject,
) -> Operator {
    let draft = reader.draft(node);
    if let Draft::Fixed(value) = &draft
        && let Err(reason) = check_operand(operator, value, subject)
    {
        let fault = reader.fault(node.span, reason);
        fault.label = match instead_of(operator, value, subject) {
            Some(instead) => instead,
            None => found(operator, value, subject),
        };
    }
    Operator::Value(operator, draft)
}
