//! Which endpoints there are, and which case stands for each.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Endpoint, Enforcement};
use crate::plan::{Case, Step, Work};
use crate::suite::test::Step as WrittenStep;

impl Endpoint {
    /// What a step asks, without its query.
    pub fn of(step: &Step, written: &WrittenStep) -> Endpoint {
        let url = written.line.url.value.written();
        let path = url.split('?').next().unwrap_or_default();
        let base = step.settings.base_url.as_ref().filter(|_| path.starts_with('/'));
        let base = base.map_or_else(String::new, |base| base.written());
        Endpoint {
            base: base.strip_suffix('/').unwrap_or(&base).into(),
            path: path.into(),
            method: step.method.clone(),
        }
    }
}

/// Leaves of inherited enforcement the first for each endpoint, and none where a test asks for it
/// itself: its probes prove it for all.
pub fn once_an_endpoint(cases: &mut Vec<Case>) {
    let own = cases.iter().filter_map(|case| case.enforced.as_ref().filter(|e| e.own));
    let mut seen: HashSet<u64> = own.map(|enforced| enforced.identity).collect();
    let mut kept: HashSet<*const Enforcement> = HashSet::new();
    let mut is_first = |case: &Case| {
        let Some(enforced) = case.enforced.as_ref().filter(|e| !e.own) else { return true };
        let pointer = Arc::as_ptr(enforced);
        match case.work {
            Work::Probe(_) => kept.contains(&pointer),
            _ => seen.insert(enforced.identity) && kept.insert(pointer),
        }
    };
    cases.retain_mut(|case| {
        let first = is_first(case);
        if !first {
            case.enforced = None;
        }
        first || !matches!(case.work, Work::Probe(_))
    });
}
