//! What the steps of a test capture: which names the later ones know, and the slots behind them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::bind::Expectations;
use super::credential::Credential;
use super::frames::Coming;
use super::generated::is_generated;
use super::multipart::PartContent;
use super::named::secret_variables;
use super::scope::{Binder, Known, place};
use super::{Body, Captured, JsonText, Step as PlannedStep};
use crate::diagnostic::Diagnostic;
use crate::secret::names::may_name_a_secret;
use crate::source::Source;
use crate::suite::capture::Capture;
use crate::suite::step::Step;
use crate::template::{Draft, Slot, Template, Variable};

impl Binder<'_> {
    /// The slot of what an earlier step captures under a name, the latest first.
    pub(super) fn captured_as(&mut self, name: &str, source: &Arc<Source>) -> Option<Slot> {
        let from = self.captured_from(self.frame(source));
        let captured = self.captured.get(from..)?;
        let known = captured.iter().rev().find(|known| known.name.value == name)?;
        self.used.insert(place(&known.source, known.name.span));
        Some(known.slot)
    }

    /// Begins with a test, or with what is done around all of them, of which no step has captured
    /// anything; what those around capture, the tests know.
    pub(super) fn begin_captures(&mut self, coming: Vec<Coming>) {
        self.captures_of_file = self.captured.len();
        self.captures_of_test = coming;
    }

    /// Whether an earlier step captures a value under a name.
    pub(super) fn is_captured(&self, name: &str) -> bool {
        self.captured.iter().any(|known| known.name.value == name)
    }

    /// Whether steps of the test at hand have captured anything.
    pub(super) fn has_own_captures(&self) -> bool {
        self.captured.len() > self.captures_of_file
    }

    /// Works without what was captured, which `who` cannot know.
    pub(super) fn without_captures<T>(
        &mut self,
        who: &'static str,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let captured = std::mem::take(&mut self.captured);
        let bound = (!captured.is_empty()).then(|| std::mem::take(&mut self.bound));
        let outer = self.captures_hidden.replace(who);
        let result = work(self);
        self.captures_hidden = outer;
        self.captured = captured;
        if let Some(bound) = bound {
            self.bound = bound;
        }
        result
    }

    /// Ends with it, and warns of what was captured and is not used.
    pub(super) fn end_captures(&mut self, source: &Arc<Source>) -> Vec<Diagnostic> {
        let unused = self.unused_captures(self.captures_of_file, source);
        if self.has_own_captures() {
            self.captured.truncate(self.captures_of_file);
            self.bound.clear();
        }
        self.captures_of_test.clear();
        unused
    }

    /// A warning for each capture from this one on that nothing uses.
    pub(super) fn unused_captures(&self, from: usize, source: &Arc<Source>) -> Vec<Diagnostic> {
        // What a fragment captures, another spec may use.
        let unused = |known: &&Known| {
            Arc::ptr_eq(&known.source, source)
                && !self.used.contains(&place(source, known.name.span))
        };
        let warning = |known: &Known| {
            let title = format!("nothing uses the capture `{}`", known.name.value);
            Diagnostic::warning(source, known.name.span, title).label("use it, or remove it")
        };
        self.captured[from..].iter().filter(unused).map(warning).collect()
    }

    /// The captures of a step, all names bound; from now on the later steps know them.
    pub(super) fn captures(&mut self, step: &Step, source: &Arc<Source>) -> Box<[Captured]> {
        let bound: Vec<Capture> = step
            .captures
            .iter()
            .map(|capture| Expectations { binder: self, source }.capture(capture))
            .collect();
        if !bound.is_empty() {
            // What was bound before may have another value from here on.
            self.bound.clear();
        }
        let captured = bound.into_iter().map(|capture| {
            let is_sensitive = may_name_a_secret(&capture.name.value);
            let slot = Slot(self.captured.len() as u32);
            let (name, source) = (capture.name.clone(), source.clone());
            self.captured.push(Known { name, source, slot });
            Captured { slot, capture, is_sensitive }
        });
        captured.collect()
    }
}

/// What is sent as a credential, or under a name that gives a secret, is secret from the moment it
/// is captured, or made. Gives the slots of what is.
pub(super) fn keep_secret(steps: &mut [PlannedStep]) -> HashSet<Slot> {
    let mut slots = HashSet::new();
    for step in steps.iter_mut() {
        let secrets = secrets_of(step);
        slots.extend(secrets.iter().flat_map(|text| text.variables()).flat_map(Variable::slots));
        let generated = secrets.into_iter().filter(|text| is_generated(text));
        step.secrets = generated.map(Cow::into_owned).collect();
    }
    mark_sensitive(steps, &slots);
    slots
}

/// Marks the captures of these slots as secret.
pub(super) fn mark_sensitive(steps: &mut [PlannedStep], slots: &HashSet<Slot>) {
    for captured in steps.iter_mut().flat_map(|step| &mut step.captures) {
        captured.is_sensitive |= slots.contains(&captured.slot);
    }
}

/// What a step sends as a secret.
fn secrets_of(step: &PlannedStep) -> Vec<Cow<'_, Template>> {
    let mut templates: Vec<&Template> = match &step.credential {
        Credential::None | Credential::Token(_) => Vec::new(),
        Credential::Bearer(token) => vec![token],
        Credential::Basic(_, password) => vec![password],
        Credential::Header(fields) => fields.iter().map(|(_, value)| value).collect(),
    };
    let is_secret = |name: &Template| name.as_fixed().is_some_and(may_name_a_secret);
    let query = step.settings.query.iter().filter(|parameter| is_secret(&parameter.name));
    templates.extend(query.map(|parameter| &parameter.value));
    templates.extend(step.cookies.own.iter().filter_map(|(_, value)| value.as_ref()));
    match step.body.as_deref() {
        Some(
            Body::Json(JsonText::Draft(draft))
            | Body::Graphql { message: JsonText::Draft(draft), .. },
        ) => secrets_in(draft, false, &mut templates),
        Some(Body::Form(fields)) => {
            let fields = fields.iter().filter(|(name, _)| is_secret(name));
            templates.extend(fields.map(|(_, value)| value));
        }
        Some(Body::Multipart(parts)) => {
            let texts = parts.iter().filter(|part| is_secret(&part.name));
            templates.extend(texts.filter_map(|part| match &part.content {
                PartContent::Text(text) => Some(text),
                PartContent::File { .. } => None,
            }));
        }
        _ => {}
    }
    let mut secrets: Vec<_> = templates.into_iter().map(Cow::Borrowed).collect();
    let mut written = vec![&step.url];
    if let Some(Body::Text(text)) = step.body.as_deref() {
        written.push(text);
    }
    secrets.extend(written.into_iter().flat_map(secret_variables).map(Cow::Owned));
    secrets
}

/// The texts below names that give a secret; `under` says whether the value at hand stands so.
fn secrets_in<'d>(draft: &'d Draft, under: bool, found: &mut Vec<&'d Template>) {
    match draft {
        Draft::Fixed(_) => {}
        Draft::Text(text) => found.extend(Some(text).filter(|_| under)),
        Draft::List(items) => items.iter().for_each(|item| secrets_in(item, under, found)),
        Draft::Map(members) => {
            for (name, value) in members {
                let secret = name.as_fixed().is_some_and(may_name_a_secret);
                secrets_in(value, under || secret, found);
            }
        }
    }
}
