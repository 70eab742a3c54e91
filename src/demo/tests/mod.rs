//! The demo over a real connection, byte for byte; the client here is a raw socket.

mod client;
mod fixtures;
mod flawed;
mod http;
mod oauth;
mod orders;
mod refusals;
mod routes;
