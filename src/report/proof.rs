//! What a run proves about the endpoints: which wrong ways of sending a token each one refuses.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{CaseEnd, Skip, Verdict};
use crate::judge::probe::ProbeVerdict;
use crate::plan::probes::{Endpoint, Needs, PROBES, Probe};
use crate::plan::{Case, Work};

/// How much is proven about an endpoint; each level asks for those below it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    None,
    /// It refuses requests without a token.
    L1,
    /// It refuses made-up tokens.
    L2,
    /// It refuses damaged and forged tokens.
    L3,
    /// It refuses tokens that are not meant for this, or not any more.
    L4,
}

/// The probes that a level asks for, besides those of the levels below it.
const ASKED: [(Level, &[&str]); 4] = [
    (Level::L1, &["no-token", "empty-value", "scheme-only"]),
    (Level::L2, &["basic-scheme", "random-token", "null-token"]),
    (Level::L3, &["look-alike", "truncated", "extended"]),
    (Level::L4, &["expired", "wrong-audience", "missing-scope"]),
];

/// What an endpoint lacks that no probe was sent to.
pub const NOT_PROBED: &str = "not probed";

/// The set that L3 asks for where the token is a JWT.
const JWT: &str = "jwt";

impl Level {
    /// `L2`; `L0` for none.
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "L0",
            Level::L1 => "L1",
            Level::L2 => "L2",
            Level::L3 => "L3",
            Level::L4 => "L4",
        }
    }
}

/// What is known of all endpoints that a run sends a bearer token to.
#[derive(Debug, Default)]
pub struct Proof {
    rows: BTreeMap<Endpoint, Row>,
    tokens_to: BTreeSet<Endpoint>,
}

/// An endpoint and what its probes found.
#[derive(Debug, Default)]
pub struct Row {
    /// By the id of the probe, the worst that was found.
    pub verdicts: BTreeMap<&'static str, ProbeVerdict>,
    /// Why the ones that are known not to apply before the run do not.
    absent: BTreeMap<&'static str, String>,
    /// Why the ones that turned out not to apply, or to lack their input, did so.
    skipped: BTreeMap<&'static str, String>,
    /// Whether one of its tokens may be a JWT.
    jwt: bool,
}

/// What keeps an endpoint from its next level: a probe, and what became of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Lack {
    /// The level that is not reached.
    pub level: Level,
    /// The probe.
    pub probe: &'static str,
    /// `bypassed`, `not asked for`, …
    pub why: String,
}

impl Proof {
    /// Takes what the end of a case says.
    pub fn add(&mut self, case: &Case, end: &CaseEnd) {
        if matches!(end.verdict, Verdict::Passed | Verdict::Failed(_)) {
            let sent = case.sends_to.as_deref().unwrap_or_default().iter();
            let sent = sent.chain(case.endpoint.as_deref());
            let new = sent.filter(|to| !self.tokens_to.contains(*to)).cloned();
            let new: Vec<Endpoint> = new.collect();
            self.tokens_to.extend(new);
        }
        let (Some(endpoint), Some(enforced)) = (&case.endpoint, &case.enforced) else { return };
        let row = self.rows.entry((**endpoint).clone()).or_default();
        row.jwt |= !enforced.opaque;
        row.absent.extend(enforced.absent.iter().cloned());
        let Work::Probe(probe) = case.work else { return };
        if let Verdict::Skipped(Skip::NotApplicable(reason)) = &end.verdict {
            row.skipped.insert(probe.id, reason.clone());
        }
        let found = end.probe.unwrap_or(ProbeVerdict::NotSent);
        let known = row.verdicts.entry(probe.id).or_insert(found);
        if found.severity() > known.severity() {
            *known = found;
        }
    }

    /// The endpoints that were probed, and what was found.
    pub fn rows(&self) -> impl Iterator<Item = (&Endpoint, &Row)> {
        self.rows.iter()
    }

    /// The endpoints that a bearer token was sent to, and no probe.
    pub fn unproven(&self) -> impl Iterator<Item = &Endpoint> {
        self.tokens_to.iter().filter(|endpoint| !self.rows.contains_key(*endpoint))
    }

    /// The endpoints that do not reach a level, and what each lacks.
    pub fn below(&self, level: Level) -> Vec<(&Endpoint, String)> {
        let rows = self.rows.iter().filter_map(|(endpoint, row)| {
            let lacks = row.lacks();
            let lack = lacks.into_iter().find(|lack| lack.level <= level)?;
            Some((endpoint, format!("{} {}", lack.probe, lack.why)))
        });
        let unproven = self.unproven().map(|endpoint| (endpoint, NOT_PROBED.to_owned()));
        rows.chain(unproven).collect()
    }
}

impl Row {
    /// The highest level whose probes are all refused.
    pub fn level(&self) -> Level {
        match self.lacks().first() {
            None => Level::L4,
            Some(lack) => match lack.level {
                Level::None | Level::L1 => Level::None,
                Level::L2 => Level::L1,
                Level::L3 => Level::L2,
                Level::L4 => Level::L3,
            },
        }
    }

    /// What keeps it from the next level, in words; what no probe of this version could prove is
    /// not missed.
    pub fn lacking(&self) -> Option<String> {
        let lacks = self.lacks();
        let first = lacks.first().filter(|lack| Probe::find(lack.probe).is_some())?;
        let of_level = lacks.iter().filter(|lack| lack.level == first.level);
        let words: Vec<String> =
            of_level.map(|lack| format!("{} {}", lack.probe, lack.why)).collect();
        Some(format!("not {}: {}", first.level.name(), words.join(", ")))
    }

    /// The probes that nothing can be said of, by the reason.
    pub fn not_applicable(&self) -> BTreeMap<&str, Vec<&'static str>> {
        let mut reasons: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
        for (id, reason) in self.absent.iter().chain(&self.skipped) {
            if self.verdicts.get(id).is_none_or(|verdict| verdict.is_absence()) {
                reasons.entry(reason.trim_start_matches("n/a: ")).or_default().push(id);
            }
        }
        reasons
    }

    /// What keeps it from each level, the lowest first.
    pub fn lacks(&self) -> Vec<Lack> {
        let mut lacks = Vec::new();
        for (level, probes) in ASKED {
            let jwt = PROBES.iter().filter(|probe| probe.set == JWT);
            let jwt = jwt.map(|probe: &Probe| probe.id).filter(|_| level == Level::L3);
            for probe in probes.iter().copied().chain(jwt.filter(|_| self.jwt)) {
                lacks.extend(self.lack(probe).map(|why| Lack { level, probe, why }));
            }
        }
        lacks
    }

    fn lack(&self, probe: &'static str) -> Option<String> {
        match self.verdicts.get(probe) {
            Some(
                ProbeVerdict::Enforced | ProbeVerdict::Nonconforming | ProbeVerdict::Unguessed,
            ) => None,
            Some(ProbeVerdict::LacksInput) => Some("lacks its input".into()),
            Some(ProbeVerdict::NotApplicable) => None,
            Some(verdict) => Some(verdict.name().into()),
            None => self.absence(probe),
        }
    }

    /// What it means that there is no case of a probe. What is for scopes asks for a token that
    /// few have.
    fn absence(&self, probe: &'static str) -> Option<String> {
        let is_absent = self.absent.contains_key(probe);
        match Probe::find(probe).map(|probe| probe.needs) {
            Some(Needs::GivenToken) => None,
            Some(Needs::Key) if is_absent => Some("lacks its input".into()),
            _ if is_absent => None,
            _ => Some("was not asked for".into()),
        }
    }
}
