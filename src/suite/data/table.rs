//! Rows that all have the same columns.

use std::sync::Arc;

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
    /// How many faults there were before.
    faults: usize,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The whole of it.
    pub span: Span,
    /// Its values, in the order of the columns.
    pub cells: Box<[Spanned<Draft>]>,
}

impl Table {
    /// Without any row.
    pub fn new(reader: &Reader) -> Table {
        let (source, faults) = (reader.source().clone(), reader.count());
        Table { source, columns: Vec::new(), rows: Vec::new(), faults }
    }

    /// Takes the names of the columns; each is that of a variable, and there once.
    pub fn name_columns(&mut self, reader: &mut Reader, columns: Vec<Spanned<String>>) {
        if columns.len() > MOST_COLUMNS {
            let title = format!("more than {MOST_COLUMNS} columns");
            reader.fault(columns[MOST_COLUMNS].span, title);
            return;
        }
        for (at, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..at].iter().find(|other| other.value == column.value) {
                let column_of_first = reader.source().location(first.span.start).column;
                reader.fault(column.span, format!("a second column `{}`", column.value)).label =
                    format!("the first one begins at character {column_of_first} of this line");
            } else {
                name(reader, column, "column");
            }
        }
        self.columns = columns;
    }

    /// Adds a row of names and values. The names of the first row are those of all.
    pub fn add(
        &mut self,
        reader: &mut Reader,
        span: Span,
        cells: Vec<(Spanned<String>, Spanned<Draft>)>,
    ) {
        if self.is_hopeless(reader) {
            return;
        }
        if cells.is_empty() {
            reader.fault(span, "a row without a value").label = "give it at least one".into();
            return;
        }
        if self.columns.is_empty() {
            let names = cells.iter().map(|(name, _)| name.clone()).collect();
            self.name_columns(reader, names);
        } else if cells.len() != self.columns.len()
            || cells.iter().zip(&self.columns).any(|((name, _), column)| name.value != column.value)
        {
            return self.add_reordered(reader, span, cells);
        }
        let cells = cells.into_iter().map(|(_, value)| value).collect();
        self.rows.push(Row { span, cells });
    }

    /// As [`Table::add`], for a row whose names do not stand in the order of the columns; they may
    /// be others.
    fn add_reordered(
        &mut self,
        reader: &mut Reader,
        span: Span,
        mut cells: Vec<(Spanned<String>, Spanned<Draft>)>,
    ) {
        let first_line = self.first_line(reader);
        let known = |name: &str| self.columns.iter().any(|column| column.value == name);
        let (mut odd, mut meant) = (false, Vec::new());
        for (name, _) in cells.iter().filter(|(name, _)| !known(&name.value)) {
            odd = true;
            let is_given = |column: &str| cells.iter().any(|(name, _)| name.value == column);
            let missing = self.columns.iter().map(|c| c.value.as_str()).filter(|c| !is_given(c));
            let near = did_you_mean(&name.value, missing).map(str::to_owned);
            let title = format!("the first row has no column `{}`", name.value);
            let fault = reader.fault(name.span, title);
            fault.label = match &near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("that one stands in line {first_line}"),
            };
            meant.extend(near);
        }
        let mut ordered = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            match cells.iter().position(|(name, _)| name.value == column.value) {
                Some(at) => ordered.push(cells.swap_remove(at).1),
                None if meant.contains(&column.value) => {}
                None => {
                    odd = true;
                    let title = format!("this row has no column `{}`", column.value);
                    let fault = reader.fault(start(span), title);
                    fault.label = format!("the first row, in line {first_line}, has one");
                    fault.helps.push("give it to each row; `null` says that it has none".into());
                }
            }
        }
        if !odd {
            self.rows.push(Row { span, cells: ordered.into() });
        }
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

    /// Whether so much is wrong by now that nobody reads on.
    pub fn is_hopeless(&self, reader: &Reader) -> bool {
        reader.count() >= self.faults + ENOUGH
    }
}

/// The first character of a span that may go over many lines.
fn start(span: Span) -> Span {
    Span { start: span.start, end: span.end.min(span.start + 1) }
}
