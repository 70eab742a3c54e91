//! The steps of a case in order, up to the first that does not hold; then those that clean up.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Run;
use super::poll::Settled;
use super::request::Unsent;
use super::site::around_of;
use super::turn::{Judged, StepEnd, Turn, Unanswered};
use crate::event::{CaseEnd, Exchange, Failure, StopReason, Verdict};
use crate::http::cookie::CookieJar;
use crate::plan::cookies::JarUse;
use crate::plan::{Case, Stage, Step};
use crate::template::{Bindings, Slot};

/// A case on its way through its steps.
pub struct Walk<'w> {
    run: &'w Run<'w>,
    worker: usize,
    case: &'w Case,
    /// What is known by now; of its own once something was captured.
    bindings: Cow<'w, Bindings>,
    /// The cookies that were set by now, if any of its steps has to do with them.
    jar: Option<Arc<CookieJar>>,
    warnings: Vec<String>,
    is_let_through: bool,
}

/// A case that has taken its steps.
pub struct Walked {
    /// How it ended.
    pub end: StepEnd,
    /// What a reader must know of it also when it passed.
    pub warnings: Vec<String>,
    /// Whether one of its requests was let through where a refusal was due.
    pub is_let_through: bool,
}

impl Walked {
    /// How the case ended that is run once; nobody looked at the time.
    pub fn into_end(self) -> CaseEnd {
        let Walked { end: (verdict, exchange), warnings, .. } = self;
        CaseEnd { warnings, ..CaseEnd::new(verdict, Duration::ZERO, exchange) }
    }
}

