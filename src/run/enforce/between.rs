//! A control among other steps: those before it come first, then its probes, then the others and
//! the tear-down.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::ended;
use crate::plan::Step;
use crate::run::Run;
use crate::run::ends::Ends;
use crate::run::walk::Walk;

impl Run<'_> {
    /// Runs such a control and its probes, on one worker.
    pub(super) fn probed_between(
        &self,
        worker: usize,
        group: Range<usize>,
        control: &Step,
        ends: &Ends,
    ) {
        let case = &self.plan.cases[group.start];
        let Some(enforced) = &case.enforced else {
            return self.leave_out(group, self.panicked(case), ends);
        };
        let (before, rest) = case.steps().split_at(enforced.at);
        let mut walk = Walk::new(self, worker, case, 1);
        let prepared = catch_unwind(AssertUnwindSafe(|| {
            let end = walk.all(before);
            if end.0.is_bad() { Err(walk.clean_up(end)) } else { Ok(()) }
        }));
        match prepared {
            Ok(Ok(())) => {}
            Ok(Err(end)) => return self.leave_out(group, ended(end, Duration::ZERO), ends),
            Err(_) => return self.leave_out(group, self.panicked(case), ends),
        }
        walk.begin(control);
        let Some(known) = self.controls.of(enforced) else {
            return self.leave_out(group, self.panicked(case), ends);
        };
        // Each case is run once a round.
        let _ = known.before.set(walk.known().clone());
        let _ = walk.jar().map(|jar| known.jar.set(jar.clone()));
        let own = Ends::new(group.len());
        self.probed(worker, group.clone(), control, &own, None);
        if let Some(after) = known.after.get() {
            walk.learn(after.clone());
        }
        for (index, end) in own.take(Duration::ZERO).into_iter().flatten() {
            let end = match index == group.start {
                true => catch_unwind(AssertUnwindSafe(|| walk.ended(end, control, &rest[1..])))
                    .unwrap_or_else(|_| self.panicked(case)),
                false => end,
            };
            self.put(ends, index, end);
        }
    }
}
