//! A key that stands twice in one JSON object: one reader takes the first value, another the last,
//! so a check of either proves nothing of what the API's clients see.

use std::collections::HashSet;

use serde_json::Value;

/// What is wrong with `text`, of which `value` was read, as it follows "got"; `None` for nearly
/// every text, found out by counting.
pub fn fault(text: &[u8], value: &Value) -> Option<String> {
    if keys(text).count() == entries(value) {
        return None;
    }
    Some(match first(text) {
        Some(key) => format!("JSON with the key `{key}` twice in one object"),
        // The same key in two spellings, such as `a` and `\u0061`.
        None => "JSON with the same key twice in one object".to_owned(),
    })
}

fn entries(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.len() + object.values().map(entries).sum::<usize>(),
        Value::Array(list) => list.iter().map(entries).sum(),
        _ => 0,
    }
}

/// The first key that its object has already, as it is spelled.
fn first(text: &[u8]) -> Option<String> {
    let mut objects = vec![HashSet::new()];
    for piece in pieces(text) {
        match piece {
            Piece::Open => objects.push(HashSet::new()),
            Piece::Close => drop(objects.pop()),
            Piece::Key(key) => {
                if !objects.last_mut()?.insert(key) {
                    return Some(String::from_utf8_lossy(key).into_owned());
                }
            }
        }
    }
    None
}

enum Piece<'t> {
    Open,
    Close,
    Key(&'t [u8]),
}

fn keys(text: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    pieces(text).filter(|piece| matches!(piece, Piece::Key(_)))
}

/// The braces and the keys of valid JSON. A key is the text before a colon.
fn pieces(text: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    let mut last = 0..0;
    std::iter::from_fn(move || {
        while let Some(byte) = text.get(at) {
            at += 1;
            match byte {
                b'"' => {
                    last = at..end_of_text(text, at);
                    at = last.end + 1;
                }
                b':' => return Some(Piece::Key(&text[last.clone()])),
                b'{' => return Some(Piece::Open),
                b'}' => return Some(Piece::Close),
                _ => {}
            }
        }
        None
    })
}

/// Where the text that begins at `at` has its closing quote.
fn end_of_text(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None | Some(b'"') => return at.min(text.len()),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_key_that_stands_twice_is_found_where_it_counts() {
        let table = [
            (r#"{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}"#, None),
            (r#"[":{", "a\":", "{\"a\":1,\"a\":2}", "\\"]"#, None),
            (r#"{"a:b": ":", "a": "\\\":"}"#, None),
            ("1.5", None),
            (r#"{"a": 1, "a": 1}"#, Some("JSON with the key `a` twice in one object")),
            (r#"[{"b": {"a": {}, "a": 1}}]"#, Some("JSON with the key `a` twice in one object")),
            (r#"{"a": 1, "\u0061": 2}"#, Some("JSON with the same key twice in one object")),
        ];
        for (text, expected) in table {
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(fault(text.as_bytes(), &value).as_deref(), expected, "{text}");
        }
    }
}
