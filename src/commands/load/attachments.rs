//! The files that expectations name: read before the run.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::plan::{Case, LARGEST_BODY_FILE, Work};
use crate::suite::attachment::{Attached, Attachment};
use crate::suite::matcher::{Bytes, Operator};

/// Reads the files of a case, each once for all that name it. One that cannot be used stops its
/// case before the first request.
pub fn read(case: &mut Case, root: Option<&Path>) {
    let Work::Steps(steps) = &case.work else { return };
    let mut faults = Vec::new();
    for expectation in steps.iter().flat_map(|step| &step.expectations) {
        expectation.visit(&mut |operator| {
            if let Operator::Bytes(Bytes::File(file)) = &operator.value {
                faults.extend(fault("equals", file, |path| bytes(path, root)));
            }
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
