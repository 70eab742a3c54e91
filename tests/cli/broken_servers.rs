//! Servers that do it wrong: each gets its verdict in bounded time, and the case after it, on the
//! same connections, its own answer.

mod answers;
mod connections;
mod rows;
mod tls;
