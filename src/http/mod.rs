//! HTTP: messages as plain data, and the client that exchanges them.

pub mod message;
pub mod url;
pub mod client;
mod decode;
mod redirect;
pub mod credential;
