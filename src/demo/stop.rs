//! The signal that the server is ending, for everything that waits.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Rung once; whoever waits on it goes on at once.
#[derive(Debug, Default)]
pub struct Stop {
    rung: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    /// Ends all waits, now and later.
    pub fn ring(&self) {
        *lock(&self.rung) = true;
        self.bell.notify_all();
    }

    /// Whether it was rung.
    pub fn is_rung(&self) -> bool {
        *lock(&self.rung)
    }

    /// Waits for a time, or until the signal is rung; says whether it was.
    pub fn wait(&self, time: Duration) -> bool {
        let rung = self.bell.wait_timeout_while(lock(&self.rung), time, |rung| !*rung);
        *rung.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Locks, also after a panic elsewhere: the demo's state stays readable for the other connections.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
