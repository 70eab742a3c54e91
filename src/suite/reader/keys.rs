//! The keys of a mapping: known, misspelt, of a later version, or of another place.

use super::{Reader, foreign};
use crate::diagnostic::did_you_mean;
use crate::source::Spanned;
use crate::suite::tree::Entry;

/// What may stand as a key in a mapping of one kind.
pub struct Keys {
    /// The kind, as it follows "is not": `a key of a test`.
    pub what: &'static str,
    /// What is read.
    pub known: &'static [&'static [&'static str]],
    /// What a later version reads.
    pub later: &'static [&'static [&'static str]],
    /// What more to say about a key that is near to none of them.
    pub help: Option<&'static str>,
}

/// A key of so few characters is only told what it may be meant to be.
const SHORT_WORD: usize = 2;

/// What is said of a part of the language that is not built yet.
pub const NOT_YET: &str = "part of the language, but not of this version";

/// Keys that are easily written one level too high or too low, and where they belong.
const ELSEWHERE: [(&str, &str); 23] = [
    ("auth", "in a test, beside `request`"),
    ("tokens", "at the top of a spec"),
    ("status", "under `expect`"),
    ("challenge", "under `expect`"),
    ("duration", "under `expect`"),
    ("tests", "at the top of a spec"),
    ("serial", "at the top of a spec"),
    ("request", "in a test"),
    ("expect", "in a test"),
    ("skip", "in a test"),
    ("use", "in one of the `steps` of a test"),
    ("with", "in one of the `steps` of a test, beside `use`"),
    ("wait", "in one of the `steps` of a test, before a request"),
    ("data", "in a test, beside `name`"),
    ("matrix", "in a test, beside `name`"),
    ("ca", "under `tls`"),
    ("insecure", "under `tls`"),
    ("no_proxy", "under `proxy`"),
    ("specs", "in apitest.yaml"),
    ("server", "in apitest.yaml"),
    ("reports", "in apitest.yaml"),
    ("secrets", "in apitest.yaml"),
    ("environments", "in apitest.yaml"),
];

impl Keys {
    /// Whether a key is one of these, or meant to be one.
    pub fn know(&self, key: &str) -> bool {
        self.find(key).is_some() || did_you_mean(key, self.all().chain(self.later())).is_some()
    }

    fn find(&self, name: &str) -> Option<&'static str> {
        self.all().find(|known| *known == name)
    }

    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.known.iter().flat_map(|some| some.iter().copied())
    }

    fn later(&self) -> impl Iterator<Item = &'static str> {
        self.later.iter().flat_map(|some| some.iter().copied())
    }
}

impl Reader<'_> {
    /// The key of `entry`, one of `entries`. A misspelt one is a fault and read as what it was
    /// meant to be, so that one slip is one fault. `None`, and a fault, for anything else.
    pub fn key(&mut self, entry: &Entry, entries: &[Entry], keys: &Keys) -> Option<&'static str> {
        let written = entry.key.value.as_str();
        if let Some(name) = keys.find(written) {
            return Some(name);
        }
        if keys.later().any(|later| later == written) {
            self.not_yet(&entry.key);
            return None;
        }
        if written.contains("${") {
            self.no_variable_in_key(&entry.key);
            return None;
        }
        let near = self.unknown_key(&entry.key, keys)?;
        let known = keys.find(near)?;
        entries.iter().all(|other| other.key.value != known).then_some(known)
    }

    /// Notes a key that nobody knows. Gives the name that it is near to, if its value can be
    /// read as the value of that.
    fn unknown_key(&mut self, key: &Spanned<String>, keys: &Keys) -> Option<&'static str> {
        let written = key.value.as_str();
        let synonym = foreign::synonym(written).and_then(|here| keys.find(here));
        let near = match synonym {
            Some(_) => None,
            None => did_you_mean(written, keys.all().chain(keys.later())),
        };
        let advice = foreign::advice(written, keys.what);
        let place = ELSEWHERE.iter().find(|(name, _)| *name == written);
        let fault = self.fault(key.span, format!("`{written}` is not {}", keys.what));
        match (place, near.or(synonym)) {
            (Some((_, place)), _) => fault.label = format!("it belongs {place}"),
            _ if advice.is_some() => fault.label = advice.clone().unwrap_or_default(),
            (None, Some(near)) => fault.label = format!("did you mean `{near}`?"),
            (None, None) => {
                let known: Vec<&str> = keys.all().collect();
                fault.helps.extend(keys.help.map(str::to_owned));
                fault.helps.push(format!("known here: {}", known.join(", ")));
            }
        }
        // Of a short word too little is known to read on by it.
        near.filter(|_| place.is_none() && advice.is_none() && written.chars().count() > SHORT_WORD)
    }

    /// Notes a key of the language that this version does not do yet.
    pub fn not_yet(&mut self, key: &Spanned<String>) {
        let fault = self.fault(key.span, format!("`{}` is not supported yet", key.value));
        fault.label = NOT_YET.into();
    }

    /// Notes a variable in a key where none may stand.
    pub fn no_variable_in_key(&mut self, key: &Spanned<String>) {
        self.fault(key.span, "a variable cannot stand in this key").label =
            "write the name itself".into();
    }
}
