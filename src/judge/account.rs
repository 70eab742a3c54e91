//! What does not hold, each operator by itself, in words.

use serde_json::Value;

use super::Mismatch;
use super::at::At;
use super::hint;
use super::late;
use super::note::Note;
use super::outcome::{Judge, Outcome, has_parts};
use super::seen::Seen;
use super::words::{actual, demand, found_by, operator_demand};
use crate::json_path::{Found, place};
use crate::json_schema::{JsonSchema, Violation};
use crate::source::{Span, Spanned};
use crate::suite::matcher::{JsonCheck, Matcher, Operator, Schema, Subject};

/// How many elements are told of that `each` does not hold for; the others are counted.
const TOLD: usize = 10;

/// Collects mismatches.
pub struct Account<'b, 'm> {
    /// What is true.
    pub judge: Judge<'b>,
    /// What kind they are.
    pub kind: &'static str,
    /// Where they go.
    pub mismatches: &'m mut Vec<Mismatch>,
}

impl Account<'_, '_> {
    /// Judges a part of the response: one that has a name, or the only one of its kind. `notes`
    /// is asked for more about what does not hold.
    pub fn part(
        &mut self,
        name: &str,
        matcher: &Matcher,
        seen: Seen,
        subject: Subject,
        notes: impl FnOnce() -> Vec<String>,
    ) {
        if self.judge.matcher(matcher, seen) == Outcome::Holds {
            return;
        }
        let before = self.mismatches.len();
        let part = format!("{} {name}", self.kind).trim_end().to_owned();
        self.matcher(matcher, &At { part, place: String::new(), seen, subject, asked: None });
        self.add_notes(before, &notes());
    }

    /// Tells that a part of the response could not be had.
    pub fn unavailable(
        &mut self,
        span: Span,
        name: &str,
        matcher: &Matcher,
        subject: Subject,
        reason: &str,
    ) {
        let part = format!("{} {name}", self.kind).trim_end().to_owned();
        let expected = demand(matcher, subject, self.judge.bindings);
        self.push(span, part, expected, reason.to_owned(), Vec::new());
    }

    /// Adds to the mismatches from this one on.
    pub fn add_notes(&mut self, from: usize, notes: &[String]) {
        for mismatch in &mut self.mismatches[from..] {
            mismatch.notes.extend(notes.iter().cloned().map(Note::from));
        }
    }

    /// Tells which operators of `matcher` do not hold.
    pub fn matcher(&mut self, matcher: &Matcher, at: &At) {
        for operator in &matcher.0 {
            if self.judge.operator(&operator.value, at.seen) != Outcome::Holds {
                self.operator(operator, at);
            }
        }
    }

    /// Goes on to the parts of the value that an operator speaks of.
    fn operator(&mut self, operator: &Spanned<Operator>, at: &At) {
        match (&operator.value, at.seen.to_json()) {
            (Operator::All(matchers), _) => {
                matchers.iter().for_each(|matcher| self.matcher(matcher, at));
            }
            (Operator::Each(inner), _) if at.seen.elements().is_some_and(|count| count > 0) => {
                self.each(inner, at);
            }
            (Operator::Schema(schema), Some(value)) => match late::schema(schema, self.judge) {
                Ok(compiled) => self.schema(operator, schema, &compiled, &value, at),
                Err(_) => self.mismatch(operator, at),
            },
            (Operator::Length(inner), _) if at.seen.length().is_some() => self.length(inner, at),
            (Operator::Json(checks), Some(value)) if has_parts(&value) => {
                checks.iter().for_each(|check| self.check(check, &value, &at.part, &at.place));
            }
            _ => self.mismatch(operator, at),
        }
    }

    fn mismatch(&mut self, operator: &Spanned<Operator>, at: &At) {
        let expected = operator_demand(&operator.value, at.subject, self.judge.bindings);
        let notes = hint::on_operator(self.judge, &operator.value, at);
        let actual = found_by(&operator.value, at.seen);
        self.push(operator.span, at.name(), expected, actual, notes);
        if let Some(last) = self.mismatches.last_mut() {
            last.diff = hint::diff(self.judge, &operator.value, at);
        }
    }

