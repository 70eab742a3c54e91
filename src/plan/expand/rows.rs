//! A test with `data` or `matrix`: a case for each row, which share what does not hang on the row.

use std::sync::Arc;

use super::Expansion;
use crate::diagnostic::Diagnostic;
use crate::plan::bind::Expectations;
use crate::plan::credential::Credential;
use crate::plan::origins::Inherited;
use crate::plan::probes::Endpoint;
use crate::plan::rows::Row;
use crate::plan::scope::place;
use crate::plan::settings::StepSettings;
use crate::plan::{Body, Case, Work};
use crate::source::{Place, Source, Span};
use crate::suite::data::Data;
use crate::suite::expect::Expectation;
use crate::suite::test::Test;

/// After so many rows with faults the others are not looked at.
const ENOUGH: usize = 10;

/// What was bound for one row and hangs on none of its cells, and what the environment lacks for it.
type Once<T> = Option<(T, Vec<Diagnostic>)>;

/// What the rows of a test share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) tags: Option<Arc<[Box<str>]>>,
    pub(super) inherited: Option<Arc<[Inherited]>>,
    steps: Vec<SharedStep>,
    /// How many steps of the row at hand have begun.
    begun: usize,
    endpoint: Option<Arc<Endpoint>>,
    sends_to: Option<Arc<[Endpoint]>>,
}

/// What the rows share of a step.
#[derive(Default)]
pub(super) struct SharedStep {
    pub(super) settings: Once<Arc<StepSettings>>,
    pub(super) credential: Once<Credential>,
    pub(super) body: Once<Option<Arc<Body>>>,
    pub(super) expectations: Once<Arc<[Expectation]>>,
    /// Each by its position, for when not all can be shared.
    expectation: Vec<Once<Expectation>>,
}

impl<'s> Expansion<'s> {
    /// The cases of a test with rows, each with its probes.
    pub(super) fn each_row(&mut self, test: &'s Test, data: &'s Data) -> Vec<Case> {
        // What could not be read has its fault.
        if data.broken || data.file.is_some() && data.rows.is_none() {
            return Vec::new();
        }
        self.shared = Shared::default();
        let warnings = self.warnings.len();
        let (mut cases, mut found) = (Vec::with_capacity(data.runs()), RowFaults::default());
        for run in 0..data.runs() {
            let Some(row) = Row::of(data, run, &self.suite.source) else { break };
            let before = self.binder.faults.len();
            // The last row knows best what is used.
            self.warnings.truncate(warnings);
            self.begin_steps(test.items());
            self.binder.begin_row(row.cells);
            self.shared.begun = 0;
            let mut of_row = self.run(test);
            let cut = self.binder.cut_values();
            for case in &mut of_row {
                case.row = Some(row.place.clone());
                case.cut = cut.clone();
                self.shared.share_endpoint(case);
            }
            cases.extend(of_row);
            if found.take(&row.place, self.binder.faults.split_off(before)) {
                break;
            }
        }
        self.binder.end_row();
        self.binder.faults.extend(found.told());
        cases
    }

    /// Begins with a step: what is shared of it is shared with the same step of the other rows.
    pub(super) fn begin_step(&mut self) {
        if !self.binder.has_row() {
            return;
        }
        self.shared.begun += 1;
        if self.shared.steps.len() < self.shared.begun {
            self.shared.steps.push(SharedStep::default());
        }
    }

    /// What `bind` gives; bound once for all rows when it hangs on none of their cells.
    pub(super) fn once<T: Clone>(
        &mut self,
        part: impl Fn(&mut SharedStep) -> &mut Once<T>,
        bind: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if !self.binder.has_row() {
            return bind(self);
        }
        let at = self.shared.begun - 1;
        if let Some((value, missing)) = part(&mut self.shared.steps[at]) {
            self.binder.missing.extend_from_slice(missing);
            return value.clone();
        }
        let (reads, faults) = (self.binder.row_reads, self.binder.faults.len());
        let before = std::mem::take(&mut self.binder.missing);
        let value = bind(self);
        let missing = std::mem::replace(&mut self.binder.missing, before);
        self.binder.missing.extend_from_slice(&missing);
        if (reads, faults) == (self.binder.row_reads, self.binder.faults.len()) {
            *part(&mut self.shared.steps[at]) = Some((value.clone(), missing));
        }
        value
    }

