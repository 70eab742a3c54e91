//! A control and its probes: in which order they are sent, and when they are judged.
//!
//! Where a request changes nothing, the control comes first, the probes follow side by side, and
//! the last of them asks once more for the control's status: a server may lock out whoever sends a
//! bad token. Probes by a method that may change something come after that, one after another.
//! Where the control changes something, the probes come first, one after another. The first of
//! those that is let through ends it: it took effect.

mod between;
mod conclude;
pub mod forgeries;
pub mod key_sets;
mod patience;
mod revoke;
mod standing;
mod supply;
pub mod trial;
pub mod waivers;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

pub use self::standing::Standing;
use self::trial::{Outcome, Shot, Trial, token};
use super::ends::Ends;
use super::poll::Settled;
use super::pool::Start;
use super::turn::{Judged, StepEnd, Unanswered};
use super::{Run, Task};
use crate::event::{CaseEnd, Skip, Verdict};
use crate::http::message::{Request, Response};
use crate::judge::probe::{self, Control, Finding, Passed};
use crate::plan::probes::{Probe, only_reads};
use crate::plan::{Body, Case, Step};

/// How long the good token must still last, so that it does not expire among its probes.
const TOKEN_LASTS: Duration = Duration::from_secs(120);

impl<'r> Run<'r> {
    /// Runs a control and its probes. With `start`, probes of a safe method run side by side.
    pub(super) fn enforce(
        &self,
        worker: usize,
        group: Range<usize>,
        ends: &Ends,
        start: Option<Start<Task<'r>>>,
    ) {
        let control = &self.plan.cases[group.start];
        match control.control() {
            Some(_) if self.stop.reason().is_some() => {}
            Some(step) if control.steps().len() == 1 => {
                self.begin_control(control, step);
                return self.probed(worker, group, step, ends, start);
            }
            Some(step) => return self.probed_between(worker, group, step, ends),
            None => {}
        }
        let end = self.caught(worker, group.start);
        self.leave_out(group, end, ends);
    }

    /// Runs a control that can be sent, and its probes.
    fn probed(
        &self,
        worker: usize,
        group: Range<usize>,
        control: &Step,
        ends: &Ends,
        start: Option<Start<Task<'r>>>,
    ) {
        match only_reads(control) {
            true => self.control_first(worker, group, ends, start),
            false => self.control_last(worker, group, ends),
        }
    }

    /// The control of a group, its step and its request, or the end of one that cannot be sent.
    fn control_request(
        &self,
        worker: usize,
        group: &Range<usize>,
    ) -> Result<(&'r Case, &'r Step, Request), Box<CaseEnd>> {
        let control = &self.plan.cases[group.start];
        let step = control.control().ok_or_else(|| Box::new(self.panicked(control)))?;
        let turn = self.turn(worker, control);
        let request = turn
            .request(step, TOKEN_LASTS)
            .map_err(|unsent| Box::new(ended(turn.unsent(step, &unsent), Duration::ZERO)))?;
        Ok((control, step, request))
    }

