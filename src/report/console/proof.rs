//! The end of a run with probes: what is proven about each endpoint.

use std::collections::BTreeMap;

use super::super::proof::{Proof, Row};
use super::words::{BOLD, Paint};
use crate::event::CaseEnd;
use crate::judge::probe::{Grade, ProbeVerdict};
use crate::plan::probes::{Endpoint, Probe};
use crate::plan::{Case, Work};
use crate::text::one_line;

/// So many endpoints without proof are named.
const NAMED: usize = 5;

/// What is off without making a case bad, and which probes showed it.
#[derive(Debug, Default)]
pub struct Warnings(BTreeMap<(Endpoint, &'static str, String), Vec<&'static str>>);

impl Warnings {
    /// Keeps what is off about the answers of a case.
    pub fn add(&mut self, case: &Case, end: &CaseEnd) {
        let Some(endpoint) = &case.endpoint else { return };
        let probe = match case.work {
            Work::Probe(probe) => probe.id,
            _ => "the control",
        };
        for note in end.notes.iter().filter(|note| note.grade == Grade::Warns) {
            let key = ((**endpoint).clone(), note.id, note.text.clone());
            self.0.entry(key).or_default().push(probe);
        }
    }

    /// A line each.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|((endpoint, id, text), probes)| {
            let probes = probes.join(", ");
            one_line(&format!("{id}  {endpoint}: {text} ({probes})"))
        })
    }
}

/// A line for each endpoint that was probed, and how many were not.
pub fn proof(proof: &Proof, paint: Paint) -> String {
    let rows: Vec<(String, &Row)> =
        proof.rows().map(|(e, row)| (one_line(&e.to_string()), row)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = format!("\n{}\n", paint.with(BOLD, "Bearer tokens enforced"));
    for (name, row) in &rows {
        let level = row.level();
        text.push_str(&format!("  {}  {name:width$}  {}\n", level.name(), verdicts(row)));
        for (reason, probes) in reasons(row) {
            text.push_str(&format!("      n/a: {} ({})\n", one_line(reason), probes.join(", ")));
        }
        let next = row.lacks();
        // What no probe of this version could prove is not missed.
        if let Some(first) = next.first().filter(|lack| Probe::find(lack.probe).is_some()) {
            let lacks = next.iter().filter(|lack| lack.level == first.level);
            let lacks: Vec<String> =
                lacks.map(|lack| format!("{} {}", lack.probe, lack.why)).collect();
            text.push_str(&format!("      not {}: {}\n", first.level.name(), lacks.join(", ")));
        }
    }
    let unproven: Vec<String> = proof.unproven().map(|e| one_line(&e.to_string())).collect();
    if !unproven.is_empty() {
        let count = unproven.len();
        let words = match count {
            1 => "1 endpoint sends a bearer token but has no proof".to_owned(),
            count => format!("{count} endpoints send a bearer token but have no proof"),
        };
        let more = if count > NAMED { ", …" } else { "" };
        let names = unproven[..count.min(NAMED)].join(", ");
        text.push_str(&format!("  {words}: {names}{more}\n"));
    }
    text
}

/// Why probes do not apply, with no token of the endpoint; each reason once.
fn reasons(row: &Row) -> BTreeMap<&str, Vec<&'static str>> {
    let mut reasons: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for (probe, reason) in row.absent.iter().chain(&row.skipped) {
        let applies = row.verdicts.get(probe).is_some_and(|verdict| !is_absent(*verdict));
        if !applies {
            reasons.entry(reason).or_default().push(probe);
        }
    }
    reasons
}

fn is_absent(verdict: ProbeVerdict) -> bool {
    matches!(verdict, ProbeVerdict::NotApplicable | ProbeVerdict::LacksInput)
}

/// `9 enforced, 2 nonconforming (no-token, …)`: all but what is right by its name.
fn verdicts(row: &Row) -> String {
    let mut groups: Vec<(ProbeVerdict, Vec<&str>)> = Vec::new();
    for (probe, verdict) in &row.verdicts {
        match groups.iter_mut().find(|(known, _)| known == verdict) {
            Some((_, probes)) => probes.push(probe),
            None => groups.push((*verdict, vec![probe])),
        }
    }
    let absent = row.absent.keys().copied().filter(|probe| !row.verdicts.contains_key(probe));
    let absent: Vec<&str> = absent.collect();
    if !absent.is_empty() {
        match groups.iter_mut().find(|(known, _)| *known == ProbeVerdict::NotApplicable) {
            Some((_, probes)) => probes.extend(absent),
            None => groups.push((ProbeVerdict::NotApplicable, absent)),
        }
    }
    groups.sort_by_key(|(verdict, _)| *verdict != ProbeVerdict::Enforced);
    let group = |(verdict, probes): &(ProbeVerdict, Vec<&str>)| {
        let count = probes.len();
        match verdict {
            ProbeVerdict::Enforced => format!("{count} enforced"),
            verdict => format!("{count} {} ({})", verdict.name(), probes.join(", ")),
        }
    };
    groups.iter().map(group).collect::<Vec<_>>().join(", ")
}
