//! Fragments that use themselves, each by way of others.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Related};
use crate::source::{Place, Source};
use crate::suite::fragment::{FragmentFile, Fragments, path_of};

/// A fault for each circle, the same for every spec that leads into it.
pub fn circles(fragments: &Fragments) -> Vec<Diagnostic> {
    let mut files: Vec<(&PathBuf, &Arc<FragmentFile>)> = fragments.iter().collect();
    files.sort_by_key(|(_, file)| file.source.path());
    let mut search =
        Search { fragments, done: HashSet::new(), way: Vec::new(), faults: Vec::new() };
    files.into_iter().for_each(|(_, file)| search.follow(file));
    search.faults
}

/// A search along the uses, in depth.
struct Search<'f> {
    fragments: &'f Fragments,
    /// The files from which all circles are known.
    done: HashSet<*const Source>,
    /// The files on the way, each with the line that leads on from it.
    way: Vec<Turn>,
    faults: Vec<Diagnostic>,
}

/// A line that uses the next file.
struct Turn {
    at: Place,
    next: Arc<Source>,
}

impl<'f> Search<'f> {
    fn follow(&mut self, file: &'f FragmentFile) {
        if self.done.contains(&Arc::as_ptr(&file.source)) {
            return;
        }
        for used in file.fragment.iter().flat_map(|fragment| fragment.uses()) {
            let path = path_of(&file.source, &used.path.value);
            let Some(next) = self.fragments.get(&path) else { continue };
            let at = Place::new(&file.source, used.path.span);
            self.way.push(Turn { at, next: next.source.clone() });
            let is_it = |turn: &Turn| Arc::ptr_eq(&turn.at.source, &next.source);
            match self.way.iter().position(is_it) {
                Some(begin) => self.faults.push(fault(&self.way[begin..])),
                None => self.follow(next),
            }
            self.way.pop();
        }
        self.done.insert(Arc::as_ptr(&file.source));
    }
}

/// A circle, told at its first file by name.
fn fault(circle: &[Turn]) -> Diagnostic {
    let path = |turn: &Turn| turn.at.source.path().to_owned();
    let first = (0..circle.len()).min_by_key(|i| path(&circle[*i])).unwrap_or(0);
    let turns = || circle.iter().cycle().skip(first).take(circle.len());
    let begin = &circle[first];
    let names: Vec<String> = turns().map(path).chain([path(begin)]).collect();
    let title = format!("{} uses itself", names[0]);
    let mut fault = Diagnostic::error(&begin.at.source, begin.at.span, title);
    fault.label = names.join(" → ");
    fault.related.extend(turns().skip(1).map(|turn| Related {
        place: turn.at.clone(),
        label: format!("uses {}", turn.next.path()),
    }));
    fault
}
