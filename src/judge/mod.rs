//! Expectations and a response → what does not hold. Pure: no clock, no network, no reporter.

pub mod compare;
pub mod words;
pub mod matcher;
mod challenge;
mod body;
mod duplicate;

use serde_json::Value;

use crate::http::message::Response;
use crate::source::Span;
use crate::suite::expect::{Demand, Expectation};
use crate::suite::matcher::{JsonCheck, Matcher, Subject};
use crate::template::Bindings;
use body::Body;
use matcher::{At, Judge, unavailable};

/// An expectation that did not hold. The texts are whole and may hold secrets: whoever shows them
/// redacts first and shortens second.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The expectation.
    pub span: Span,
    /// What was looked at: `status`, `header content-type`, `json $.id`.
    pub subject: String,
    /// What was expected.
    pub expected: String,
    /// What was found, with its type.
    pub actual: String,
    /// Why, where the two do not say it.
    pub note: Option<String>,
}

/// Judges all expectations, whatever the first ones say. Empty when all hold.
pub fn judge(
    expectations: &[Expectation],
    response: &Response,
    bindings: &Bindings,
) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    let response = Judged { response, body: Body::new(response), bindings };
    for expectation in expectations {
        response.expectation(expectation, &mut mismatches);
    }
    mismatches
}

struct Judged<'r> {
    response: &'r Response,
    body: Body<'r>,
    bindings: &'r Bindings,
}

impl Judged<'_> {
    fn expectation(&self, expectation: &Expectation, mismatches: &mut Vec<Mismatch>) {
        match &expectation.demand {
            Demand::Status(matcher) => {
                let status = Value::from(self.response.status);
                self.value(
                    matcher,
                    Subject::Status,
                    &|| "status".into(),
                    Some(&status),
                    mismatches,
                );
            }
            Demand::Header(name, matcher) => match name.fill(self.bindings) {
                Ok(name) => {
                    let value = self.header(&name);
                    let called = || format!("header {name}");
                    self.value(matcher, Subject::Text, &called, value.as_ref(), mismatches);
                }
                Err(error) => mismatches.push(unavailable(
                    expectation.span,
                    "header".into(),
                    matcher,
                    self.bindings,
                    &error.message,
                )),
            },
            Demand::Json(check) => self.json(check, mismatches),
            Demand::Body(matcher) => self.text(expectation.span, matcher, mismatches),
            Demand::Challenge(fields) => {
                let lines = self.response.header_values("www-authenticate");
                challenge::judge(expectation.span, fields, lines, self.bindings, mismatches);
            }
            Demand::Duration(matcher) => {
                let time = (self.response.elapsed.as_secs_f64() * 10_000.0).round() / 10.0;
                let time = Value::from(time);
                self.value(
                    matcher,
                    Subject::Duration,
                    &|| "duration".into(),
                    Some(&time),
                    mismatches,
                );
            }
        }
    }

    fn value(
        &self,
        matcher: &Matcher,
        subject: Subject,
        name: &dyn Fn() -> String,
        value: Option<&Value>,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let judge = Judge { bindings: self.bindings, subject, fold_case: false };
        judge.matcher(matcher, At { name, value }, mismatches);
    }

    /// One line is a text, several lines are a list of texts.
    fn header(&self, name: &str) -> Option<Value> {
        let mut lines = self.response.header_values(name);
        let first = lines.next()?;
        let rest: Vec<Value> = lines.map(Value::from).collect();
        if rest.is_empty() {
            return Some(Value::from(first));
        }
        Some(Value::Array(std::iter::once(Value::from(first)).chain(rest).collect()))
    }

    fn json(&self, check: &JsonCheck, mismatches: &mut Vec<Mismatch>) {
        match self.body.json() {
            Ok(value) => {
                let judge =
                    Judge { bindings: self.bindings, subject: Subject::Json, fold_case: false };
                judge.json(check, value, &|| "json".into(), mismatches);
            }
            Err(reason) => {
                let subject = format!("json {}", words::path_text(&check.path));
                let matcher = &check.matcher;
                mismatches.push(unavailable(check.span, subject, matcher, self.bindings, reason));
            }
        }
    }

    fn text(&self, span: Span, matcher: &Matcher, mismatches: &mut Vec<Mismatch>) {
        match self.body.text() {
            Ok(text) => {
                let text = Value::from(text);
                self.value(matcher, Subject::Text, &|| "body".into(), Some(&text), mismatches);
            }
            Err(reason) => {
                let matcher = unavailable(span, "body".into(), matcher, self.bindings, &reason);
                mismatches.push(matcher);
            }
        }
    }
}
