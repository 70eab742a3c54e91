//! What a name stands for: the environment, the command line, the nearest definition.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::frames::Coming;
use super::generated::{alone, holds};
use super::scope::{Binder, Bound, Definition, Level, Place, place};
use crate::diagnostic::{Diagnostic, Related, did_you_mean};
use crate::source::{Source, Span};
use crate::template::{Draft, Moment, Name, Slot, Variable, generator_call, is_of_environment};

/// How long a chain of variables may be of which each stands for the next, and how deep all lists
/// and mappings on the way may be nested: they are followed by recursion.
const LONGEST_CHAIN: usize = 32;
const DEEPEST: usize = 256;

/// How many bytes the variables of one case may stand for.
const MOST_BYTES: usize = 64 << 20;

/// What cannot know captures, since it outlives them.
pub(super) const TOKEN_SOURCE: &str = "a token source";

/// From this many variables of a level on, they are looked up by a list of their names.
const MANY_VARS: usize = 32;

impl<'s> Binder<'s> {
    /// What a variable stands for; itself, when that is known only during the run.
    pub(super) fn variable(&mut self, variable: &Variable, source: &Arc<Source>) -> Draft {
        match &variable.name {
            Name::ServerUrl | Name::ServerPort => self.server(variable, source),
            Name::Env(name, default) => self.environment(variable, name, default, source),
            Name::Plain(name) => match self.captured_as(name, source) {
                Some(slot) => captured(variable, slot, name),
                None => {
                    let value = self.defined(variable, name, source);
                    self.known_to_tokens(variable, value, source)
                }
            },
            Name::Captured(slot, name) => captured(variable, *slot, name),
            Name::Generator(generator) => self.generator(variable, generator, source),
            Name::Base64(of) => self.base64(variable, of, source),
            Name::Generated(_) | Name::Encoded(..) => alone(variable.clone()),
        }
    }

    fn server(&mut self, variable: &Variable, source: &Arc<Source>) -> Draft {
        if self.inputs.server {
            return alone(variable.clone());
        }
        if self.is_broken() {
            return self.unknown(variable, source);
        }
        let title = format!("`{}` without a server", variable.written());
        let fault = self.fault(source, variable.span, title);
        fault.label = "no server is started".into();
        fault.helps.push("add `server: demo` or `server: {command: […]}` to apitest.yaml".into());
        empty()
    }

    /// Stands for what may be written where nobody could read it: what holds it is not judged.
    fn unknown(&mut self, variable: &Variable, source: &Arc<Source>) -> Draft {
        self.missing.push(Diagnostic::error(source, variable.span, "not known"));
        empty()
    }

    fn environment(
        &mut self,
        variable: &Variable,
        name: &str,
        default: &Option<Box<str>>,
        source: &Arc<Source>,
    ) -> Draft {
        self.asked += 1;
        if self.inputs.env_not_text.contains(name) {
            let title = format!("the environment variable `{name}` is not UTF-8");
            let fault = Diagnostic::error(source, variable.span, title).label("needed here");
            self.missing.push(fault.help("set it to a text in UTF-8"));
            return empty();
        }
        let text = match (self.inputs.env.get(name), default) {
            (Some(value), _) if !value.is_empty() => value.clone(),
            (_, Some(default)) => default.to_string(),
            (Some(_), None) => String::new(),
            (None, None) => {
                let title = format!("the environment variable `{name}` is not set");
                let help = format!("set it, or write a default: `${{env.{name}:-…}}`");
                let fault = Diagnostic::error(source, variable.span, title);
                self.missing.push(fault.label("needed here").help(help));
                String::new()
            }
        };
        Draft::Fixed(Value::String(text))
    }

    fn defined(&mut self, variable: &Variable, name: &str, source: &Arc<Source>) -> Draft {
        let frame = self.frame(source);
        // A row belongs to its test; a fragment knows of it what `with` gives.
        let cell = if frame.is_none() { self.cell(variable, name, source) } else { None };
        if let Some(cell) = cell {
            return cell;
        }
        let definition = self.nearest_definition(name, frame);
        if let Some((level, span, _)) = definition {
            self.use_of(level.source, span);
        }
        // What the command line gives a fragment knows only by `with`.
        if let Some(value) = self.inputs.vars.get(name).filter(|_| frame.is_none()) {
            self.used_vars.insert(name.to_owned());
            return Draft::Fixed(value.clone());
        }
        let Some((level, span, draft)) = definition else {
            return match frame.and_then(|frame| self.input(frame, name)) {
                Some(input) => match self.captures_hidden {
                    Some(who) if holds_captures(&input.value) => {
                        self.hidden(who, variable, name, source)
                    }
                    _ => self.filled_in(&input, variable, source),
                },
                None => self.undefined(variable, name, source),
            };
        };
        let place = place(level.source, span);
        let bound = match self.bound.get(&place) {
            Some(bound) => bound.clone(),
            None => {
                let definition = Definition::new(level.source, span, name, level.moment);
                let bound = self.definition_of(definition, draft, source, variable.span);
                let Some(bound) = bound.map(Rc::new) else { return empty() };
                self.bound.insert(place, bound.clone());
                bound
            }
        };
        self.filled_in(&bound, variable, source)
    }

