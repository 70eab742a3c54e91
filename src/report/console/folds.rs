//! What many cases tell alike is told once: probes whose control did not pass, and tests for which
//! the environment lacks the same. Other reports hold each of them.

use super::failure::verdict_word;
use crate::event::{CaseEnd, Failure, Verdict};
use crate::plan::{Case, Work};
use crate::text::{one_line, plural};

/// The cases that will be told together.
#[derive(Default)]
pub struct Folds {
    /// Whether the last case that is no probe did not pass.
    is_control_bad: bool,
    probes: Option<Fold>,
    /// One for each reason, in the order in which they came.
    unset: Vec<Fold>,
}

/// Cases with one reason.
struct Fold {
    word: &'static str,
    address: String,
    path: String,
    /// The name of the first; of probes, that of their control.
    name: String,
    reason: String,
    count: usize,
}

impl Folds {
    /// Whether a case will be told together with others, by [`Folds::probes`] or [`Folds::unset`].
    pub fn take(&mut self, case: &Case, end: &CaseEnd) -> bool {
        let is_probe = matches!(case.work, Work::Probe(_));
        if !is_probe {
            self.is_control_bad = end.verdict.is_bad();
        }
        let Verdict::Errored(failure) = &end.verdict else { return false };
        if is_probe && self.is_control_bad {
            let fold = || Fold { name: control_of(case), ..Fold::new(case, end, failure) };
            self.probes.get_or_insert_with(fold).count += 1;
            return true;
        }
        if !matches!(case.work, Work::Unset(_)) {
            return false;
        }
        let reason = one_line(&failure.message);
        match self.unset.iter_mut().find(|fold| fold.reason == reason) {
            Some(fold) => fold.count += 1,
            None => self.unset.push(Fold { count: 1, ..Fold::new(case, end, failure) }),
        }
        true
    }

    /// The line for the probes of a control, once they are over.
    pub fn probes(&mut self) -> Option<String> {
        let Fold { word, address, name, reason, count, .. } = self.probes.take()?;
        let probes = plural(count, "probe");
        Some(format!("{word}  {address}  {name} › {count} {probes}: {reason}"))
    }

    /// The lines for what the environment lacks for a file, once that is over.
    pub fn unset(&mut self) -> Vec<String> {
        let line = |Fold { word, address, path, name, reason, count }| match count {
            1 => format!("{word}  {address}  {name}: {reason}"),
            _ => format!("{word}  {path}  {count} {}: {reason}", plural(count, "test")),
        };
        self.unset.drain(..).map(line).collect()
    }
}

impl Fold {
    fn new(case: &Case, end: &CaseEnd, failure: &Failure) -> Fold {
        Fold {
            word: verdict_word(&end.verdict),
            address: super::address(case),
            path: one_line(case.file.source.path()),
            name: one_line(&case.name),
            reason: one_line(&failure.message),
            count: 0,
        }
    }
}

/// The name of the control of a probe.
fn control_of(probe: &Case) -> String {
    let name = probe.name.rsplit_once(" › ").map_or(&*probe.name, |(control, _)| control);
    one_line(name)
}
