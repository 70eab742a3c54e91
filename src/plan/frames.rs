//! What the names in a fragment stand for: what `with` gives, and what its own steps capture.
//!
//! A level of settings looks through to those of whoever uses the fragment; a name does not. Each
//! name is looked up in the frame of the file that it is written in: what a fragment inherits keeps
//! the meaning that it has there.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::scope::{Binder, Bound, Definition, Level, Mark, Outside, Place as DefinitionPlace};
use crate::diagnostic::{Diagnostic, Related, did_you_mean};
use crate::source::{Place, Source, Spanned};
use crate::suite::fragment::{Fragments, Use, path_of};
use crate::suite::step::Item;
use crate::suite::test::listed;
use crate::template::{Draft, Variable};

/// A fragment whose steps are being bound.
pub(super) struct Frame<'s> {
    source: &'s Arc<Source>,
    used: &'s Use,
    used_at: Place,
    inputs: Vec<Input<'s>>,
    /// How many of the levels are those of whoever uses it.
    levels: usize,
    /// How many captures there were before it.
    captured: usize,
    /// What its steps capture in all.
    coming: Vec<Coming>,
    /// The names in it that nothing stands for.
    lacks: Vec<(Box<str>, Place)>,
    /// What had been found when it began.
    since: Mark,
    /// What was bound outside.
    outside: Outside,
}

/// A variable that `with` gives.
struct Input<'s> {
    name: &'s Spanned<String>,
    place: DefinitionPlace,
    bound: Rc<Bound>,
}

/// A name that a step captures, earlier or later.
#[derive(Clone)]
pub(super) struct Coming {
    pub(super) name: Box<str>,
    pub(super) place: Place,
}

/// What the steps of a file capture in all, those of the fragments that they use among them.
pub(super) fn coming<'s>(
    items: impl Iterator<Item = &'s Item>,
    source: &'s Arc<Source>,
    fragments: &'s Fragments,
) -> Vec<Coming> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    items.for_each(|item| collect(item, source, fragments, &mut seen, &mut found));
    found
}

fn collect<'s>(
    item: &'s Item,
    source: &'s Arc<Source>,
    fragments: &'s Fragments,
    seen: &mut HashSet<*const Source>,
    found: &mut Vec<Coming>,
) {
    match item {
        Item::Request(step) => found.extend(step.captures.iter().map(|capture| Coming {
            name: capture.name.value.as_str().into(),
            place: Place::new(source, capture.name.span),
        })),
        Item::Use(used) => {
            let Some(file) = fragments.get(&path_of(source, &used.path.value)) else { return };
            let Some(fragment) = file.fragment.as_ref() else { return };
            if seen.insert(Arc::as_ptr(&file.source)) {
                let steps = fragment.steps.iter();
                steps.for_each(|item| collect(item, &file.source, fragments, seen, found));
            }
        }
    }
}

impl<'s> Binder<'s> {
    /// Whether the steps of a fragment are being bound already.
    pub(super) fn is_inside(&self, fragment: &Arc<Source>) -> bool {
        self.frame(fragment).is_some()
    }