    /// What a definition stands for that is used at `span` of `source`; `None`, and a fault, when
    /// that leads back to itself, or too far.
    pub(super) fn definition_of(
        &mut self,
        definition: Definition,
        draft: &Draft,
        source: &Arc<Source>,
        span: Span,
    ) -> Option<Bound> {
        if self.leads_back_to(definition.place) {
            return None;
        }
        let depth = self.binding.iter().map(|(_, depth)| depth).sum::<usize>() + depth(draft);
        if self.binding.len() == LONGEST_CHAIN || depth > DEEPEST {
            let title = "variables that stand for variables, too deep to be followed";
            self.fault(source, span, title).label = "give this one its value itself".into();
            return None;
        }
        Some(self.definition(definition, draft))
    }

    /// The definition of the nearest level of a frame that has one. Where there are many they are
    /// looked up in a list of their names, which is made once.
    fn nearest_definition(
        &mut self,
        name: &str,
        frame: Option<usize>,
    ) -> Option<(Level<'s>, Span, &'s Draft)> {
        for level in &self.levels[self.levels_of(frame)] {
            let settings = level.settings;
            let vars = &settings.vars;
            let at = match vars.len() {
                0..MANY_VARS => vars.iter().position(|(key, _)| key.value == name),
                _ => {
                    let list = self.var_names.entry(std::ptr::from_ref(settings) as usize);
                    let names = vars.iter().enumerate().map(|(at, (key, _))| (&*key.value, at));
                    list.or_insert_with(|| names.rev().collect()).get(name).copied()
                }
            };
            if let Some((key, value)) = at.map(|at| &vars[at]) {
                return Some((*level, key.span, &value.value));
            }
        }
        None
    }

    /// Binds a definition, once for all that use it: one that stands twice in each of a chain of
    /// definitions would double the work with each of them.
    pub(super) fn definition(&mut self, definition: Definition, draft: &Draft) -> Bound {
        let (mark, asked, reads) = (self.mark(), self.asked, self.row_reads);
        let source = definition.at.place.source.clone();
        self.binding.push((definition, depth(draft)));
        let value = self.draft(draft, &source);
        self.binding.pop();
        let bytes = size(&value);
        let (fault, missing) = self.troubles(mark);
        let (environment, row) = (self.asked > asked, self.row_reads > reads);
        Bound { value, environment, row, bytes, fault, missing }
    }

    /// A value that is bound, unless variables that repeat variables have become too much.
    pub(super) fn filled_in(
        &mut self,
        bound: &Bound,
        variable: &Variable,
        source: &Arc<Source>,
    ) -> Draft {
        let before = self.filled;
        self.filled += bound.bytes;
        self.asked += usize::from(bound.environment);
        self.row_reads += usize::from(bound.row);
        // Whoever uses it must know that it has no value.
        self.faults.extend(bound.fault.clone());
        self.missing.extend_from_slice(&bound.missing);
        if self.filled <= MOST_BYTES {
            return bound.value.clone();
        }
        if before > MOST_BYTES {
            return empty();
        }
        let title = format!("variables that stand for more than {} MiB", MOST_BYTES >> 20);
        self.fault(source, variable.span, title).label =
            "filled in here, after all the others of this test".into();
        empty()
    }

    /// Whether a definition is needed to know itself. All definitions of a circle are told of as
    /// one, at the first of them.
    fn leads_back_to(&mut self, place: Place) -> bool {
        let Some(begin) = self.binding.iter().position(|(other, _)| other.place == place) else {
            return false;
        };
        let mut circle: Vec<Diagnostic> =
            self.binding[begin..].iter().map(|(definition, _)| definition.at.clone()).collect();
        let first = (0..circle.len()).min_by_key(|i| circle[*i].place.span.start).unwrap_or(0);
        circle.rotate_left(first);
        let names: Vec<&str> = circle.iter().chain(circle.first()).map(|d| &*d.title).collect();
        let label = names.join(" → ");
        let title = format!("`{}` stands for itself", names[0]);
        self.faults.push(Diagnostic { title, ..circle[0].clone() }.label(label));
        true
    }

