//! The files that expectations name: one for all that name the same.

use std::collections::HashMap;
use std::sync::Arc;

use super::scope::Binder;
use super::tokens::file;
use crate::source::{Place, Source};
use crate::suite::attachment::{Attached, Attachment};
use crate::suite::matcher::Bytes;

/// The files that the expectations of a spec name, by their paths.
#[derive(Default)]
pub struct Attachments {
    bytes: HashMap<Box<str>, Arc<Attachment<Vec<u8>>>>,
}

/// The bytes with nothing left to look up but what is in their file.
pub fn bytes(binder: &mut Binder, written: &Bytes, source: &Arc<Source>) -> Bytes {
    let Bytes::File(Attached::Written(path)) = written else { return written.clone() };
    let mark = binder.mark();
    let bound = file(binder, path, source, "the file of `equals`");
    let Some(bound) = bound.as_fixed().filter(|_| binder.is_sound(mark)) else {
        return written.clone();
    };
    let files = &mut binder.attachments.bytes;
    let file = files.entry(bound.into()).or_insert_with(|| Arc::new(Attachment::new(bound)));
    Bytes::File(Attached::Named(file.clone(), Place::new(source, path.span)))
}
