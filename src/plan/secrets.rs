//! The secrets that are known before the run, and the names that must not show them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::probes::Endpoint;
use super::scope::{self, Binder, Inputs};
use super::{Case, Plan, SpecFile};
use crate::diagnostic::Diagnostic;
use crate::secret::names::{is_secret, is_secret_field};
use crate::secret::{Redactor, SHORT, TINY};
use crate::source::{Place, Source, Span};
use crate::suite::project::Project;
use crate::template::{Draft, Template};

/// Secrets and where each was first defined.
pub type Secrets = HashMap<Box<str>, Place>;

impl Binder<'_> {
    /// Notes that `value` must not be shown.
    pub fn learn(&mut self, value: &str, source: &Arc<Source>, span: Span) {
        if !self.secrets.contains_key(value) && !value.trim().is_empty() {
            self.secrets.insert(value.into(), Place::new(source, span));
        }
    }
}

impl Binder<'_> {
    /// Notes what a body of JSON, all names bound, has under names that give a secret.
    pub fn learn_in_body(&mut self, body: &Draft, source: &Arc<Source>, span: Span) {
        match body {
            Draft::Fixed(value) => self.learn_in_value(value, source, span),
            Draft::Text(_) => {}
            Draft::List(items) => {
                items.iter().for_each(|item| self.learn_in_body(item, source, span));
            }
            Draft::Map(members) => {
                for (name, value) in members {
                    match value {
                        Draft::Fixed(Value::String(text))
                            if name.as_fixed().is_some_and(|name| is_secret(name, text)) =>
                        {
                            self.learn(text, source, span);
                        }
                        value => self.learn_in_body(value, source, span),
                    }
                }
            }
        }
    }

    /// As [`Binder::learn_in_body`], for a value in which nothing is to be bound.
    pub(super) fn learn_in_value(&mut self, value: &Value, source: &Arc<Source>, span: Span) {
        match value {
            Value::Array(items) => {
                items.iter().for_each(|item| self.learn_in_value(item, source, span));
            }
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if is_secret(name, text) => {
                            self.learn(text, source, span);
                        }
                        value => self.learn_in_value(value, source, span),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// As [`Binder::learn_in_body`], for a field of a form or a query.
    pub fn learn_field(
        &mut self,
        name: &Template,
        value: &Template,
        source: &Arc<Source>,
        span: Span,
    ) {
        if let (Some(name), Some(value)) = (name.as_fixed(), value.as_fixed())
            && is_secret(name, value)
        {
            self.learn(value, source, span);
        }
    }

    /// As [`Binder::learn_field`], for a field of the header.
    pub fn learn_header(
        &mut self,
        name: &Template,
        value: &Template,
        source: &Arc<Source>,
        span: Span,
    ) {
        if let (Some(name), Some(value)) = (name.as_fixed(), value.as_fixed())
            && is_secret_field(name, value)
        {
            self.learn(value, source, span);
        }
    }
}

/// A warning for every secret that is too short to be one, in the order of their places.
pub fn short(secrets: &Secrets) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> =
        secrets.iter().filter_map(|(value, place)| short_secret(value, place)).collect();
    warnings.sort_by_key(|warning| (warning.place.span.start, warning.label.clone()));
    // The rows of a test may give a place thousands of them.
    warnings.dedup_by(|a, b| a.place.span == b.place.span && a.label == b.label);
    warnings
}

/// A warning when `value` is too short to be a secret.
pub fn short_secret(value: &str, place: &Place) -> Option<Diagnostic> {
    if value.chars().count() >= SHORT {
        return None;
    }
    let title = format!("a secret of fewer than {SHORT} characters");
    let (label, help) = match value.len() < TINY {
        true => (
            "too short to be hidden inside words",
            "it is hidden only where no letter or digit stands beside it: use a longer one",
        ),
        false => (
            "it can be guessed",
            "wherever its characters stand in the output, they are hidden: use a longer one",
        ),
    };
    Some(Diagnostic::warning(&place.source, place.span, title).label(label).help(help))
}

/// The values under `secrets` of the project file, and what is wrong with them. One that the
/// environment does not hold has no effect: it cannot be shown either.
pub fn of_project(project: &Project, inputs: &Inputs) -> (Secrets, Vec<Diagnostic>) {
    let mut binder = Binder::new(inputs, scope::of_project(project).collect());
    for secret in &project.secrets {
        let missing = binder.missing.len();
        match binder.template(&secret.value, &project.source) {
            _ if binder.missing.len() > missing => {}
            Template::Fixed(value) => binder.learn(&value, &project.source, secret.span),
            Template::Parts(_) => {
                let title = "a value under `secrets` must be known before the run";
                binder.fault(&project.source, secret.span, title).label =
                    "write `${env.NAME}`, or the value itself".into();
            }
        }
    }
    let mut faults = binder.faults;
    faults.extend(short(&binder.secrets));
    (binder.secrets, faults)
}

impl Plan {
    /// Takes the secrets out of the names of cases, files and endpoints. Names of a file that become the same
    /// are numbered: a report tells cases apart by them. Select first: a filter knows the names as
    /// they were written.
    pub fn hide_secrets(&mut self, redactor: &Redactor) {
        let mut hidden: HashMap<*const SpecFile, Arc<SpecFile>> = HashMap::new();
        let mut taken = HashMap::new();
        for case in &mut self.cases {
            let file = Arc::as_ptr(&case.file);
            if let Some(endpoint) = &case.endpoint
                && let Cow::Owned(path) = redactor.redact(&endpoint.path)
            {
                let path = path.into();
                case.endpoint = Some(Arc::new(Endpoint { path, ..Endpoint::clone(endpoint) }));
            }
            if let Some(all) = &case.sends_to
                && all.iter().any(|to| matches!(redactor.redact(&to.path), Cow::Owned(_)))
            {
                let hidden = |to: &Endpoint| {
                    let path = redactor.redact(&to.path).into();
                    Endpoint { path, ..to.clone() }
                };
                case.sends_to = Some(all.iter().map(hidden).collect());
            }
            if let Some(name) = hidden_name(case, redactor) {
                let number = taken.entry((file, name.clone())).or_insert(0);
                *number += 1;
                case.name = match *number {
                    1 => name.into(),
                    number => format!("{name} ({number})").into(),
                };
            }
            if let Cow::Owned(name) = redactor.redact(&case.file.name) {
                let renamed = || Arc::new(SpecFile { name, ..SpecFile::clone(&case.file) });
                case.file = hidden.entry(file).or_insert_with(renamed).clone();
            }
        }
    }
}

/// The name of a case without secrets, if it has any. What is cut short of a value is judged by all
/// of that: half of a secret looks like none.
fn hidden_name(case: &Case, redactor: &Redactor) -> Option<String> {
    let mut name = Cow::Borrowed(&*case.name);
    for cut in case.cut.iter().flat_map(|cut| cut.iter()) {
        if let Some(hidden) = cut.hide(&name, redactor) {
            name = Cow::Owned(hidden);
        }
    }
    if let Cow::Owned(hidden) = redactor.redact(&name) {
        name = Cow::Owned(hidden);
    }
    match name {
        Cow::Borrowed(_) => None,
        Cow::Owned(name) => Some(name),
    }
}
