//! The parts of a `multipart` body, all names bound.

use std::sync::Arc;

use super::scope::Binder;
use super::tokens::file;
use crate::diagnostic::Diagnostic;
use crate::http::media_type::is_media_type;
use crate::source::{Source, Span, Spanned};
use crate::suite::multipart::{Part as WrittenPart, PartContent as WrittenContent};
use crate::template::Template;

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name of the field.
    pub name: Template,
    /// What it holds.
    pub content: PartContent,
    /// What that is.
    pub media_type: Option<Template>,
}

/// What a part holds.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// A text.
    Text(Template),
    /// The bytes of a file.
    File {
        /// Its path from the working directory.
        path: Spanned<Template>,
        /// What it is called in the request; else as it is called itself.
        filename: Option<Template>,
    },
}

/// The parts of the request at `span`. What is secret in them is known from now on.
pub fn bind(
    binder: &mut Binder,
    written: &[WrittenPart],
    source: &Arc<Source>,
    span: Span,
) -> Vec<Part> {
    let mut parts = Vec::new();
    for WrittenPart { name, content, media_type } in written {
        let name = binder.template(&name.value, source);
        let media_type = media_type.as_ref().map(|it| bind_type(binder, it, source));
        let part = |content| Part { name: name.clone(), content, media_type: media_type.clone() };
        match content {
            WrittenContent::Text(field) => {
                for line in binder.lines(field, source) {
                    binder.learn_field(&name, &line, source, span);
                    parts.push(part(PartContent::Text(line)));
                }
            }
            WrittenContent::File { path, filename } => {
                let bound = file(binder, path, source, "the file of a part");
                let filename = filename.as_ref().map(|it| binder.template(&it.value, source));
                let path = Spanned::new(bound, path.span);
                parts.push(part(PartContent::File { path, filename }));
            }
        }
    }
    parts
}

/// A type that is written out was checked when it was read.
fn bind_type(binder: &mut Binder, written: &Spanned<Template>, source: &Arc<Source>) -> Template {
    let mark = binder.mark();
    let bound = binder.template(&written.value, source);
    let is_bad = bound.as_fixed().is_some_and(|text| !is_media_type(text));
    if is_bad && written.value.as_fixed().is_none() && binder.is_sound(mark) {
        let fault = Diagnostic::error(source, written.span, "not a media type");
        binder.blame(mark, fault.label("this is what the variable stands for"));
    }
    bound
}
