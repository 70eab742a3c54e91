//! The file of a report: claimed before the run, there whole after it, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// How much of an old file is read to know what it is.
const LOOKED_AT: u64 = 4096;

/// A path at which a report will stand.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    folder: PathBuf,
}

impl Output {
    /// Takes `path` for a report: makes its folders, sees that a file can be written there, and
    /// removes the report of an earlier run, which must not be taken for this one's if this run
    /// dies. `is_report` looks at the beginning of an old file.
    ///
    /// # Errors
    /// Why no report can stand there. A file that is no report is never touched.
    pub fn claim(path: &Path, is_report: fn(&str) -> bool) -> Result<Output, String> {
        let refused = |reason: &str| Err(format!("the report {}: {reason}", path.display()));
        let unwritable = |error| unwritable(path, &error);
        if path.is_dir() || path.as_os_str().is_empty() || ends_with_separator(path) {
            return refused("that is a folder; name a file in it");
        }
        if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            return refused("that is the name of a spec; give it another ending");
        }
        // A report behind a link replaces the file, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = folder_of(&path);
        fs::create_dir_all(&folder).map_err(unwritable)?;
        tempfile::tempfile_in(&folder).map_err(unwritable)?;
        match fs::metadata(&path) {
            Err(_) => {}
            Ok(old) if !old.is_file() => return refused("that is neither a file nor a new name"),
            Ok(_) => match beginning(&path) {
                Ok(text) if text.trim().is_empty() || is_report(&text) => {
                    fs::remove_file(&path).map_err(unwritable)?;
                }
                Ok(_) => return refused("a file that is no report stands there; remove it first"),
                Err(error) => return Err(unwritable(error)),
            },
        }
        Ok(Output { path, folder })
    }

    /// A nameless file beside the report, gone when it is closed.
    ///
    /// # Errors
    /// Why it could not be made.
    pub fn spool(&self) -> Result<File, String> {
        tempfile::tempfile_in(&self.folder).map_err(|error| unwritable(&self.path, &error))
    }

    /// Writes the report beside its path and puts it in its place once it is whole.
    ///
    /// # Errors
    /// It could not be written; then nothing stands at its path.
    pub fn write(
        &self,
        write: impl FnOnce(&mut BufWriter<&mut NamedTempFile>) -> io::Result<()>,
    ) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = beside(&self.folder)?;
        let mut out = BufWriter::new(&mut file);
        write(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("the report {} cannot be written: {error}", path.display())
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn beginning(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LOOKED_AT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A temporary file is its owner's alone; a report is for everybody whom the umask lets.
fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".apitest-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
