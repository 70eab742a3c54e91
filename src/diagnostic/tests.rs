//! How a fault is drawn, and what is kept out of it.

use super::line::MAX_LINE;
use super::*;

fn drawn(text: &str, span: Span, secrets: &[&str]) -> String {
    let redactor = Redactor::default();
    secrets.iter().for_each(|secret| redactor.add(secret));
    let source = Arc::new(Source::new("specs/a.yaml", text));
    Diagnostic::error(&source, span, "unknown key `staus`")
        .label("did you mean `status`?")
        .help("a test expects `status`, `headers`, …")
        .annotation(&redactor)
        .draw(false)
}

fn annotated(text: &str, marked: &str, secrets: &[&str]) -> Annotation {
    let redactor = Redactor::default();
    secrets.iter().for_each(|secret| redactor.add(secret));
    let source = Arc::new(Source::new("a.yaml", text));
    let start = text.find(marked).unwrap();
    let span = Span::new(start, start + marked.len());
    Diagnostic::error(&source, span, format!("`{marked}` is odd"))
        .label(format!("{marked}?"))
        .help(format!("not {marked}"))
        .annotation(&redactor)
}

#[test]
fn looks_like_rustc() {
    let text = "tests:\n  - name: x\n    expect:\n      staus: 200\n";
    let start = text.find("staus").unwrap();
    let expected = "\
error: unknown key `staus`
 --> specs/a.yaml:4:7
  |
4 |       staus: 200
  |       ^^^^^ did you mean `status`?
  |
  = help: a test expects `status`, `headers`, …
";
    assert_eq!(drawn(text, Span::new(start, start + 5), &[]), expected);
}

#[test]
fn secrets_are_masked_everywhere_and_the_mark_follows() {
    // (line, marked part, secret, shown line, shown mark)
    let table = [
        ("a: s3cret b: 1", "b", "s3cret", "a: *** b: 1", "b"),
        ("a: s3cret b: 1", "a", "s3cret", "a: *** b: 1", "a"),
        ("a: s3cret b: 1", "s3cret", "s3cret", "a: *** b: 1", "***"),
        ("a: s3cret b: 1", "a: s3", "s3cret", "a: *** b: 1", "***"),
        ("a: s3cret b: 1", "cret b", "s3cret", "a: *** b: 1", "***"),
        ("a: s3cret b: 1", "3cre", "s3cret", "a: *** b: 1", "***"),
    ];
    for (text, marked, secret, shown, mark) in table {
        let annotation = annotated(text, marked, &[secret]);
        assert_eq!(annotation.text, shown);
        assert_eq!(&annotation.text[annotation.marked.clone()], mark, "{marked}");
        assert!(!annotation.draw(true).contains(secret), "{marked}");
    }
    let annotation = annotated("a: s3cret b: 1", "s3cret", &["s3cret"]);
    assert_eq!(annotation.title, "`***` is odd");
    assert_eq!(annotation.label, "***?");
    assert_eq!(annotation.helps, ["not ***"]);
}

#[test]
fn the_column_is_that_of_the_file() {
    let long = format!("a: {} b: odd {}", "ü".repeat(400), "z".repeat(400));
    for (text, secrets) in
        [("a: s3cret b: odd", vec!["s3cret"]), (&long, vec![]), ("\t odd", vec![])]
    {
        let annotation = annotated(text, "odd", &secrets);
        let column = text[..text.find("odd").unwrap()].chars().count() + 1;
        assert_eq!(annotation.column, column);
        let drawn = annotation.draw(false);
        assert!(drawn.contains(&format!("--> a.yaml:1:{column}\n")), "{drawn}");
        assert_eq!(&annotation.text[annotation.marked.clone()], "odd");
    }
}

#[test]
fn long_lines_are_cropped_around_the_mark() {
    let text = format!("key: {} odd {}", "x".repeat(400), "y".repeat(400));
    let annotation = annotated(&text, "odd", &[]);
    assert_eq!(annotation.text.chars().count(), MAX_LINE + 2);
    assert!(annotation.text.starts_with("…x") && annotation.text.ends_with("y…"));
    let annotation = annotated(&text, "key", &[]);
    assert!(annotation.text.starts_with("key: x") && annotation.text.ends_with("x…"));
    let annotation = annotated(&text, &text, &[]);
    assert_eq!(annotation.marked.end, MAX_LINE);
}

#[test]
fn nothing_that_a_terminal_obeys_reaches_it() {
    let text = "a:\t\u{1b}[31m\u{202e}odd\u{2066}\r\nb";
    let annotation = annotated(text, "odd\u{2066}\r\nb", &[]);
    assert_eq!(annotation.text, "a:  ␛[31m\\u{202e}odd\\u{2066}");
    assert_eq!(&annotation.text[annotation.marked.clone()], "odd\\u{2066}");
    assert_eq!(annotation.title, "`odd\\u{2066}␍ b` is odd");
    let drawn = annotation.draw(false);
    assert!(drawn.chars().all(|c| c == '\n' || !c.is_control()), "{drawn:?}");
}

#[test]
fn an_empty_span_marks_one_character_also_at_the_end() {
    assert!(drawn("a: b\n", Span::new(3, 3), &[]).contains("  |    ^ did"));
    assert!(drawn("a: b\n", Span::new(4, 4), &[]).contains("  |     ^ did"));
    assert!(drawn("a: b", Span::new(90, 99), &[]).contains("  |     ^ did"));
}

#[test]
fn a_fault_of_a_whole_file_has_no_line() {
    let expected = "\
error: unknown key `staus`
--> specs/a.yaml
 = help: did you mean `status`?
 = help: a test expects `status`, `headers`, …
";
    assert_eq!(drawn("", Span::new(0, 0), &[]), expected);
}

#[test]
fn colours_come_only_when_asked_for() {
    let annotation = annotated("a: odd", "odd", &[]);
    assert!(annotation.draw(true).contains("\x1b["));
    assert!(!annotation.draw(false).contains('\x1b'));
}
