//! The answer to a probe, the answer that it must get, the control → a finding. Pure.
//!
//! Two questions, never mixed: was the request let through, and was it refused as the standards
//! ask. The test's own expectations say what "let through" is.

mod cause;
mod hygiene;
mod leak;
mod through;

use self::leak::leaked;
use self::through::{let_through, let_through_by};
use crate::auth::answer::{Accepted, Answer, ErrorCode, Oracle, Profile};
use crate::http::message::Response;
use crate::http::redirect::is_redirect;
use crate::judge::Reading;
use crate::suite::expect::Expectation;
use crate::template::Bindings;

pub use self::cause::likely;
pub use self::hygiene::of_control;
pub use self::leak::Passed;
pub use self::through::{is_graphql_refusal, is_let_through, is_let_through_by};

/// What was sent, and what must come back.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The right answer.
    pub answer: &'a Answer,
    /// How much of the standards is insisted on.
    pub profile: Profile,
    /// The good token, and what was made of it, if anything was.
    pub tokens: &'a [&'a str],
}

/// The good request beside which a probe is judged.
#[derive(Clone, Copy, Debug)]
pub struct Control<'c> {
    /// Its answer; `None` when it did not pass.
    pub passed: Option<&'c Passed>,
    /// What the test expects of it.
    pub expectations: &'c [Expectation],
    /// What variables in them stand for.
    pub bindings: &'c Bindings,
    /// Whether it may be sent again: it changes nothing.
    pub only_reads: bool,
    /// Whether it is a GraphQL request.
    pub is_graphql: bool,
}

/// What the answer to a probe shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In a word.
    pub verdict: ProbeVerdict,
    /// What that verdict comes to.
    pub grade: Grade,
    /// In a sentence; none where nothing is off.
    pub message: String,
    /// What else is off.
    pub notes: Vec<Note>,
}

/// What an answer shows, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeVerdict {
    /// Let through without a valid token.
    Bypassed,
    /// Let through with the token sent in a way that the standards close.
    Accepted,
    /// Refused, together with what was asked for.
    Leaked,
    /// A server error.
    Crashed,
    /// Refused, but not as the standards ask.
    Nonconforming,
    /// Refused while the good request was not served either.
    Vacuous,
    /// No answer to judge.
    Inconclusive,
    /// Not sent.
    NotSent,
    /// It cannot be made of this token.
    NotApplicable,
    /// It takes more than the token, which was not given.
    LacksInput,
    /// Off, and known to be.
    Waived,
    /// The secret of the token is none that whoever has the token would find. Nothing was sent.
    Unguessed,
    /// As it must be.
    Enforced,
}

impl ProbeVerdict {
    /// How bad it is beside others: of several requests of a probe, and of several probes of an
    /// endpoint, the worst counts.
    pub fn severity(self) -> u8 {
        match self {
            ProbeVerdict::NotApplicable => 0,
            ProbeVerdict::Enforced | ProbeVerdict::Unguessed => 1,
            ProbeVerdict::Nonconforming => 2,
            ProbeVerdict::LacksInput => 3,
            ProbeVerdict::NotSent => 4,
            ProbeVerdict::Waived => 5,
            ProbeVerdict::Vacuous => 6,
            ProbeVerdict::Inconclusive => 7,
            ProbeVerdict::Accepted => 8,
            ProbeVerdict::Crashed => 9,
            ProbeVerdict::Leaked => 10,
            ProbeVerdict::Bypassed => 11,
        }
    }
}

/// What a fault comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing.
    Fine,
    /// A warning.
    Warns,
    /// Nothing was proven.
    Errs,
    /// The case fails.
    Fails,
}

/// Something that is off beside the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The id of the check.
    pub id: &'static str,
    /// What it comes to.
    pub grade: Grade,
    /// In a sentence.
    pub text: String,
}

/// What is said of a token that should be good for something else, and is good for nothing.
const NOT_A_GOOD_TOKEN: &str = "401 says that the other user's token is no good one: give one that is, for who is refused \
     everywhere does not show whether the object is kept from other users";

