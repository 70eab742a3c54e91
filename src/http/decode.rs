//! Content codings, undone under a limit.
