//! What the tests are made with: a folder to run in, the program, and servers to run against.

pub mod golden;
pub mod project;
pub mod report;
pub mod sandbox;
pub mod server;
pub mod tls;
pub mod xml;
