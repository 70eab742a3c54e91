//! Differences of JSON values, along their structure.

use serde_json::{Map, Value};

use super::{Diff, Line, Side};
use crate::json_path::place;
use crate::judge::compare::equal;
use crate::judge::note::Excerpt;
use crate::judge::part::{is_in, unpaired};
use crate::judge::seen::Seen;
use crate::judge::words::json;

/// Lists are aligned element by element up to this many; of longer ones the same place is compared.
const ALIGNED: usize = 400;

/// Where two lists or two objects that stand at `place` differ.
pub fn values(expected: &Value, actual: &Value, place: &str) -> Diff {
    walked(expected, actual, place, Walk { diff: Diff::default(), whole: true })
}

/// What of `part` is not in `actual`.
pub fn of_part(part: &Value, actual: &Value, place: &str) -> Diff {
    walked(part, actual, place, Walk { diff: Diff::default(), whole: false })
}

/// Where two lists differ, whatever the order of their elements.
pub fn in_any_order(expected: &[Value], actual: &[Value], place: &str) -> Diff {
    let mut walk = Walk { diff: Diff::default(), whole: true };
    walk.bag(expected, actual, place);
    walk.diff
}

fn walked(expected: &Value, actual: &Value, place: &str, mut walk: Walk) -> Diff {
    walk.value(expected, actual, place);
    walk.diff
}

struct Walk {
    diff: Diff,
    /// Whether all must be the same, or only what is expected must be in there.
    whole: bool,
}

impl Walk {
    fn value(&mut self, expected: &Value, actual: &Value, place: &str) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => {
                self.members(expected, actual, place);
            }
            (Value::Array(expected), Value::Array(actual)) if self.whole => {
                self.elements(expected, actual, place);
            }
            (Value::Array(expected), Value::Array(actual)) => self.bag(expected, actual, place),
            _ => {
                let lines =
                    [line(Side::Expected, json(expected)), line(Side::Actual, json(actual))];
                self.diff.push(place.to_owned(), &lines);
            }
        }
    }

    fn is_met(&self, expected: &Value, actual: &Value) -> bool {
        if self.whole { equal(expected, actual) } else { is_in(expected, Seen::Json(actual)) }
    }

    /// First what differs in the object itself, then what differs deeper.
    fn members(&mut self, expected: &Map<String, Value>, actual: &Map<String, Value>, at: &str) {
        let named = |name: &str, value: &Value| format!("{}: {}", Value::from(name), json(value));
        let (mut lines, mut deeper) = (Vec::new(), Vec::new());
        for (name, wanted) in expected {
            match actual.get(name) {
                Some(found) if self.is_met(wanted, found) => {
                    lines.push(line(Side::Both, named(name, found)));
                }
                Some(found) if is_deep(wanted, found) => deeper.push((name, wanted, found)),
                found => {
                    lines.push(line(Side::Expected, named(name, wanted)));
                    lines.extend(found.map(|found| line(Side::Actual, named(name, found))));
                }
            }
        }
        if self.whole {
            let spare = actual.iter().filter(|(name, _)| !expected.contains_key(*name));
            lines.extend(spare.map(|(name, value)| line(Side::Actual, named(name, value))));
        }
        self.diff.push(at.to_owned(), &lines);
        for (name, wanted, found) in deeper {
            self.value(wanted, found, &place::member(at, name));
        }
    }

    fn elements(&mut self, expected: &[Value], actual: &[Value], at: &str) {
        let steps = alignment(expected, actual);
        let (mut lines, mut deeper) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                (Some(i), Some(j)) if equal(&expected[i], &actual[j]) => {
                    lines.push(numbered(Side::Both, j, &actual[j]));
                }
                (Some(i), Some(j)) if is_alike(&expected[i], &actual[j]) => deeper.push((i, j)),
                (i, j) => {
                    lines.extend(i.map(|i| numbered(Side::Expected, i, &expected[i])));
                    lines.extend(j.map(|j| numbered(Side::Actual, j, &actual[j])));
                }
            }
        }
        self.diff.push(at.to_owned(), &lines);
        for (i, j) in deeper {
            self.value(&expected[i], &actual[j], &place::element(at, j));
        }
    }

    /// Elements in any order: each that has no partner beside the one that is most like it.
    fn bag(&mut self, expected: &[Value], actual: &[Value], at: &str) {
        let met = |i: usize, j: usize| self.is_met(&expected[i], &actual[j]);
        let missing = unpaired(expected.len(), actual.len(), met);
        let mut spare = match self.whole {
            true => unpaired(actual.len(), expected.len(), |j, i| met(i, j)),
            // What is there more than once may be meant more than once.
            false => {
                (0..actual.len()).filter(|j| !(0..expected.len()).any(|i| met(i, *j))).collect()
            }
        };
        let (mut lines, mut deeper) = (Vec::new(), Vec::new());
        for i in missing {
            let like = |j: &usize| likeness(&expected[i], &actual[*j]);
            let nearest = spare.iter().copied().filter(|j| like(j) > 0).max_by_key(like);
            match nearest {
                Some(j) => {
                    spare.retain(|other| *other != j);
                    deeper.push((i, j));
                }
                None => lines.push(line(Side::Expected, json(&expected[i]))),
            }
        }
        if self.whole {
            lines.extend(spare.iter().map(|j| numbered(Side::Actual, *j, &actual[*j])));
        }
        self.diff.push(at.to_owned(), &lines);
        for (i, j) in deeper {
            self.value(&expected[i], &actual[j], &place::element(at, j));
        }
    }
}

