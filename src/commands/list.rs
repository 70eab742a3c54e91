//! `apitest list`: what would be run, and where its settings come from.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::specs::{self, Planned};
use super::{Process, broken, load, say};
use crate::cli::ListArgs;
use crate::exit_code::ExitCode;
use crate::plan::{Case, Step, Work};
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::text::{one_line, plural};

/// Lists the cases that the user named.
pub fn list(arguments: &ListArgs, process: &Process) -> ExitCode {
    match listed(arguments, process) {
        Ok(code) => code,
        Err(what) => broken(&what),
    }
}

fn listed(arguments: &ListArgs, process: &Process) -> Result<ExitCode, String> {
    let redactor = Redactor::default();
    let mut project = load::project::load(&redactor);
    let pool = Pool::new(specs::cores())?;
    let planned = specs::planned(&arguments.specs, process, &mut project, &pool, &redactor);
    let (_, err) = process.colors(arguments.color);
    for annotation in specs::annotations(&planned.diagnostics, &redactor) {
        // Nobody may listen there; the code tells all the same.
        let _ = writeln!(io::stderr(), "{}", annotation.draw(err));
    }
    let strict = planned.tell_unused_vars(arguments.specs.strict);
    planned.nothing.iter().for_each(|why| say(why));
    let lines = Lines { redactor: &redactor };
    super::print(&match (arguments.tags, arguments.json) {
        (true, _) => lines.tags(&planned),
        (_, true) => lines.objects(&planned),
        _ => lines.cases(&planned, arguments.verbose),
    })?;
    Ok(if strict { planned.code.and(ExitCode::Invalid) } else { planned.code })
}

/// What is printed, without secrets.
struct Lines<'l> {
    redactor: &'l Redactor,
}

impl Lines<'_> {
    /// A line a case, and below it what more there is to say.
    fn cases(&self, planned: &Planned, verbose: bool) -> String {
        let mut text = String::new();
        for case in cases(planned) {
            text += &self.case(case);
            if verbose {
                case.steps()
                    .iter()
                    .for_each(|step| text += &format!("    {}\n", self.request(step)));
                let width = case.inherited.iter().map(|own| own.key.chars().count()).max();
                for own in &*case.inherited {
                    let (key, width) = (one_line(&own.key), width.unwrap_or_default());
                    text +=
                        &format!("    {key:width$}  from {}\n", one_line(&own.place.to_string()));
                }
            }
        }
        text
    }

    fn case(&self, case: &Case) -> String {
        let mut line = format!("{}  {}", one_line(&case.address()), self.shown(&case.name));
        if !case.tags.is_empty() {
            line += &format!("  [{}]", self.shown(&case.tags.join(", ")));
        }
        match &case.work {
            Work::Skip(reason) => line += &format!("  skipped: {}", self.shown(reason)),
            Work::Unset(_) => line += "  cannot run: the environment lacks what it needs",
            Work::Unready(_) => line += "  cannot run: a file that it needs cannot be used",
            Work::Steps(_) | Work::Probe(_) | Work::Invalid(_) => {}
        }
        line + "\n"
    }

    /// A JSON object a line, one for each case.
    fn objects(&self, planned: &Planned) -> String {
        cases(planned).map(|case| self.object(case).to_string() + "\n").collect()
    }

    fn object(&self, case: &Case) -> Value {
        let file = case.file.source.path();
        let mut object = json!({
            "id": format!("{file} › {}", self.shown(&case.name)),
            "file": file,
            "line": case.line,
            "column": case.column,
            "name": self.shown(&case.name),
            "tags": case.tags.iter().map(|tag| self.shown(tag)).collect::<Vec<_>>(),
        });
        let settings: Vec<(String, Value)> = case
            .inherited
            .iter()
            .map(|own| (own.key.to_string(), own.place.to_string().into()))
            .collect();
        let requests = case.steps().iter().map(|step| self.request_object(step));
        match &case.work {
            Work::Probe(probe) => object["probe"] = probe.id.into(),
            Work::Skip(reason) => object["skip"] = self.shown(reason).into(),
            Work::Steps(_) => object["requests"] = requests.collect(),
            Work::Unset(_) => object["unset"] = true.into(),
            Work::Unready(_) => object["unready"] = true.into(),
            Work::Invalid(_) => {}
        }
        if !settings.is_empty() {
            object["inherited"] = settings.into_iter().collect();
        }
        object
    }

    fn request_object(&self, step: &Step) -> Value {
        let mut object = json!({
            "method": step.method,
            "url": self.shown(&step.address()),
        });
        if let Some(name) = &step.name {
            object["step"] = self.shown(name).into();
        }
        object
    }

    fn request(&self, step: &Step) -> String {
        let name = step.name.as_ref().map_or_else(String::new, |name| self.shown(name) + ": ");
        format!("{name}{} {}", step.method, self.shown(&step.address()))
    }

    /// A line a tag, with the number of its tests.
    fn tags(&self, planned: &Planned) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for case in cases(planned).filter(|case| case.is_test()) {
            for tag in &*case.tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
        let width = counts.keys().map(|tag| tag.chars().count()).max().unwrap_or_default();
        let line = |(tag, count): (&&str, &usize)| {
            let tag = self.shown(tag);
            format!("{tag:width$}  {count} {}\n", plural(*count, "test"))
        };
        counts.iter().map(line).collect()
    }

    fn shown(&self, text: &str) -> String {
        one_line(&self.redactor.redact(text))
    }
}

/// The cases of tests and probes. A file that is no spec has its faults.
fn cases(planned: &Planned) -> impl Iterator<Item = &Case> {
    let cases = planned.plan.cases.iter();
    cases.filter(|case| case.around.is_none() && !matches!(case.work, Work::Invalid(_)))
}
