//! Which row of its test a case is for, told where it did not pass.

use super::curl;
use crate::event::{CaseEnd, Verdict};
use crate::plan::Case;
use crate::secret::MASK;

/// Names the row of a case that did not pass, and selects it alone where the case is repeated.
pub fn tell(case: &Case, end: &mut CaseEnd) {
    let Some(row) = &case.row else { return };
    let (Verdict::Failed(failure) | Verdict::Errored(failure)) = &mut end.verdict else { return };
    if let Some(first) = failure.annotations.first_mut().filter(|_| !failure.noticed) {
        first.helps.push(format!("in the row at {row}"));
    }
    // A line of a spec is all rows of its test. A name without its secrets selects nothing.
    if let Some(command) = failure.repeat.first_mut().filter(|_| !case.name.contains(MASK)) {
        // Behind a space it would be another option.
        let sign = if case.name.starts_with('-') { '=' } else { ' ' };
        command.push_str(&format!(" --filter{sign}{}", curl::quoted(&case.name)));
    }
}
