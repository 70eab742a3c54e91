//! The one file that names the HTTP crate: sends requests, follows redirects, keeps connections.
