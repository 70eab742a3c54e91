//! A file that may be no file: a pipe that nobody writes to, a device that never ends. It is read
//! up to a size, and waited for no longer than the run lasts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::stop::Stop;
use crate::discover;

/// What stands in the file at `path`, if it is at most `limit` bytes. What is no regular file,
/// such as `/dev/stdin` or a named pipe, is waited for until `timeout` or the end of the run.
///
/// # Errors
/// What happened instead, in words.
pub fn read(path: &Path, limit: u64, timeout: Duration, stop: &Stop) -> Result<Vec<u8>, String> {
    let bytes = match std::fs::metadata(path) {
        Ok(file) if !file.is_file() && !file.is_dir() => waited_for(path, limit, timeout, stop)?,
        _ => at_most(path, limit),
    };
    match bytes {
        Ok(bytes) if bytes.len() as u64 > limit => Err(format!("it has more than {limit} bytes")),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(discover::reason(&error)),
    }
}

/// What stands in a file; one byte more than `limit` when that is too much.
///
/// # Errors
/// It cannot be read.
pub fn at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Nothing can end the wait for a pipe, not even for its beginning: the thread that waits is left
/// behind.
fn waited_for(
    path: &Path,
    limit: u64,
    timeout: Duration,
    stop: &Stop,
) -> Result<io::Result<Vec<u8>>, String> {
    let (tell, heard) = mpsc::channel();
    let at_abort = tell.clone();
    // Nobody listens any more once something was heard, or the time was up.
    stop.at_abort(move |_| drop(at_abort.send(None)));
    let path: PathBuf = path.to_owned();
    std::thread::Builder::new()
        .spawn(move || drop(tell.send(Some(at_most(&path, limit)))))
        .map_err(|error| error.to_string())?;
    match heard.recv_timeout(timeout) {
        Ok(Some(read)) => Ok(read),
        Ok(None) => Err("nothing came from it before the run was ended".into()),
        Err(_) => {
            let limit = humantime::format_duration(timeout);
            Err(format!("nothing came from it within {limit}: it is no plain file"))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::event::StopReason;

    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn what_never_ends_is_not_read_to_the_end() {
        let endless = read(Path::new("/dev/zero"), 1000, PATIENCE, &Stop::default());
        assert_eq!(endless, Err("it has more than 1000 bytes".to_owned()));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "token").unwrap();
        assert_eq!(read(file.path(), 5, PATIENCE, &Stop::default()), Ok(b"token".to_vec()));
        assert!(read(file.path(), 4, PATIENCE, &Stop::default()).is_err());
    }

    #[test]
    fn a_pipe_is_waited_for_until_it_speaks_the_time_is_up_or_the_run_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        std::thread::scope(|scope| {
            scope.spawn(|| std::fs::write(&pipe, "token"));
            assert_eq!(read(&pipe, 10, PATIENCE, &Stop::default()), Ok(b"token".to_vec()));
        });
        let silent = read(&pipe, 10, Duration::from_millis(10), &Stop::default());
        assert_eq!(silent, Err("nothing came from it within 10ms: it is no plain file".to_owned()));
        let stop = Stop::default();
        stop.stop(StopReason::Deadline);
        stop.watch(None);
        let ended = read(&pipe, 10, PATIENCE, &stop);
        assert_eq!(ended, Err("nothing came from it before the run was ended".to_owned()));
    }
}
