//! A file that something is done around: its set-up once before all of its cases, its tear-down once
//! after them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::ends::Ends;
use super::pool::Start;
use super::walk::Walk;
use super::{Run, Task};
use crate::diagnostic::Annotation;
use crate::event::{CaseEnd, Skip, Verdict};
use crate::plan::{Case, Plan, Stage, Work};
use crate::template::Bindings;

/// What the set-ups of the files came to; empty where none has run.
pub struct Sites(Vec<OnceLock<Site>>);

/// What the set-up of a file came to.
pub struct Site {
    /// What all of its cases know.
    bindings: Bindings,
    /// Why none of them has a verdict, if the set-up did not hold.
    failed: Option<String>,
}

/// The cases of a file between its set-up and its tear-down.
pub struct Around {
    /// How many units are still on their way.
    left: AtomicUsize,
    /// The position of the tear-down, if there is one.
    teardown: Option<usize>,
}

impl Sites {
    /// Before any of them.
    pub fn new(plan: &Plan) -> Sites {
        Sites((0..plan.sites).map(|_| OnceLock::new()).collect())
    }

    fn of(&self, case: &Case) -> Option<&OnceLock<Site>> {
        self.0.get(case.file.site?)
    }
}

impl<'r> Run<'r> {
    /// What a case knows before its first step.
    pub fn bindings_of<'c>(&'c self, case: &'c Case) -> &'c Bindings {
        let enforced = case.enforced.as_ref().and_then(|enforced| self.controls.of(enforced));
        enforced.and_then(|known| known.before.get()).unwrap_or_else(|| self.known_to(case))
    }

    /// What all cases of its file know.
    pub(super) fn known_to(&self, case: &Case) -> &Bindings {
        let site = self.sites.of(case).and_then(OnceLock::get);
        site.map_or(self.bindings, |site| &site.bindings)
    }

    /// Why a case has no verdict, if the set-up of its file did not hold.
    pub(super) fn without_setup(&self, case: &Case) -> Option<&str> {
        self.sites.of(case)?.get()?.failed.as_deref()
    }

    /// Runs the cases of a file: its set-up first, then the others on any worker, and its tear-down
    /// by whoever ends the last of them.
    pub(super) fn site(
        &self,
        worker: usize,
        cases: Range<usize>,
        ends: &Ends,
        start: Start<Task<'r>>,
    ) {
        let is = |index: usize, stage| self.plan.cases[index].around == Some(stage);
        let setup = Some(cases.start).filter(|first| is(*first, Stage::Setup));
        let teardown = Some(cases.end - 1).filter(|last| is(*last, Stage::Teardown));
        let inner = cases.start + setup.iter().len()..cases.end - teardown.iter().len();
        // What is only skipped needs nothing around it.
        let is_run = |index: usize| matches!(self.plan.cases[index].work, Work::Steps(_));
        if !inner.clone().any(is_run) {
            for index in cases {
                let end = match self.plan.cases[index].around {
                    Some(_) => CaseEnd::new(unneeded(), Duration::ZERO, None),
                    None => self.caught(worker, index),
                };
                self.put(ends, index, end);
            }
            return;
        }
        if self.stop.reason().is_some() {
            return cases.for_each(|index| self.put(ends, index, self.caught(worker, index)));
        }
        if let Some(setup) = setup {
            let end = self.set_up(worker, &self.plan.cases[setup]);
            self.put(ends, setup, end);
        }
        let units = self.plan.units(inner);
        let left = AtomicUsize::new(units.len());
        let around = Arc::new(Around { left, teardown });
        match units.is_empty() {
            true => self.tear_down(worker, &around, ends),
            false => units.into_iter().for_each(|unit| start(Task::Within(unit, around.clone()))),
        }
    }

    /// Runs a unit of such a file.
    pub(super) fn within(&self, worker: usize, unit: Range<usize>, around: &Around, ends: &Ends) {
        // Its probes follow each other: the tear-down must not come before the last of them.
        self.unit(worker, unit, ends, None);
        if around.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.tear_down(worker, around, ends);
        }
    }

    fn set_up(&self, worker: usize, case: &Case) -> CaseEnd {
        let started = Instant::now();
        let prepared = catch_unwind(AssertUnwindSafe(|| match &case.work {
            Work::Steps(steps) => Walk::new(self, worker, case, 1).prepare(steps),
            _ => (self.case(worker, case), self.bindings.clone()),
        }));
        let (end, bindings) =
            prepared.unwrap_or_else(|_| (self.panicked(case), self.bindings.clone()));
        let failed = match &end.verdict {
            Verdict::Failed(failure) | Verdict::Errored(failure) => Some(format!(
                "no verdict: the set-up of the file did not hold ({}): {}",
                failure.annotations.first().map_or_else(|| case.address(), Annotation::address),
                unplaced(case, &failure.message)
            )),
            Verdict::Passed | Verdict::Skipped(_) => None,
        };
        if let Some(site) = self.sites.of(case) {
            // Each is set up once.
            let _ = site.set(Site { bindings, failed });
        }
        CaseEnd { elapsed: started.elapsed(), ..end }
    }

    fn tear_down(&self, worker: usize, around: &Around, ends: &Ends) {
        let Some(index) = around.teardown else { return };
        let case = &self.plan.cases[index];
        let started = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| match &case.work {
            Work::Steps(steps) => Walk::new(self, worker, case, 1).walk(steps).into_end(),
            _ => self.case(worker, case),
        }));
        let end = ended.unwrap_or_else(|_| self.panicked(case));
        self.put(ends, index, CaseEnd { elapsed: started.elapsed(), ..end });
    }
}

/// What a step of a set-up says, without the words that say of which.
fn unplaced<'m>(case: &Case, message: &'m str) -> &'m str {
    message.strip_prefix(&around_of(case, "set-up")).unwrap_or(message)
}

/// What stands before the name of a step of such a case.
pub(super) fn around_of(case: &Case, stage: &str) -> String {
    format!("{stage} of {}, ", case.file.source.path())
}

/// The verdict of what is done around cases of which none is run; nobody is told.
fn unneeded() -> Verdict {
    Verdict::Skipped(Skip::NotApplicable("no test of the file is run".into()))
}
