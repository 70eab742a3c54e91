//! A request that stands elsewhere than in a test: that of a login, that which revokes a token.

use super::reader::Reader;
use super::request::{Body, RequestLine};
use super::settings::Settings;
use super::tree::Entry;

/// What is sent. What must come back, whoever needs it knows.
#[derive(Clone, Debug)]
pub struct SideRequest {
    /// The request line.
    pub line: RequestLine,
    /// The body, if any.
    pub body: Option<Body>,
    /// Its own header fields, its own query and how it authenticates.
    pub settings: Settings,
}

/// The keys that say what is sent.
pub const KEYS: [&str; 7] = ["request", "json", "graphql", "form", "body", "headers", "query"];

/// What has been read of one so far.
#[derive(Default)]
pub struct Parts {
    line: Option<RequestLine>,
    body: Option<Body>,
    settings: Settings,
}

impl Parts {
    /// Reads the value of `name`, one of the [`KEYS`] or `auth`.
    pub fn read(&mut self, reader: &mut Reader, name: &str, entry: &Entry) {
        if self.settings.read(reader, name, entry) {
            return;
        }
        match name {
            "request" => self.line = RequestLine::read(reader, &entry.value),
            _ if self.body.is_some() => {
                reader.fault(entry.key.span, "a request has one body").label =
                    "another one stands before it".into();
            }
            name => self.body = Body::read(reader, name, &entry.value),
        }
    }

    /// Whether the request line is there.
    pub fn has_line(&self) -> bool {
        self.line.is_some()
    }

    /// What was read, if the request line was.
    pub fn finish(self) -> Option<SideRequest> {
        Some(SideRequest { line: self.line?, body: self.body, settings: self.settings })
    }
}