    /// The probes of a group whose control is sent so.
    fn trial(
        &self,
        worker: usize,
        group: &Range<usize>,
        request: Request,
    ) -> Result<Trial<'r>, Box<CaseEnd>> {
        let cases = &self.plan.cases;
        let supplies = self.supplies(worker, &cases[group.clone()], &request);
        let forgeries = self.forgeries.of(token(&request).unwrap_or_default());
        let forge = |id| forgeries.get(id);
        let trial = Trial::new(cases, group.clone(), request, &forge, &supplies);
        let trial = trial.ok_or_else(|| Box::new(self.panicked(&cases[group.start])))?;
        let derived = trial.shots.iter().filter_map(|shot| shot.variant.derived.as_deref());
        derived.for_each(|token| self.redactor.add(token));
        Ok(trial)
    }

    /// The control of a safe method, answered, and its probes, which are made of the token that was
    /// good for it.
    fn opened(
        &self,
        worker: usize,
        group: &Range<usize>,
    ) -> Result<(Trial<'r>, CaseEnd), Box<CaseEnd>> {
        let (control, step, request) = self.control_request(worker, group)?;
        let stopwatch = self.pace.stopwatch(worker);
        let turn = self.turn(worker, control);
        let Settled { answered, tries, .. } = turn.settled(step, request);
        let elapsed = stopwatch.elapsed();
        let told =
            |unanswered: Unanswered| Box::new(ended(tries.told(step, unanswered.end), elapsed));
        let (request, response) = answered.map_err(told)?;
        let trial = self.trial(worker, group, request)?;
        let end = self.control_judged(worker, &trial, &trial.request, response, elapsed);
        let end = tries.told_in(step, end);
        Ok((trial, end))
    }

    /// What was made for a group, or the end of its control in place of that.
    fn made<T>(
        &self,
        group: &Range<usize>,
        work: impl FnOnce() -> Result<T, Box<CaseEnd>>,
    ) -> Result<T, Box<CaseEnd>> {
        let made = catch_unwind(AssertUnwindSafe(work));
        made.unwrap_or_else(|_| Err(Box::new(self.panicked(&self.plan.cases[group.start]))))
    }

    /// Ends a control that was not sent or not answered, and its probes with it.
    pub(super) fn leave_out(&self, group: Range<usize>, control: CaseEnd, ends: &Ends) {
        self.put(ends, group.start, control);
        for index in group.start + 1..group.end {
            self.put(ends, index, self.unsent_probe(index));
        }
    }

    fn control_first(
        &self,
        worker: usize,
        group: Range<usize>,
        ends: &Ends,
        start: Option<Start<Task<'r>>>,
    ) {
        let (trial, end) = match self.made(&group, || self.opened(worker, &group)) {
            Ok(opened) => opened,
            Err(end) => return self.leave_out(group, *end, ends),
        };
        let trial = Arc::new(trial);
        self.put(ends, group.start, end);
        let readers: Vec<usize> = trial.readers().collect();
        if readers.is_empty() {
            return self.conclude_first(worker, &trial, ends);
        }
        for shot in readers {
            match start {
                Some(start) => start(Task::Shot(trial.clone(), shot)),
                None => self.shot(worker, &trial, shot, ends),
            }
        }
    }

    /// Sends one request of a probe that only reads; whoever sends the last one judges all.
    pub(super) fn shot(&self, worker: usize, trial: &Trial, shot: usize, ends: &Ends) {
        let outcome = self.outcome(worker, &trial.shots[shot].variant.request);
        // Each is sent once.
        let _ = trial.outcomes[shot].set(outcome);
        if trial.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.conclude_first(worker, trial, ends);
        }
    }

    fn conclude_first(&self, worker: usize, trial: &Trial, ends: &Ends) {
        let standing = catch_unwind(AssertUnwindSafe(|| self.standing(worker, trial)));
        let lost = |_| Standing::Lost("the second control could not be judged".into());
        let standing = standing.unwrap_or_else(lost);
        // Nothing is judged beside a control that these may have changed.
        self.in_turn(worker, trial, (0..trial.shots.len()).filter(|shot| !trial.reads(*shot)));
        self.put_probes(trial, &standing, ends);
    }

    /// Sends requests one after another, until one is let through that took effect; gives its
    /// probe.
    fn in_turn(
        &self,
        worker: usize,
        trial: &Trial,
        shots: impl Iterator<Item = usize>,
    ) -> Option<&'static str> {
        let mut effect = None;
        for shot in shots {
            let Shot { index, variant } = &trial.shots[shot];
            let came = match effect {
                Some(probe) => Outcome::NotSent(probe),
                None => self.outcome(worker, &variant.request),
            };
            if !trial.reads(shot)
                && let Some(probe) = Trial::probe(&self.plan.cases, *index)
                && self.took_place(trial, probe, &came)
            {
                effect = Some(probe.id);
            }
            // Each is sent once.
            let _ = trial.outcomes[shot].set(came);
        }
        effect
    }

    /// Whether what came shows that the request of a probe was let through.
    fn took_place(&self, trial: &Trial, probe: &Probe, came: &Outcome) -> bool {
        let (answer, control) = (&probe.answer, self.beside(trial));
        match came {
            Outcome::Answered(response, _) => probe::is_let_through(answer, response, &control),
            Outcome::Broken(error, _) => {
                let is_it = |status| probe::is_let_through_by(answer, status, &control);
                error.status.is_some_and(is_it)
            }
            Outcome::Stopped(_) | Outcome::NotSent(_) | Outcome::Panicked => false,
        }
    }

    fn control_last(&self, worker: usize, group: Range<usize>, ends: &Ends) {
        let prepared = self.made(&group, || {
            let (.., request) = self.control_request(worker, &group)?;
            self.trial(worker, &group, request)
        });
        let trial = &match prepared {
            Ok(trial) => trial,
            Err(end) => return self.leave_out(group, *end, ends),
        };
        let effect = self.in_turn(worker, trial, 0..trial.shots.len());
        let (end, standing) = match (effect, self.stop.reason()) {
            (Some(probe), _) => (self.took_effect(trial, probe), Standing::Failed),
            (None, Some(reason)) => {
                let verdict = Verdict::Skipped(Skip::Stopped(reason));
                (CaseEnd::new(verdict, Duration::ZERO, None), Standing::Stopped(reason))
            }
            (None, None) => {
                let control = catch_unwind(AssertUnwindSafe(|| self.control(worker, trial)));
                let (end, renewed) =
                    control.unwrap_or_else(|_| (self.panicked(trial.control), false));
                let standing = match (trial.answer.get(), renewed) {
                    (Some(_), true) => Standing::Renewed,
                    (Some(_), false) => Standing::Passed,
                    (None, _) => Standing::Failed,
                };
                (end, standing)
            }
        };
        self.put(ends, trial.group.start, end);
        self.put_probes(trial, &standing, ends);
    }

    fn put_probes(&self, trial: &Trial, standing: &Standing, ends: &Ends) {
        let concluded = catch_unwind(AssertUnwindSafe(|| self.conclude(trial, standing)));
        let probes = trial.group.start + 1..trial.group.end;
        let concluded = concluded.unwrap_or_else(|_| {
            probes.clone().map(|index| self.panicked(&self.plan.cases[index])).collect()
        });
        for (index, end) in probes.zip(concluded) {
            self.put(ends, index, end);
        }
    }

    /// Sends and judges the control; tells too whether its token was renewed.
    fn control(&self, worker: usize, trial: &Trial) -> (CaseEnd, bool) {
        let stopwatch = self.pace.stopwatch(worker);
        let turn = self.turn(worker, trial.control);
        let Settled { answered, tries, .. } = turn.settled(trial.step, trial.request.clone());
        let elapsed = stopwatch.elapsed();
        match answered {
            Ok((request, response)) => {
                let renewed = request.headers != trial.request.headers;
                let end = self.control_judged(worker, trial, &request, response, elapsed);
                (tries.told_in(trial.step, end), renewed)
            }
            Err(Unanswered { end, .. }) => (ended(tries.told(trial.step, end), elapsed), false),
        }
    }

    /// The end of a control that was answered; the trial keeps the answer of one that passed.
    fn control_judged(
        &self,
        worker: usize,
        trial: &Trial,
        request: &Request,
        response: Response,
        elapsed: Duration,
    ) -> CaseEnd {
        let turn = self.turn(worker, trial.control);
        let Judged { captured, held: judged, .. } = turn.judged(trial.step, request, &response);
        if !captured.is_empty() {
            let mut known = turn.bindings.clone();
            captured.into_iter().for_each(|(slot, value)| known.capture(slot, value));
            if let Some(control) = self.controls.of(trial.enforced) {
                // It is judged once a round.
                let _ = control.after.set(known);
            }
        }
        let end = self.control_end(trial, request, judged, &response, elapsed);
        if end.is_sound && !probe::is_graphql_refusal(&response, &self.beside(trial)) {
            // It is answered once.
            let _ = trial.answer.set(Passed::new(response, request));
        }
        end.end
    }

    /// What came of a request.
    fn outcome(&self, worker: usize, request: &Request) -> Outcome {
        if let Some(reason) = self.stop.reason() {
            return Outcome::Stopped(reason);
        }
        let stopwatch = self.pace.stopwatch(worker);
        let sent = catch_unwind(AssertUnwindSafe(|| self.patient(worker, request)));
        match sent {
            Ok(Ok(response)) => Outcome::Answered(response, stopwatch.elapsed()),
            Ok(Err(error)) => match self.held(&error) {
                Some(reason) => Outcome::Stopped(reason),
                None => Outcome::Broken(error, stopwatch.elapsed()),
            },
            Err(_) => Outcome::Panicked,
        }
    }

    /// The control as far as it is known by now.
    fn beside<'t>(&'t self, trial: &'t Trial) -> Control<'t> {
        Control {
            passed: trial.answer.get(),
            expectations: &trial.step.expectations,
            bindings: self.bindings_of(trial.control),
            only_reads: only_reads(trial.step),
            is_graphql: matches!(trial.step.body.as_deref(), Some(Body::Graphql { .. })),
        }
    }
}

fn ended((verdict, exchange): StepEnd, elapsed: Duration) -> CaseEnd {
    CaseEnd::new(verdict, elapsed, exchange)
}
