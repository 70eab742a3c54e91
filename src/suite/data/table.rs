//! Rows that all have the same columns.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{CellType, MOST_RUNS, csv};
use crate::diagnostic::did_you_mean;
use crate::source::{Source, Span, Spanned};
use crate::suite::reader::Reader;
use crate::suite::settings::name;
use crate::template::Draft;

/// The most columns of a table.
const MOST_COLUMNS: usize = 1000;

/// From this many faults on, further rows are not looked at.
const ENOUGH: usize = 20;

/// Rows and the names of their columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// Where they stand.
    pub source: Arc<Source>,
    /// The names, which are variables of a test.
    pub columns: Vec<Spanned<String>>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// What the columns of a CSV file hold.
    pub types: Vec<CellType>,
    /// How many faults there were before.
    faults: usize,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The whole of it.
    pub span: Span,
    /// Its values, in the order of the columns.
    pub cells: Cells,
}

/// The values of a row. They are kept as texts and read again when their turn comes: thousands of
/// rows take ten times as much as their file otherwise.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Those of YAML.
    Yaml(Box<[Spanned<YamlCell>]>),
    /// Where they stand in CSV, without quotes.
    Csv(Box<[Span]>),
    /// Where they stand in JSON.
    Json(Box<[Span]>),
}

/// A value of YAML.
#[derive(Clone, Debug)]
pub enum YamlCell {
    /// A text.
    Text(Box<str>),
    /// Any other value, as JSON.
    Json(Box<str>),
    /// With variables in it.
    Draft(Box<Draft>),
}

impl From<Draft> for YamlCell {
    fn from(draft: Draft) -> YamlCell {
        match draft {
            Draft::Fixed(Value::String(text)) => YamlCell::Text(text.into()),
            Draft::Fixed(value) => YamlCell::Json(value.to_string().into()),
            draft => YamlCell::Draft(Box::new(draft)),
        }
    }
}

impl Table {
    /// Without any row.
    pub fn new(reader: &Reader) -> Table {
        let (source, faults) = (reader.source().clone(), reader.count());
        let (columns, types, rows) = (Vec::new(), Vec::new(), Vec::new());
        Table { source, columns, rows, types, faults }
    }

    /// A value, and where it stands.
    pub fn cell<'t>(&'t self, row: &'t Row, column: usize) -> (Span, Cow<'t, Draft>) {
        let text = self.source.text();
        let fixed = |value| Cow::Owned(Draft::Fixed(value));
        // What was read once can be read again.
        let json = |text| fixed(serde_json::from_str(text).unwrap_or_default());
        match &row.cells {
            Cells::Yaml(cells) => {
                let value = match &cells[column].value {
                    YamlCell::Text(text) => fixed(Value::from(&**text)),
                    YamlCell::Json(text) => json(text),
                    YamlCell::Draft(draft) => Cow::Borrowed(&**draft),
                };
                (cells[column].span, value)
            }
            Cells::Csv(cells) => {
                let value = csv::value(self.types[column], csv::meant(text, cells[column]));
                (cells[column], fixed(value.unwrap_or_else(Value::String)))
            }
            Cells::Json(cells) => {
                let span = cells[column];
                let written = &text[span.start as usize..span.end as usize];
                (span, json(written))
            }
        }
    }

    /// Takes the names of the columns; each is that of a variable, and there once.
    pub fn name_columns(&mut self, reader: &mut Reader, columns: Vec<Spanned<String>>) {
        if columns.len() > MOST_COLUMNS {
            let title = format!("more than {MOST_COLUMNS} columns");
            reader.fault(columns[MOST_COLUMNS].span, title).label =
                "leave out those that no test uses".into();
            return;
        }
        for (at, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..at].iter().find(|other| other.value == column.value) {
                let column_of_first = reader.source().location(first.span.start).column;
                reader.fault(column.span, format!("a second column `{}`", column.value)).label =
                    format!("the first one begins at character {column_of_first} of this line");
            } else {
                name(reader, column, "a column");
            }
        }
        self.columns = columns;
    }

    /// For each column the position of its value among those of a row with these `names`. The names
    /// of the first row are those of all: `None`, and a fault, where others are.
    pub fn order(
        &mut self,
        reader: &mut Reader,
        span: Span,
        names: &[Spanned<String>],
    ) -> Option<Vec<usize>> {
        if names.is_empty() {
            reader.fault(span, "a row without a value").label = "give it at least one".into();
            return None;
        }
        if self.columns.is_empty() {
            self.name_columns(reader, names.to_vec());
        }
        let is_same =
            |(name, column): (&Spanned<String>, &Spanned<String>)| name.value == column.value;
        if names.len() == self.columns.len() && names.iter().zip(&self.columns).all(is_same) {
            return Some((0..names.len()).collect());
        }
        self.reordered(reader, span, names)
    }

    /// As [`Table::order`], for names that do not stand in the order of the columns; they may be
    /// others.
    fn reordered(
        &self,
        reader: &mut Reader,
        span: Span,
        names: &[Spanned<String>],
    ) -> Option<Vec<usize>> {
        let first_line = self.first_line(reader);
        let before = reader.count();
        let mut meant = Vec::new();
        for name in names.iter().filter(|name| !self.columns.iter().any(|c| c.value == name.value))
        {
            let is_given = |column: &str| names.iter().any(|name| name.value == column);
            let missing = self.columns.iter().map(|c| c.value.as_str()).filter(|c| !is_given(c));
            let near = did_you_mean(&name.value, missing);
            let title = format!("the first row has no column `{}`", name.value);
            reader.fault(name.span, title).label = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("that one stands in line {first_line}"),
            };
            meant.extend(near);
        }
        let mut order = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            match names.iter().position(|name| name.value == column.value) {
                Some(at) => order.push(at),
                None if meant.contains(&column.value.as_str()) => {}
                None => {
                    let title = format!("this row has no column `{}`", column.value);
                    let fault = reader.fault(start(span), title);
                    fault.label = format!("the first row, in line {first_line}, has one");
                    fault.helps.push("give it to each row; `null` says that it has none".into());
                }
            }
        }
        (reader.count() == before).then_some(order)
    }

    fn first_line(&self, reader: &Reader) -> usize {
        let first = self.columns.first().map_or(0, |column| column.span.start);
        reader.source().location(first).line
    }

    /// The table; `None`, and a fault at `whole`, when no row is in it.
    pub fn checked(self, reader: &mut Reader, whole: Span) -> Option<Table> {
        if self.rows.is_empty() && reader.count() == self.faults {
            reader.fault(start(whole), "no rows").label =
                "the test would run zero times, and prove nothing".into();
        }
        (!self.rows.is_empty()).then_some(self)
    }

    /// Whether nobody reads on: so much is wrong, or there are more rows than a test has runs.
    pub fn is_enough(&self, reader: &Reader) -> bool {
        reader.count() >= self.faults + ENOUGH || self.rows.len() > MOST_RUNS
    }
}

/// The first character of a span that may go over many lines.
fn start(span: Span) -> Span {
    Span { start: span.start, end: span.end.min(span.start + 1) }
}
