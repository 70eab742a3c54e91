//! Paths → sources: which files are read, in which order.

mod walk;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Source, Span};
use crate::suite::project::FILE_NAME;

/// How people also spell the name of the project file.
pub const OTHER_NAME: &str = "apitest.yml";

/// The largest spec that is read, in bytes.
const LARGEST: u64 = 32 << 20;

/// The spec files of a run, and the lines that were asked for.
#[derive(Debug, Default)]
pub struct Found {
    /// Spec files, each once, in the order in which they were named; those of a folder sorted.
    pub files: Vec<PathBuf>,
    /// `path:line` as typed: the path as it is shown, and the line.
    pub lines: Vec<(String, usize)>,
    /// The files, as they are shown, that were asked for without a line, all of them.
    pub whole: HashSet<String>,
    /// The files, as they are shown, that were named themselves.
    pub named: HashSet<String>,
    /// Paths that are no spec, and why; each stands in the reports as a file that is no spec.
    pub missing: Vec<(String, String)>,
    /// Folders without a spec.
    pub empty: Vec<String>,
    /// What has been found, to know it again by whatever path, and how it is shown.
    known: HashMap<PathBuf, String>,
}

/// The project file in `start` or the nearest folder above it; by its [`OTHER_NAME`] where there
/// is only that. What cannot be read by that name is one too: to run without it would be to run
/// something else.
pub fn project_file(start: &Path) -> Option<PathBuf> {
    let names = [FILE_NAME, OTHER_NAME];
    start.ancestors().find_map(|folder| {
        names.iter().map(|name| folder.join(name)).find(|file| file.symlink_metadata().is_ok())
    })
}

/// Finds the spec files behind `paths`. `project` is the project file of the run.
pub fn find(paths: &[String], project: Option<&Path>) -> Found {
    let mut found = Found::default();
    for path in paths {
        let (path, line) = split_line(path);
        found.add(Path::new(path), line, project);
    }
    found
}

/// `path:line` and `path:line:column`, as reports write it; a file may have a colon in its name.
fn split_line(path: &str) -> (&str, Option<usize>) {
    let split = |text: &'_ str| -> Option<(usize, usize)> {
        let (before, number) = text.rsplit_once(':')?;
        Some((before.len(), number.parse().ok()?))
    };
    if Path::new(path).exists() {
        return (path, None);
    }
    let Some((end, line)) = split(path) else { return (path, None) };
    match split(&path[..end]) {
        Some((file, line)) if !Path::new(&path[..end]).exists() => (&path[..file], Some(line)),
        _ => (&path[..end], Some(line)),
    }
}

impl Found {
    fn add(&mut self, path: &Path, line: Option<usize>, project: Option<&Path>) {
        let path = without_dots(path);
        if path.is_dir() {
            match line {
                None => self.add_folder(&path, project),
                Some(line) => {
                    self.miss(&path, format!("a folder has no lines: leave `:{line}` out"));
                }
            }
            return;
        }
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let near = near(&path).map(|near| format!(": did you mean `{near}`?"));
                self.miss(&path, reason(&error) + &near.unwrap_or_default());
            }
            Err(error) => self.miss(&path, reason(&error)),
            Ok(file) if !file.is_file() => self.miss(&path, "neither a file nor a folder".into()),
            Ok(_) if is_project_name(&path) => {
                self.miss(
                    &path,
                    "this is a project file: tests stand in files of their own".into(),
                );
            }
            Ok(_) => self.add_named(path, line),
        }
    }

    fn add_named(&mut self, path: PathBuf, line: Option<usize>) {
        let path = self.add_file(path);
        self.named.insert(path.clone());
        match line {
            Some(line) => self.lines.push((path, line)),
            None => drop(self.whole.insert(path)),
        }
    }

    /// Gives the path under which the file is shown.
    fn add_file(&mut self, path: PathBuf) -> String {
        let identity = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if let Some(known) = self.known.get(&identity) {
            return known.clone();
        }
        let shown = shown(&path);
        self.known.insert(identity, shown.clone());
        self.files.push(path);
        shown
    }

    fn miss(&mut self, path: &Path, reason: String) {
        self.missing.push((shown(path), reason));
    }
}

