//! The faults: where each stands and its words.

use super::read;

/// All faults of a text, one a line: place, marked text, title, label.
fn faults(text: &str) -> String {
    let (_, faults) = read(text);
    let line = |fault: &crate::diagnostic::Diagnostic| {
        let span = fault.place.span;
        let marked = text.get(span.start as usize..span.end as usize).unwrap_or("?");
        let at = fault.place.location();
        format!("{}:{} [{marked}] {}: {}", at.line, at.column, fault.title, fault.label)
    };
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(faults(text), *expected, "{text:?}");
    }
}

#[test]
fn spellings_that_other_readers_take_for_something_else() {
    let table = [
        ("~", "null", Some("null")),
        ("Null", "null", Some("null")),
        ("NULL", "null", Some("null")),
        ("True", "a boolean", Some("true")),
        ("FALSE", "a boolean", Some("false")),
        ("0777", "a number", Some("777")),
        ("00", "a number", Some("0")),
        ("-01.50", "a number", Some("-1.50")),
        ("0o17", "a number", Some("15")),
        ("0x1f", "a number", Some("31")),
        ("0b11", "a number", Some("3")),
        ("1_000", "a number", Some("1000")),
        ("+1", "a number", Some("1")),
        ("+1e5", "a number", Some("1e5")),
        (".5", "a number", Some("0.5")),
        ("-.5", "a number", Some("-0.5")),
        ("1.", "a number", Some("1")),
        (".inf", "a number", None),
        ("-.INF", "a number", None),
        (".nan", "a number", None),
    ];
    for (written, kind, instead) in table {
        let or = instead.map(|instead| format!(", or {instead} for {kind}")).unwrap_or_default();
        let expected = format!(
            "1:4 [{written}] `{written}` is not {kind} in JSON: write \"{written}\" for text{or}"
        );
        assert_eq!(faults(&format!("a: {written}\n")), expected);
    }
}

#[test]
fn what_stands_in_a_mapping() {
    check(&[
        (
            "a:\nb: 1\n",
            "1:1 [a] `a` has no value: nothing stands behind it: indent what belongs to it, or write `\"\"` or `null`",
        ),
        ("a: {starts_with: a, b}\n", "1:21 [b] `b` has no value: did you mean `\"a, b\"`?"),
        ("a: {in: a, b, c, d: e}\n", "1:12 [b] `b` has no value: did you mean `\"a, b, c\"`?"),
        ("a: {b:c}\n", "1:5 [b:c] `b:c` has no value: did you mean `b: c`?"),
        (
            "a: [b, , c]\n",
            "1:8 [,] nothing stands before this `,`: remove it, or write what is missing",
        ),
        (
            "a: {b}\n",
            "1:5 [b] `b` has no value: nothing stands behind it: indent what belongs to it, or write `\"\"` or `null`",
        ),
        (
            "a: 1\nb: 2\na: 3\na: 4\n",
            "3:1 [a] duplicate key `a`: already given on line 1\n4:1 [a] duplicate key `a`: already given on line 1",
        ),
        (
            "<<: {a: 1}\nb: 2\n",
            "1:1 [<<] merge keys are not read: write out what is meant, or repeat a whole value with `*name`",
        ),
        ("[a]: b\n", "1:1 [[] a list or mapping cannot be a key: for a text, put it in quotes"),
        ("a: {{x}}\n", "1:4 [{{x}}] `{{…}}` is not a variable: write \"${x}\""),
        ("a: &x b\n*x : c\n", "2:1 [*x] an alias cannot be a key: write the key itself"),
        (": a\n", "1:1 [:] a key is missing: nothing stands before it"),
        ("a:\n  -\n  - b\n", "2:3 [-] an entry of a list is missing: nothing stands behind it"),
        ("a: !!str b\n", "1:4 [!!str] tags are not read: remove it"),
        ("a: &x !y [1]\n", "1:7 [!y] tags are not read: remove it"),
        (
            "a: &x [*x]\n",
            "1:8 [*x] an alias inside the value that it stands for: this would never end",
        ),
    ]);
}

