//! The map, in reading order: from what the user typed to what the process tells its caller.
//!
//! discover → suite → plan → run → judge → event → report; `ARCHITECTURE.md` tells the story.

pub mod source;
pub mod secret;
pub mod diagnostic;
pub mod suite;
pub mod auth;
pub mod plan;
pub mod run;
pub mod judge;
pub mod event;
pub mod date;
pub mod http;
pub mod template;
pub mod json_path;
pub mod exit_code;
