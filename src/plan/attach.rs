//! The files that expectations name: one for all that name the same.

use std::collections::HashMap;
use std::sync::Arc;

use super::scope::Binder;
use super::tokens::file;
use crate::diagnostic::Diagnostic;
use crate::json_schema::JsonSchema;
use crate::source::Span;
use crate::source::{Place, Source, Spanned};
use crate::suite::attachment::{Attached, Attachment};
use crate::suite::matcher::{Bytes, Schema};
use crate::suite::schema::NO_SCHEMA;
use crate::template::{Draft, Template};

/// The files that the expectations of a spec name, by their paths.
#[derive(Default)]
pub struct Attachments {
    bytes: Files<Vec<u8>>,
    schemas: Files<JsonSchema>,
}

type Files<T> = HashMap<Box<str>, Arc<Attachment<T>>>;

/// The bytes with nothing left to look up but what is in their file.
pub fn bytes(binder: &mut Binder, written: &Bytes, source: &Arc<Source>) -> Bytes {
    let Bytes::File(Attached::Written(path)) = written else { return written.clone() };
    match known(binder, path, source, "the file of `equals`") {
        Some(known) => Bytes::File(named(&mut binder.attachments.bytes, &known, source, path.span)),
        None => written.clone(),
    }
}

/// The schema with nothing left to look up but what is in its file, and what only the run knows.
pub fn schema(binder: &mut Binder, written: &Schema, source: &Arc<Source>, span: Span) -> Schema {
    match written {
        Schema::File(Attached::Written(path)) => {
            match known(binder, path, source, "the file of `schema`") {
                Some(known) => {
                    let files = &mut binder.attachments.schemas;
                    Schema::File(named(files, &known, source, path.span))
                }
                None => written.clone(),
            }
        }
        Schema::Written(draft) => filled(binder, draft, source, span),
        Schema::Compiled(_) | Schema::File(Attached::Named(..)) => written.clone(),
    }
}

fn filled(binder: &mut Binder, draft: &Draft, source: &Arc<Source>, span: Span) -> Schema {
    let mark = binder.mark();
    let bound = binder.draft(draft, source);
    let Draft::Fixed(schema) = &bound else { return Schema::Written(bound) };
    match JsonSchema::compile(schema) {
        Ok(schema) => Schema::Compiled(Arc::new(schema)),
        Err(fault) => {
            if binder.is_sound(mark) {
                let diagnostic = Diagnostic::error(source, span, NO_SCHEMA);
                binder.blame(mark, diagnostic.label(fault.to_string()));
            }
            Schema::Written(bound)
        }
    }
}

/// The path of a file, if all of it is known.
fn known(
    binder: &mut Binder,
    path: &Spanned<Template>,
    source: &Arc<Source>,
    what: &str,
) -> Option<Box<str>> {
    let mark = binder.mark();
    let bound = file(binder, path, source, what);
    bound.as_fixed().filter(|_| binder.is_sound(mark)).map(Box::from)
}

fn named<T>(files: &mut Files<T>, path: &str, source: &Arc<Source>, span: Span) -> Attached<T> {
    let file = files.entry(path.into()).or_insert_with(|| Arc::new(Attachment::new(path)));
    Attached::Named(file.clone(), Place::new(source, span))
}
