//! What a test is run over: once for each row of `data`, for each combination of `matrix`.
//!
//! `table` holds the rows; `file` names a file of them, which `csv` and `json` read.

mod csv;
mod file;
mod json;
mod table;

use std::sync::Arc;

use super::reader::Reader;
use super::settings::name;
use super::tree::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Span, Spanned};
use crate::template::Draft;

pub use self::file::{CellType, RowFile, RowFormat, read_file};
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
            Value::Map(entries)
                if entries.iter().any(|entry| file::KEYS.know(&entry.key.value)) =>
            {
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
            let rows = self.rows.as_ref().map_or(1, |table| table.rows.len());
            reader.fault(at, title).label = match rows > MOST_RUNS {
                true => "give it fewer rows".into(),
                false => format!("these make {}", self.runs()),
            };
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
        if table.is_enough(reader) {
            break;
        }
    }
    table.checked(reader, node.span)
}
