//! The texts in Rust code: its string literals, without comments and without tests.

/// A string literal.
pub struct Literal {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What it stands for.
    pub text: String,
}

/// The string literals of some code, in order.
pub fn literals(code: &str) -> Vec<Literal> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        at += match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '\'' => character(rest),
            'r' | 'b' if !ends_a_name(&code[..at]) && raw(rest).is_some() => {
                let (text, length) = raw(rest).expect("it was there");
                found.push(Literal { at, text });
                length
            }
            '"' => {
                let (text, length) = quoted(rest);
                found.push(Literal { at, text });
                length
            }
            other => other.len_utf8(),
        };
    }
    found
}

/// Code without the tests that stand at its end.
pub fn without_tests(code: &str) -> (&str, &str) {
    let marks = ["#[cfg(test)]\nmod tests {", "#[cfg(all(test, unix))]\nmod tests {"];
    let begin = marks.iter().filter_map(|mark| code.find(mark)).min();
    code.split_at(begin.unwrap_or(code.len()))
}

fn ends_a_name(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The length of a character literal, or of the mark of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => rest[3..].find('\'').map_or(1, |end| end + 4),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// `r"…"` and `r#"…"#`: the text and the length.
fn raw(rest: &str) -> Option<(String, usize)> {
    let behind = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let text = behind[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text.find(&close)?;
    Some((text[..end].to_owned(), rest.len() - text.len() + end + close.len()))
}

/// `"…"`: the text and the length.
fn quoted(rest: &str) -> (String, usize) {
    let (mut text, mut at) = (String::new(), 1);
    loop {
        let next = rest[at..].chars().next().expect("a literal ends");
        at += next.len_utf8();
        match next {
            '"' => return (text, at),
            '\\' => at += escaped(&rest[at..], &mut text),
            other => text.push(other),
        }
    }
}

/// Adds what stands behind a backslash; gives its length.
fn escaped(rest: &str, text: &mut String) -> usize {
    let next = rest.chars().next().expect("something is escaped");
    match next {
        '\n' => return rest.len() - rest.trim_start().len(),
        'u' => {
            let end = rest.find('}').expect("a brace");
            let code = u32::from_str_radix(&rest[2..end], 16).expect("a number");
            text.push(char::from_u32(code).expect("a character"));
            return end + 1;
        }
        'x' => {
            text.push(u8::from_str_radix(&rest[1..3], 16).expect("a number").into());
            return 3;
        }
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        '0' => text.push('\0'),
        other => text.push(other),
    }
    next.len_utf8()
}

#[test]
fn what_stands_in_quotes_is_read_and_nothing_else() {
    let code = r##"
        // "no"
        f("a \"b\" {c}\n", 'x', '"', '\'', b"d", r#"e "f""#, "g \
            h\u{2026}", &'static str, "i");
    "##;
    let texts: Vec<String> = literals(code).into_iter().map(|found| found.text).collect();
    assert_eq!(texts, ["a \"b\" {c}\n", "d", "e \"f\"", "g h…", "i"]);
}
