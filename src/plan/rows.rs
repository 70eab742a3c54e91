//! The data row of a run of a test: what its columns stand for, and what the case is called for it.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::scope::{Binder, Bound, Definition};
use crate::secret::Redactor;
use crate::source::{Place, Source, Span};
use crate::suite::data::Data;
use crate::template::{Draft, Moment, Variable, as_text};
use crate::text::one_line;

/// The most characters of a value in the name of a case; of a longer one both ends are shown.
const LONGEST_VALUE: usize = 40;

/// A cell of the row at hand.
pub struct Cell<'s> {
    /// The variable.
    name: &'s str,
    /// Where that is named, in the header or the first row.
    column: Span,
    source: &'s Arc<Source>,
    span: Span,
    draft: Cow<'s, Draft>,
    bound: Option<Rc<Bound>>,
}

/// A run of a test: the row that it is for.
pub struct Row<'s> {
    /// Its cells, those of `matrix` last.
    pub cells: Vec<Cell<'s>>,
    /// Where it stands; of a combination, its first value.
    pub place: Place,
}

impl<'s> Row<'s> {
    /// The row of a run, counted from 0: each of `data` with each combination of `matrix`, whose last
    /// list turns fastest. `spec` is the file of the test.
    pub fn of(data: &'s Data, run: usize, spec: &'s Arc<Source>) -> Option<Row<'s>> {
        let mut rest = run;
        let mut combination = Vec::with_capacity(data.matrix.len());
        for axis in data.matrix.iter().rev() {
            let value = &axis.values[rest % axis.values.len()];
            rest /= axis.values.len();
            let (name, column) = (&*axis.name.value, axis.name.span);
            let (source, span, draft) = (spec, value.span, Cow::Borrowed(&value.value));
            combination.push(Cell { name, column, source, span, draft, bound: None });
        }
        combination.reverse();
        let mut place = combination.first().map(|cell| Place::new(spec, cell.span));
        let mut cells = Vec::new();
        if let Some(table) = &data.rows {
            let row = table.rows.get(rest)?;
            place = Some(Place::new(&table.source, row.span));
            cells.extend(table.columns.iter().enumerate().map(|(at, column)| {
                let (span, draft) = table.cell(row, at);
                let (name, source) = (&*column.value, &table.source);
                Cell { name, column: column.span, source, span, draft, bound: None }
            }));
        }
        cells.extend(combination);
        Some(Row { cells, place: place? })
    }
}

impl<'s> Binder<'s> {
    /// Begins with a run of a test. Its values are known before the first step: they hang on
    /// nothing that steps capture.
    pub(super) fn begin_row(&mut self, cells: Vec<Cell<'s>>) {
        self.end_row();
        self.row = cells;
        self.filled = 0;
        self.without_captures("a data row", |binder| {
            for at in 0..binder.row.len() {
                let (source, span) = (binder.row[at].source, binder.row[at].span);
                binder.bind_cell(at, source, span);
            }
        });
    }

    /// Ends with it: what hangs on the row has another value in the next one.
    pub(super) fn end_row(&mut self) {
        self.row.clear();
        self.bound.retain(|_, bound| !bound.row);
    }

    /// Whether there is a row.
    pub fn has_row(&self) -> bool {
        !self.row.is_empty()
    }

    /// The names of its columns.
    pub fn columns(&self) -> impl Iterator<Item = &'s str> {
        self.row.iter().map(|cell| cell.name)
    }

    /// What a column stands for; `None` when the row has none of this name.
    pub(super) fn cell(
        &mut self,
        variable: &Variable,
        name: &str,
        source: &Arc<Source>,
    ) -> Option<Draft> {
        let at = self.row.iter().position(|cell| cell.name == name)?;
        let Cell { source: defined_in, column, .. } = self.row[at];
        self.use_of(defined_in, column);
        self.row_reads += 1;
        let bound = match self.bind_cell(at, source, variable.span) {
            Some(bound) => bound,
            None => return Some(Draft::Fixed(Value::from(""))),
        };
        Some(self.filled_in(&bound, variable, source))
    }

    /// Binds a cell, once; `None`, and a fault, for one that stands for itself.
    fn bind_cell(&mut self, at: usize, user: &Arc<Source>, span: Span) -> Option<Rc<Bound>> {
        if self.row[at].bound.is_none() {
            let Cell { source, name, span: own, .. } = self.row[at];
            let draft = std::mem::replace(&mut self.row[at].draft, nothing());
            let cell = Definition::new(source, own, name, Moment::Case);
            let bound = self.definition_of(cell, &draft, user, span)?;
            self.row[at].bound = Some(Rc::new(Bound { row: true, ..bound }));
        }
        self.row[at].bound.clone()
    }

    /// `[id=7, state=open]`: the row in the name of its case, without what is a list or a mapping.
    pub(super) fn row_name(&self) -> String {
        let shown = self.row.iter().filter_map(|cell| {
            let Draft::Fixed(value) = &cell.bound.as_ref()?.value else { return None };
            Some(format!("{}={}", cell.name, short(&cell.shown(value)?)))
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() { String::new() } else { format!(" [{}]", shown.join(", ")) }
    }

    /// The values of which [`Binder::row_name`] does not show all.
    pub(super) fn cut_values(&self) -> Option<Arc<[CutValue]>> {
        let whole = self.row.iter().filter_map(|cell| {
            let Draft::Fixed(value) = &cell.bound.as_ref()?.value else { return None };
            cell.shown(value)
        });
        let cut = whole.filter_map(|whole| {
            let shown = short(&whole);
            (shown != whole).then(|| CutValue { shown: shown.into(), whole: whole.into() })
        });
        let cut: Vec<CutValue> = cut.collect();
        (!cut.is_empty()).then(|| cut.into())
    }
}

/// A value and what the name of its case shows of it: what is left of a secret in that, nobody
/// would know for one.
#[derive(Debug)]
pub struct CutValue {
    shown: Box<str>,
    whole: Box<str>,
}

impl CutValue {
    /// The name with what is shown of a value that holds secrets taken out.
    pub(super) fn hide(&self, name: &str, redactor: &Redactor) -> Option<String> {
        match redactor.redact(&self.whole) {
            Cow::Borrowed(_) => None,
            Cow::Owned(hidden) => Some(name.replace(&*self.shown, &short(&hidden))),
        }
    }
}

impl Cell<'_> {
    /// A scalar as it stands in a name, however long. A text in quotes that would be another scalar without them
    /// keeps them.
    fn shown(&self, value: &Value) -> Option<String> {
        let text = as_text(value)?;
        let spelled = &self.source.text()[self.span.start as usize..self.span.end as usize];
        let is_other = || serde_json::from_str::<Value>(&text).is_ok();
        if value.is_string() && spelled.starts_with(['"', '\'']) && is_other() {
            return Some(format!("\"{text}\""));
        }
        Some(text.into_owned())
    }
}

fn nothing() -> Cow<'static, Draft> {
    Cow::Owned(Draft::Fixed(Value::Null))
}

/// A value as a name shows it.
fn short(text: &str) -> String {
    middle_out(&one_line(text))
}

/// A text without its middle, if it is long.
fn middle_out(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST_VALUE {
        return text.to_owned();
    }
    let half = LONGEST_VALUE / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count + 1 - half).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_keeps_both_of_its_ends() {
        assert_eq!(middle_out(&"é".repeat(40)), "é".repeat(40));
        let long = format!("{}-{}", "a".repeat(30), "b".repeat(30));
        assert_eq!(middle_out(&long), format!("{}…{}", "a".repeat(20), "b".repeat(19)));
    }
}
