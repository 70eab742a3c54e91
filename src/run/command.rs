//! A program that is run for its output, and ended with all that it started when it takes too long.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::groups::{End, Groups};
use super::stop::Stop;

/// The most that is read of a program's output, in bytes.
const LIMIT: u64 = 1 << 20;

/// What is heard while a program runs.
enum Heard {
    Ended(std::io::Result<Vec<u8>>, std::io::Result<ExitStatus>),
    Aborted,
}

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
    let groups = stop.groups().clone();
    let mut child = spawn(words, folder, &groups)?;
    let id = child.id();
    let stdout = child.stdout.take().ok_or("has no output")?;
    let (tell, heard) = mpsc::channel();
    let at_abort = tell.clone();
    // Nobody listens any more once the command ended, or its time was up.
    stop.at_abort(move |_| drop(at_abort.send(Heard::Aborted)));
    std::thread::spawn({
        let groups = groups.clone();
        move || {
            let mut text = Vec::new();
            let read = stdout.take(LIMIT + 1).read_to_end(&mut text).map(|_| text);
            if read.as_ref().is_ok_and(|text| text.len() as u64 > LIMIT) {
                groups.end(id, End::Forced);
            }
            let status = groups.wait(&mut child).and_then(|_| groups.reap(&mut child));
            drop(tell.send(Heard::Ended(read, status)));
        }
    });
    let heard = heard.recv_timeout(timeout);
    if !matches!(heard, Ok(Heard::Ended(..))) {
        groups.end(id, End::Forced);
    }
    match heard {
        Err(_) => Err(format!("did not end within {}", humantime::format_duration(timeout))),
        Ok(Heard::Aborted) => Err("was ended together with the run".into()),
        Ok(Heard::Ended(text, status)) => printed(text, status),
    }
}

fn printed(
    text: std::io::Result<Vec<u8>>,
    status: std::io::Result<ExitStatus>,
) -> Result<String, String> {
    let text = text.map_err(|error| format!("gave no output: {error}"))?;
    if text.len() as u64 > LIMIT {
        return Err(format!("printed more than {LIMIT} bytes: only the token is wanted"));
    }
    match status {
        Err(error) => Err(format!("could not be waited for: {error}")),
        Ok(status) if !status.success() => {
            Err(format!("failed ({status}): run it by hand, what it says is not shown here"))
        }
        Ok(_) => String::from_utf8(text).map_err(|_| "printed what is not UTF-8".into()),
    }
}

fn spawn(words: &[String], folder: &Path, groups: &Groups) -> Result<Child, String> {
    let (program, arguments) = words.split_first().ok_or("names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    groups.spawn(&mut command).map_err(|error| format!("could not be started ({program}): {error}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::event::StopReason;
    use std::time::Instant;

    fn shell(script: &str, timeout: Duration, stop: &Stop) -> Result<String, String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        output(&words, Path::new(""), timeout, stop)
    }

    #[test]
    fn its_output_is_read_and_its_failures_are_told() {
        let run = |script| shell(script, Duration::from_secs(20), &Stop::default());
        assert_eq!(run("echo token"), Ok("token\n".to_owned()));
        assert_eq!(
            run("echo token; exit 3"),
            Err("failed (exit status: 3): run it by hand, what it says is not shown here"
                .to_owned())
        );
        assert_eq!(run("printf '\\377'"), Err("printed what is not UTF-8".to_owned()));
        assert_eq!(
            run("yes"),
            Err("printed more than 1048576 bytes: only the token is wanted".to_owned())
        );
        let missing = output(&["/no/such".into()], Path::new(""), Duration::ZERO, &Stop::default());
        assert!(missing.unwrap_err().starts_with("could not be started (/no/such)"));
    }

    #[test]
    fn one_that_hangs_is_ended_also_when_it_closed_its_output() {
        for script in ["sleep 60", "exec >&-; sleep 60", "sleep 60 & wait"] {
            let started = Instant::now();
            let ended = shell(script, Duration::from_millis(50), &Stop::default());
            assert_eq!(ended, Err("did not end within 50ms".to_owned()), "{script}");
            assert!(started.elapsed() < Duration::from_secs(20), "{script}");
        }
    }

    #[test]
    fn it_is_ended_together_with_the_run() {
        let stop = Stop::default();
        stop.stop(StopReason::Deadline);
        stop.watch(None);
        let ended = shell("sleep 60", Duration::from_secs(20), &stop);
        assert_eq!(ended, Err("was ended together with the run".to_owned()));
    }
}
