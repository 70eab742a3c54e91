//! What of a plan belongs together: stretches, units, and groups.

use std::ops::Range;
use std::sync::Arc;

use super::{Case, Plan, Work};

impl Plan {
    /// Stretches of the plan, in order, each of one file that something is done around, or of
    /// files without such.
    pub fn stretches(&self) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for (i, case) in self.cases.iter().enumerate() {
            match stretches.last_mut() {
                Some(last) if self.cases[last.start].file.site == case.file.site => {
                    last.end = i + 1
                }
                _ => stretches.push(i..i + 1),
            }
        }
        stretches
    }

    /// The units of a part of the plan, in order: a case, a control with its probes, or all cases
    /// of a serial file. One worker takes a unit in order.
    pub fn units(&self, part: Range<usize>) -> Vec<Range<usize>> {
        let mut units: Vec<Range<usize>> = Vec::new();
        for (i, case) in self.cases.iter().enumerate().take(part.end).skip(part.start) {
            match units.last_mut() {
                Some(last)
                    if matches!(case.work, Work::Probe(_))
                        || (case.file.serial
                            && Arc::ptr_eq(&self.cases[last.start].file, &case.file)) =>
                {
                    last.end = i + 1;
                }
                _ => units.push(i..i + 1),
            }
        }
        units
    }
}

/// The groups of a unit, each a case or a control with its probes.
pub fn groups(cases: &[Case], unit: Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for i in unit {
        match (groups.last_mut(), &cases[i].work) {
            (Some(last), Work::Probe(_)) => last.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups
}
