//! What is secret in a text that is sent as it stands, by the names in it: `?access_token=…` of a
//! URL, `"password": "…"` of a body.

use std::sync::Arc;

use super::scope::Binder;
use crate::secret::names::{is_secret, may_name_a_secret};
use crate::source::{Source, Span};
use crate::template::{Part, Template};

impl Binder<'_> {
    /// Notes what a URL, all names bound, has under names that give a secret.
    pub(super) fn learn_in_url(&mut self, url: &Template, source: &Arc<Source>, span: Span) {
        let Some((_, query)) = url.as_fixed().and_then(|url| url.split_once('?')) else { return };
        self.learn_in_fields(query, source, span);
    }

    /// As [`Binder::learn_in_url`], for a body of text.
    pub(super) fn learn_in_text(&mut self, text: &Template, source: &Arc<Source>, span: Span) {
        let Some(text) = text.as_fixed() else { return };
        match serde_json::from_str(text) {
            Ok(json) => self.learn_in_value(&json, source, span),
            Err(_) => self.learn_in_fields(text, source, span),
        }
    }

    fn learn_in_fields(&mut self, fields: &str, source: &Arc<Source>, span: Span) {
        for field in fields.split(['&', '#']) {
            let Some((_, value)) = field.split_once('=') else { continue };
            for (name, meant) in url::form_urlencoded::parse(field.as_bytes()) {
                if is_secret(&name, &meant) {
                    self.learn(&meant, source, span);
                    self.learn(value, source, span);
                }
            }
        }
    }
}

/// The variables of a text that stand behind a name that gives a secret.
pub(super) fn secret_variables(template: &Template) -> Vec<Template> {
    let Template::Parts(parts) = template else { return Vec::new() };
    let (mut found, mut before) = (Vec::new(), String::new());
    for part in parts {
        match part {
            Part::Text(text) => before.push_str(text),
            Part::Variable(_) => {
                if name_before(&before).is_some_and(may_name_a_secret) {
                    found.push(Template::Parts([part.clone()].into()));
                }
                before.clear();
            }
        }
    }
    found
}

/// The name whose value begins behind a text: of a field, or of a member of a JSON object.
fn name_before(text: &str) -> Option<&str> {
    if let Some(field) = text.strip_suffix('=') {
        return field.rsplit(['?', '&', '#', '\n']).next();
    }
    let member = text.strip_suffix('"').unwrap_or(text).trim_end().strip_suffix(':')?;
    member.trim_end().strip_suffix('"')?.rsplit('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_name_before_it() {
        let table = [
            ("/a?access_token=", Some("access_token")),
            ("/a?x=1&token=", Some("token")),
            ("user=al&password=", Some("password")),
            (r#"{"user": "al", "password" : ""#, Some("password")),
            (r#"{"pin":"#, Some("pin")),
            ("/a/", None),
            ("Bearer ", None),
            ("{\"a\": \"b ", None),
        ];
        for (text, name) in table {
            assert_eq!(name_before(text), name, "{text}");
        }
    }
}
