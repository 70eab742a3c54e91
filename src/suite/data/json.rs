//! Rows as JSON: a list of objects, of which each value knows its place.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Cells, Row, Table};
use crate::source::{Span, Spanned};
use crate::suite::reader::Reader;

/// How deep a value may be nested.
const DEEPEST: usize = 100;

/// The members of an object as they are written.
struct Object<'t>(Vec<(&'t RawValue, &'t RawValue)>);

/// Reads a list of objects.
pub fn read(reader: &mut Reader) -> Option<Table> {
    let source = reader.source();
    let text = source.text();
    let rows: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(rows) => rows,
        Err(error) => {
            refuse(reader, &error);
            return None;
        }
    };
    let mut table = Table::new(reader);
    for row in rows {
        let span = span_of(text, row);
        let Ok(Object(members)) = serde_json::from_str(row.get()) else {
            let fault = reader.fault(span, "this is no row");
            fault.label = "a row is an object of names and values".into();
            return None;
        };
        let mut names: Vec<Spanned<String>> = Vec::with_capacity(members.len());
        for (name, value) in &members {
            let at = span_of(text, name);
            let name = name_of(name);
            if names.iter().any(|known| known.value == name) {
                reader.fault(at, format!("a second `{name}` in one row")).label =
                    "give each name one value".into();
            }
            names.push(Spanned::new(name, at));
            if let Err(reason) = check_value(value, 0) {
                reader.fault(span_of(text, value), reason);
            }
        }
        if let Some(order) = table.order(reader, span, &names) {
            let cells = order.into_iter().map(|at| span_of(text, members[at].1)).collect();
            table.rows.push(Row { span, cells: Cells::Json(cells) });
        }
        if table.is_enough(reader) {
            break;
        }
    }
    table.checked(reader, Span::new(0, text.len()))
}

fn refuse(reader: &mut Reader, error: &serde_json::Error) {
    let source = reader.source();
    let words = error.to_string();
    let reason = match error.is_data() {
        true => "begin it with `[`, and each row with `{`",
        false => words.split(" at line ").next().unwrap_or_default(),
    };
    let (start, end) = source.line_range(error.line().max(1));
    let at = source.text().floor_char_boundary((start + error.column().max(1) - 1).min(end));
    let title = match error.is_data() {
        true => "this is no list of objects",
        false => "this is no JSON",
    };
    reader.fault(Span::new(at, at), title).label = reason.to_owned();
}

/// A name as it is meant. One that cannot be read was no JSON.
fn name_of(name: &RawValue) -> String {
    serde_json::from_str(name.get()).unwrap_or_default()
}

/// A value, of which no object has a name twice: readers of JSON differ in which one counts.
fn check_value(written: &RawValue, depth: usize) -> Result<(), String> {
    let text = written.get();
    let unread = |error: serde_json::Error| error.to_string();
    if depth == DEEPEST {
        return Err(format!("nested deeper than {DEEPEST} levels: write it flatter"));
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let Object(members) = serde_json::from_str(text).map_err(unread)?;
            let mut names = HashSet::new();
            for (name, value) in members {
                let name = name_of(name);
                check_value(value, depth + 1)?;
                if names.contains(&name) {
                    return Err(format!("the name `{name}` is there twice in an object: keep one"));
                }
                names.insert(name);
            }
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(unread)?;
            items.into_iter().try_for_each(|item| check_value(item, depth + 1))?;
        }
        // A text that no text can be, such as half of a character, is found here.
        _ => drop(serde_json::from_str::<serde_json::Value>(text).map_err(unread)?),
    }
    Ok(())
}

/// Where a part of `text` stands in it.
fn span_of(text: &str, part: &RawValue) -> Span {
    let start = (part.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    Span::new(start, start + part.get().len())
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }
}
