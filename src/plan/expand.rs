//! From a suite to its cases.

mod rows;
mod steps;
mod uses;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::rows::Shared;
use self::steps::Taken;
use super::capture::mark_sensitive;
use super::credential::Credential;
use super::frames::coming;
use super::invalid::{invalid, sort};
use super::origins::{self, Inherited};
use super::probes::assign::{self, Control};
use super::probes::check;
use super::probes::endpoint;
use super::probes::{Declared, Endpoint, Extras};
use super::scope::{Binder, Inputs, Level, of_project, place};
use super::secrets::short;
use super::settings::StepSettings;
use super::tokens::Tokens;
use super::unused::{settle, try_settings};
use super::{Case, FilePlan, SpecFile, Stage, Work};
use crate::diagnostic::{Diagnostic, Severity, roots};
use crate::source::Source;
use crate::suite::Suite;
use crate::suite::project::Project;
use crate::suite::settings::Settings;
use crate::suite::step::Step as WrittenStep;
use crate::suite::test::Test;
use crate::template::{Moment, Slot, identity};

/// Plans a file: `suite` is what could be read of it, `faults` what could not.
pub fn expand(
    source: &Arc<Source>,
    suite: Option<&Suite>,
    faults: Vec<Diagnostic>,
    project: Option<&Project>,
    inputs: &Inputs,
) -> FilePlan {
    let Some(suite) = suite else { return invalid(source, None, faults) };
    let mut levels = vec![Level::new(&suite.source, &suite.settings)];
    levels.extend(project.into_iter().flat_map(of_project));
    let mut expansion = Expansion::new(suite, Binder::new(inputs, levels));
    expansion.check_enforce();
    let overridden = project.map(|p| origins::overridden(&suite.settings, &suite.source, p));
    expansion.warnings.extend(overridden.unwrap_or_default());
    expansion.chosen = project.and_then(|p| origins::Chosen::of(p, &suite.settings));
    let mut setup = expansion.around(Stage::Setup, &suite.setup);
    let mut cases: Vec<Case> = suite.tests.iter().flat_map(|test| expansion.cases(test)).collect();
    let teardown = expansion.around(Stage::Teardown, &suite.teardown);
    expansion.add_sent_around(&mut cases);
    if let Some(Work::Steps(steps)) = setup.as_mut().map(|case| &mut case.work) {
        mark_sensitive(steps, &expansion.secret_slots);
    }
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
    /// How many more steps the case at hand may have.
    room: usize,
    /// What tests inherit that have no settings of their own.
    inherited: Arc<[Inherited]>,
    warnings: Vec<Diagnostic>,
    /// Where the chosen environment sends requests.
    chosen: Option<origins::Chosen>,
    /// Where the tests go, and the methods that they use there, those that are skipped included.
    declared: HashSet<(Box<str>, Declared)>,
    /// What is sent a bearer token before and after all tests.
    around_sends_to: Vec<Endpoint>,
    /// What the rows of the test at hand share.
    shared: Shared,
    /// What was probed because of an inherited `enforce`.
    probed: HashSet<u64>,
    /// What of the captures is sent as a secret, those of the set-up among them.
    secret_slots: HashSet<Slot>,
}

