//! The run as programs read it: one JSON object a line, an event each.
//!
//! `docs/json.md` says what each field holds. Whatever changes the meaning of a field, or takes
//! one away, counts [`FORMAT`] up; a new field or event does not.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::Reporter;
use super::output::Output;
use super::proof::Proof;
use super::tally::Tally;
use crate::diagnostic::{Annotation, Severity, Shown};
use crate::event::{CaseEnd, EarlierRun, Event, Exchange, Failure, RoundEnd, Verdict};
use crate::judge::probe::Grade;
use crate::plan::probes::Probe;
use crate::plan::{Case, Work};

/// The version of the format.
pub const FORMAT: u32 = 1;

/// How every report begins.
const BEGIN: &str = r#"{"event":"report","#;

/// The report of a run, on its way to a file.
pub struct Json {
    output: Output,
    /// The lines up to now.
    spool: BufWriter<File>,
    tally: Tally,
    proof: Proof,
}

impl Json {
    /// A report that will be written to `path` when the run has ended.
    ///
    /// # Errors
    /// Why it could not be written there.
    pub fn create(path: &Path) -> Result<Json, String> {
        let output = Output::claim(path, |text| text.starts_with(BEGIN))?;
        let spool = BufWriter::new(output.spool()?);
        let (tally, proof) = (Tally::default(), Proof::default());
        let mut json = Json { output, spool, tally, proof };
        let unwritten = |error| format!("the report {} cannot be written: {error}", path.display());
        json.write(&begin()).map_err(unwritten)?;
        Ok(json)
    }

    fn write(&mut self, object: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.spool, object)?;
        self.spool.write_all(b"\n")
    }

    fn ended(&mut self, elapsed: Duration, stopped: Option<&str>) -> io::Result<()> {
        let endpoints: Vec<Value> = endpoints(&self.proof).collect();
        endpoints.iter().try_for_each(|endpoint| self.write(endpoint))?;
        let Tally { passed, flaky, unstable, failed, errored, skipped, not_run, .. } = self.tally;
        self.write(&json!({
            "event": "run-ended",
            "seconds": elapsed.as_secs_f64(),
            "stopped": stopped,
            "passed": passed,
            "flaky": flaky,
            "failed": failed,
            "errored": errored,
            "unstable": unstable,
            "skipped": skipped,
            "not_run": not_run,
        }))?;
        self.spool.flush()?;
        let lines = self.spool.get_mut();
        lines.rewind()?;
        self.output.write(|out| io::copy(&mut BufReader::new(lines), out).map(drop))
    }
}

impl Reporter for Json {
    fn report(&mut self, event: &Event) -> io::Result<()> {
        self.tally.count(event);
        match event {
            Event::Noticed(annotation) => {
                let mut noticed = place(annotation);
                noticed.insert("event".into(), "noticed".into());
                self.write(&noticed.into())
            }
            Event::Started { cases, files, jobs, seed, rounds } => self.write(&json!({
                "event": "run-started", "cases": cases, "files": files, "jobs": jobs, "seed": seed,
                "rounds": rounds,
            })),
            Event::ServerPrinted(output) => self.write(&json!({
                "event": "server-printed", "lines": output.lines, "cut": output.is_cut,
            })),
            Event::CaseEnded(case, end) => {
                self.proof.add(case, end);
                self.write(&case_ended(case, end))
            }
            // What a terminal shows while nothing has ended is no result.
            Event::Progressed { .. } => Ok(()),
            Event::Ended { elapsed, stopped } => {
                self.ended(*elapsed, stopped.map(|reason| reason.name()))
            }
        }
    }
}

fn begin() -> Value {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    json!({
        "event": "report",
        "format": FORMAT,
        "apitest": env!("CARGO_PKG_VERSION"),
        "unix_time": now.as_secs(),
    })
}

