//! Which waivers were needed: one that is not any more should go.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::diagnostic::Diagnostic;
use crate::plan::probes::Waived;
use crate::source::Place;

/// The waivers that were looked at in a run.
#[derive(Default)]
pub struct WaiverBook(Mutex<HashMap<(String, u32), Entry>>);

struct Entry {
    place: Place,
    id: String,
    needed: bool,
}

impl WaiverBook {
    /// Notes that a waiver was looked at, and whether there was something to waive.
    pub fn note(&self, waiver: &Waived, needed: bool) {
        let key = (waiver.place.source.path().to_owned(), waiver.place.span.start);
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = || Entry { place: waiver.place.clone(), id: waiver.id.clone(), needed: false };
        book.entry(key).or_insert_with(entry).needed |= needed;
    }

    /// A warning for each that nothing needed, in the order of the files.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unneeded: Vec<_> = book.iter().filter(|(_, entry)| !entry.needed).collect();
        unneeded.sort_by_key(|(key, _)| *key);
        let warning = |(_, entry): (&(String, u32), &Entry)| {
            let title = format!("the waiver of `{}` is no longer needed", entry.id);
            Diagnostic::warning(&entry.place.source, entry.place.span, title)
                .label("all is as it should be: remove it")
        };
        unneeded.into_iter().map(warning).collect()
    }
}
