//! No secret stands in any output, whichever way it came in.
