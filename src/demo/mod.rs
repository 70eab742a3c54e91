//! The embedded demo API.
mod answer;
mod api;
mod basic;
mod bearer;
mod clock;
mod echo;
mod encoded;
mod flaky;
mod framing;
mod grant;
mod jwt;
mod keys;
mod login;
mod oauth;
mod order_book;
mod orders;
mod reader;
mod request;
mod routes;
mod server;
mod status;
mod stop;
mod token_store;
pub mod tokens;
pub mod users;

pub use server::DemoServer;
