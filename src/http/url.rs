//! The target of a request: validated like a browser would, sent as it was written.

/// Where a request goes. The text is kept as written: no normalisation of `..` or of escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: String,
    origin: Origin,
    path_start: usize,
}

/// A scheme, host and port: what a credential never leaves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether the scheme is `https`.
    pub https: bool,
    /// The host, lower case; an IPv6 address stands in brackets.
    pub host: String,
    /// The port, the scheme's own when none was written.
    pub port: u16,
}

impl Target {
    /// Checks a URL: scheme http or https, a host, a port from 1 to 65535, no userinfo, no
    /// fragment, no space or control character.
    ///
    /// # Errors
    /// What is wrong with it, in words for the user, without the URL itself.
    pub fn parse(_url: &str) -> Result<Target, String> {
        todo!()
    }

    /// The whole URL as written.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The path and query as they stand in the request line; `/` when the URL has none.
    pub fn path_and_query(&self) -> &str {
        todo!()
    }

    /// The origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Origin {
    /// Whether the host is `localhost`, in 127.0.0.0/8, or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        todo!()
    }
}
