//! Each fault of a spec: its whole message, its exit code, and that the other files still run.
