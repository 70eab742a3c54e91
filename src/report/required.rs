//! `--require-level` as the last case of a run.

use std::sync::Arc;
use std::time::Duration;

use super::proof::{Level, NOT_PROBED, Proof};
use crate::event::{CaseEnd, Failure, Verdict};
use crate::plan::{Case, SpecFile, Work};
use crate::source::Source;

/// The case that stands for the level, and how it ends. Nothing that could be proven proves
/// nothing.
pub fn required_level(proof: &Proof, level: Level) -> (Case, CaseEnd) {
    let source = Arc::new(Source::new("the command line", ""));
    let name = source.path().to_owned();
    let file = SpecFile { source, name, serial: false, tokens: Vec::new(), site: None };
    let case = Case {
        file: Arc::new(file),
        name: format!("every endpoint is proven up to level {}", level.name()).into(),
        identity: 0,
        line: 1,
        column: 1,
        last_line: 1,
        tags: Arc::new([]),
        work: Work::Skip("it is not run, but concluded".into()),
        endpoint: None,
        sends_to: None,
        enforced: None,
        around: None,
        row: None,
        cut: None,
        inherited: Arc::new([]),
    };
    let verdict = match shortfall(proof, level) {
        None => Verdict::Passed,
        Some(message) => Verdict::Failed(Box::new(Failure {
            kind: "level",
            message,
            annotations: Vec::new(),
            noticed: false,
            repeat: Vec::new(),
        })),
    };
    (case, CaseEnd::new(verdict, Duration::ZERO, None))
}

fn shortfall(proof: &Proof, level: Level) -> Option<String> {
    let below = proof.below(level);
    let all = proof.rows().count() + proof.unproven().count();
    if all == 0 {
        return Some(format!("level {} is required, but no endpoint was probed", level.name()));
    }
    let names = below.iter().map(|(endpoint, lack)| format!("{endpoint} ({lack})"));
    let names: Vec<String> = names.collect();
    let way_out = match below.iter().any(|(_, lack)| lack == NOT_PROBED) {
        true => {
            "; each that the run sends a bearer token to counts: probe it with `enforce: bearer`, or \
             run what is to be proven by itself, by --tag or FILE:LINE"
        }
        false => "",
    };
    (!below.is_empty()).then(|| {
        format!(
            "level {} is required, and {} of {all} endpoints do not reach it: {}{way_out}",
            level.name(),
            below.len(),
            names.join(", ")
        )
    })
}
