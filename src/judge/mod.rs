//! Expectations and a response → what does not hold. Pure: no clock, no network, no reporter.
//!
//! [`outcome`] says what is true and is all that a case which passes needs; [`account`] goes over
//! what does not hold a second time to find the words for it.

mod account;
mod at;
mod body;
mod capture;
mod challenge;
mod compare;
mod cookie;
mod decimal;
pub mod diff;
mod digest;
mod hint;
pub mod json;
mod late;
mod near;
pub mod note;
mod outcome;
mod part;
pub mod refusal;
pub mod probe;
mod seen;
mod words;
#[cfg(test)]
mod tests;

use crate::http::message::Response;
use crate::source::Span;
use crate::suite::expect::{Demand, Expectation};
use crate::suite::matcher::{Matcher, Subject};
use crate::template::Bindings;
use account::Account;
use body::Body;
use diff::Diff;
use note::Note;
use outcome::{Judge, Outcome};
use seen::{Octets, Seen};

/// An expectation that did not hold. The texts are told at length and may hold secrets: whoever
/// shows them redacts first and shortens second.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The expectation.
    pub span: Span,
    /// A stable word for what was looked at: `status`, `header`, `json`, `body`, `cookie`,
    /// `challenge`, `url`, `redirects`, `duration` or `capture`.
    pub kind: &'static str,
    /// What was looked at: `status`, `header content-type`, `json $.id`.
    pub subject: String,
    /// What was expected.
    pub expected: String,
    /// What was found, with its type.
    pub actual: String,
    /// Why, where the two do not say it, and what to do.
    pub notes: Vec<Note>,
    /// Where the two differ, when they have parts that could.
    pub diff: Option<Diff>,
}

/// Judges all expectations, whatever the first ones say. Empty when all hold.
pub fn judge(
    expectations: &[Expectation],
    response: &Response,
    bindings: &Bindings,
) -> Vec<Mismatch> {
    Reading::new(response, bindings).judge(expectations)
}

/// Whether all expectations hold, for whoever does not ask what does not. Where the status is
/// another, that is the whole answer.
pub fn holds(expectations: &[Expectation], response: &Response, bindings: &Bindings) -> bool {
    let reading = Reading::new(response, bindings);
    reading.has_status(expectations) && reading.judge(expectations).is_empty()
}

/// A response that is being read, its body taken apart at most once.
pub struct Reading<'r> {
    response: &'r Response,
    body: Body<'r>,
    judge: Judge<'r>,
}

impl<'r> Reading<'r> {
    /// Begins to read a response, with what is known by now.
    pub fn new(response: &'r Response, bindings: &'r Bindings) -> Reading<'r> {
        Reading { response, body: Body::new(response), judge: Judge { bindings } }
    }

    /// As [`judge`].
    pub fn judge(&self, expectations: &[Expectation]) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        for expectation in expectations {
            self.expectation(expectation, &mut mismatches);
        }
        mismatches
    }

    /// Whether the status is one that is expected.
    pub fn has_status(&self, expectations: &[Expectation]) -> bool {
        let status = Seen::Count(self.response.status.into());
        expectations.iter().all(|expectation| match &*expectation.demand {
            Demand::Status(matcher) => self.judge.matcher(matcher, status) == Outcome::Holds,
            _ => true,
        })
    }

    fn expectation(&self, expectation: &Expectation, mismatches: &mut Vec<Mismatch>) {
        let (span, response) = (expectation.span, self.response);
        let kind = kind(&expectation.demand);
        let mut account = Account { judge: self.judge, kind, mismatches };
        match &*expectation.demand {
            Demand::Status(matcher) => {
                let seen = Seen::Count(response.status.into());
                let notes = || hint::on_status(self.judge, matcher, response);
                account.part("", matcher, seen, Subject::Status, notes);
            }
            Demand::Header(name, matcher) => match name.fill(self.judge.bindings) {
                Ok(name) => self.header(&name, matcher, &mut account),
                Err(error) => account.unavailable(span, "", matcher, Subject::Text, &error.message),
            },
            Demand::Json(check) => match self.body.json() {
                Ok(value) => account.check(check, value, "json", ""),
                Err(unreadable) => {
                    let (path, reason) = (late::text(&check.path, self.judge), unreadable.reason());
                    let before = account.mismatches.len();
                    account.unavailable(check.span, &path, &check.matcher, Subject::Json, reason);
                    account.add_notes(before, &hint::on_body(unreadable, response));
                }
            },
            Demand::Body(matcher) => {
                let seen = Seen::Body(Octets { bytes: &response.body, text: self.body.text() });
                account.part("", matcher, seen, Subject::Body, Vec::new);
            }
            Demand::Cookie(check) => cookie::judge(span, check, response, &mut account),
            Demand::Challenge(fields) => {
                let lines = response.header_values("www-authenticate");
                challenge::judge(span, fields, lines, &mut account);
            }
            Demand::Url(matcher) => {
                let seen = Seen::Url(&response.url);
                account.part("", matcher, seen, Subject::Url, Vec::new);
            }
            Demand::Redirects(matcher) => {
                let hops: Vec<&str> = response.hops.iter().map(|hop| &*hop.location).collect();
                account.part("", matcher, Seen::Urls(&hops), Subject::Urls, Vec::new);
            }
            Demand::Duration(matcher) => {
                let seen = Seen::Time(response.elapsed);
                account.part("", matcher, seen, Subject::Duration, Vec::new);
            }
        }
    }

    fn header(&self, name: &str, matcher: &Matcher, account: &mut Account) {
        let mut lines = self.response.header_values(name);
        let all: Vec<&str>;
        let seen = match (lines.next(), lines.next()) {
            (None, _) => Seen::Missing,
            (Some(only), None) => Seen::Line(only),
            (Some(_), Some(_)) => {
                all = self.response.header_values(name).collect();
                Seen::Lines(&all)
            }
        };
        account.part(name, matcher, seen, Subject::Text, || match seen {
            Seen::Missing => hint::on_missing_header(name, self.response),
            _ => Vec::new(),
        });
    }
}

fn kind(demand: &Demand) -> &'static str {
    match demand {
        Demand::Status(_) => "status",
        Demand::Header(..) => "header",
        Demand::Json(_) => "json",
        Demand::Body(_) => "body",
        Demand::Cookie(_) => "cookie",
        Demand::Challenge(_) => "challenge",
        Demand::Url(_) => "url",
        Demand::Redirects(_) => "redirects",
        Demand::Duration(_) => "duration",
    }
}
