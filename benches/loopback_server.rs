//! A loopback server for comparisons of speed.
fn main() {}
