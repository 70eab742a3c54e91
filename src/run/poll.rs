//! A request that is sent until it holds: `poll`.
//!
//! Only the last try counts. A try that would begin after `within` is not begun, and none has more
//! time than what is left of it. What cannot get better ends it at once, and so does a request
//! without a credential that is let through where a refusal is due.

use std::time::{Duration, Instant};

use super::tries::{Tries, Why};
use super::turn::{StepEnd, Turn};
use crate::event::Verdict;
use crate::http::message::{Request, Response, TransportErrorKind};
use crate::plan::Step;
use crate::plan::repeat::Poll;

/// A step that is sent no more.
pub struct Settled {
    /// The request and the answer of the last try, or why there is none.
    pub answered: Answered,
    /// All of its tries.
    pub tries: Tries,
}

/// A request with its answer, or how the step ended without one.
pub type Answered = Result<(Request, Response), StepEnd>;

/// What a try shows.
enum Shown {
    /// It holds, or can never hold.
    Last,
    /// It does not hold yet.
    NotYet,
    /// It was let through where a refusal is due, and its credential may be refused in a while.
    LetThrough,
    /// It was let through without a credential.
    Open,
}

impl Turn<'_> {
    /// The answer to the request of a step: the first, or where it is polled the one that holds, or
    /// the last.
    pub fn settled(&self, step: &Step, request: Request) -> Settled {
        match step.poll {
            None => Settled { answered: self.answered(step, request), tries: Tries::default() },
            Some(poll) => self.polled(step, poll, request),
        }
    }

    fn polled(&self, step: &Step, poll: Poll, mut request: Request) -> Settled {
        let (started, timeout) = (Instant::now(), request.timeout);
        let mut tries = Tries::default();
        let (mut left, mut before) = (poll.within, None);
        loop {
            let answered = self.tried(step, &mut request, timeout.min(left));
            tries.count += 1;
            tries.elapsed = started.elapsed();
            match self.shown_by(step, &answered) {
                Shown::Last => return Settled { answered, tries },
                Shown::Open => return tries.ended(Why::Open, answered),
                Shown::LetThrough => tries.let_through += 1,
                Shown::NotYet => {}
            }
            if left < timeout && is_timeout(&answered) {
                // What came before tells more than that the time was up.
                return tries.ended(Why::Cut, before.unwrap_or(answered));
            }
            if tries.elapsed + poll.every >= poll.within {
                return Settled { answered, tries };
            }
            if let Some(reason) = self.run.stop.pause_to_finish(poll.every) {
                return tries.ended(Why::Stopped(reason), answered);
            }
            before = Some(answered);
            left = whole_millis(poll.within.saturating_sub(started.elapsed()));
        }
    }

    /// Sends the request within this time; it goes on with another token where its own was renewed.
    fn tried(&self, step: &Step, request: &mut Request, time: Duration) -> Answered {
        let mut limited = Request { timeout: time, ..request.clone() };
        // An earlier answer may have set some.
        limited.take_cookies();
        let (sent, response) = self.answered(step, limited)?;
        *request = Request { timeout: request.timeout, ..sent };
        Ok((request.clone(), response))
    }

    fn shown_by(&self, step: &Step, answered: &Answered) -> Shown {
        let (request, response) = match answered {
            Ok(answered) => answered,
            Err(end) if may_get_better(end) => return Shown::NotYet,
            Err(_) => return Shown::Last,
        };
        let judged = self.judged(step, request, response);
        if !matches!(judged.held, Err((Verdict::Failed(_), _))) {
            return Shown::Last;
        }
        match judged.is_let_through {
            false => Shown::NotYet,
            true if has_credential(request) => Shown::LetThrough,
            true => Shown::Open,
        }
    }
}

impl Tries {
    fn ended(self, why: Why, answered: Answered) -> Settled {
        Settled { answered, tries: Tries { why, ..self } }
    }
}

/// Whether it says who sends it. Cookies count as credentials.
fn has_credential(request: &Request) -> bool {
    let mut headers = request.headers.iter();
    headers.any(|header| header.credential || header.name.eq_ignore_ascii_case("cookie"))
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
