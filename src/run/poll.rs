//! A request that is sent until it holds: `poll`.
//!
//! Only the last try counts. A try that would begin after `within` is not begun, and none has more
//! time than what is left of it. What cannot get better ends it at once, and so does a request
//! without a credential that is let through where a refusal is due.

use std::time::{Duration, Instant};

use super::tries::{Tries, Why};
use super::turn::{Judged, StepEnd, Turn, Unanswered};
use crate::event::Verdict;
use crate::http::message::{Header, Request, Response, TransportErrorKind};
use crate::plan::Step;
use crate::plan::repeat::Poll;

/// A step that is sent no more.
pub struct Settled {
    /// The request and the answer of the last try, or why there is none.
    pub answered: Answered,
    /// What came of that, where it was judged already.
    pub judged: Option<Judged>,
    /// All of its tries.
    pub tries: Tries,
}

/// A request with its answer, or how the step ended without one.
pub type Answered = Result<(Request, Response), Unanswered>;

/// A try that was looked at.
type Tried = (Answered, Option<Judged>);

/// Authentication schemes: a field that holds the name of one alone names nobody.
const SCHEMES: [&str; 8] =
    ["Basic", "Bearer", "Digest", "DPoP", "Negotiate", "NTLM", "OAuth", "Token"];

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
        match &step.poll {
            None => Tries::default().settled((self.answered(step, request), None)),
            Some(poll) => self.polled(step, poll, request),
        }
    }

    fn polled(&self, step: &Step, poll: &Poll, mut request: Request) -> Settled {
        let (started, timeout) = (Instant::now(), request.timeout);
        let mut tries = Tries::default();
        let (mut left, mut before) = (poll.within, None);
        loop {
            let answered = self.tried(step, &mut request, timeout.min(left));
            tries.count += 1;
            tries.elapsed = started.elapsed();
            let (shown, judged) = self.shown_by(step, &request, &answered);
            let tried = (answered, judged);
            match shown {
                Shown::Last => return tries.settled(tried),
                Shown::Open => return tries.ended(Why::Open, tried),
                Shown::LetThrough => tries.let_through += 1,
                Shown::NotYet => {}
            }
            if left < timeout && is_timeout(&tried.0) {
                // What came before tells more than that the time was up.
                return tries.ended(Why::Cut, before.unwrap_or(tried));
            }
            if tries.elapsed + poll.every >= poll.within {
                return tries.settled(tried);
            }
            if let Some(reason) = self.run.stop.pause_to_finish(poll.every) {
                return tries.ended(Why::Stopped(reason), tried);
            }
            before = Some(tried);
            left = whole_millis(poll.within.saturating_sub(started.elapsed()));
        }
    }

    /// Sends the request within this time; it goes on with another token where its own was renewed.
    fn tried(&self, step: &Step, request: &mut Request, time: Duration) -> Answered {
        // An earlier answer may have set some.
        request.take_cookies();
        let limited = Request { timeout: time, ..request.clone() };
        let (sent, response) = self.answered(step, limited)?;
        *request = Request { timeout: request.timeout, ..sent };
        Ok((request.clone(), response))
    }

    fn shown_by(
        &self,
        step: &Step,
        sent: &Request,
        answered: &Answered,
    ) -> (Shown, Option<Judged>) {
        let (is_let_through, judged) = match answered {
            Ok((request, response)) => {
                let judged = self.judged(step, request, response);
                if !matches!(judged.held, Err((Verdict::Failed(_), _))) {
                    return (Shown::Last, Some(judged));
                }
                (judged.is_let_through, Some(judged))
            }
            Err(Unanswered { is_let_through: true, .. }) => (true, None),
            Err(unanswered) if may_get_better(&unanswered.end) => (false, None),
            Err(_) => return (Shown::Last, None),
        };
        let shown = match is_let_through {
            false => Shown::NotYet,
            true if has_credential(sent) => Shown::LetThrough,
            true => Shown::Open,
        };
        (shown, judged)
    }
}

impl Tries {
    fn settled(self, (answered, judged): Tried) -> Settled {
        Settled { answered, judged, tries: self }
    }

    fn ended(self, why: Why, tried: Tried) -> Settled {
        Tries { why, ..self }.settled(tried)
    }
}

/// Whether it says who sends it. Cookies count as credentials; a scheme with nothing behind it does
/// not.
fn has_credential(request: &Request) -> bool {
    let mut headers = request.headers.iter();
    headers.any(|Header { name, value, credential }| {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => !SCHEMES.iter().any(|scheme| value.eq_ignore_ascii_case(scheme)),
            "cookie" => value.split(';').any(|pair| !pair.trim().ends_with('=')),
            _ => *credential,
        }
    })
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
    let Err(Unanswered { end: (Verdict::Errored(failure), _), .. }) = answered else {
        return false;
    };
    failure.kind == timeout
}

/// Rounded up: no message tells of less, and nothing can be answered in no time at all.
fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis(time.as_micros().div_ceil(1000).max(1) as u64)
}
