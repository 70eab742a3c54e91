//! All reporters of a run: which there are, and what happened to them.

use std::collections::HashMap;
use std::io::{self, Stderr, Stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Process;
use super::load::project::LoadedProject;
use super::specs::annotations;
use crate::cli::{Format, LevelName, RunArgs};
use crate::diagnostic::Diagnostic;
use crate::discover::without_dots;
use crate::event::{Event, StopReason};
use crate::exit_code::ExitCode;
use crate::report::Reporter;
use crate::report::console::{Console, Detail};
use crate::report::json::Json;
use crate::report::junit::Junit;
use crate::report::masks::Masks;
use crate::report::progress::Progress;
use crate::report::proof::{Level, Proof};
use crate::report::required::required_level;
use crate::report::tally::Tally;
use crate::secret::Redactor;
use crate::source::Spanned;

/// The reporters, each of which gets every event.
pub struct Reports {
    /// `None` once nobody reads it any more.
    console: Option<Console<Stdout, Stderr>>,
    files: Vec<(PathBuf, Box<dyn Reporter>)>,
    /// Where `--github-masks` goes.
    masks: Option<Masks<Stdout>>,
    redactor: Arc<Redactor>,
    tally: Tally,
    proof: Proof,
    required: Option<Level>,
    /// What could not be written.
    failed: Vec<String>,
}

impl Reports {
    /// Opens every report, so that a bad path is told before the first request.
    ///
    /// # Errors
    /// Why a report cannot be written.
    pub fn open(
        arguments: &RunArgs,
        process: &Process,
        loaded: &LoadedProject,
        redactor: &Arc<Redactor>,
    ) -> Result<Reports, String> {
        let files = paths(arguments, loaded)?
            .into_iter()
            .map(|(format, path)| Ok((path.clone(), reporter(format, &path)?)))
            .collect::<Result<_, String>>()?;
        let console = Some(console(arguments, process));
        let (tally, proof) = (Tally::default(), Proof::default());
        let required = arguments.require_level.map(level);
        let masks = arguments.github_masks.then(|| Masks::new(io::stdout()));
        let (redactor, failed) = (redactor.clone(), Vec::new());
        Ok(Reports { console, files, masks, redactor, tally, proof, required, failed })
    }

    /// Tells faults and warnings, each once, however many files have it from the project file.
    pub fn notice(&mut self, diagnostics: &[Diagnostic]) {
        // What the specs hold is masked before the first request, faults or not.
        self.mask();
        for annotation in annotations(diagnostics, &self.redactor) {
            self.report(&Event::Noticed(&annotation));
        }
    }

    /// Hands an event to every reporter. What cannot be written is told by [`Reports::finish`].
    pub fn report(&mut self, event: &Event) {
        match event {
            Event::CaseEnded(case, end) => self.proof.add(case, end),
            Event::Ended { stopped, .. } => self.require_level(*stopped),
            Event::Noticed(_)
            | Event::Started { .. }
            | Event::Progressed { .. }
            | Event::ServerPrinted(_) => {}
        }
        self.hand_out(event);
    }

    /// A level that was required and is not reached is a case of its own, the last one: no report
    /// may look green without it.
    fn require_level(&mut self, stopped: Option<StopReason>) {
        // What was not run is not proven, and is told by itself.
        let Some(level) = self.required.filter(|_| stopped.is_none()) else { return };
        let (case, end) = required_level(&self.proof, level);
        self.hand_out(&Event::CaseEnded(&case, &end));
    }

    /// Masks what was learned by now: nothing that is printed later could hold it unmasked.
    fn mask(&mut self) {
        let Some(masks) = &mut self.masks else { return };
        if let Err(error) = masks.tell(&self.redactor.learned()) {
            self.masks = None;
            self.failed.push(format!("the secrets could not be masked: {error}"));
        }
    }

    fn hand_out(&mut self, event: &Event) {
        self.mask();
        if let Some(console) = &mut self.console
            && let Err(error) = console.report(event)
        {
            self.console = None;
            // Who pipes into `head` has read enough; the reports are written all the same.
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.push(format!("the results could not be printed: {error}"));
            }
        }
        self.files.retain_mut(|(path, file)| match file.report(event) {
            Ok(()) => true,
            Err(error) => {
                let path = path.display();
                self.failed.push(format!("the report {path} could not be written: {error}"));
                false
            }
        });
        self.tally.count(event);
    }

    /// The code of the run: the worst of `code`, the verdicts and what could not be written.
    pub fn finish(self, code: ExitCode) -> ExitCode {
        let code = code.and(self.tally.exit_code());
        self.failed.iter().fold(code, |code, what| code.and(super::broken(what)))
    }
}

fn level(name: LevelName) -> Level {
    match name {
        LevelName::L1 => Level::L1,
        LevelName::L2 => Level::L2,
        LevelName::L3 => Level::L3,
        LevelName::L4 => Level::L4,
    }
}

fn reporter(format: Format, path: &Path) -> Result<Box<dyn Reporter>, String> {
    Ok(match format {
        Format::Junit => Box::new(Junit::create(path)?),
        Format::Json => Box::new(Json::create(path)?),
    })
}

/// Where reports go: where the command line says, else where the project file says; each once.
///
/// # Errors
/// Two reports at the same path.
fn paths(arguments: &RunArgs, loaded: &LoadedProject) -> Result<Vec<(Format, PathBuf)>, String> {
    let junit = arguments.junit.iter().map(|path| (Format::Junit, path.clone()));
    let mut paths: Vec<_> = arguments.report.iter().cloned().chain(junit).collect();
    if let Some(project) = loaded.project.as_ref().filter(|_| paths.is_empty()) {
        let at = |path: &Spanned<String>| loaded.folder.join(&path.value);
        paths.extend(project.reports.junit.as_ref().map(|path| (Format::Junit, at(path))));
        paths.extend(project.reports.json.as_ref().map(|path| (Format::Json, at(path))));
    }
    let mut seen: HashMap<PathBuf, Format> = HashMap::new();
    let mut twice = None;
    paths.retain(|(format, path)| match seen.insert(without_dots(path), *format) {
        Some(other) if other != *format => {
            twice = Some(format!("two reports cannot both stand at {}", path.display()));
            false
        }
        known => known.is_none(),
    });
    twice.map_or(Ok(paths), Err)
}

fn console(arguments: &RunArgs, process: &Process) -> Console<Stdout, Stderr> {
    let detail = match (arguments.quiet, arguments.verbose) {
        (true, _) => Detail::Quiet,
        (_, true) => Detail::Verbose,
        _ => Detail::Normal,
    };
    let progress = Progress::new(process.draws_progress() && detail != Detail::Quiet);
    let (out, err) = process.colors(arguments.color);
    Console::new((io::stdout(), out), (io::stderr(), err), detail, progress)
}
