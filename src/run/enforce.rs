//! A control and its probes: in which order they are sent, and when they are judged.
//!
//! Where a request changes nothing, the control comes first, the probes follow side by side, and
//! the last of them asks once more for the control's status: a server may lock out whoever sends a
//! bad token. Where it changes something, the probes come first, one after another, and the first
//! that is let through ends it: it took effect.

mod conclude;
mod patience;
mod supply;
pub mod trial;
pub mod waivers;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use self::patience::wanted_wait;
use self::trial::{Outcome, Trial};
use super::case::StepEnd;
use super::ends::Ends;
use super::pool::Start;
use super::{Run, Task};
use crate::event::{CaseEnd, Skip, StopReason, Verdict};
use crate::http::message::Request;
use crate::judge::probe::{self, Control, Finding};
use crate::plan::Work;
use crate::plan::probes::is_safe;

/// What the control says about the refusals.
pub enum Standing {
    /// It passed, also after the probes where that was asked: they are refusals of the token.
    Passed,
    /// It did not pass.
    Failed,
    /// It passed before the probes and not after them, or could not be sent, in these words.
    Lost(String),
    /// The run ended before it was sent.
    Stopped(StopReason),
}

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
        let trial = match catch_unwind(AssertUnwindSafe(|| self.prepare(worker, &group))) {
            Ok(Ok(trial)) => Arc::new(trial),
            Ok(Err(end)) => return self.leave_out(group, *end, ends),
            Err(_) => {
                let end = self.panicked(&self.plan.cases[group.start]);
                return self.leave_out(group, end, ends);
            }
        };
        match is_safe(&trial.request.method) {
            true => self.control_first(worker, trial, ends, start),
            false => self.control_last(worker, &trial, ends),
        }
    }

    /// The trial of a group, or the end of a control that is not sent.
    fn prepare(&self, worker: usize, group: &Range<usize>) -> Result<Trial<'r>, Box<CaseEnd>> {
        let plan = self.plan;
        let control = &plan.cases[group.start];
        let Work::Steps(steps) = &control.work else {
            return Err(Box::new(self.case(worker, control)));
        };
        if self.stop.reason().is_some() {
            return Err(Box::new(self.case(worker, control)));
        }
        let end = |(verdict, exchange)| Box::new(CaseEnd::new(verdict, Duration::ZERO, exchange));
        let request = self.request(worker, control, &steps[0], TOKEN_LASTS).map_err(end)?;
        let token = trial::token(&request).ok_or_else(|| Box::new(self.panicked(control)))?;
        let supplies = self.supplies(worker, &plan.cases[group.clone()], token);
        let trial = Trial::new(&plan.cases, group.clone(), request, &supplies);
        let trial = trial.ok_or_else(|| Box::new(self.panicked(control)))?;
        let derived = trial.shots.iter().filter_map(|shot| shot.variant.derived.as_deref());
        derived.for_each(|token| self.tokens.learn(token));
        Ok(trial)
    }

    /// Ends a control that was not sent or not answered, and its probes with it.
    fn leave_out(&self, group: Range<usize>, control: CaseEnd, ends: &Ends) {
        self.put(ends, group.start, control);
        for index in group.start + 1..group.end {
            self.put(ends, index, self.unsent_probe(index));
        }
    }

    fn control_first(
        &self,
        worker: usize,
        trial: Arc<Trial<'r>>,
        ends: &Ends,
        start: Option<Start<Task<'r>>>,
    ) {
        let control = catch_unwind(AssertUnwindSafe(|| self.control(worker, &trial)));
        let (end, answered) = control.unwrap_or_else(|_| (self.panicked(trial.control), false));
        if !answered {
            return self.leave_out(trial.group.clone(), end, ends);
        }
        self.put(ends, trial.group.start, end);
        if trial.shots.is_empty() {
            return self.conclude_first(worker, &trial, ends);
        }
        for shot in 0..trial.shots.len() {
            match start {
                Some(start) => start(Task::Shot(trial.clone(), shot)),
                None => self.shot(worker, &trial, shot, ends),
            }
        }
    }

    /// Sends one request of a probe; whoever sends the last one judges all.
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
        self.put_probes(trial, &standing.unwrap_or_else(lost), ends);
    }

    fn control_last(&self, worker: usize, trial: &Trial, ends: &Ends) {
        let mut effect = None;
        for (shot, outcome) in trial.shots.iter().zip(&trial.outcomes) {
            let came = match effect {
                Some(probe) => Outcome::NotSent(probe),
                None => self.outcome(worker, &shot.variant.request),
            };
            if let Outcome::Answered(response, _) = &came
                && probe::is_let_through(response, &self.beside(trial))
            {
                effect = Trial::probe(&self.plan.cases, shot.index).map(|probe| probe.id);
            }
            let _ = outcome.set(came);
        }
        let (end, standing) = match (effect, self.stop.reason()) {
            (Some(probe), _) => (self.took_effect(trial, probe), Standing::Failed),
            (None, Some(reason)) => {
                let verdict = Verdict::Skipped(Skip::Stopped(reason));
                (CaseEnd::new(verdict, Duration::ZERO, None), Standing::Stopped(reason))
            }
            (None, None) => {
                let control = catch_unwind(AssertUnwindSafe(|| self.control(worker, trial)));
                let (end, _) = control.unwrap_or_else(|_| (self.panicked(trial.control), false));
                let passed = trial.answer.get().is_some();
                (end, if passed { Standing::Passed } else { Standing::Failed })
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

    /// Sends and judges the control; tells too whether it was answered.
    fn control(&self, worker: usize, trial: &Trial) -> (CaseEnd, bool) {
        let stopwatch = self.pace.stopwatch(worker);
        let Trial { control, step, request, .. } = trial;
        let unanswered = |(verdict, exchange): StepEnd| {
            (CaseEnd::new(verdict, stopwatch.elapsed(), exchange), false)
        };
        let response = match self.response(worker, control, step, request) {
            Ok(response) => response,
            Err(end) => return unanswered(end),
        };
        let judged = self.judged(control, step, request, &response);
        let end = self.control_end(trial, judged, &response, stopwatch.elapsed());
        if end.is_sound {
            // It is sent once.
            let _ = trial.answer.set(response);
        }
        (end.end, true)
    }

    /// What came of a request.
    fn outcome(&self, worker: usize, request: &Request) -> Outcome {
        if let Some(reason) = self.stop.reason() {
            return Outcome::Stopped(reason);
        }
        let stopwatch = self.pace.stopwatch(worker);
        let exchange = || (self.transport)(worker, request);
        let sent = catch_unwind(AssertUnwindSafe(|| match exchange() {
            Ok(response) => match wanted_wait(&response, self.tokens.now()) {
                Some(wait) if self.stop.pause(wait).is_none() => exchange(),
                _ => Ok(response),
            },
            broken => broken,
        }));
        match sent {
            Ok(Ok(response)) => Outcome::Answered(response, stopwatch.elapsed()),
            Ok(Err(error)) => match self.held(&error) {
                Some(reason) => Outcome::Stopped(reason),
                None => Outcome::Broken(error, stopwatch.elapsed()),
            },
            Err(_) => Outcome::Panicked,
        }
    }

    /// Whether the control is still served after the probes.
    fn standing(&self, worker: usize, trial: &Trial) -> Standing {
        if trial.answer.get().is_none() {
            return Standing::Failed;
        }
        if let Some(reason) = self.stop.reason() {
            return Standing::Stopped(reason);
        }
        match (self.transport)(worker, &trial.request) {
            Ok(again) if probe::has_expected_status(&again, &self.beside(trial)) => {
                Standing::Passed
            }
            Ok(again) => Standing::Lost(format!(
                "after the probes the good request was answered with {}: a bad token may lock out \
                 the good one",
                again.status
            )),
            Err(error) => match self.held(&error) {
                Some(reason) => Standing::Stopped(reason),
                None => Standing::Lost(format!(
                    "after the probes the good request got no answer: {}",
                    error.message
                )),
            },
        }
    }

    /// The control as far as it is known by now.
    fn beside<'t>(&'t self, trial: &'t Trial) -> Control<'t> {
        Control {
            request: &trial.request,
            passed: trial.answer.get(),
            expectations: &trial.step.expectations,
            bindings: self.bindings,
        }
    }
}
