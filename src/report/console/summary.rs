//! The end of the run: what was slow, what did not pass and mostly why, the totals.

use std::collections::HashMap;
use std::time::Duration;

use super::super::proof::Proof;
use super::super::tally::Tally;
use super::failure::verdict_word;
use super::proof::{Warnings, proof};
use super::words::{BOLD, GREEN, Paint, RED, YELLOW, counts, shown_time};
use super::{Detail, address};
use crate::event::{CaseEnd, Failure, StopReason, Verdict};
use crate::exit_code::ExitCode;
use crate::plan::{Case, Work};
use crate::text::{one_line, plural, shortened};

/// How many of the slowest cases are named.
const SLOWEST: usize = 3;

/// A case below this is not slow.
const SLOW: Duration = Duration::from_millis(100);

/// From so many cases on that did not pass, the reasons are counted: many may have one cause.
const MANY: usize = 10;

/// How many reasons are named then.
const REASONS: usize = 5;

/// The most of a reason in a list, in bytes.
const REASON: usize = 160;

/// What is kept of the cases for the end.
#[derive(Debug, Default)]
pub struct Summary {
    tally: Tally,
    slowest: Vec<(Duration, String)>,
    bad: Vec<String>,
    reasons: HashMap<String, usize>,
    proof: Proof,
    warnings: Warnings,
    marks: Vec<String>,
    /// What generated values are made of, if anything is.
    pub seed: Option<u64>,
    /// How often everything is run.
    pub rounds: u32,
    /// Whether the last case that is no probe lets any certificate pass, and how many such cases
    /// there were, probes among them.
    insecure: (bool, usize),
}

impl Summary {
    /// Keeps what will be told of a case.
    pub fn add(&mut self, case: &Case, end: &CaseEnd) {
        if !matches!(case.work, Work::Probe(_)) {
            self.insecure.0 = case.insecure().is_some();
        }
        self.insecure.1 += usize::from(self.insecure.0);
        self.tally.count_end(end);
        self.proof.add(case, end);
        self.warnings.add(case, end);
        self.remember_slow(case, end);
        let place = || format!("{}  {}", address(case), one_line(&case.name));
        let marks = end.warnings.iter().map(|words| format!("{}: {}", place(), one_line(words)));
        self.marks.extend(marks);
    }

    /// Lists a case among those that did not pass, if it did not.
    pub fn list(&mut self, case: &Case, end: &CaseEnd) {
        let (Verdict::Failed(failure) | Verdict::Errored(failure)) = &end.verdict else { return };
        let reason = shortened(one_line(&failure.message), REASON);
        let (word, name) = (verdict_word(&end.verdict), one_line(&case.name));
        self.bad.push(format!("{word}  {}  {name}: {reason}", address(case)));
        *self.reasons.entry(cause(failure)).or_default() += 1;
    }

    /// Adds a line to the list of what did not pass.
    pub fn add_bad(&mut self, line: String) {
        self.bad.push(line);
    }

    fn remember_slow(&mut self, case: &Case, end: &CaseEnd) {
        if end.elapsed < SLOW {
            return;
        }
        let place = self.slowest.partition_point(|(elapsed, _)| *elapsed >= end.elapsed);
        if place < SLOWEST {
            let name = format!("{}  {}", address(case), one_line(&case.name));
            self.slowest.insert(place, (end.elapsed, name));
            self.slowest.truncate(SLOWEST);
        }
    }

    /// The last words of the run; what matters most comes last.
    pub fn text(
        &self,
        elapsed: Duration,
        stopped: Option<StopReason>,
        detail: Detail,
        paint: Paint,
    ) -> String {
        // Why there is no case has been told.
        if self.tally.cases() == 0 {
            return String::new();
        }
        let slowest =
            self.slowest.iter().map(|(time, name)| format!("{:>8}  {name}", shown_time(*time)));
        let mut text = String::new();
        if detail != Detail::Quiet {
            text.push_str(&list("Slowest", slowest, paint));
        }
        text.push_str(&list("Warnings about answers to probes", self.warnings.lines(), paint));
        text.push_str(&list("Warnings", self.marks.iter().cloned(), paint));
        text.push_str(&list("Did not pass", self.bad.iter().cloned(), paint));
        text.push_str(&list("Most frequent reasons", self.frequent_reasons().into_iter(), paint));
        if let Some(seed) = self.seed.filter(|_| !self.bad.is_empty()) {
            let again = match self.rounds {
                2.. => format!(" --repeat {}", self.rounds),
                _ => String::new(),
            };
            let line = format!("\n--seed {seed}{again} repeats the values that were generated\n");
            text.push_str(&line);
        }
        text.push_str(&proof(&self.proof, paint));
        if self.insecure.1 > 0 {
            let count = self.insecure.1;
            let line = format!(
                "{count} {} without a look at certificates (`insecure: true`)",
                plural(count, "case")
            );
            text.push_str(&format!("\n{}\n", paint.with(YELLOW, &line)));
        }
        let count = self.tally.not_run;
        // Where the last case was the one that ended the run, nothing is missing.
        if let Some(reason) = stopped.filter(|why| count > 0 || *why != StopReason::FailFast) {
            let words = match count {
                0 => reason.ended_early(),
                _ => format!("{count} {} {}", plural(count, "case"), reason.words()),
            };
            text.push_str(&format!("\n{words}\n"));
        }
        text.push_str(&self.total(elapsed, stopped, paint));
        text
    }

    fn frequent_reasons(&self) -> Vec<String> {
        if self.bad.len() < MANY {
            return Vec::new();
        }
        let mut reasons: Vec<_> = self.reasons.iter().filter(|(_, count)| **count > 1).collect();
        reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        reasons.truncate(REASONS);
        reasons.into_iter().map(|(reason, count)| format!("{count:>5} × {reason}")).collect()
    }

    fn total(&self, elapsed: Duration, stopped: Option<StopReason>, paint: Paint) -> String {
        let tally = &self.tally;
        let style = match (stopped, tally.exit_code()) {
            (None, ExitCode::Passed) => GREEN,
            _ => RED,
        };
        let cases = tally.cases();
        let line = format!(
            "{cases} {}{}: {} in {}",
            plural(cases, "case"),
            rounds(self.rounds),
            counts(tally),
            shown_time(elapsed)
        );
        let mut text = format!("\n{}\n", paint.with(style, &line));
        if cases > 0 && tally.passed + tally.failed + tally.errored == 0 {
            text.push_str("Nothing was judged: no case was run.\n");
        }
        text
    }
}

/// `, 3 rounds`; nothing where there is one.
pub fn rounds(count: u32) -> String {
    match count {
        2.. => format!(", {count} rounds"),
        _ => String::new(),
    }
}

/// The first thing that did not hold, and what was noted about it: what many cases may share,
/// whatever else each of them expected.
fn cause(failure: &Failure) -> String {
    let cause = match failure.annotations.first() {
        Some(first) => {
            // Which row it was is no part of the cause.
            let mut notes = first.helps.iter().filter(|help| !help.starts_with("in the row at "));
            let note = notes.next().map(|note| format!(" ({note})")).unwrap_or_default();
            format!("{}{note}", first.title)
        }
        None => failure.message.clone(),
    };
    shortened(one_line(&cause), REASON)
}

/// A title and its lines; nothing where there are none.
fn list(title: &str, lines: impl Iterator<Item = String>, paint: Paint) -> String {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint.with(BOLD, title));
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
    text
}
