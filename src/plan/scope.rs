//! Which names are visible where, and what they stand for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::secrets::Secrets;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::json_path::JsonPath;
use crate::source::{Source, Span};
use crate::suite::settings::Settings;
use crate::template::{Draft, Name, Part, Template, Variable, as_text, encode_component};

/// What comes from outside the specs.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The environment of the process.
    pub env: HashMap<String, String>,
    /// The variables of the command line.
    pub vars: HashMap<String, String>,
    /// Whether a server is started, and so `${server.url}` will have a value.
    pub server: bool,
}

/// A level of settings and the file that it stands in.
#[derive(Clone, Copy)]
pub struct Level<'s> {
    /// The file.
    pub source: &'s Arc<Source>,
    /// What it says there.
    pub settings: &'s Settings,
}

/// Binds names while a file is planned, and collects what is wrong with them.
pub struct Binder<'s> {
    inputs: &'s Inputs,
    /// Nearest first.
    levels: Vec<Level<'s>>,
    bound: HashMap<Place, Draft>,
    binding: Vec<Place>,
    /// Faults of the text.
    pub faults: Vec<Diagnostic>,
    /// What the environment lacks; it matters only to the cases that need it.
    pub missing: Vec<Diagnostic>,
    /// How often the environment was asked.
    pub asked_environment: usize,
    /// Where the definitions stand that were used.
    pub used: HashSet<Place>,
    /// The variables of the command line that were used.
    pub used_vars: HashSet<String>,
    /// What must not be shown.
    pub secrets: Secrets,
    pub(super) regexes: HashMap<String, Arc<regex::Regex>>,
    pub(super) paths: HashMap<String, Arc<JsonPath>>,
}

/// A definition, told apart by its file and where in it it begins.
pub type Place = (usize, u32);

/// What [`Binder::enter`] set aside.
pub struct Outside(Option<HashMap<Place, Draft>>);

/// The identity of a definition.
pub fn place(source: &Arc<Source>, span: Span) -> Place {
    (Arc::as_ptr(source) as usize, span.start)
}

