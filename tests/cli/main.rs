//! The program as a user meets it: whole runs of the binary, a module a feature.

mod support;

mod run;
mod check;
mod environments;
mod list;
mod init;
mod never_green;
mod costly;
mod sent;
mod console;
mod bad_input;
mod operators;
mod json;
mod junit;
mod parity;
mod rate;
mod github_masks;
mod redaction;
mod broken_servers;
mod redirects;
mod cookies;
mod multipart;
mod transport;
mod token_sources;
mod signals;
mod server;
mod surroundings;
mod flawed;
mod own_specs;
mod architecture;
mod around_files;
mod scenarios;
mod docs;
mod enforce;
