//! `apitest demo`: serves the embedded API until it is interrupted.

use std::io::Write;
use std::sync::mpsc;

use crate::cli::DemoArgs;
use crate::demo::DemoServer;
use crate::exit_code::ExitCode;

/// Serves until a signal comes; being stopped is how it ends well.
pub fn demo(arguments: &DemoArgs) -> ExitCode {
    let server = match DemoServer::start(arguments.port) {
        Ok(server) => server,
        Err(error) => {
            return super::broken(&format!("cannot serve on port {}: {error}", arguments.port));
        }
    };
    let (send, stopped) = mpsc::channel();
    let handler = ctrlc::set_handler(move || {
        // Nobody listens any more once the first signal ended the wait.
        let _ = send.send(());
    });
    if let Err(error) = handler {
        return super::broken(&format!("cannot wait for signals: {error}"));
    }
    // Whoever reads no output knows the port.
    let _ = writeln!(
        std::io::stdout(),
        "The demo API listens on {} until it is interrupted (Ctrl-C).",
        server.url()
    );
    // Without a sender there is nothing left to wait for either.
    let _ = stopped.recv();
    ExitCode::Passed
}