    /// How many fragments are at hand, each used by the one before it.
    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Begins with the steps of the fragment at `source`, which the nearest level uses.
    pub(super) fn enter_fragment(
        &mut self,
        source: &'s Arc<Source>,
        used: &'s Use,
        user: &'s Arc<Source>,
        coming: Vec<Coming>,
    ) {
        let since = self.mark();
        let input = |(name, value): &'s (Spanned<String>, Spanned<Draft>)| {
            let definition = Definition::new(user, name.span, &name.value, self.moment);
            let place = definition.place;
            Input { name, place, bound: Rc::new(self.definition(definition, &value.value)) }
        };
        let inputs = used.with.iter().map(input).collect();
        let outside = self.set_aside();
        self.frames.push(Frame {
            source,
            used,
            used_at: Place::new(user, used.path.span),
            inputs,
            levels: self.levels.len(),
            captured: self.captured.len(),
            coming,
            lacks: Vec::new(),
            since,
            outside,
        });
    }

    /// Ends with it. Gives a warning for each of its inputs that nothing in it reads.
    pub(super) fn leave_fragment(&mut self) -> Vec<Diagnostic> {
        let Some(frame) = self.frames.pop() else { return Vec::new() };
        let used = |input: &&Input| self.used.contains(&input.place);
        let (mut unread, mut meant) = (Vec::new(), None);
        for input in frame.inputs.iter().filter(|input| !used(input)) {
            let lacks = frame.lacks.iter().map(|(name, _)| &**name);
            match did_you_mean(&input.name.value, lacks) {
                Some(near) => meant = Some((input.name.value.as_str(), near)),
                None => unread.push(frame.unread(input.name)),
            }
        }
        if let Some(fault) = self.lacking(&frame, meant) {
            self.faults.push(fault);
        }
        let since = frame.since;
        for diagnostic in since.diagnostics(&mut self.faults, &mut self.missing) {
            let is_callers = |level: &Level| Arc::ptr_eq(level.source, &diagnostic.place.source);
            if !self.levels.iter().any(is_callers) {
                diagnostic.related.push(Related::used_at(&frame.used_at));
            }
        }
        self.take_back(frame.outside);
        // What a part that is missing would have read, nobody knows.
        if self.unread { Vec::new() } else { unread }
    }

    /// The fault of what a fragment needs and `with` does not give. `meant` is a key of that which
    /// nothing reads, and what it most likely is meant to be.
    fn lacking(&self, frame: &Frame, meant: Option<(&str, &str)>) -> Option<Diagnostic> {
        let mut names: Vec<&str> = frame.lacks.iter().map(|(name, _)| &**name).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name));
        names.first()?;
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let Frame { source, used, used_at, .. } = frame;
        let title = format!("{} needs {}", source.path(), listed(&quoted));
        let label = match meant {
            Some((given, near)) => format!("`with` gives `{given}`: did you mean `{near}`?"),
            None if used.with.is_empty() => format!("add `with: {{{}: …}}`", names.join(": …, ")),
            None => {
                format!("`with` does not give {}", if names.len() == 1 { "it" } else { "them" })
            }
        };
        let mut fault = Diagnostic::error(&used_at.source, used_at.span, title).label(label);
        for name in names {
            let place =
                frame.lacks.iter().find(|(lack, _)| **lack == *name).map(|(_, place)| place);
            fault.related.extend(place.map(Related::needed_at));
            if meant.is_none_or(|(_, near)| near != name) {
                fault.helps.extend(self.advice(name, &used_at.source));
            }
        }
        Some(fault)
    }

    /// What is most likely to be written where `with` does not give a name.
    fn advice(&self, name: &str, user: &Arc<Source>) -> Option<String> {
        if self.inputs.env.contains_key(name) {
            return Some(format!("an environment variable is written `${{env.{name}}}`"));
        }
        let pass = format!("{name}: \"${{{name}}}\"");
        let help = format!("`{name}` is known here: give it, `with: {{{pass}}}`");
        self.is_known(name, user).then_some(help)
    }

    /// Whether a name stands for something in a file.
    fn is_known(&self, name: &str, source: &Arc<Source>) -> bool {
        let frame = self.frame(source);
        let (levels, captured) = (self.levels_of(frame), self.captured_from(frame));
        let is_var = self.levels[levels]
            .iter()
            .any(|level| level.settings.vars.iter().any(|(key, _)| key.value == name));
        let captures = self.captured.get(captured..).unwrap_or_default();
        is_var
            || captures.iter().any(|known| known.name.value == name)
            || frame.is_none() && self.inputs.vars.contains_key(name)
    }

    /// The frame of what is written in a file; `None` for a spec and the project file.
    pub(super) fn frame(&self, source: &Arc<Source>) -> Option<usize> {
        self.frames.iter().rposition(|frame| Arc::ptr_eq(frame.source, source))
    }

    /// The levels whose variables a frame knows. Those of whoever uses a fragment stand behind its
    /// own, and not all of them need be there; see [`Binder::beyond`].
    pub(super) fn levels_of(&self, frame: Option<usize>) -> Range<usize> {
        let behind = |frame: &Frame| self.levels.len().saturating_sub(frame.levels);
        let begin = |inner: usize| self.frames.get(inner).map_or(0, behind);
        match frame {
            None => begin(0)..self.levels.len(),
            Some(at) => begin(at + 1)..behind(&self.frames[at]),
        }
    }

    /// The first of the captures that a frame knows.
    pub(super) fn captured_from(&self, frame: Option<usize>) -> usize {
        frame.map_or(0, |at| self.frames[at].captured)
    }

    /// What the steps of a frame capture in all.
    pub(super) fn coming(&self, frame: Option<usize>) -> &[Coming] {
        frame.map_or(&self.captures_of_test, |at| &self.frames[at].coming)
    }

    /// What `with` gives under a name.
    pub(super) fn input(&mut self, frame: usize, name: &str) -> Option<Rc<Bound>> {
        let inputs = &self.frames[frame].inputs;
        let input = inputs.iter().find(|input| input.name.value == name)?;
        self.used.insert(input.place);
        Some(input.bound.clone())
    }

    /// Notes that a fragment needs what nothing gives.
    pub(super) fn lack(&mut self, frame: usize, name: &str, variable: &Variable) {
        // Another row lacks it too: what needs it is no part that rows share.
        self.row_reads += 1;
        let frame = &mut self.frames[frame];
        frame.lacks.push((name.into(), Place::new(frame.source, variable.span)));
    }
}

impl Frame<'_> {
    fn unread(&self, name: &Spanned<String>) -> Diagnostic {
        let title = format!("nothing in {} reads `{}`", self.source.path(), name.value);
        Diagnostic::warning(&self.used_at.source, name.span, title).label("leave it out")
    }
}