    /// Notes that something does not hold.
    pub fn push(
        &mut self,
        span: Span,
        subject: String,
        expected: String,
        actual: String,
        notes: Vec<Note>,
    ) {
        let (kind, diff) = (self.kind, None);
        self.mismatches.push(Mismatch { span, kind, subject, expected, actual, notes, diff });
    }

    fn length(&mut self, inner: &Matcher, at: &At) {
        let seen = Seen::Count(at.seen.length().unwrap_or_default() as u64);
        let part = format!("length of {}", at.part);
        self.matcher(inner, &At { part, seen, subject: Subject::Count, ..at.clone() });
    }

    fn each(&mut self, inner: &Matcher, at: &At) {
        let count = at.seen.elements().unwrap_or_default();
        let bad = (0..count)
            .filter(|i| self.judge.matcher(inner, at.seen.element(*i)) != Outcome::Holds)
            .collect::<Vec<_>>();
        for i in bad.iter().take(TOLD) {
            self.matcher(inner, &at.element(*i));
        }
        if let (true, Some(last)) = (bad.len() > TOLD, self.mismatches.last_mut()) {
            let more = bad.len() - TOLD;
            let note = format!("the same goes for {more} more of its {count} elements");
            last.notes.push(note.into());
        }
    }

    /// Tells each demand of a schema that is not met, at its place.
    fn schema(
        &mut self,
        operator: &Spanned<Operator>,
        written: &Schema,
        schema: &JsonSchema,
        value: &Value,
        at: &At,
    ) {
        let violations: Vec<Violation> = schema.violations(value).collect();
        let more = violations.len().saturating_sub(TOLD);
        for violation in violations.iter().take(TOLD) {
            let subject = at.inside(&violation.place).name();
            let mut notes = vec![hint::on_demand(written, &violation.demanded)];
            notes.extend(violation.nearest.as_deref().map(|n| hint::on_nearest(n, at)));
            let actual = actual(&violation.actual);
            self.push(operator.span, subject, violation.expected.clone(), actual, notes);
        }
        if let (true, Some(last)) = (more > 0, self.mismatches.last_mut()) {
            last.notes.push(format!("{more} more demands of the schema are not met").into());
        }
    }

    /// Tells what does not hold of what a query finds in `value`, which stands at `base`.
    pub fn check(&mut self, check: &JsonCheck, value: &Value, part: &str, base: &str) {
        if self.judge.check(check, value) == Outcome::Holds {
            return;
        }
        let name = place::within(base, &late::text(&check.path, self.judge));
        let at = |seen| {
            let (part, place, asked) = (part.to_owned(), name.clone(), Some((value, base)));
            At { part, place, seen, subject: Subject::Json, asked }
        };
        let path = match late::query(&check.path, self.judge) {
            Ok(path) => path,
            Err(reason) => {
                let expected = demand(&check.matcher, Subject::Json, self.judge.bindings);
                let actual = format!("a query that cannot be asked: {reason}");
                let name = at(Seen::Missing).name();
                return self.push(check.span, name, expected, actual, Vec::new());
            }
        };
        match path.find(value) {
            Found::One(one) => self.matcher(&check.matcher, &at(Seen::Json(one))),
            Found::Many(nodes) => self.matcher(&check.matcher, &at(Seen::Nodes(&nodes))),
            Found::Missing => {
                let before = self.mismatches.len();
                self.matcher(&check.matcher, &at(Seen::Missing));
                self.add_notes(before, &hint::on_missing(&path, value, base));
                if !path.is_singular()
                    && self.judge.matcher(&check.matcher, Seen::Nodes(&[])) == Outcome::Holds
                {
                    let note = "a query that finds nothing is missing, not `[]`: for that, write `exists: false`";
                    self.add_notes(before, &[note.to_owned()]);
                }
            }
        }
    }
}
