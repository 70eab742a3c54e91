//! Whether one challenge of `WWW-Authenticate` meets all that is demanded of it.

use super::account::Account;
use super::note::Note;
use super::outcome::{Judge, Outcome};
use super::seen::Seen;
use super::words::demand;
use crate::auth::challenge::{Challenge, parse};
use crate::source::Span;
use crate::suite::expect::ChallengeField;
use crate::suite::matcher::{Matcher, Subject};
use crate::template::FillError;

/// Judges the field lines of `WWW-Authenticate`. When no challenge meets all, the mismatches of
/// the nearest one are told.
pub fn judge<'l>(
    span: Span,
    fields: &[ChallengeField],
    lines: impl Iterator<Item = &'l str>,
    account: &mut Account,
) {
    let judge = account.judge;
    let demands = match fields.iter().map(|field| Demanded::read(field, judge)).collect() {
        Ok(demands) => demands,
        Err(FillError { message, .. }) => {
            let expected = "a challenge".to_owned();
            return account.push(span, "challenge".into(), expected, message, Vec::new());
        }
    };
    let demands: Vec<Demanded> = demands;
    let lines: Vec<&str> = lines.collect();
    let challenges = match parse(lines.iter().copied()) {
        Ok(challenges) => challenges,
        Err(unreadable) => {
            let notes = unreadable.faults.iter().flat_map(|f| [f.to_string(), f.help.clone()]);
            let (expected, actual) = (wanted(&demands, judge), lines.join(", "));
            let actual = format!("`{actual}`, which cannot be read");
            let notes = notes.map(Note::from).collect();
            return account.push(span, "challenge".into(), expected, actual, notes);
        }
    };
    if challenges.iter().any(|challenge| demands.iter().all(|d| d.is_met(challenge, judge))) {
        return;
    }
    let unmet = |challenge: &&Challenge| {
        let unmet = demands.iter().filter(|demand| !demand.is_met(challenge, judge));
        (unmet.clone().any(|demand| demand.name == SCHEME), unmet.count())
    };
    match challenges.iter().min_by_key(unmet) {
        Some(nearest) => {
            demands.iter().for_each(|demand| demand.tell(nearest, &challenges, account));
        }
        None => {
            let (actual, note) = match lines.is_empty() {
                true => (
                    "no WWW-Authenticate header",
                    "a 401 carries at least one challenge (RFC 9110 §15.5.2)",
                ),
                false => (
                    "a WWW-Authenticate header without a challenge",
                    "a challenge begins with its scheme, as in `Bearer realm=\"…\"`",
                ),
            };
            let expected = wanted(&demands, judge);
            account.push(span, "challenge".into(), expected, actual.into(), vec![note.into()]);
        }
    }
}

/// The name that stands for the scheme among the parameters.
const SCHEME: &str = "scheme";

/// What is demanded of the scheme or of a parameter.
struct Demanded<'f> {
    /// In lower case.
    name: String,
    matcher: &'f Matcher,
}

impl<'f> Demanded<'f> {
    fn read(field: &'f ChallengeField, judge: Judge) -> Result<Demanded<'f>, FillError> {
        let name = field.name.value.fill(judge.bindings)?.to_ascii_lowercase();
        Ok(Demanded { name, matcher: &field.matcher })
    }

    fn seen<'c>(&self, challenge: &'c Challenge) -> Seen<'c> {
        match self.name == SCHEME {
            true => Seen::Scheme(&challenge.scheme),
            false => challenge.param(&self.name).map_or(Seen::Missing, Seen::Text),
        }
    }

    fn is_met(&self, challenge: &Challenge, judge: Judge) -> bool {
        judge.matcher(self.matcher, self.seen(challenge)) == Outcome::Holds
    }

    fn tell(&self, challenge: &Challenge, offered: &[Challenge], account: &mut Account) {
        let seen = self.seen(challenge);
        let notes = || {
            let has = matches!(seen, Seen::Missing).then(|| what_it_has(challenge));
            let near = (offered.len() > 1).then(|| {
                let offered: Vec<String> =
                    offered.iter().map(|other| format!("`{}`", other.scheme)).collect();
                let nearest = &challenge.scheme;
                format!("the server offers {}; `{nearest}` comes nearest", offered.join(", "))
            });
            has.into_iter().chain(near).collect()
        };
        account.part(&self.name, self.matcher, seen, Subject::Line, notes);
    }
}

fn what_it_has(challenge: &Challenge) -> String {
    let params: Vec<String> =
        challenge.params.iter().map(|(name, _)| format!("`{name}`")).collect();
    match params.is_empty() {
        true => format!("the challenge `{}` has no parameters", challenge.scheme),
        false => format!("the challenge `{}` has {}", challenge.scheme, params.join(", ")),
    }
}

fn wanted(demands: &[Demanded], judge: Judge) -> String {
    let demands: Vec<String> = demands
        .iter()
        .map(|d| format!("{} {}", d.name, demand(d.matcher, Subject::Line, judge.bindings)))
        .collect();
    format!("a challenge with {}", demands.join(" and "))
}
