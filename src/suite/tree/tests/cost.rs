//! Hostile files end in one fault; what others cost is measured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use saphyr_parser::Parser;

use super::super::parse;
use super::read;
use crate::source::Source;

/// The titles, after what must be quick even in a debug build on a busy machine.
fn titles(text: &str) -> Vec<String> {
    let begin = Instant::now();
    let (tree, faults) = read(text);
    assert!(begin.elapsed() < Duration::from_secs(20), "took {:?}", begin.elapsed());
    assert!(tree.is_none());
    faults.into_iter().map(|fault| fault.title).collect()
}

#[test]
fn deep_nesting_ends_in_one_fault() {
    let indented: String = (0..400).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let texts = [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000) + "a",
        "a: ".to_owned() + &"[".repeat(129) + &"]".repeat(129),
        indented,
    ];
    for text in texts {
        assert_eq!(titles(&text), ["nested more than 128 levels deep"], "{:.20}", text);
    }
    let (tree, faults) = read(&("[".repeat(128) + &"]".repeat(128)));
    assert!(tree.is_some() && faults.is_empty(), "{faults:?}");
}

#[test]
fn aliases_that_multiply_end_in_one_fault() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
    }
    assert_eq!(titles(&bomb), ["more than 200000 values in one file, aliases written out"]);

    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
    assert_eq!(titles(&long), ["aliases repeat more than 16 MiB"]);

    let many = format!("a: &a x\nb: [{}]\n", vec!["*a"; 1_001].join(", "));
    assert_eq!(titles(&many), ["more than 1000 aliases in one file"]);

    let nest = |inner: &str| "[".repeat(100) + inner + &"]".repeat(100);
    let deep = format!("a: &a {}\nb: {}\n", nest("x"), nest("*a"));
    assert_eq!(titles(&deep), ["nested more than 128 levels deep"]);
}

#[test]
fn many_values_end_in_one_fault() {
    let text = "- a\n".repeat(200_001);
    assert_eq!(titles(&text), ["more than 200000 values in one file, aliases written out"]);
}

/// Every prefix of a spec, and every spec with a character put in, is read or refused.
#[test]
fn no_text_brings_it_down() {
    let spec = "\u{feff}name: Ö\ntests:\n  - {name: a, x: [1, 'b', \"c\\n\"]}\n  - request: GET /${id}\n    \
                body: |\n      é\n    list:\n    - &a 1\n    - *a\n";
    let redactor = crate::secret::Redactor::default();
    let check = |text: &str| {
        let (tree, faults) = read(text);
        assert!(tree.is_some() || !faults.is_empty(), "{text:?}");
        for fault in faults {
            assert!(!fault.title.is_empty());
            assert!(fault.annotation(&redactor).draw(false).starts_with("error: "), "{text:?}");
        }
    };
    for (at, _) in spec.char_indices() {
        check(&spec[..at]);
        for put in "\t\n\"'[]{},:-#&*!|>%@`?~é\0\u{feff}\\ $".chars() {
            check(&format!("{}{put}{}", &spec[..at], &spec[at..]));
            check(&format!("{}{put}", &spec[..at]));
            check(&format!("{}{put} {}", &spec[..at], &spec[at..]));
        }
    }
}

/// `cargo test --release --lib tree -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn speed_of_a_mebibyte() {
    let test = "  - name: lists alice's orders NUMBER\n    request: GET /orders?limit=2\n    expect:\n      \
                status: 200\n      headers:\n        content-type: {starts_with: application/json}\n      \
                json:\n        $.orders: {length: 2, each: {json: {$.owner: alice, $.id: {type: integer}}}}\n    \
                enforce: bearer\n";
    for comment in ["ascii", "zwölf"] {
        let mut text = format!("name: Orders # {comment}\ntests:\n");
        while text.len() < 1 << 20 {
            text += &test.replace("NUMBER", &text.len().to_string());
        }
        let best = |run: &dyn Fn()| {
            let once = || {
                let begin = Instant::now();
                run();
                begin.elapsed()
            };
            (0..10).map(|_| once()).min().unwrap_or_default()
        };
        let source = Arc::new(Source::new("a.yaml", text.as_str()));
        let took = best(&|| assert!(parse(&source).1.is_empty()));
        let events = best(&|| assert!(Parser::new_from_str(&text).all(|event| event.is_ok())));
        let per_kib = took.as_secs_f64() * 1e6 / (text.len() as f64 / 1024.0);
        println!("{comment}: {took:?}, its events alone {events:?}; {per_kib:.1} µs a KiB");
    }
}
