//! Which cases of a plan are run.

use super::{Case, Plan, Work};

/// What the user asked for; a case must meet each kind that is not empty.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Has one of these tags, and none of those that begin with `!`.
    pub tags: Vec<String>,
    /// Has one of these texts in its name.
    pub filters: Vec<String>,
    /// Stands at one of these lines, for the files that are named here.
    pub lines: Vec<(String, usize)>,
}

impl Plan {
    /// The plan with only the selected cases. A file that is no valid spec stays in: nobody can
    /// know what it would have held.
    pub fn select(mut self, selection: &Selection) -> Plan {
        self.cases.retain(|case| selection.takes(case));
        self
    }
}

impl Selection {
    fn takes(&self, case: &Case) -> bool {
        matches!(case.work, Work::Invalid(_))
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
            || of_file
                .any(|(_, line)| (case.line as usize..=case.last_line as usize).contains(line))
    }
}
