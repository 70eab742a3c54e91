//! From what came back to the ends of a control and its probes.

use std::time::Duration;

use super::trial::{Outcome, Shot, Trial, token};
use super::{Finding, Standing};
use crate::auth::answer::{Accepted, Oracle};
use crate::event::{CaseEnd, Exchange, Failure, Skip, StopReason, Verdict};
use crate::http::message::{Request, Response, TransportError};
use crate::judge::probe::{self, Asked, Grade, Note, ProbeVerdict};
use crate::plan::Case;
use crate::plan::probes::{Absent, Probe};
use crate::run::Run;
use crate::run::explain::ProbeStory;
use crate::run::turn::StepEnd;

/// The end of a control, and whether refusals can be judged beside it.
pub struct ControlEnd {
    /// Its end.
    pub end: CaseEnd,
    /// Whether its answer is what the test expects.
    pub is_sound: bool,
}

/// A judged probe, before its neighbours are looked at.
struct Judged<'t> {
    shot: &'t Shot,
    finding: Finding,
    /// The reason of a waiver that knows all that is off about it.
    waived: Option<String>,
    response: Result<&'t Response, &'t TransportError>,
}

impl Judged<'_> {
    /// How bad it is beside the other requests of its probe.
    fn weight(&self) -> (Grade, u8) {
        match self.waived {
            Some(_) => (Grade::Warns, ProbeVerdict::Waived.severity()),
            None => (self.finding.worst(), self.finding.verdict.severity()),
        }
    }
}

/// The probe that looks for the secret of a token before it sends anything.
const WEAK_SECRET: &str = "weak-secret";

/// What is said when it finds it and the API refuses what was signed with it all the same.
const SECRET_FOUND: &str = "bypassed: the secret of the token is a common one, found without asking the API: whoever has a \
                            token can sign others";

/// What is said of what was made of a token that turned out to be bad.
const MADE_OF_A_BAD_ONE: &str = "it was made of a token that the API refused by then, as the control showed after it, which was \
     sent once more with a new one: run the test again";

/// What makes two probes of an endpoint show the same: the verdict, the status, what is off.
type Cause = (ProbeVerdict, Option<u16>, String);

