//! What a step captures of a response.

use serde_json::Value;

use super::{Mismatch, Reading, late, words};
use crate::http::cookie::SetCookie;
use crate::json_path::Found;
use crate::suite::capture::{Capture, ResponsePart};
use crate::suite::matcher::Pattern;
use crate::template::as_text;

impl Reading<'_> {
    /// The value that `capture` takes of the response, its type kept.
    ///
    /// # Errors
    /// What was looked for and what was found instead.
    pub fn capture(&self, capture: &Capture) -> Result<Value, Box<Mismatch>> {
        let part = self.part_name(&capture.part);
        let missing = |expected: &str, actual: String| {
            Box::new(Mismatch {
                span: capture.name.span,
                kind: "capture",
                subject: format!("capture {} of {part}", capture.name.value),
                expected: expected.to_owned(),
                actual,
                notes: Vec::new(),
                diff: None,
            })
        };
        let value = self.part(&capture.part).map_err(|actual| missing("a value", actual))?;
        let Some(pattern) = &capture.regex else { return Ok(value) };
        let expected =
            format!("text that matches /{}/", words::regex(pattern, self.judge.bindings));
        let Some(text) = as_text(&value) else {
            return Err(missing(&expected, words::json(&value)));
        };
        let found = self.found(pattern, &text).map_err(|reason| missing(&expected, reason))?;
        found.map(Value::from).ok_or_else(|| missing(&expected, words::json(&value)))
    }

    /// All of the part of the response that `capture` takes something of, if it is there.
    pub fn whole(&self, capture: &Capture) -> Option<Value> {
        self.part(&capture.part).ok()
    }

    fn part_name(&self, part: &ResponsePart) -> String {
        let named = |what: &str, name: &crate::template::Template| {
            let name = name.fill(self.judge.bindings);
            format!("{what} {}", name.as_deref().unwrap_or("?"))
        };
        match part {
            ResponsePart::Json(path) => format!("json {}", late::text(path, self.judge)),
            ResponsePart::Header(name) => named("header", name),
            ResponsePart::Cookie(name) => named("cookie", name),
            ResponsePart::Body => "body".to_owned(),
            ResponsePart::Status => "status".to_owned(),
            ResponsePart::Url => "url".to_owned(),
        }
    }

    /// The part of the response, or what there is instead.
    fn part(&self, part: &ResponsePart) -> Result<Value, String> {
        let nothing = || "nothing".to_owned();
        match part {
            ResponsePart::Status => Ok(self.response.status.into()),
            ResponsePart::Url => Ok(self.response.url.as_str().into()),
            ResponsePart::Body => Ok(self.body.text()?.into()),
            ResponsePart::Header(name) => {
                let name = name.fill(self.judge.bindings).map_err(|error| error.message)?;
                let line = self.response.header_values(&name).next().map(Value::from);
                line.ok_or_else(nothing)
            }
            ResponsePart::Cookie(name) => {
                let name = name.fill(self.judge.bindings).map_err(|error| error.message)?;
                let cookie = SetCookie::last(self.response.header_values("set-cookie"), &name);
                cookie.map(|cookie| cookie.value.into()).ok_or_else(nothing)
            }
            ResponsePart::Json(path) => {
                let path = late::query(path, self.judge)?;
                let body = self.body.json().map_err(|unreadable| unreadable.reason().to_owned())?;
                match path.find(body) {
                    Found::One(value) => Ok(value.clone()),
                    Found::Many(nodes) => Ok(nodes.into_iter().cloned().collect()),
                    Found::Missing => Err(nothing()),
                }
            }
        }
    }

    /// The first group of the regex, or else the whole match.
    fn found(&self, pattern: &Pattern, text: &str) -> Result<Option<String>, String> {
        let late;
        let regex = match pattern {
            Pattern::Compiled(regex) => &**regex,
            Pattern::Written(written) => {
                let text = written.value.fill(self.judge.bindings).map_err(|e| e.message)?;
                late = regex::Regex::new(&text)
                    .map_err(|_| "no regex: what was captured does not fit".to_owned())?;
                &late
            }
        };
        let groups = regex.captures(text);
        Ok(groups.and_then(|groups| Some(groups.get(1).or(groups.get(0))?.as_str().to_owned())))
    }
}
