//! What is wrong with an `enforce` as it is written, whoever it covers.

use std::sync::Arc;

use super::{HYGIENE, PROBES, Probe};
use crate::diagnostic::did_you_mean;
use crate::plan::scope::{Binder, Level};
use crate::source::{Source, Spanned};
use crate::suite::enforce::{Enforce, Rules, Waiver};

/// Finds what is wrong with the `enforce` of a level, whoever it covers.
pub fn check(binder: &mut Binder, level: Level) {
    let Some(Enforce::Bearer(rules)) = level.settings.enforce.as_ref().map(|e| &e.value) else {
        return;
    };
    for id in rules.probes.iter().flatten() {
        let sets = PROBES.iter().map(|probe| probe.set);
        check_id(binder, level.source, id, sets, "probe or set of probes");
    }
    check_leave(binder, level.source, rules);
    for (id, _) in &rules.tokens {
        check_given(binder, level.source, rules, id);
    }
    check_revoke(binder, level.source, rules);
    for waiver in &rules.waivers {
        check_waiver(binder, level.source, waiver);
    }
}

/// What may change something is sent where the spec gives leave for it, and only there is leave
/// given.
fn check_leave(binder: &mut Binder, source: &Arc<Source>, rules: &Rules) {
    let is_for = |id: &&Spanned<String>| Probe::find(&id.value).is_some_and(Probe::takes_leave);
    if rules.leave.is_none() {
        for id in rules.probes.iter().flatten().filter(is_for) {
            let title = format!("`{}` without `unsafe: true`", id.value);
            let fault = binder.fault(source, id.span, title);
            fault.label = "it may change something where it is let through".into();
            fault.helps.push(
                "write `unsafe: true` beside `probes`, where the server is one to try things on"
                    .into(),
            );
        }
        return;
    }
    let mut probes = PROBES.iter().filter(|probe| probe.takes_leave());
    if let Some(span) = rules.leave
        && !probes.any(|probe| rules.asks_for(probe).is_some())
    {
        let fault = binder.fault(source, span, "`unsafe: true`, and no probe that takes it");
        fault.label = "write `surface` under `probes`, or leave this out".into();
    }
}

/// A token is given for a probe that takes one and is sent.
fn check_given(binder: &mut Binder, source: &Arc<Source>, rules: &Rules, id: &Spanned<String>) {
    let Some(probe) = Probe::find(&id.value) else {
        check_id(binder, source, id, std::iter::empty(), "probe");
        return;
    };
    if !probe.takes_token() {
        binder.fault(source, id.span, format!("`{}` takes no token", probe.id)).label =
            "what it sends is made of the test's own request".into();
    } else if rules.asks_for(probe).is_none() {
        let title = format!("a token for `{}`, which is not sent", probe.id);
        binder.fault(source, id.span, title).label =
            format!("write it under `probes` too, or its set `{}`", probe.set);
    }
}

/// What revokes a token is for the one probe that sends it.
fn check_revoke(binder: &mut Binder, source: &Arc<Source>, rules: &Rules) {
    let (Some(revoke), Some(probe)) = (&rules.revoke, Probe::find("revoked")) else { return };
    let is_given = rules.tokens.iter().any(|(id, _)| id.value == probe.id);
    let label = match rules.asks_for(probe) {
        None => "the probe `revoked` is not sent: write it, or `claims`, under `probes`",
        Some(_) if is_given => "a token is given for `revoked`, and sent as it is",
        Some(_) => return,
    };
    binder.fault(source, revoke.span, "`revoke` revokes nothing").label = label.into();
}

fn check_waiver(binder: &mut Binder, source: &Arc<Source>, waiver: &Waiver) {
    for id in &waiver.ids {
        let checks = HYGIENE.iter().map(|check| check.id);
        check_id(binder, source, id, checks, "probe or check");
    }
    let Some(until) = waiver.until.as_ref().filter(|day| day.value < binder.today()) else {
        return;
    };
    let fault = binder.fault(source, until.span, "this waiver has expired");
    fault.label = "this was its last day".into();
    fault.helps.push(format!("its reason was: {}", waiver.reason));
    fault.helps.push("mend what it is about and remove it, or set a later day".into());
}

fn check_id(
    binder: &mut Binder,
    source: &Arc<Source>,
    id: &Spanned<String>,
    others: impl Iterator<Item = &'static str> + Clone,
    what: &str,
) {
    let known = PROBES.iter().map(|probe| probe.id).chain(others);
    if known.clone().any(|known| known == id.value) {
        return;
    }
    let near = did_you_mean(&id.value, known);
    let fault = binder.fault(source, id.span, format!("`{}` is no {what}", id.value));
    match near {
        Some(near) => fault.label = format!("did you mean `{near}`?"),
        None => fault.helps.push("`apitest probes` lists all of them".into()),
    }
}
