//! `apitest init`: a project file and a first spec, green as they are.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::{broken, say, schema};
use crate::cli::InitArgs;
use crate::discover::{shown, without_dots, words_of_system};
use crate::exit_code::ExitCode;
use crate::suite::project::FILE_NAME;

/// What is written where: one file runs the demo API, the next asks it, and editors read both by
/// the others.
const FILES: [(&str, &str); 4] = [
    (FILE_NAME, include_str!("init/apitest.yaml")),
    ("specs/first.yaml", include_str!("init/first.yaml")),
    ("schema/spec.schema.json", schema::SPEC),
    ("schema/project.schema.json", schema::PROJECT),
];

/// Writes the files, unless one of them is there: nothing is ever overwritten.
pub fn init(arguments: &InitArgs) -> ExitCode {
    let folder = &arguments.folder;
    if let Some((name, _)) = FILES.iter().find(|(name, _)| folder.join(name).exists()) {
        let path = shown(&without_dots(&folder.join(name)));
        say(&format!("{path} is there already: nothing was written"));
        return ExitCode::Invalid;
    }
    if folder.exists() && !folder.is_dir() {
        say(&format!("{} is no folder: name one, or none for this one", shown(folder)));
        return ExitCode::Invalid;
    }
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Err(error) = write_new(&path, text) {
            let why = words_of_system(&error);
            return broken(&format!("{} could not be written: {why}", shown(&path)));
        }
    }
    match super::print(&next(folder)) {
        Ok(()) => ExitCode::Passed,
        Err(what) => broken(&what),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// What was written, and what to type next.
fn next(folder: &Path) -> String {
    let written: String = FILES
        .iter()
        .map(|(name, _)| format!("wrote {}\n", shown(&without_dots(&folder.join(name)))))
        .collect();
    let here = folder.as_os_str().is_empty() || folder == Path::new(".");
    let enter = if here { String::new() } else { format!("cd {} && ", shown(folder)) };
    format!(
        "{written}\nNow run them, against the demo API that is started for it:\n  {enter}apitest\n"
    )
}
