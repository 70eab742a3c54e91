//! Differences of texts, line by line.

use std::ops::Range;

use super::json::longest_common;
use super::{Diff, Line, Side};
use crate::judge::note::Excerpt;

/// Lines are aligned up to this many between the first and the last that differ.
const ALIGNED: usize = 400;

/// Where two texts of several lines differ.
pub fn texts(expected: &str, actual: &str) -> Diff {
    let (wanted, found) = (ranges(expected), ranges(actual));
    let same = |i: usize, j: usize| expected[wanted[i].clone()] == actual[found[j].clone()];
    let (n, m) = (wanted.len(), found.len());
    let begin = (0..n.min(m)).take_while(|i| same(*i, *i)).count();
    let end = (0..n.min(m) - begin).take_while(|i| same(n - 1 - i, m - 1 - i)).count();
    let (inner_n, inner_m) = (n - begin - end, m - begin - end);
    let mut common: Vec<(usize, usize)> = (0..begin).map(|i| (i, i)).collect();
    if inner_n <= ALIGNED && inner_m <= ALIGNED {
        let inner = longest_common(inner_n, inner_m, |i, j| same(begin + i, begin + j));
        common.extend(inner.into_iter().map(|(i, j)| (begin + i, begin + j)));
    }
    common.extend((0..end).rev().map(|i| (n - 1 - i, m - 1 - i)));
    let line = |side, text: &str, range: &Range<usize>| Line {
        side,
        text: Excerpt::new(text, range.clone()),
    };
    let (mut lines, mut i, mut j) = (Vec::new(), 0, 0);
    for (next_i, next_j) in common.into_iter().chain([(n, m)]) {
        lines.extend(wanted[i..next_i].iter().map(|range| line(Side::Expected, expected, range)));
        lines.extend(found[j..next_j].iter().map(|range| line(Side::Actual, actual, range)));
        lines.extend(found.get(next_j).map(|range| line(Side::Both, actual, range)));
        (i, j) = (next_i + 1, next_j + 1);
    }
    let mut diff = Diff::default();
    diff.push(format!("line {}", begin + 1), &lines);
    diff
}

/// Where each line stands, in bytes, without its end.
fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = text.split('\n').map(|line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    });
    lines.collect()
}
