//! The files of parts whose names give a secret, such as `password`: what stands in them is shown
//! nowhere.

use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::plan::multipart::{Part, PartContent};
use crate::plan::{Body, Case};
use crate::secret::Redactor;
use crate::secret::names::may_name_a_secret;

/// No password and no key is longer, in bytes. Of a larger file the beginning is learned.
const LONGEST: u64 = 16 << 10;

/// The files that were read, each once for all cases.
#[derive(Default)]
pub struct SecretFiles(Mutex<HashSet<PathBuf>>);

impl SecretFiles {
    /// Teaches the redactor what the secret parts of a case hold.
    pub fn learn(&self, case: &Case, redactor: &Redactor) {
        for step in case.steps() {
            let Some(Body::Multipart(parts)) = step.body.as_deref() else { continue };
            for path in parts.iter().filter_map(secret_file) {
                if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into()) {
                    learn(path, redactor);
                }
            }
        }
    }
}

fn secret_file(part: &Part) -> Option<&str> {
    let PartContent::File { path, .. } = &part.content else { return None };
    path.value.as_fixed().filter(|_| part.name.as_fixed().is_some_and(may_name_a_secret))
}

/// One that cannot be read is told of elsewhere.
fn learn(path: &str, redactor: &Redactor) {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|f| f.take(LONGEST).read_to_end(&mut bytes));
    if read.is_ok() {
        let text = String::from_utf8_lossy(&bytes);
        redactor.add(&text);
        redactor.add(text.trim());
    }
}
