//! From a suite to its cases.

use std::collections::HashMap;
use std::sync::Arc;

use super::bind::Expectations;
use super::credential::{Credential, Credentials, Token, relative_to};
use super::scope::{Binder, Inputs, Level, place};
use super::secrets::short;
use super::settings::{StepSettings, effective, fields, says_nothing};
use super::{Body, Case, FilePlan, SpecFile, Step, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, Span};
use crate::suite::Suite;
use crate::suite::project::Project;
use crate::suite::request::Body as WrittenBody;
use crate::suite::settings::Settings;
use crate::suite::test::{Step as WrittenStep, Test};
use crate::template::Template;

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
    let cases: Vec<Case> = suite.tests.iter().map(|test| expansion.case(test)).collect();
    expansion.check_names(&cases);
    let Expansion { binder, tokens, file, .. } = expansion;

    let mut diagnostics = faults;
    diagnostics.extend(binder.faults.iter().cloned());
    diagnostics.extend(short(&binder.secrets));
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        let invalid = invalid(source, Some(&file.name), diagnostics);
        return FilePlan { secrets: binder.secrets, ..invalid };
    }
    diagnostics.extend(unused(suite, &binder));
    let used_vars = binder.used_vars.into_iter().collect();
    FilePlan { cases, tokens, diagnostics, used_vars, secrets: binder.secrets }
}

/// The plan of a file that cannot be used: one case, so that no report can miss it.
pub fn invalid(source: &Arc<Source>, name: Option<&str>, faults: Vec<Diagnostic>) -> FilePlan {
    let diagnostics = without_repeats(faults);
    let errors: Vec<Diagnostic> =
        diagnostics.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    let location = errors.first().map(|d| d.place.location());
    let file = SpecFile {
        source: source.clone(),
        name: name.unwrap_or(source.path()).to_owned(),
        serial: false,
        tokens: Vec::new(),
    };
    let case = Case {
        file: Arc::new(file),
        name: "is a valid spec".into(),
        line: location.map_or(1, |l| l.line as u32),
        column: location.map_or(1, |l| l.column as u32),
        last_line: u32::MAX,
        span: errors.first().map_or(Span::default(), |d| d.place.span),
        tags: Arc::new([]),
        work: Work::Invalid(errors),
    };
    FilePlan { cases: vec![case], diagnostics, ..FilePlan::default() }
}

/// A setting that many tests inherit is bound for each of them, its fault told once.
fn without_repeats(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = std::collections::HashSet::new();
    diagnostics.retain(|d| seen.insert((place(&d.place.source, d.place.span), d.title.clone())));
    diagnostics.sort_by_key(|d| (d.place.source.path().to_owned(), d.place.span.start));
    diagnostics
}

struct Expansion<'s> {
    suite: &'s Suite,
    binder: Binder<'s>,
    tokens: Vec<Token>,
    file: Arc<SpecFile>,
    settings: Arc<StepSettings>,
    credential: Option<(Credential, Vec<Diagnostic>)>,
    tags: Arc<[Box<str>]>,
}

