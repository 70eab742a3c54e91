//! The rules of a mapping, checked when it ends: each key once, and each with a value.

use std::sync::Arc;

use super::{Entry, Node, stumble};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span, Spanned};

/// Up to this many keys are compared with each other, which beats sorting them.
const FEW: usize = 12;

/// Takes out the entries whose key was given before; a fault for each.
pub(super) fn refuse_duplicates(
    source: &Arc<Source>,
    entries: Vec<Entry>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let repeated = repeated_keys(&entries);
    if repeated.is_empty() {
        return entries;
    }
    let mut keep = vec![true; entries.len()];
    for (first, later) in repeated {
        keep[later] = false;
        let line = source.location(entries[first].key.span.start).line;
        let key = &entries[later].key;
        let title = format!("duplicate key `{}`", key.value);
        let label = format!("already given on line {line}");
        faults.push(Diagnostic::error(source, key.span, title).label(label));
    }
    entries.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(entry, _)| entry).collect()
}

/// The pairs of a key's first entry and a later one.
fn repeated_keys(entries: &[Entry]) -> Vec<(usize, usize)> {
    let key = |index: usize| &entries[index].key.value;
    if entries.len() <= FEW {
        let first_of = |later: usize| (0..later).find(|first| key(*first) == key(later));
        return (1..entries.len()).filter_map(|later| Some((first_of(later)?, later))).collect();
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| key(*a).cmp(key(*b)));
    let mut repeated = Vec::new();
    for same in order.chunk_by(|a, b| key(*a) == key(*b)) {
        repeated.extend(same[1..].iter().map(|later| (same[0], *later)));
    }
    repeated
}

/// Reports the entries, by their numbers, behind whose key nothing stands.
pub(super) fn report_missing_values(
    source: &Arc<Source>,
    entries: &[Entry],
    missing: &[usize],
    flow: bool,
    faults: &mut Vec<Diagnostic>,
) {
    let mut rest = missing;
    while let Some((first, more)) = rest.split_first() {
        let run = 1 + more.iter().zip(first + 1..).take_while(|(a, b)| **a == *b).count();
        rest = &rest[run..];
        let keys = &entries[*first..first + run];
        let before = if flow { first.checked_sub(1) } else { None };
        match before.map(|index| &entries[index].value) {
            Some(value) if is_plain(source, value) => {
                faults.push(split_value(source, value, keys));
            }
            _ => faults.extend(keys.iter().map(|entry| missing_value(source, &entry.key))),
        }
    }
}

fn is_plain(source: &Source, value: &Node) -> bool {
    let first = source.text().as_bytes().get(value.span.start as usize);
    !matches!(first, Some(b'"' | b'\'' | b'[' | b'{' | b'*') | None)
}

fn missing_value(source: &Arc<Source>, key: &Spanned<String>) -> Diagnostic {
    let label = match key.value.split_once(':') {
        Some((name, value)) if !value.is_empty() => format!("did you mean `{name}: {value}`?"),
        _ if comment(source, key).is_some() => {
            "what stands behind it begins with `#`, and is a comment: quote it".to_owned()
        }
        _ => "nothing stands behind it: indent what belongs to it, or write `\"\"` or `null`"
            .to_owned(),
    };
    Diagnostic::error(source, key.span, format!("`{}` has no value", key.value)).label(label)
}

/// A comment on the line of a key that looks like its value: `name: #1 works`.
fn comment<'s>(source: &'s Source, key: &Spanned<String>) -> Option<&'s str> {
    let rest = source.text().get(key.span.end as usize..)?.lines().next()?;
    let value = rest.trim_start_matches(['"', '\'']).strip_prefix(':')?.trim_start();
    value.strip_prefix('#').filter(|text| text.starts_with(|c: char| !c.is_whitespace()))
}

/// `{starts_with: a, b}`: to YAML, `b` is a key.
fn split_value(source: &Arc<Source>, value: &Node, keys: &[Entry]) -> Diagnostic {
    let end = keys.last().map_or(value.span, |entry| entry.key.span);
    let whole = value.span.to(end);
    let text = &source.text()[whole.start as usize..whole.end as usize];
    let first = keys.first().map_or("", |entry| &entry.key.value);
    let span = keys.first().map_or(Span::default(), |entry| entry.key.span);
    Diagnostic::error(source, span, format!("`{first}` has no value"))
        .label(format!("did you mean `{}`?", stumble::quoted(text)))
        .help("inside `{}` and `[]` a text with a comma in it needs quotes")
}
