//! The grammar of HTTP authentication, free of any request.

pub mod challenge;
pub mod credential;
