//! The steps of a fragment, in the place of the step that uses it.

use std::sync::Arc;
use std::time::Duration;

use super::Expansion;
use super::steps::{Stand, Taken};
use crate::plan::Stage;
use crate::plan::frames::coming;
use crate::plan::scope::Level;
use crate::plan::settings::pause;
use crate::source::{Place, Source, Spanned};
use crate::suite::fragment::{Fragment, FragmentFile, NO_FRAGMENT, Use, path_of};
use crate::suite::step::Item;
use crate::suite::test::Test;
use crate::template::Template;

/// The most steps of a case: of fragments that each use the next one twice, 30 are enough to never
/// come to an end.
pub(super) const MOST_STEPS: usize = 10_000;

/// How deep fragments may use fragments: they are followed by recursion.
const DEEPEST: usize = 64;

impl<'s> Expansion<'s> {
    /// The steps of a fragment.
    pub(super) fn used(
        &mut self,
        stand: &Stand<'s>,
        used: &'s Use,
        number: usize,
        taken: &mut Taken<'s>,
    ) {
        let source = stand.source;
        let outside = self.binder.enter(Level::new(source, &used.settings));
        let name = used.name.as_ref();
        let name = name.map(|name| self.binder.known(name, source, "the name of a step"));
        let waits = used.waits.iter();
        let pause: Duration = waits.map(|wait| pause(&mut self.binder, wait, source)).sum();
        match self.fragment(source, used) {
            Some((file, fragment)) => {
                let first = taken.steps.len();
                self.binder.use_of(&file.source, fragment.span);
                let fragments = &self.suite.fragments;
                let coming = coming(fragment.steps.iter(), &file.source, fragments);
                self.binder.enter_fragment(&file.source, used, source, coming);
                let name = name.unwrap_or_else(|| self.name_of(file, fragment, number));
                let inner = self.inside(stand, file, used, &name);
                self.list(&inner, &fragment.steps, taken);
                let unread = self.binder.leave_fragment();
                self.warnings.extend(unread);
                // What could not be read of it may capture what seems to be missing.
                self.binder.unread |= file.has_errors();
                if let Some(step) = taken.steps.get_mut(first) {
                    step.pause += pause;
                }
            }
            None => self.binder.unread = true,
        }
        self.settle(&used.settings, source);
        self.binder.leave(outside);
    }

    /// The fragment that a step uses. Where there is none, somebody has told why.
    fn fragment(
        &mut self,
        source: &'s Arc<Source>,
        used: &'s Use,
    ) -> Option<(&'s FragmentFile, &'s Fragment)> {
        let file = self.suite.fragments.get(&path_of(source, &used.path.value));
        if file.is_none_or(|file| file.fragment.is_none() && file.faults.is_empty()) {
            self.binder.fault(source, used.path.span, NO_FRAGMENT);
        }
        let file = file.filter(|file| !self.binder.is_inside(&file.source))?;
        if self.binder.depth() == DEEPEST {
            let title = format!("fragments that use fragments, more than {DEEPEST} deep");
            self.binder.fault(source, used.path.span, title).label = "one too many".into();
            return None;
        }
        Some((file, file.fragment.as_ref()?))
    }

    /// What messages call a step that has no name of its own.
    fn name_of(
        &mut self,
        file: &'s FragmentFile,
        fragment: &'s Fragment,
        number: usize,
    ) -> Box<str> {
        if let Some(description) = &fragment.description {
            self.binder.apart(|binder| binder.template(&description.value, &file.source));
        }
        match &fragment.name {
            Some(name) => self.name_inside(name, &file.source),
            None => format!("step {number}").into(),
        }
    }

    /// A name in a fragment. What it is given may be known only during the run: then the name stands
    /// as it is written.
    pub(super) fn name_inside(
        &mut self,
        name: &Spanned<Template>,
        source: &Arc<Source>,
    ) -> Box<str> {
        match self.binder.template(&name.value, source) {
            Template::Fixed(text) => text,
            Template::Parts(_) => name.value.written().into(),
        }
    }

    fn inside(
        &self,
        stand: &Stand<'s>,
        file: &'s FragmentFile,
        used: &'s Use,
        name: &str,
    ) -> Stand<'s> {
        let place = Place::new(stand.source, used.path.span);
        Stand {
            stage: stand.stage,
            source: &file.source,
            outer: [&[&used.settings], &*stand.outer].concat(),
            prefix: format!("{}{name} › ", stand.prefix),
            via: std::iter::once(place).chain(stand.via.iter().cloned()).collect(),
        }
    }

    /// Whether the case at hand may have one more step. The first that it may not have is a fault.
    pub(super) fn has_room(&mut self, stand: &Stand, item: &Item) -> bool {
        if self.room == 0 {
            return false;
        }
        self.room -= 1;
        if self.room == 0 {
            let here = Place::new(stand.source, item.span());
            let Place { source, span } = stand.via.last().unwrap_or(&here);
            let title = format!("a test of more than {MOST_STEPS} steps");
            let label = match stand.via.is_empty() {
                true => "make several tests of it",
                false => "the fragments that are used here use each other too often",
            };
            self.binder.fault(source, *span, title).label = label.into();
        }
        self.room > 0
    }

    /// What only succeeds proves little; a test whose own steps expect nothing may leave that to its
    /// fragments.
    pub(super) fn refuse_without_expectations(&mut self, test: &Test, taken: &Taken) {
        let mut all = taken.steps.iter().zip(&taken.written);
        let expects = all.any(|(step, written)| step.stage == Stage::Main && written.expects);
        let first = test.steps.iter().find_map(Item::as_use);
        let Some(used) = first.filter(|_| !expects && !self.binder.is_broken()) else { return };
        let title = "steps of which none expects anything";
        let fault = self.binder.fault(&self.suite.source, used.path.span, title);
        fault.label = "nor does any step of this fragment".into();
        fault.helps.push("give one of them `expect:` with at least a status".into());
    }
}
