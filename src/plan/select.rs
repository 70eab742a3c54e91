//! Which cases of a plan are run.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Case, Plan, SpecFile, Work};
use crate::diagnostic::did_you_mean;

/// What the user asked for; a case must meet each kind that is not empty.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Has one of these tags, and none of those that begin with `!`.
    pub tags: Vec<String>,
    /// Has one of these texts in its name.
    pub filters: Vec<String>,
    /// Stands at one of these lines, for the files that are named here.
    pub lines: Vec<(String, usize)>,
    /// The files that were asked for without a line, all of them.
    pub whole: HashSet<String>,
}

impl Plan {
    /// The plan with only the selected cases. A file that is no valid spec stays in: nobody can
    /// know what it would have held.
    /// A probe brings its control along.
    pub fn select(mut self, selection: &Selection) -> Plan {
        let mut taken: Vec<bool> = self.cases.iter().map(|case| selection.takes(case)).collect();
        // What is done around the tests of a file is done for any of them.
        let files: HashSet<*const SpecFile> = self
            .cases
            .iter()
            .zip(&taken)
            .filter(|(case, taken)| **taken && case.around.is_none())
            .map(|(case, _)| Arc::as_ptr(&case.file))
            .collect();
        for (case, taken) in self.cases.iter().zip(&mut taken) {
            if case.around.is_some() {
                *taken = files.contains(&Arc::as_ptr(&case.file));
            }
        }
        let mut control = 0;
        for (i, case) in self.cases.iter().enumerate() {
            match case.work {
                Work::Probe(_) => taken[control] |= taken[i],
                _ => control = i,
            }
        }
        let mut taken = taken.into_iter();
        self.cases.retain(|_| taken.next().unwrap_or_default());
        self
    }

    /// What was asked for that no case of the plan meets, each in words and with what to do.
    pub fn unmatched(&self, selection: &Selection) -> Vec<(String, Option<String>)> {
        let lines = selection.lines.iter();
        let lines = lines.filter_map(|(file, line)| self.no_line(file, *line, selection));
        // A file that is no valid spec might hold what is missing.
        if self.cases.iter().any(Case::is_invalid) {
            return lines.collect();
        }
        let tags = selection.tags.iter().filter_map(|tag| self.no_tag(tag));
        let filters = selection.filters.iter().filter_map(|text| self.no_name(text));
        lines.chain(tags).chain(filters).collect()
    }

    fn no_tag(&self, wanted: &str) -> Option<(String, Option<String>)> {
        let mut tags = self.cases.iter().flat_map(|case| case.tags.iter().map(|tag| &**tag));
        if wanted.starts_with('!') || tags.clone().any(|tag| tag == wanted) {
            return None;
        }
        let help = match did_you_mean(wanted, tags.clone()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if tags.next().is_none() => Some("no test has any tag".into()),
            None => Some("`apitest list --tags` lists all of them".into()),
        };
        Some((format!("no test has the tag `{wanted}`"), help))
    }

    fn no_name(&self, wanted: &str) -> Option<(String, Option<String>)> {
        let mut tests = self.cases.iter().filter(|case| case.around.is_none());
        if tests.any(|case| case.name.contains(wanted)) {
            return None;
        }
        let lower = wanted.to_lowercase();
        let near = self.cases.iter().find(|case| case.name.to_lowercase().contains(&lower));
        let help = near.map(|case| format!("capitals count: there is `{}`", case.name));
        Some((format!("no test has `{wanted}` in its name"), help))
    }

    fn no_line(
        &self,
        file: &str,
        line: usize,
        selection: &Selection,
    ) -> Option<(String, Option<String>)> {
        let of_file = |case: &&Case| case.around.is_none() && case.file.source.path() == file;
        let mut cases = self.cases.iter().filter(of_file);
        let mut there = cases.clone().filter(|case| case.stands_at(line)).peekable();
        if there.peek().is_some() {
            return there.all(|case| !selection.takes(case)).then(|| {
                let help = "leave them out, or the line";
                (format!("--tag or --filter leaves out line {line} of {file}"), Some(help.into()))
            });
        }
        let before = cases.clone().rev().find(|case| (case.line as usize) < line);
        let nearest = before.or_else(|| cases.next());
        let help = nearest.map(|case| format!("the nearest one begins in line {}", case.line));
        Some((format!("no test stands at line {line} of {file}"), help))
    }
}

impl Case {
    fn is_invalid(&self) -> bool {
        matches!(self.work, Work::Invalid(_))
    }

    fn stands_at(&self, line: usize) -> bool {
        self.is_invalid() || (self.line as usize..=self.last_line as usize).contains(&line)
    }
}

impl Selection {
    fn takes(&self, case: &Case) -> bool {
        case.is_invalid()
            || (self.takes_tags(case) && self.takes_name(case) && self.takes_line(case))
    }

    fn takes_tags(&self, case: &Case) -> bool {
        let has = |tag: &str| case.tags.iter().any(|own| &**own == tag);
        let (refused, wanted): (Vec<&String>, Vec<&String>) =
            self.tags.iter().partition(|tag| tag.starts_with('!'));
        (wanted.is_empty() || wanted.iter().any(|tag| has(tag)))
            && !refused.iter().any(|tag| has(&tag[1..]))
    }

    fn takes_name(&self, case: &Case) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|text| case.name.contains(text.as_str()))
    }

    fn takes_line(&self, case: &Case) -> bool {
        let path = case.file.source.path();
        let mut of_file = self.lines.iter().filter(|(file, _)| file == path).peekable();
        of_file.peek().is_none()
            || self.whole.contains(path)
            || of_file.any(|(_, line)| case.stands_at(*line))
    }
}
