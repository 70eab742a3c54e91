//! A plan → events: units on a pool, cases in order, tokens, requests.

pub mod pool;
pub mod pace;
pub mod groups;
pub mod stop;
mod command;
pub mod server;
mod read;
pub mod tokens;
mod request;
mod names;
mod differ;
mod multipart;
mod explain;
mod messages;
mod issued;
pub mod curl;
pub mod preview;
mod turn;
mod tries;
mod poll;
mod walk;
mod retry;
pub mod site;
mod case;
mod row;
mod moments;
mod ends;
mod rounds;
pub mod controls;
pub mod enforce;

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::event::{CaseEnd, Event, StopReason, Verdict};
use crate::http::message::{Request, Response, TransportError};
use crate::plan::units::groups;
use crate::plan::{Case, Plan};
use crate::secret::Redactor;
use crate::template::Bindings;
use controls::Controls;
use ends::Ends;
use enforce::forgeries::Forgeries;
use enforce::key_sets::KeySets;
use enforce::trial::Trial;
use enforce::waivers::WaiverBook;
use pace::Pace;
use pool::{Pool, Start};
use rounds::Told;
use site::{Around, Sites};
use stop::Stop;
use tokens::{Clock, TokenStore};

/// Sends a request from the thread with this index. The one seam to the network.
pub type Transport<'t> = dyn Fn(usize, &Request) -> Result<Response, TransportError> + Sync + 't;

/// How a plan is run.
#[derive(Clone, Copy, Debug)]
pub struct RunSettings<'s> {
    /// How many cases at a time; as many as the pool has threads.
    pub jobs: usize,
    /// Whether the first case that does not pass ends the run.
    pub fail_fast: bool,
    /// When the run must be over.
    pub deadline: Option<Instant>,
    /// Whether a request that was let through before it was refused is an error.
    pub strict: bool,
    /// Whether the exchanges of passed cases are kept too.
    pub verbose: bool,
    /// What else the command line has to say when a case is to be run again, such as ` --env x`.
    pub options: &'s str,
    /// What the generated values of the first round are made of, if any are; each further round
    /// has the next one.
    pub seed: Option<u64>,
    /// How often the whole plan is run.
    pub rounds: u32,
    /// The project directory, which body files must stay in, without links.
    pub project: &'s Path,
}

/// A run and what all of its workers share.
pub struct Run<'r> {
    /// What is run.
    pub plan: &'r Plan,
    /// How.
    pub settings: RunSettings<'r>,
    /// How requests are sent.
    pub transport: &'r Transport<'r>,
    /// How fast.
    pub pace: &'r Pace,
    /// How those are sent that clean up, also when the run has ended.
    pub last_transport: &'r Transport<'r>,
    /// Where named tokens come from.
    pub tokens: &'r TokenStore<'r>,
    /// Takes secrets out of all that is told.
    pub redactor: &'r Redactor,
    /// What is known before the first case.
    pub bindings: &'r Bindings,
    /// When it is.
    pub clock: &'r Clock<'r>,
    /// What the set-ups of files came to, by [`SpecFile::site`](crate::plan::SpecFile).
    pub sites: Sites,
    /// What is known of the controls.
    pub controls: Controls,
    /// Ends the run early.
    pub stop: &'r Stop,
    /// Which waivers were needed.
    pub waivers: &'r WaiverBook,
    /// The tokens that were forged.
    pub forgeries: &'r Forgeries,
    /// The key sets that were fetched.
    pub key_sets: &'r KeySets,
}

/// What a worker takes at a time.
enum Task<'r> {
    /// All cases of a file that something is done around.
    Site(Range<usize>),
    /// A unit of such a file, once its set-up is done.
    Within(Range<usize>, Arc<Around>),
    /// A unit of the plan.
    Unit(Range<usize>),
    /// A request of a probe, by its position among those of its trial.
    Shot(Arc<Trial<'r>>, usize),
}

/// How often progress is told, and the longest that the end of a case waits to be told.
const PROGRESS: Duration = Duration::from_millis(100);

