//! A folder of its own for each test, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with specs, and the environment of the program that runs them.
pub struct Sandbox {
    folder: TempDir,
    env: Vec<(String, String)>,
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its output as it came.
    pub stdout: String,
    /// Its error output as it came.
    pub stderr: String,
}

impl Sandbox {
    /// An empty folder, and an environment with nothing but PATH.
    pub fn new() -> Sandbox {
        Sandbox { folder: TempDir::new().expect("a folder"), env: Vec::new() }
    }

    /// Writes a file, and the folders above it.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Sandbox {
        self.write(path, text);
        self
    }

    /// As [`Sandbox::file`], later.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file in the folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Sandbox {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the folder.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The text of a file that the program wrote.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the program in the folder and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&mut self.command(arguments))
    }

    /// The program, ready to be started in the folder with piped output.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Ended {
    /// Runs a command and waits for its end.
    pub fn of(command: &mut Command) -> Ended {
        let output = command.output().expect("the program starts");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Fails the test, with all that was printed, unless the program ended with `code`.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// All that was printed, error output first, with `<time>` for times and `<port>` for ports.
    pub fn transcript(&self) -> String {
        steady(&format!("{}{}", self.stderr, self.stdout))
    }
}

/// The binary under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_apitest"))
}

/// A text with `<time>` for each time and `<port>` for each port of 127.0.0.1, and without the list
/// of the slowest cases: which they are, and whether there are any, is a matter of time too.
pub fn steady(text: &str) -> String {
    let slowest = regex::Regex::new(r"\nSlowest\n(  .*\n)+").expect("a regex");
    let text = &slowest.replace_all(text, "");
    let times = regex::Regex::new(r"\b\d+(\.\d+)? ms\b|\b\d+\.\d\d s\b").expect("a regex");
    let ports = regex::Regex::new(r"127\.0\.0\.1:\d+").expect("a regex");
    let text = times.replace_all(text, "<time>");
    ports.replace_all(&text, "127.0.0.1:<port>").into_owned()
}