impl<'s> Expansion<'s> {
    fn new(suite: &'s Suite, mut binder: Binder<'s>) -> Expansion<'s> {
        let settings = Arc::new(effective(&mut binder, false));
        let name = suite.name.as_ref().map(|name| {
            let bound = binder.template(&name.value, &suite.source);
            bound.as_fixed().unwrap_or_default().to_owned()
        });
        let file = Arc::new(SpecFile {
            source: suite.source.clone(),
            name: name.unwrap_or_else(|| suite.source.path().to_owned()),
            serial: suite.serial,
            tokens: Vec::new(),
        });
        let tags = tags_of(binder.levels());
        Expansion { suite, binder, tokens: Vec::new(), file, settings, credential: None, tags }
    }

    fn case(&mut self, test: &'s Test) -> Case {
        let level = Level { source: &self.suite.source, settings: &test.settings };
        let outside = self.binder.enter(level);
        let case = self.case_inside(test);
        self.binder.leave(outside);
        case
    }

    fn case_inside(&mut self, test: &Test) -> Case {
        let source = &self.suite.source;
        let (start, end) = (source.location(test.span.start), source.location(test.span.end));
        let name = self.name(test);
        let tags = match test.settings.tags.is_empty() {
            true => self.tags.clone(),
            false => tags_of(self.binder.levels()),
        };
        let mut missing = Vec::new();
        let steps: Vec<Step> =
            test.steps.iter().map(|step| self.step(test, step, &mut missing)).collect();
        let work = match &test.skip {
            Some(reason) => {
                let reason = self.binder.template(&reason.value, source);
                Work::Skip(reason.as_fixed().unwrap_or_default().into())
            }
            None if missing.is_empty() => Work::Steps(steps.into()),
            None => Work::Unready(missing),
        };
        Case {
            file: self.file.clone(),
            name,
            line: start.line as u32,
            column: start.column as u32,
            last_line: end.line as u32,
            span: test.name.span,
            tags,
            work,
        }
    }

    fn name(&mut self, test: &Test) -> Box<str> {
        let source = &self.suite.source;
        match self.binder.template(&test.name.value, source) {
            Template::Fixed(name) => name,
            Template::Parts(_) => {
                let title = "a name must be known before the run";
                self.binder.fault(source, test.name.span, title);
                "".into()
            }
        }
    }

    fn step(&mut self, test: &Test, step: &WrittenStep, missing: &mut Vec<Diagnostic>) -> Step {
        let source = &self.suite.source;
        let settings = match says_nothing(&test.settings) {
            true => self.settings.clone(),
            false => Arc::new(effective(&mut self.binder, true)),
        };
        missing.extend(settings.missing.iter().cloned());
        let credential = self.credential(test, missing);
        if !matches!(credential, Credential::None) {
            self.refuse_second_authorization(&settings, step);
        }
        let url = self.binder.url(&step.line.url.value, source);
        self.check_url(&url, step.line.url.span, &settings);
        let body = step.body.as_ref().map(|body| self.body(body));
        let mut bind = Expectations { binder: &mut self.binder, source };
        let expectations = step.expectations.iter().map(|e| bind.bind(e)).collect();
        missing.append(&mut self.binder.missing);
        let method = step.line.method.as_str().into();
        let span = step.line.url.span;
        Step { span, method, url, body, credential, settings, expectations }
    }

    /// Tests that say nothing about authentication share the credential of their file.
    fn credential(&mut self, test: &Test, missing: &mut Vec<Diagnostic>) -> Credential {
        let Settings { auth, tokens, vars, .. } = &test.settings;
        let shared = auth.is_none() && tokens.is_empty() && vars.is_empty();
        if shared && let Some((credential, lacks)) = &self.credential {
            missing.extend(lacks.iter().cloned());
            return credential.clone();
        }
        let mut bind = Credentials { binder: &mut self.binder, tokens: &mut self.tokens };
        let credential = bind.effective();
        let mut lacks = std::mem::take(&mut self.binder.missing);
        if let Credential::Token(id) = &credential {
            lacks.extend(self.tokens[id.0 as usize].missing.iter().cloned());
        }
        missing.extend(lacks.iter().cloned());
        if shared {
            self.credential = Some((credential.clone(), lacks));
        }
        credential
    }

    /// `headers` cannot hold `Authorization`, but a variable in a name could spell it.
    fn refuse_second_authorization(&mut self, settings: &StepSettings, step: &WrittenStep) {
        let spelled = settings.headers.iter().any(|(name, _)| {
            name.as_fixed().is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
        });
        if spelled {
            let title = "`headers` spells `Authorization` with a variable";
            self.binder.fault(&self.suite.source, step.line.url.span, title).label =
                "credentials are sent by `auth`".into();
        }
    }

    fn check_url(&mut self, url: &Template, span: Span, settings: &StepSettings) {
        let Some(text) = url.as_fixed() else { return };
        let source = &self.suite.source;
        let whole = match (text.starts_with('/'), &settings.base_url) {
            (false, _) => text.to_owned(),
            (true, None) => {
                self.binder.fault(source, span, "a path without a `base_url`").label =
                    "nothing says which server this is".into();
                return;
            }
            (true, Some(base)) => match base.as_fixed() {
                Some("") if !settings.missing.is_empty() => return,
                Some(base) => format!("{}{text}", base.strip_suffix('/').unwrap_or(base)),
                // Known only when the server runs; any origin serves to check the rest.
                None => format!("http://127.0.0.1{text}"),
            },
        };
        if self.binder.missing.is_empty()
            && let Err(reason) = crate::http::url::Target::parse(&whole)
        {
            self.binder.fault(source, span, "bad URL").label = reason;
        }
    }

    fn body(&mut self, body: &WrittenBody) -> Body {
        let source = &self.suite.source;
        match body {
            WrittenBody::Json(draft) => Body::Json(self.binder.draft(draft, source)),
            WrittenBody::Form(form) => Body::Form(
                form.iter().flat_map(|field| fields(&mut self.binder, field, source)).collect(),
            ),
            WrittenBody::Text(text) => Body::Text(self.binder.template(text, source)),
            WrittenBody::File(path) => {
                let bound = self.binder.template(&path.value, source);
                Body::File(relative_to(source, bound))
            }
            WrittenBody::Bytes(bytes) => Body::Bytes(bytes.as_slice().into()),
        }
    }

    /// Written names were compared when the file was read; names with variables only now.
    fn check_names(&mut self, cases: &[Case]) {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for (case, test) in cases.iter().zip(&self.suite.tests) {
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

/// Definitions of the file that nothing uses: most often the other half of a typing error.
fn unused(suite: &Suite, binder: &Binder) -> Vec<Diagnostic> {
    let levels = std::iter::once(&suite.settings).chain(suite.tests.iter().map(|t| &t.settings));
    let mut warnings = Vec::new();
    for settings in levels {
        let vars = settings.vars.iter().map(|(name, _)| ("variable", name));
        let tokens = settings.tokens.iter().map(|(name, _)| ("token", name));
        for (what, name) in vars.chain(tokens) {
            if !binder.used.contains(&place(&suite.source, name.span)) {
                let title = format!("nothing uses the {what} `{}`", name.value);
                warnings.push(Diagnostic::warning(&suite.source, name.span, title));
            }
        }
    }
    warnings
}