impl<'w> Walk<'w> {
    /// Before the first step of a run of the case, counted from 1.
    pub fn new(run: &'w Run<'w>, worker: usize, case: &'w Case, nth: u32) -> Walk<'w> {
        let bindings = run.before(case, nth);
        let needs_jar = case.steps().iter().any(|step| step.cookies.jar != JarUse::None);
        let jar = needs_jar.then(Arc::default);
        Walk { run, worker, case, bindings, jar, warnings: Vec::new(), is_let_through: false }
    }

    /// Takes the steps.
    pub fn walk(mut self, steps: &[Step]) -> Walked {
        let cleaning = steps.iter().position(is_cleaning);
        let (steps, cleaning) = steps.split_at(cleaning.unwrap_or(steps.len()));
        let end = self.all(steps);
        let end = self.clean(cleaning, end);
        let Walk { warnings, is_let_through, .. } = self;
        Walked { end, warnings, is_let_through }
    }

    /// Takes the steps of a set-up; gives too what is known after them.
    pub fn prepare(mut self, steps: &[Step]) -> (CaseEnd, Bindings) {
        let end = self.all(steps);
        let Walk { bindings, warnings, is_let_through, .. } = self;
        (Walked { end, warnings, is_let_through }.into_end(), bindings.into_owned())
    }

    /// What is known by now.
    pub fn known(&self) -> &Bindings {
        &self.bindings
    }

    /// The cookies that were set by now, if any of its steps has to do with them.
    pub fn jar(&self) -> Option<&Arc<CookieJar>> {
        self.jar.as_ref()
    }

    /// Begins with a step that is taken elsewhere.
    pub fn begin(&mut self, step: &Step) {
        self.run.begin_step(step, &mut self.bindings);
    }

    /// Goes on with what is known after steps that were taken elsewhere.
    pub fn learn(&mut self, bindings: Bindings) {
        self.bindings = Cow::Owned(bindings);
    }

    /// Ends a case that one step of was taken elsewhere, with the steps after that.
    pub fn ended(&mut self, end: CaseEnd, taken: &Step, rest: &[Step]) -> CaseEnd {
        let started = Instant::now();
        let rest = &rest[..rest.iter().position(is_cleaning).unwrap_or(rest.len())];
        let CaseEnd { verdict, exchange, elapsed, .. } = end;
        let step_end = match verdict {
            Verdict::Passed if rest.is_empty() => (Verdict::Passed, exchange),
            Verdict::Passed => {
                let (verdict, last) = self.all(rest);
                (verdict, Exchange::behind(exchange, last))
            }
            bad => self.told(taken, (bad, exchange)),
        };
        let (verdict, exchange) = self.clean_up(step_end);
        let warnings = [end.warnings, std::mem::take(&mut self.warnings)].concat();
        CaseEnd { verdict, exchange, elapsed: elapsed + started.elapsed(), warnings, ..end }
    }

    /// Takes the steps of the case that clean up.
    pub fn clean_up(&mut self, end: StepEnd) -> StepEnd {
        let steps = self.case.steps();
        let first = steps.iter().position(is_cleaning).unwrap_or(steps.len());
        self.clean(&steps[first..], end)
    }

    /// Takes steps, up to the first that does not hold.
    pub fn all(&mut self, steps: &[Step]) -> StepEnd {
        let mut exchange = None;
        for step in steps {
            match self.step(step) {
                Ok(shown) => exchange = Exchange::behind(exchange, shown),
                Err((verdict, shown)) => {
                    return self.told(step, (verdict, Exchange::behind(exchange, shown)));
                }
            }
        }
        (Verdict::Passed, exchange)
    }

    /// Takes a step; gives what is shown of it.
    fn step(&mut self, step: &Step) -> Result<Option<Box<Exchange>>, StepEnd> {
        self.wait(step)?;
        self.run.begin_step(step, &mut self.bindings);
        let turn = self.turn(step.stage);
        let request = turn.request(step, Duration::ZERO);
        let request = request.map_err(|unsent| turn.unsent(step, &unsent))?;
        let Settled { answered, judged, tries } = turn.settled(step, request);
        let judged = match (judged, answered) {
            (Some(judged), _) => judged,
            (None, Ok((request, response))) => turn.judged(step, &request, &response),
            (None, Err(Unanswered { end, is_let_through })) => {
                Judged { captured: Vec::new(), is_let_through, held: Err(end) }
            }
        };
        for (slot, value) in judged.captured {
            self.bindings.to_mut().capture(slot, value);
        }
        match (judged.held, tries.warning()) {
            (Ok(_), Some(warning)) if self.run.settings.strict => {
                self.is_let_through = true;
                let explain = self.run.explainer();
                let reason = format!("{warning} (--strict)");
                let failure = explain.unproven(self.case, step, "let-through", &reason);
                Err((Verdict::Errored(failure), None))
            }
            (Ok(shown), warning) => {
                let name = self.called(step).unwrap_or_default();
                self.warnings.extend(warning.map(|warning| format!("{name}{warning}")));
                Ok(shown)
            }
            (Err(end), _) => {
                self.is_let_through |= judged.is_let_through || tries.let_through > 0;
                Err(tries.told(step, end))
            }
        }
    }

    fn turn(&self, stage: Stage) -> Turn<'_> {
        let Walk { run, worker, case, .. } = *self;
        let transport = match stage {
            Stage::Setup | Stage::Main => run.transport,
            Stage::Teardown => run.last_transport,
        };
        Turn { run, worker, case, bindings: &self.bindings, jar: self.jar.as_ref(), transport }
    }

    /// Waits before a step, unless the run ends. What cleans up goes on then, without waiting.
    fn wait(&self, step: &Step) -> Result<(), StepEnd> {
        let stop = self.run.stop;
        let stopped = match step.pause.is_zero() {
            true => stop.reason(),
            false => stop.pause_to_finish(step.pause),
        };
        // After `--fail-fast` a case that has begun may finish.
        let stopped = stopped.filter(|reason| *reason != StopReason::FailFast);
        match stopped.filter(|_| step.stage != Stage::Teardown) {
            None => Ok(()),
            Some(reason) => {
                let unsent = Unsent::ended(reason);
                Err(self.turn(step.stage).unsent(step, &unsent))
            }
        }
    }

    /// Takes all steps that clean up, whatever comes of each, and adds to the end of the case what
    /// of them did not hold.
    fn clean(&mut self, steps: &[Step], mut end: StepEnd) -> StepEnd {
        for step in steps {
            let excused = end.0.is_bad() || self.run.without_setup(self.case).is_some();
            if let Some((slot, line)) = self.lacks(step).filter(|_| excused) {
                let name = self.name_of(step).unwrap_or_default();
                note(
                    &mut end.0,
                    format!("tear-down {name} was not sent: {slot} ({line}) was not captured"),
                );
                continue;
            }
            if let Err(bad) = self.step(step) {
                end = joined(end, self.told(step, bad));
            }
        }
        end
    }

