//! `enforce` as it is written: which wrong ways of sending a token an endpoint must refuse.

use super::expect::{Demand, Expectation};
use super::matcher::{Operator, ValueOperator};
use super::reader::{Keys, Reader};
use super::side_request::{self, Parts, SideRequest};
use super::tree::{Entry, Node, Value};
use crate::auth::answer::Profile;
use crate::date;
use crate::source::{Span, Spanned};
use crate::template::{Draft, Template};

/// What one level says under `enforce`.
#[derive(Clone, Debug)]
pub enum Enforce {
    /// Nothing is probed.
    None,
    /// The requests are probed with wrong bearer tokens.
    Bearer(Rules),
}

/// Which probes are sent, and how their answers are judged.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// How much of the standards is insisted on.
    pub profile: Option<Profile>,
    /// Sets of probes and single ones; `None` for those that go without saying.
    pub probes: Option<Vec<Spanned<String>>>,
    /// What is known to be off.
    pub waivers: Vec<Waiver>,
    /// Where the public key comes from that the API verifies with.
    pub keys: Option<PublicKey>,
    /// The request that revokes the token it carries.
    pub revoke: Option<Spanned<Box<SideRequest>>>,
    /// By the id of a probe, the name of the token that it sends.
    pub tokens: Vec<(Spanned<String>, Spanned<Template>)>,
    /// Whether something here could not be read, so that what seems to be missing may be written.
    pub unread: bool,
    /// Where it stands that probes may change something, if they may.
    pub leave: Option<Span>,
}

/// Where a public key comes from.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// A file holds it.
    File(Spanned<Template>),
    /// It is in a key set that the API, or who signs for it, shows to everybody.
    JwksUrl(Spanned<Template>),
}

/// A fault of an endpoint that its owners know.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Where it is written.
    pub span: Span,
    /// The probes and hygiene checks that it is about.
    pub ids: Vec<Spanned<String>>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, in days since 1970 (UTC).
    pub until: Option<Spanned<i64>>,
}

const KEYS: Keys = Keys {
    what: "a key of `enforce`",
    known: &[&["scheme", "profile", "probes", "tokens", "keys", "revoke", "unsafe", "except"]],
    later: &[],
    help: None,
};

const WAIVER_KEYS: Keys = Keys {
    what: "a key of a waiver",
    known: &[&["probe", "reason", "until"]],
    later: &[],
    help: None,
};

const KEYS_OF_KEYS: Keys =
    Keys { what: "a key of `keys`", known: &[&["public_key", "jwks_url"]], later: &[], help: None };

const REVOKE_KEYS: Keys = Keys {
    what: "a key of `revoke`",
    known: &[&side_request::KEYS],
    later: &[],
    help: Some("the request carries the token that is revoked, as a bearer token"),
};

const FORMS: &str = "`bearer`, `none`, or a mapping with `profile`, `probes`, `except`";

impl Enforce {
    /// Reads what stands under `enforce`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Enforce> {
        match &node.value {
            Value::Text(text) if text == "none" => Some(Enforce::None),
            Value::Text(text) if text == "bearer" => Some(Enforce::Bearer(Rules::default())),
            Value::Map(entries) => Some(Enforce::Bearer(Rules::read(reader, entries))),
            _ => {
                let found = node.as_text().map(|text| format!("found `{text}`"));
                let fault = reader.unexpected(node, "enforce", FORMS);
                fault.label = found.unwrap_or_else(|| fault.label.clone());
                None
            }
        }
    }
}

impl Rules {
    fn read(reader: &mut Reader, entries: &[Entry]) -> Rules {
        let mut rules = Rules::default();
        let before = reader.count();
        for entry in entries {
            let value = &entry.value;
            match reader.key(entry, entries, &KEYS) {
                Some("scheme") => check_scheme(reader, value),
                Some("profile") => rules.profile = profile(reader, value),
                Some("probes") => rules.probes = Some(ids(reader, value, "probes")),
                Some("tokens") => rules.tokens = tokens(reader, value),
                Some("keys") => rules.keys = public_key(reader, value),
                Some("revoke") => rules.revoke = revoke(reader, value),
                Some("unsafe") => rules.leave = leave(reader, value),
                Some(_) => {
                    let items = reader.list(value, "except").unwrap_or_default();
                    rules.waivers =
                        items.iter().filter_map(|item| Waiver::read(reader, item)).collect();
                }
                None => {}
            }
        }
        rules.unread = reader.count() > before;
        rules
    }
}