impl ProbeVerdict {
    /// The stable word for reports.
    pub fn name(self) -> &'static str {
        match self {
            ProbeVerdict::Bypassed => "bypassed",
            ProbeVerdict::Accepted => "accepted",
            ProbeVerdict::Leaked => "leaked",
            ProbeVerdict::Crashed => "crashed",
            ProbeVerdict::Nonconforming => "nonconforming",
            ProbeVerdict::Vacuous => "vacuous",
            ProbeVerdict::Inconclusive => "inconclusive",
            ProbeVerdict::NotSent => "not-sent",
            ProbeVerdict::NotApplicable | ProbeVerdict::LacksInput => "n/a",
            ProbeVerdict::Waived => "waived",
            ProbeVerdict::Unguessed => "unguessed",
            ProbeVerdict::Enforced => "enforced",
        }
    }

    /// Whether there was nothing to find.
    pub fn is_absence(self) -> bool {
        matches!(self, ProbeVerdict::NotApplicable | ProbeVerdict::LacksInput)
    }

    /// Whether it rests on the control: a refusal proves nothing without one that passed.
    pub fn is_refusal(self) -> bool {
        match self {
            ProbeVerdict::Enforced | ProbeVerdict::Nonconforming | ProbeVerdict::Leaked => true,
            ProbeVerdict::Bypassed
            | ProbeVerdict::Accepted
            | ProbeVerdict::Crashed
            | ProbeVerdict::Vacuous
            | ProbeVerdict::Inconclusive
            | ProbeVerdict::NotSent
            | ProbeVerdict::NotApplicable
            | ProbeVerdict::LacksInput
            | ProbeVerdict::Waived
            | ProbeVerdict::Unguessed => false,
        }
    }
}

impl Finding {
    /// A finding without notes.
    pub fn new(verdict: ProbeVerdict, grade: Grade, message: impl Into<String>) -> Finding {
        Finding { verdict, grade, message: message.into(), notes: Vec::new() }
    }

    /// An answer that is as it must be: of that, nothing is told.
    pub fn enforced() -> Finding {
        Finding::new(ProbeVerdict::Enforced, Grade::Fine, "")
    }

    /// A refusal that proves nothing.
    pub fn vacuous(reason: &str) -> Finding {
        Finding::new(ProbeVerdict::Vacuous, Grade::Errs, format!("proves nothing: {reason}"))
    }

    /// An exchange that says nothing about the endpoint.
    pub fn inconclusive(reason: &str) -> Finding {
        Finding::new(ProbeVerdict::Inconclusive, Grade::Errs, format!("no verdict: {reason}"))
    }

    /// The worst of the verdict and all notes.
    pub fn worst(&self) -> Grade {
        self.notes.iter().map(|note| note.grade).fold(self.grade, Grade::max)
    }
}

/// Judges the answer to a probe.
pub fn probe(asked: Asked, response: &Response, control: &Control) -> Finding {
    let status = response.status;
    let finding = if is_let_through(asked.answer, response, control) {
        let_through(asked, response, control)
    } else if let Some(why) = unheard(status) {
        Finding::inconclusive(&format!("{status} says nothing about the token: {why}"))
    } else if status >= 500 && !asked.answer.takes(status) {
        crashed(asked.answer, status)
    } else if control.passed.is_none() {
        Finding::vacuous("it was refused, but the control did not pass in this run either")
    } else if is_redirect(status) && is_redirected(control) {
        Finding::inconclusive(&format!(
            "{status} sends it on, as the good request was sent on, and probes follow no redirect"
        ))
    } else {
        refused(asked, response, control)
    };
    match finding.verdict {
        ProbeVerdict::Vacuous | ProbeVerdict::Inconclusive => finding,
        _ => with_echo(finding, asked, response),
    }
}

/// Judges a probe whose answer did not come whole, by its status if that came.
pub fn broken(asked: Asked, status: Option<u16>, reason: &str, control: &Control) -> Finding {
    match status.filter(|status| is_let_through_by(asked.answer, *status, control)) {
        Some(status) => let_through_by(asked, status, reason),
        None => Finding::inconclusive(reason),
    }
}

