//! Which levels of settings are visible, and what is wrong with what is written there.
//!
//! `names` looks names up, `fill` puts what they stand for into texts and values.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::attach::Attachments;
use super::frames::{Coming, Frame};
use super::rows::Cell;
use super::secrets::Secrets;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::json_path::JsonPath;
use crate::source::{Source, Span, Spanned};
use crate::suite::project::Project;
use crate::suite::settings::Settings;
use crate::template::{Draft, Moment, Slot};

/// What comes from outside the specs.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The environment of the process.
    pub env: HashMap<String, String>,
    /// The variables in it whose value is no text. They are set, so no default takes their place.
    pub env_not_text: HashSet<String>,
    /// The variables of the command line and of the files it names.
    pub vars: HashMap<String, Value>,
    /// Whether a server is started, and so `${server.url}` will have a value.
    pub server: bool,
    /// The day of the run, in days since 1970 (UTC).
    pub today: i64,
}

/// A level of settings and the file that it stands in.
#[derive(Clone, Copy)]
pub struct Level<'s> {
    /// The file.
    pub source: &'s Arc<Source>,
    /// What it says there.
    pub settings: &'s Settings,
    /// When it begins: its variables have one value from then on.
    pub moment: Moment,
}

impl<'s> Level<'s> {
    /// A level of a file, which begins with the run.
    pub fn new(source: &'s Arc<Source>, settings: &'s Settings) -> Level<'s> {
        Level { source, settings, moment: Moment::Run }
    }
}

/// The levels of the project file, the nearest first.
pub fn of_project(project: &Project) -> impl Iterator<Item = Level<'_>> {
    project.levels().map(|settings| Level::new(&project.source, settings))
}

/// Binds names while a file is planned, and collects what is wrong with them.
pub struct Binder<'s> {
    pub(super) inputs: &'s Inputs,
    /// Nearest first.
    pub(super) levels: Vec<Level<'s>>,
    /// How many of them are those of the file and the project.
    outer: usize,
    /// The fragments at hand, each used by the one before it.
    pub(super) frames: Vec<Frame<'s>>,
    /// Whether a fragment could not be read: what seems to be missing may be captured there.
    pub(super) unread: bool,
    /// Where the variables of large levels stand in them, by their names.
    pub(super) var_names: HashMap<usize, HashMap<&'s str, usize>>,
    pub(super) bound: HashMap<Place, Rc<Bound>>,
    /// The definitions that are being bound, each one by the one before it, and how deep each is.
    pub(super) binding: Vec<(Definition, usize)>,
    /// Faults of the text.
    pub faults: Vec<Diagnostic>,
    /// What the environment lacks; it matters only to the cases that need it.
    pub missing: Vec<Diagnostic>,
    /// How often the environment was asked.
    pub(super) asked: usize,
    /// How many bytes the variables of the case at hand stand for.
    pub(super) filled: usize,
    /// Where the definitions and settings stand that were used.
    pub used: HashSet<Place>,
    /// The variables of the command line that were used.
    pub used_vars: HashSet<String>,
    /// What the steps before the one at hand capture.
    pub(super) captured: Vec<Known>,
    /// How many of these the set-up of the file captures.
    pub(super) captures_of_file: usize,
    /// What the steps of the test at hand capture in all.
    pub(super) captures_of_test: Vec<Coming>,
    /// What the tests of the file capture in all.
    pub(super) captures_of_tests: Vec<Coming>,
    /// What is bound that may not know any of them.
    pub(super) captures_hidden: Option<&'static str>,
    /// The data row of the run at hand; empty for a test without rows.
    pub(super) row: Vec<Cell<'s>>,
    /// How often it was asked.
    pub(super) row_reads: usize,
    /// When what is planned now begins.
    pub(super) moment: Moment,
    /// Whether what is bound now is an expectation.
    pub(super) judges: bool,
    /// Whether anything in the file makes its value during the run.
    pub(super) generates: bool,
    /// What must not be shown.
    pub secrets: Secrets,
    pub(super) regexes: HashMap<String, Arc<regex::Regex>>,
    pub(super) paths: HashMap<String, Arc<JsonPath>>,
    /// The files that expectations name, by their paths.
    pub(super) attachments: Attachments,
}

