//! Queries and schemas that hold what an earlier step captured: they can be compiled only now.

use std::ops::Deref;
use std::sync::Arc;

use super::outcome::Judge;
use crate::json_path::JsonPath;
use crate::json_schema::JsonSchema;
use crate::suite::matcher::{Path, Schema};

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

/// The schema, compiled.
///
/// # Errors
/// Why there is none, in words.
pub fn schema<'s>(
    schema: &'s Schema,
    judge: Judge,
) -> Result<impl Deref<Target = JsonSchema> + use<'s>, String> {
    Ok(match schema {
        Schema::Compiled(schema) => Late::Before(schema),
        Schema::File(file) => Late::Before(file.content()?),
        Schema::Written(draft) => {
            let schema = draft.fill(judge.bindings).map_err(|error| error.message)?;
            let compiled = JsonSchema::compile(&schema).map_err(|fault| fault.to_string())?;
            Late::Now(Box::new(compiled))
        }
    })
}

/// What was compiled before the run, or just now.
enum Late<'s> {
    Before(&'s JsonSchema),
    Now(Box<JsonSchema>),
}

impl Deref for Late<'_> {
    type Target = JsonSchema;

    fn deref(&self) -> &JsonSchema {
        match self {
            Late::Before(schema) => schema,
            Late::Now(schema) => schema,
        }
    }
}