fn case_ended(case: &Case, end: &CaseEnd) -> Value {
    let file = case.file.source.path();
    let mut object = json!({
        "event": "case-ended",
        "id": format!("{file} › {}", case.name),
        "file": file,
        "line": case.line,
        "column": case.column,
        "name": case.name,
        "tags": case.tags.iter().collect::<Vec<_>>(),
        "verdict": end.verdict.name(),
        "seconds": end.elapsed.as_secs_f64(),
    });
    match &end.verdict {
        Verdict::Passed => {}
        Verdict::Failed(why) | Verdict::Errored(why) => object["failure"] = failure(why),
        Verdict::Skipped(skip) => {
            object["skip"] = json!({"kind": skip.name(), "reason": skip.reason()});
        }
    }
    if let Some(sent) = &end.exchange {
        object["exchange"] = exchange(sent);
    }
    if let Work::Probe(asked) = case.work {
        object["probe"] = probe(asked, end);
    }
    if !end.notes.is_empty() {
        let notes = end.notes.iter().map(
            |note| json!({"check": note.id, "comes_to": grade(note.grade), "message": note.text}),
        );
        object["notes"] = notes.collect();
    }
    if !end.earlier.is_empty() {
        object["flaky"] = end.is_flaky().into();
        object["earlier_runs"] = end.earlier.iter().map(earlier_run).collect();
    }
    if let Some(rounds) = &end.rounds {
        object["unstable"] = rounds.is_unstable().into();
        object["rounds"] = rounds.ends.iter().map(round).collect();
    }
    if !end.warnings.is_empty() {
        object["warnings"] = end.warnings.as_slice().into();
    }
    if let Some(place) = case.insecure() {
        object["insecure"] = place.to_string().into();
    }
    object
}

fn earlier_run(run: &EarlierRun) -> Value {
    json!({
        "verdict": run.verdict.name(),
        "seconds": run.elapsed.as_secs_f64(),
        "failure": run.failure().map(failure),
        "exchange": run.exchange.as_deref().map(exchange),
    })
}

fn round(end: &RoundEnd) -> Value {
    json!({
        "verdict": end.verdict,
        "seconds": end.elapsed.as_secs_f64(),
        "message": end.why,
    })
}

fn probe(asked: &Probe, end: &CaseEnd) -> Value {
    json!({
        "id": asked.id,
        "set": asked.set,
        "verdict": end.probe.map(|verdict| verdict.name()),
        "standard": asked.standard,
        "owasp": asked.owasp,
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "kind": failure.kind,
        "message": failure.message,
        "mismatches": failure.annotations.iter().map(place).collect::<Vec<_>>(),
        "repeat": failure.repeat,
    })
}

fn exchange(exchange: &Exchange) -> Value {
    json!({
        "sent": exchange.sent,
        "request": exchange.request,
        "redirects": exchange.hops,
        "response": exchange.response,
    })
}

/// What is said of a line of a file, or of the file as a whole.
fn place(annotation: &Annotation) -> Map<String, Value> {
    let severity = match annotation.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut object = Map::new();
    object.insert("severity".into(), severity.into());
    object.insert("message".into(), annotation.title.as_str().into());
    object.insert("file".into(), annotation.path.as_str().into());
    if annotation.shown != Shown::Path {
        object.insert("line".into(), annotation.line.into());
        object.insert("column".into(), annotation.column.into());
    }
    object.insert("found".into(), annotation.label.as_str().into());
    object.insert("helps".into(), annotation.helps.as_slice().into());
    if !annotation.related.is_empty() {
        object.insert("related".into(), annotation.related.iter().map(related).collect());
    }
    object
}

/// A line that plays a part in what is said of another one.
fn related(line: &Annotation) -> Value {
    json!({"message": line.label, "file": line.path, "line": line.line, "column": line.column})
}

/// What is proven of each endpoint that a bearer token is sent to.
fn endpoints(proof: &Proof) -> impl Iterator<Item = Value> {
    let proven = proof.rows().map(|(endpoint, row)| {
        let verdicts = row.verdicts.iter().map(|(id, verdict)| (*id, verdict.name()));
        json!({
            "event": "endpoint-proven",
            "method": endpoint.method,
            "url": format!("{}{}", endpoint.base, endpoint.path),
            "level": row.level().name(),
            "lacking": row.lacking(),
            "verdicts": verdicts.collect::<std::collections::BTreeMap<_, _>>(),
        })
    });
    let unproven = proof.unproven().map(|endpoint| {
        json!({
            "event": "endpoint-proven",
            "method": endpoint.method,
            "url": format!("{}{}", endpoint.base, endpoint.path),
            "level": null,
            "lacking": "not probed",
            "verdicts": {},
        })
    });
    proven.chain(unproven)
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Fine => "fine",
        Grade::Warns => "warning",
        Grade::Fails => "failure",
        Grade::Errs => "error",
    }
}
