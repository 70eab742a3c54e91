//! Specs with something wrong somewhere: thousands of them, each read and planned.

use std::fs;
use std::sync::Arc;

use apitest::diagnostic::{Diagnostic, Severity};
use apitest::plan::Work;
use apitest::plan::expand::expand;
use apitest::plan::scope::Inputs;
use apitest::secret::Redactor;
use apitest::source::Source;
use apitest::suite::{self, tree};
use serde_json::Value;

use crate::support::project::files;

/// How many broken specs are read.
const COUNT: u64 = 2_000;

/// A generator of numbers that look random and are always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    fn of<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }
}

/// What is put in, besides pieces of the spec itself.
const PIECES: [&str; 40] = [
    "{", "}", "[", "]", ":", ": ", ",", "- ", "#", " #", "\"", "'", "|", ">", "&a ", "*a", "!",
    "%", "@", "`", "\t", "\n", "  ", "~", "null", "True", "0x1f", "-1", "${", "${x}", "${env.X}",
    "$${", "{{x}}", "$.a[", "<<: *a", "---\n", "é", "\u{feff}", "\u{0}", "\u{2028}",
];

/// The spec with one to three things deleted, repeated, replaced or put in.
fn broken(spec: &str, dice: &mut Dice) -> String {
    let mut bytes = spec.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let line = dice.below(lines.len());
        let (start, length) = (dice.below(bytes.len()), dice.below(6));
        let end = (start + length).min(bytes.len());
        match dice.below(7) {
            0 => drop(bytes.drain(start..end)),
            1 => drop(bytes.splice(start..start, dice.of(&PIECES).bytes())),
            2 => drop(bytes.splice(start..end, dice.of(&PIECES).bytes())),
            3 => bytes = [&lines[..line], &lines[line + 1..]].concat().concat(),
            4 => bytes = [&lines[..line], &lines[line..=line], &lines[line..]].concat().concat(),
            5 => {
                bytes = [&lines[line..=line], &lines[..line], &lines[line + 1..]].concat().concat()
            }
            _ => bytes = [b" ".as_slice(), &bytes[..end], &bytes[start..]].concat(),
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The texts of the project's own specs and examples.
fn specs() -> Vec<String> {
    let paths = [files("examples", "yaml"), files("specs", "yaml")].concat();
    assert!(paths.len() > 20, "{paths:?}");
    paths.into_iter().map(|path| fs::read_to_string(path).expect("a spec")).collect()
}

#[test]
fn a_broken_spec_is_planned_or_has_an_error_at_its_place() {
    let (specs, mut dice) = (specs(), Dice(4711));
    let (mut valid, mut invalid) = (0, 0);
    for _ in 0..COUNT {
        let spec = dice.of(&specs).clone();
        let text = broken(&spec, &mut dice);
        match check(&text) {
            true => valid += 1,
            false => invalid += 1,
        }
    }
    // Or the generator breaks nothing, or everything.
    assert!(valid > COUNT / 10 && invalid > COUNT / 3, "{valid} valid, {invalid} invalid");
}

#[test]
fn a_broken_fragment_is_read_or_has_an_error_at_its_place() {
    let paths = files("specs/fragments", "yaml");
    let read = |path| fs::read_to_string(path).expect("a fragment");
    let (fragments, mut dice): (Vec<String>, _) = (paths.iter().map(read).collect(), Dice(4711));
    let (mut valid, mut invalid) = (0, 0);
    for _ in 0..COUNT {
        let fragment = dice.of(&fragments).clone();
        let text = broken(&fragment, &mut dice);
        let source = Arc::new(Source::new("a.yaml", text.as_str()));
        let (fragment, faults) = suite::fragment::parse(&source);
        faults.iter().for_each(|fault| check_place(fault, &text));
        match fragment.expect("no spec") {
            Some(_) if faults.iter().all(|fault| fault.severity != Severity::Error) => valid += 1,
            Some(_) => invalid += 1,
            None => {
                assert!(!faults.is_empty(), "nothing is said about it:\n{text}");
                invalid += 1;
            }
        }
    }
    assert!(valid > COUNT / 10 && invalid > COUNT / 5, "{valid} valid, {invalid} invalid");
}

/// Whether the file is a valid spec.
#[track_caller]
fn check(text: &str) -> bool {
    let source = Arc::new(Source::new("a.yaml", text));
    let (suite, faults) = suite::parse(&source);
    let project = Arc::new(Source::new("apitest.yaml", "base_url: ${server.url}\n"));
    let (project, none) = suite::project::parse(&project);
    assert!(none.is_empty(), "{none:?}");
    let inputs = Inputs { server: true, ..Inputs::default() };
    let plan = expand(&source, suite.as_ref(), faults, Some(&project), &inputs);
    for diagnostic in &plan.diagnostics {
        check_place(diagnostic, text);
    }
    let errors = plan.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    match &plan.cases[..] {
        [] => panic!("nothing was planned, and nothing is said about it:\n{text}"),
        [case] if matches!(case.work, Work::Invalid(_)) => {
            assert!(errors > 0, "invalid without an error:\n{text}");
            false
        }
        _ => {
            assert_eq!(errors, 0, "valid with an error:\n{text}");
            true
        }
    }
}

#[track_caller]
fn check_place(diagnostic: &Diagnostic, text: &str) {
    let (start, end) = (diagnostic.place.span.start as usize, diagnostic.place.span.end as usize);
    assert!(text.get(start..end).is_some(), "{diagnostic:?}\n{text}");
    assert!(!diagnostic.title.is_empty(), "{text}");
    let drawn = diagnostic.annotation(&Redactor::default()).draw(false);
    assert!(drawn.contains("--> a.yaml"), "{drawn}\n{text}");
}

#[test]
fn values_are_those_that_another_reader_of_yaml_sees() {
    let (specs, mut dice, mut compared) = (specs(), Dice(4711), 0);
    let broken = (0..COUNT).map(|_| {
        let spec = dice.of(&specs).clone();
        broken(&spec, &mut dice)
    });
    for text in broken.collect::<Vec<_>>().iter().chain(&specs) {
        // Line breaks to YAML 1.1, which that reader speaks, and characters to YAML 1.2.
        if text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            continue;
        }
        let source = Arc::new(Source::new("a.yaml", text.as_str()));
        let (Some(root), faults) = tree::parse(&source) else { continue };
        let Ok(other) = serde_yaml::from_str::<Value>(text) else { continue };
        if faults.is_empty() {
            assert!(equal(&root.to_json(), &other), "{}\n{other}\n{text}", root.to_json());
            compared += 1;
        }
    }
    assert!(compared > COUNT / 4, "only {compared} were compared");
}

/// The same values; the other reader does not keep how a number is spelled.
fn equal(own: &Value, other: &Value) -> bool {
    match (own, other) {
        (Value::Number(own), Value::Number(other)) => own.as_f64() == other.as_f64(),
        (Value::Array(own), Value::Array(other)) => {
            own.len() == other.len() && own.iter().zip(other).all(|(own, other)| equal(own, other))
        }
        (Value::Object(own), Value::Object(other)) => {
            own.len() == other.len()
                && own.iter().all(|(key, own)| other.get(key).is_some_and(|o| equal(own, o)))
        }
        (own, other) => own == other,
    }
}
