//! Why there is nothing to run, where no fault tells.

use super::load::project::LoadedProject;
use crate::discover::{self, Found};

/// The reason, in words. `everything` says that the user named no path, `any_spec` that there are
/// cases which were not selected.
pub fn nothing_to_run(
    found: &Found,
    project: &LoadedProject,
    everything: bool,
    any_spec: bool,
) -> String {
    // The folder that is meant may be another than the one the user is in.
    let looked_in = match project.file() {
        Some(file) if everything => format!(" (the project file is {})", discover::shown(&file)),
        _ => String::new(),
    };
    match found.empty.first() {
        Some(folder) => format!("no spec found: {folder} holds no *.yaml or *.yml{looked_in}"),
        None if everything && found.files.is_empty() => format!(
            "no spec found: name files or folders, or list them under `specs:` in apitest.yaml{looked_in}"
        ),
        None if !any_spec => "no spec found: there are only fragments, which specs use".into(),
        None => "no test is selected: none meets all of --tag, --filter and the lines".into(),
    }
}