    /// The expectations of a step, each of which may hang on the row or not.
    pub(super) fn expectations(
        &mut self,
        written: &[Expectation],
        source: &Arc<Source>,
    ) -> Arc<[Expectation]> {
        let bind = |(at, expectation): (usize, &Expectation)| {
            self.once(
                |shared| shared.expectation(at),
                |all| Expectations { binder: &mut all.binder, source }.bind(expectation),
            )
        };
        written.iter().enumerate().map(bind).collect()
    }

    /// A warning for each column that no case uses. One of a file is used when any test uses it.
    pub(super) fn unused_columns(&self) -> Vec<Diagnostic> {
        let mut warnings: Vec<Diagnostic> = Vec::new();
        let mut warn = |source: &Arc<Source>, span: Span, name: &str| {
            let known =
                |w: &Diagnostic| w.place.span == span && Arc::ptr_eq(&w.place.source, source);
            if self.binder.used.contains(&place(source, span)) || warnings.iter().any(known) {
                return;
            }
            let title = format!("nothing uses the column `{name}`");
            let warning = Diagnostic::warning(source, span, title);
            warnings.push(warning.label("use it, in `name` for instance, or remove it"));
        };
        for data in self.suite.tests.iter().filter_map(|test| test.data.as_ref()) {
            if let Some(table) = &data.rows {
                let columns = table.columns.iter();
                columns.for_each(|column| warn(&table.source, column.span, &column.value));
            }
            for axis in &data.matrix {
                warn(&self.suite.source, axis.name.span, &axis.name.value);
            }
        }
        warnings
    }
}

impl SharedStep {
    fn expectation(&mut self, at: usize) -> &mut Once<Expectation> {
        if self.expectation.len() <= at {
            self.expectation.resize_with(at + 1, || None);
        }
        &mut self.expectation[at]
    }
}

impl Shared {
    /// Rows that go to the same endpoints share them.
    fn share_endpoint(&mut self, case: &mut Case) {
        if !matches!(case.work, Work::Steps(_)) {
            return;
        }
        match &self.endpoint {
            Some(known) if case.endpoint.as_ref() == Some(known) => {
                case.endpoint = Some(known.clone());
            }
            _ => self.endpoint = case.endpoint.clone(),
        }
        match &self.sends_to {
            Some(known) if case.sends_to.as_ref() == Some(known) => {
                case.sends_to = Some(known.clone());
            }
            _ => self.sends_to = case.sends_to.clone(),
        }
    }
}

/// The faults that were found with the rows of a test, each told once.
#[derive(Default)]
struct RowFaults {
    /// Each with the first row that has it, and how many have it.
    found: Vec<(Diagnostic, Place, usize)>,
    rows: usize,
    bad: usize,
}

impl RowFaults {
    /// Takes the faults of a row; tells whether these are enough.
    fn take(&mut self, row: &Place, faults: Vec<Diagnostic>) -> bool {
        self.rows += 1;
        self.bad += usize::from(!faults.is_empty());
        for fault in faults {
            let same = |(known, ..): &&mut (Diagnostic, Place, usize)| {
                known.place.span == fault.place.span
                    && Arc::ptr_eq(&known.place.source, &fault.place.source)
                    && known.title == fault.title
            };
            match self.found.iter_mut().find(same) {
                Some((_, last, times)) if last.span != row.span => {
                    *times += 1;
                    *last = row.clone();
                }
                Some(_) => {}
                None => self.found.push((fault, row.clone(), 1)),
            }
        }
        self.bad >= ENOUGH
    }

    /// The faults; what only some rows have is told with one of them.
    fn told(self) -> impl Iterator<Item = Diagnostic> {
        let rows = self.rows;
        self.found.into_iter().map(move |(fault, row, times)| match times == rows {
            true => fault,
            false => fault.help(format!("so it is in the row at {row}")),
        })
    }
}
