//! Expected outputs that are kept in files, whole.

use std::fs;

use super::project::root;

/// Compares `actual` with the file at `expected`, a path below the crate's root.
///
/// With `APITEST_BLESS=1` in the environment the file is written instead; read what changed with
/// `git diff` then. In CI (`CI` is set) that is refused.
#[track_caller]
pub fn golden(expected: &str, actual: &str) {
    let path = root().join(expected);
    if std::env::var_os("APITEST_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "APITEST_BLESS is set in CI");
        fs::write(&path, actual).unwrap_or_else(|error| panic!("{expected}: {error}"));
        return;
    }
    // A checkout on Windows may have turned the line breaks.
    let wanted = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{expected}: {error}: run with APITEST_BLESS=1 to write it"))
        .replace("\r\n", "\n");
    assert!(
        wanted == actual,
        "{expected} differs: run with APITEST_BLESS=1 to accept, and read the difference\n\
         {}\nwhole output:\n{actual}",
        first_difference(&wanted, actual)
    );
}

fn first_difference(wanted: &str, actual: &str) -> String {
    let same = wanted.lines().zip(actual.lines()).take_while(|(w, a)| w == a).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    format!("line {}\n  wanted: {}\n  actual: {}", same + 1, line(wanted), line(actual))
}

#[test]
fn a_difference_names_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nc\n"), "line 2\n  wanted: b\n  actual: c");
    assert_eq!(first_difference("a\n", "a\nc\n"), "line 2\n  wanted: (the end)\n  actual: c");
}
