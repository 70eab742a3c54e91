//! A file of rows: how a spec names it, and what is read from it.

use std::sync::Arc;

use super::{Table, csv, json, rows};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::suite::reader::{Keys, Reader};
use crate::suite::tree::{self, Entry, Node, Value};
use crate::template::Draft;

/// A file of rows.
#[derive(Clone, Debug)]
pub struct RowFile {
    /// Its path, from the folder of the spec.
    pub path: Spanned<String>,
    /// How it is written.
    pub format: RowFormat,
    /// The columns of a CSV file that hold something else than text.
    pub types: Vec<(Spanned<String>, Spanned<CellType>)>,
}

/// How a file of rows is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// A header line with the names, then a line for each row.
    Csv,
    /// A list of objects.
    Json,
    /// A list of mappings.
    Yaml,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellType {
    /// Text as it stands there.
    Text,
    /// A number without a fraction, or null.
    Integer,
    /// A number, or null.
    Number,
    /// True or false, or null.
    Boolean,
}

pub(super) const KEYS: Keys = Keys {
    what: "a key of `data`",
    known: &[&["file", "types"]],
    later: &[],
    help: Some("rows in the spec itself are a list: begin each with `- `"),
};

impl RowFile {
    /// Reads what stands under `data` for one.
    pub fn read(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<RowFile> {
        let (mut path, mut types) = (None, Vec::new());
        let mut types_at = None;
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some("file") => path = reader.spanned_text(&entry.value, "file"),
                Some(_) => {
                    types_at = Some(entry.key.span);
                    types = read_types(reader, &entry.value);
                }
                None => {}
            }
        }
        let Some(path) = path else {
            if !entries.iter().any(|entry| entry.key.value == "file") {
                reader.fault(node.span, "`data` without a `file`").label =
                    "add `file: rows.csv`, or write the rows as a list".into();
            }
            return None;
        };
        let Some(format) = RowFormat::of(&path.value) else {
            let title = format!("`{}` is no file of rows", path.value);
            reader.fault(path.span, title).label =
                "its name ends in .csv, .json, .yaml or .yml".into();
            return None;
        };
        if let Some(span) = types_at.filter(|_| format != RowFormat::Csv) {
            reader.fault(span, "`types` for a file that has types of its own").label =
                "they are for CSV, where all is text: leave them out".into();
        }
        Some(RowFile { path, format, types })
    }
}

fn read_types(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<CellType>)> {
    let mut types = Vec::new();
    for Entry { key, value } in reader.mapping(node, "types").unwrap_or_default() {
        let kind = match value.as_text() {
            Some("string") => CellType::Text,
            Some("integer") => CellType::Integer,
            Some("number") => CellType::Number,
            Some("boolean") => CellType::Boolean,
            _ => {
                reader.unexpected(value, &key.value, "string, integer, number or boolean");
                continue;
            }
        };
        types.push((key.clone(), Spanned::new(kind, value.span)));
    }
    types
}

impl RowFormat {
    fn of(path: &str) -> Option<RowFormat> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(RowFormat::Csv),
            "json" => Some(RowFormat::Json),
            "yaml" | "yml" => Some(RowFormat::Yaml),
            _ => None,
        }
    }
}

/// The rows of a file. `None`, and faults, when they cannot all be read.
pub fn read_file(source: &Arc<Source>, file: &RowFile) -> (Option<Table>, Vec<Diagnostic>) {
    let (root, faults) = match file.format {
        RowFormat::Yaml => tree::parse(source),
        RowFormat::Csv | RowFormat::Json => (None, Vec::new()),
    };
    let mut reader = Reader::new(source, faults);
    let table = match (file.format, root) {
        (RowFormat::Csv, _) => csv::read(&mut reader, &file.types),
        (RowFormat::Json, _) => json::read(&mut reader),
        (RowFormat::Yaml, Some(root)) => {
            // What stands in a file of rows is no template.
            let table = rows(&mut reader, &root, |_, node| Draft::Fixed(node.to_json()));
            if !matches!(root.value, Value::List(_)) {
                reader.unexpected(&root, "file", "a list of mappings");
            }
            table
        }
        (RowFormat::Yaml, None) => None,
    };
    let faults = reader.into_faults();
    (table.filter(|_| faults.is_empty()), faults)
}
