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

/// Replaces
#[derive(Debug, Default)]
pub struct Redactor {
    known: std::sync::RwLock<Vec<String>>,
}

impl Redactor {
    /// Adds a value that must not be shown from now on.
    pub fn add(&self, secret: &str) {
        let mut k = self.known.write().unwrap();
        if !secret.is_empty() && !k.iter().any(|s| s == secret) {
            k.push(secret.to_owned());
        }
    }

    /// The text without any secret; borrowed when there was none in it.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = Cow::Borrowed(text);
        for s in self.known.read().unwrap().iter() {
            if out.contains(s.as_str()) {
                out = Cow::Owned(out.replace(s.as_str(), MASK));
            }
        }
        out
    }
}
