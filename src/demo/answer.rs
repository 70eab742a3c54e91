//! What the demo answers, and how an answer looks on the wire.

use http::StatusCode;
use serde_json::{Value, json};

/// An answer: a status, header fields and a body. The framing fields are added when it is written.
#[derive(Debug)]
pub struct Answer {
    /// The status code; never 1xx.
    pub status: u16,
    fields: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// What an answer needs to know of the request and the connection to be framed right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing<'d> {
    /// The value of the `Date` field.
    pub date: &'d str,
    /// Whether the request was a HEAD: then the fields speak of a body that is not sent.
    pub head_only: bool,
    /// Whether this is the connection's last answer.
    pub last: bool,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Answer {
        Answer { status, fields: Vec::new(), body: Vec::new() }
    }

    /// An answer with a body of a media type.
    pub fn new(status: u16, media_type: &str, body: Vec<u8>) -> Answer {
        Answer { status, fields: vec![("Content-Type", media_type.to_owned())], body }
    }

    /// A JSON answer.
    pub fn json(status: u16, value: &Value) -> Answer {
        Answer::new(status, "application/json", value.to_string().into_bytes())
    }

    /// The one shape that all errors of the demo have. Neither text may repeat what was sent.
    pub fn error(status: u16, code: &str, description: &str) -> Answer {
        Answer::json(status, &json!({"error": code, "error_description": description}))
    }

    /// Adds a header field.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.fields.push((name, value.into()));
        self
    }

    /// The value of a header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// Takes a header field away.
    pub fn without(mut self, name: &str) -> Answer {
        self.fields.retain(|(n, _)| *n != name);
        self
    }

    /// Takes the body, and what is said of it, from another answer.
    pub fn with_body_of(mut self, other: Answer) -> Answer {
        self = self.without("Content-Type");
        self.fields.extend(other.fields.into_iter().filter(|(name, _)| *name == "Content-Type"));
        self.body = other.body;
        self
    }

    /// Forbids caches to keep the answer: it holds what belongs to one user.
    pub fn no_store(self) -> Answer {
        self.with("Cache-Control", "no-store")
    }

    /// Appends the whole answer to `out`, so that it leaves in one write.
    pub fn write_to(&self, out: &mut Vec<u8>, framing: Framing) {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|s| s.canonical_reason());
        let line = format!("HTTP/1.1 {} {}\r\n", self.status, reason.unwrap_or("Unnamed"));
        out.extend_from_slice(line.as_bytes());
        push_field(out, "Date", framing.date);
        for (name, value) in &self.fields {
            push_field(out, name, value);
        }
        let bodiless = matches!(self.status, 204 | 304);
        if !bodiless {
            push_field(out, "Content-Length", &self.body.len().to_string());
        }
        if framing.last {
            push_field(out, "Connection", "close");
        }
        out.extend_from_slice(b"\r\n");
        if !bodiless && !framing.head_only {
            out.extend_from_slice(&self.body);
        }
    }
}

fn push_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    // A line break in a value would let a request write fields of its own into the answer.
    out.extend(value.bytes().map(|b| if b.is_ascii_control() { b' ' } else { b }));
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: &Answer, head_only: bool, last: bool) -> String {
        let mut out = Vec::new();
        answer.write_to(&mut out, Framing { date: "D", head_only, last });
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn a_head_answer_has_the_length_and_not_the_body() {
        let answer = Answer::json(200, &json!({}));
        let head = "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\n\
                    Content-Length: 2\r\n\r\n";
        assert_eq!(written(&answer, true, false), head);
        assert_eq!(written(&answer, false, false), format!("{head}{{}}"));
    }

    #[test]
    fn a_204_has_no_length() {
        let head = "HTTP/1.1 204 No Content\r\nDate: D\r\nConnection: close\r\n\r\n";
        assert_eq!(written(&Answer::empty(204), false, true), head);
    }

    #[test]
    fn a_value_cannot_add_a_field() {
        let answer = Answer::empty(302).with("Location", "/a\r\nX: y");
        assert!(written(&answer, false, false).contains("Location: /a  X: y\r\n"));
    }
}
