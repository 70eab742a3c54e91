//! The run as CI servers read it: one JUnit XML file.
//!
//! `<testsuites>` → a `<testsuite>` a spec file → a `<testcase>` a case. Jenkins, GitLab, GitHub's
//! reporters, Azure DevOps and CircleCI each read another part of it; `docs/junit.md` says which.
//!
//! junit-report writes the elements, a batch of cases at a time; [`complete`] adds what it cannot
//! write. Finished cases wait in a file beside the report, because the totals stand before them.

mod case;
mod complete;
mod counts;
mod rerun;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Component, Path};
use std::time::{Duration, SystemTime};

use junit_report::{OffsetDateTime, Report, TestSuite};

use self::counts::Counts;
use super::Reporter;
use super::output::Output;
use super::proof::{Proof, Row};
use crate::event::{CaseEnd, Event};
use crate::plan::probes::Endpoint;
use crate::plan::{Case, Work};
use crate::text::one_line;

/// The name of the whole report.
const NAME: &str = "apitest";

/// A batch is written once it has so many cases, …
const BATCH_CASES: usize = 64;

/// … or so many bytes of text.
const BATCH_TEXT: usize = 256 * 1024;

/// The report of a run, on its way to a file.
pub struct Junit {
    output: Output,
    /// The finished test cases of all suites, in order.
    spool: BufWriter<File>,
    spooled: u64,
    suites: Vec<Suite>,
    proof: Proof,
    probed: HashSet<Endpoint>,
    classes: HashSet<String>,
    batch: Batch,
    /// Where the last case that is no probe lets any certificate pass, if it does; its probes go
    /// the same way.
    insecure: Option<String>,
    /// What the server printed.
    printed: Option<String>,
    /// What generated values are made of, if anything is.
    seed: Option<u64>,
}

/// A spec file.
struct Suite {
    path: String,
    class: String,
    started: OffsetDateTime,
    counts: Counts,
    /// How many bytes of the spool are its test cases.
    spooled: u64,
    /// The endpoints that were first probed in it.
    endpoints: Vec<Endpoint>,
}

/// Test cases that junit-report has not written yet, and what it cannot write of each.
#[derive(Default)]
struct Batch {
    cases: Vec<junit_report::TestCase>,
    extras: Vec<complete::Extra>,
    text: usize,
}

impl Junit {
    /// A report that will be written to `path` when the run has ended.
    ///
    /// # Errors
    /// Why it could not be written there.
    pub fn create(path: &Path) -> Result<Junit, String> {
        let output = Output::claim(path, is_junit)?;
        let spool = BufWriter::new(output.spool()?);
        Ok(Junit {
            output,
            spool,
            spooled: 0,
            suites: Vec::new(),
            proof: Proof::default(),
            probed: HashSet::new(),
            classes: HashSet::new(),
            batch: Batch::default(),
            insecure: None,
            printed: None,
            seed: None,
        })
    }

    fn case_ended(&mut self, case: &Case, end: &CaseEnd) -> io::Result<()> {
        if !matches!(case.work, Work::Probe(_)) {
            self.insecure = case.insecure().map(|place| one_line(&place.to_string()));
        }
        self.enter_suite(case, end)?;
        let Some(suite) = self.suites.last_mut() else { return Ok(()) };
        suite.counts.add(end);
        self.proof.add(case, end);
        if let (Some(endpoint), Some(_)) = (&case.endpoint, &case.enforced)
            && self.probed.insert((**endpoint).clone())
        {
            suite.endpoints.push((**endpoint).clone());
        }
        let (test_case, text) = case::test_case(case, end, &suite.class, self.spooled);
        self.batch.cases.push(test_case);
        let mut extra = case::extra(case, end, self.spooled);
        extra.properties.extend(self.insecure.clone().map(|at| ("apitest.insecure", at)));
        self.batch.extras.push(extra);
        self.batch.text += text;
        match self.batch.cases.len() >= BATCH_CASES || self.batch.text >= BATCH_TEXT {
            true => self.write_batch(),
            false => Ok(()),
        }
    }

    /// All cases of a file come one after another.
    fn enter_suite(&mut self, case: &Case, end: &CaseEnd) -> io::Result<()> {
        let path = case.file.source.path();
        if self.suites.last().is_some_and(|suite| suite.path == path) {
            return Ok(());
        }
        self.write_batch()?;
        let now = SystemTime::now();
        self.suites.push(Suite {
            path: path.to_owned(),
            class: unique(class_name(path), &mut self.classes),
            // When its first case began, or a little later if others had to be told before.
            started: whole_seconds(now.checked_sub(end.elapsed).unwrap_or(now)),
            counts: Counts::default(),
            spooled: 0,
            endpoints: Vec::new(),
        });
        Ok(())
    }

