//! The steps of a test, and of what is done around all tests of a file.

use std::sync::Arc;

use super::Expansion;
use super::uses::MOST_STEPS;
use crate::diagnostic::Diagnostic;
use crate::plan::capture::keep_secret;
use crate::plan::credential::{self, Credential};
use crate::plan::frames::coming;
use crate::plan::probes::{Declared, endpoint};
use crate::plan::repeat::poll;
use crate::plan::scope::Level;
use crate::plan::settings::{StepSettings, effective, pause, says_nothing};
use crate::plan::{Case, Stage, Step, Work, body, url};
use crate::source::{Place, Source};
use crate::suite::Suite;
use crate::suite::expect::Demand;
use crate::suite::settings::Settings;
use crate::suite::step::{Item, Step as WrittenStep};
use crate::suite::test::Test;
use crate::template::{Draft, Moment, identity};

/// The steps of a case, and each as it was written.
#[derive(Default)]
pub(super) struct Taken<'s> {
    pub(super) steps: Vec<Step>,
    pub(super) written: Vec<&'s WrittenStep>,
}

/// Where a list of steps stands.
#[derive(Clone)]
pub(super) struct Stand<'s> {
    pub(super) stage: Stage,
    pub(super) source: &'s Arc<Source>,
    /// The levels between its steps and those of the file.
    pub(super) outer: Vec<&'s Settings>,
    /// What the names of its steps begin with.
    pub(super) prefix: String,
    /// Where it is used, if that is a fragment, the nearest first.
    pub(super) via: Arc<[Place]>,
}

impl<'s> Expansion<'s> {
    /// The steps, and what the environment lacks for them.
    pub(super) fn steps(&mut self, test: &'s Test) -> (Taken<'s>, Vec<Diagnostic>) {
        let before = std::mem::take(&mut self.binder.missing);
        let stages = [
            (Stage::Setup, &test.setup),
            (Stage::Main, &test.steps),
            (Stage::Teardown, &test.teardown),
        ];
        self.begin_steps(test.items());
        let mut taken = Taken::default();
        for (stage, written) in stages {
            let stand = self.stand(stage, vec![&test.settings]);
            match written.as_slice() {
                [Item::Request(only)] if !test.listed && stage == Stage::Main => {
                    self.binder.moment = Moment::Step(taken.steps.len() as u32);
                    let step = self.step(&stand, &stand.outer, only, None);
                    taken.steps.push(step);
                    taken.written.push(only);
                }
                written => self.list(&stand, written, &mut taken),
            }
        }
        let secret = keep_secret(&mut taken.steps);
        self.secret_slots.extend(secret);
        self.refuse_without_expectations(test, &taken);
        let mut unset = std::mem::replace(&mut self.binder.missing, before);
        unset.sort_by_key(|fault| fault.place.span.start);
        (taken, unset)
    }

    /// What is done once before or after all tests of the file, as a case.
    pub(super) fn around(&mut self, stage: Stage, written: &'s [Item]) -> Option<Case> {
        let source = &self.suite.source;
        let (first, last) = (written.first()?.span(), written.last()?.span());
        let (start, end) = (source.location(first.start), source.location(last.end));
        self.begin_steps(written.iter());
        self.binder.missing = self.missing.clone();
        let mut taken = Taken::default();
        self.list(&self.stand(stage, Vec::new()), written, &mut taken);
        let sends_to = endpoint::of_all(&taken.steps, &taken.written);
        self.around_sends_to.extend(sends_to.iter().flat_map(|all| all.iter().cloned()));
        let mut steps = taken.steps;
        self.secret_slots.extend(keep_secret(&mut steps));
        // What was bound without its captures may be something else with them.
        (self.settings, self.credential) = (None, None);
        self.declared.extend(steps.iter().map(Declared::of));
        let missing = std::mem::take(&mut self.binder.missing);
        let work = match missing.is_empty() {
            true => Work::Steps(steps.into()),
            false => Work::Unset(missing),
        };
        let name = if stage == Stage::Setup { "set-up" } else { "tear-down" };
        Some(Case {
            file: self.file.clone(),
            // No test has this one: its name would hold a line end.
            identity: identity(&[source.path(), name, "\n"]),
            name: name.into(),
            line: start.line as u32,
            column: start.column as u32,
            last_line: end.line as u32,
            tags: self.tags.clone(),
            work,
            endpoint: None,
            sends_to: None,
            enforced: None,
            around: Some(stage),
            row: None,
            cut: None,
            inherited: Arc::new([]),
        })
    }

    /// Begins with the steps of a case.
    pub(super) fn begin_steps(&mut self, items: impl Iterator<Item = &'s Item>) {
        let Suite { source, fragments, .. } = self.suite;
        self.binder.begin_captures(coming(items, source, fragments));
        self.room = MOST_STEPS;
    }

