//! Why a case did not pass, for a person: redacted first, shortened second.

use serde_json::Value;

use super::curl;
use super::differ;
use super::issued::{tokens_in, tokens_of, tokens_of_hops};
use super::messages::{LOOKED_AT, hop_text, request_text, response_text};
use super::request::Unsent;
use crate::diagnostic::{Annotation, Diagnostic, Related, Severity};
use crate::event::{Exchange, Failure};
use crate::http::message::{Hop, Request, Response, TransportError, TransportErrorKind};
use crate::judge::Mismatch;
use crate::judge::note::{Excerpt, Note};
use crate::judge::probe::{self, Finding, ProbeVerdict, likely};
use crate::plan::credential::Credential;
use crate::plan::probes::Probe;
use crate::plan::{Case, Step, Work};
use crate::secret::Redactor;
use crate::source::Place;
use crate::text::{at_most, shortened, shortened_inside};

/// The most that is shown of a message, in bytes.
const EXCERPT: usize = 4096;

/// The most that is shown of one value, in bytes; the response stands below it.
const VALUE: usize = 240;

/// What is found is told under the caret too when it is not longer than this.
const LABEL: usize = 60;

/// More than a secret that is known only as a whole has in any spelling, in bytes.
const EDGE: usize = 256;

/// A probe and its answer.
pub struct ProbeStory<'s> {
    /// The case of the probe.
    pub case: &'s Case,
    /// The step of its control.
    pub step: &'s Step,
    /// The probe.
    pub probe: &'s Probe,
    /// What was sent in place of the credential.
    pub label: &'s str,
    /// The request.
    pub request: &'s Request,
    /// The answer, if there was one.
    pub response: Option<&'s Response>,
    /// What it shows.
    pub finding: &'s Finding,
    /// The probe of the same control that showed the same before.
    pub same: Option<&'static str>,
}

/// Makes texts out of what happened.
#[derive(Clone, Copy)]
pub struct Explainer<'r> {
    /// Takes the secrets out.
    pub redactor: &'r Redactor,
    /// What else the command line has to say when a case is to be run again.
    pub options: &'r str,
}

