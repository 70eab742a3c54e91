//! Why a JSONPath cannot be read, for those who write it: the parser's own words name its rules.

use super::strict::{not_compared, takes_a_query};

/// Functions of RFC 9535.
const FUNCTIONS: &str = "length, count, value, match and search";

/// What is wrong with `text` at the offset where it could not be read any further.
pub fn reason(text: &str, at: usize) -> String {
    let (before, rest) = text.split_at(text.floor_char_boundary(at));
    let what = match rest {
        "" => "it ends too early".to_owned(),
        rest => format!("`{rest}` cannot be read"),
    };
    match cause(before, rest) {
        Some(cause) => format!("{what}: {cause}"),
        None => what,
    }
}

/// What is wrong with a function, out of the words of the parser.
pub fn of_function(words: &str) -> String {
    let named = |before: &str, end: &str| {
        let (name, _) = words.split_once(before)?.1.split_once(end)?;
        Some(name)
    };
    if let Some(name) = named("Function ", "(").filter(|_| words.ends_with("is not comparable")) {
        return not_compared(name);
    }
    if let Some(name) = named("Invalid function expression `", " ") {
        return format!("no space stands before the `(` of `{name}()`");
    }
    match named("Invalid argument for the function `", "`") {
        Some(name) => takes_a_query(name),
        None => format!("it cannot be read: {words}"),
    }
}

fn cause(before: &str, rest: &str) -> Option<String> {
    let next = rest.chars().next();
    let previous = before.trim_end().chars().next_back().unwrap_or('$');
    let in_brackets = depth(before) > 0;
    let cause = match (next, previous) {
        (Some(quote @ ('\'' | '"')), _) if !rest[1..].contains(quote) => {
            format!("a closing {quote} is missing")
        }
        _ if depth(&format!("{before}{rest}")) > 0 => "a `]` is missing".into(),
        (None, _) => "a name is missing".into(),
        (Some(']'), _) if !in_brackets => "there is no `[` before it".into(),
        (Some('='), _) if rest.starts_with("=~") => "for a regex, write match() or search()".into(),
        (Some('='), _) => "equality is written `==`".into(),
        (Some('['), '.') => "there is no dot before `[`".into(),
        (Some('('), '[') => "an element from the end has a negative number, such as [-1]".into(),
        (Some('('), _) if !in_brackets => {
            format!("functions ({FUNCTIONS}) stand in filters; lengths have the operator `length`")
        }
        (Some(c), '[') if is_name(c) && !c.is_ascii_digit() => {
            format!("a name in brackets needs quotes: ['{}']", word(rest, "]"))
        }
        (Some(c), ']') if is_name(c) => "a dot is missing before it".into(),
        _ if before == "$" => format!("write `$.{rest}`"),
        _ if in_brackets => return in_filter(rest),
        _ => return odd_name(before, rest),
    };
    Some(cause)
}

/// Names without quotes have letters, digits and `_`.
fn odd_name(before: &str, rest: &str) -> Option<String> {
    let start = before.trim_end_matches(is_name);
    let name = format!("{}{}", &before[start.len()..], word(rest, ".["));
    start
        .ends_with('.')
        .then(|| format!("such a name stands in brackets and quotes: ['{name}'], without a dot"))
}

fn in_filter(rest: &str) -> Option<String> {
    let digits = word(rest.trim_start_matches('-'), "])<>=!&| ,:");
    let name = word(rest, "(]) &|");
    if rest.starts_with(')') {
        Some("an argument is missing".into())
    } else if rest.contains(" and ") || rest.contains(" or ") {
        Some("`and` is written `&&`, and `or` `||`".into())
    } else if digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit()) {
        Some("a number has no zeros before it".into())
    } else if digits.len() > 15 && digits.bytes().all(|b| b.is_ascii_digit()) {
        Some("an integer in a query is at most 9007199254740991 (RFC 9535 §2.1)".into())
    } else if rest.starts_with('.') {
        Some("a number has a digit before its point".into())
    } else if rest[name.len()..].starts_with('(') {
        Some(format!("the functions are {FUNCTIONS}"))
    } else if name.chars().all(is_name) && !name.is_empty() {
        Some(format!("a text needs quotes: '{name}'; a member is @.{name}"))
    } else {
        None
    }
}

fn word<'t>(text: &'t str, ends: &str) -> &'t str {
    text.split(|c| ends.contains(c)).next().unwrap_or_default()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many brackets are open at the end.
