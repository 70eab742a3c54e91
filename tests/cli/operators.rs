//! Each operator, once holding and once not, with its whole message.
