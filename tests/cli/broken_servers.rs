//! Servers that misbehave: a right verdict in bounded time, the rest unharmed.
