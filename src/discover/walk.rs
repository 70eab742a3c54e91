//! The spec files below a folder.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Found, is_project_name, reason, shown};

impl Found {
    pub(super) fn add_folder(&mut self, folder: &Path, project: Option<&Path>) {
        let before = (self.files.len(), self.missing.len());
        let mut any = false;
        let entries = WalkDir::new(folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path()));
        for entry in entries {
            match entry {
                Ok(entry) => any |= self.add_entry(entry, project),
                Err(error) => self.add_error(folder, &error),
            }
        }
        if !any && before == (self.files.len(), self.missing.len()) {
            self.empty.push(shown(folder));
        }
    }

    /// Tells whether the entry is a spec, a new one or not.
    fn add_entry(&mut self, entry: DirEntry, project: Option<&Path>) -> bool {
        if entry.file_type().is_dir() || !is_yaml(entry.path()) {
            return false;
        }
        if !entry.file_type().is_file() {
            self.miss(&below(entry.into_path()), "neither a file nor a folder".into());
            return false;
        }
        let path = below(entry.into_path());
        if !is_project_name(&path) {
            let path = self.add_file(path);
            self.whole.insert(path);
            return true;
        }
        let is_ours = project.is_some_and(|ours| is_same(ours, &path));
        if !is_ours {
            self.miss(
                &path,
                "this run does not read this project file: run apitest in its folder".into(),
            );
        }
        false
    }

    fn add_error(&mut self, folder: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(folder);
        if error.loop_ancestor().is_some() {
            self.miss(
                path,
                "this link leads back to a folder above it: name the folder itself".into(),
            );
            return;
        }
        let kind = error.io_error().map(io::Error::kind);
        // A link that leads nowhere, as some editors make them to lock a file.
        let irrelevant = is_hidden(path) || !is_yaml(path);
        if kind == Some(io::ErrorKind::NotFound) && irrelevant {
            return;
        }
        let reason = match error.io_error() {
            Some(error) if error.kind() == io::ErrorKind::NotFound => {
                "this link leads nowhere: mend it, or remove it".to_owned()
            }
            Some(error) => reason(error),
            None => error.to_string(),
        };
        self.miss(path, reason);
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn is_yaml(path: &Path) -> bool {
    // Where capitals do not count in names, `Orders.YAML` is a spec like any other.
    let is = |end: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(end));
    is("yaml") || is("yml")
}

/// `./a.yaml`, found below `.`, is `a.yaml`.
fn below(path: PathBuf) -> PathBuf {
    path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
