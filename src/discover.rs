//! Paths → sources: which files are read, in which order.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::source::Source;
use crate::suite::project::FILE_NAME;

/// The spec files of a run, and the lines that were asked for.
#[derive(Debug, Default)]
pub struct Found {
    /// Spec files, each once, in the order in which they were named; those of a folder sorted.
    pub files: Vec<PathBuf>,
    /// `path:line` as typed: the path as it is shown, and the line.
    pub lines: Vec<(String, usize)>,
    /// Paths that are not there, and why; each stands in the reports as a file that is no spec.
    pub missing: Vec<(String, String)>,
    /// Folders without a spec.
    pub empty: Vec<String>,
}

/// The folder of the project file in `start` or the nearest folder above it.
pub fn project_file(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// Finds the spec files behind `paths`.
pub fn find(paths: &[String]) -> Found {
    let mut found = Found::default();
    for path in paths {
        let (path, line) = match path.rsplit_once(':') {
            Some((file, line)) if !Path::new(path).exists() => match line.parse() {
                Ok(line) => (file, Some(line)),
                Err(_) => (path.as_str(), None),
            },
            _ => (path.as_str(), None),
        };
        found.add(Path::new(path), line);
    }
    let mut seen = HashSet::new();
    found.files.retain(|file| seen.insert(file.clone()));
    found
}

impl Found {
    fn add(&mut self, path: &Path, line: Option<usize>) {
        let path = without_dots(path);
        if path.is_dir() {
            match line {
                None => self.add_folder(&path),
                Some(_) => self.missing.push((shown(&path), "is a folder: it has no lines".into())),
            }
            return;
        }
        if !path.is_file() {
            self.missing.push((shown(&path), "is no file or folder".into()));
            return;
        }
        self.lines.extend(line.map(|line| (shown(&path), line)));
        self.files.push(path);
    }

    fn add_folder(&mut self, folder: &Path) {
        let entries = walkdir::WalkDir::new(folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
        let mut empty = true;
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_spec(entry.path()) => {
                    empty = false;
                    self.files.push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().map_or_else(|| shown(folder), shown);
                    let reason =
                        error.io_error().map_or_else(|| error.to_string(), |e| e.to_string());
                    self.missing.push((path, format!("cannot be read: {reason}")));
                    empty = false;
                }
            }
        }
        if empty {
            self.empty.push(shown(folder));
        }
    }
}

fn is_hidden(entry: &walkdir::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn is_spec(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml")) && path.file_name().is_none_or(|n| n != FILE_NAME)
}

/// `./specs` and `specs` are one path.
fn without_dots(path: &Path) -> PathBuf {
    let path: PathBuf = path.components().filter(|c| !matches!(c, Component::CurDir)).collect();
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
}

/// A path as it is shown to the user: `/` between its parts on every system.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Reads a file.
///
/// # Errors
/// A source without text, to report under, and why it could not be read.
pub fn read(path: &Path) -> Result<Arc<Source>, (Arc<Source>, String)> {
    let failed = |reason: String| (Arc::new(Source::new(shown(path), "")), reason);
    let bytes = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    if bytes.len() > u32::MAX as usize / 2 {
        return Err(failed("is too large for a spec".into()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            Ok(Arc::new(Source::new(shown(path), text)))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(failed(format!("is not UTF-8 (byte {at})")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_file_is_read_once_however_often_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.yaml", "a.yml", "apitest.yaml", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let found = find(&[path("b.yaml"), path("./b.yaml:3"), path("")]);
        let names: Vec<_> = found.files.iter().map(|file| file.file_name().unwrap()).collect();
        assert_eq!(names, ["b.yaml", "a.yml"]);
        assert_eq!(found.lines.len(), 1);
    }
}
