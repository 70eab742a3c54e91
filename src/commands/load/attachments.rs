//! The files that expectations name: read before the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::json_schema::{self, JsonSchema, References};
use crate::judge::json;
use crate::plan::{Case, LARGEST_BODY_FILE, Work};
use crate::suite::attachment::{Attached, Attachment};
use crate::suite::matcher::{Bytes, Operator, Schema};

/// Reads the files of a case, each once for all that name it. One that cannot be used stops its
/// case before the first request.
pub fn read(case: &mut Case, root: Option<&Path>) {
    let Work::Steps(steps) = &case.work else { return };
    let mut faults = Vec::new();
    for expectation in steps.iter().flat_map(|step| step.expectations.iter()) {
        expectation.visit(&mut |operator| match &operator.value {
            Operator::Bytes(Bytes::File(file)) => {
                faults.extend(fault("equals", file, |path| bytes(path, root)));
            }
            Operator::Schema(Schema::File(file)) => {
                faults.extend(fault("schema", file, |path| schema(path, root)));
            }
            _ => {}
        });
    }
    if !faults.is_empty() {
        case.work = Work::Unready(faults);
    }
}

/// What keeps a file from being used.
fn fault<T>(
    operator: &str,
    file: &Attached<T>,
    read: impl FnOnce(&Path) -> Result<T, String>,
) -> Option<Diagnostic> {
    let Attached::Named(attachment, place) = file else { return None };
    let Attachment { path, content } = &**attachment;
    let reason = content.get_or_init(|| read(Path::new(&**path))).as_ref().err()?;
    let title = format!("the file {path} of `{operator}` cannot be used");
    Some(Diagnostic::error(&Arc::clone(&place.source), place.span, title).label(reason.clone()))
}

/// The bytes of a file, which stays inside the project: a spec from elsewhere must not name what
/// it likes.
fn bytes(path: &Path, root: Option<&Path>) -> Result<Vec<u8>, String> {
    let real = path.canonicalize().map_err(|error| discover::reason(&error))?;
    if root.is_some_and(|root| !real.starts_with(root)) {
        return Err("files of expectations stay inside the project directory".into());
    }
    let about = real.metadata().map_err(|error| discover::reason(&error))?;
    if !about.is_file() {
        return Err("this is no file that could be compared".into());
    }
    if about.len() > LARGEST_BODY_FILE {
        return Err(format!("it has more than {} MiB", LARGEST_BODY_FILE >> 20));
    }
    std::fs::read(&real).map_err(|error| discover::reason(&error))
}

/// The schema in a file, and what it refers to in others.
fn schema(path: &Path, root: Option<&Path>) -> Result<JsonSchema, String> {
    let schema = value(path, root)?;
    let real = path.canonicalize().map_err(|error| discover::reason(&error))?;
    let base = url::Url::from_file_path(&real).map_err(|()| "its path is no URI".to_owned())?;
    let beside = Beside { root: root.map(Path::to_owned) };
    JsonSchema::compile_at(&schema, base.as_str(), beside).map_err(|fault| fault.to_string())
}

fn value(path: &Path, root: Option<&Path>) -> Result<serde_json::Value, String> {
    let text = bytes(path, root)?;
    json::parse(&text).map_err(|unreadable| {
        let reason = unreadable.reason();
        let reason = reason.strip_prefix("a body that is not JSON: ").unwrap_or(reason);
        format!("it is not JSON: {reason}")
    })
}

/// The files that a schema refers to.
struct Beside {
    root: Option<PathBuf>,
}

impl References for Beside {
    fn read(&self, uri: &str) -> Result<serde_json::Value, String> {
        if json_schema::is_remote(uri) {
            return Err(json_schema::NEVER_FETCHED.to_owned());
        }
        let path = url::Url::parse(uri).ok().and_then(|url| url.to_file_path().ok());
        let path = path.ok_or_else(|| "this names no file".to_owned())?;
        value(&path, self.root.as_deref())
    }
}
