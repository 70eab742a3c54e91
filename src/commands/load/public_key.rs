//! The public keys that `enforce` names: read before the run.

use std::path::Path;

use crate::auth::jwt::PublicKey;
use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::plan::probes::{KeyFile, KeySource};
use crate::plan::{Case, Work};

/// The largest file of a key, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads the public key of a control. One that cannot be used stops its case before the first
/// request.
pub fn read(case: &mut Case, root: Option<&Path>) {
    if !matches!(case.work, Work::Steps(_)) {
        return;
    }
    let Some(KeySource::File(key)) = case.enforced.as_ref().and_then(|e| e.extras.key.as_ref())
    else {
        return;
    };
    match text(&key.path, root) {
        // It is read once.
        Ok(text) => _ = key.text.set(text),
        Err(reason) => case.work = Work::Unready(vec![fault(key, reason)]),
    }
}

fn fault(key: &KeyFile, reason: String) -> Diagnostic {
    let title = format!("the public key {} cannot be used", key.path);
    Diagnostic::error(&key.place.source, key.place.span, title).label(reason)
}

fn text(path: &str, root: Option<&Path>) -> Result<String, String> {
    let real = Path::new(path).canonicalize().map_err(|error| discover::reason(&error))?;
    if root.is_some_and(|root| !real.starts_with(root)) {
        return Err("key files stay inside the project directory".into());
    }
    let about = real.metadata().map_err(|error| discover::reason(&error))?;
    if !about.is_file() || about.len() > LARGEST {
        return Err("this is no file of a key".into());
    }
    let text = std::fs::read_to_string(&real).map_err(|error| discover::reason(&error))?;
    PublicKey::check(&text).map_err(|fault| fault.0)?;
    Ok(text)
}
