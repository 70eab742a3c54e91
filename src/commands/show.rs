//! `apitest show PATH:LINE`: what would be sent, and where its settings come from.

use std::io::{self, Write};

use super::specs::{self, Planned};
use super::{Process, broken, load, say};
use crate::cli::ShowArgs;
use crate::exit_code::ExitCode;
use crate::plan::{Case, Stage, Step, Work};
use crate::run::pool::Pool;
use crate::run::preview::{Preview, previews};
use crate::secret::Redactor;
use crate::text::one_line;

/// Shows the tests that the user named.
pub fn show(arguments: &ShowArgs, process: &Process) -> ExitCode {
    match shown(arguments, process) {
        Ok(code) => code,
        Err(what) => broken(&what),
    }
}

fn shown(arguments: &ShowArgs, process: &Process) -> Result<ExitCode, String> {
    let redactor = Redactor::default();
    let mut project = load::project::load(&redactor);
    let pool = Pool::new(specs::cores())?;
    let planned = specs::planned(&arguments.specs, process, &mut project, &pool, &redactor);
    let (_, err) = process.colors(arguments.color);
    let faults = [&*planned.diagnostics, &*planned.unready, &*planned.unset].concat();
    for annotation in specs::annotations(&faults, &redactor) {
        // Nobody may listen there; the code tells all the same.
        let _ = writeln!(io::stderr(), "{}", annotation.draw(err));
    }
    planned.nothing.iter().for_each(|why| say(why));
    let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
    let tests = planned.plan.cases.iter().filter(|case| case.is_test());
    let texts: Vec<String> = tests.map(|case| test(&planned, case, &root, &redactor)).collect();
    super::print(&texts.join("\n"))?;
    // What the environment lacks keeps a run from passing, too.
    let lacks = !planned.unset.is_empty() || !planned.unready.is_empty();
    Ok(planned.code.and(if lacks { ExitCode::Failed } else { ExitCode::Passed }))
}

fn test(planned: &Planned, case: &Case, root: &std::path::Path, redactor: &Redactor) -> String {
    let shown = |text: &str| one_line(&redactor.redact(text));
    let mut text = format!("{}  {}\n", one_line(&case.address()), shown(&case.name));
    if let Work::Skip(reason) = &case.work {
        text += &format!("  skipped: {}\n", shown(reason));
    }
    for (step, preview) in previews(&planned.plan, case, root, redactor) {
        text += &title(step).map_or_else(String::new, |title| format!("\n  {}\n", shown(&title)));
        text += &match preview {
            Ok(Preview { request, command }) => {
                let lines: String = request
                    .trim_end()
                    .lines()
                    .map(|line| format!("    {}\n", one_line(line)))
                    .collect();
                format!("{lines}\n    {}\n", one_line(&command))
            }
            Err(reason) => format!("    cannot be shown: {}\n", one_line(&reason)),
        };
    }
    let width = case.inherited.iter().map(|own| own.key.chars().count()).max().unwrap_or_default();
    if width > 0 {
        text += "\n  inherited\n";
    }
    for own in &*case.inherited {
        text +=
            &format!("    {:width$}  {}\n", one_line(&own.key), one_line(&own.place.to_string()));
    }
    text
}

/// What messages call a step, of a test with several.
fn title(step: &Step) -> Option<String> {
    let name = step.name.as_deref()?;
    Some(match step.stage {
        Stage::Setup => format!("set-up, {name}"),
        Stage::Main => name.to_owned(),
        Stage::Teardown => format!("tear-down, {name}"),
    })
}
