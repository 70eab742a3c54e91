//! Expectations with every name bound, every regex and every query compiled.

use std::sync::Arc;

use serde_json::Value;

use super::attach;
use super::scope::Binder;
use crate::diagnostic::Diagnostic;
use crate::json_path::JsonPath;
use crate::pattern;
use crate::source::{Source, Span, Spanned};
use crate::suite::capture::{Capture, ResponsePart};
use crate::suite::cookies::{CookieCheck, CookiePart};
use crate::suite::expect::{ChallengeField, Demand, Expectation};
use crate::suite::matcher::{JsonCheck, Matcher, Operator, Path, Pattern, Subject, ValueOperator};
use crate::suite::operand::check_operand;
use crate::suite::settings::is_token;
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
        self.binder.judges = true;
        let mark = self.binder.mark();
        let demand = match &*expectation.demand {
            Demand::Status(matcher) => Demand::Status(self.matcher(matcher, Subject::Status)),
            Demand::Header(name, matcher) => {
                let bound = self.binder.template(name, self.source);
                if bound.as_fixed().is_some_and(|text| !is_token(text)) {
                    self.refuse_name("header", name, expectation.span);
                }
                Demand::Header(bound, self.matcher(matcher, Subject::Text))
            }
            Demand::Json(check) => Demand::Json(self.json_check(check)),
            Demand::Body(matcher) => Demand::Body(self.matcher(matcher, Subject::Body)),
            Demand::Cookie(check) => Demand::Cookie(self.cookie_check(check, expectation.span)),
            Demand::Challenge(fields) => Demand::Challenge(
                fields
                    .iter()
                    .map(|field| ChallengeField {
                        name: self.spanned(&field.name),
                        matcher: self.matcher(&field.matcher, Subject::Line),
                    })
                    .collect(),
            ),
            Demand::Url(matcher) => Demand::Url(self.matcher(matcher, Subject::Url)),
            Demand::Redirects(matcher) => Demand::Redirects(self.matcher(matcher, Subject::Urls)),
            Demand::Duration(matcher) => Demand::Duration(self.matcher(matcher, Subject::Duration)),
        };
        self.binder.judges = false;
        let bound = Expectation::new(expectation.span, demand);
        if self.binder.is_sound(mark)
            && let Some(nonsense) = bound.nonsense()
            && expectation.nonsense().is_none()
        {
            let fault = Diagnostic::error(self.source, nonsense.span, nonsense.title);
            self.binder.blame(mark, fault.label("what the variables stand for has no sense here"));
        }
        bound
    }

    /// The capture with nothing left to look up before the run.
    pub fn capture(&mut self, capture: &Capture) -> Capture {
        let part = match &capture.part {
            ResponsePart::Json(path) => ResponsePart::Json(self.path(path)),
            ResponsePart::Header(name) => {
                ResponsePart::Header(self.binder.template(name, self.source))
            }
            ResponsePart::Cookie(name) => {
                ResponsePart::Cookie(self.binder.template(name, self.source))
            }
            part @ (ResponsePart::Body | ResponsePart::Status | ResponsePart::Url) => part.clone(),
        };
        let regex = capture.regex.as_ref().map(|pattern| self.pattern(pattern));
        Capture { part, regex, ..capture.clone() }
    }

    fn cookie_check(&mut self, check: &CookieCheck, span: Span) -> CookieCheck {
        let name = self.binder.template(&check.name, self.source);
        if name.as_fixed().is_some_and(|text| !is_token(text)) {
            self.refuse_name("cookie", &check.name, span);
        }
        let part = |part: &CookiePart| CookiePart {
            matcher: self.matcher(&part.matcher, part.part.subject()),
            ..part.clone()
        };
        CookieCheck { name, parts: check.parts.iter().map(part).collect(), ..check.clone() }
    }

    /// A name that is written out was checked when it was read.
    fn refuse_name(&mut self, what: &str, name: &Template, span: Span) {
        if let Some(variable) = name.variables().next() {
            let title = format!("`{}` cannot stand in the name of a {what}", variable.written());
            self.binder.fault(self.source, span, title).label =
                "a name has letters, digits, `-` and `_`, and no spaces".into();
        }
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
            Operator::Matches(pattern) => Operator::Matches(self.pattern_of(pattern, subject)),
            Operator::Not(matcher) => Operator::Not(self.matcher(matcher, subject)),
            Operator::Length(matcher) => Operator::Length(self.matcher(matcher, Subject::Count)),
            Operator::Each(matcher) => Operator::Each(self.matcher(matcher, subject.of_element())),
            Operator::Any(matcher) => Operator::Any(self.matcher(matcher, subject.of_element())),
            Operator::All(matchers) => {
                Operator::All(matchers.iter().map(|m| self.matcher(m, subject)).collect())
            }
            Operator::Json(checks) => {
                Operator::Json(checks.iter().map(|check| self.json_check(check)).collect())
            }
            Operator::Bytes(bytes) => {
                Operator::Bytes(attach::bytes(self.binder, bytes, self.source))
            }
            Operator::Schema(schema) => {
                Operator::Schema(attach::schema(self.binder, schema, self.source, operator.span))
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
        let mark = self.binder.mark();
        let mut bound = self.binder.draft(draft, self.source);
        if kind == ValueOperator::Status {
            bound = code(bound);
        }
        if let Draft::Fixed(value) = &bound
            && self.binder.is_sound(mark)
            && let Err(reason) = check_operand(kind, value, subject)
        {
            let fault = Diagnostic::error(self.source, operator.span, reason);
            let label = "what the variable stands for does not fit";
            self.binder.blame(mark, fault.label(label));
        }
        bound
    }

    /// As [`Self::pattern`], of one that must not be found everywhere. What is written out was
    /// looked at when it was read, as far as it could.
    fn pattern_of(&mut self, pattern: &Pattern, subject: Subject) -> Pattern {
        let mark = self.binder.mark();
        let bound = self.pattern(pattern);
        let (Pattern::Written(written), Pattern::Compiled(regex)) = (pattern, &bound) else {
            return bound;
        };
        let fault = if pattern::is_found_in_all(regex) {
            Some((pattern::EVERYWHERE, "it demands nothing"))
        } else if subject == Subject::Url
            && written.value.as_fixed().is_none()
            && pattern::begins_no_url(regex.as_str())
        {
            Some((pattern::NO_URL_BEGINS_SO, pattern::URL_BEGINS))
        } else {
            None
        };
        if let Some((title, label)) = fault {
            let fault = Diagnostic::error(self.source, written.span, title);
            self.binder.blame(mark, fault.label(label));
        }
        bound
    }

    fn pattern(&mut self, pattern: &Pattern) -> Pattern {
        let Pattern::Written(written) = pattern else { return pattern.clone() };
        let mark = self.binder.mark();
        let bound = self.spanned(written);
        let text = match bound.value.as_fixed() {
            Some(text) if self.binder.is_sound(mark) => text,
            _ => return Pattern::Written(bound),
        };
        if let Some(regex) = self.binder.regexes.get(text) {
            return Pattern::Compiled(regex.clone());
        }
        match compiled(text) {
            Ok(regex) => {
                let regex = Arc::new(regex);
                self.binder.regexes.insert(text.to_owned(), regex.clone());
                Pattern::Compiled(regex)
            }
            Err((title, label)) => {
                let fault = Diagnostic::error(self.source, written.span, title);
                self.binder.blame(mark, fault.label(label));
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
        let mark = self.binder.mark();
        let bound = self.path_text(written);
        if !self.binder.is_sound(mark) {
            return path.clone();
        }
        let Template::Fixed(text) = bound else {
            return Path::Written(Spanned::new(bound, written.span));
        };
        let text = String::from(text);
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
                let mut fault = Diagnostic::error(self.source, written.span, "bad JSONPath");
                if written.value.as_fixed().is_none() {
                    let help = "a variable goes in as a literal: for a name, write $[${name}]";
                    fault.helps.push(help.into());
                }
                self.binder.blame(mark, fault.label(reason));
                path.clone()
            }
        }
    }

    /// In a JSONPath a value goes in as a JSONPath literal. What only the run knows is left.
    fn path_text(&mut self, written: &Spanned<Template>) -> Template {
        let Template::Parts(parts) = &written.value else { return written.value.clone() };
        let (mut bound, mut text) = (Vec::new(), String::new());
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
                    text.push_str(&value.to_string());
                }
                Draft::Text(Template::Parts(parts)) if parts.len() == 1 => {
                    bound.push(Part::Text(std::mem::take(&mut text).into()));
                    bound.extend(parts);
                }
                other => {
                    let title = format!("`{}` cannot stand in a JSONPath", variable.written());
                    self.binder.fault(self.source, variable.span, title).label = match other {
                        Draft::Text(_) => "it holds what only the run knows".into(),
                        _ => "it stands for a list or a mapping".into(),
                    };
                }
            }
        }
        if bound.is_empty() {
            return Template::Fixed(text.into());
        }
        bound.push(Part::Text(text.into()));
        Template::Parts(bound.into())
    }
}

/// The environment and the command line know only texts: `200` is a status there too.
fn code(bound: Draft) -> Draft {
    match bound {
        Draft::Fixed(Value::String(text)) => match text.parse::<u16>() {
            Ok(code) => Draft::Fixed(Value::from(code)),
            Err(_) => Draft::Fixed(Value::String(text)),
        },
        bound => bound,
    }
}

/// A regex, or the title and label of its fault.
fn compiled(text: &str) -> Result<regex::Regex, (&'static str, String)> {
    if text.is_empty() {
        return Err((pattern::EMPTY, "this is what is left once its variables are filled".into()));
    }
    regex::Regex::new(text).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        ("not a regex", reason.to_owned())
    })
}
