//! The moments at which generators make their values: when a case begins, and each of its steps.
//!
//! Where a plan has no generators nothing is noted, and no clock is asked.

use std::borrow::Cow;

use super::Run;
use crate::plan::{Case, Step};
use crate::template::Bindings;

impl Run<'_> {
    /// What a case knows before the first step of this run of it, counted from 1.
    pub(super) fn before(&self, case: &Case, run: u32) -> Cow<'_, Bindings> {
        let mut bindings = Cow::Borrowed(self.known_to(case));
        if self.plan.generates {
            let now = (self.clock)();
            bindings.to_mut().generators.begin_case(case.identity, run, now);
        }
        bindings
    }

    /// Notes that a step is taken now.
    pub(super) fn begin_step(&self, step: &Step, bindings: &mut Cow<Bindings>) {
        if self.plan.generates {
            let now = (self.clock)();
            bindings.to_mut().generators.begin_step(step.number, now);
        }
    }

    /// Notes, once, that a case begins whose only step is a control: its request and all that is
    /// judged of it must know the same.
    pub(super) fn begin_control(&self, case: &Case, step: &Step) {
        let enforced = case.enforced.as_ref().filter(|_| self.plan.generates);
        let Some(known) = enforced.and_then(|enforced| self.controls.of(enforced)) else { return };
        known.before.get_or_init(|| {
            let mut bindings = self.before(case, 1);
            self.begin_step(step, &mut bindings);
            bindings.into_owned()
        });
    }
}
