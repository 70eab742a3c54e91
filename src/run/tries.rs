//! How often a step was sent, and what is told of that.

use std::time::Duration;

use super::turn::StepEnd;
use crate::date::shown_time;
use crate::event::{CaseEnd, Failure, StopReason, Verdict};
use crate::plan::{Stage, Step};

/// The tries of a step; of one that is not polled, nothing is noted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    /// How many there were; 0 for a step that is not polled.
    pub count: u32,
    /// The time from the first to the end of the last.
    pub elapsed: Duration,
    /// How many were let through where a refusal was due.
    pub let_through: u32,
    /// Why there is no further one.
    pub why: Why,
}

/// Why a step is not sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Why {
    /// It holds, it can never hold, or the time is up.
    #[default]
    Settled,
    /// It was let through without a credential: there is nothing to wait for.
    Open,
    /// The last one was given less time than a request has, and took it all.
    Cut,
    /// The run ended.
    Stopped(StopReason),
}

/// Why an open endpoint is not asked again.
const NOTHING_TO_WAIT_FOR: &str = "without a credential there is nothing to wait for: what lets \
     anybody in now and then is open. To wait for another answer, expect only that";

impl Tries {
    /// The end of a step that did not hold, told with its tries.
    pub fn told(&self, step: &Step, (verdict, exchange): StepEnd) -> StepEnd {
        let (mut failure, errored) = match verdict {
            Verdict::Failed(failure) if self.count > 0 => (failure, false),
            Verdict::Errored(failure) if self.count > 0 => (failure, true),
            other => return (other, exchange),
        };
        self.note(&mut failure);
        let verdict = match self.why {
            // What cleans up has a verdict also when the run has ended.
            Why::Stopped(reason) if step.stage != Stage::Teardown => {
                failure.begin(&format!("{}; the last try: ", reason.cut_short()));
                failure.kind = reason.name();
                Verdict::Errored(failure)
            }
            _ if errored => Verdict::Errored(failure),
            _ => Verdict::Failed(failure),
        };
        (verdict, exchange)
    }

    /// As [`Tries::told`], of a case that is but this step.
    pub fn told_in(&self, step: &Step, end: CaseEnd) -> CaseEnd {
        let (verdict, exchange) = self.told(step, (end.verdict, end.exchange));
        CaseEnd { verdict, exchange, ..end }
    }

    fn note(&self, failure: &mut Failure) {
        let help = match self.why {
            Why::Open => {
                failure.begin(&format!("let through on try {}: ", self.count));
                NOTHING_TO_WAIT_FOR.to_owned()
            }
            _ => {
                let words = self.words();
                failure.message.push_str(&format!(" ({words})"));
                words
            }
        };
        if let Some(annotation) = failure.annotations.last_mut() {
            annotation.helps.push(help);
        }
    }

    /// What is to be known of a step that holds and was let through before.
    pub fn warning(&self) -> Option<String> {
        if self.let_through == 0 {
            return None;
        }
        let (count, time) = (times(self.let_through), shown_time(self.elapsed));
        Some(format!("let through {count} before it was refused, {time} after the first try"))
    }

    /// `polled 12 times in 30.10 s`
    fn words(&self) -> String {
        let why = match self.why {
            Why::Settled | Why::Open => "",
            Why::Cut => ": `within` left the last one no more time",
            Why::Stopped(_) => ", then the run ended",
        };
        let through = match self.let_through {
            0 => String::new(),
            count => format!(", let through {}", times(count)),
        };
        format!("polled {} in {}{through}{why}", times(self.count), shown_time(self.elapsed))
    }
}

/// `once`, `2 times`
fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
