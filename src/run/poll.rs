//! A request that is sent until it holds: `poll`.
//!
//! Only the last try counts. A try that would begin after `within` is not begun, and none has more
//! time than what is left of it. What cannot get better ends it at once, and so does a request
//! without a credential that is let through where a refusal is due.

use std::time::{Duration, Instant};

use super::request::Unsent;
use super::turn::{StepEnd, Turn};
use crate::date::shown_time;
use crate::event::{CaseEnd, StopReason, Verdict};
use crate::http::message::{Request, Response, TransportErrorKind};
use crate::judge::refusal::is_let_through;
use crate::plan::credential::Credential;
use crate::plan::repeat::Poll;
use crate::plan::{Stage, Step};

/// A step that is sent no more.
pub struct Settled {
    /// The request and the answer of the last try, or why there is none.
    pub answered: Answered,
    /// All of its tries.
    pub tries: Tries,
}

/// A request with its answer, or how the step ended without one.
pub type Answered = Result<(Request, Response), StepEnd>;

/// The tries of a step; of one that is not polled, nothing is noted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    /// How many there were; 0 for a step that is not polled.
    count: u32,
    /// The time from the first to the end of the last.
    elapsed: Duration,
    /// How many were let through before one was refused.
    let_through: u32,
    /// Whether it ended because one was let through for which nothing can be waited.
    is_open: bool,
    /// Whether the last one was given less time than a request has, and took it all.
    is_cut: bool,
    /// Why there is no further one though there was time, if the run ended.
    stopped: Option<StopReason>,
}

/// What a try shows.
enum Shown {
    /// It is the last one, for it holds or can never hold.
    Last,
    /// It does not hold yet.
    NotYet,
    /// It was let through where a refusal is due.
    LetThrough,
}

impl Turn<'_> {
    /// The answer to the request of a step: the first, or where it is polled the one that holds, or
    /// the last.
    pub fn settled(&self, step: &Step, request: Request) -> Settled {
        match step.poll {
            None => {
                let answered = self.answered(step, request);
                Settled { answered, tries: Tries::default() }
            }
            Some(poll) => self.polled(step, poll, request),
        }
    }

    fn polled(&self, step: &Step, poll: Poll, mut request: Request) -> Settled {
        let (started, timeout) = (Instant::now(), request.timeout);
        let mut tries = Tries::default();
        let mut before: Option<Answered> = None;
        loop {
            let left = whole_millis(poll.within.saturating_sub(started.elapsed()));
            let limited = Request { timeout: timeout.min(left), ..request.clone() };
            let mut answered = self.answered(step, limited);
            tries.count += 1;
            tries.elapsed = started.elapsed();
            if let Ok((sent, _)) = &mut answered {
                // Its token may have been renewed.
                sent.timeout = timeout;
                request.clone_from(sent);
            }
            let shown = self.shown_by(step, &answered);
            let is_over = tries.elapsed + poll.every >= poll.within;
            match shown {
                Shown::Last => return Settled { answered, tries },
                Shown::NotYet => {}
                Shown::LetThrough => {
                    tries.let_through += 1;
                    tries.is_open = matches!(step.credential, Credential::None);
                }
            }
            tries.is_cut = left < timeout && is_timeout(&answered);
            if tries.is_cut
                && let Some(before) = before
            {
                // What came before tells more than that the time was up.
                return Settled { answered: before, tries };
            }
            if is_over || tries.is_open {
                return Settled { answered, tries };
            }
            tries.stopped = self.run.stop.pause_to_finish(poll.every);
            if tries.stopped.is_some() {
                return Settled { answered, tries };
            }
            before = Some(answered);
        }
    }

    fn shown_by(&self, step: &Step, answered: &Answered) -> Shown {
        let (request, response) = match answered {
            Ok(answered) => answered,
            Err(end) if may_get_better(end) => return Shown::NotYet,
            Err(_) => return Shown::Last,
        };
        match self.judged(step, request, response).held {
            Err((Verdict::Failed(_), _)) => {
                match is_let_through(&step.expectations, response, self.bindings) {
                    true => Shown::LetThrough,
                    false => Shown::NotYet,
                }
            }
            Ok(_) | Err(_) => Shown::Last,
        }
    }
}

