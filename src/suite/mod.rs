//! A spec as it was written, every value with its span.

pub mod tree;