    /// What an earlier step should have captured for this one and did not, and where that stands.
    fn lacks(&self, step: &Step) -> Option<(String, String)> {
        let unsent = self.turn(step.stage).request(step, Duration::ZERO).err()?;
        let slot: Slot = unsent.missing?;
        let before = self.run.plan.cases.iter().filter(|case| {
            case.around == Some(Stage::Setup) && Arc::ptr_eq(&case.file, &self.case.file)
        });
        let mut steps = before.flat_map(Case::steps).chain(self.case.steps());
        steps.find_map(|step| {
            let mut captures = step.captures.iter();
            let name = &captures.find(|known| known.slot == slot)?.capture.name;
            let line = step.place.source.location(name.span.start).line;
            let line = match Arc::ptr_eq(&step.place.source, &self.case.file.source) {
                true => format!("line {line}"),
                false => format!("{}:{line}", step.place.source.path()),
            };
            Some((format!("`{}`", name.value), line))
        })
    }

    /// What messages call a step: a variable in its name may stand for a secret.
    fn name_of<'s>(&self, step: &'s Step) -> Option<Cow<'s, str>> {
        step.name.as_deref().map(|name| self.run.redactor.redact(name))
    }

    /// What stands before what is told of a step, if it is one of several.
    fn called(&self, step: &Step) -> Option<String> {
        let name = self.name_of(step)?;
        let stage = match step.stage {
            Stage::Setup => "set-up",
            Stage::Main => return Some(format!("{name}: ")),
            Stage::Teardown => "tear-down",
        };
        let of = match self.case.around {
            Some(_) => around_of(self.case, stage),
            None => format!("{stage}, "),
        };
        Some(format!("{of}{name}: "))
    }

    /// The end of a step, told with the step: a set-up that does not hold leaves no verdict.
    fn told(&self, step: &Step, (verdict, exchange): StepEnd) -> StepEnd {
        let Some(called) = self.called(step) else { return (verdict, exchange) };
        let named = |mut failure: Box<Failure>| {
            let name = |text: &mut String| text.insert_str(0, &called);
            name(&mut failure.message);
            failure.annotations.iter_mut().for_each(|annotation| name(&mut annotation.title));
            failure
        };
        let verdict = match verdict {
            Verdict::Failed(failure) if step.stage == Stage::Setup => {
                Verdict::Errored(Box::new(Failure { kind: "setup", ..*named(failure) }))
            }
            Verdict::Failed(failure) => Verdict::Failed(named(failure)),
            Verdict::Errored(failure) => Verdict::Errored(named(failure)),
            other => other,
        };
        (verdict, exchange)
    }
}

fn is_cleaning(step: &Step) -> bool {
    step.stage == Stage::Teardown
}

/// The end of a case and that of a step that cleans up and did not: one that passed is bad then,
/// one that was bad stays what it was and tells of both.
fn joined(end: StepEnd, bad: StepEnd) -> StepEnd {
    let (Verdict::Failed(more) | Verdict::Errored(more)) = bad.0 else { return end };
    match end.0 {
        Verdict::Failed(failure) => (Verdict::Failed(both(failure, *more)), end.1),
        Verdict::Errored(failure) => (Verdict::Errored(both(failure, *more)), end.1),
        Verdict::Passed | Verdict::Skipped(_) => {
            (Verdict::Errored(Box::new(Failure { kind: "teardown", ..*more })), bad.1)
        }
    }
}

fn both(mut failure: Box<Failure>, more: Failure) -> Box<Failure> {
    failure.message = format!("{}; {}", failure.message, more.message);
    failure.annotations.extend(more.annotations);
    failure
}

fn note(verdict: &mut Verdict, words: String) {
    let (Verdict::Failed(failure) | Verdict::Errored(failure)) = verdict else { return };
    if let Some(annotation) = failure.annotations.last_mut() {
        annotation.helps.push(words);
    }
}
