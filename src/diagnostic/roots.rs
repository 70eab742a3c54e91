//! One slip is one fault: what only comes of another is left out.

use super::{Diagnostic, Severity};

/// The most faults of one file that are told.
const MOST: usize = 200;

/// The diagnostics without those that are told already or only come of an earlier one: what
/// encloses a place that is faulty, and what looks at a value that is missing.
pub fn roots(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut roots: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        if roots.iter().any(|root| comes_of(&diagnostic, root)) {
            continue;
        }
        if roots.len() == MOST {
            let title = format!("more than {MOST} faults: the others are not shown");
            roots.push(Diagnostic {
                title,
                label: String::new(),
                related: vec![],
                helps: vec!["mend these first: others may come of them".to_owned()],
                ..diagnostic
            });
            break;
        }
        roots.push(diagnostic);
    }
    roots
}

fn comes_of(later: &Diagnostic, root: &Diagnostic) -> bool {
    let (outer, inner) = (later.place.span, root.place.span);
    let encloses = outer.start <= inner.start && inner.end <= outer.end;
    // A value that is missing has no extent; the tree told so.
    let looks_at_nothing = outer.start == outer.end;
    let same = outer == inner && later.title == root.title;
    later.place.source.path() == root.place.source.path()
        && (same || root.severity == Severity::Error && (encloses || looks_at_nothing))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Source, Span};

    #[test]
    fn what_encloses_a_fault_or_looks_at_nothing_is_left_out() {
        let source = Arc::new(Source::new("a.yaml", "basic: {user: x, password: }"));
        let at = |start, end, title| Diagnostic::error(&source, Span::new(start, end), title);
        let found = roots(vec![
            at(8, 12, "a key"),
            at(7, 28, "the mapping around it"),
            at(26, 26, "nothing"),
            at(14, 15, "beside it"),
            at(14, 15, "beside it"),
        ]);
        let titles: Vec<&str> = found.iter().map(|d| d.title.as_str()).collect();
        assert_eq!(titles, ["a key", "beside it"]);
    }

    #[test]
    fn a_warning_hides_only_itself() {
        let source = Arc::new(Source::new("a.yaml", "abc"));
        let warning = Diagnostic::warning(&source, Span::new(0, 1), "odd");
        let error = Diagnostic::error(&source, Span::new(0, 3), "wrong");
        assert_eq!(roots(vec![warning.clone(), error, warning]).len(), 2);
    }
}