#[test]
fn all_faults_are_told_at_once_in_their_order() {
    check(&[(
        "a: ~\nb:\nc: {d: 0x10, e: a, f}\nb: 1\ng: !t 1\nh: GET /: x\n",
        "1:4 [~] `~` is not null in JSON: write \"~\" for text, or null for null\n\
         3:8 [0x10] `0x10` is not a number in JSON: write \"0x10\" for text, or 16 for a number\n\
         3:20 [f] `f` has no value: did you mean `\"a, f\"`?\n\
         5:4 [!t] tags are not read: remove it\n\
         6:4 [GET /: x] a `: ` inside a text without quotes: quote this: \"GET /: x\"",
    )]);
}

#[test]
fn a_file_is_one_document() {
    check(&[
        ("", "1:1 [] the file is empty: fill it, or remove it"),
        ("# nothing\n", "1:1 [] the file is empty: fill it, or remove it"),
        ("---\n", "1:1 [] the file is empty: fill it, or remove it"),
        ("a: 1\n---\nb: 2\n", "2:1 [---] a file holds one YAML document: a second one begins here"),
        ("%YAML 1.2\n---\na: 1\n", "1:1 [%YAML 1.2] directives are not read: remove this line"),
        ("%X\na: 1\n", "1:1 [%X] directives are not read: "),
        (
            "a: \u{1b}[1m\n",
            "1:4 [\u{1b}] a control character in the file: in double quotes it is written \\x1b",
        ),
        (
            "a: \0\n",
            "1:4 [\0] a control character in the file: in double quotes it is written \\x00",
        ),
        ("a: b\n\u{feff}c: d\n", "2:1 [\u{feff}] a byte order mark inside the file: remove it"),
    ]);
}

#[test]
fn texts_between_brackets_that_need_quotes() {
    let variable = "a variable between brackets needs quotes: quote this:";
    let bracket = "a text with a bracket in it needs quotes here: quote this:";
    let table = [
        ("url: {bearer: ${env.X}}\n", "1:15", "${env.X}", variable),
        ("- {x: ${env.X:-http://a/b}, y: 1}\n", "1:7", "${env.X:-http://a/b}", variable),
        ("a: [1, ${x}, b]\n", "1:8", "${x}", variable),
        ("a: {u: 'v', w: http://x/${id}/b}\n", "1:16", "http://x/${id}/b", variable),
        ("a: {$.x: {y: ${z}}}\n", "1:14", "${z}", variable),
        ("a: {b: /x[0]}\n", "1:8", "/x[0]", bracket),
        ("a: {matches: ^[a-z]{2}$}\n", "1:14", "^[a-z]{2}$", bracket),
        ("a: {matches: [a-z]+, b: c}\n", "1:14", "[a-z]+", bracket),
        ("a: {x: a: b}\n", "1:8", "a: b", "a text with `: ` in it needs quotes: quote this:"),
    ];
    for (text, at, value, words) in table {
        assert_eq!(faults(text), format!("{at} [{value}] {words} \"{value}\""), "{text:?}");
    }
}

#[test]
fn brackets_that_do_not_match() {
    check(&[
        ("a: [1, 2\nb: c\n", "1:4 [[] no `]` closes this `[`: opened here"),
        ("a: {x: 1\nb: c\n", "1:4 [{] no `}` closes this `{`: opened here"),
        ("a: {x: [1", "1:8 [[] no `]` closes this `[`: opened here"),
        ("a: [x}\n", "1:6 [}] `}` where `]` was expected: `[` was opened on line 1"),
        ("a: {\n  x: 1\n  y: 2\n}\n", "2:7 [] expected `,` or `}`: a `,` is missing here"),
        ("a: ]\n", "1:4 []] `]` closes nothing: remove it, or open it before"),
        (
            "a: {x: - b}\n",
            "1:8 [-] an entry with a `-` between brackets: write [a, b], or \"-\" for the text",
        ),
        (
            "a: [x, y]z\n",
            "1:4 [[x, y]z] text goes on behind the closing bracket: quote this: \"[x, y]z\"",
        ),
        ("a: {{x}}/b\n", "1:4 [{{x}}] `{{…}}` is not a variable: write ${x}"),
    ]);
}

