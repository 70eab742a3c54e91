//! The map, in reading order: from what the user typed to what the process tells its caller.
//!
//! discover → suite → plan → run → judge → event → report; `ARCHITECTURE.md` tells the story.

pub mod source;
pub mod secret;
pub mod diagnostic;
pub mod suite;
pub mod http;
pub mod demo;
