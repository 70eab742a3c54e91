//! `enforce: bearer`: what is sent, how it is judged, and what is told about it.

mod api;
mod claims;
mod findings;
mod graphql;
mod hostile;
mod keys;
mod labels;
mod language;
mod orders;
mod people;
mod placement;
mod renewal;
mod reports;
mod revoked;
mod robust;
mod scenario;
mod sending;
mod surface;
mod unsafe_methods;
mod verdicts;
