//! The grammar of HTTP authentication, and the tokens that it carries; free of any request.

pub mod answer;
pub mod challenge;
pub mod credential;
pub mod jwt;
