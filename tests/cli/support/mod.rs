//! What the tests are made with: a folder to run in, the program, and servers to run against.

#[cfg(unix)]
pub mod alive;
pub mod golden;
pub mod hanging;
pub mod in_turn;
pub mod project;
pub mod report;
pub mod sandbox;
pub mod server;
#[cfg(unix)]
pub mod signals;
pub mod tls;
pub mod xml;
