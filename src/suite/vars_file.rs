//! A file of variables, for `--vars-file`: a mapping of names to values, which are no templates.

use std::sync::Arc;

use serde_json::Value as Json;

use super::reader::Reader;
use super::settings::name;
use super::tree::{self, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};

/// Reads a file of variables, YAML or JSON. Never stops at the first fault.
pub fn parse(source: &Arc<Source>) -> (Vec<(Spanned<String>, Json)>, Vec<Diagnostic>) {
    let (root, faults) = tree::parse(source);
    let mut reader = Reader::new(source, faults);
    let mut vars = Vec::new();
    match root.as_ref().map(|root| (root, &root.value)) {
        Some((_, Value::Map(entries))) => {
            let read = entries.iter();
            vars.extend(read.map(|e| (name(&mut reader, &e.key, "a variable"), e.value.to_json())));
        }
        Some((root, _)) => {
            let fault = reader.fault(root.span, "this is no file of variables");
            fault.label = format!("found {}", root.kind_name());
            fault.helps.push("write a mapping, such as `order_id: 1001`".into());
        }
        None => {}
    }
    (vars, reader.into_faults())
}
