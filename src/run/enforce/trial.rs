//! A control and its probes on their way: what was sent, what came back.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use crate::event::StopReason;
use crate::http::message::{Header, Request, Response, TransportError};
use crate::judge::probe::Passed;
use crate::plan::probes::{
    Absent, Enforcement, Forge, Good, Probe, Supplies, Variant, is_safe, only_reads,
};
use crate::plan::{Case, Step, Work};

/// A control and its probes.
pub struct Trial<'p> {
    /// Where its cases stand in the plan, the control first.
    pub group: Range<usize>,
    /// Its control.
    pub control: &'p Case,
    /// The step of the control.
    pub step: &'p Step,
    /// What is proven.
    pub enforced: &'p Enforcement,
    /// The control's request.
    pub request: Request,
    /// The token in it.
    pub token: String,
    /// The requests of all probes.
    pub shots: Vec<Shot>,
    /// The probes that cannot be made of this token, by their position, and why.
    pub absent: Vec<(usize, Absent)>,
    /// What came of each request.
    pub outcomes: Vec<OnceLock<Outcome>>,
    /// How many of those that only read are still on their way.
    pub left: AtomicUsize,
    /// The answer to the control, once it passed.
    pub answer: OnceLock<Passed>,
}

/// A request of a probe.
pub struct Shot {
    /// The position of its probe in the plan.
    pub index: usize,
    /// What is sent.
    pub variant: Variant,
}

impl Shot {
    /// What is asked for with another method than that of the test is another thing.
    fn reads(&self, step: &Step) -> bool {
        let method = &self.variant.request.method;
        if *method == *step.method { only_reads(step) } else { is_safe(method) }
    }
}

/// What came of a request.
pub enum Outcome {
    /// An answer, after this time.
    Answered(Response, Duration),
    /// None.
    Broken(TransportError, Duration),
    /// Not sent, because the run ended.
    Stopped(StopReason),
    /// Not sent, because this probe had been let through.
    NotSent(&'static str),
    /// apitest itself failed.
    Panicked,
}

/// What there is to send after `Bearer `.
const SCHEME: &str = "Bearer ";

/// The bearer token of a request, if it sends one.
pub fn token(request: &Request) -> Option<&str> {
    let is_token =
        |header: &&Header| header.credential && header.name.eq_ignore_ascii_case("authorization");
    request.headers.iter().find(is_token)?.value.strip_prefix(SCHEME)
}

impl<'p> Trial<'p> {
    /// The probes of a control, ready to be sent; `None` when the control sends no bearer token.
    pub fn new(
        cases: &'p [Case],
        group: Range<usize>,
        request: Request,
        forge: &Forge,
        supplies: &Supplies,
    ) -> Option<Trial<'p>> {
        let control = &cases[group.start];
        let enforced = control.enforced.as_deref()?;
        let token = token(&request)?.to_owned();
        let bare = Good::strip(&request);
        let good = Good { bare: &bare, token: &token, forge, supplies };
        let (mut shots, mut absent) = (Vec::new(), Vec::new());
        for (index, case) in cases.iter().enumerate().take(group.end).skip(group.start + 1) {
            let Work::Probe(probe) = case.work else { continue };
            match (probe.make)(probe, &good) {
                Ok(variants) => {
                    shots.extend(variants.into_iter().map(|variant| Shot { index, variant }));
                }
                Err(reason) => absent.push((index, reason)),
            }
        }
        let step = control.control()?;
        Some(Trial {
            group,
            control,
            step,
            enforced,
            outcomes: shots.iter().map(|_| OnceLock::new()).collect(),
            left: AtomicUsize::new(shots.iter().filter(|shot| shot.reads(step)).count()),
            answer: OnceLock::new(),
            request,
            token,
            shots,
            absent,
        })
    }

    /// Whether a request, by its position, only reads.
    pub fn reads(&self, shot: usize) -> bool {
        self.shots[shot].reads(self.step)
    }

    /// The positions of the requests that only read.
    pub fn readers(&self) -> impl Iterator<Item = usize> {
        (0..self.shots.len()).filter(|shot| self.reads(*shot))
    }

    /// What came of the requests of the probe at this position of the plan.
    pub fn of(&self, index: usize) -> impl Iterator<Item = (&Shot, &Outcome)> {
        let shots = self.shots.iter().zip(&self.outcomes);
        let own = shots.filter(move |(shot, _)| shot.index == index);
        own.filter_map(|(shot, outcome)| Some((shot, outcome.get()?)))
    }

    /// The probe at this position of the plan.
    pub fn probe(cases: &[Case], index: usize) -> Option<&'static Probe> {
        match cases[index].work {
            Work::Probe(probe) => Some(probe),
            _ => None,
        }
    }
}
