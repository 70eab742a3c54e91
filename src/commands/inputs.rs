//! What comes from outside the specs: the environment, the variables, the chosen environment of
//! the project.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::Process;
use super::load::learn_literals;
use super::load::project::LoadedProject;
use crate::cli::SpecArgs;
use crate::date::day_of;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::discover;
use crate::plan::scope::Inputs;
use crate::secret::Redactor;
use crate::source::{Place, Source, Span};
use crate::suite::{env_file, vars_file};

/// What was given besides specs and the project file.
pub struct Given {
    /// What specs may ask for.
    pub inputs: Inputs,
    /// The variables of files, and where they stand.
    pub in_files: Vec<(String, Place)>,
    /// What is wrong with all that. Then nothing can be run: each test may need it.
    pub faults: Vec<Diagnostic>,
}

/// Collects it, and chooses the environment of the project.
pub fn given(
    arguments: &SpecArgs,
    process: &Process,
    loaded: &mut LoadedProject,
    redactor: &Redactor,
) -> Given {
    let mut faults: Vec<Diagnostic> =
        arguments.env.iter().filter_map(|name| choose(name, loaded)).collect();
    let mut env = process.env.clone();
    for path in &arguments.env_file {
        // What the environment has keeps its value: CI sets it, the file is for who works here.
        let read = env_of(path, &mut faults);
        for (name, value) in read {
            env.entry(name).or_insert(value);
        }
    }
    let (mut vars, mut in_files) = (HashMap::new(), Vec::new());
    for path in &arguments.vars_file {
        for (name, value, place) in vars_of(path, redactor, &mut faults) {
            vars.insert(name.clone(), value);
            in_files.push((name, place));
        }
    }
    let of_line = arguments.var.iter().cloned();
    vars.extend(of_line.map(|(name, value)| (name, Value::String(value))));
    let inputs = Inputs {
        env,
        env_not_text: process.env_not_text.clone(),
        vars,
        server: loaded.project.as_ref().is_some_and(|project| project.server.is_some()),
        today: day_of(SystemTime::now()),
    };
    Given { inputs, in_files, faults }
}

/// Chooses an environment of the project; gives the fault when there is none of that name.
fn choose(name: &str, loaded: &mut LoadedProject) -> Option<Diagnostic> {
    let project = loaded.project.as_mut();
    if project.is_some_and(|project| project.choose(name)) {
        return None;
    }
    let source = Arc::new(Source::new("the command line", ""));
    let fault = Diagnostic::error(&source, Span::default(), format!("no environment `{name}`"));
    let Some(project) = &loaded.project else {
        return Some(fault.help("`environments:` stands in apitest.yaml, and there is none here"));
    };
    let names = || project.environments.iter().map(|other| other.name.value.as_str());
    Some(match (did_you_mean(name, names()), names().next()) {
        (Some(near), _) => fault.help(format!("did you mean `{near}`?")),
        (None, None) => fault.help(format!("{} has no `environments:`", project.source.path())),
        (None, _) => {
            let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            fault.help(format!("{} has {}", project.source.path(), all.join(", ")))
        }
    })
}

fn env_of(path: &Path, faults: &mut Vec<Diagnostic>) -> HashMap<String, String> {
    let Some(source) = text_of(path, faults) else { return HashMap::new() };
    let (variables, wrong) = env_file::parse(&source);
    faults.extend(wrong);
    variables
}

fn vars_of(
    path: &Path,
    redactor: &Redactor,
    faults: &mut Vec<Diagnostic>,
) -> Vec<(String, Value, Place)> {
    let Some(source) = text_of(path, faults) else { return Vec::new() };
    let (vars, wrong) = vars_file::parse(&source);
    learn_literals(&source, &[], redactor);
    faults.extend(wrong);
    let placed = |name: &_| Place::new(&source, Span { ..*name });
    vars.into_iter().map(|(name, value)| (name.value, value, placed(&name.span))).collect()
}

fn text_of(path: &Path, faults: &mut Vec<Diagnostic>) -> Option<Arc<Source>> {
    discover::read_confidential(path).map_err(|fault| faults.push(*fault)).ok()
}
