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
use crate::pattern::{EMPTY, EVERYWHERE, NO_URL_BEGINS_SO, begins_no_url, is_found_in_all};
use crate::suite::matcher::{Path, Pattern, Schema, Subject, ValueOperator};
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
    let mut operand = draft.fill(judge.bindings).map_err(|error| error.message)?;
    // What was known before the run was checked then.
    if !matches!(draft, Draft::Fixed(_)) {
        if kind == ValueOperator::Status {
            operand = Cow::Owned(statuses(&operand));
        }
        check_operand(kind, &operand, subject(seen))
            .map_err(|reason| format!("{reason}: what was captured does not fit"))?;
    }
    Ok(operand)
}

/// A status that was captured of a text is one all the same.
fn statuses(operand: &Value) -> Value {
    match operand {
        Value::Array(items) => items.iter().map(statuses).collect(),
        Value::String(text) => text.parse::<u16>().map_or_else(|_| operand.clone(), Value::from),
        other => other.clone(),
    }
}

fn subject(seen: Seen) -> Subject {
    match seen {
        Seen::Missing | Seen::Json(_) | Seen::Nodes(_) => Subject::Json,
        Seen::Count(_) => Subject::Count,
        Seen::Time(_) => Subject::Duration,
        Seen::Body(_) => Subject::Body,
        Seen::Line(_) | Seen::Lines(_) => Subject::Text,
        Seen::Text(_) | Seen::Scheme(_) => Subject::Line,
        Seen::Url(_) => Subject::Url,
        Seen::Urls(_) => Subject::Urls,
    }
}

/// The regex, compiled.
///
/// # Errors
/// Why it is none that could be found in some texts and not in others, in words.
pub fn regex(pattern: &Pattern, seen: Seen, judge: Judge) -> Result<Arc<Regex>, String> {
    let written = match pattern {
        Pattern::Compiled(regex) => return Ok(regex.clone()),
        Pattern::Written(written) => written.value.fill(judge.bindings),
    };
    let text = written.map_err(|error| error.message)?;
    let regex = Regex::new(&text)
        .map_err(|_| format!("/{text}/ is no regex: what was captured does not fit"))?;
    let wrong = match seen {
        _ if text.is_empty() => EMPTY,
        _ if is_found_in_all(&regex) => EVERYWHERE,
        Seen::Url(_) if begins_no_url(&text) => NO_URL_BEGINS_SO,
        _ => return Ok(Arc::new(regex)),
    };
    Err(format!("{wrong}: what was captured does not fit"))
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
