//! What holds something that an earlier step captured: only now is it known whether it can be
//! used.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::outcome::Judge;
use super::seen::Seen;
use crate::json_path::JsonPath;
use crate::json_schema::JsonSchema;
use crate::suite::matcher::{EMPTY_REGEX, Path, Pattern, Schema, Subject, ValueOperator};
use crate::suite::operand::check_operand;
use crate::template::Draft;

/// What an operator compares with. One that could not be written out, such as the empty text that
/// every text contains, is none when it was captured either.
///
/// # Errors
/// Why it cannot be used, in words.
pub fn operand<'d>(
    kind: ValueOperator,
    draft: &'d Draft,
    seen: Seen,
    judge: Judge,
) -> Result<Cow<'d, Value>, String> {
    let operand = draft.fill(judge.bindings).map_err(|error| error.message)?;
    // What was known before the run was checked then; a status may be spelled as a text.
    if !matches!(draft, Draft::Fixed(_)) && kind != ValueOperator::Status {
        check_operand(kind, &operand, subject(seen))
            .map_err(|reason| format!("{reason}: what was captured does not fit"))?;
    }
    Ok(operand)
}

fn subject(seen: Seen) -> Subject {
    match seen {
        Seen::Missing | Seen::Json(_) | Seen::Nodes(_) | Seen::Count(_) => Subject::Json,
        Seen::Time(_) => Subject::Duration,
        Seen::Body(_) => Subject::Body,
        Seen::Text(_)
        | Seen::Line(_)
        | Seen::Lines(_)
        | Seen::Scheme(_)
        | Seen::Url(_)
        | Seen::Urls(_) => Subject::Text,
    }
}

/// The regex, compiled.
///
/// # Errors
/// Why it is none, in words.
pub fn regex(pattern: &Pattern, judge: Judge) -> Result<Arc<Regex>, String> {
    let written = match pattern {
        Pattern::Compiled(regex) => return Ok(regex.clone()),
        Pattern::Written(written) => written.value.fill(judge.bindings),
    };
    match written.map_err(|error| error.message)?.as_ref() {
        "" => Err(EMPTY_REGEX.to_owned()),
        text => Regex::new(text).map(Arc::new).map_err(|_| format!("/{text}/ is not a regex")),
    }
}

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
