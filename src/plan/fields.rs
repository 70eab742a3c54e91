//! Header fields, query parameters and form fields: a name and a value for each line.

use std::sync::Arc;

use serde_json::Value;

use super::scope::Binder;
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::suite::reader::{Field, SCALARS};
use crate::template::{Draft, Template, as_text};

impl Binder<'_> {
    /// One value for each line of a field; none when it is taken back.
    pub fn lines(&mut self, field: &Field, source: &Arc<Source>) -> Vec<Template> {
        let mark = self.mark();
        let written_null = matches!(field.value.value, Draft::Fixed(Value::Null));
        let bound = self.draft(&field.value.value, source);
        if !self.is_sound(mark) {
            return Vec::new();
        }
        let values = match bound {
            Draft::Fixed(Value::Null) if written_null => return Vec::new(),
            Draft::Fixed(Value::Array(items)) => items.into_iter().map(Draft::Fixed).collect(),
            Draft::List(items) => items,
            one => vec![one],
        };
        if values.is_empty() {
            let fault = Diagnostic::error(source, field.value.span, "an empty list sends nothing");
            self.blame(mark, fault.label("this is what the variable stands for"));
        }
        let lines: Option<Vec<Template>> = values.into_iter().map(line).collect();
        lines.unwrap_or_else(|| {
            let title = format!("`{}` takes {SCALARS}", field.name.value.written());
            let fault = Diagnostic::error(source, field.value.span, title)
                .label("what the variable stands for is something else");
            self.blame(mark, fault);
            Vec::new()
        })
    }

    /// All lines of all fields, each with its name.
    pub fn pairs(&mut self, fields: &[Field], source: &Arc<Source>) -> Vec<(Template, Template)> {
        let mut pairs = Vec::new();
        for field in fields {
            let name = self.template(&field.name.value, source);
            let lines = self.lines(field, source);
            pairs.extend(lines.into_iter().map(|line| (name.clone(), line)));
        }
        pairs
    }
}

fn line(value: Draft) -> Option<Template> {
    match value {
        Draft::Fixed(Value::Null) | Draft::List(_) | Draft::Map(_) => None,
        Draft::Fixed(value) => Some(Template::Fixed(as_text(&value)?.into())),
        Draft::Text(template) => Some(template),
    }
}
