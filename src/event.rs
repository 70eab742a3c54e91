//! What happens during a run: the one seam between running and reporting.
//!
//! On one side the runner, which knows no report; on the other the reporters, which know no
//! runner. Every text in an event is redacted and shortened already.

use std::time::Duration;

use crate::diagnostic::Annotation;
use crate::judge::probe::{Note, ProbeVerdict};
use crate::plan::Case;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'p> {
    /// A spec or the project file has a fault or deserves a warning.
    Noticed(&'p Annotation),
    /// The first case is about to start.
    Started {
        /// How many cases there are.
        cases: usize,
        /// In how many files.
        files: usize,
        /// How many run at a time.
        jobs: usize,
        /// What generated values are made of, if anything is; in the first round.
        seed: Option<u64>,
        /// How often all of them are run.
        rounds: u32,
    },
    /// Told some times a second, whether or not anything happened; cases that are through are told
    /// about in their turn.
    Progressed {
        /// How many are through.
        done: usize,
        /// How many of them did not pass.
        bad: usize,
        /// The first that is not through, for which the others wait to be told.
        next: Option<&'p Case>,
    },
    /// What the server of the project printed; told before the end when something did not pass.
    ServerPrinted(&'p ServerOutput),
    /// A case ended. Told in the order of the plan, whatever the order in which they ended.
    CaseEnded(&'p Case, &'p CaseEnd),
    /// The last case ended.
    Ended {
        /// How long the run took.
        elapsed: Duration,
        /// Why it ended early, if it did.
        stopped: Option<StopReason>,
    },
}

/// The last that a server printed, on both of its outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOutput {
    /// Its lines, redacted; none when it printed nothing.
    pub lines: Vec<String>,
    /// Whether it printed more before.
    pub is_cut: bool,
}

/// How a case ended.
#[derive(Debug)]
pub struct CaseEnd {
    /// The verdict.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent and what came back, for what did not pass and for a talkative run.
    pub exchange: Option<Box<Exchange>>,
    /// What a probe found; `None` for other cases.
    pub probe: Option<ProbeVerdict>,
    /// What else is off about the answers to a control and its probes.
    pub notes: Vec<Note>,
    /// What a reader must know of it also when it passed, a line each.
    pub warnings: Vec<String>,
    /// The runs before the one that counts, of a test that was run again; none of them passed.
    pub earlier: Vec<EarlierRun>,
    /// What became of it in each round, where there are several; the rest tells of the gravest.
    pub rounds: Option<Box<Rounds>>,
}

/// What became of a case in each round of a run that is repeated.
#[derive(Debug)]
pub struct Rounds {
    /// How many there were to be.
    pub of: usize,
    /// How it ended in those that it was in.
    pub ends: Vec<RoundEnd>,
}

/// How a case ended in one round.
#[derive(Debug)]
pub struct RoundEnd {
    /// The verdict, in a word.
    pub verdict: &'static str,
    /// How long it took.
    pub elapsed: Duration,
    /// Why it did not pass, if it did not by itself, in one line.
    pub why: Option<Box<str>>,
}

/// A run of a test that did not pass, so that it was run again.
#[derive(Debug)]
pub struct EarlierRun {
    /// How it failed, or why it had no verdict.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent and what came back.
    pub exchange: Option<Box<Exchange>>,
}

/// What is to be said of a case.
#[derive(Debug)]
pub enum Verdict {
    /// Every expectation held.
    Passed,
    /// An expectation did not hold.
    Failed(Box<Failure>),
    /// There is no verdict.
    Errored(Box<Failure>),
    /// It was not run.
    Skipped(Skip),
}

/// Why a case was not run.
#[derive(Debug)]
pub enum Skip {
    /// Its spec says so, with this reason.
    Spec(String),
    /// A probe found what a waiver knows, for this reason.
    Waived(String),
    /// A probe was let through before it, and took effect.
    NotSent(String),
    /// A probe that cannot be made of the token, for this reason.
    NotApplicable(String),
    /// The run ended before its turn.
    Stopped(StopReason),
}

/// Why a run ended before its last case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// A signal.
    Interrupted,
    /// A case did not pass, and the user wanted no more then.
    FailFast,
    /// The server of the project did not start.
    NoServer,
    /// The server of the project ended by itself.
    ServerEnded,
    /// The time of the whole run was up.
    Deadline,
}

/// Why a case did not pass.
#[derive(Clone, Debug)]
pub struct Failure {
    /// A stable word for the kind: `status`, `json`, `timeout`, `token`, …
    pub kind: &'static str,
    /// All of it in one line.
    pub message: String,
    /// Each mismatch at its line of the spec.
    pub annotations: Vec<Annotation>,
    /// Whether these were told by [`Event::Noticed`] already.
    pub noticed: bool,
    /// The commands that repeat it.
    pub repeat: Vec<String>,
}

/// What was sent and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Whether anything was sent; else `request` is what would have been.
    pub sent: bool,
    /// The request line, header and body.
    pub request: String,
    /// The redirects that were followed, a line each.
    pub hops: Vec<String>,
    /// The status line, header and body; `None` when nothing came back.
    pub response: Option<String>,
    /// Those of the steps before, if all are to be shown.
    pub before: Vec<Exchange>,
}

