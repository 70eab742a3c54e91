//! Values that are never printed, and what takes them out of everything that is.

use std::borrow::Cow;
use std::fmt;

/// What stands in the output where a secret stood.
pub const MASK: &str = "***";

/// A token, password or key. It cannot be displayed; [`Secret::expose`] is for the wire alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The value itself, to be sent and never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Replaces every known secret in a text by [`MASK`]. Shared by all threads; secrets that turn up
/// during a run are added to it before anything that holds them can be shown.
#[derive(Debug, Default)]
pub struct Redactor {}

impl Redactor {
    /// Adds a value that must not be shown from now on.
    pub fn add(&self, _secret: &str) {
        todo!()
    }

    /// The text without any secret; borrowed when there was none in it.
    pub fn redact<'t>(&self, _text: &'t str) -> Cow<'t, str> {
        todo!()
    }
}
