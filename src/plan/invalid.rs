//! A file that cannot be used: one case, so that no report can miss it.

use std::sync::Arc;

use super::{Case, FilePlan, SpecFile, Work};
use crate::diagnostic::{Diagnostic, Severity, roots};
use crate::source::Source;

/// Puts diagnostics in the order of their places, those of a file itself first.
pub fn sort(diagnostics: &mut [Diagnostic], own: &Source) {
    let key = |d: &Diagnostic| {
        let path = d.place.source.path().to_owned();
        (path != own.path(), path, d.place.span.start)
    };
    diagnostics.sort_by_cached_key(key);
}

/// The plan of a file that cannot be used because of the errors among `faults`.
pub fn invalid(source: &Arc<Source>, name: Option<&str>, faults: Vec<Diagnostic>) -> FilePlan {
    let mut diagnostics = roots(faults);
    sort(&mut diagnostics, source);
    let errors: Vec<Diagnostic> =
        diagnostics.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    let own = errors.iter().find(|d| d.place.source.path() == source.path());
    let location = own.map(|d| d.place.location());
    let file = SpecFile {
        source: source.clone(),
        name: name.unwrap_or(source.path()).to_owned(),
        serial: false,
        tokens: Vec::new(),
        site: None,
    };
    let case = Case {
        file: Arc::new(file),
        name: "the spec itself".into(),
        identity: 0,
        line: location.map_or(1, |l| l.line as u32),
        column: location.map_or(1, |l| l.column as u32),
        last_line: u32::MAX,
        tags: Arc::new([]),
        work: Work::Invalid(errors),
        endpoint: None,
        sends_to: None,
        enforced: None,
        around: None,
        row: None,
        cut: None,
        inherited: Arc::new([]),
    };
    FilePlan { cases: vec![case], diagnostics, ..FilePlan::default() }
}
