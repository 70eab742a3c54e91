//! What generators stand for: when each of them makes its value.

use std::sync::Arc;

use super::names::TOKEN_SOURCE;
use super::scope::Binder;
use crate::source::Source;
use crate::template::{
    Draft, Generated, Generator, Moment, Name, Part, Template, Variable, as_text, base64, identity,
};

impl Binder<'_> {
    /// A generator: it makes its value when what it stands in begins, and for each step where that
    /// is no definition.
    pub(super) fn generator(
        &mut self,
        variable: &Variable,
        generator: &Generator,
        source: &Arc<Source>,
    ) -> Draft {
        self.generates = true;
        let moment = self.binding.last().map_or(Moment::Here, |(within, _)| within.moment);
        if self.judges && moment == Moment::Here {
            self.refuse_random(variable, generator, source);
        }
        let name = Name::Generated(Generated {
            generator: generator.clone(),
            moment,
            file: identity(&[source.path()]),
            at: variable.span.start,
        });
        alone(Variable { name, span: variable.span })
    }

    /// What is made for an expectation alone was never sent: `not` would always hold.
    fn refuse_random(&mut self, variable: &Variable, generator: &Generator, source: &Arc<Source>) {
        if matches!(generator, Generator::Now(_) | Generator::UnixTime(_)) {
            return;
        }
        let title = format!("`{}` in an expectation", variable.written());
        let fault = self.fault(source, variable.span, title);
        fault.label = "this is made here alone: no request has sent it".into();
        fault.helps.push("define it under `vars`, and name the variable in both".into());
    }

    /// What a variable stands for, in base64.
    pub(super) fn base64(&mut self, variable: &Variable, of: &Name, source: &Arc<Source>) -> Draft {
        let inner = Variable { name: of.clone(), span: variable.span };
        let text = match self.variable(&inner, source) {
            Draft::Text(text) => text,
            Draft::Fixed(value) => match as_text(&value) {
                Some(text) => Template::Fixed(text.into()),
                None => return self.not_in_base64(variable, value.is_array(), source),
            },
            Draft::List(_) => return self.not_in_base64(variable, true, source),
            Draft::Map(_) => return self.not_in_base64(variable, false, source),
        };
        match text {
            Template::Fixed(text) => Draft::Fixed(base64(&text).into()),
            text => {
                let name = Name::Encoded(Box::new(text), Box::new(of.clone()));
                alone(Variable { name, span: variable.span })
            }
        }
    }

    fn not_in_base64(&mut self, variable: &Variable, list: bool, source: &Arc<Source>) -> Draft {
        let kind = if list { "a list" } else { "a mapping" };
        let title = format!("`{}` takes a text", variable.written());
        let fault = self.fault(source, variable.span, title);
        fault.label = format!("this variable stands for {kind}");
        Draft::Fixed("".into())
    }

    /// What a token source asks for: it is got once a run, and cannot know what each case makes.
    pub(super) fn known_to_tokens(
        &mut self,
        variable: &Variable,
        value: Draft,
        source: &Arc<Source>,
    ) -> Draft {
        let hidden = self.captures_hidden == Some(TOKEN_SOURCE);
        if !hidden || !holds(&value, &|variable| is_made_for_a_case(variable)) {
            return value;
        }
        let title = format!("{TOKEN_SOURCE} cannot know `{}`", variable.name);
        let fault = self.fault(source, variable.span, title);
        fault.label = "this is made anew for each case, and a named token is got once a run".into();
        fault.helps.push("define it under `vars` of the file, or write the generator here".into());
        Draft::Fixed("".into())
    }
}

/// A value that is nothing but this variable.
pub(super) fn alone(variable: Variable) -> Draft {
    Draft::Text(Template::Parts(Box::new([Part::Variable(variable)])))
}

/// Whether a template makes another value in each run.
pub(super) fn is_generated(template: &Template) -> bool {
    template.variables().any(|variable| !variable.generated().is_empty())
}

fn is_made_for_a_case(variable: &Variable) -> bool {
    variable.generated().iter().any(|generated| generated.moment != Moment::Run)
}

/// Whether there is such a variable in a value.
pub(super) fn holds(draft: &Draft, is_such: &dyn Fn(&Variable) -> bool) -> bool {
    match draft {
        Draft::Fixed(_) => false,
        Draft::Text(text) => text.variables().any(is_such),
        Draft::List(items) => items.iter().any(|item| holds(item, is_such)),
        Draft::Map(members) => {
            members.iter().any(|(key, value)| key.variables().any(is_such) || holds(value, is_such))
        }
    }
}
