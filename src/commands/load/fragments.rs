//! The fragments of a run: each file read once, whatever uses it.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{circles, learn_literals};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::discover;
use crate::plan::scope::Place;
use crate::plan::unused::of_fragment;
use crate::secret::Redactor;
use crate::source::{Source, Spanned};
use crate::suite::Suite;
use crate::suite::fragment::{self, FragmentFile, Fragments, NO_FRAGMENT, Use, path_of};

/// What there is of a file, or why it cannot be used.
type Known = Result<Arc<FragmentFile>, String>;

/// How many fragments a spec may use, those included that they use: circles among them are looked for
/// by recursion.
const MOST: usize = 1000;

/// The fragments that are known so far.
pub struct FragmentStore<'f> {
    /// The folder that they must stay in, without links.
    root: Option<&'f Path>,
    redactor: &'f Redactor,
    known: Mutex<HashMap<PathBuf, Arc<OnceLock<Known>>>>,
}

impl<'f> FragmentStore<'f> {
    /// Before any of them.
    pub fn new(root: Option<&'f Path>, redactor: &'f Redactor) -> FragmentStore<'f> {
        FragmentStore { root, redactor, known: Mutex::default() }
    }

    /// Gives a suite the fragments that it uses, and those that they use, and what is wrong with
    /// them.
    pub fn supply(&self, suite: &mut Suite) -> Vec<Diagnostic> {
        let (mut faults, mut fragments) = (Vec::new(), Fragments::new());
        let mut seen = HashSet::new();
        let mut wanted = paths(&suite.source, suite.uses());
        while let Some((source, written)) = wanted.pop() {
            let path = path_of(&source, &written.value);
            if fragments.contains_key(&path) {
                continue;
            }
            match self.file(&path) {
                Ok(_) if fragments.len() == MOST => {
                    let reason = format!("this spec uses more than {MOST} fragments");
                    faults.push(unusable(&source, &written, &path, reason));
                    break;
                }
                Ok(file) => {
                    if seen.insert(Arc::as_ptr(&file.source)) {
                        faults.extend(file.faults.iter().cloned());
                        let uses = file.fragment.iter().flat_map(|f| f.uses());
                        wanted.extend(paths(&file.source, uses));
                    }
                    fragments.insert(path, file);
                }
                Err(reason) => faults.push(unusable(&source, &written, &path, reason)),
            }
        }
        faults.extend(circles::circles(&fragments));
        suite.fragments = fragments;
        faults
    }

    /// A fragment, read if nobody has done so.
    ///
    /// # Errors
    /// Why there is none behind the path, in words.
    pub fn file(&self, path: &Path) -> Known {
        let real = path.canonicalize().map_err(|error| discover::reason(&error))?;
        let slot = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(real.clone()).or_default().clone()
        };
        slot.get_or_init(|| self.read(path, &real)).clone()
    }

    fn read(&self, path: &Path, real: &Path) -> Known {
        if self.root.is_some_and(|root| !real.starts_with(root)) {
            return Err("fragments stay inside the project directory".into());
        }
        if real.is_dir() {
            return Err("this is a folder: name one file".into());
        }
        if discover::is_project_name(path) {
            return Err("this is a project file".into());
        }
        match discover::read(&plain(path, real)) {
            Ok(source) => {
                let (read, faults) = fragment::parse(&source);
                learn_literals(&source, &faults, self.redactor);
                let fragment = read.map_err(str::to_owned)?;
                Ok(Arc::new(FragmentFile { source, fragment, faults }))
            }
            Err(fault) => {
                let source = fault.place.source.clone();
                learn_literals(&source, std::slice::from_ref(&fault), self.redactor);
                Ok(Arc::new(FragmentFile { source, fragment: None, faults: vec![*fault] }))
            }
        }
    }

    /// Warnings, file by file, for those that nothing uses, and for what nothing uses of them when
    /// `everything` is known that could.
    pub fn unused(&self, used: &HashSet<Place>, everything: bool) -> Vec<Vec<Diagnostic>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files: Vec<&Arc<FragmentFile>> =
            known.values().filter_map(|slot| slot.get()?.as_ref().ok()).collect();
        files.sort_by_key(|file| file.source.path());
        let warnings = files.into_iter().map(|file| of_fragment(file, used, everything));
        warnings.filter(|warnings| !warnings.is_empty()).collect()
    }
}

/// The paths that a file names, with the file.
fn paths<'u>(
    source: &Arc<Source>,
    uses: impl Iterator<Item = &'u Use>,
) -> Vec<(Arc<Source>, Spanned<String>)> {
    uses.map(|used| (source.clone(), used.path.clone())).collect()
}

fn unusable(
    source: &Arc<Source>,
    written: &Spanned<String>,
    path: &Path,
    reason: String,
) -> Diagnostic {
    let fault = Diagnostic::error(source, written.span, NO_FRAGMENT);
    let fault = fault.label(reason);
    match path.exists() {
        true => fault,
        false => advice(written, path).into_iter().fold(fault, Diagnostic::help),
    }
}

/// What is most likely meant by a path that leads nowhere.
fn advice(written: &Spanned<String>, path: &Path) -> Option<String> {
    let parts: Vec<Component> = Path::new(&written.value).components().collect();
    let folder = path.ancestors().nth(parts.len())?;
    let lower = (1..parts.len()).find_map(|cut| {
        let lower: PathBuf = parts[cut..].iter().collect();
        folder.join(&lower).is_file().then(|| discover::shown(&lower))
    });
    let higher = (1..=folder.components().count()).find_map(|up| {
        let higher = format!("{}{}", "../".repeat(up), written.value);
        folder.join(&higher).is_file().then_some(higher)
    });
    if let Some(found) = lower.or(higher) {
        return Some(format!("paths begin at the folder of this file: write `{found}`"));
    }
    let near = discover::near(path)?;
    let near = Path::new(&near);
    // That both end in `.yaml` makes no name like another.
    did_you_mean(path.file_stem()?.to_str()?, near.file_stem()?.to_str())?;
    let near = Path::new(&written.value).with_file_name(near.file_name()?);
    Some(format!("did you mean `{}`?", discover::shown(&near)))
}

/// A path without `..`, if that leads to the same file.
fn plain(path: &Path, real: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let last = plain.components().next_back();
        match (part, last) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(plain.pop()),
            (part, _) => plain.push(part),
        }
    }
    match plain.canonicalize() {
        Ok(same) if same == real => plain,
        _ => path.to_owned(),
    }
}
