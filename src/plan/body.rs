//! The body of a request, all names bound.

use std::sync::Arc;

use super::scope::Binder;
use super::tokens::file;
use super::{Body, multipart};
use crate::source::{Source, Span, Spanned};
use crate::suite::request::Body as WrittenBody;

/// The body at `span`. What is secret in it is known from now on.
pub fn bind(binder: &mut Binder, body: &WrittenBody, source: &Arc<Source>, span: Span) -> Body {
    match body {
        WrittenBody::Json(draft) => {
            let bound = binder.draft(draft, source);
            binder.learn_in_body(&bound, source, span);
            Body::Json(bound.into())
        }
        WrittenBody::Graphql(written) => {
            let message = binder.draft(&written.message, source);
            binder.learn_in_body(&message, source, span);
            Body::Graphql { message: message.into(), only_reads: written.only_reads }
        }
        WrittenBody::Form(form) => {
            let fields = binder.pairs(form, source);
            for (name, value) in &fields {
                binder.learn_field(name, value, source, span);
            }
            Body::Form(fields)
        }
        WrittenBody::Multipart(parts) => {
            Body::Multipart(multipart::bind(binder, parts, source, span))
        }
        WrittenBody::Text(text) => {
            let bound = binder.template(text, source);
            binder.learn_in_text(&bound, source, span);
            Body::Text(bound)
        }
        WrittenBody::File(path) => {
            let bound = file(binder, path, source, "the body file");
            Body::File(Spanned::new(bound, path.span))
        }
        WrittenBody::Bytes(bytes) => Body::Bytes(bytes.as_slice().into()),
    }
}