impl<'s> Binder<'s> {
    /// A binder with the levels of a file, nearest first.
    pub fn new(inputs: &'s Inputs, levels: Vec<Level<'s>>) -> Binder<'s> {
        Binder {
            inputs,
            levels,
            bound: HashMap::new(),
            binding: Vec::new(),
            faults: Vec::new(),
            missing: Vec::new(),
            asked_environment: 0,
            used: HashSet::new(),
            used_vars: HashSet::new(),
            secrets: Secrets::new(),
            regexes: HashMap::new(),
            paths: HashMap::new(),
        }
    }

    /// The levels, nearest first.
    pub fn levels(&self) -> &[Level<'s>] {
        &self.levels
    }

    /// Adds a level, nearest of all. Ends with [`Binder::leave`], which takes what this gives.
    pub fn enter(&mut self, level: Level<'s>) -> Outside {
        // What was bound outside may have another value inside when the level has variables.
        let bound = (!level.settings.vars.is_empty()).then(|| std::mem::take(&mut self.bound));
        self.levels.insert(0, level);
        Outside(bound)
    }

    /// Takes the nearest level off again.
    pub fn leave(&mut self, outside: Outside) {
        self.levels.remove(0);
        if let Outside(Some(bound)) = outside {
            self.bound = bound;
        }
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

    /// A template with all names bound that are known before the run.
    pub fn template(&mut self, template: &Template, source: &Arc<Source>) -> Template {
        let parts = match template {
            Template::Fixed(text) => return Template::Fixed(text.clone()),
            Template::Parts(parts) => parts,
        };
        let mut bound = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => bound.push(Part::Text(text.clone())),
                Part::Variable(variable) => match self.variable(variable, source) {
                    Draft::Text(Template::Parts(parts)) => bound.extend(parts),
                    Draft::Text(Template::Fixed(text)) => bound.push(Part::Text(text)),
                    Draft::Fixed(value) => match as_text(&value) {
                        Some(text) => bound.push(Part::Text(text.into())),
                        None => self.not_inside_text(variable, value.is_array(), source),
                    },
                    Draft::List(_) => self.not_inside_text(variable, true, source),
                    Draft::Map(_) => self.not_inside_text(variable, false, source),
                },
            }
        }
        join(bound)
    }

    /// As [`Binder::template`], for a URL: what a variable behind its start stands for is one
    /// percent-encoded component.
    pub fn url(&mut self, template: &Template, source: &Arc<Source>) -> Template {
        let Template::Parts(parts) = template else { return template.clone() };
        let mut bound = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let one = Template::Parts(Box::new([part.clone()]));
            match self.template(&one, source) {
                Template::Fixed(text) if i > 0 && matches!(part, Part::Variable(_)) => {
                    bound.push(Part::Text(encode_component(&text).into()));
                }
                Template::Fixed(text) => bound.push(Part::Text(text)),
                Template::Parts(parts) => bound.extend(parts),
            }
        }
        join(bound)
    }

    fn not_inside_text(&mut self, variable: &Variable, list: bool, source: &Arc<Source>) {
        let kind = if list { "a list" } else { "a mapping" };
        let title = format!("{} is {kind}, and cannot stand inside a text", variable.written());
        self.fault(source, variable.span, title);
    }

    /// A value with all names bound that are known before the run.
    pub fn draft(&mut self, draft: &Draft, source: &Arc<Source>) -> Draft {
        match draft {
            Draft::Fixed(value) => Draft::Fixed(value.clone()),
            Draft::Text(template) => match template.sole_variable() {
                Some(variable) => self.variable(variable, source),
                None => match self.template(template, source) {
                    Template::Fixed(text) => Draft::Fixed(Value::String(text.into())),
                    template => Draft::Text(template),
                },
            },
            Draft::List(items) => {
                let items: Vec<Draft> = items.iter().map(|item| self.draft(item, source)).collect();
                Draft::list(items)
            }
            Draft::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| (self.template(key, source), self.draft(value, source)))
                    .collect();
                Draft::map(entries)
            }
        }
    }

    fn variable(&mut self, variable: &Variable, source: &Arc<Source>) -> Draft {
        match &variable.name {
            Name::ServerUrl if self.inputs.server => {
                Draft::Text(Template::Parts(Box::new([Part::Variable(variable.clone())])))
            }
            Name::ServerUrl => {
                self.fault(source, variable.span, "${server.url} without a server").label =
                    "no server is started".into();
                self.help("add `server: demo` to apitest.yaml");
                empty()
            }
            Name::Env(name, default) => self.environment(variable, name, default, source),
            Name::Plain(name) => self.defined(variable, name, source),
        }
    }

    fn help(&mut self, help: &str) {
        if let Some(fault) = self.faults.last_mut() {
            fault.helps.push(help.to_owned());
        }
    }

    fn environment(
        &mut self,
        variable: &Variable,
        name: &str,
        default: &Option<Box<str>>,
        source: &Arc<Source>,
    ) -> Draft {
        self.asked_environment += 1;
        let value = self.inputs.env.get(name);
        let text = match (value, default) {
            (Some(value), _) if !value.is_empty() => value.clone(),
            (_, Some(default)) => default.to_string(),
            (Some(_), None) => String::new(),
            (None, None) => {
                let title = format!("the environment variable {name} is not set");
                let help = format!("set {name}, or write a default: ${{env.{name}:-…}}");
                let missing =
                    Diagnostic::error(source, variable.span, title).label("needed here").help(help);
                self.missing.push(missing);
                String::new()
            }
        };
        Draft::Fixed(Value::String(text))
    }

    fn defined(&mut self, variable: &Variable, name: &str, source: &Arc<Source>) -> Draft {
        if let Some(value) = self.inputs.vars.get(name) {
            self.used_vars.insert(name.to_owned());
            return Draft::Fixed(Value::String(value.clone()));
        }
        let definition = self.levels.iter().find_map(|level| {
            let (key, value) = level.settings.vars.iter().find(|(key, _)| key.value == name)?;
            Some((level.source, key.span, &value.value))
        });
        let Some((defined_in, span, draft)) = definition else {
            self.undefined(variable, name, source);
            return empty();
        };
        let place = place(defined_in, span);
        self.used.insert(place);
        if let Some(bound) = self.bound.get(&place) {
            return bound.clone();
        }
        if self.binding.contains(&place) {
            let title = format!("`{name}` is defined by itself");
            self.fault(defined_in, span, title).label = "this definition leads back here".into();
            return empty();
        }
        let missing = self.missing.len();
        self.binding.push(place);
        let bound = self.draft(draft, defined_in);
        self.binding.pop();
        // A value that lacks something is looked up again by the next case that needs it.
        if self.missing.len() == missing {
            self.bound.insert(place, bound.clone());
        }
        bound
    }

    fn undefined(&mut self, variable: &Variable, name: &str, source: &Arc<Source>) {
        let names: Vec<String> = self
            .levels
            .iter()
            .flat_map(|level| level.settings.vars.iter().map(|(key, _)| key.value.clone()))
            .chain(self.inputs.vars.keys().cloned())
            .collect();
        let near = did_you_mean(name, names.iter().map(String::as_str)).map(str::to_owned);
        let in_environment = self.inputs.env.contains_key(name);
        let fault =
            self.fault(source, variable.span, format!("the variable `{name}` is not defined"));
        match near {
            Some(near) => fault.label = format!("did you mean `{near}`?"),
            None => fault.label = "nothing defines it".into(),
        }
        fault.helps.push(match in_environment {
            true => format!("for the environment variable, write `${{env.{name}}}`"),
            false => format!("define it under `vars:`, or with `--var {name}=…`"),
        });
    }
}

fn empty() -> Draft {
    Draft::Fixed(Value::String(String::new()))
}

/// One template of parts, with neighbouring texts joined.
fn join(parts: Vec<Part>) -> Template {
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        let text: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => &**text,
                Part::Variable(_) => "",
            })
            .collect();
        return Template::Fixed(text.into());
    }
    Template::Parts(parts.into())
}