impl Explainer<'_> {
    /// What did not hold, each at its line.
    pub fn mismatches(
        &self,
        case: &Case,
        step: &Step,
        request: &Request,
        response: &Response,
        mismatches: &[Mismatch],
    ) -> Box<Failure> {
        let redactor = self.redactor.beside(&tokens_of(response));
        Explainer { redactor: &redactor, ..*self }.told(case, step, request, mismatches)
    }

    fn told(
        &self,
        case: &Case,
        step: &Step,
        request: &Request,
        mismatches: &[Mismatch],
    ) -> Box<Failure> {
        let mut annotations: Vec<Annotation> =
            mismatches.iter().map(|mismatch| self.annotation(step, mismatch)).collect();
        // The way to a fragment is shown once.
        let first = annotations.first_mut();
        first.into_iter().for_each(|first| first.relate(&way_to(step), self.redactor));
        if let (Some(last), Some(jar)) = (annotations.last_mut(), &request.cookies.jar) {
            let refused = jar.refused().into_iter();
            last.helps.extend(
                refused.map(|why| self.value(&format!("the cookie jar did not take {why}"))),
            );
        }
        Box::new(Failure {
            kind: mismatches[0].kind,
            message: summary(&annotations),
            repeat: self.repeat(case, Some((step, request))),
            annotations,
            noticed: false,
        })
    }

    fn annotation(&self, step: &Step, mismatch: &Mismatch) -> Annotation {
        let Mismatch { span, subject, expected, actual, notes, diff, .. } = mismatch;
        let place = Place::new(&step.place.source, *span);
        let (expected, actual) = (self.value(expected), self.value(actual));
        let title = format!("{}: expected {expected}, got {actual}", self.value(subject));
        let label = match actual.len() <= LABEL {
            true => format!("got {actual}"),
            false => String::new(),
        };
        let mut annotation =
            Annotation::new(Severity::Error, &place, &title, &label, self.redactor);
        annotation.helps.extend(notes.iter().map(|note| self.note(note)));
        annotation.hunks =
            diff.as_ref().map_or_else(Vec::new, |diff| differ::hunks(diff, self.redactor));
        annotation
    }

    fn note(&self, note: &Note) -> String {
        let mut words = self.value(&note.words);
        if let Some(difference) = &note.difference {
            let join = if words.is_empty() { "" } else { "; " };
            words.push_str(&format!(
                "{join}they differ first at character {}: expected {}, got {}",
                difference.character,
                self.excerpt(&difference.expected),
                self.excerpt(&difference.actual)
            ));
        }
        words
    }

    fn excerpt(&self, Excerpt { text, shown }: &Excerpt) -> String {
        let left = if shown.start > 0 { "…" } else { "" };
        let right = if shown.end < text.len() { "…" } else { "" };
        let shown = self.redactor.redact_part(text, shown.clone());
        Value::from(format!("{left}{shown}{right}")).to_string()
    }

    /// An exchange that did not complete.
    pub fn transport(
        &self,
        case: &Case,
        step: &Step,
        request: &Request,
        error: &TransportError,
    ) -> Box<Failure> {
        let repeat = self.repeat(case, Some((step, request)));
        let tokens = [tokens_in(&error.message), tokens_of_hops(&error.hops)].concat();
        let redactor = self.redactor.beside(&tokens);
        let explain = Explainer { redactor: &redactor, ..*self };
        explain.at_step(step, error.kind.name(), &error.message, repeat)
    }

    /// A request that was not sent.
    pub fn unsent(&self, case: &Case, step: &Step, unsent: &Unsent) -> Box<Failure> {
        let repeat = self.repeat(case, None);
        match &unsent.place {
            Some(place) => self.error(place, &[], unsent.kind, &unsent.reason, repeat),
            None => self.at_step(step, unsent.kind, &unsent.reason, repeat),
        }
    }

    /// What an answer to a probe shows: what was sent, what came back, what is right, and why it
    /// may be so.
    pub fn probe(&self, story: &ProbeStory) -> Box<Failure> {
        let ProbeStory { case, step, probe, finding, .. } = story;
        let mut message = self.value(&finding.message);
        let kind = finding.verdict.name();
        let mut repeat = self.repeat(case, None);
        if let Some(same) = story.same {
            message = format!("{message}: for the same reason as {same}");
            return Box::new(Failure {
                kind,
                message,
                annotations: vec![],
                noticed: false,
                repeat: vec![],
            });
        }
        let credential = Credential::Header(Vec::new());
        let command = curl::command(&credential, &step.settings.passage, story.request);
        repeat.push(self.redactor.redact(&command).into_owned());
        let label = format!("sent with {}", self.value(story.label));
        let mut annotation =
            Annotation::new(Severity::Error, &step.place, &message, &label, self.redactor);
        annotation.relate(&way_to(step), self.redactor);
        let others = finding.notes.iter().filter(|note| !finding.message.contains(&note.text));
        annotation
            .helps
            .extend(others.map(|note| self.value(&format!("{}: {}", note.id, note.text))));
        annotation.helps.push(format!("right is {} ({})", probe.answer.words(), probe.standard));
        let likely = story.response.and_then(|response| likely(response, finding.verdict));
        annotation.helps.extend(likely.map(str::to_owned));
        let advice = probe.answer.advice().filter(|_| finding.verdict == ProbeVerdict::Bypassed);
        annotation.helps.extend(advice.map(str::to_owned));
        annotation.helps.push(format!("more about it: apitest probes --explain {}", probe.id));
        Box::new(Failure { kind, message, annotations: vec![annotation], noticed: false, repeat })
    }

    /// What is off about the answer to a control that is what the test expects.
    pub fn control_note(&self, case: &Case, step: &Step, note: &probe::Note) -> Box<Failure> {
        self.at_step(step, note.id, &note.text, self.repeat(case, None))
    }

    /// A case without a verdict, for a reason that stands at its request.
    pub fn unproven(
        &self,
        case: &Case,
        step: &Step,
        kind: &'static str,
        reason: &str,
    ) -> Box<Failure> {
        self.at_step(step, kind, reason, self.repeat(case, None))
    }

    /// A case without a verdict, for a reason that another case tells more about.
    pub fn without_place(&self, case: &Case, kind: &'static str, reason: &str) -> Box<Failure> {
        let (message, repeat) = (reason.to_owned(), self.repeat(case, None));
        Box::new(Failure { kind, message, annotations: vec![], noticed: false, repeat })
    }

    /// A case that apitest itself stumbled over.
    pub fn panic(&self, case: &Case) -> Box<Failure> {
        let message = "apitest itself failed at this case: please report it".to_owned();
        let repeat = self.repeat(case, None);
        Box::new(Failure { kind: "panic", message, annotations: vec![], noticed: false, repeat })
    }

    /// A case that cannot be run as it is written. The faults themselves are told before the run.
    pub fn faults(&self, case: &Case, kind: &'static str, faults: &[Diagnostic]) -> Box<Failure> {
        let annotations: Vec<Annotation> =
            faults.iter().map(|fault| fault.annotation(self.redactor)).collect();
        let message = summary(&annotations);
        let repeat = match case.work {
            // A file that is no spec has no line to run.
            Work::Invalid(_) => Vec::new(),
            _ => self.repeat(case, None),
        };
        Box::new(Failure { kind, message, annotations, noticed: true, repeat })
    }

    fn at_step(
        &self,
        step: &Step,
        kind: &'static str,
        reason: &str,
        repeat: Vec<String>,
    ) -> Box<Failure> {
        self.error(&step.place, &way_to(step), kind, reason, repeat)
    }

    fn error(
        &self,
        place: &Place,
        related: &[Related],
        kind: &'static str,
        reason: &str,
        repeat: Vec<String>,
    ) -> Box<Failure> {
        let message = self.value(reason);
        let mut annotation = Annotation::new(Severity::Error, place, &message, "", self.redactor);
        annotation.relate(related, self.redactor);
        Box::new(Failure { kind, message, annotations: vec![annotation], noticed: false, repeat })
    }

    /// What was sent, and what came back if anything did.
    pub fn exchange(&self, request: &Request, response: Option<&Response>) -> Box<Exchange> {
        let tokens = response.map(tokens_of).unwrap_or_default();
        let explain = Explainer { redactor: &self.redactor.beside(&tokens), ..*self };
        let request_text = explain.shown(&request_text(request));
        let hops = response.map_or(&[][..], |response| &response.hops);
        let hops = explain.hops(hops);
        let response = response.map(|response| explain.shown(&response_text(response)));
        Box::new(Exchange { sent: true, request: request_text, hops, response, before: Vec::new() })
    }

    /// A request that got no answer, and perhaps was not even sent.
    pub fn unanswered(&self, request: &Request, error: &TransportError) -> Box<Exchange> {
        let redactor = self.redactor.beside(&tokens_of_hops(&error.hops));
        let explain = Explainer { redactor: &redactor, ..*self };
        let (sent, hops) = (is_sent(error), explain.hops(&error.hops));
        Box::new(Exchange { sent, hops, ..*explain.exchange(request, None) })
    }

    /// The redirects of an exchange, a line each.
    fn hops(&self, hops: &[Hop]) -> Vec<String> {
        hops.iter().map(|hop| self.value(&hop_text(hop))).collect()
    }

    fn repeat(&self, case: &Case, sent: Option<(&Step, &Request)>) -> Vec<String> {
        let again = format!("apitest {}{}", curl::quoted(&case.address()), self.options);
        let mut commands = vec![self.redactor.redact(&again).into_owned()];
        commands.extend(sent.map(|(step, request)| self.command(step, request)));
        commands
    }

    /// The `curl` command that sends a request the same way.
    pub fn command(&self, step: &Step, request: &Request) -> String {
        let command = curl::command(&step.credential, &step.settings.passage, request);
        self.redactor.redact(&command).into_owned()
    }

    /// A text that came from elsewhere.
    pub fn value(&self, text: &str) -> String {
        match text.len() <= LOOKED_AT {
            true => shortened_inside(&self.redactor.redact(text), VALUE),
            false => self.redacted(text, VALUE),
        }
    }

    fn shown(&self, text: &str) -> String {
        self.redacted(text, EXCERPT)
    }

    /// What the cut left of a secret at the end of what is looked at is known to nobody: where all
    /// before it is masked, that end would be shown.
    fn redacted(&self, text: &str, limit: usize) -> String {
        let looked_at = at_most(text, LOOKED_AT);
        let redacted = self.redactor.redact(looked_at);
        let end = if looked_at.len() < text.len() { EDGE } else { 0 };
        let limit = limit.min(redacted.len().saturating_sub(end));
        shortened(redacted, limit)
    }
}

/// The lines that lead from a test to a step of a fragment, the nearest first.
fn way_to(step: &Step) -> Vec<Related> {
    step.via.iter().map(Related::used_at).collect()
}

/// All of it in one line.
fn summary(annotations: &[Annotation]) -> String {
    match annotations {
        [] => "it cannot be read".to_owned(),
        [only] => only.title.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.title, rest.len()),
    }
}

/// Whether a request was sent before this happened.
fn is_sent(error: &TransportError) -> bool {
    use TransportErrorKind as Kind;
    match error.kind {
        Kind::PlainHttp
        | Kind::Resolve
        | Kind::Connect
        | Kind::Proxy
        | Kind::Tls
        | Kind::Unsendable => !error.hops.is_empty(),
        _ => true,
    }
}
