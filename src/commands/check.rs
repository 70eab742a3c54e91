//! `apitest check`: all faults of specs, and not one request.

use std::collections::HashSet;
use std::io::{self, Write};

use super::specs::{self, Planned};
use super::{Process, broken, load, say};
use crate::cli::CheckArgs;
use crate::diagnostic::{Diagnostic, Severity};
use crate::exit_code::ExitCode;
use crate::plan::Work;
use crate::run::pool::Pool;
use crate::secret::Redactor;
use crate::text::plural;

/// Says what is wrong with the specs that the user named.
pub fn check(arguments: &CheckArgs, process: &Process) -> ExitCode {
    match checked(arguments, process) {
        Ok(code) => code,
        Err(what) => broken(&what),
    }
}

fn checked(arguments: &CheckArgs, process: &Process) -> Result<ExitCode, String> {
    let redactor = Redactor::default();
    let mut project = load::project::load(&redactor);
    let pool = Pool::new(specs::cores())?;
    let mut planned = specs::planned(&arguments.specs, process, &mut project, &pool, &redactor);
    let faults = faults(&mut planned, arguments.env_set);
    let (_, err) = process.colors(arguments.color);
    let annotations = specs::annotations(&faults, &redactor);
    for annotation in &annotations {
        // Nobody may listen there; the code tells all the same.
        let _ = writeln!(io::stderr(), "{}", annotation.draw(err));
    }
    let strict = planned.tell_unused_vars(arguments.specs.strict);
    planned.nothing.iter().for_each(|why| say(why));
    let errors = annotations.iter().filter(|a| a.severity == Severity::Error).count();
    let code = match errors + usize::from(strict) {
        0 => planned.code,
        _ => planned.code.and(ExitCode::Invalid),
    };
    super::print(&result(&planned, errors, annotations.len() - errors))?;
    Ok(code)
}

/// `checked 12 tests and 40 probes in 3 files: no errors, 1 warning`.
fn result(planned: &Planned, errors: usize, warnings: usize) -> String {
    let cases = &planned.plan.cases;
    let probes = cases.iter().filter(|case| matches!(case.work, Work::Probe(_))).count();
    let tests = cases.iter().filter(|case| case.is_test()).count();
    let files: HashSet<&str> = cases.iter().map(|case| case.file.source.path()).collect();
    let mut checked = vec![counted(tests, "test")];
    checked.extend((probes > 0).then(|| counted(probes, "probe")));
    let (checked, files) = (checked.join(" and "), counted(files.len(), "file"));
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    let mut text = format!("checked {checked} in {files}: {errors}, {warnings}\n");
    let unset = cases.iter().filter(|case| matches!(case.work, Work::Unset(_))).count();
    if unset > 0 && !planned.unset.is_empty() {
        let tests = counted(unset, "test");
        text += &format!(
            "{tests} could not run here for lack of environment: --env-set says of what\n"
        );
    }
    text
}

fn counted(count: usize, word: &str) -> String {
    let number = if count == 0 { "no".to_owned() } else { count.to_string() };
    format!("{number} {}", plural(count, word))
}

/// All that is wrong, the environment only when it counts.
fn faults(planned: &mut Planned, env_set: bool) -> Vec<Diagnostic> {
    let mut faults = std::mem::take(&mut planned.diagnostics);
    faults.append(&mut planned.unready);
    if env_set {
        faults.append(&mut planned.unset);
    }
    faults
}
