//! The runs of a test before the one that counts, and its rounds.

use super::failure::{exchange, reasons, section};
use super::words::{Paint, shown_time};
use crate::event::CaseEnd;
use crate::plan::Case;
use crate::text::one_line;

/// `run 2 of 3`, of a test that was run again.
pub fn last_run(case: &Case, end: &CaseEnd) -> Option<String> {
    let runs = end.earlier.len() + 1;
    (runs > 1).then(|| format!("run {runs} of {}", case.retry().times + 1))
}

/// `run 1: status: expected 200, got 503`, for each of the earlier ones.
pub fn reasons_in_short(end: &CaseEnd) -> Vec<String> {
    let failures = end.earlier.iter().filter_map(|run| run.failure());
    failures
        .enumerate()
        .map(|(i, failure)| format!("run {}: {}", i + 1, one_line(&failure.message)))
        .collect()
}

/// The earlier runs of a case: a line each, or all there is to say of them.
pub fn earlier(end: &CaseEnd, paint: Paint, all: bool) -> String {
    if end.earlier.is_empty() {
        return String::new();
    }
    if !all {
        return section("earlier runs", &reasons_in_short(end).join("\n"), paint);
    }
    let told = end.earlier.iter().enumerate().map(|(i, run)| {
        let failure = run.failure().map(|failure| reasons(failure, paint)).unwrap_or_default();
        let exchange = exchange(run.exchange.as_deref(), paint);
        format!("Run {}  {}\n{failure}{exchange}", i + 1, shown_time(run.elapsed))
    });
    told.collect::<Vec<_>>().concat()
}

/// Of how many rounds it is told why a case did not pass.
const ROUNDS: usize = 5;

/// What became of a case in each round, where there are several.
pub fn rounds(end: &CaseEnd, paint: Paint) -> String {
    let Some(rounds) = &end.rounds else { return String::new() };
    let bad: Vec<String> =
        rounds.bad().map(|(number, why)| format!("round {number}: {}", one_line(why))).collect();
    let more = bad.len().saturating_sub(ROUNDS);
    let more = (more > 0).then(|| format!("and in {more} more"));
    let lines = [rounds.words()].into_iter().chain(bad.into_iter().take(ROUNDS)).chain(more);
    section("rounds", &lines.collect::<Vec<_>>().join("\n"), paint)
}
