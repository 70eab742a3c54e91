//! The files of rows that a spec names: read before it is planned, each once.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::discover::{self, without_dots};
use crate::secret::Redactor;
use crate::secret::names::is_secret_name;
use crate::source::Source;
use crate::suite::Suite;
use crate::suite::data::{self, RowFile, Table};
use crate::template::Draft;

/// The files that were read so far.
#[derive(Default)]
struct Known {
    sources: HashMap<PathBuf, Result<Arc<Source>, Diagnostic>>,
    /// Each with the types that it was read with.
    tables: Vec<(PathBuf, String, Option<Arc<Table>>)>,
}

/// Gives every test of a suite the rows of its file; gives what is wrong with them.
pub fn read(suite: &mut Suite, root: Option<&Path>, redactor: &Redactor) -> Vec<Diagnostic> {
    let (mut known, mut faults) = (Known::default(), Vec::new());
    let spec = suite.source.clone();
    let folder = Path::new(spec.path()).parent().unwrap_or(Path::new("")).to_owned();
    for data in suite.tests.iter_mut().filter_map(|test| test.data.as_deref_mut()) {
        let Some(file) = &data.file else { continue };
        let path = without_detour(&folder.join(&file.path.value));
        if let Err(reason) = within(&path, root) {
            let title = format!("the rows of {} cannot be read", discover::shown(&path));
            faults.push(Diagnostic::error(&spec, file.path.span, title).label(reason));
            continue;
        }
        let table = known.table(&path, file, redactor, &mut faults);
        faults.extend(table.map(|table| data.supply(table, &spec)).unwrap_or_default());
    }
    faults
}

/// `specs/../rows/a.csv` is shown as `rows/a.csv`, unless `specs` is a link.
fn without_detour(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in without_dots(path).components() {
        match (part, short.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => _ = short.pop(),
            _ => short.push(part),
        }
    }
    let same = matches!((short.canonicalize(), path.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same { short } else { path.to_owned() }
}

/// Whether a file is there and stays inside the project: a spec from elsewhere must not name what it
/// likes.
fn within(path: &Path, root: Option<&Path>) -> Result<(), String> {
    let real = path.canonicalize().map_err(|error| discover::reason(&error))?;
    match (real.is_file(), root) {
        (false, _) => Err("this is no file".into()),
        (true, Some(root)) if !real.starts_with(root) => {
            Err("files of rows stay inside the project directory".into())
        }
        (true, _) => Ok(()),
    }
}

impl Known {
    /// The rows of a file; `None` when they cannot be used, which is among the faults then.
    fn table(
        &mut self,
        path: &Path,
        file: &RowFile,
        redactor: &Redactor,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Table>> {
        let mut types: Vec<_> = file.types.iter().map(|(n, t)| (&n.value, t.value)).collect();
        types.sort_by_key(|(name, _)| *name);
        let way = format!("{types:?}");
        let same = |(known, other, _): &&(PathBuf, String, _)| known == path && *other == way;
        if let Some((.., table)) = self.tables.iter().find(same) {
            return table.clone();
        }
        let read = || discover::read_confidential(path).map_err(|fault| *fault);
        let table = match self.sources.entry(path.to_owned()).or_insert_with(read) {
            Ok(source) => {
                let (table, own) = data::read_file(source, file);
                faults.extend(own);
                table.map(Arc::new)
            }
            Err(fault) => {
                faults.push(fault.clone());
                None
            }
        };
        if let Some(table) = &table {
            learn_columns(table, redactor);
        }
        self.tables.push((path.to_owned(), way, table.clone()));
        table
    }
}

/// What stands in a column of such a name is a secret, however it is used.
fn learn_columns(table: &Table, redactor: &Redactor) {
    for (at, _) in table.columns.iter().enumerate().filter(|(_, c)| is_secret_name(&c.value)) {
        for row in &table.rows {
            if let Draft::Fixed(serde_json::Value::String(text)) = &*table.cell(row, at).1
                && text.chars().count() >= crate::secret::SHORT
            {
                redactor.add(text);
            }
        }
    }
}
