//! The values behind keys: templates, drafts, fields.

use serde_json::Value as Json;

use super::Reader;
use crate::source::{Span, Spanned};
use crate::suite::tree::{Entry, Node, Value};
use crate::template::{
    Draft, FOREIGN_VARIABLE, Template, foreign_variable, is_of_environment, native_variable,
};

/// A name and a value whose meaning depends on where they stand: a header, a query parameter, a
/// form field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name.
    pub name: Spanned<Template>,
    /// The value: a scalar, a list of them for several lines, or null to take one back.
    pub value: Spanned<Draft>,
}

/// What a field takes, in words.
pub const SCALARS: &str = "a text, a number, true or false, or a list of those";

/// How to say that it is no slip.
const MEANT: &str =
    "if that is meant, let a variable begin it: `vars: {open: \"{{\"}` and `\"${open}…\"`";

impl Reader<'_> {
    /// A text that may hold variables.
    pub fn template(&mut self, node: &Node, key: &str) -> Option<Template> {
        match node.as_text() {
            Some(text) => Some(self.parse_template(text, node.span)),
            None => {
                self.unexpected(node, key, "a text");
                None
            }
        }
    }

    /// As [`Reader::template`], with its place.
    pub fn spanned_template(&mut self, node: &Node, key: &str) -> Option<Spanned<Template>> {
        Some(Spanned::new(self.template(node, key)?, node.span))
    }

    /// As [`Reader::spanned_template`], where a variable as other tools write it is a fault: sent
    /// as it stands, it would be refused, and a test that expects a refusal would pass.
    pub fn native_template(&mut self, node: &Node, key: &str) -> Option<Spanned<Template>> {
        let text = node.as_text().unwrap_or_default();
        if is_foreign(text) {
            self.fault(node.span, FOREIGN_VARIABLE).label = match foreign_variable(text) {
                Some((_, here)) => format!("write `{here}`"),
                None => "a variable is written `${name}`".into(),
            };
        }
        self.spanned_template(node, key)
    }

    /// Bytes that are written in base64, white space between them left aside.
    pub fn base64(&mut self, node: &Node) -> Option<Vec<u8>> {
        use ::base64::{DecodeError, Engine};
        let text = self.plain_text(node, "base64")?;
        let compact: String = text.split_ascii_whitespace().collect();
        match ::base64::engine::general_purpose::STANDARD.decode(compact) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.fault(node.span, "this is not base64").label = match error {
                    DecodeError::InvalidByte(_, byte) => {
                        format!("`{}` has no place there", char::from(byte))
                    }
                    _ => "it ends too early, or too late".into(),
                };
                None
            }
        }
    }

    /// A key in which variables are allowed.
    pub fn key_template(&mut self, key: &Spanned<String>) -> Spanned<Template> {
        Spanned::new(self.parse_template(&key.value, key.span), key.span)
    }

    /// A key in which variables are an error.
    pub fn key_name(&mut self, key: &Spanned<String>) -> Spanned<String> {
        if key.value.contains("${") {
            self.no_variable_in_key(key);
        }
        key.clone()
    }

    /// Any value.
    pub fn draft(&mut self, node: &Node) -> Draft {
        self.draft_with(node, &mut |reader, key| reader.key_template(key).value)
    }

    /// Any value; variables in its keys are an error.
    pub fn draft_with_plain_keys(&mut self, node: &Node) -> Draft {
        self.draft_with(node, &mut |reader, key| {
            Template::Fixed(reader.key_name(key).value.as_str().into())
        })
    }

    fn draft_with(
        &mut self,
        node: &Node,
        key: &mut dyn FnMut(&mut Self, &Spanned<String>) -> Template,
    ) -> Draft {
        match &node.value {
            Value::Null => Draft::Fixed(Json::Null),
            Value::Bool(value) => Draft::Fixed(Json::Bool(*value)),
            Value::Number(number) => Draft::Fixed(Json::Number(number.clone())),
            Value::Text(text) => match self.value_template(text, node.span) {
                Template::Fixed(text) => Draft::Fixed(Json::String(text.into())),
                template => Draft::Text(template),
            },
            Value::List(items) => {
                Draft::list(items.iter().map(|item| self.draft_with(item, key)).collect())
            }
            Value::Map(entries) => {
                let entries: Vec<(Template, Draft)> = entries
                    .iter()
                    .map(|entry| (key(self, &entry.key), self.draft_with(&entry.value, key)))
                    .collect();
                Draft::map(entries)
            }
        }
    }

    /// Any value, with its place.
    pub fn spanned_draft(&mut self, node: &Node) -> Spanned<Draft> {
        Spanned::new(self.draft(node), node.span)
    }

    /// A mapping of names to scalars, lists of scalars or null.
    pub fn fields(&mut self, node: &Node, key: &str) -> Vec<Field> {
        let entries = self.mapping(node, key).unwrap_or_default();
        entries.iter().filter_map(|entry| self.field(entry)).collect()
    }

    fn field(&mut self, entry: &Entry) -> Option<Field> {
        let Entry { key, value } = entry;
        match &value.value {
            Value::Map(_) => {
                self.unexpected(value, &key.value, SCALARS);
                return None;
            }
            Value::List(items) if items.is_empty() => {
                self.fault(value.span, "an empty list sends nothing").label =
                    "to take back what is inherited, write null".into();
                return None;
            }
            Value::List(items) => {
                let scalar = |v: &Value| !matches!(v, Value::Map(_) | Value::List(_) | Value::Null);
                if let Some(odd) = items.iter().find(|item| !scalar(&item.value)) {
                    self.unexpected(odd, &key.value, SCALARS);
                    return None;
                }
            }
            Value::Text(text) if native_variable(text).is_none() => {
                if let Some((written, here)) = foreign_variable(text) {
                    let warning =
                        self.warn(value.span, format!("`{written}` is sent as it stands"));
                    warning.label = format!("write `{here}` for a variable");
                    warning.helps.push(MEANT.into());
                }
            }
            _ => {}
        }
        let name = self.key_template(key);
        Some(Field { name, value: self.spanned_draft(value) })
    }

    /// A value; one that is nothing but a variable of another tool is most likely a slip.
    fn value_template(&mut self, text: &str, span: Span) -> Template {
        let shell = text.strip_prefix('$').is_some_and(is_of_environment);
        if (shell || text.starts_with("{{"))
            && let Some(here) = native_variable(text)
        {
            let warning = self.warn(span, format!("`{text}` is taken as it stands"));
            warning.label = format!("write `{here}` for a variable");
            warning.helps.push(MEANT.into());
        }
        self.parse_template(text, span)
    }

    fn parse_template(&mut self, text: &str, span: Span) -> Template {
        if !text.as_bytes().contains(&b'$') {
            return Template::Fixed(text.into());
        }
        let written = &self.source().text()[span.start as usize..span.end as usize];
        let quote = usize::from(written.starts_with(['"', '\'']));
        // With escapes or folding in it, offsets in the value are not offsets in the file.
        let verbatim = written.get(quote..).is_some_and(|written| written.starts_with(text));
        let start = span.start as usize + quote;
        let locate = |from, to| if verbatim { Span::new(start + from, start + to) } else { span };
        match Template::parse(text, locate) {
            Ok(template) => template,
            Err(fault) => {
                let at = locate(fault.start, fault.end);
                let diagnostic = self.fault(at, fault.message);
                diagnostic.helps.push(fault.help);
                Template::Fixed(text.into())
            }
        }
    }
}

/// Whether `{{…}}` stands in a text. Behind a `$` it is a variable that cannot be read, and has
/// its own fault.
fn is_foreign(text: &str) -> bool {
    let Some(start) = text.find("{{") else { return false };
    !text[..start].ends_with('$') && text[start..].contains("}}")
}
