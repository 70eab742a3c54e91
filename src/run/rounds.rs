//! Rounds: with `--repeat` the whole plan is run several times. A case is told once, when the last
//! round is over, with what became of it in each: so it is the same case in every report.

use crate::event::{CaseEnd, Failure, RoundEnd, Rounds, Skip, StopReason, Verdict};

/// The ends of cases, on their way through the rounds.
pub struct Told {
    /// How many rounds there are.
    of: u32,
    /// By the positions of the cases in the plan; none where there is only one round.
    ends: Vec<Option<CaseEnd>>,
    /// How many cases are through, in all rounds together.
    pub done: usize,
    /// How many of them did not pass.
    pub bad: usize,
}

impl Told {
    /// Before the first round.
    pub fn new(of: u32, cases: usize) -> Told {
        let ends = (0..cases).filter(|_| of > 1).map(|_| None).collect();
        Told { of, ends, done: 0, bad: 0 }
    }

    /// Takes the end of a case in the round at hand; gives back what is to be told at once.
    pub fn take(&mut self, index: usize, end: CaseEnd) -> Option<CaseEnd> {
        let Some(known) = self.ends.get_mut(index) else { return Some(end) };
        *known = Some(match known.take() {
            Some(before) => joined(before, end),
            None => CaseEnd { rounds: Some(Box::new(first(self.of, &end))), ..end },
        });
        None
    }

    /// What is to be told of the cases once no round follows, in the order of the plan.
    pub fn finish(self, stopped: Option<StopReason>) -> impl Iterator<Item = (usize, CaseEnd)> {
        let ends = self.ends.into_iter().enumerate();
        ends.filter_map(move |(index, end)| Some((index, concluded(end?, stopped))))
    }
}

fn first(of: u32, end: &CaseEnd) -> Rounds {
    Rounds { of: of as usize, ends: vec![round(end)] }
}

/// What the end of the run cut short says nothing about the case.
const CUT_SHORT: [&str; 5] = ["interrupted", "deadline", "fail-fast", "no-server", "server-ended"];

fn round(end: &CaseEnd) -> RoundEnd {
    let why = match &end.verdict {
        Verdict::Errored(failure) if CUT_SHORT.contains(&failure.kind) => None,
        Verdict::Failed(failure) | Verdict::Errored(failure) => {
            Some(failure.message.as_str().into())
        }
        Verdict::Passed | Verdict::Skipped(_) => None,
    };
    RoundEnd { verdict: end.verdict.name(), elapsed: end.elapsed, why }
}

/// Of two rounds the graver one is told; what is noted of either stays.
fn joined(before: CaseEnd, end: CaseEnd) -> CaseEnd {
    let elapsed = before.elapsed + end.elapsed;
    let this = round(&end);
    let (mut told, mut other) =
        if rank(&end) > rank(&before) { (end, before) } else { (before, end) };
    let mut rounds = told.rounds.take().or(other.rounds.take());
    if let Some(rounds) = &mut rounds {
        rounds.ends.push(this);
    }
    for note in other.notes {
        if !told.notes.iter().any(|known| known.id == note.id && known.text == note.text) {
            told.notes.push(note);
        }
    }
    for warning in other.warnings {
        if !told.warnings.contains(&warning) {
            told.warnings.push(warning);
        }
    }
    CaseEnd { elapsed, rounds, ..told }
}

/// How grave an end is.
fn rank(end: &CaseEnd) -> u8 {
    match &end.verdict {
        Verdict::Passed if end.is_flaky() => 1,
        Verdict::Passed => 0,
        Verdict::Skipped(Skip::Stopped(_)) => 3,
        Verdict::Skipped(_) => 2,
        Verdict::Failed(_) | Verdict::Errored(_) => 4,
    }
}

/// A case that passed now and then is none that passes, and neither is one that was to be run more
/// often than it was.
fn concluded(mut end: CaseEnd, stopped: Option<StopReason>) -> CaseEnd {
    let Some(rounds) = &end.rounds else { return end };
    let is_short = rounds.ends.len() < rounds.of;
    let unstable = rounds.is_unstable().then(|| format!("unstable, {}: ", rounds.words()));
    match (&mut end.verdict, stopped) {
        (Verdict::Failed(failure) | Verdict::Errored(failure), _) => {
            let failure: &mut Failure = failure;
            unstable.iter().for_each(|words| failure.begin(words));
        }
        (verdict @ Verdict::Passed, Some(reason)) if is_short => {
            *verdict = Verdict::Skipped(Skip::Stopped(reason));
        }
        (Verdict::Passed | Verdict::Skipped(_), _) => {}
    }
    end
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn end(verdict: Verdict) -> CaseEnd {
        CaseEnd::new(verdict, Duration::from_millis(2), None)
    }

    fn failed(message: &str) -> Verdict {
        let (message, repeat) = (message.to_owned(), Vec::new());
        let (annotations, noticed) = (Vec::new(), false);
        Verdict::Failed(Box::new(Failure { kind: "status", message, annotations, noticed, repeat }))
    }

    fn told(of: u32, stopped: Option<StopReason>, verdicts: Vec<Verdict>) -> CaseEnd {
        let mut told = Told::new(of, 1);
        verdicts.into_iter().for_each(|verdict| assert!(told.take(0, end(verdict)).is_none()));
        told.finish(stopped).next().expect("an end").1
    }

    #[test]
    fn a_single_round_is_told_at_once() {
        let mut told = Told::new(1, 1);
        assert!(told.take(0, end(Verdict::Passed)).is_some_and(|end| end.rounds.is_none()));
        assert_eq!(told.finish(None).count(), 0);
    }

    #[test]
    fn what_passes_now_and_then_has_failed_and_is_called_unstable() {
        let verdicts = vec![Verdict::Passed, failed("a"), failed("b"), Verdict::Passed];
        let end = told(4, None, verdicts);
        let Verdict::Failed(failure) = &end.verdict else { panic!("{end:?}") };
        assert_eq!(failure.message, "unstable, passed in 2 of 4 rounds: a");
        assert_eq!((end.is_unstable(), end.elapsed), (true, Duration::from_millis(8)));
        let rounds = end.rounds.expect("rounds");
        let whys: Vec<_> = rounds.ends.iter().map(|round| round.why.as_deref()).collect();
        assert_eq!(whys, [None, Some("a"), Some("b"), None]);
    }

    #[test]
    fn what_always_fails_is_not_unstable() {
        let end = told(2, None, vec![failed("a"), failed("a")]);
        let Verdict::Failed(failure) = &end.verdict else { panic!("{end:?}") };
        assert_eq!((failure.message.as_str(), end.is_unstable()), ("a", false));
    }

    #[test]
    fn what_was_to_be_run_more_often_has_not_passed() {
        let end = told(3, Some(StopReason::Deadline), vec![Verdict::Passed]);
        assert!(matches!(end.verdict, Verdict::Skipped(Skip::Stopped(StopReason::Deadline))));
        let stopped = Verdict::Skipped(Skip::Stopped(StopReason::FailFast));
        let end = told(3, Some(StopReason::FailFast), vec![Verdict::Passed, stopped]);
        assert!(matches!(end.verdict, Verdict::Skipped(Skip::Stopped(StopReason::FailFast))));
        let skipped = Verdict::Skipped(Skip::Spec("later".into()));
        let end = told(3, Some(StopReason::FailFast), vec![skipped]);
        assert!(matches!(end.verdict, Verdict::Skipped(Skip::Spec(_))));
    }
}