    fn write_batch(&mut self) -> io::Result<()> {
        let (Some(suite), false) = (self.suites.last_mut(), self.batch.cases.is_empty()) else {
            return Ok(());
        };
        let batch = std::mem::take(&mut self.batch);
        let written = TestSuite { testcases: batch.cases, ..empty_suite(suite) };
        let xml = complete::cases(&written_by_junit_report([written])?, &batch.extras)?;
        self.spool.write_all(&xml)?;
        suite.spooled += xml.len() as u64;
        self.spooled += xml.len() as u64;
        Ok(())
    }

    fn ended(&mut self, elapsed: Duration) -> io::Result<()> {
        self.write_batch()?;
        self.spool.flush()?;
        self.spool.get_mut().rewind()?;
        let frame = written_by_junit_report(self.suites.iter().map(empty_suite))?;
        let totals = self.suites.iter().map(|suite| suite.counts).sum();
        let levels: HashMap<&Endpoint, &Row> = self.proof.rows().collect();
        let suites = self.suites.iter().map(|suite| complete::Whole {
            counts: suite.counts,
            cases: suite.spooled,
            properties: suite
                .endpoints
                .iter()
                .filter_map(|e| Some(level(e, levels.get(e)?)))
                .chain(self.seed.map(|seed| ("apitest.seed", seed.to_string())))
                .collect(),
        });
        let suites: Vec<_> = suites.collect();
        let frame = complete::Frame {
            xml: &frame,
            name: NAME,
            elapsed,
            totals,
            suites: &suites,
            printed: self.printed.as_deref(),
        };
        let spool = self.spool.get_mut();
        self.output.write(|out| frame.write(spool, out))
    }
}

impl Reporter for Junit {
    fn report(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::ServerPrinted(output) => {
                self.printed = case::printed(output);
                Ok(())
            }
            Event::CaseEnded(case, end) => self.case_ended(case, end),
            Event::Ended { elapsed, stopped: _ } => self.ended(*elapsed),
            // A fault is told in the case that stands for its file; what is a warning is no case.
            Event::Noticed(_) | Event::Progressed { .. } => Ok(()),
            Event::Started { seed, .. } => {
                self.seed = *seed;
                Ok(())
            }
        }
    }
}

/// `L3 GET /orders, not L4: …`: how far an endpoint is proven.
fn level(endpoint: &Endpoint, row: &Row) -> (&'static str, String) {
    let lacking = row.lacking().map_or(String::new(), |lacking| format!(", {lacking}"));
    let text = one_line(&format!("{} {endpoint}{lacking}", row.level().name()));
    ("apitest.level", text)
}

/// Whether a file that begins so is a report. One that only speaks of reports is not.
fn is_junit(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    ["<?xml", "<testsuite"].iter().any(|begin| text.starts_with(begin))
        && text.contains("<testsuite")
}

fn empty_suite(suite: &Suite) -> TestSuite {
    let mut empty = TestSuite::new(&one_line(&suite.path));
    empty.set_timestamp(suite.started);
    empty
}

fn written_by_junit_report(suites: impl IntoIterator<Item = TestSuite>) -> io::Result<String> {
    let mut report = Report::new();
    report.add_testsuites(suites);
    let mut xml = Vec::new();
    report.write_xml(&mut xml).map_err(io::Error::other)?;
    String::from_utf8(xml).map_err(io::Error::other)
}

/// `specs/orders.yaml` → `specs.orders`: the path in dots, without its extension. A dot within a
/// name becomes `_`, for readers split a class at its last dot.
fn class_name(path: &str) -> String {
    let path = Path::new(path).with_extension("");
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().replace('.', "_")),
        Component::CurDir | Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
            None
        }
    });
    one_line(&parts.collect::<Vec<_>>().join("."))
}

/// `orders.yaml` and `orders.yml` side by side are two classes.
fn unique(class: String, taken: &mut HashSet<String>) -> String {
    let mut own = class.clone();
    for number in 2.. {
        if taken.insert(own.clone()) {
            break;
        }
        own = format!("{class}_{number}");
    }
    own
}

fn whole_seconds(time: SystemTime) -> OffsetDateTime {
    let time = OffsetDateTime::from(time);
    time.replace_nanosecond(0).unwrap_or(time)
}