impl Run<'_> {
    /// The end of a control that was answered: its own verdict, and the checks of every answer.
    pub(super) fn control_end(
        &self,
        trial: &Trial,
        request: &Request,
        judged: Result<Option<Box<Exchange>>, StepEnd>,
        response: &Response,
        elapsed: Duration,
    ) -> ControlEnd {
        let (verdict, exchange) = match judged {
            Ok(exchange) => (Verdict::Passed, exchange),
            Err((verdict, exchange)) => {
                return ControlEnd {
                    end: CaseEnd::new(verdict, elapsed, exchange),
                    is_sound: false,
                };
            }
        };
        let token = token(request).unwrap_or(&trial.token);
        let notes = probe::of_control(trial.enforced.profile, token, response);
        let notes = self.redacted(self.unwaived(trial, notes).0);
        let failing = notes.iter().find(|note| note.grade == Grade::Fails);
        let end = match failing {
            None => CaseEnd::new(verdict, elapsed, exchange),
            Some(note) => {
                let explain = self.explainer();
                let failure = explain.control_note(trial.control, trial.step, note);
                let exchange = explain.exchange(request, Some(response));
                CaseEnd::new(Verdict::Failed(failure), elapsed, Some(exchange))
            }
        };
        ControlEnd { end: CaseEnd { notes, ..end }, is_sound: true }
    }

    /// The end of a control that was not sent because a probe had the effect that it should have.
    pub(super) fn took_effect(&self, trial: &Trial, probe: &str) -> CaseEnd {
        let reason = format!(
            "stopped: the request took effect when `{probe}` was let through, so the good one was \
             not sent"
        );
        let failure = self.explainer().unproven(trial.control, trial.step, "control", &reason);
        CaseEnd::new(Verdict::Errored(failure), Duration::ZERO, None)
    }

    /// The end of a probe whose control was not answered.
    pub(super) fn unsent_probe(&self, index: usize) -> CaseEnd {
        let case = &self.plan.cases[index];
        if let Some(reason) = self.stop.reason() {
            return stopped(reason);
        }
        let message = "proves nothing: not sent, for the control got no answer";
        let failure = self.explainer().without_place(case, "vacuous", message);
        let end = CaseEnd::new(Verdict::Errored(failure), Duration::ZERO, None);
        CaseEnd { probe: Some(ProbeVerdict::Vacuous), ..end }
    }

    /// The ends of all probes, in order.
    pub(super) fn conclude(&self, trial: &Trial, standing: &Standing) -> Vec<CaseEnd> {
        let mut told: Vec<(Cause, &'static str)> = Vec::new();
        let probes = trial.group.start + 1..trial.group.end;
        probes.map(|index| self.probe_end(trial, standing, index, &mut told)).collect()
    }

    fn probe_end(
        &self,
        trial: &Trial,
        standing: &Standing,
        index: usize,
        told: &mut Vec<(Cause, &'static str)>,
    ) -> CaseEnd {
        let case = &self.plan.cases[index];
        let Some(probe) = Trial::probe(&self.plan.cases, index) else {
            return self.panicked(case);
        };
        if let Some((_, reason)) = trial.absent.iter().find(|(absent, _)| *absent == index) {
            return self.absent(trial, case, probe, reason);
        }
        let mut judged: Vec<Judged> = Vec::new();
        let (mut stop, mut by) = (None, None);
        let mut elapsed = Duration::ZERO;
        let profile = trial.enforced.profile;
        for (shot, outcome) in trial.of(index) {
            let (finding, response) = match outcome {
                Outcome::Answered(response, time) => {
                    elapsed += *time;
                    match self.finding(trial, standing, probe, shot, response) {
                        Ok(finding) => (finding, Ok(response)),
                        Err(reason) => {
                            stop = Some(reason);
                            continue;
                        }
                    }
                }
                Outcome::Broken(error, time) => {
                    elapsed += *time;
                    let asked = Asked { answer: &probe.answer, profile, tokens: &[] };
                    let control = self.beside(trial);
                    let finding = probe::broken(asked, error.status, &error.message, &control);
                    (finding, Err(error))
                }
                Outcome::Stopped(reason) => {
                    stop = Some(*reason);
                    continue;
                }
                Outcome::NotSent(probe) => {
                    by = Some(*probe);
                    continue;
                }
                Outcome::Panicked => return self.panicked(case),
            };
            let mut finding = finding;
            let waived = self.waive(trial, probe, &mut finding);
            judged.push(Judged { shot, finding, waived, response });
        }
        if trial.shots.iter().all(|shot| shot.index != index) {
            let end = CaseEnd::new(Verdict::Passed, Duration::ZERO, None);
            return CaseEnd { probe: Some(ProbeVerdict::Unguessed), ..end };
        }
        // The first of the worst: what is waived of one request must not hide what another shows.
        let worst = judged.into_iter().rev().max_by_key(Judged::weight);
        let proven = |judged: &Judged| judged.weight().0 == Grade::Fails;
        match (worst, stop, by) {
            (Some(worst), _, _) if proven(&worst) => {
                self.judged_end(trial, case, probe, worst, elapsed, told)
            }
            (_, Some(reason), _) => stopped(reason),
            (Some(worst), None, None) => self.judged_end(trial, case, probe, worst, elapsed, told),
            (_, None, by) => not_sent(by.unwrap_or(probe.id)),
        }
    }

    /// What an answer shows, or why the run ended before that could be known.
    fn finding(
        &self,
        trial: &Trial,
        standing: &Standing,
        probe: &Probe,
        shot: &Shot,
        response: &Response,
    ) -> Result<Finding, StopReason> {
        let sent = shot.variant.sent_token();
        let tokens: Vec<&str> = std::iter::once(trial.token.as_str()).chain(sent).collect();
        let profile = trial.enforced.profile;
        let asked = Asked { answer: &probe.answer, profile, tokens: &tokens };
        let control = self.beside(trial);
        let finding = probe::probe(asked, response, &control);
        // That the good token is served needs no other proof; nor does a leak. That it is not served
        // may be for what became of it since.
        let is_refusal = match finding.verdict {
            ProbeVerdict::Enforced => probe.answer.accepted != Accepted::Right,
            verdict => verdict == ProbeVerdict::Nonconforming,
        };
        match standing {
            Standing::Stopped(reason) if is_refusal || finding.verdict == ProbeVerdict::Vacuous => {
                Err(*reason)
            }
            // The secret was found before anything was sent.
            _ if probe.id == WEAK_SECRET && finding.verdict != ProbeVerdict::Bypassed => {
                Ok(Finding::new(ProbeVerdict::Bypassed, Grade::Fails, SECRET_FOUND))
            }
            Standing::Renewed if is_refusal && probe.is_made_of_token() => {
                Ok(Finding::vacuous(MADE_OF_A_BAD_ONE))
            }
            Standing::Lost(reason) if is_refusal => Ok(Finding::vacuous(reason)),
            _ => Ok(finding),
        }
    }

    fn judged_end(
        &self,
        trial: &Trial,
        case: &Case,
        probe: &'static Probe,
        judged: Judged,
        elapsed: Duration,
        told: &mut Vec<(Cause, &'static str)>,
    ) -> CaseEnd {
        let Judged { shot, finding, waived, response } = judged;
        if let Some(reason) = waived {
            let reason = self.redactor.redact(&reason).into_owned();
            let end = CaseEnd::new(Verdict::Skipped(Skip::Waived(reason)), elapsed, None);
            return CaseEnd { probe: Some(ProbeVerdict::Waived), ..end };
        }
        let grade = finding.worst();
        let ids: Vec<&str> = finding.notes.iter().map(|note| note.id).collect();
        // What was not proven for one reason was so whatever the answer.
        let status = response.map_or_else(|error| error.status, |response| Some(response.status));
        let status = status.filter(|_| grade != Grade::Errs);
        let cause = (finding.verdict, status, ids.join(" "));
        // What another method or path lets through is a hole of its own.
        let alone =
            probe.answer.oracle != Oracle::Test && finding.verdict == ProbeVerdict::Bypassed;
        let known = told.iter().find(|(known, _)| *known == cause && !alone);
        let same = known.map(|(_, id)| *id);
        let explain = self.explainer();
        let request: &Request = &shot.variant.request;
        let bad = grade >= Grade::Errs;
        if bad && same.is_none() && !alone {
            told.push((cause, probe.id));
        }
        let shown = (bad && same.is_none()) || self.settings.verbose;
        let exchange = shown.then(|| match response {
            Ok(response) => explain.exchange(request, Some(response)),
            Err(error) => explain.unanswered(request, error),
        });
        let verdict_id = finding.verdict;
        let failure = |grade: Grade| -> Option<Box<Failure>> {
            (grade >= Grade::Errs).then(|| {
                explain.probe(&ProbeStory {
                    case,
                    step: trial.step,
                    probe,
                    label: &shot.variant.label,
                    request,
                    response: response.ok(),
                    finding: &finding,
                    same,
                })
            })
        };
        let verdict = match (grade, failure(grade)) {
            (Grade::Fails, Some(failure)) => Verdict::Failed(failure),
            (Grade::Errs, Some(failure)) => Verdict::Errored(failure),
            _ => Verdict::Passed,
        };
        let notes = self.redacted(finding.notes);
        let end = CaseEnd::new(verdict, elapsed, exchange);
        CaseEnd { probe: Some(verdict_id), notes, ..end }
    }

    /// A probe that cannot be made of the token. One that was asked for by its name must be.
    fn absent(&self, trial: &Trial, case: &Case, probe: &Probe, absent: &Absent) -> CaseEnd {
        let (found, reason) = match absent {
            Absent::NotApplicable(reason) => (ProbeVerdict::NotApplicable, reason),
            Absent::LacksInput(reason) => (ProbeVerdict::LacksInput, reason),
            Absent::Unusable(_) if self.stop.reason().is_some() => {
                return stopped(self.stop.reason().unwrap_or(StopReason::Interrupted));
            }
            Absent::Unusable(reason) => {
                let finding = Finding::inconclusive(reason);
                let failure =
                    self.explainer().unproven(case, trial.step, "inconclusive", &finding.message);
                let end = CaseEnd::new(Verdict::Errored(failure), Duration::ZERO, None);
                return CaseEnd { probe: Some(finding.verdict), ..end };
            }
        };
        let verdict = match trial.enforced.singly.contains(&probe.id) {
            true => {
                let reason = format!("`{}` does not apply: {reason}", probe.id);
                let kind = "not-applicable";
                Verdict::Errored(self.explainer().unproven(case, trial.step, kind, &reason))
            }
            false => Verdict::Skipped(Skip::NotApplicable(format!("n/a: {reason}"))),
        };
        let end = CaseEnd::new(verdict, Duration::ZERO, None);
        CaseEnd { probe: Some(found), ..end }
    }

    /// Takes out of a finding what is known to be off; gives the reason when that was what made
    /// the case bad. What was not proven cannot be waived.
    fn waive(&self, trial: &Trial, probe: &Probe, finding: &mut Finding) -> Option<String> {
        if matches!(finding.verdict, ProbeVerdict::Vacuous | ProbeVerdict::Inconclusive) {
            return None;
        }
        if let Some(waiver) = trial.enforced.waiver(probe.id) {
            let needed = finding.worst() > Grade::Fine;
            self.waivers.note(waiver, needed);
            return needed.then(|| waiver.reason.clone());
        }
        let before = finding.worst();
        let had_notes = !finding.notes.is_empty();
        let (left, waived) = self.unwaived(trial, std::mem::take(&mut finding.notes));
        finding.notes = left;
        let rests_on_notes =
            matches!(finding.verdict, ProbeVerdict::Nonconforming | ProbeVerdict::Leaked);
        if rests_on_notes && had_notes {
            finding.grade = Grade::Fine;
            if finding.notes.is_empty() {
                finding.verdict = ProbeVerdict::Enforced;
            }
        }
        (before >= Grade::Errs && finding.worst() < Grade::Errs).then_some(waived).flatten()
    }

    /// The notes that no waiver knows, and the reason of one that knows another.
    fn unwaived(&self, trial: &Trial, notes: Vec<Note>) -> (Vec<Note>, Option<String>) {
        let mut reason = None;
        for waiver in &trial.enforced.waivers {
            if Probe::find(&waiver.id).is_none() {
                let needed = notes.iter().any(|note| note.id == waiver.id);
                self.waivers.note(waiver, needed);
                reason = reason.or_else(|| needed.then(|| waiver.reason.clone()));
            }
        }
        let left = notes.into_iter().filter(|note| trial.enforced.waiver(note.id).is_none());
        (left.collect(), reason)
    }

    fn redacted(&self, mut notes: Vec<Note>) -> Vec<Note> {
        for note in &mut notes {
            note.text = self.explainer().value(&note.text);
        }
        notes
    }
}

fn stopped(reason: StopReason) -> CaseEnd {
    CaseEnd::new(Verdict::Skipped(Skip::Stopped(reason)), Duration::ZERO, None)
}

fn not_sent(by: &str) -> CaseEnd {
    let reason = format!("not sent: `{by}` was let through, and the request took effect");
    let end = CaseEnd::new(Verdict::Skipped(Skip::NotSent(reason)), Duration::ZERO, None);
    CaseEnd { probe: Some(ProbeVerdict::NotSent), ..end }
}