fn depth(text: &str) -> usize {
    let mut quote = None;
    let mut depth: usize = 0;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use crate::json_path::JsonPath;

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        let table = [
            (
                "$.a-b",
                "`-b` cannot be read: such a name stands in brackets and quotes: ['a-b'], without a dot",
            ),
            (
                "$.a-b.c",
                "`-b.c` cannot be read: such a name stands in brackets and quotes: ['a-b'], without a dot",
            ),
            ("$items", "`items` cannot be read: write `$.items`"),
            ("$.items[a]", "`a]` cannot be read: a name in brackets needs quotes: ['a']"),
            ("$.items[a.b]", "`a.b]` cannot be read: a name in brackets needs quotes: ['a.b']"),
            ("$.a[?(@.b = 1)]", "`= 1)]` cannot be read: equality is written `==`"),
            ("$.a[?@.b === 1]", "`= 1]` cannot be read: equality is written `==`"),
            (
                "$[?@.id == 9007199254740993]",
                "`9007199254740993]` cannot be read: an integer in a query is at most 9007199254740991 (RFC 9535 §2.1)",
            ),
            (
                "$[9007199254740993]",
                "`9007199254740993]` cannot be read: an integer in a query is at most 9007199254740991 (RFC 9535 §2.1)",
            ),
            ("$.a[?@.b == x]", "`x]` cannot be read: a text needs quotes: 'x'; a member is @.x"),
            (r#"$.a[?@.b == "x]"#, r#"`"x]` cannot be read: a closing " is missing"#),
            (
                "$.1a",
                "`1a` cannot be read: such a name stands in brackets and quotes: ['1a'], without a dot",
            ),
            ("$.a..", "it ends too early: a name is missing"),
            ("$.a[01]", "`01]` cannot be read: a number has no zeros before it"),
            (
                "$[?@.a == 'x' and @.b]",
                "`'x' and @.b]` cannot be read: `and` is written `&&`, and `or` `||`",
            ),
            (
                "$.a[?@.b =~ /x/]",
                "`=~ /x/]` cannot be read: for a regex, write match() or search()",
            ),
            (
                "$.a.length()",
                "`()` cannot be read: functions (length, count, value, match and search) stand in filters; lengths have the operator `length`",
            ),
            (
                "$.a[(@.length-1)]",
                "`(@.length-1)]` cannot be read: an element from the end has a negative number, such as [-1]",
            ),
            ("$.a[*", "`*` cannot be read: a `]` is missing"),
            ("$.a]", "`]` cannot be read: there is no `[` before it"),
            ("$..", "it ends too early: a name is missing"),
            ("$.a.[0]", "`[0]` cannot be read: there is no dot before `[`"),
            ("$.", "it ends too early: a name is missing"),
            ("$.a[?@.b == .5]", "`.5]` cannot be read: a number has a digit before its point"),
            (
                "$.$a",
                "`$a` cannot be read: such a name stands in brackets and quotes: ['$a'], without a dot",
            ),
            (
                "$.@id",
                "`@id` cannot be read: such a name stands in brackets and quotes: ['@id'], without a dot",
            ),
            ("$.a[?@.b==1]c", "`c` cannot be read: a dot is missing before it"),
            ("$.a[?match(@.b)]", "`)]` cannot be read: an argument is missing"),
            (r#"$.a["b""#, r#"`["b"` cannot be read: a `]` is missing"#),
            (r#"$.a['b"]"#, r#"`'b"]` cannot be read: a closing ' is missing"#),
            (
                "$.a[?foo(@.b)]",
                "`foo(@.b)]` cannot be read: the functions are length, count, value, match and search",
            ),
            (
                "$[?@.a==18446744073709551617]",
                "`18446744073709551617]` cannot be read: an integer in a query is at most 9007199254740991 (RFC 9535 §2.1)",
            ),
        ];
        for (query, expected) in table {
            assert_eq!(JsonPath::parse(query).map(|_| ()), Err(expected.to_owned()), "{query}");
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        let pieces = ["$", ".a", "[", "]", "'", "?", "@", "==", "(", ")", "é", "-", " ", "0", ","];
        let count = pieces.len();
        for number in 0..count.pow(3) {
            let text: String =
                (0..3).map(|place| pieces[number / count.pow(place) % count]).collect();
            // Only that it comes back matters.
            let _ = JsonPath::parse(&format!("${text}"));
        }
    }
}