    /// A list of steps of the file itself.
    fn stand(&self, stage: Stage, outer: Vec<&'s Settings>) -> Stand<'s> {
        let source = &self.suite.source;
        Stand { stage, source, outer, prefix: String::new(), via: Arc::default() }
    }

    /// The steps of a list, numbered.
    pub(super) fn list(&mut self, stand: &Stand<'s>, items: &'s [Item], taken: &mut Taken<'s>) {
        for (i, item) in items.iter().enumerate() {
            if !self.has_room(stand, item) {
                return;
            }
            self.binder.moment = Moment::Step(taken.steps.len() as u32);
            match item {
                Item::Request(written) => {
                    let step = self.numbered(stand, written, i + 1);
                    taken.steps.push(step);
                    taken.written.push(written);
                }
                Item::Use(used) => self.used(stand, used, i + 1, taken),
            }
        }
    }

    /// A step of a list, under its own settings.
    fn numbered(&mut self, stand: &Stand<'s>, step: &'s WrittenStep, number: usize) -> Step {
        let source = stand.source;
        let outside = self.binder.enter(Level::new(source, &step.settings));
        let name = match &step.name {
            Some(name) if !stand.via.is_empty() => self.name_inside(name, source),
            Some(name) => self.binder.known(name, source, "the name of a step"),
            None => format!("step {number}").into(),
        };
        let name = format!("{}{name}", stand.prefix).into();
        let own = [&[&step.settings], &*stand.outer].concat();
        let planned = self.step(stand, &own, step, Some(name));
        self.settle(&step.settings, source);
        self.binder.leave(outside);
        planned
    }

    /// A step; `own` are the levels between it and the file.
    fn step(
        &mut self,
        stand: &Stand<'s>,
        own: &[&Settings],
        step: &WrittenStep,
        name: Option<Box<str>>,
    ) -> Step {
        let Stand { stage, source, .. } = *stand;
        self.begin_step();
        let settings = self.once(|s| &mut s.settings, |all| all.settings(own));
        self.binder.missing.extend(settings.missing.iter().cloned());
        let credential = self.once(|s| &mut s.credential, |all| all.credential(own));
        self.refuse_second_line(&credential, &settings);
        let written = &step.line.url;
        let url = url::bind(&mut self.binder, written, source, &settings);
        let chosen = self.chosen.as_ref();
        self.warnings.extend(chosen.and_then(|chosen| chosen.left_by(written, source)));
        self.binder.learn_in_url(&url, source, written.span);
        let cookies = self.binder.cookies(&step.cookies, &settings, &credential, source);
        let body = self.once(
            |shared| &mut shared.body,
            |all| {
                let body = step.body.as_ref()?;
                Some(Arc::new(body::bind(&mut all.binder, &body.value, source, body.span)))
            },
        );
        self.refuse_unfollowed(step, source, &settings);
        let expectations = self.once(
            |shared| &mut shared.expectations,
            |all| all.expectations(&step.expectations, source),
        );
        let method = step.line.method.as_str().into();
        let pause = step.waits.iter().map(|wait| pause(&mut self.binder, wait, source)).sum();
        let poll = step.poll.as_ref().and_then(|p| poll(&mut self.binder, p, source));
        let captures = self.binder.captures(step, source);
        let number = match self.binder.moment {
            Moment::Step(number) => number,
            _ => 0,
        };
        Step {
            stage,
            number,
            secrets: Box::default(),
            name,
            pause,
            place: Place::new(source, written.span),
            via: stand.via.clone(),
            method,
            url,
            cookies,
            body,
            credential,
            settings,
            expectations,
            captures,
            poll: poll.map(Box::new),
        }
    }

    /// Where no redirect is followed, nothing can be wrong with where they led.
    fn refuse_unfollowed(
        &mut self,
        step: &WrittenStep,
        source: &Arc<Source>,
        settings: &StepSettings,
    ) {
        // One that could not be read has its fault.
        let is_zero = |written: &Draft| matches!(written, Draft::Fixed(number) if *number == 0);
        let mut written = self
            .binder
            .levels()
            .iter()
            .filter_map(|level| level.settings.follow_redirects.as_ref());
        if settings.follow_redirects > 0 || written.any(|written| !is_zero(&written.value)) {
            return;
        }
        for expectation in &step.expectations {
            let what = match *expectation.demand {
                Demand::Url(_) => "url",
                Demand::Redirects(_) => "redirects",
                _ => continue,
            };
            let title = format!("`{what}` proves nothing: no redirect is followed");
            self.binder.fault(source, expectation.span, title).label =
                "say how many may be: `follow_redirects: 1` beside `request`".into();
        }
    }

    /// Tests that say nothing about their settings share those of their file; `own` are the levels
    /// below it.
    pub(super) fn settings(&mut self, own: &[&Settings]) -> Arc<StepSettings> {
        let shared = !self.binder.has_own_captures()
            && !self.binder.has_row()
            && own.iter().all(|s| says_nothing(s));
        if !shared {
            return Arc::new(effective(&mut self.binder, true));
        }
        let binder = &mut self.binder;
        self.settings.get_or_insert_with(|| Arc::new(effective(binder, false))).clone()
    }

    /// Tests that say nothing about authentication share the credential of their file.
    pub(super) fn credential(&mut self, own: &[&Settings]) -> Credential {
        let silent = |s: &&Settings| s.auth.is_none() && s.tokens.is_empty() && s.vars.is_empty();
        let hangs_on_more = self.binder.has_own_captures() || self.binder.has_row();
        if hangs_on_more || !own.iter().all(silent) {
            return credential::effective(&mut self.binder, &mut self.tokens);
        }
        let (binder, tokens) = (&mut self.binder, &mut self.tokens);
        let (credential, missing) = self
            .credential
            .get_or_insert_with(|| binder.apart(|binder| credential::effective(binder, tokens)));
        self.binder.missing.extend(missing.iter().cloned());
        credential.clone()
    }

    /// With a second line of its name, a server may take the other one for the credential.
    pub(super) fn refuse_second_line(&mut self, credential: &Credential, settings: &StepSettings) {
        let twice = credential::sent_twice(credential, settings);
        let written = self
            .binder
            .levels()
            .iter()
            .find_map(|level| Some((level.source, level.settings.auth.as_ref()?.span)));
        let (Some(name), Some((source, span))) = (twice, written) else { return };
        let title = format!("the header `{name}` would be sent twice");
        if self.binder.faults.iter().all(|fault| fault.title != title) {
            let fault = self.binder.fault(source, span, title);
            fault.label = "it is among `headers` too".into();
            fault.helps.push(format!("take that one back with `headers: {{{name}: null}}`"));
        }
    }
}
