//! The project's own specs are red against servers that enforce nothing.
