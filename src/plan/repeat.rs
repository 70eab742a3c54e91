//! What is repeated: a request until it holds, a test that does not pass.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::scope::Binder;
use super::settings::typed;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Spanned};
use crate::suite::poll::Poll as WrittenPoll;
use crate::suite::retry::Retry as WrittenRetry;
use crate::template::Draft;

/// A request is sent until its expectations hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    /// The time between the end of a try and the next.
    pub every: Duration,
    /// The time in which they must hold.
    pub within: Duration,
}

/// A test that does not pass is run again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Retry {
    /// How many more runs there are at most.
    pub times: u32,
    /// The time before the first of them.
    delay: Duration,
    /// By what it grows before each further one; 0 where nothing is said.
    backoff: f64,
}

/// The time between two tries where nothing is said.
const EVERY: Duration = Duration::from_millis(500);

/// The longest time that anything is repeated for, or waits for its next turn.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The most runs after the first: what passes less often than that is broken.
const MOST_RUNS: u64 = 10;

/// The most that a delay is multiplied by.
const STEEPEST: f64 = 10.0;

impl Retry {
    /// The time before another run, after this many.
    pub fn delay(&self, runs: u32) -> Duration {
        let grown = self.delay.as_secs_f64() * self.backoff.max(1.0).powi(runs as i32 - 1);
        Duration::try_from_secs_f64(grown).unwrap_or(LONGEST).min(LONGEST)
    }
}

/// What `poll` says; `None`, and a fault, where it says nothing that can be done.
pub fn poll(binder: &mut Binder, written: &WrittenPoll, source: &Arc<Source>) -> Option<Poll> {
    let mark = binder.mark();
    let WrittenPoll { every, within } = written;
    let takes = "`every` takes a time with its unit, such as 500ms or 2s, up to 1h";
    let time_between = match every {
        Some(every) => time(binder, every, source, takes),
        None => Some(EVERY),
    };
    let takes = "`within` takes a time with its unit, such as 30s or 5m, up to 1h";
    let poll = Poll { within: time(binder, within, source, takes)?, every: time_between? };
    if poll.every >= poll.within {
        let span = every.as_ref().map_or(within.span, |every| every.span);
        let title = "there is no time for a second try";
        let fault = Diagnostic::error(source, span, title);
        let label = match every {
            Some(_) => "let `every` be shorter than `within`",
            None => "without `every`, 500ms pass between two tries",
        };
        binder.blame(mark, fault.label(label));
    }
    Some(poll)
}

/// What `retry` says; `None`, and a fault, where it says nothing that can be done.
pub fn retry(
    binder: &mut Binder,
    written: &Spanned<WrittenRetry>,
    source: &Arc<Source>,
) -> Option<Retry> {
    let WrittenRetry { times, delay, backoff } = &written.value;
    let number = |value: &Value| value.as_u64().filter(|n| *n <= MOST_RUNS).map(|n| n as u32);
    let factor = |value: &Value| value.as_f64().filter(|n| (1.0..=STEEPEST).contains(n));
    let (takes_number, takes_factor) = match written.span == times.span {
        true => ("`retry` takes a number from 0 to 10, or {times: 2, delay: 1s, backoff: 2}", ""),
        false => ("`times` takes a number from 0 to 10", "`backoff` takes a number from 1 to 10"),
    };
    let takes_time = "`delay` takes a time with its unit, such as 1s or 500ms, up to 1h";
    let times = typed(binder, times, source, number, takes_number);
    let delay = delay.as_ref().map(|delay| time(binder, delay, source, takes_time));
    let backoff = backoff.as_ref().map(|b| typed(binder, b, source, factor, takes_factor));
    Some(Retry {
        times: times?,
        delay: delay.unwrap_or(Some(Duration::ZERO))?,
        backoff: backoff.unwrap_or(Some(0.0))?,
    })
}

fn time(
    binder: &mut Binder,
    written: &Spanned<Draft>,
    source: &Arc<Source>,
    takes: &str,
) -> Option<Duration> {
    let read = |value: &Value| {
        let time = humantime::parse_duration(value.as_str()?).ok()?;
        (time > Duration::ZERO && time <= LONGEST).then_some(time)
    };
    typed(binder, written, source, read, takes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_grows_with_each_run_and_never_beyond_an_hour() {
        let retry = |backoff| Retry { times: 10, delay: Duration::from_secs(2), backoff };
        let seconds = |retry: Retry| [1, 2, 3, 10].map(|runs| retry.delay(runs).as_secs());
        assert_eq!(seconds(retry(0.0)), [2, 2, 2, 2]);
        assert_eq!(seconds(retry(1.0)), [2, 2, 2, 2]);
        assert_eq!(seconds(retry(1.5)), [2, 3, 4, 76]);
        assert_eq!(seconds(retry(10.0)), [2, 20, 200, 3600]);
        assert_eq!(seconds(Retry::default()), [0; 4]);
    }
}