fn check_scheme(reader: &mut Reader, node: &Node) {
    if node.as_text() != Some("bearer") {
        reader.fault(node.span, "`scheme` takes `bearer`").label =
            "there are probes of bearer tokens only".into();
    }
}

fn profile(reader: &mut Reader, node: &Node) -> Option<Profile> {
    match node.as_text() {
        Some("strict") => Some(Profile::Strict),
        Some("standard") => Some(Profile::Standard),
        Some("lenient") => Some(Profile::Lenient),
        found => {
            let label = found.map(|text| format!("found `{text}`"));
            let fault = reader.unexpected(node, "profile", "`strict`, `standard` or `lenient`");
            fault.label = label.unwrap_or_else(|| fault.label.clone());
            None
        }
    }
}

/// The names of the tokens that probes send.
fn tokens(reader: &mut Reader, node: &Node) -> Vec<(Spanned<String>, Spanned<Template>)> {
    let entries = reader.mapping(node, "tokens").unwrap_or_default();
    let token =
        |entry: &Entry| Some((entry.key.clone(), reader.spanned_template(&entry.value, "tokens")?));
    entries.iter().filter_map(token).collect()
}

/// The one place of the public key, which `keys` must name.
fn public_key(reader: &mut Reader, node: &Node) -> Option<PublicKey> {
    let entries = reader.mapping(node, "keys")?;
    if entries.len() != 1 {
        let label = "write one of `public_key: file` and `jwks_url: …`";
        let few = entries.is_empty();
        let title = if few { "`keys` names no key" } else { "`keys` says twice where the key is" };
        reader.fault(node.span, title).label = label.into();
    }
    let mut key = None;
    for entry in entries {
        let value = &entry.value;
        match reader.key(entry, entries, &KEYS_OF_KEYS) {
            Some("public_key") => {
                key = reader.spanned_template(value, "public_key").map(PublicKey::File);
            }
            Some(_) => key = jwks_url(reader, value).map(PublicKey::JwksUrl),
            None => {}
        }
    }
    key
}

fn jwks_url(reader: &mut Reader, node: &Node) -> Option<Spanned<Template>> {
    let url = reader.native_template(node, "jwks_url")?;
    let text = node.as_text().unwrap_or_default();
    if !(text.starts_with('/') || text.starts_with("${") || text.contains("://")) {
        reader.fault(node.span, "`jwks_url` is no URL").label =
            "a URL begins with `/` or `http`".into();
        return None;
    }
    Some(url)
}

/// The request that revokes a token.
fn revoke(reader: &mut Reader, node: &Node) -> Option<Spanned<Box<SideRequest>>> {
    let entries = reader.mapping(node, "revoke")?;
    let before = reader.count();
    let mut request = Parts::default();
    for entry in entries {
        if let Some(name) = reader.key(entry, entries, &REVOKE_KEYS) {
            request.read(reader, name, entry);
        }
    }
    if reader.count() == before && !request.has_line() {
        reader.fault(node.span, "`revoke` without `request`").label =
            "write for example `request: POST /logout`".into();
    }
    Some(Spanned::new(Box::new(request.finish()?), node.span))
}

fn leave(reader: &mut Reader, node: &Node) -> Option<Span> {
    match &node.value {
        Value::Bool(true) => Some(node.span),
        Value::Bool(false) => None,
        _ => {
            reader.unexpected(node, "unsafe", "`true` or `false`");
            None
        }
    }
}

/// One id, or a list of them; never none.
fn ids(reader: &mut Reader, node: &Node, key: &str) -> Vec<Spanned<String>> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        reader.fault(node.span, format!("`{key}` names nothing")).label =
            "`apitest probes` lists what there is".into();
    }
    items.iter().filter_map(|item| reader.spanned_text(item, key)).collect()
}