/// The step of a test whose wrong forms are its probes.
struct Chosen<'s> {
    /// Its position among all steps of the test.
    at: usize,
    written: &'s WrittenStep,
    extras: Extras,
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
        let all = suite.tests.iter().flat_map(Test::items);
        binder.captures_of_tests = coming(all, source, &suite.fragments);
        let (tokens, warnings) = (Tokens::default(), Vec::new());
        let tags = tags_of(binder.levels());
        let inherited = origins::inherited(binder.levels(), 0);
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
            room: 0,
            inherited,
            warnings,
            chosen: None,
            declared,
            around_sends_to: Vec::new(),
            shared: Shared::default(),
            probed: HashSet::new(),
            secret_slots: HashSet::new(),
        }
    }

    /// What is sent around the tests is sent for each of them.
    fn add_sent_around(&self, cases: &mut [Case]) {
        if self.around_sends_to.is_empty() {
            return;
        }
        for case in cases.iter_mut().filter(|case| !matches!(case.work, Work::Probe(_))) {
            let own = case.sends_to.as_deref().unwrap_or_default();
            case.sends_to = Some([own, &self.around_sends_to].concat().into());
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
        self.warnings.extend(unused.into_iter().chain(self.unused_columns()));
        let Binder { faults: unbound, used, used_vars, secrets, generates, .. } = self.binder;
        let used_vars = used_vars.into_iter().collect();
        let diagnostics = roots(faults.into_iter().chain(unbound).collect());
        let diagnostics = [diagnostics, short(&secrets)].concat();
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            let plan = invalid(source, Some(&self.file.name), diagnostics);
            return FilePlan { used, used_vars, secrets, ..plan };
        }
        let mut diagnostics = [diagnostics, self.warnings].concat();
        // A fragment that is used twice has its warnings twice.
        let mut seen = HashSet::new();
        diagnostics
            .retain(|d| seen.insert((place(&d.place.source, d.place.span), d.title.clone())));
        sort(&mut diagnostics, source);
        let (tokens, declared) = (self.tokens.all, self.declared);
        FilePlan { cases, tokens, diagnostics, used, used_vars, declared, secrets, generates }
    }

    /// What is wrong with the `enforce` of the spec and of the project, whoever it covers.
    fn check_enforce(&mut self) {
        for level in self.binder.levels().to_vec() {
            check::check(&mut self.binder, level);
        }
    }

    /// The cases of a test, each with its probes.
    fn cases(&mut self, test: &'s Test) -> Vec<Case> {
        let source = &self.suite.source;
        self.binder.moment = Moment::Case;
        let outside = self.binder.enter(Level::new(source, &test.settings));
        let cases = match &test.data {
            Some(data) => self.each_row(test, data),
            None => self.run(test),
        };
        self.settle(&test.settings, source);
        self.binder.leave(outside);
        cases
    }

    /// Ends the level of a test or a step.
    fn settle(&mut self, settings: &'s Settings, source: &'s Arc<Source>) {
        self.warnings.extend(settle(&mut self.binder, settings, source));
        let chosen = self.chosen.as_ref();
        self.warnings.extend(chosen.and_then(|chosen| chosen.replaced_by(settings, source)));
    }

    /// The case of one run of a test, and its probes.
    fn run(&mut self, test: &'s Test) -> Vec<Case> {
        let (mut case, control) = self.case_inside(test);
        let probes = self.probes(test, &mut case, control);
        self.tell_unheeded_retry(test, &case);
        std::iter::once(case).chain(probes).collect()
    }

    fn probes(
        &mut self,
        test: &'s Test,
        case: &mut Case,
        control: Option<Chosen<'s>>,
    ) -> Vec<Case> {
        if let Some(level) = self.binder.levels().first().copied() {
            check::check(&mut self.binder, level);
        }
        let Some(Chosen { at, written, extras }) = control else { return Vec::new() };
        self.beside(test, written, at, |expansion| {
            if let Some(level) = expansion.binder.levels().first().copied() {
                check::check(&mut expansion.binder, level);
            }
            let (tokens, probed) = (&expansion.tokens.all, &mut expansion.probed);
            let control = Control { case, at, written, tokens, extras, probed };
            control.probes(&mut expansion.binder)
        })
    }

    /// To write `retry` and `enforce` on one test is a fault; what it only inherits wins in silence.
    fn tell_unheeded_retry(&mut self, test: &Test, case: &Case) {
        let retry = test.settings.retry.as_ref().filter(|retry| !retry.value.is_none());
        let inherits = case.enforced.as_ref().is_some_and(|enforced| !enforced.own);
        if let Some(retry) = retry.filter(|_| inherits) {
            let title = "`retry` on a test that is probed";
            let warning = Diagnostic::warning(&self.suite.source, retry.span, title);
            let warning = warning.label("it is not run again, for it inherits `enforce`");
            self.warnings.push(warning.help("take it away, or write `enforce: none` beside it"));
        }
    }

    /// Works under the settings of the step at this position, if that asks for probes itself; one of a fragment
    /// never does.
    fn beside<T>(
        &mut self,
        test: &'s Test,
        step: &'s WrittenStep,
        at: usize,
        work: impl FnOnce(&mut Expansion<'s>) -> T,
    ) -> T {
        if !test.listed || !assign::asks_for_probes(&step.settings) {
            return work(self);
        }
        let source = &self.suite.source;
        self.binder.moment = Moment::Step(at as u32);
        let outside = self.binder.enter(Level::new(source, &step.settings));
        let result = work(self);
        self.binder.leave(outside);
        result
    }

    fn case_inside(&mut self, test: &'s Test) -> (Case, Option<Chosen<'s>>) {
        let source = &self.suite.source;
        let (start, end) = (source.location(test.span.start), source.location(test.span.end));
        let inherited = self.inherited(&test.settings);
        let levels = self.binder.levels();
        let tags = match (test.settings.tags.is_empty(), self.binder.has_row()) {
            (true, _) => self.tags.clone(),
            (false, false) => tags_of(levels),
            (false, true) => self.shared.tags.get_or_insert_with(|| tags_of(levels)).clone(),
        };
        if let Some(description) = &test.description {
            self.binder.apart(|binder| binder.template(&description.value, source));
        }
        self.binder.missing = self.missing.clone();
        let reads = self.binder.row_reads;
        let mut name = self.binder.known(&test.name, source, "a name");
        if self.binder.row_reads == reads {
            name = (String::from(name) + &self.binder.row_name()).into();
        }
        let skip = test.skip.as_ref().map(|reason| self.binder.known(reason, source, "the reason"));
        let (Taken { steps, written }, unset) = self.steps(test);
        let unused = self.binder.end_captures(source);
        self.warnings.extend(unused);
        self.declared.extend(steps.iter().map(Declared::of));
        let at = match test.is_scenario() {
            true => assign::control_of(&mut self.binder, test, &steps, &written),
            false => Some(0),
        };
        let control = at.and_then(|at| {
            let written = *written.get(at)?;
            let extras = self.beside(test, written, at, |expansion| {
                let Expansion { binder, tokens, .. } = expansion;
                assign::extras(binder, tokens, steps.get(at))
            });
            Some(Chosen { at, written, extras })
        });
        // Of a single request its endpoint says it.
        let several = steps.len() > 1;
        let sends_to = several.then(|| endpoint::of_all(&steps, &written)).flatten();
        let missing = std::mem::take(&mut self.binder.missing);
        let work = match skip {
            _ if !missing.is_empty() => Work::Unset(missing),
            Some(reason) => Work::Skip(reason),
            None if unset.is_empty() => Work::Steps(steps.into()),
            None => Work::Unset(unset),
        };
        let identity = identity(&[source.path(), &name]);
        let case = Case {
            file: self.file.clone(),
            name,
            identity,
            line: start.line as u32,
            column: start.column as u32,
            last_line: end.line as u32,
            tags,
            work,
            endpoint: None,
            sends_to,
            enforced: None,
            around: None,
            row: None,
            cut: None,
            inherited,
        };
        (case, control)
    }

    /// What a test with these settings inherits.
    fn inherited(&mut self, own: &Settings) -> Arc<[Inherited]> {
        let levels = self.binder.levels();
        let by_levels = || origins::inherited(levels, 1);
        match (origins::is_silent(own), self.binder.has_row()) {
            (true, _) => self.inherited.clone(),
            (false, false) => by_levels(),
            (false, true) => self.shared.inherited.get_or_insert_with(by_levels).clone(),
        }
    }

    /// Written names were compared when the file was read; names with variables only now.
    fn check_names(&mut self, cases: &[Case], tests: &[Test]) {
        let source = &self.suite.source;
        let mut seen: HashMap<&str, (&Case, bool)> = HashMap::new();
        let is_test = |case: &&Case| case.around.is_none() && !matches!(case.work, Work::Probe(_));
        let mut rest = tests.iter().peekable();
        for case in cases.iter().filter(is_test) {
            let begins = |test: &&Test| {
                let start = source.location(test.span.start);
                (start.line as u32, start.column as u32) == (case.line, case.column)
            };
            while rest.peek().is_some_and(|test| !begins(test)) {
                rest.next();
            }
            let Some(test) = rest.peek() else { break };
            let as_written = test.name.value.as_fixed().is_some() && case.row.is_none();
            let Some((first, first_as_written)) = seen.insert(&case.name, (case, as_written))
            else {
                continue;
            };
            let title = format!("a second test named `{}`", case.name);
            let is_told = |fault: &Diagnostic| {
                fault.place.span == test.name.span && fault.title.starts_with("a second ")
            };
            if (as_written && first_as_written) || self.binder.faults.iter().any(is_told) {
                continue;
            }
            let fault = self.binder.fault(source, test.name.span, title);
            fault.label = format!("the first one stands in line {}", first.line);
            if let (Some(row), Some(of_first)) = (&case.row, &first.row) {
                fault.label = match row.to_string() == of_first.to_string() {
                    true => "two combinations of `matrix` give this name".into(),
                    false => format!("the row at {row} gives this name, and so does {of_first}"),
                };
                let help = "let `name` show a column that tells them apart";
                fault.helps.push(help.into());
            }
        }
    }
}

fn tags_of(levels: &[Level]) -> Arc<[Box<str>]> {
    let tags = levels.iter().rev().flat_map(|level| &level.settings.tags);
    tags.map(|tag| tag.value.as_str().into()).collect()
}
