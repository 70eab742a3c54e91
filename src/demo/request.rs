//! A request as the routes see it: read whole, its framing checked and gone.

use std::borrow::Cow;

use serde_json::Value;
use url::form_urlencoded;

use super::answer::Answer;

/// A request that arrived whole.
#[derive(Debug, Default)]
pub struct Request {
    /// The method, in the case it came in.
    pub method: String,
    /// The path as it was sent: nothing is decoded, so `/%6frders` is not `/orders`.
    pub path: String,
    /// The query without its `?`.
    pub query: String,
    /// Header fields in the order they came; bytes beyond ASCII are read as Latin-1.
    pub fields: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// Whether the client wants the connection closed after the answer.
    pub last: bool,
}

impl Request {
    /// The values of all fields of a name, in any case.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> + 'r {
        self.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The value of a field that came once. A field that was repeated has no single value.
    pub fn value<'r>(&'r self, name: &'r str) -> Option<&'r str> {
        let mut values = self.values(name);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// The first query parameter of a name, decoded.
    pub fn query_value(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// A query parameter that is a whole number, or `absent` when there is none.
    ///
    /// # Errors
    /// A 400 when it is not a number within `range`.
    pub fn query_number(
        &self,
        name: &str,
        absent: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, Answer> {
        let Some(text) = self.query_value(name) else { return Ok(absent) };
        text.parse().ok().filter(|n| range.contains(n)).ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            bad_request(&format!("{name} must be a whole number from {low} to {high}."))
        })
    }

    /// Whether the body is declared to be of a media type; parameters do not matter.
    pub fn has_media_type(&self, media_type: &str) -> bool {
        let declared = self.value("content-type").and_then(|v| v.split(';').next());
        declared.is_some_and(|d| d.trim().eq_ignore_ascii_case(media_type))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A 415 when it is not declared as JSON, a 400 when it is not JSON.
    pub fn json(&self) -> Result<Value, Answer> {
        if !self.has_media_type("application/json") {
            let description = "Send the body with Content-Type: application/json.";
            return Err(Answer::error(415, "unsupported_media_type", description));
        }
        serde_json::from_slice(&self.body).map_err(|_| bad_request("The body is not JSON."))
    }

    /// The body as form fields, or `None` when it is not declared as a form.
    pub fn form(&self) -> Option<Vec<(String, String)>> {
        self.has_media_type("application/x-www-form-urlencoded")
            .then(|| form_urlencoded::parse(&self.body).into_owned().collect())
    }
}

/// A 400 for a request that HTTP allows and the route does not.
pub fn bad_request(description: &str) -> Answer {
    Answer::error(400, "bad_request", description)
}