impl Waiver {
    fn read(reader: &mut Reader, node: &Node) -> Option<Waiver> {
        let entries = reader.mapping(node, "except")?;
        let (mut named, mut reason, mut until) = (Vec::new(), None, None);
        let (mut seen, mut unread) = (Vec::new(), false);
        for entry in entries {
            let value = &entry.value;
            let key = reader.key(entry, entries, &WAIVER_KEYS);
            match key {
                Some("probe") => named = ids(reader, value, "probe"),
                Some("reason") => reason = waiver_reason(reader, value),
                Some(_) => until = day(reader, value),
                None => unread = true,
            }
            seen.extend(key);
        }
        for (key, advice) in [
            ("probe", "name the probes and checks that it is about: `probe: […]`"),
            ("reason", "say why, for whoever reads the report: `reason: …`"),
        ] {
            if !unread && !seen.contains(&key) {
                reader.fault(node.span, format!("a waiver without `{key}`")).label = advice.into();
            }
        }
        Some(Waiver { span: node.span, ids: named, reason: reason?, until })
    }
}

fn waiver_reason(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.plain_text(node, "reason")?;
    if text.trim().is_empty() {
        reader.fault(node.span, "`reason` is empty").label =
            "say why, for whoever reads the report".into();
        return None;
    }
    Some(text.to_owned())
}

fn day(reader: &mut Reader, node: &Node) -> Option<Spanned<i64>> {
    let day = node.as_text().and_then(date::day);
    if day.is_none() {
        reader.fault(node.span, "`until` takes a day, such as 2027-03-01").label =
            "it is the last one on which the waiver counts (UTC)".into();
    }
    Some(Spanned::new(day?, node.span))
}

/// Whether a response with this status may hold; `None` when only a response can tell.
pub fn accepts(expectations: &[Expectation], status: u16) -> Option<bool> {
    let mut accepted = Some(true);
    for expectation in expectations {
        let Demand::Status(matcher) = &*expectation.demand else { continue };
        for operator in &matcher.0 {
            let Operator::Value(ValueOperator::Status, Draft::Fixed(wanted)) = &operator.value
            else {
                accepted = None;
                continue;
            };
            if !is_status(wanted, status) {
                return Some(false);
            }
        }
    }
    accepted
}

/// Whether a response can hold only when its status is a 2xx.
pub fn accepts_success_only(expectations: &[Expectation]) -> bool {
    let others = (100..200).chain(300..600);
    others.into_iter().all(|status| accepts(expectations, status) == Some(false))
}

fn is_status(wanted: &serde_json::Value, status: u16) -> bool {
    match wanted {
        serde_json::Value::Number(code) => code.as_u64() == Some(status.into()),
        serde_json::Value::String(text) => match text.strip_suffix("xx") {
            Some(class) => class.parse() == Ok(status / 100),
            None => text.parse() == Ok(status),
        },
        serde_json::Value::Array(any) => any.iter().any(|wanted| is_status(wanted, status)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use std::sync::Arc;

    fn expectations(expect: &str) -> Vec<Expectation> {
        let text = format!("tests: [{{name: a, request: GET /, expect: {expect}}}]");
        let (suite, faults) = crate::suite::parse(&Arc::new(Source::new("a.yaml", text.as_str())));
        assert!(faults.is_empty(), "{faults:?}");
        suite.unwrap().tests[0].steps[0].as_request().unwrap().expectations.clone()
    }

    #[test]
    fn a_control_accepts_only_successes_or_it_does_not() {
        let table = [
            ("200", true),
            ("2xx", true),
            ("[200, 204]", true),
            ("{json: {$.a: 1}}", true),
            ("[200, 401]", false),
            ("404", false),
            ("{status: {not: 401}}", false),
            ("{status: {in: [200, 204]}}", true),
        ];
        for (expect, only) in table {
            assert_eq!(accepts_success_only(&expectations(expect)), only, "{expect}");
        }
        assert_eq!(accepts(&expectations("[200, 4xx]"), 401), Some(true));
        assert_eq!(accepts(&expectations("404"), 401), Some(false));
        assert_eq!(accepts(&expectations("{status: {gte: 200}}"), 401), None);
    }
}
