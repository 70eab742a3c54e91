//! Any value of a spec: a template where it is a text, lists and mappings of such.

use std::borrow::Cow;

use serde_json::Value;

use super::{Bindings, FillError, Template};

/// A JSON-like value whose strings may hold variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// Nothing to fill.
    Fixed(Value),
    /// A string. One that is exactly `${name}` takes the type of the value.
    Text(Template),
    /// A list.
    List(Vec<Draft>),
    /// A mapping, in order.
    Map(Vec<(Template, Draft)>),
}

impl Draft {
    /// A list; fixed when all of its items are.
    pub fn list(items: Vec<Draft>) -> Draft {
        if items.iter().any(|item| !matches!(item, Draft::Fixed(_))) {
            return Draft::List(items);
        }
        let values = items.into_iter().filter_map(|item| match item {
            Draft::Fixed(value) => Some(value),
            _ => None,
        });
        Draft::Fixed(Value::Array(values.collect()))
    }

    /// A mapping; fixed when all of its keys and values are.
    pub fn map(entries: Vec<(Template, Draft)>) -> Draft {
        let fixed = |(key, value): &(Template, Draft)| {
            key.as_fixed().is_some() && matches!(value, Draft::Fixed(_))
        };
        if !entries.iter().all(fixed) {
            return Draft::Map(entries);
        }
        let members = entries.into_iter().filter_map(|entry| match entry {
            (Template::Fixed(key), Draft::Fixed(value)) => Some((String::from(key), value)),
            _ => None,
        });
        Draft::Fixed(Value::Object(members.collect()))
    }

    /// The value with every variable filled.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn fill(&self, bindings: &Bindings) -> Result<Cow<'_, Value>, FillError> {
        Ok(match self {
            Draft::Fixed(value) => Cow::Borrowed(value),
            Draft::Text(template) => Cow::Owned(match template.sole_variable() {
                Some(variable) => bindings.get(variable)?,
                None => Value::String(template.fill(bindings)?.into_owned()),
            }),
            Draft::List(items) => Cow::Owned(Value::Array(
                items.iter().map(|item| Ok(item.fill(bindings)?.into_owned())).collect::<Result<
                    _,
                    FillError,
                >>(
                )?,
            )),
            Draft::Map(entries) => Cow::Owned(Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let key = key.fill(bindings)?.into_owned();
                        Ok((key, value.fill(bindings)?.into_owned()))
                    })
                    .collect::<Result<_, FillError>>()?,
            )),
        })
    }
}
