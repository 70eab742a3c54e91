//! What a token allows, whatever kind of token it is.

/// Why a token is refused, in words that hold nothing of it.
pub type Reason = &'static str;

/// What a valid token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whom it acts for.
    pub user: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// `opaque`, or the algorithm of a JWT.
    pub kind: &'static str,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
}

impl Grant {
    /// What an opaque token grants.
    pub fn opaque(user: &str, scopes: &[impl AsRef<str>], expires_at: i64) -> Grant {
        let scopes = scopes.iter().map(|s| s.as_ref().to_owned()).collect();
        Grant { user: user.to_owned(), scopes, kind: "opaque", expires_at }
    }
}