fn line(side: Side, text: String) -> Line {
    Line { side, text: Excerpt::whole(&text) }
}

fn numbered(side: Side, number: usize, value: &Value) -> Line {
    line(side, format!("[{number}] {}", json(value)))
}

/// Whether it is worth to look inside the two for what differs.
fn is_deep(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => !a.is_empty() && !b.is_empty(),
        (Value::Array(a), Value::Array(b)) => !a.is_empty() && !b.is_empty(),
        _ => false,
    }
}

fn is_alike(a: &Value, b: &Value) -> bool {
    likeness(a, b) > 0
}

/// How many members two objects have in common; two lists are alike at the outset.
fn likeness(a: &Value, b: &Value) -> usize {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let same = |(name, a): &(&String, &Value)| b.get(*name).is_some_and(|b| equal(a, b));
            a.iter().filter(same).count()
        }
        (Value::Array(a), Value::Array(b)) => usize::from(!a.is_empty() && !b.is_empty()),
        _ => 0,
    }
}

/// Which element belongs to which: the longest common subsequence, and what lies between two of
/// its elements one by one.
fn alignment(expected: &[Value], actual: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    let (n, m) = (expected.len(), actual.len());
    let mut common = Vec::new();
    if n <= ALIGNED && m <= ALIGNED {
        let same: Vec<Vec<bool>> =
            expected.iter().map(|e| actual.iter().map(|a| equal(e, a)).collect()).collect();
        common = longest_common(n, m, |i, j| same[i][j]);
    }
    common.push((n, m));
    let (mut steps, mut i, mut j) = (Vec::new(), 0, 0);
    for (next_i, next_j) in common {
        while i < next_i || j < next_j {
            let step = ((i < next_i).then_some(i), (j < next_j).then_some(j));
            (i, j) = (i + usize::from(i < next_i), j + usize::from(j < next_j));
            steps.push(step);
        }
        if next_i < n && next_j < m {
            steps.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        }
    }
    steps
}

/// The pairs of the longest common subsequence of two sequences of these lengths.
pub fn longest_common(
    n: usize,
    m: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut lengths = vec![vec![0_u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            lengths[i][j] = match same(i, j) {
                true => lengths[i + 1][j + 1] + 1,
                false => lengths[i + 1][j].max(lengths[i][j + 1]),
            };
        }
    }
    let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
    while i < n && j < m {
        if same(i, j) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