/// A definition, told apart by its file and where in it it begins.
pub type Place = (usize, u32);

/// A definition that is being bound.
pub(super) struct Definition {
    pub(super) place: Place,
    /// Where its name stands, with the name for a title.
    pub(super) at: Diagnostic,
    /// When generators in it make their values.
    pub(super) moment: Moment,
}

impl Definition {
    pub(super) fn new(source: &Arc<Source>, span: Span, name: &str, moment: Moment) -> Definition {
        let at = Diagnostic::error(source, span, name);
        Definition { place: place(source, span), at, moment }
    }
}

/// What a definition stands for.
pub(super) struct Bound {
    pub(super) value: Draft,
    /// Whether the environment has a part in it.
    pub(super) environment: bool,
    /// Whether the data row has a part in it.
    pub(super) row: bool,
    pub(super) bytes: usize,
    /// The first fault in it.
    pub(super) fault: Option<Diagnostic>,
    /// What the environment lacks for it.
    pub(super) missing: Vec<Diagnostic>,
}

/// A name that is captured, and the slot of its value.
pub(super) struct Known {
    pub(super) name: Spanned<String>,
    /// The file that it is named in.
    pub(super) source: Arc<Source>,
    pub(super) slot: Slot,
}

/// What [`Binder::enter`] set aside.
pub struct Outside {
    bound: Option<HashMap<Place, Rc<Bound>>>,
    /// How many captures were known.
    captured: usize,
}

/// A moment in the work of a [`Binder`].
#[derive(Clone, Copy)]
pub struct Mark {
    faults: usize,
    missing: usize,
    asked: usize,
}

impl Mark {
    /// What was found since.
    pub(super) fn diagnostics<'d>(
        self,
        faults: &'d mut [Diagnostic],
        missing: &'d mut [Diagnostic],
    ) -> impl Iterator<Item = &'d mut Diagnostic> {
        let since = |all: &'d mut [Diagnostic], from: usize| all.iter_mut().skip(from);
        since(faults, self.faults).chain(since(missing, self.missing))
    }
}

/// The identity of a definition.
pub fn place(source: &Arc<Source>, span: Span) -> Place {
    (Arc::as_ptr(source) as usize, span.start)
}

