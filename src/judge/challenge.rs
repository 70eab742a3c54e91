//! Whether one challenge of `WWW-Authenticate` meets all that is demanded of it.

use serde_json::Value;

use super::Mismatch;
use super::matcher::{At, Judge};
use super::words::demand;
use crate::auth::challenge::{Challenge, parse};
use crate::source::Span;
use crate::suite::expect::ChallengeField;
use crate::suite::matcher::Subject;
use crate::template::Bindings;

/// Judges the field lines of `WWW-Authenticate`. When no challenge meets all, the mismatches of
/// the nearest one are added.
pub fn judge<'l>(
    span: Span,
    fields: &[ChallengeField],
    lines: impl Iterator<Item = &'l str>,
    bindings: &Bindings,
    mismatches: &mut Vec<Mismatch>,
) {
    let lines: Vec<&str> = lines.collect();
    let wanted = || {
        let demands: Vec<String> = fields
            .iter()
            .map(|f| {
                let name = f.name.value.as_fixed().unwrap_or("a parameter");
                format!("{name} {}", demand(&f.matcher, Subject::Text, bindings))
            })
            .collect();
        format!("a challenge with {}", demands.join(" and "))
    };
    let whole = |actual: String, note: Option<String>| Mismatch {
        span,
        subject: "challenge".into(),
        expected: wanted(),
        actual,
        note,
    };
    if lines.is_empty() {
        let note = "RFC 9110 §15.5.2: a 401 must name the way to authenticate".to_owned();
        mismatches.push(whole("no WWW-Authenticate header".into(), Some(note)));
        return;
    }
    let challenges = match parse(lines.iter().copied()) {
        Ok(challenges) => challenges,
        Err(unreadable) => {
            let fault = &unreadable.faults[0];
            let note = format!("{fault}; {}", fault.help);
            mismatches.push(whole(format!("`{}`", lines.join(", ")), Some(note)));
            return;
        }
    };
    let judged = challenges.iter().map(|challenge| one(challenge, fields, bindings));
    match judged.min_by_key(Vec::len) {
        Some(nearest) => mismatches.extend(nearest),
        None => {
            mismatches.push(whole("a WWW-Authenticate header without a challenge".into(), None))
        }
    }
}

fn one(challenge: &Challenge, fields: &[ChallengeField], bindings: &Bindings) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for field in fields {
        let filled = field.name.value.fill(bindings).unwrap_or_default();
        let is_scheme = filled == "scheme";
        let value = match is_scheme {
            true => Some(Value::from(challenge.scheme.as_str())),
            false => challenge.param(&filled).map(Value::from),
        };
        let judge = Judge { bindings, subject: Subject::Text, fold_case: is_scheme };
        let name = || match is_scheme {
            true => "challenge scheme".to_owned(),
            false => format!("challenge {filled} (of {})", challenge.scheme),
        };
        judge.matcher(&field.matcher, At { name: &name, value: value.as_ref() }, &mut mismatches);
    }
    mismatches
}
