//! Signals to a run.

use std::process::{Child, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};

/// Sends one.
pub fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("it runs");
}

/// Sends SIGINT until the run is over; two that come together may be seen as one.
pub fn interrupt_until_it_ends(child: &mut Child) -> ExitStatus {
    while child.try_wait().expect("a child").is_none() {
        signal(child, Signal::INT);
        std::thread::yield_now();
    }
    child.wait().expect("an end")
}
