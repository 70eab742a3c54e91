//! Rows as CSV (RFC 4180), read strictly: the crates for it take a quote that never closes for the
//! rest of the file, and know no place of a cell.

mod records;

use serde_json::Value;

use self::records::{Cell, Cursor};
use super::{CellType, Cells, Row, Table};
use crate::source::{Span, Spanned};
use crate::suite::reader::Reader;
use crate::suite::tree;

/// Reads a header line and the rows below it.
pub fn read(reader: &mut Reader, types: &[(Spanned<String>, Spanned<CellType>)]) -> Option<Table> {
    let source = reader.source();
    let mut table = Table::new(reader);
    let mut cursor = Cursor::new(source.text());
    let header = match cursor.record() {
        Some(Ok(header)) => header,
        Some(Err(fault)) => {
            fault.tell(reader);
            return None;
        }
        None => {
            reader.fault(Span::default(), "a file of rows without a header line").label =
                "the first line names the columns".into();
            return None;
        }
    };
    check_header(reader, &header)?;
    table.name_columns(reader, header);
    table.columns.first()?;
    table.types = table.columns.iter().map(|c| type_of(c, types)).collect();
    while let Some(record) = cursor.record() {
        match record {
            Ok(cells) => add(reader, &mut table, cells),
            Err(fault) => fault.tell(reader),
        }
        if table.is_enough(reader) {
            break;
        }
    }
    table.checked(reader, Span::new(0, source.text().len()))
}

fn type_of(column: &Cell, types: &[(Spanned<String>, Spanned<CellType>)]) -> CellType {
    let own = types.iter().find(|(name, _)| name.value == column.value);
    own.map_or(CellType::Text, |(_, kind)| kind.value)
}

/// One fault for what is wrong with all names alike.
fn check_header(reader: &mut Reader, header: &[Cell]) -> Option<()> {
    if let [only] = header
        && let Some(at) = only.value.find([';', '\t'])
    {
        let at = only.span.start as usize + at;
        let fault = reader.fault(Span::new(at, at + 1), "columns are parted by commas");
        fault.label = "found another sign between two names".into();
        return None;
    }
    for cell in header {
        let trimmed = cell.value.trim();
        if trimmed.is_empty() {
            reader.fault(cell.span, "a column without a name").label =
                "name it, or leave the comma out".into();
            return None;
        }
        if trimmed.len() < cell.value.len() {
            let title = format!("spaces around the name `{trimmed}`");
            reader.fault(cell.span, title).label = "in CSV they count: leave them out".into();
            return None;
        }
    }
    Some(())
}

fn add(reader: &mut Reader, table: &mut Table, record: Vec<Cell>) {
    let span = record.first().map_or(Span::default(), |first| {
        first.span.to(record.last().map_or(first.span, |last| last.span))
    });
    let (found, named) = (record.len(), table.columns.len());
    if found != named {
        let line = reader.source().location(table.columns[0].span.start).line;
        let at = record.get(named).map_or(Span { start: span.end, ..span }, |extra| extra.span);
        let at = visible(reader, at);
        let cells = if found == 1 { "cell" } else { "cells" };
        let fault = reader.fault(at, format!("a row of {found} {cells}"));
        fault.label = format!("the header in line {line} names {named}");
        if found > named {
            fault.helps.push("a cell with a comma in it stands in quotes".into());
        }
        return;
    }
    let mut cells = Vec::with_capacity(named);
    for (at, cell) in record.into_iter().enumerate() {
        match value(table.types[at], cell.value) {
            Ok(_) => cells.push(cell.span),
            Err(found) => {
                let (article, name) = table.types[at].words();
                let title = format!("`{}` takes {article} {name}", table.columns[at].value);
                let at = visible(reader, cell.span);
                let fault = reader.fault(at, title);
                fault.label = match found.as_str() {
                    "" => "found nothing: write `null` for none".into(),
                    _ => format!("`types` of the spec says so; this is no {name}"),
                };
            }
        }
    }
    if cells.len() == named {
        table.rows.push(Row { span, cells: Cells::Csv(cells.into()) });
    }
}

/// What can be pointed at for a cell: where it is empty, what parts it from the next one.
fn visible(reader: &Reader, span: Span) -> Span {
    let end = reader.source().text().len();
    let start = (span.start as usize).min(end.saturating_sub(1));
    if span.start == span.end { Span::new(start, start + 1) } else { span }
}

/// A cell, read as YAML reads a scalar where its column has another type than text.
///
/// # Errors
/// The cell, which is of another type.
pub fn value(kind: CellType, text: String) -> Result<Value, String> {
    if kind == CellType::Text {
        return Ok(Value::String(text));
    }
    let fits = |value: &Value| match (kind, value) {
        (_, Value::Null) => true,
        (CellType::Boolean, value) => value.is_boolean(),
        (CellType::Number, value) => value.is_number(),
        (_, Value::Number(number)) => !number.to_string().contains(['.', 'e', 'E']),
        _ => false,
    };
    tree::plain(&text).filter(fits).ok_or(text)
}

/// What a cell says at its place: within quotes, two of them are one.
pub fn meant(text: &str, span: Span) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    match text[..start].ends_with('"') {
        true => text[start..end].replace("\"\"", "\""),
        false => text[start..end].to_owned(),
    }
}

impl CellType {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            CellType::Text => ("a", "text"),
            CellType::Integer => ("an", "integer"),
            CellType::Number => ("a", "number"),
            CellType::Boolean => ("a", "boolean"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_a_type_only_if_it_is_asked_for() {
        let read = |kind, text: &str| value(kind, text.to_owned()).map_err(drop);
        assert_eq!(read(CellType::Text, "007"), Ok(Value::from("007")));
        assert_eq!(read(CellType::Integer, "7"), Ok(serde_json::json!(7)));
        assert_eq!(read(CellType::Boolean, "null"), Ok(Value::Null));
        for (kind, text) in [
            (CellType::Integer, "1.0"),
            (CellType::Integer, "007"),
            (CellType::Number, ""),
            (CellType::Number, "0x1f"),
            (CellType::Boolean, "yes"),
            (CellType::Boolean, "TRUE"),
        ] {
            assert_eq!(read(kind, text), Err(()), "{text}");
        }
    }
}
