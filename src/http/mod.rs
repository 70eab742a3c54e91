//! HTTP: messages as plain data, and the client that exchanges them.

pub mod message;
pub mod url;
pub mod decode;
pub mod client;
