//! `apitest schema`: what editors know of specs and of the project file.

use super::{broken, print};
use crate::cli::{SchemaArgs, SchemaOf};
use crate::exit_code::ExitCode;

/// The JSON Schema of specs and fragments.
pub const SPEC: &str = include_str!("../../schema/spec.schema.json");

/// The JSON Schema of the project file.
pub const PROJECT: &str = include_str!("../../schema/project.schema.json");

/// Prints one of them.
pub fn schema(arguments: &SchemaArgs) -> ExitCode {
    let schema = match arguments.of {
        SchemaOf::Spec => SPEC,
        SchemaOf::Project => PROJECT,
    };
    match print(schema) {
        Ok(()) => ExitCode::Passed,
        Err(what) => broken(&what),
    }
}
