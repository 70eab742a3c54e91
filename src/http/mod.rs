//! HTTP: messages as plain data, and the client that exchanges them.

pub mod message;
pub mod url;
pub mod proxy;
pub mod route;
pub mod host_override;
pub mod client;
mod decode;
pub mod redirect;
pub mod credential;
