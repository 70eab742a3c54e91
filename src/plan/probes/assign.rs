//! Which cases are probed, with what.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use super::endpoint::{sends_bearer, site, url_of};
use super::{
    DEFAULT_SETS, Endpoint, Enforcement, Extras, Needs, PROBES, Probe, Waived, given, is_jwt,
    only_reads,
};
use crate::plan::credential::{Credential, Token};
use crate::plan::scope::{Binder, Level};
use crate::plan::token_source::Origin;
use crate::plan::tokens::Tokens;
use crate::plan::{Body, Case, Stage, Step, Work};
use crate::source::{Place, Spanned};
use crate::suite::auth::Auth;
use crate::suite::enforce::{Enforce, Rules, accepts, accepts_success_only};
use crate::suite::settings::Settings;
use crate::suite::step::{Item, Step as WrittenStep};
use crate::suite::test::Test;
use crate::template::Template;

/// A control that may be probed.
pub struct Control<'c> {
    /// The case.
    pub case: &'c mut Case,
    /// The position of its step among those of the case.
    pub at: usize,
    /// Its step as it was written.
    pub written: &'c WrittenStep,
    /// The tokens of its file.
    pub tokens: &'c [Token],
    /// What there is besides its own token.
    pub extras: Extras,
    /// What was probed before in the same file because of an inherited `enforce`.
    pub probed: &'c mut HashSet<u64>,
}

/// What is said about a control's probes, and how near.
struct Said<'s> {
    level: Level<'s>,
    rules: &'s Rules,
    /// Whether the test itself says so.
    own: bool,
}

/// What the nearest `enforce` gives besides the token of a test that sends one, all names bound.
pub fn extras(binder: &mut Binder, tokens: &mut Tokens, step: Option<&Step>) -> Extras {
    let Some(said) = said(binder).filter(|_| step.is_some_and(sends_token)) else {
        return Extras::default();
    };
    let (Level { source, .. }, rules) = (said.level, said.rules);
    let key = rules.keys.as_ref().map(|written| given::key(binder, written, source));
    let revoke = rules.revoke.as_ref().map(|written| given::revoke(binder, written, source));
    let named = |(id, name): &(Spanned<String>, Spanned<Template>)| {
        Some((Probe::find(&id.value)?.id, tokens.named(binder, name, source)?))
    };
    let tokens = rules.tokens.iter().filter_map(named).collect();
    Extras { key, revoke: revoke.map(Box::new), tokens }
}

/// The step of a test of several that is the control, by its position among all: the one that says
/// so; else the only one that could be meant.
pub fn control_of(
    binder: &mut Binder,
    test: &Test,
    steps: &[Step],
    written: &[&WrittenStep],
) -> Option<usize> {
    let main: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].stage == Stage::Main).collect();
    let source = binder.levels().first()?.source;
    let asks = |step: &&WrittenStep| asks_for_probes(&step.settings);
    let around = test.setup.iter().chain(&test.teardown);
    let others = around.filter_map(Item::as_request).find(asks);
    let mut asking = test.steps.iter().filter_map(Item::as_request).filter(asks);
    let (asked, several) = (asking.next(), asking.next());
    if let Some(step) = others.or(several) {
        let span = step.settings.enforce.as_ref()?.span;
        let title = match others {
            Some(_) => "`enforce` on a step of a set-up or a tear-down",
            None => "a second step with `enforce`",
        };
        binder.fault(source, span, title).label = "one of the `steps` of a test is probed".into();
        return None;
    }
    if let Some(step) = asked {
        return written.iter().position(|other| std::ptr::eq(*other, step));
    }
    let (spared, sending): (Vec<usize>, Vec<usize>) = main
        .iter()
        .filter(|at| sends_token(&steps[**at]))
        .partition(|at| says_none(&written[**at].settings));
    let own = test.settings.enforce.as_ref().filter(|_| asks_for_probes(&test.settings));
    match (own, sending.as_slice()) {
        (_, [only]) => Some(*only),
        (None, _) => None,
        (Some(_), []) if !spared.is_empty() => {
            let span = written[spared[0]].settings.enforce.as_ref()?.span;
            let title = "`enforce: none` on a step of a test that is to be probed";
            binder.fault(source, span, title).label =
                "no other step of it sends a bearer token".into();
            None
        }
        (Some(_), []) => main.first().copied(),
        (Some(enforce), _) => {
            let fault = binder.fault(source, enforce.span, "`enforce` on a test of several steps");
            fault.label = "more than one of them sends a bearer token".into();
            fault.helps.push("write it on the step that is meant".into());
            None
        }
    }
}

/// Whether the settings of a level ask for probes.
pub fn asks_for_probes(settings: &Settings) -> bool {
    matches!(settings.enforce.as_ref().map(|e| &e.value), Some(Enforce::Bearer(_)))
}

fn says_none(settings: &Settings) -> bool {
    matches!(settings.enforce.as_ref().map(|e| &e.value), Some(Enforce::None))
}