impl<'r> Run<'r> {
    /// Runs the plan. `observe` is called on this thread only; the ends of cases come in the order
    /// of the plan.
    pub fn execute(&self, pool: &Pool, observe: &mut dyn FnMut(Event)) {
        let started = Instant::now();
        observe(self.started());
        let mut told = Told::new(self.settings.rounds, self.plan.cases.len());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                self.stop.watch(self.settings.deadline);
                self.stop.watch_last();
            });
            let ended = catch_unwind(AssertUnwindSafe(|| self.rounds(pool, &mut told, observe)));
            self.stop.over();
            ended.unwrap_or_else(|panic| resume_unwind(panic));
        });
        for (index, end) in told.finish(self.stop.reason()) {
            self.observe(index, &end, observe);
        }
        for warning in self.tokens.warnings().into_iter().chain(self.waivers.warnings()) {
            observe(Event::Noticed(&warning.annotation(self.redactor)));
        }
        observe(Event::Ended { elapsed: started.elapsed(), stopped: self.stop.reason() });
    }

    /// Runs the plan as often as it was asked for; tokens are kept, and all else begins anew.
    fn rounds(&self, pool: &Pool, told: &mut Told, observe: &mut dyn FnMut(Event)) {
        for number in 0..self.settings.rounds {
            let seed = self.settings.seed.map(|seed| seed.wrapping_add(number.into()));
            let again = seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
            let options = format!("{}{again}", self.settings.options);
            let bindings = self.bindings.of_round(number.into());
            let round = Run {
                settings: RunSettings { options: &options, ..self.settings },
                bindings: &bindings,
                sites: Sites::new(self.plan),
                controls: Controls::new(self.plan),
                ..*self
            };
            round.round(pool, told, observe);
            if self.stop.reason().is_some() {
                return;
            }
        }
    }

    fn round(&self, pool: &Pool, through: &mut Told, observe: &mut dyn FnMut(Event)) {
        let ends = Ends::new(self.plan.cases.len());
        let work = |worker: usize, task: Task<'r>, start: Start<Task<'r>>| match task {
            Task::Site(cases) => self.site(worker, cases, &ends, start),
            Task::Within(unit, around) => self.within(worker, unit, &around, &ends),
            Task::Unit(unit) => self.unit(worker, unit, &ends, Some(start)),
            Task::Shot(trial, shot) => self.shot(worker, &trial, shot, &ends),
        };
        let mut told = Ok(());
        pool.run(self.tasks(), work, || {
            told = catch_unwind(AssertUnwindSafe(|| self.tell(&ends, through, observe)));
            ends.close();
        });
        told.unwrap_or_else(|panic| resume_unwind(panic));
    }

    fn started(&self) -> Event<'static> {
        let mut files: Vec<&str> =
            self.plan.cases.iter().map(|case| case.file.source.path()).collect();
        files.dedup();
        Event::Started {
            cases: self.plan.cases.iter().filter(|case| case.around.is_none()).count(),
            files: files.len(),
            jobs: self.settings.jobs,
            seed: self.settings.seed,
            rounds: self.settings.rounds,
        }
    }

    /// What workers take first, in the order of the plan.
    fn tasks(&self) -> Vec<Task<'r>> {
        let tasks = |stretch: Range<usize>| match self.plan.cases[stretch.start].file.site {
            Some(_) => vec![Task::Site(stretch)],
            None => self.plan.units(stretch).into_iter().map(Task::Unit).collect(),
        };
        self.plan.stretches().into_iter().flat_map(tasks).collect()
    }

    fn unit(&self, worker: usize, unit: Range<usize>, ends: &Ends, start: Option<Start<Task<'r>>>) {
        let groups = groups(&self.plan.cases, unit.clone());
        // In a serial file requests wait for each other.
        let serial = self.plan.cases[unit.start].file.serial;
        let start = start.filter(|_| !serial);
        for group in groups {
            match group.len() {
                1 => self.put(ends, group.start, self.caught(worker, group.start)),
                _ if self.without_setup(&self.plan.cases[group.start]).is_some() => {
                    let end = self.caught(worker, group.start);
                    self.leave_out(group, end, ends);
                }
                _ => self.enforce(worker, group, ends, start),
            }
        }
    }

    /// A panic in one case must not take the others with it.
    fn caught(&self, worker: usize, index: usize) -> CaseEnd {
        let case = &self.plan.cases[index];
        let end = catch_unwind(AssertUnwindSafe(|| self.case(worker, case)));
        end.unwrap_or_else(|_| self.panicked(case))
    }

    fn panicked(&self, case: &Case) -> CaseEnd {
        CaseEnd::new(Verdict::Errored(self.explainer().panic(case)), Duration::ZERO, None)
    }

    fn put(&self, ends: &Ends, index: usize, mut end: CaseEnd) {
        row::tell(&self.plan.cases[index], &mut end);
        if self.settings.fail_fast && end.verdict.is_bad() {
            self.stop.stop(StopReason::FailFast);
        }
        ends.put(index, end);
    }

    /// What is done around tests is told about only when it did not hold or calls for a warning.
    fn is_told(&self, index: usize, end: &CaseEnd) -> bool {
        let is_silent = !end.verdict.is_bad() && end.warnings.is_empty();
        self.plan.cases[index].around.is_none() || !is_silent
    }

    /// Tells the ends in the order of the plan: one that comes early waits for its turn. Progress
    /// is told in time also while nothing ends.
    fn tell(&self, ends: &Ends, through: &mut Told, observe: &mut dyn FnMut(Event)) {
        // From the next one to be told on.
        let mut waiting: VecDeque<Option<CaseEnd>> = VecDeque::new();
        let (mut next, mut told) = (0, Instant::now());
        while let Some(batch) = ends.take(PROGRESS) {
            for (index, end) in batch {
                through.done += usize::from(self.is_told(index, &end));
                through.bad += usize::from(end.verdict.is_bad());
                if waiting.len() <= index - next {
                    waiting.resize_with(index - next + 1, || None);
                }
                waiting[index - next] = Some(end);
            }
            while waiting.front().is_some_and(Option::is_some) {
                let Some(end) = waiting.pop_front().flatten() else { break };
                if let Some(end) = through.take(next, end) {
                    self.observe(next, &end, observe);
                }
                next += 1;
            }
            if told.elapsed() >= PROGRESS {
                let Told { done, bad, .. } = *through;
                observe(Event::Progressed { done, bad, next: self.plan.cases.get(next) });
                told = Instant::now();
            }
        }
    }

    fn observe(&self, index: usize, end: &CaseEnd, observe: &mut dyn FnMut(Event)) {
        if self.is_told(index, end) {
            observe(Event::CaseEnded(&self.plan.cases[index], end));
        }
    }
}
