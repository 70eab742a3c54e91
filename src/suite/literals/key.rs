//! Keys, found by the colon behind them or by where they begin.

/// A key of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'t> {
    /// Its name, without quotes.
    pub name: &'t str,
    /// Where it begins, its quote included.
    pub start: usize,
    /// Where its value may begin: behind the colon.
    pub value: usize,
}

impl<'t> Key<'t> {
    /// The key that ends at the colon at `colon`, if a name stands there.
    pub fn before(text: &'t str, colon: usize) -> Option<Key<'t>> {
        let ahead = &text[..colon];
        let unquoted = ahead.strip_suffix(['"', '\'']).unwrap_or(ahead);
        let quote = &ahead[unquoted.len()..];
        let name = &unquoted[unquoted.trim_end_matches(is_part_of_name).len()..];
        let quoted = &unquoted[..unquoted.len() - name.len()];
        let start = quoted.strip_suffix(quote)?.len();
        (!name.is_empty()).then_some(Key { name, start, value: colon + 1 })
    }

    /// The key at `start`, when one stands there. `glued` says whether its value may follow the
    /// colon without a blank.
    pub fn at(text: &'t str, start: usize, glued: bool) -> Option<Key<'t>> {
        let rest = &text[start..];
        let (name, behind) = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = 1 + rest[1..].find([quote, '\n'])?;
                (&rest[1..end], rest[end..].strip_prefix(quote)?)
            }
            _ => rest.split_at(rest.find([':', ',', '{', '}', '[', ']', '#', '\n'])?),
        };
        let behind = behind.trim_start_matches([' ', '\t']).strip_prefix(':')?;
        let separate = glued || behind.is_empty() || behind.starts_with(char::is_whitespace);
        let value = text.len() - behind.len();
        separate.then_some(Key { name: name.trim(), start, value })
    }
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}
