//! The body of a response as text and as JSON, read at most once.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::json::{self, Unreadable};
use crate::http::message::Response;

/// A body that is read when the first expectation needs it.
pub struct Body<'r> {
    response: &'r Response,
    json: OnceCell<Result<Value, Unreadable>>,
    text: OnceCell<Result<Cow<'r, str>, String>>,
}

impl<'r> Body<'r> {
    /// The body of `response`.
    pub fn new(response: &'r Response) -> Body<'r> {
        Body { response, json: OnceCell::new(), text: OnceCell::new() }
    }

    /// The body as JSON, which is UTF-8 whatever the content type says (RFC 8259 §8.1).
    ///
    /// # Errors
    /// Why it is none.
    pub fn json(&self) -> Result<&Value, &Unreadable> {
        self.json.get_or_init(|| json::parse(&self.response.body)).as_ref()
    }

    /// The body as text, by the charset of its content type, else as UTF-8; without a byte order
    /// mark.
    ///
    /// # Errors
    /// Why it is none, as it follows "got".
    pub fn text(&self) -> Result<&str, &str> {
        match self.text.get_or_init(|| decode(self.response)) {
            Ok(text) => Ok(text),
            Err(reason) => Err(reason),
        }
    }
}

fn decode(response: &Response) -> Result<Cow<'_, str>, String> {
    let charset = response.header_values("content-type").find_map(charset);
    let encoding = match &charset {
        Some(label) => encoding_rs::Encoding::for_label(label.as_bytes())
            .ok_or_else(|| format!("a body in the unknown charset `{label}`"))?,
        None => encoding_rs::UTF_8,
    };
    let (text, broken) = encoding.decode_with_bom_removal(&response.body);
    match (broken, charset) {
        (false, _) => Ok(text),
        (true, Some(label)) => {
            Err(format!("a body that is not text in the charset `{label}` of its content type"))
        }
        (true, None) => {
            Err("a body that is not UTF-8, and its content type names no other charset".into())
        }
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
