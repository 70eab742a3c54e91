//! What a test is run over: once for each row of `data`, for each combination of `matrix`.
//!
//! `table` holds the rows; `csv` and `json` read them from files of their own.

mod csv;
mod json;
mod table;

use std::sync::Arc;

use super::reader::{Keys, Reader};
use super::settings::name;
use super::tree::{self, Entry, Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Span, Spanned};
use crate::template::Draft;

pub use self::table::{Cells, Row, Table};

/// The most runs of one test.
pub const MOST_RUNS: usize = 100_000;

/// What a test is run over.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The rows, those of a file once it was read.
    pub rows: Option<Arc<Table>>,
    /// The file of the rows, if they stand in one.
    pub file: Option<RowFile>,
    /// The lists of `matrix`: each value of one goes with each of the others.
    pub matrix: Vec<Axis>,
    /// Whether something of it could not be read, and so nobody knows all runs of the test.
    pub broken: bool,
}

/// A list of `matrix`.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The variable.
    pub name: Spanned<String>,
    /// What it stands for, one after another.
    pub values: Vec<Spanned<Draft>>,
}

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

const FILE_KEYS: Keys = Keys {
    what: "a key of `data`",
    known: &[&["file", "types"]],
    later: &[],
    help: Some("rows in the spec itself are a list: begin each with `- `"),
};

/// What `data` takes, in words.
const ROWS: &str = "a list of mappings, or {file: rows.csv}";

impl Data {
    /// Reads what stands under `data`.
    pub fn read_rows(&mut self, reader: &mut Reader, entry: &Entry) {
        let (before, node) = (reader.count(), &entry.value);
        match &node.value {
            Value::List(_) => {
                let draft = |reader: &mut Reader, node: &Node| reader.draft_with_plain_keys(node);
                self.rows = rows(reader, node, draft).map(Arc::new);
            }
            Value::Map(entries) if entries.iter().any(|entry| FILE_KEYS.know(&entry.key.value)) => {
                self.file = RowFile::read(reader, node, entries);
            }
            _ => {
                let fault = reader.unexpected(node, "data", ROWS);
                fault.helps.push(
                    "if the body of the request is meant, write `json`, `form` or `body`".into(),
                );
            }
        }
        self.broken |= reader.count() > before;
    }

    /// Reads what stands under `matrix`.
    pub fn read_matrix(&mut self, reader: &mut Reader, entry: &Entry) {
        let (before, node) = (reader.count(), &entry.value);
        let entries = reader.mapping(node, "matrix").unwrap_or_default();
        if entries.is_empty() && matches!(node.value, Value::Map(_)) {
            reader.fault(node.span, "`matrix` holds no list").label =
                "write names and lists, such as `limit: [1, 10]`".into();
        }
        for Entry { key, value } in entries {
            let name = name(reader, key, "a variable");
            let items = reader.list(value, &key.value).unwrap_or_default();
            if items.is_empty() && matches!(value.value, Value::List(_)) {
                reader.fault(value.span, format!("`{}` has no value", key.value)).label =
                    "the test would run zero times, and prove nothing".into();
            }
            let draft = |item: &Node| Spanned::new(reader.draft_with_plain_keys(item), item.span);
            self.matrix.push(Axis { name, values: items.iter().map(draft).collect() });
        }
        self.broken |= reader.count() > before;
    }

    /// How many runs it makes.
    pub fn runs(&self) -> usize {
        let rows = self.rows.as_ref().map_or(1, |table| table.rows.len());
        let lists = self.matrix.iter().map(|axis| axis.values.len());
        lists.fold(rows, usize::saturating_mul)
    }

    /// Finds what is wrong with all of it together.
    pub fn check(&mut self, reader: &mut Reader, at: Span) {
        let columns = self.rows.iter().flat_map(|table| &table.columns);
        for axis in &self.matrix {
            let Some(first) = columns.clone().find(|c| c.value == axis.name.value) else {
                continue;
            };
            let line = reader.source().location(first.span.start).line;
            let title = format!("`{}` is a column of `data` too", axis.name.value);
            let fault = reader.fault(axis.name.span, title);
            fault.label = match self.file {
                Some(_) => "choose another name for one of them".into(),
                None => format!("that one stands in line {line}: choose another name"),
            };
            self.broken = true;
        }
        if self.runs() > MOST_RUNS {
            let title = format!("more than {MOST_RUNS} runs of one test");
            reader.fault(at, title).label = format!("these make {}", self.runs());
            self.broken = true;
        }
    }

    /// Takes the rows of its file from the text of that, and checks them; gives the faults, each in
    /// the file or at where the spec names a column of it.
    pub fn supply(&mut self, table: Arc<Table>, spec: &Arc<Source>) -> Vec<Diagnostic> {
        let mut reader = Reader::new(spec, Vec::new());
        let Some(file) = &self.file else { return Vec::new() };
        for (name, _) in &file.types {
            if table.columns.iter().any(|column| column.value == name.value) {
                continue;
            }
            let near = did_you_mean(&name.value, table.columns.iter().map(|c| c.value.as_str()));
            let title = format!("{} has no column `{}`", table.source.path(), name.value);
            reader.fault(name.span, title).label = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "leave it out, or name one of the header line".into(),
            };
        }
        let at = file.path.span;
        self.rows = Some(table);
        self.check(&mut reader, at);
        reader.into_faults()
    }
}

impl RowFile {
    fn read(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<RowFile> {
        let (mut path, mut types) = (None, Vec::new());
        let mut types_at = None;
        for entry in entries {
            match reader.key(entry, entries, &FILE_KEYS) {
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

/// The rows of a list of mappings.
fn rows(
    reader: &mut Reader,
    node: &Node,
    draft: impl Fn(&mut Reader, &Node) -> Draft,
) -> Option<Table> {
    let Value::List(items) = &node.value else { return None };
    let mut table = Table::new(reader);
    for item in items {
        let Value::Map(entries) = &item.value else {
            let fault = reader.fault(item.span, "this is no row");
            fault.label = format!("found {}", item.kind_name());
            fault.helps.push("a row is a mapping of names to values".into());
            return None;
        };
        let names: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        if let Some(order) = table.order(reader, item.span, &names) {
            let cells = order.into_iter().map(|at| {
                let node = &entries[at].value;
                Spanned::new(draft(reader, node).into(), node.span)
            });
            let cells = Cells::Yaml(cells.collect());
            table.rows.push(Row { span: item.span, cells });
        }
        if table.is_hopeless(reader) {
            break;
        }
    }
    table.checked(reader, node.span)
}