/// Whether the exchange did not complete for a reason that may be gone the next time: a server that
/// comes up, or that is busy.
fn may_get_better((verdict, _): &StepEnd) -> bool {
    use TransportErrorKind as Kind;
    let passing = [Kind::Resolve, Kind::Connect, Kind::Proxy, Kind::Timeout, Kind::Closed];
    match verdict {
        Verdict::Errored(failure) => passing.iter().any(|kind| kind.name() == failure.kind),
        Verdict::Passed | Verdict::Failed(_) | Verdict::Skipped(_) => false,
    }
}

fn is_timeout(answered: &Answered) -> bool {
    let timeout = TransportErrorKind::Timeout.name();
    matches!(answered, Err((Verdict::Errored(failure), _)) if failure.kind == timeout)
}

/// Rounded up: no message tells of less, and nothing can be answered in no time at all.
fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis(time.as_micros().div_ceil(1000).max(1) as u64)
}

impl Tries {
    /// The end of a step that did not hold, told with its tries.
    pub fn told(&self, turn: &Turn, step: &Step, end: StepEnd) -> StepEnd {
        let Some(words) = self.words() else { return end };
        let (verdict, exchange) = end;
        let (mut failure, is_failed) = match verdict {
            Verdict::Failed(failure) => (failure, true),
            Verdict::Errored(failure) => (failure, false),
            other => return (other, exchange),
        };
        if self.is_open {
            failure.begin(&format!("let through on try {}: ", self.count));
        } else {
            failure.message.push_str(&format!(" ({words})"));
        }
        if let Some(annotation) = failure.annotations.last_mut() {
            match self.is_open {
                true => annotation.helps.push(NOTHING_TO_WAIT_FOR.into()),
                false => annotation.helps.push(words),
            }
        }
        // What cleans up tells what did not hold: nobody needs to be told that the run has ended.
        let ended = self.stopped.filter(|_| step.stage != Stage::Teardown);
        match (ended, is_failed) {
            (Some(reason), _) => {
                let unsent = Unsent::ended(reason);
                let (verdict, _) = turn.unsent(step, &unsent);
                (after(verdict, &failure.message), exchange)
            }
            (None, true) => (Verdict::Failed(failure), exchange),
            (None, false) => (Verdict::Errored(failure), exchange),
        }
    }

    /// As [`Tries::told`], of a case that is but this step.
    pub fn told_in(&self, turn: &Turn, step: &Step, end: CaseEnd) -> CaseEnd {
        let (verdict, exchange) = self.told(turn, step, (end.verdict, end.exchange));
        CaseEnd { verdict, exchange, ..end }
    }

    /// Whether one was let through where a refusal was due.
    pub fn any_let_through(&self) -> bool {
        self.let_through > 0
    }

    /// What is to be known of a step that holds now and was let through before.
    pub fn warning(&self) -> Option<String> {
        let count = match self.let_through {
            0 => return None,
            count => times(count),
        };
        let time = shown_time(self.elapsed);
        Some(format!("let through {count} before it was refused, {time} after the first try"))
    }

    /// `polled 12 times in 30.10 s`; `None` for a step that is not polled.
    pub fn words(&self) -> Option<String> {
        let times = match self.count {
            0 => return None,
            count => times(count),
        };
        let why = match (self.is_cut, self.stopped) {
            (true, _) => ": `within` left the last one no more time",
            (false, Some(_)) => ", then the run ended",
            (false, None) => "",
        };
        Some(format!("polled {times} in {}{why}", shown_time(self.elapsed)))
    }
}

/// `once`, `2 times`
fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// Why an open endpoint is not asked again.
const NOTHING_TO_WAIT_FOR: &str = "without a credential there is nothing to wait for: what lets anybody in now and then is open. To \
     wait for another answer, expect only that";

/// The end of a step that was not sent again, with what its last try showed.
fn after(verdict: Verdict, last: &str) -> Verdict {
    match verdict {
        Verdict::Errored(mut failure) => {
            failure.message.push_str(&format!("; the last try: {last}"));
            if let Some(annotation) = failure.annotations.last_mut() {
                annotation.helps.push(format!("the last try: {last}"));
            }
            Verdict::Errored(failure)
        }
        other => other,
    }
}