impl Control<'_> {
    /// The probes of the control, each a case; the levels of `binder` begin with that of its test.
    pub fn probes(mut self, binder: &mut Binder) -> Vec<Case> {
        let Work::Steps(steps) = &self.case.work else { return Vec::new() };
        let step = steps.get(self.at).filter(|step| sends_bearer(step));
        self.case.endpoint = step.map(|step| Arc::new(Endpoint::of(step, self.written)));
        let Some(said) = said(binder) else { return Vec::new() };
        let Some(step) = steps.get(self.at).filter(|step| is_covered(binder, step, &said)) else {
            return Vec::new();
        };
        // Of thousands of rows the first is probed: the others must not cost what it does.
        let identity = self.identity(step);
        if !said.own && !self.probed.insert(identity) {
            return Vec::new();
        }
        let opaque = self.token(step).is_some_and(|token| !is_jwt(token));
        let (probes, absent) = self.chosen(binder, step, opaque, &said);
        let enforcement = Arc::new(Enforcement {
            opaque,
            profile: said.rules.profile.unwrap_or_default(),
            waivers: waivers(binder),
            absent,
            singly: said.rules.singly().map(|probe| probe.id).collect(),
            identity,
            own: said.own,
            extras: std::mem::take(&mut self.extras),
            site: site(step),
            at: self.at,
            number: OnceLock::new(),
            declared: OnceLock::new(),
        });
        self.case.enforced = Some(enforcement.clone());
        let case = &*self.case;
        let case_of = |probe: &'static Probe| Case {
            file: case.file.clone(),
            name: format!("{} › {}", case.name, probe.id).into(),
            tags: case.tags.clone(),
            endpoint: case.endpoint.clone(),
            sends_to: None,
            work: Work::Probe(probe),
            enforced: Some(enforcement.clone()),
            row: case.row.clone(),
            cut: case.cut.clone(),
            inherited: case.inherited.clone(),
            ..*case
        };
        probes.into_iter().map(case_of).collect()
    }

    /// The probes that apply, in the order of the catalogue, and those that do not. `opaque` says
    /// whether the token is known to be no JWT.
    fn chosen(
        &self,
        binder: &mut Binder,
        step: &Step,
        opaque: bool,
        said: &Said,
    ) -> (Vec<&'static Probe>, Vec<(&'static str, String)>) {
        let (mut probes, mut absent) = (Vec::new(), Vec::new());
        for probe in PROBES {
            let Some(asked) = said.rules.asks_for(probe) else { continue };
            let Some(reason) = self.why_not(probe, step, opaque, said.rules) else {
                probes.push(probe);
                continue;
            };
            let given = said.rules.tokens.iter().find(|(id, _)| id.value == probe.id);
            match (asked, given) {
                (_, Some((_, name))) if said.own => {
                    let title = format!("the token for `{}` cannot be used here", probe.id);
                    binder.fault(said.level.source, name.span, title).label = reason;
                }
                // Whoever names it without leave is told so, whatever the test.
                (Asked::Singly(_), _) if probe.takes_leave() && said.rules.leave.is_none() => {}
                (Asked::Singly(id), _) if said.own && !said.rules.unread => {
                    let title = format!("`{}` does not apply to this test", probe.id);
                    binder.fault(said.level.source, id.span, title).label = reason;
                }
                // The set of those that need a JWT goes without saying only for a JWT.
                (Asked::Default, _) if probe.needs == Needs::Jwt => {}
                _ => absent.push((probe.id, reason)),
            }
        }
        (probes, absent)
    }

    fn why_not(&self, probe: &Probe, step: &Step, opaque: bool, rules: &Rules) -> Option<String> {
        if probe.takes_leave() && rules.leave.is_none() {
            let reason = "it may change something, and takes `unsafe: true` under `enforce`";
            return Some(reason.into());
        }
        if !probe.takes_token() {
            return why_not(probe, step, opaque);
        }
        let own = match step.credential {
            Credential::Token(id) => Some(id),
            _ => None,
        };
        let is_signed_here =
            own.is_some_and(|id| matches!(self.tokens[id.0 as usize].origin, Origin::Mint(_)));
        match self.extras.tokens.iter().find(|(id, _)| *id == probe.id) {
            Some((_, id)) if Some(*id) == own => {
                Some("the token that is given for it is the good one".into())
            }
            Some(_) => None,
            None if probe.needs == Needs::TokenOfItsOwn => {
                given::why_none_is_revoked(step, self.tokens, self.extras.revoke.as_deref())
            }
            None if probe.needs == Needs::GivenToken => {
                Some("it takes a token under `tokens` of `enforce`".into())
            }
            None if is_signed_here => None,
            None => Some(
                "it takes a key that the API trusts: a `jwt` token source, or a token under \
                 `tokens` of `enforce`"
                    .into(),
            ),
        }
    }

    /// The token, when it is known before the run.
    fn token<'s>(&'s self, step: &'s Step) -> Option<&'s str> {
        match &step.credential {
            Credential::Bearer(token) => token.as_fixed(),
            Credential::Token(id) => match &self.tokens[id.0 as usize].origin {
                Origin::Text(token) => token.as_fixed(),
                Origin::File(_) | Origin::Command(_) | Origin::Request(_) | Origin::Mint(_) => None,
            },
            Credential::None | Credential::Basic(..) | Credential::Header(_) => None,
        }
        .map(str::trim)
    }

    fn identity(&self, step: &Step) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.case.endpoint, url_of(step, self.written)).hash(&mut hasher);
        match &step.credential {
            Credential::Token(id) => self.tokens[id.0 as usize].name.hash(&mut hasher),
            Credential::Bearer(token) => (1, token.written()).hash(&mut hasher),
            Credential::None | Credential::Basic(..) | Credential::Header(_) => {}
        }
        hasher.finish()
    }
}

