//! Queries that hold what an earlier step captured: they can be compiled only now.

use std::sync::Arc;

use super::outcome::Judge;
use crate::json_path::JsonPath;
use crate::suite::matcher::Path;

/// The query, compiled.
///
/// # Errors
/// Why it is none, in words.
pub fn query(path: &Path, judge: Judge) -> Result<Arc<JsonPath>, String> {
    match path {
        Path::Compiled(path) => Ok(path.clone()),
        Path::Written(written) => {
            let text = written.value.fill_path(judge.bindings).map_err(|error| error.message)?;
            JsonPath::parse(&text).map(Arc::new)
        }
    }
}

/// The query as it is asked, or as it is written where it cannot be.
pub fn text(path: &Path, judge: Judge) -> String {
    match path {
        Path::Compiled(path) => path.text().to_owned(),
        Path::Written(written) => {
            written.value.fill_path(judge.bindings).unwrap_or_else(|_| written.value.written())
        }
    }
}
