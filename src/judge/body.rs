//! The body of a response as text and as JSON, read at most once.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::duplicate;
use crate::http::message::Response;

/// A body that is read when the first expectation needs it.
pub struct Body<'r> {
    response: &'r Response,
    json: OnceCell<Result<Value, String>>,
}

impl<'r> Body<'r> {
    /// The body of `response`.
    pub fn new(response: &'r Response) -> Body<'r> {
        Body { response, json: OnceCell::new() }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// Why it is none, as it follows "got".
    pub fn json(&self) -> Result<&Value, &str> {
        self.json.get_or_init(|| parse(&self.response.body)).as_ref().map_err(String::as_str)
    }

    /// The body as text, by the charset of its content type, else as UTF-8.
    ///
    /// # Errors
    /// Why it is none, as it follows "got".
    pub fn text(&self) -> Result<Cow<'r, str>, String> {
        let charset = self.response.header_values("content-type").find_map(charset);
        let encoding = match &charset {
            Some(label) => encoding_rs::Encoding::for_label(label.as_bytes())
                .ok_or_else(|| format!("a body in the unknown charset `{label}`"))?,
            None => encoding_rs::UTF_8,
        };
        let (text, broken) = encoding.decode_without_bom_handling(&self.response.body);
        match broken {
            true => Err(format!("a body that is not {}", encoding.name())),
            false => Ok(text),
        }
    }
}

fn parse(body: &[u8]) -> Result<Value, String> {
    let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if text.is_empty() {
        return Err("an empty body".into());
    }
    let value = serde_json::from_slice(text).map_err(|error| match error.to_string() {
        reason if reason.contains("recursion limit") => "JSON that is nested too deep".to_owned(),
        reason => format!("a body that is not JSON: {reason}"),
    })?;
    match duplicate::fault(text, &value) {
        None => Ok(value),
        Some(fault) => Err(fault),
    }
}

fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}
