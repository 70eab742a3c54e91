//! Expectations with every name bound, every regex and every query compiled.

use std::sync::Arc;

use serde_json::Value;

use super::scope::Binder;
use crate::json_path::JsonPath;
use crate::source::{Source, Spanned};
use crate::suite::expect::{ChallengeField, Demand, Expectation};
use crate::suite::matcher::{
    JsonCheck, Matcher, Operator, Path, Pattern, Subject, ValueOperator, check_operand,
};
use crate::template::{Draft, Part, Template};

/// Binds expectations of one file.
pub struct Expectations<'b, 's> {
    /// What names stand for.
    pub binder: &'b mut Binder<'s>,
    /// The file.
    pub source: &'b Arc<Source>,
}

impl Expectations<'_, '_> {
    /// The expectation with nothing left to look up before the run.
    pub fn bind(&mut self, expectation: &Expectation) -> Expectation {
        let demand = match &expectation.demand {
            Demand::Status(matcher) => Demand::Status(self.matcher(matcher, Subject::Status)),
            Demand::Header(name, matcher) => {
                let name = self.binder.template(name, self.source);
                Demand::Header(name, self.matcher(matcher, Subject::Text))
            }
            Demand::Json(check) => Demand::Json(self.json_check(check)),
            Demand::Body(matcher) => Demand::Body(self.matcher(matcher, Subject::Text)),
            Demand::Challenge(fields) => Demand::Challenge(
                fields
                    .iter()
                    .map(|field| ChallengeField {
                        name: self.spanned(&field.name),
                        matcher: self.matcher(&field.matcher, Subject::Text),
                    })
                    .collect(),
            ),
            Demand::Duration(matcher) => Demand::Duration(self.matcher(matcher, Subject::Duration)),
        };
        Expectation { span: expectation.span, demand }
    }

    fn spanned(&mut self, template: &Spanned<Template>) -> Spanned<Template> {
        Spanned::new(self.binder.template(&template.value, self.source), template.span)
    }

    fn matcher(&mut self, matcher: &Matcher, subject: Subject) -> Matcher {
        let operators = matcher
            .0
            .iter()
            .map(|operator| Spanned::new(self.operator(operator, subject), operator.span));
        Matcher(operators.collect())
    }

    fn operator(&mut self, operator: &Spanned<Operator>, subject: Subject) -> Operator {
        match &operator.value {
            Operator::Value(kind, draft) => {
                let bound = self.operand(*kind, draft, operator, subject);
                Operator::Value(*kind, bound)
            }
            Operator::Matches(pattern) => Operator::Matches(self.pattern(pattern)),
            Operator::Not(matcher) => Operator::Not(self.matcher(matcher, subject)),
            Operator::Length(matcher) => Operator::Length(self.matcher(matcher, Subject::Json)),
            Operator::Each(matcher) => Operator::Each(self.matcher(matcher, subject)),
            Operator::Any(matcher) => Operator::Any(self.matcher(matcher, subject)),
            Operator::All(matchers) => {
                Operator::All(matchers.iter().map(|m| self.matcher(m, subject)).collect())
            }
            Operator::Json(checks) => {
                Operator::Json(checks.iter().map(|check| self.json_check(check)).collect())
            }
        }
    }

    /// An operand that was written out was checked when it was read; one that came out of a
    /// variable is checked here.
    fn operand(
        &mut self,
        kind: ValueOperator,
        draft: &Draft,
        operator: &Spanned<Operator>,
        subject: Subject,
    ) -> Draft {
        if let Draft::Fixed(value) = draft {
            return Draft::Fixed(value.clone());
        }
        let missing = self.binder.missing.len();
        let bound = self.binder.draft(draft, self.source);
        if let Draft::Fixed(value) = &bound
            && self.binder.missing.len() == missing
            && let Err(reason) = check_operand(kind, value, subject)
        {
            self.binder.fault(self.source, operator.span, reason).label =
                "what the variable stands for does not fit".into();
        }
        bound
    }

    fn pattern(&mut self, pattern: &Pattern) -> Pattern {
        let Pattern::Written(written) = pattern else { return pattern.clone() };
        let bound = self.spanned(written);
        let Some(text) = bound.value.as_fixed() else { return Pattern::Written(bound) };
        if let Some(regex) = self.binder.regexes.get(text) {
            return Pattern::Compiled(regex.clone());
        }
        match regex::Regex::new(text) {
            Ok(regex) => {
                let regex = Arc::new(regex);
                self.binder.regexes.insert(text.to_owned(), regex.clone());
                Pattern::Compiled(regex)
            }
            Err(error) => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default();
                self.binder.fault(self.source, written.span, "not a regex").label =
                    reason.trim_start_matches("error: ").to_owned();
                Pattern::Written(bound)
            }
        }
    }

    fn json_check(&mut self, check: &JsonCheck) -> JsonCheck {
        let path = self.path(&check.path);
        JsonCheck { span: check.span, path, matcher: self.matcher(&check.matcher, Subject::Json) }
    }

    fn path(&mut self, path: &Path) -> Path {
        let Path::Written(written) = path else { return path.clone() };
        let text = self.path_text(written);
        if let Some(path) = self.binder.paths.get(&text) {
            return Path::Compiled(path.clone());
        }
        match JsonPath::parse(&text) {
            Ok(path) => {
                let path = Arc::new(path);
                self.binder.paths.insert(text, path.clone());
                Path::Compiled(path)
            }
            Err(reason) => {
                self.binder.fault(self.source, written.span, "bad JSONPath").label = reason;
                path.clone()
            }
        }
    }

    /// In a JSONPath a value goes in as a JSONPath literal.
    fn path_text(&mut self, written: &Spanned<Template>) -> String {
        let Template::Parts(parts) = &written.value else {
            return written.value.as_fixed().unwrap_or_default().to_owned();
        };
        let mut text = String::new();
        for part in parts {
            let variable = match part {
                Part::Text(part) => {
                    text.push_str(part);
                    continue;
                }
                Part::Variable(variable) => variable,
            };
            let sole = Template::Parts(Box::new([Part::Variable(variable.clone())]));
            match self.binder.draft(&Draft::Text(sole), self.source) {
                Draft::Fixed(value) if !value.is_array() && !value.is_object() => {
                    text.push_str(&path_literal(&value));
                }
                _ => {
                    let title = format!("{} cannot stand in a JSONPath", variable.written());
                    self.binder.fault(self.source, variable.span, title).label =
                        "only a scalar that is known before the run can".into();
                }
            }
        }
        text
    }
}

fn path_literal(value: &Value) -> String {
    match value {
        Value::String(text) => Value::String(text.clone()).to_string(),
        value => value.to_string(),
    }
}