impl Exchange {
    /// The last of two exchanges, which knows the one before it; of a step that sent nothing there
    /// is none to show.
    pub fn behind(
        before: Option<Box<Exchange>>,
        last: Option<Box<Exchange>>,
    ) -> Option<Box<Exchange>> {
        let mut last = last?;
        if let Some(mut before) = before {
            last.before = std::mem::take(&mut before.before);
            last.before.push(*before);
        }
        Some(last)
    }
}

impl CaseEnd {
    /// The end of a case that is no probe and has nothing else to say.
    pub fn new(verdict: Verdict, elapsed: Duration, exchange: Option<Box<Exchange>>) -> CaseEnd {
        let (probe, notes, warnings, earlier, rounds) = Default::default();
        CaseEnd { verdict, elapsed, exchange, probe, notes, warnings, earlier, rounds }
    }

    /// Whether it passed in some rounds and not in others.
    pub fn is_unstable(&self) -> bool {
        self.rounds.as_ref().is_some_and(|rounds| rounds.is_unstable())
    }

    /// Whether it passed, but not at once.
    pub fn is_flaky(&self) -> bool {
        matches!(self.verdict, Verdict::Passed) && !self.earlier.is_empty()
    }
}

impl Rounds {
    /// Whether it passed in some and not in others.
    pub fn is_unstable(&self) -> bool {
        self.passed() > 0 && self.bad().next().is_some()
    }

    /// `passed in 2 of 3 rounds`.
    pub fn words(&self) -> String {
        format!("passed in {} of {} rounds", self.passed(), self.of)
    }

    /// Those that it did not pass in, with their numbers, and why.
    pub fn bad(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = self.ends.iter().enumerate();
        all.filter_map(|(index, end)| Some((index + 1, end.why.as_deref()?)))
    }

    fn passed(&self) -> usize {
        self.ends.iter().filter(|end| end.verdict == Verdict::Passed.name()).count()
    }
}

impl EarlierRun {
    /// Why it did not pass.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure) | Verdict::Errored(failure) => Some(failure),
            Verdict::Passed | Verdict::Skipped(_) => None,
        }
    }
}

impl Failure {
    /// Puts words before what is told of it.
    pub fn begin(&mut self, words: &str) {
        self.message.insert_str(0, words);
        if let Some(annotation) = self.annotations.first_mut() {
            annotation.title.insert_str(0, words);
        }
    }
}

impl Verdict {
    /// Whether the case failed or has no verdict.
    pub fn is_bad(&self) -> bool {
        match self {
            Verdict::Failed(_) | Verdict::Errored(_) => true,
            Verdict::Passed | Verdict::Skipped(_) => false,
        }
    }
}

impl Verdict {
    /// In a word: `passed`, `failed`, `errored`, `skipped`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "failed",
            Verdict::Errored(_) => "errored",
            Verdict::Skipped(_) => "skipped",
        }
    }
}

impl Skip {
    /// The kind, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Skip::Spec(_) => "spec",
            Skip::Waived(_) => "waived",
            Skip::NotSent(_) => "not-sent",
            Skip::NotApplicable(_) => "not-applicable",
            Skip::Stopped(_) => "not-run",
        }
    }

    /// Why, in a sentence.
    pub fn reason(&self) -> &str {
        match self {
            Skip::Spec(reason)
            | Skip::Waived(reason)
            | Skip::NotSent(reason)
            | Skip::NotApplicable(reason) => reason,
            Skip::Stopped(reason) => reason.words(),
        }
    }
}

impl StopReason {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            StopReason::Interrupted => "interrupted",
            StopReason::FailFast => "fail-fast",
            StopReason::NoServer => "no-server",
            StopReason::ServerEnded => "server-ended",
            StopReason::Deadline => "deadline",
        }
    }

    /// Why a case was not run, in words.
    pub fn words(self) -> &'static str {
        match self {
            StopReason::Interrupted => "not run: the run was interrupted",
            StopReason::FailFast => "not run: an earlier case did not pass (--fail-fast)",
            StopReason::NoServer => "not run: the server did not start",
            StopReason::ServerEnded => "not run: the server had ended by itself",
            StopReason::Deadline => "not run: the time of the run was up (--deadline)",
        }
    }

    /// Why the run ended before its end where no case is missing, in words.
    pub fn ended_early(self) -> String {
        self.words().replacen("not run: ", "The run ended early: ", 1)
    }

    /// Why an exchange that had begun was ended, in words.
    pub fn cut_short(self) -> &'static str {
        match self {
            StopReason::Interrupted => "no verdict: the run was interrupted before the answer came",
            StopReason::FailFast | StopReason::NoServer | StopReason::ServerEnded => {
                "no verdict: the run was ended before the answer came"
            }
            StopReason::Deadline => {
                "no verdict: the time of the run was up (--deadline) before the answer came"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_that_was_cut_short_says_why() {
        let ended = "no verdict: the run was ended before the answer came";
        let table = [
            (StopReason::Interrupted, "no verdict: the run was interrupted before the answer came"),
            (StopReason::FailFast, ended),
            (StopReason::NoServer, ended),
            (StopReason::ServerEnded, ended),
            (
                StopReason::Deadline,
                "no verdict: the time of the run was up (--deadline) before the answer came",
            ),
        ];
        for (reason, words) in table {
            assert_eq!(reason.cut_short(), words);
        }
    }
}