    fn undefined(&mut self, variable: &Variable, name: &str, source: &Arc<Source>) -> Draft {
        if self.is_broken() {
            return self.unknown(variable, source);
        }
        let frame = self.frame(source);
        let later = self.coming(frame).iter().find(|coming| *coming.name == *name).cloned();
        if let (Some(frame), None) = (frame, &later) {
            self.lack(frame, name, variable);
            return self.unknown(variable, source);
        }
        let levels = self.levels().to_vec();
        let names = levels.iter().flat_map(|l| l.settings.vars.iter().map(|(k, _)| &*k.value));
        let names = names.chain(self.inputs.vars.keys().map(String::as_str)).chain(self.columns());
        let captures = self.captures_of_test.iter().map(|coming| &*coming.name);
        let captures = captures.chain(self.captured.iter().map(|known| known.name.value.as_str()));
        let names = names.chain(captures);
        let near = did_you_mean(name, names).map(str::to_owned);
        let is_token =
            levels.iter().any(|level| level.settings.tokens.iter().any(|(k, _)| k.value == name));
        let in_environment = self.inputs.env.contains_key(name);
        if let Some(Coming { place, .. }) = later {
            let line = match Arc::ptr_eq(&place.source, source) {
                true => format!("line {}", place.location().line),
                false => format!("{}:{}", place.source.path(), place.location().line),
            };
            if let Some(who) = self.captures_hidden {
                return self.hidden(who, variable, name, source);
            }
            let title = format!("`{name}` is not captured yet");
            let fault = self.fault(source, variable.span, title);
            fault.label = format!("{line} captures it, of an answer that comes later");
            fault.helps.push("move that step before this one".into());
            fault
                .helps
                .push("or take back on this one what it inherits, as with `auth: none`".into());
            return empty();
        }
        let elsewhere = self.captures_of_tests.iter().find(|coming| *coming.name == *name).cloned();
        let fault =
            self.fault(source, variable.span, format!("the variable `{name}` is not defined"));
        if let Some(Coming { place, .. }) = elsewhere.filter(|_| !in_environment) {
            fault.label = "another test captures it, for its own steps alone".into();
            fault.related.push(Related { place, label: "captured here".into() });
            fault.helps.push("make both requests `steps` of one test".into());
            fault
                .helps
                .push("or capture it under `setup:` of the spec, for all of its tests".into());
            return empty();
        }
        if let Some(call) = generator_call(name).filter(|_| near.is_none()) {
            fault.label = format!("the generator of that name is written `${{{call}}}`");
            return empty();
        }
        match (near, is_token, in_environment) {
            (_, _, true) => fault.label = format!("did you mean `${{env.{name}}}`?"),
            (Some(near), ..) => fault.label = format!("did you mean `{near}`?"),
            (None, true, _) => fault.label = "this is a token: `auth` takes its name alone".into(),
            (None, false, _) if is_of_environment(name) => {
                fault.label = format!("for the environment variable, write `${{env.{name}}}`");
                fault.helps.push(format!("else define it under `vars:`, or with `--var {name}=…`"));
            }
            (None, false, _) => {
                fault.label = "nothing defines it".into();
                fault.helps.push(format!("define it under `vars:`, or with `--var {name}=…`"));
                fault.helps.push(format!("an environment variable is written `${{env.{name}}}`"));
            }
        }
        empty()
    }

    /// What reads a capture and hangs on no step of one test.
    fn hidden(
        &mut self,
        who: &str,
        variable: &Variable,
        name: &str,
        source: &Arc<Source>,
    ) -> Draft {
        let title = format!("{who} cannot know the capture `{name}`");
        let fault = self.fault(source, variable.span, title);
        fault.label = "it is known before the first step".into();
        if who == TOKEN_SOURCE {
            fault.label = "a named token is got once a run, for all tests".into();
            let help = "for a token that a step captured, write `auth: {bearer: …}`";
            fault.helps.push(help.into());
        }
        empty()
    }

    /// Whether the command line gives a value for a name.
    pub fn is_given(&self, name: &str) -> bool {
        self.inputs.vars.contains_key(name)
    }

    /// Binds what nothing uses, only to find its faults.
    pub fn try_definition(&mut self, source: &Arc<Source>, span: Span, draft: &Draft, name: &str) {
        let moment = self.levels.first().map_or(Moment::Run, |level| level.moment);
        let definition = Definition::new(source, span, name, moment);
        self.apart(|binder| drop(binder.definition(definition, draft)));
    }
}

/// What only the run knows.
fn captured(variable: &Variable, slot: Slot, name: &str) -> Draft {
    alone(Variable { name: Name::Captured(slot, name.into()), span: variable.span })
}

fn empty() -> Draft {
    Draft::Fixed(Value::String(String::new()))
}

/// Whether a part of a value is captured.
fn holds_captures(draft: &Draft) -> bool {
    holds(draft, &|variable| !variable.slots().is_empty())
}

/// How deep the lists and mappings of a value are nested.
fn depth(draft: &Draft) -> usize {
    match draft {
        Draft::Fixed(_) | Draft::Text(_) => 0,
        Draft::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Draft::Map(entries) => 1 + entries.iter().map(|(_, v)| depth(v)).max().unwrap_or(0),
    }
}

/// About how many bytes a value takes when it is written out.
fn size(draft: &Draft) -> usize {
    match draft {
        Draft::Fixed(value) => size_of_value(value),
        Draft::Text(template) => 16 + template.written().len(),
        Draft::List(items) => 16 + items.iter().map(size).sum::<usize>(),
        Draft::Map(entries) => {
            16 + entries.iter().map(|(key, value)| key.written().len() + size(value)).sum::<usize>()
        }
    }
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 16,
        Value::String(text) => 16 + text.len(),
        Value::Array(items) => 16 + items.iter().map(size_of_value).sum::<usize>(),
        Value::Object(members) => {
            16 + members.iter().map(|(key, value)| key.len() + size_of_value(value)).sum::<usize>()
        }
    }
}
