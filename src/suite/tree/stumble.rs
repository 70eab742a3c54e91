//! Where YAML itself gives up: what was probably meant, in words for somebody who writes specs.

use std::sync::Arc;

use saphyr_parser::ScanError;

use super::place::Places;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// The fault for an error of the parser. `cursor` is the end of what could be read before it, `open`
/// are the brackets that were open there.
pub(super) fn explain(
    source: &Arc<Source>,
    places: &Places,
    error: &ScanError,
    _cursor: usize,
    _open: &[usize],
) -> Diagnostic {
    let at = places.byte(error.marker());
    Diagnostic::error(source, Span::new(at, at), format!("not YAML: {}", error.info()))
}

/// The text in double quotes, as YAML reads it back.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
