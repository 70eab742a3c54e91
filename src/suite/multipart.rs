//! `multipart`: the parts of a form as they are written.

use super::reader::{Field, Keys, Reader};
use super::tree::{Entry, Node, Value};
use crate::http::media_type::{is_media_type, of_ending};
use crate::source::Spanned;
use crate::template::Template;

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name of the field.
    pub name: Spanned<Template>,
    /// What it holds.
    pub content: PartContent,
    /// What that is.
    pub media_type: Option<Spanned<Template>>,
}

/// What a part holds.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// A text; a variable that is a list makes a part of each of its values.
    Text(Field),
    /// A file; its path is relative to the spec.
    File {
        /// The path.
        path: Spanned<Template>,
        /// What it is called in the request; else as it is called itself.
        filename: Option<Spanned<Template>>,
    },
}

const KEYS: Keys = Keys {
    what: "a key of a part",
    known: &[&["text", "file", "filename", "type"]],
    later: &[],
    help: Some("a part is a text, `{text, type}` or `{file, filename, type}`, or a list of those"),
};

/// What a part is, in words.
const FORMS: &str = "a text, {text: …}, {file: path}, or a list of those";

/// Reads the parts under `multipart`.
pub fn read(reader: &mut Reader, node: &Node) -> Vec<Part> {
    let entries = reader.mapping(node, "multipart").unwrap_or_default();
    if entries.is_empty() && matches!(node.value, Value::Map(_)) {
        reader.fault(node.span, "`multipart` sends no part").label =
            "write names and what they hold, such as `note: a text`".into();
    }
    entries.iter().flat_map(|entry| read_entry(reader, entry)).collect()
}

fn read_entry(reader: &mut Reader, Entry { key, value }: &Entry) -> Vec<Part> {
    let name = reader.key_template(key);
    match &value.value {
        Value::List(items) if items.is_empty() => {
            reader.fault(value.span, "an empty list sends nothing").label = "leave it out".into();
            Vec::new()
        }
        Value::List(items) => {
            items.iter().filter_map(|item| read_part(reader, &name, &key.value, item)).collect()
        }
        _ => read_part(reader, &name, &key.value, value).into_iter().collect(),
    }
}

fn read_part(
    reader: &mut Reader,
    name: &Spanned<Template>,
    key: &str,
    node: &Node,
) -> Option<Part> {
    match &node.value {
        Value::Map(entries) => read_form(reader, name, node, entries),
        _ => {
            let content = read_text(reader, name, key, node)?;
            Some(Part { name: name.clone(), content, media_type: None })
        }
    }
}

fn read_text(
    reader: &mut Reader,
    name: &Spanned<Template>,
    key: &str,
    node: &Node,
) -> Option<PartContent> {
    match &node.value {
        Value::Null => {
            reader.fault(node.span, "null cannot be sent in a part").label =
                "write \"\" for an empty one".into();
            None
        }
        Value::Map(_) | Value::List(_) => {
            reader.unexpected(node, key, FORMS);
            None
        }
        _ => {
            let value = reader.spanned_draft(node);
            Some(PartContent::Text(Field { name: name.clone(), value }))
        }
    }
}

fn read_form(
    reader: &mut Reader,
    name: &Spanned<Template>,
    node: &Node,
    entries: &[Entry],
) -> Option<Part> {
    let (mut text, mut path, mut filename, mut media_type) = (None, None, None, None);
    let before = reader.count();
    for entry in entries {
        let value = &entry.value;
        match reader.key(entry, entries, &KEYS) {
            Some("text") => text = read_text(reader, name, "text", value),
            Some("file") => path = reader.spanned_template(value, "file"),
            Some("filename") => filename = reader.spanned_template(value, "filename"),
            Some(_) => media_type = read_type(reader, value),
            None => {}
        }
    }
    let content = match (text, path) {
        (Some(_), Some(_)) => {
            reader.fault(node.span, "a part holds a text or a file").label =
                "found both of them".into();
            return None;
        }
        (Some(text), None) => {
            if let Some(filename) = &filename {
                reader.fault(filename.span, "`filename` beside `text`").label =
                    "a text has none: write `file` for a file".into();
            }
            text
        }
        (None, Some(path)) => PartContent::File { path, filename },
        (None, None) => {
            if reader.count() == before {
                reader.fault(node.span, "a part without `text` or `file`").label =
                    format!("it takes {FORMS}");
            }
            return None;
        }
    };
    Some(Part { name: name.clone(), content, media_type })
}

fn read_type(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let media_type = reader.spanned_template(node, "type")?;
    if let Some(text) = media_type.value.as_fixed().filter(|text| !is_media_type(text)) {
        let instead = of_ending(text.trim_start_matches('.')).unwrap_or("image/png");
        let title = format!("`{text}` is not a media type");
        reader.fault(node.span, title).label = format!("write for example `{instead}`");
    }
    Some(media_type)
}
