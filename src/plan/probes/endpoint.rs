//! Which endpoints there are, and which case stands for each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::assign::sends_token;
use super::{Endpoint, Enforcement};
use crate::http::url::Target;
use crate::plan::credential::Credential;
use crate::plan::{Case, Step, Work};
use crate::suite::enforce::accepts_success_only;
use crate::suite::step::Step as WrittenStep;
use crate::template::{Part, Template};

/// A method that a test uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Declared {
    /// The method.
    pub method: Box<str>,
    /// Whether the test is served without any credential.
    pub open: bool,
}

impl Declared {
    /// Where a step goes, as it is written, and the method that it uses there.
    pub fn of(step: &Step) -> (Box<str>, Declared) {
        let open =
            matches!(step.credential, Credential::None) && accepts_success_only(&step.expectations);
        (written(step), Declared { method: step.method.clone(), open })
    }
}

/// Where a step goes, as far as that is known before the run: the same text for the same origin
/// and path.
pub(super) fn site(step: &Step) -> Box<str> {
    resolved(written(step))
}

/// Where a step goes, as it is written. The query does not count.
fn written(step: &Step) -> Box<str> {
    let url = step.url.written();
    let path = url.split('?').next().unwrap_or_default();
    let base = step.settings.base_url.as_ref().filter(|_| path.starts_with('/'));
    let base = base.map_or_else(String::new, |base| base.written());
    format!("{}{path}", base.strip_suffix('/').unwrap_or(&base)).into()
}

fn resolved(written: Box<str>) -> Box<str> {
    match Target::parse(&written) {
        Ok(target) => {
            let scheme = if target.origin().https { "https" } else { "http" };
            format!("{scheme}://{}{}", target.origin(), target.path()).into()
        }
        Err(_) => written,
    }
}

/// Tells every control that is asked for other methods which ones tests use at its path.
pub fn declare(cases: &[Case], declared: &HashSet<(Box<str>, Declared)>) {
    let asks = |case: &Case| matches!(case.work, Work::Probe(probe) if probe.takes_leave());
    if !cases.iter().any(asks) {
        return;
    }
    let mut sites: HashMap<Box<str>, Vec<Declared>> = HashMap::new();
    for (written, method) in declared {
        sites.entry(resolved(written.clone())).or_default().push(method.clone());
    }
    for enforced in cases.iter().filter(|case| asks(case)).filter_map(|case| case.enforced.as_ref())
    {
        let here = sites.get(&enforced.site).cloned().unwrap_or_default();
        // The probes of a control share it, and all say the same.
        let _ = enforced.declared.set(here);
    }
}

/// Gives each control its number.
pub fn number(cases: &[Case]) {
    let controls = cases.iter().filter(|case| matches!(case.work, Work::Steps(_)));
    for (number, enforced) in controls.filter_map(|case| case.enforced.as_ref()).enumerate() {
        // Its probes share it with it.
        let _ = enforced.number.set(number);
    }
}

/// The URL that tells what a step asks: as it is written. `GET ${path}` is another for each path
/// that it is given, and so is what stands in a fragment.
pub(super) fn url_of(step: &Step, written: &WrittenStep) -> String {
    let url = &written.line.url.value;
    match step.via.is_empty() && !is_given(url) {
        true => url.written(),
        false => step.url.written(),
    }
}

/// Whether a variable begins a URL, and so may stand for any path, and none stands further on.
fn is_given(url: &Template) -> bool {
    let Template::Parts(parts) = url else { return false };
    matches!(&**parts, [Part::Variable(_), rest @ ..] if rest.iter().all(|part| matches!(part, Part::Text(_))))
}

impl Endpoint {
    /// What a step asks, without its query.
    pub fn of(step: &Step, written: &WrittenStep) -> Endpoint {
        let url = url_of(step, written);
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

/// What these steps, and the way each is written, send a bearer token to; `None` for nothing.
pub fn of_all(steps: &[Step], written: &[&WrittenStep]) -> Option<Arc<[Endpoint]>> {
    let sending = steps.iter().zip(written).filter(|(step, _)| sends_bearer(step));
    let all: Vec<Endpoint> = sending.map(|(step, written)| Endpoint::of(step, written)).collect();
    (!all.is_empty()).then(|| all.into())
}

/// Whether a bearer token is sent, also one that was put together by hand: what it opens can be
/// proven, though not by this request.
pub(super) fn sends_bearer(step: &Step) -> bool {
    let Credential::Header(fields) = &step.credential else { return sends_token(step) };
    let is_bearer = |value: &Template| {
        let text = value.written();
        let scheme = text.split_once(' ').map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
    };
    let is_named = |name: &Template| {
        name.as_fixed().is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
    };
    fields.iter().any(|(name, value)| is_named(name) && is_bearer(value))
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
