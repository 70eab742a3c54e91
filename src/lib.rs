//! The map, in reading order: from what the user typed to what the process tells its caller.
//!
//! discover → suite → plan → run → judge → event → report; `ARCHITECTURE.md` tells the story.

pub mod cli;
pub mod commands;
pub mod discover;
pub mod suite;
pub mod plan;
pub mod run;
pub mod judge;
pub mod event;
pub mod report;
pub mod auth;
pub mod http;
pub mod template;
pub mod json_path;
pub mod json_schema;
pub mod date;
pub mod format;
pub mod diagnostic;
pub mod source;
pub mod text;
pub mod pattern;
pub mod secret;
pub mod exit_code;
pub mod demo;