/// What stands beside a path that is not there, and has nearly its name.
pub fn near(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let near = did_you_mean(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(shown(&path.with_file_name(near)))
}

/// Whether a path is that of a project file.
pub fn is_project_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE_NAME || name == OTHER_NAME)
}

/// `./specs` and `specs` are one path.
pub fn without_dots(path: &Path) -> PathBuf {
    let path: PathBuf = path.components().filter(|c| !matches!(c, Component::CurDir)).collect();
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
}

/// A path as it is shown to the user: `/` between its parts on every system.
pub fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() }
}

/// What is said of a path that leads nowhere.
const NOT_THERE: &str = "no such file or folder";

/// Why the system gives no file, in words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => NOT_THERE.into(),
        io::ErrorKind::PermissionDenied => "nobody may read this".into(),
        _ => format!("this cannot be read: {}", words_of_system(error)),
    }
}

/// What the system says, without its number.
pub fn words_of_system(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// A fault of a file as a whole.
pub fn fault(path: &str, reason: impl Into<String>) -> Diagnostic {
    let reason = reason.into();
    let is_gone = reason == NOT_THERE;
    let fault = Diagnostic::error(&Arc::new(Source::new(path, "")), Span::default(), reason);
    match is_gone {
        true => fault.help("the path is taken from the working directory"),
        false => fault,
    }
}

/// Reads a file.
///
/// # Errors
/// Why there is no text to be had from it.
pub fn read(path: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    read_as(Source::new, path)
}

/// As [`read`], for a file of values, of which no line may be shown.
///
/// # Errors
/// As [`read`].
pub fn read_confidential(path: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    read_as(Source::confidential, path)
}

/// What makes a source of a path and a text.
type Make = fn(String, String) -> Source;

fn read_as(make: Make, path: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    let failed = |reason: String| Box::new(fault(&shown(path), reason));
    let file = std::fs::metadata(path).map_err(|error| failed(reason(&error)))?;
    if !file.is_file() {
        return Err(failed("this is no file".into()));
    }
    if file.len() > LARGEST {
        return Err(failed(format!("larger than {} MiB: this is not read", LARGEST >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(reason(&error)))?;
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(failed("this is UTF-16: save it as UTF-8".into()));
    }
    String::from_utf8(bytes)
        .map(|text| {
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            Arc::new(make(shown(path), text.to_owned()))
        })
        .map_err(|error| Box::new(not_utf8(make, path, &error)))
}

/// Points at the first byte that is none of UTF-8.
fn not_utf8(make: Make, path: &Path, error: &std::string::FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes());
    let source = Arc::new(make(shown(path), text.into_owned()));
    let byte = error.as_bytes()[at];
    Diagnostic::error(&source, Span::new(at, at + '\u{FFFD}'.len_utf8()), "this is not UTF-8")
        .label(format!("found the byte 0x{byte:02x}: save the file as UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::{find, split_line};

    #[test]
    fn a_file_is_read_once_however_often_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.yaml", "a.yml", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let found = find(&[path("b.yaml"), path("./b.yaml:3"), path("")], None);
        let names: Vec<_> = found.files.iter().map(|file| file.file_name().unwrap()).collect();
        assert_eq!(names, ["b.yaml", "a.yml"]);
        assert_eq!(found.lines.len(), 1);
    }

    #[test]
    fn a_line_and_a_column_stand_behind_a_path() {
        let table = [
            ("specs/a.yaml", ("specs/a.yaml", None)),
            ("specs/a.yaml:12", ("specs/a.yaml", Some(12))),
            ("specs/a.yaml:12:5", ("specs/a.yaml", Some(12))),
            ("specs/a.yaml:", ("specs/a.yaml:", None)),
            ("specs/a.yaml:x", ("specs/a.yaml:x", None)),
            ("C:\\specs\\a.yaml", ("C:\\specs\\a.yaml", None)),
            ("C:\\specs\\a.yaml:12", ("C:\\specs\\a.yaml", Some(12))),
        ];
        for (path, expected) in table {
            assert_eq!(split_line(path), expected, "{path}");
        }
    }
}