/// What the nearest level says, unless that is `none`.
fn said<'s>(binder: &Binder<'s>) -> Option<Said<'s>> {
    let mut levels = binder.levels().iter().enumerate();
    let (distance, level, enforce) =
        levels.find_map(|(i, level)| Some((i, *level, level.settings.enforce.as_ref()?)))?;
    match &enforce.value {
        Enforce::None => None,
        Enforce::Bearer(rules) => Some(Said { level, rules, own: distance == 0 }),
    }
}

/// The waivers of all levels that count today.
fn waivers(binder: &Binder) -> Vec<Waived> {
    let mut waivers = Vec::new();
    for level in binder.levels() {
        let Some(Enforce::Bearer(rules)) = level.settings.enforce.as_ref().map(|e| &e.value) else {
            continue;
        };
        for waiver in &rules.waivers {
            waivers.extend(waiver.ids.iter().map(|id| Waived {
                place: Place::new(level.source, id.span),
                id: id.value.clone(),
                reason: waiver.reason.clone(),
            }));
        }
    }
    waivers
}

/// Whether a test can be a control. One that asks for probes itself must be able to.
fn is_covered(binder: &mut Binder, step: &Step, said: &Said) -> bool {
    if !said.own {
        return sends_token(step) && accepts_success_only(&step.expectations);
    }
    let Some(enforce) = &said.level.settings.enforce else { return false };
    if !sends_token(step) {
        // A name that could not be bound has a fault of its own.
        let auth = binder.levels().iter().find_map(|level| level.settings.auth.as_ref());
        let is_name = auth.is_some_and(|auth| matches!(auth.value, Auth::Named(_)));
        if !binder.is_broken() && !is_name {
            let fault = binder.fault(
                said.level.source,
                enforce.span,
                "`enforce` on a test that sends no bearer token",
            );
            fault.label = "there is no token to send in a wrong way".into();
            fault.helps.push("give the test `auth:` with a bearer token, or leave this out".into());
        }
        return false;
    }
    if accepts(&step.expectations, 401) == Some(true) {
        let title = "`enforce` on a test that accepts a 401";
        let fault = binder.fault(said.level.source, enforce.span, title);
        fault.label = "such a test cannot tell a refusal from an answer".into();
        return false;
    }
    true
}

pub(super) fn sends_token(step: &Step) -> bool {
    matches!(step.credential, Credential::Bearer(_) | Credential::Token(_))
}

fn why_not(probe: &Probe, step: &Step, opaque: bool) -> Option<String> {
    match probe.needs {
        Needs::GoodToken if only_reads(step) => None,
        Needs::GoodToken if is_mutation(step) => {
            Some("it carries the good token, which is sent once with a mutation".into())
        }
        Needs::GoodToken => Some(
            "it carries the good token, which is sent again only with GET, HEAD and OPTIONS".into(),
        ),
        Needs::Jwt if opaque => Some("the token is no JWT".into()),
        Needs::Get if &*step.method != "GET" => Some("the request is no GET".into()),
        Needs::Body if &*step.method == "HEAD" => {
            Some("the answer to a HEAD has no body to compare".into())
        }
        Needs::LeaveAndNoPost if &*step.method == "POST" => {
            Some("the request is a POST as it is".into())
        }
        Needs::Nothing
        | Needs::Token
        | Needs::Jwt
        | Needs::Get
        | Needs::Body
        | Needs::Leave
        | Needs::LeaveAndNoPost
        | Needs::Key
        | Needs::GivenToken
        | Needs::TokenOfItsOwn => None,
    }
}

fn is_mutation(step: &Step) -> bool {
    matches!(step.body.as_deref(), Some(Body::Graphql { only_reads: false, .. }))
}

/// How a probe was asked for.
pub(super) enum Asked<'r> {
    Default,
    Set,
    Singly(&'r Spanned<String>),
}

impl Rules {
    /// How a probe is asked for, if it is.
    pub(super) fn asks_for(&self, probe: &Probe) -> Option<Asked<'_>> {
        let Some(ids) = &self.probes else {
            return DEFAULT_SETS.contains(&probe.set).then_some(Asked::Default);
        };
        if let Some(id) = ids.iter().find(|id| id.value == probe.id) {
            return Some(Asked::Singly(id));
        }
        ids.iter().any(|id| id.value == probe.set).then_some(Asked::Set)
    }

    fn singly(&self) -> impl Iterator<Item = &'static Probe> {
        self.probes.iter().flatten().filter_map(|id| Probe::find(&id.value))
    }
}
