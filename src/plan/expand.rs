//! From a suite to its cases.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::bind::Expectations;
use super::capture::keep_secret;
use super::credential::{self, Credential};
use super::invalid::invalid;
use super::probes::assign::{self, Control};
use super::probes::check;
use super::probes::{Declared, Extras};
use super::scope::{Binder, Inputs, Level};
use super::secrets::short;
use super::settings::{StepSettings, effective, pause, says_nothing};
use super::tokens::Tokens;
use super::unused::{settle, try_settings};
use super::{Case, FilePlan, SpecFile, Stage, Step, Work, body, url};
use crate::diagnostic::{Diagnostic, Severity, roots};
use crate::source::Source;
use crate::suite::Suite;
use crate::suite::project::Project;
use crate::suite::settings::Settings;
use crate::suite::step::Step as WrittenStep;
use crate::suite::test::Test;

/// Plans a file: `suite` is what could be read of it, `faults` what could not.
pub fn expand(
    source: &Arc<Source>,
    suite: Option<&Suite>,
    faults: Vec<Diagnostic>,
    project: Option<&Project>,
    inputs: &Inputs,
) -> FilePlan {
    let Some(suite) = suite else { return invalid(source, None, faults) };
    let mut levels = vec![Level { source: &suite.source, settings: &suite.settings }];
    levels.extend(project.map(|p| Level { source: &p.source, settings: &p.settings }));
    let mut expansion = Expansion::new(suite, Binder::new(inputs, levels));
    expansion.check_enforce();
    let setup = expansion.around(Stage::Setup, &suite.setup);
    let mut cases: Vec<Case> = suite.tests.iter().flat_map(|test| expansion.cases(test)).collect();
    let teardown = expansion.around(Stage::Teardown, &suite.teardown);
    cases.splice(0..0, setup);
    cases.extend(teardown);
    expansion.finish(cases, faults)
}

struct Expansion<'s> {
    suite: &'s Suite,
    binder: Binder<'s>,
    tokens: Tokens,
    file: Arc<SpecFile>,
    /// What the environment lacks for the name of the file, and so for all of its cases.
    missing: Vec<Diagnostic>,
    /// The settings of tests that have none of their own.
    settings: Option<Arc<StepSettings>>,
    /// The credential of such tests, and what the environment lacks for it.
    credential: Option<(Credential, Vec<Diagnostic>)>,
    tags: Arc<[Box<str>]>,
    warnings: Vec<Diagnostic>,
    /// Where the tests go, and the methods that they use there, those that are skipped included.
    declared: HashSet<(Box<str>, Declared)>,
}

