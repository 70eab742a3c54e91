//! The grammar of HTTP authentication, free of any request.

pub mod answer;
pub mod challenge;
pub mod credential;
