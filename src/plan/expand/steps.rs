//! The steps of a test, and of what is done around all tests of a file.

use std::sync::Arc;

use super::Expansion;
use crate::diagnostic::Diagnostic;
use crate::plan::bind::Expectations;
use crate::plan::capture::keep_secret;
use crate::plan::credential::{self, Credential};
use crate::plan::probes::Declared;
use crate::plan::repeat::poll;
use crate::plan::scope::Level;
use crate::plan::settings::{StepSettings, effective, pause, says_nothing};
use crate::plan::unused::settle;
use crate::plan::{Case, Stage, Step, Work, body, url};
use crate::suite::expect::Demand;
use crate::suite::settings::Settings;
use crate::suite::step::Step as WrittenStep;
use crate::suite::test::Test;
use crate::template::Draft;

impl<'s> Expansion<'s> {
    /// The steps, and what the environment lacks for them.
    pub(super) fn steps(&mut self, test: &'s Test) -> (Box<[Step]>, Vec<Diagnostic>) {
        let before = std::mem::take(&mut self.binder.missing);
        let stages = [
            (Stage::Setup, &test.setup),
            (Stage::Main, &test.steps),
            (Stage::Teardown, &test.teardown),
        ];
        let mut steps = Vec::new();
        for (stage, written) in stages {
            let numbered = test.listed || stage != Stage::Main;
            steps.extend(self.stage(stage, written, &[&test.settings], numbered));
        }
        keep_secret(&mut steps);
        let mut unset = std::mem::replace(&mut self.binder.missing, before);
        unset.sort_by_key(|fault| fault.place.span.start);
        (steps.into(), unset)
    }

    /// What is done once before or after all tests of the file, as a case.
    pub(super) fn around(&mut self, stage: Stage, written: &'s [WrittenStep]) -> Option<Case> {
        let source = &self.suite.source;
        let (first, last) = (written.first()?.line.url.span, written.last()?.line.url.span);
        let (start, end) = (source.location(first.start), source.location(last.end));
        self.binder.begin_around(written);
        self.binder.missing = self.missing.clone();
        let mut steps = self.stage(stage, written, &[], true);
        keep_secret(&mut steps);
        // What was bound without its captures may be something else with them.
        (self.settings, self.credential) = (None, None);
        self.declared.extend(steps.iter().map(Declared::of));
        let missing = std::mem::take(&mut self.binder.missing);
        let work = match missing.is_empty() {
            true => Work::Steps(steps.into()),
            false => Work::Unset(missing),
        };
        Some(Case {
            file: self.file.clone(),
            name: if stage == Stage::Setup { "set-up" } else { "tear-down" }.into(),
            line: start.line as u32,
            column: start.column as u32,
            last_line: end.line as u32,
            tags: self.tags.clone(),
            work,
            endpoint: None,
            enforced: None,
            around: Some(stage),
            inherited: Arc::new([]),
        })
    }

    /// The steps of one part of a case; `outer` are the levels between them and the file.
    pub(super) fn stage(
        &mut self,
        stage: Stage,
        written: &'s [WrittenStep],
        outer: &[&'s Settings],
        numbered: bool,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        for (i, step) in written.iter().enumerate() {
            steps.push(match numbered {
                true => self.numbered(stage, step, outer, i + 1),
                false => self.step(outer, step, stage, None),
            });
        }
        steps
    }

    /// A step of a list, under its own settings.
    pub(super) fn numbered(
        &mut self,
        stage: Stage,
        step: &'s WrittenStep,
        outer: &[&'s Settings],
        number: usize,
    ) -> Step {
        let source = &self.suite.source;
        let outside = self.binder.enter(Level { source, settings: &step.settings });
        let name = match &step.name {
            Some(name) => self.binder.known(name, source, "the name of a step"),
            None => format!("step {number}").into(),
        };
        let own = [&[&step.settings], outer].concat();
        let planned = self.step(&own, step, stage, Some(name));
        let warnings = settle(&mut self.binder, &step.settings, source);
        self.warnings.extend(warnings);
        self.binder.leave(outside);
        planned
    }

    pub(super) fn step(
        &mut self,
        own: &[&Settings],
        step: &WrittenStep,
        stage: Stage,
        name: Option<Box<str>>,
    ) -> Step {
        let source = &self.suite.source;
        let settings = self.settings(own);
        self.binder.missing.extend(settings.missing.iter().cloned());
        let credential = self.credential(own);
        self.refuse_second_line(&credential, &settings);
        let written = &step.line.url;
        let url = url::bind(&mut self.binder, written, source, &settings);
        let cookies = self.binder.cookies(&step.cookies, &settings, &credential, source);
        let body =
            step.body.as_ref().map(|b| body::bind(&mut self.binder, b, source, written.span));
        self.refuse_unfollowed(step, &settings);
        let mut bind = Expectations { binder: &mut self.binder, source };
        let expectations = step.expectations.iter().map(|e| bind.bind(e)).collect();
        let method = step.line.method.as_str().into();
        let pause = step.waits.iter().map(|wait| pause(&mut self.binder, wait, source)).sum();
        let poll = step.poll.as_ref().and_then(|p| poll(&mut self.binder, p, source));
        let captures = self.binder.captures(step, source);
        let span = written.span;
        Step {
            stage,
            name,
            pause,
            span,
            method,
            url,
            cookies,
            body,
            credential,
            settings,
            expectations,
            captures,
            poll,
        }
    }

    /// Where no redirect is followed, nothing can be wrong with where they led.
    fn refuse_unfollowed(&mut self, step: &WrittenStep, settings: &StepSettings) {
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
            let what = match expectation.demand {
                Demand::Url(_) => "url",
                Demand::Redirects(_) => "redirects",
                _ => continue,
            };
            let title = format!("`{what}` proves nothing: no redirect is followed");
            let source = &self.suite.source;
            self.binder.fault(source, expectation.span, title).label =
                "say how many may be: `follow_redirects: 1` beside `request`".into();
        }
    }

    /// Tests that say nothing about their settings share those of their file; `own` are the levels
    /// below it.
    pub(super) fn settings(&mut self, own: &[&Settings]) -> Arc<StepSettings> {
        let shared = !self.binder.has_own_captures() && own.iter().all(|s| says_nothing(s));
        if !shared {
            return Arc::new(effective(&mut self.binder, true));
        }
        let binder = &mut self.binder;
        self.settings.get_or_insert_with(|| Arc::new(effective(binder, false))).clone()
    }

    /// Tests that say nothing about authentication share the credential of their file.
    pub(super) fn credential(&mut self, own: &[&Settings]) -> Credential {
        let silent = |s: &&Settings| s.auth.is_none() && s.tokens.is_empty() && s.vars.is_empty();
        if self.binder.has_own_captures() || !own.iter().all(silent) {
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
