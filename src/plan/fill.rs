//! What names stand for, put into texts, values and URLs.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::generated::is_generated;
use super::scope::Binder;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::template::{Draft, Part, Template, Variable, as_text, encode_component};

impl Binder<'_> {
    /// A template with all names bound that are known before the run.
    pub fn template(&mut self, template: &Template, source: &Arc<Source>) -> Template {
        let parts = match template {
            Template::Fixed(text) => return Template::Fixed(text.clone()),
            Template::Parts(parts) => parts,
        };
        let mut bound = Vec::new();
        for part in parts {
            self.part(part, source, &mut bound);
        }
        join(bound)
    }

    /// As [`Binder::template`], for a URL: what a variable behind its start stands for is one
    /// percent-encoded component.
    pub fn url(&mut self, template: &Template, source: &Arc<Source>) -> Template {
        let Template::Parts(parts) = template else { return template.clone() };
        let mut bound = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let from = bound.len();
            self.part(part, source, &mut bound);
            if i > 0 && matches!(part, Part::Variable(_)) {
                bound[from..].iter_mut().for_each(encode);
            }
        }
        join(bound)
    }

    fn part(&mut self, part: &Part, source: &Arc<Source>, bound: &mut Vec<Part>) {
        let variable = match part {
            Part::Text(text) => return bound.push(Part::Text(text.clone())),
            Part::Variable(variable) => variable,
        };
        match self.variable(variable, source) {
            Draft::Text(Template::Parts(parts)) => bound.extend(parts),
            Draft::Text(Template::Fixed(text)) => bound.push(Part::Text(text)),
            Draft::Fixed(value) => match as_text(&value) {
                Some(text) => bound.push(Part::Text(text.into())),
                None => self.not_inside_text(variable, value.is_array(), source),
            },
            Draft::List(_) => self.not_inside_text(variable, true, source),
            Draft::Map(_) => self.not_inside_text(variable, false, source),
        }
    }

    fn not_inside_text(&mut self, variable: &Variable, list: bool, source: &Arc<Source>) {
        let kind = if list { "a list" } else { "a mapping" };
        let title = format!("`{}` cannot stand in a text", variable.written());
        self.fault(source, variable.span, title).label = format!("it stands for {kind}");
    }

    /// A text that must be known before the run.
    pub fn known(
        &mut self,
        template: &Spanned<Template>,
        source: &Arc<Source>,
        what: &str,
    ) -> Box<str> {
        let mark = self.mark();
        match self.template(&template.value, source) {
            Template::Fixed(text) if self.is_sound(mark) => {
                if text.trim().is_empty() && template.value.as_fixed().is_none() {
                    let fault =
                        Diagnostic::error(source, template.span, format!("{what} is empty"));
                    self.blame(mark, fault.label("nothing is left once its variables are filled"));
                }
                text
            }
            Template::Fixed(_) => template.value.written().into(),
            bound => {
                let title = format!("{what} must be known before the run");
                self.fault(source, template.span, title).label = match is_generated(&bound) {
                    true => "this has another value in each run".into(),
                    false => "this is known only during the run".into(),
                };
                template.value.written().into()
            }
        }
    }

    /// A value with all names bound that are known before the run.
    pub fn draft(&mut self, draft: &Draft, source: &Arc<Source>) -> Draft {
        match draft {
            Draft::Fixed(value) => Draft::Fixed(value.clone()),
            Draft::Text(template) => match template.sole_variable() {
                Some(variable) => self.variable(variable, source),
                None => match self.template(template, source) {
                    Template::Fixed(text) => Draft::Fixed(Value::String(text.into())),
                    template => Draft::Text(template),
                },
            },
            Draft::List(items) => {
                Draft::list(items.iter().map(|item| self.draft(item, source)).collect())
            }
            Draft::Map(entries) => {
                let bound: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| (self.template(key, source), self.draft(value, source)))
                    .collect();
                self.refuse_equal_keys(entries, &bound, source);
                Draft::map(bound)
            }
        }
    }

    /// Keys that differ as they are written may be the same once they are filled.
    fn refuse_equal_keys(
        &mut self,
        written: &[(Template, Draft)],
        bound: &[(Template, Draft)],
        source: &Arc<Source>,
    ) {
        if written.iter().all(|(key, _)| key.as_fixed().is_some()) {
            return;
        }
        let mut times: HashMap<String, usize> = HashMap::new();
        for (key, _) in bound {
            *times.entry(key.written()).or_default() += 1;
        }
        for ((key, _), (filled, _)) in written.iter().zip(bound) {
            let Some(variable) = key.variables().next() else { continue };
            if times[&filled.written()] > 1 {
                let title = format!("a second key `{}`", filled.written());
                self.fault(source, variable.span, title).label =
                    "this is what the key becomes once it is filled".into();
                return;
            }
        }
    }
}

fn encode(part: &mut Part) {
    if let Part::Text(text) = part {
        *text = encode_component(text).into();
    }
}

/// One template of parts, with neighbouring texts joined.
fn join(parts: Vec<Part>) -> Template {
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        let text: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => &**text,
                Part::Variable(_) => "",
            })
            .collect();
        return Template::Fixed(text.into());
    }
    Template::Parts(parts.into())
}
