//! The project file: found, read, and what it says to run.

use std::path::{Path, PathBuf};

use super::learn_literals;
use crate::diagnostic::Diagnostic;
use crate::discover::{self, OTHER_NAME};
use crate::plan::server::BoundServer;
use crate::secret::Redactor;
use crate::suite::project::{self, FILE_NAME, Project};

/// The project file and its folder.
pub struct LoadedProject {
    /// The folder, from the working directory; the working directory when there is no file.
    pub folder: PathBuf,
    /// What the file says; `None` when there is none.
    pub project: Option<Project>,
    /// The server that it names, once that is bound.
    pub server: BoundServer,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl LoadedProject {
    /// The folder as a path that can be opened: an empty one cannot.
    pub fn root(&self) -> &Path {
        if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder }
    }

    /// The project file, from the working directory; `None` when there is none.
    pub fn file(&self) -> Option<PathBuf> {
        self.project.as_ref().map(|project| PathBuf::from(project.source.path()))
    }

    /// What is run when the user names no path: what the project file says, else `specs`. A path
    /// of the project file that leads nowhere is a fault there.
    pub fn default_paths(&mut self) -> Vec<String> {
        let specs = self.project.as_ref().map_or(&[][..], |project| &project.specs);
        if specs.is_empty() {
            let folder = self.folder.join("specs");
            return folder.exists().then(|| discover::shown(&folder)).into_iter().collect();
        }
        let mut paths = Vec::new();
        for written in specs {
            let path = self.folder.join(&written.value);
            match std::fs::metadata(&path) {
                Ok(_) => paths.push(discover::shown(&path)),
                Err(error) => {
                    let source = self.project.as_ref().map(|project| &project.source);
                    self.diagnostics.extend(source.map(|source| {
                        Diagnostic::error(source, written.span, discover::reason(&error))
                            .label("the path is taken from the folder of this file")
                    }));
                }
            }
        }
        paths
    }
}

/// Finds and reads the project file of the working directory.
pub fn load(redactor: &Redactor) -> LoadedProject {
    let loaded = |folder: PathBuf, project, diagnostics| LoadedProject {
        folder,
        project,
        server: BoundServer::default(),
        diagnostics,
    };
    let Some(path) = project_file() else { return loaded(PathBuf::from("."), None, vec![]) };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let unread = |fault: Diagnostic| {
        let project = Project::unread(&fault.place.source);
        loaded(folder.clone(), Some(project), vec![fault])
    };
    if path.ends_with(OTHER_NAME) {
        let title = format!("the project file is called {FILE_NAME}: rename this one");
        return unread(discover::fault(&discover::shown(&path), title));
    }
    match discover::read(&path) {
        Ok(source) => {
            let (project, diagnostics) = project::parse(&source);
            learn_literals(&source, &diagnostics, redactor);
            loaded(folder.clone(), Some(project), diagnostics)
        }
        Err(fault) => {
            learn_literals(&fault.place.source, std::slice::from_ref(&fault), redactor);
            unread(*fault)
        }
    }
}

/// The nearest project file, as a path from the working directory.
fn project_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let file = discover::project_file(&here)?;
    let above = here.ancestors().position(|folder| Some(folder) == file.parent())?;
    let folder: PathBuf = std::iter::repeat_n("..", above).collect();
    Some(folder.join(file.file_name()?))
}