impl<'s> Expansion<'s> {
    fn new(suite: &'s Suite, mut binder: Binder<'s>) -> Expansion<'s> {
        let source = &suite.source;
        let (name, missing) = binder.apart(|binder| {
            if let Some(description) = &suite.description {
                binder.apart(|binder| binder.template(&description.value, source));
            }
            let name = suite.name.as_ref()?;
            Some(binder.known(name, source, "the name of a spec"))
        });
        let file = Arc::new(SpecFile {
            source: source.clone(),
            name: name.map_or_else(|| source.path().to_owned(), String::from),
            serial: suite.serial,
            tokens: Vec::new(),
            site: None,
        });
        let (tokens, warnings) = (Tokens::default(), Vec::new());
        let tags = tags_of(binder.levels());
        let (settings, credential) = (None, None);
        let declared = HashSet::new();
        Expansion {
            suite,
            binder,
            tokens,
            file,
            missing,
            settings,
            credential,
            tags,
            warnings,
            declared,
        }
    }

    /// A file with an error is invalid as a whole; `faults` are those found when it was read.
    fn finish(mut self, cases: Vec<Case>, faults: Vec<Diagnostic>) -> FilePlan {
        let Suite { source, settings, tests, .. } = self.suite;
        self.check_names(&cases, tests);
        if !settings.broken {
            try_settings(&mut self.binder, settings, source);
        }
        self.warnings.extend(settle(&mut self.binder, settings, source));
        let unused = self.binder.unused_captures(0, source);
        self.warnings.extend(unused);
        let Binder { faults: unbound, used, used_vars, secrets, .. } = self.binder;
        let used_vars = used_vars.into_iter().collect();
        let diagnostics = roots(faults.into_iter().chain(unbound).collect());
        let diagnostics = [diagnostics, short(&secrets)].concat();
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            let plan = invalid(source, Some(&self.file.name), diagnostics);
            return FilePlan { used, used_vars, secrets, ..plan };
        }
        let mut diagnostics = [diagnostics, self.warnings].concat();
        diagnostics.sort_by_key(|d| d.place.span.start);
        let (tokens, declared) = (self.tokens.0, self.declared);
        FilePlan { cases, tokens, diagnostics, used, used_vars, declared, secrets }
    }

    /// What is wrong with the `enforce` of the spec and of the project, whoever it covers.
    fn check_enforce(&mut self) {
        for level in self.binder.levels().to_vec() {
            check::check(&mut self.binder, level);
        }
    }

    /// The case of a test, and its probes.
    fn cases(&mut self, test: &'s Test) -> Vec<Case> {
        let source = &self.suite.source;
        let outside = self.binder.enter(Level { source, settings: &test.settings });
        let (mut case, extras) = self.case_inside(test);
        let probes = self.probes(test, &mut case, extras);
        let warnings = settle(&mut self.binder, &test.settings, source);
        self.warnings.extend(warnings);
        self.binder.leave(outside);
        std::iter::once(case).chain(probes).collect()
    }

    fn probes(&mut self, test: &Test, case: &mut Case, extras: Extras) -> Vec<Case> {
        if let Some(level) = self.binder.levels().first().copied() {
            check::check(&mut self.binder, level);
        }
        if test.is_scenario() {
            assign::scenario(&mut self.binder, case, test);
            return Vec::new();
        }
        let Some(written) = test.steps.first() else { return Vec::new() };
        let control = Control { case, written, tokens: &self.tokens.0, extras };
        control.probes(&mut self.binder)
    }

    fn case_inside(&mut self, test: &'s Test) -> (Case, Extras) {
        let source = &self.suite.source;
        let (start, end) = (source.location(test.span.start), source.location(test.span.end));
        let tags = match test.settings.tags.is_empty() {
            true => self.tags.clone(),
            false => tags_of(self.binder.levels()),
        };
        if let Some(description) = &test.description {
            self.binder.apart(|binder| binder.template(&description.value, source));
        }
        self.binder.missing = self.missing.clone();
        let name = self.binder.known(&test.name, source, "a name");
        let skip = test.skip.as_ref().map(|reason| self.binder.known(reason, source, "the reason"));
        self.binder.begin_captures(test);
        let (steps, unset) = self.steps(test);
        let unused = self.binder.end_captures(source);
        self.warnings.extend(unused);
        self.declared.extend(steps.iter().map(Declared::of));
        let control = steps.first().filter(|_| !test.is_scenario());
        let extras = assign::extras(&mut self.binder, &mut self.tokens, control);
        let missing = std::mem::take(&mut self.binder.missing);
        let work = match skip {
            _ if !missing.is_empty() => Work::Unready(missing),
            Some(reason) => Work::Skip(reason),
            None if unset.is_empty() => Work::Steps(steps),
            None => Work::Unready(unset),
        };
        let case = Case {
            file: self.file.clone(),
            name,
            line: start.line as u32,
            column: start.column as u32,
            last_line: end.line as u32,
            tags,
            work,
            endpoint: None,
            enforced: None,
            around: None,
        };
        (case, extras)
    }

    /// The steps, and what the environment lacks for them.
    fn steps(&mut self, test: &'s Test) -> (Box<[Step]>, Vec<Diagnostic>) {
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
    fn around(&mut self, stage: Stage, written: &'s [WrittenStep]) -> Option<Case> {
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
            false => Work::Unready(missing),
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
        })
    }

    /// The steps of one part of a case; `outer` are the levels between them and the file.
    fn stage(
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
    fn numbered(
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

    fn step(
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
        let body =
            step.body.as_ref().map(|b| body::bind(&mut self.binder, b, source, written.span));
        let mut bind = Expectations { binder: &mut self.binder, source };
        let expectations = step.expectations.iter().map(|e| bind.bind(e)).collect();
        let method = step.line.method.as_str().into();
        let pause = step.waits.iter().map(|wait| pause(&mut self.binder, wait, source)).sum();
        let captures = self.binder.captures(step, source);
        let span = written.span;
        Step {
            stage,
            name,
            pause,
            span,
            method,
            url,
            body,
            credential,
            settings,
            expectations,
            captures,
        }
    }

    /// Tests that say nothing about their settings share those of their file; `own` are the levels
    /// below it.
    fn settings(&mut self, own: &[&Settings]) -> Arc<StepSettings> {
        let shared = !self.binder.has_own_captures() && own.iter().all(|s| says_nothing(s));
        if !shared {
            return Arc::new(effective(&mut self.binder, true));
        }
        let binder = &mut self.binder;
        self.settings.get_or_insert_with(|| Arc::new(effective(binder, false))).clone()
    }

    /// Tests that say nothing about authentication share the credential of their file.
    fn credential(&mut self, own: &[&Settings]) -> Credential {
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
    fn refuse_second_line(&mut self, credential: &Credential, settings: &StepSettings) {
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

    /// Written names were compared when the file was read; names with variables only now.
    fn check_names(&mut self, cases: &[Case], tests: &[Test]) {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let is_test = |case: &&Case| case.around.is_none() && !matches!(case.work, Work::Probe(_));
        let controls = cases.iter().filter(is_test);
        for (case, test) in controls.zip(tests) {
            if let Some(line) = seen.insert(&case.name, case.line)
                && test.name.value.as_fixed().is_none()
            {
                let title = format!("a second test named `{}`", case.name);
                self.binder.fault(&self.suite.source, test.name.span, title).label =
                    format!("the first one stands in line {line}");
            }
        }
    }
}

fn tags_of(levels: &[Level]) -> Arc<[Box<str>]> {
    let tags = levels.iter().rev().flat_map(|level| &level.settings.tags);
    tags.map(|tag| tag.value.as_str().into()).collect()
}