/// Whether the good request got through by a redirect. Another one is no refusal then: everybody
/// may be sent on so, or whoever was let through.
fn is_redirected(control: &Control) -> bool {
    control.passed.is_some_and(|good| !good.response.hops.is_empty())
}

/// Why nobody looked at a request that was answered with this status, if so.
pub fn unheard(status: u16) -> Option<&'static str> {
    match status {
        429 => Some("the API limits how often it may be asked (`--rate` asks less often)"),
        408 | 502..=504 => Some("the server did not get to it"),
        _ => None,
    }
}

/// Whether an answer to the control has the status that the test expects.
pub fn has_expected_status(response: &Response, control: &Control) -> bool {
    Reading::new(response, control.bindings).has_status(control.expectations)
        && !is_graphql_refusal(response, control)
}

fn crashed(answer: &Answer, status: u16) -> Finding {
    let what = match answer.oracle {
        Oracle::Test => "a wrong credential",
        Oracle::ClientError | Oracle::NoSuccess | Oracle::OtherBody => "a request without a token",
    };
    let message = format!("crashed: {what} was answered with {status}, which is no refusal");
    Finding::new(ProbeVerdict::Crashed, Grade::Fails, message)
}

/// The good token, sent as it may be sent, got another answer than the control.
fn otherwise_answered(asked: Asked, status: u16) -> Finding {
    let grade = match asked.profile {
        Profile::Strict => Grade::Fails,
        Profile::Standard => Grade::Warns,
        Profile::Lenient => Grade::Fine,
    };
    let text = format!("the good token was answered with {status}, for the case of its scheme");
    let mut finding =
        Finding::new(ProbeVerdict::Nonconforming, grade, format!("nonconforming: {text}"));
    finding.notes.push(Note { id: "refusal-status", grade, text });
    finding
}

fn refused(asked: Asked, response: &Response, control: &Control) -> Finding {
    if asked.answer.accepted == Accepted::Right {
        return otherwise_answered(asked, response.status);
    }
    let leaks = leaks(asked.answer, response, control);
    if let Some(leaks) = leaks {
        let status = response.status;
        let text = format!("the refusal ({status}) holds {leaks}");
        let mut finding =
            Finding::new(ProbeVerdict::Leaked, Grade::Fails, format!("leaked: {text}"));
        finding.notes.push(Note { id: "body-leak", grade: Grade::Fails, text });
        return finding;
    }
    if response.status == 401 && asked.answer.error == ErrorCode::Unchallenged {
        return Finding::inconclusive(NOT_A_GOOD_TOKEN);
    }
    let by_errors = is_graphql_refusal(response, control);
    let status = match by_errors {
        true => hygiene::errors_for_status(asked),
        false => hygiene::status(asked, response.status),
    };
    let mut notes: Vec<Note> = status.into_iter().collect();
    notes.extend(hygiene::challenge(asked, response));
    let worst = notes.iter().map(|note| note.grade).max().unwrap_or(Grade::Fine);
    match notes.first() {
        None => Finding::enforced(),
        Some(first) => {
            let message = format!("nonconforming: refused, but {}", first.text);
            Finding { verdict: ProbeVerdict::Nonconforming, grade: worst, message, notes }
        }
    }
}

/// What a refusal holds of the answer to the control. Where something else was asked for, the
/// control's own 404 is no secret.
fn leaks(answer: &Answer, refusal: &Response, control: &Control) -> Option<String> {
    let is_served = |good: &&Passed| {
        answer.oracle == Oracle::Test || (200..300).contains(&good.response.status)
    };
    leaked(control.passed.filter(is_served)?, refusal)
}

fn with_echo(mut finding: Finding, asked: Asked, response: &Response) -> Finding {
    let refused = finding.verdict.is_refusal() && asked.answer.accepted != Accepted::Right;
    finding.notes.extend(hygiene::echo(asked.tokens, response, refused));
    if finding.verdict == ProbeVerdict::Enforced
        && let Some(note) = finding.notes.first()
    {
        finding.verdict = ProbeVerdict::Nonconforming;
        finding.message = format!("nonconforming: refused, but {}", note.text);
        finding.grade = note.grade;
    }
    finding
}
