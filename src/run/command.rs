//! A program that is run for its output, and ended with all that it started when it takes too long.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::stop::Stop;

/// The most that is read of a program's output, in bytes.
const LIMIT: u64 = 1 << 20;

/// What `words` prints on its standard output.
///
/// # Errors
/// What happened instead, as it follows "the command". Its error output is not repeated: it may
/// hold what must not be shown.
pub fn output(
    words: &[String],
    folder: &Path,
    timeout: Duration,
    stop: &Stop,
) -> Result<String, String> {
    let mut child = spawn(words, folder)?;
    let group = child.id();
    let running = Arc::new(AtomicBool::new(true));
    let still_running = running.clone();
    // Once it ended, its number may be that of somebody else.
    stop.at_abort(move || {
        if still_running.load(Ordering::Acquire) {
            end(group)
        }
    });
    let stdout = child.stdout.take().ok_or("has no output")?;
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.take(LIMIT).read_to_end(&mut text);
        // Nobody listens any more when the time was up.
        let _ = send.send(read.map(|_| text));
    });
    let read = receive.recv_timeout(timeout);
    if read.is_err() {
        end(group);
    }
    running.store(false, Ordering::Release);
    let status = child.wait().map_err(|error| format!("could not be waited for: {error}"))?;
    match read {
        Err(_) => Err(format!("did not end within {}", humantime::format_duration(timeout))),
        Ok(Err(error)) => Err(format!("gave no output: {error}")),
        Ok(Ok(_)) if !status.success() => Err(format!("failed: {status}")),
        Ok(Ok(text)) => String::from_utf8(text).map_err(|_| "printed no UTF-8".into()),
    }
}

fn spawn(words: &[String], folder: &Path) -> Result<Child, String> {
    let (program, arguments) = words.split_first().ok_or("names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(|error| format!("could not be started ({program}): {error}"))
}

/// Ends a program and all that it started.
#[cfg(unix)]
fn end(group: u32) {
    let group = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself in the meantime.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

/// Without process groups, a program that hangs is left to its time-out.
#[cfg(not(unix))]
fn end(_group: u32) {}