#[test]
fn quotes_and_what_may_not_begin_a_text() {
    check(&[
        ("a: \"x\nb: c\n", "1:4 [\"] no `\"` ends this text: it begins here"),
        ("a: 'x", "1:4 ['] no `'` ends this text: it begins here"),
        ("a: \"ü\\d\"\n", "1:6 [\\d] `\\d` is not an escape: write `\\\\d` for a backslash"),
        (
            "a: \"\\u12g4\"\n",
            "1:5 [\\u12g4] `\\u12g4` is not an escape: write `\\\\u12g4` for a backslash",
        ),
        (
            "a: 'it's'\n",
            "1:8 [s'] text goes on behind its closing quote: quote all of it; inside '…' a ' is written twice: ''",
        ),
        (
            "a: \"x\" y\n",
            "1:8 [y] text goes on behind its closing quote: quote all of it; inside \"…\" a \" is written \\\"",
        ),
        ("a: @x y # z\n", "1:4 [@x y] a text cannot begin with `@`: quote this: \"@x y\""),
        ("a: {b: @x, c: d}\n", "1:8 [@x] a text cannot begin with `@`: quote this: \"@x\""),
        ("a: `x`\n", "1:4 [`x`] a text cannot begin with a backtick: quote this: \"`x`\""),
        ("a: %x\n", "1:4 [%x] a text cannot begin with `%`: quote this: \"%x\""),
        ("a: , b\n", "1:4 [, b] a text cannot begin with `,`: quote this: \", b\""),
        (
            "a: b\n% c: d\n",
            "2:1 [%] a line cannot begin with `%`: quote the text that begins here, or remove it",
        ),
        ("a: *\n", "1:4 [*] a text cannot begin with `*`: quote this: \"*\""),
        (
            "a: *.x\n",
            "1:4 [*.x] `*.x` stands for a value that no `&.x` names above: quote this: \"*.x\"",
        ),
        ("a: ? b\n", "1:4 [? b] a text cannot begin with `? `: quote this: \"? b\""),
        (
            "request: GET /a: b # c\n",
            "1:10 [GET /a: b] a `: ` inside a text without quotes: quote this: \"GET /a: b\"",
        ),
    ]);
}

#[test]
fn indentation() {
    check(&[
        ("a:\n\tb: 1\n", "2:1 [\t] a tab cannot indent: use spaces, as YAML demands"),
        ("a: b\n\tc: d\n", "2:1 [\t] a tab cannot indent: use spaces, as YAML demands"),
        ("a:\n  b: 1\n c: 2\n", "3:2 [c: 2] wrong indentation: no key above stands in this column"),
        (
            "a: b\n  c: d\n",
            "2:3 [c] `c` is indented too deep: the key above has a value already, which this would continue",
        ),
        (
            "- a\nb: c\n",
            "2:1 [b: c] an entry of this list has no `-`: begin it with `- `, or indent it like the key that it belongs to",
        ),
        (
            "a: b\n- c\n",
            "2:1 [-] an entry of a list among keys: indent it deeper than the key of its list, which has no other value",
        ),
        (
            "a: - b\n",
            "1:4 [-] a list does not begin on the line of its key: put each `- ` on a line below",
        ),
        (
            "a: 1\nbc\nd: 2\n",
            "2:1 [bc] `bc` is neither a key nor part of a value: a `:` is missing behind it, or it is indented wrongly",
        ),
        (
            "a: x #b\n  c\n",
            "1:6 [#b] a comment interrupts a text: the next line continues the text before: quote all of it, or indent less",
        ),
    ]);
}
