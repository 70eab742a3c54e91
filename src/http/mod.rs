//! HTTP: messages as plain data, and the client that exchanges them.

pub mod message;
pub mod url;
pub mod proxy;
pub mod route;
pub mod host_override;
pub mod client;
pub mod cookie;
pub mod media_type;
pub mod multipart;
mod decode;
pub mod redirect;
pub mod credential;
