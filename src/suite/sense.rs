//! Matchers that every value meets, or none: one of those demands nothing, by itself or with a `not`
//! around it. What can be seen of them is seen by trying values around their operands.

mod trial;
mod samples;

use super::expect::{Demand, Expectation};
use super::matcher::{JsonCheck, Matcher, Operator, Path, Subject, ValueOperator};
use crate::source::{Span, Spanned};

/// A matcher without sense.
#[derive(Debug)]
pub struct Nonsense {
    /// Where it stands.
    pub span: Span,
    /// What is wrong with it.
    pub title: &'static str,
    /// Why, or what to write.
    pub label: &'static str,
}

impl Expectation {
    /// The first matcher in it that has no sense, as far as its operands are known.
    pub fn nonsense(&self) -> Option<Nonsense> {
        let (there, maybe) = (Presence::Always, Presence::Open);
        match &*self.demand {
            Demand::Status(matcher) => of_matcher(matcher, Subject::Status, there),
            Demand::Header(_, matcher) => of_matcher(matcher, Subject::Text, maybe),
            Demand::Body(matcher) => of_matcher(matcher, Subject::Body, there),
            Demand::Url(matcher) => of_matcher(matcher, Subject::Url, there),
            Demand::Redirects(matcher) => of_matcher(matcher, Subject::Urls, there),
            Demand::Duration(matcher) => of_matcher(matcher, Subject::Duration, there),
            // That `$` exists says that the body is JSON.
            Demand::Json(check) => of_matcher(&check.matcher, Subject::Json, maybe),
            Demand::Cookie(check) => check
                .parts
                .iter()
                .find_map(|part| of_matcher(&part.matcher, part.part.subject(), maybe)),
            Demand::Challenge(fields) => fields.iter().find_map(|field| {
                let is_scheme = field.name.value.as_fixed() == Some("scheme");
                let presence = if is_scheme { there } else { maybe };
                of_matcher(&field.matcher, Subject::Line, presence)
            }),
        }
    }
}

/// Whether what is looked at may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Open,
    Always,
}

fn of_matcher(matcher: &Matcher, subject: Subject, presence: Presence) -> Option<Nonsense> {
    let inner = matcher.0.iter().find_map(|operator| of_operator(operator, subject, presence));
    inner.or_else(|| of_all(matcher, subject))
}

fn of_operator(
    operator: &Spanned<Operator>,
    subject: Subject,
    presence: Presence,
) -> Option<Nonsense> {
    match &operator.value {
        Operator::Value(ValueOperator::Exists, _) if presence == Presence::Always => {
            let span = operator.span;
            let title = "`exists` says nothing here: what is looked at is always there";
            Some(Nonsense { span, title, label: "say what it must be, such as `{empty: false}`" })
        }
        Operator::Not(inner) => of_matcher(inner, subject, presence),
        Operator::All(all) => all.iter().find_map(|inner| of_matcher(inner, subject, presence)),
        Operator::Length(inner) => of_matcher(inner, Subject::Count, Presence::Always),
        Operator::Each(inner) | Operator::Any(inner) => {
            of_matcher(inner, subject.of_element(), Presence::Always)
        }
        Operator::Json(checks) => checks.iter().find_map(of_check),
        _ => None,
    }
}

fn of_check(check: &JsonCheck) -> Option<Nonsense> {
    let text = match &check.path {
        Path::Written(text) => text.value.as_fixed(),
        Path::Compiled(path) => Some(path.text()),
    };
    let presence = if text == Some("$") { Presence::Always } else { Presence::Open };
    of_matcher(&check.matcher, Subject::Json, presence)
}

/// What all operators of a matcher say together.
fn of_all(matcher: &Matcher, subject: Subject) -> Option<Nonsense> {
    let together = flat(matcher);
    let samples = samples::around(&together, subject)?;
    let outcomes = samples.iter().map(|sample| trial::all(&together, sample, subject));
    let (mut never, mut always) = (true, true);
    for outcome in outcomes {
        never &= !outcome.may_hold();
        always &= outcome.must_hold();
    }
    let span = matcher.0.first()?.span.to(matcher.0.last()?.span);
    let status = subject == Subject::Status;
    let (title, label) = match (never, always) {
        (true, _) if status => ("no status meets this", "a `not` around it would always hold"),
        (true, _) => ("nothing meets all of this", "a `not` around it would always hold"),
        (_, true) if status => {
            ("every status meets this", "write those that are right, such as `[2xx, 404]`")
        }
        (_, true) if subject == Subject::Count => ("every length meets this", "it demands nothing"),
        _ => return None,
    };
    Some(Nonsense { span, title, label })
}

/// The operators that must all hold, those in `all` among them.
fn flat(matcher: &Matcher) -> Vec<&Operator> {
    let operators = matcher.0.iter().flat_map(|operator| match &operator.value {
        Operator::All(all) => all.iter().flat_map(flat).collect(),
        one => vec![one],
    });
    operators.collect()
}
