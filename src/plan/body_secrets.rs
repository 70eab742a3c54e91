//! What is secret in a body that somebody logs in with, by the names that its values have.

use serde_json::Value;

use super::multipart::PartContent;
use super::{Body, JsonText};
use crate::secret::names::sounds_secret;
use crate::template::{Draft, Template, as_text};

/// The values of a body whose names say that they are secret.
pub fn secrets_of(body: &Body) -> Vec<(String, String)> {
    let mut secrets = Vec::new();
    match body {
        Body::Json(JsonText::Draft(draft))
        | Body::Graphql { message: JsonText::Draft(draft), .. } => {
            of_draft("", draft, &mut secrets);
        }
        Body::Json(JsonText::Written(text))
        | Body::Graphql { message: JsonText::Written(text), .. }
        | Body::Text(Template::Fixed(text)) => {
            let json = serde_json::from_str(text).ok();
            json.iter().for_each(|json| of_value("", json, &mut secrets));
        }
        Body::Form(fields) => {
            for (name, value) in fields {
                if let (Some(name), Some(value)) = (name.as_fixed(), value.as_fixed()) {
                    of_value(name, &Value::from(value), &mut secrets);
                }
            }
        }
        Body::Multipart(parts) => {
            for part in parts {
                if let (Some(name), PartContent::Text(text)) = (part.name.as_fixed(), &part.content)
                    && let Some(value) = text.as_fixed()
                {
                    of_value(name, &Value::from(value), &mut secrets);
                }
            }
        }
        Body::Text(Template::Parts(_)) | Body::File(_) | Body::Bytes(_) => {}
    }
    secrets
}

fn of_draft(name: &str, draft: &Draft, secrets: &mut Vec<(String, String)>) {
    match draft {
        Draft::Fixed(value) => of_value(name, value, secrets),
        Draft::Text(_) => {}
        Draft::List(items) => items.iter().for_each(|item| of_draft(name, item, secrets)),
        Draft::Map(entries) => {
            for (key, value) in entries {
                of_draft(key.as_fixed().unwrap_or_default(), value, secrets);
            }
        }
    }
}

fn of_value(name: &str, value: &Value, secrets: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| of_value(name, item, secrets)),
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| of_value(key, value, secrets));
        }
        Value::Null | Value::Bool(_) => {}
        Value::String(_) | Value::Number(_) if sounds_secret(name) => {
            let text = as_text(value).unwrap_or_default().into_owned();
            secrets.push((name.to_owned(), text));
        }
        Value::String(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;
    use serde_json::json;

    #[test]
    fn a_name_tells_what_is_secret() {
        let value = json!({"user": "al", "userPassword": "p1", "more": [{"pin": 1234}],
            "token_type": "x", "client_secret": "s", "compass": null});
        let names = |body: &Body| -> Vec<String> {
            secrets_of(body).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        let found = ["userPassword=p1", "pin=1234", "client_secret=s"];
        assert_eq!(names(&Body::Json(Draft::Fixed(value.clone()).into())), found);
        assert_eq!(names(&Body::Text(Template::Fixed(value.to_string().into()))), found);
        let field =
            |name: &str, value: &str| (Template::Fixed(name.into()), Template::Fixed(value.into()));
        let form = Body::Form(vec![field("user", "al"), field("pwd", "p2")]);
        assert_eq!(names(&form), ["pwd=p2"]);
    }
}
