//! `schema`: a JSON Schema in a spec, or the name of a file with one.

use std::sync::Arc;

use super::attachment::Attached;
use super::operator::Schema;
use super::reader::Reader;
use super::tree::{Node, Value};
use crate::json_schema::{Fault, JsonSchema};
use crate::source::Span;
use crate::template::Draft;

/// Reads what stands behind `schema`.
pub fn read(reader: &mut Reader, node: &Node) -> Option<Schema> {
    let entries = match &node.value {
        Value::Map(entries) => entries.as_slice(),
        Value::Text(path) if path.ends_with(".json") => {
            reader.unexpected(node, "schema", EXPECTED).label = format!("write `{{file: {path}}}`");
            return None;
        }
        _ => {
            reader.unexpected(node, "schema", EXPECTED);
            return None;
        }
    };
    if let [entry] = entries
        && entry.key.value == "file"
    {
        let path = reader.spanned_template(&entry.value, "file")?;
        return Some(Schema::File(Attached::Written(path)));
    }
    let draft = reader.draft_with_plain_keys(node);
    let Draft::Fixed(schema) = &draft else { return Some(Schema::Written(draft)) };
    match JsonSchema::compile(schema) {
        Ok(schema) => Some(Schema::Compiled(Arc::new(schema))),
        Err(Fault { place, reason }) => {
            reader.fault(span_of(node, &place), NO_SCHEMA).label = reason;
            None
        }
    }
}

/// What is said of what is no schema.
pub const NO_SCHEMA: &str = "this is no JSON Schema";

const EXPECTED: &str = "a JSON Schema, or {file: path}";

/// Where the value at a place of a schema stands; of a key that is unknown, the key.
fn span_of(node: &Node, place: &[String]) -> Span {
    let Some((step, rest)) = place.split_first() else { return node.span };
    match &node.value {
        Value::Map(entries) => match entries.iter().find(|entry| entry.key.value == *step) {
            Some(entry) if rest.is_empty() => entry.key.span.to(entry.value.span),
            Some(entry) => span_of(&entry.value, rest),
            None => node.span,
        },
        Value::List(items) => {
            let item = step.parse::<usize>().ok().and_then(|number| items.get(number));
            item.map_or(node.span, |item| span_of(item, rest))
        }
        _ => node.span,
    }
}