impl<'s> Binder<'s> {
    /// A binder with the levels of a file, nearest first.
    pub fn new(inputs: &'s Inputs, levels: Vec<Level<'s>>) -> Binder<'s> {
        Binder {
            inputs,
            outer: levels.len(),
            levels,
            frames: Vec::new(),
            unread: false,
            var_names: HashMap::new(),
            bound: HashMap::new(),
            binding: Vec::new(),
            faults: Vec::new(),
            missing: Vec::new(),
            asked: 0,
            filled: 0,
            used: HashSet::new(),
            used_vars: HashSet::new(),
            captured: Vec::new(),
            captures_of_file: 0,
            captures_of_test: Vec::new(),
            captures_of_tests: Vec::new(),
            captures_hidden: None,
            row: Vec::new(),
            row_reads: 0,
            moment: Moment::Run,
            judges: false,
            generates: false,
            secrets: Secrets::new(),
            regexes: HashMap::new(),
            paths: HashMap::new(),
            attachments: Attachments::default(),
        }
    }

    /// The levels, nearest first.
    pub fn levels(&self) -> &[Level<'s>] {
        &self.levels
    }

    /// The day of the run, in days since 1970 (UTC).
    pub fn today(&self) -> i64 {
        self.inputs.today
    }

    /// Whether a level could not be read whole: what is missing may be written there, and that
    /// level has a fault of its own.
    pub fn is_broken(&self) -> bool {
        self.unread || self.levels.iter().any(|level| level.settings.broken)
    }

    /// Adds a level, nearest of all, which begins now. Ends with [`Binder::leave`], which takes what this gives.
    pub fn enter(&mut self, level: Level<'s>) -> Outside {
        // What was bound outside may have another value inside when the level has variables.
        let outside = match level.settings.vars.is_empty() {
            true => Outside { bound: None, captured: self.captured.len() },
            false => self.set_aside(),
        };
        self.levels.insert(0, Level { moment: self.moment, ..level });
        self.filled = 0;
        outside
    }

    /// Begins with nothing bound.
    pub(super) fn set_aside(&mut self) -> Outside {
        let bound = Some(std::mem::take(&mut self.bound));
        Outside { bound, captured: self.captured.len() }
    }

    /// Takes the nearest level off again.
    pub fn leave(&mut self, outside: Outside) {
        self.levels.remove(0);
        self.take_back(outside);
    }

    /// Goes on with what was bound outside, unless captures have given it another value since.
    pub(super) fn take_back(&mut self, outside: Outside) {
        let Some(bound) = outside.bound else { return };
        self.bound = if self.captured.len() == outside.captured { bound } else { HashMap::new() };
    }

    /// How many levels stand nearer than those of the file.
    pub fn of_tests(&self) -> usize {
        self.levels.len() - self.outer
    }

    /// Works without the nearest `skipped` levels.
    pub fn beyond<T>(&mut self, skipped: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        if skipped == 0 {
            return work(self);
        }
        let nearest: Vec<Level> = self.levels.drain(..skipped).collect();
        let bound = std::mem::take(&mut self.bound);
        // A row belongs to its test, as the variables of that do.
        let row = (self.of_tests() == 0).then(|| std::mem::take(&mut self.row));
        let result = work(self);
        self.row = row.unwrap_or_else(|| std::mem::take(&mut self.row));
        self.bound = bound;
        self.levels.splice(0..0, nearest);
        result
    }

    /// Remembers this moment, for [`Binder::is_sound`] and [`Binder::blame`].
    pub fn mark(&self) -> Mark {
        Mark { faults: self.faults.len(), missing: self.missing.len(), asked: self.asked }
    }

    /// Whether all that was bound since has its value, so that the value can be judged.
    pub fn is_sound(&self, since: Mark) -> bool {
        self.faults.len() == since.faults && self.missing.len() == since.missing
    }

    /// The first fault since, and what the environment lacks since, each once. That is taken back:
    /// whoever needs the value notes it.
    pub(super) fn troubles(&mut self, since: Mark) -> (Option<Diagnostic>, Vec<Diagnostic>) {
        let mut seen = HashSet::new();
        let mut missing = self.missing.split_off(since.missing);
        missing.retain(|lack| seen.insert((lack.place.to_string(), lack.title.clone())));
        (self.faults.get(since.faults).cloned(), missing)
    }

    /// Notes what is wrong with a value that was bound since: a fault of the text, unless the
    /// environment has a part in it. Then it matters only to the cases that need the value.
    pub fn blame(&mut self, since: Mark, fault: Diagnostic) {
        match self.asked > since.asked {
            true => self.missing.push(fault),
            false => self.faults.push(fault),
        }
    }

    /// What `work` gives, and what the environment lacks for it.
    pub fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Vec<Diagnostic>) {
        let before = std::mem::take(&mut self.missing);
        let result = work(self);
        (result, std::mem::replace(&mut self.missing, before))
    }

    /// Notes a fault of the text.
    pub fn fault(
        &mut self,
        source: &Arc<Source>,
        span: Span,
        title: impl Into<String>,
    ) -> &mut Diagnostic {
        self.faults.push(Diagnostic::error(source, span, title));
        self.faults.last_mut().expect("one was pushed")
    }

    /// Notes that a definition or a setting has been used.
    pub fn use_of(&mut self, source: &Arc<Source>, span: Span) {
        self.used.insert(place(source, span));
    }
}
