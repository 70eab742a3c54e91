//! What every text goes through before it is shown.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use super::index::{Index, united};
use super::{Secret, payload};

/// What stands in the output where a secret stood.
pub const MASK: &str = "***";

/// Replaces every secret that it knows by [`MASK`]: as it is, escaped for a URL, JSON, XML or a
/// shell, in base64, and any piece of [`PIECE`](super::PIECE) bytes of one. What overlaps becomes
/// one mask.
///
/// Shared by all threads. What it learned is indexed when it is next asked, so that a run in which
/// nothing is shown pays nothing.
#[derive(Default)]
pub struct Redactor {
    /// What those knew that this one was made beside.
    bases: Vec<Arc<Index>>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    known: HashSet<Box<str>>,
    /// Known, but not in the index yet.
    pending: Vec<Box<str>>,
    index: Arc<Index>,
    /// Known, but not told to who asked for [`Redactor::learned`]; `None` until somebody does.
    untold: Option<Vec<Secret>>,
}

impl State {
    fn learn(&mut self, secret: &str) {
        if self.known.insert(secret.into()) {
            self.pending.push(secret.into());
            self.untold.iter_mut().for_each(|untold| untold.push(Secret::new(secret)));
        }
    }
}

impl Redactor {
    /// Adds a value that must not be shown from now on, with the claims of one that is a JWT. Costs
    /// next to nothing when it is known.
    pub fn add(&self, secret: &str) {
        if secret.trim().is_empty() || self.read(|state| state.known.contains(secret)) {
            return;
        }
        let claims = payload::of(secret);
        self.write(|state| {
            state.learn(secret);
            claims.iter().for_each(|claims| state.learn(claims));
        });
    }

    /// What it has learned since it was last asked this; the first time, all that it knows.
    pub fn learned(&self) -> Vec<Secret> {
        if self.read(|state| state.untold.as_ref().is_some_and(Vec::is_empty)) {
            return Vec::new();
        }
        self.write(|state| {
            state.untold.replace(Vec::new()).unwrap_or_else(|| {
                let mut known: Vec<&str> = state.known.iter().map(|secret| &**secret).collect();
                known.sort_unstable();
                known.into_iter().map(Secret::new).collect()
            })
        })
    }

    /// One that knows these too, for as long as it is used. What it knows hangs on nothing else
    /// that happens in the run.
    pub fn beside(&self, secrets: &[String]) -> Redactor {
        let bases = self.bases.iter().cloned().chain([self.index()]).collect();
        let beside = Redactor { bases, ..Redactor::default() };
        secrets.iter().for_each(|secret| beside.add(secret));
        beside
    }

    /// The text without any secret; borrowed when there was none in it.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.find(text) {
            found if found.is_empty() => Cow::Borrowed(text),
            found => Cow::Owned(masked(text, found)),
        }
    }

    /// A part of a text without any secret that it is a piece of.
    pub fn redact_part(&self, text: &str, part: Range<usize>) -> String {
        let mut out = String::new();
        let mut shown = part.start;
        for found in self.find(text) {
            if found.end <= part.start || found.start >= part.end {
                continue;
            }
            out.push_str(&text[shown..found.start.max(shown)]);
            out.push_str(MASK);
            shown = found.end;
        }
        out.push_str(&text[shown.min(part.end)..part.end]);
        out
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = self.index().find(text);
        if self.bases.is_empty() {
            return found;
        }
        self.bases.iter().for_each(|base| found.extend(base.find(text)));
        united(found)
    }

    /// All that is known, ready to be searched for. No lock is held while it is used.
    fn index(&self) -> Arc<Index> {
        let ready = |state: &State| state.pending.is_empty().then(|| state.index.clone());
        self.read(ready).unwrap_or_else(|| {
            self.write(|state| {
                let pending = std::mem::take(&mut state.pending);
                Arc::make_mut(&mut state.index).learn(&pending);
                state.index.clone()
            })
        })
    }

    fn read<R>(&self, with: impl FnOnce(&State) -> R) -> R {
        with(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, with: impl FnOnce(&mut State) -> R) -> R {
        with(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(***)")
    }
}

/// The text with a mask over each range; ranges are in order and apart from each other.
fn masked(text: &str, ranges: Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut shown = 0;
    for range in ranges {
        out.push_str(&text[shown..range.start]);
        out.push_str(MASK);
        shown = range.end;
    }
    out.push_str(&text[shown..]);
    out
}
