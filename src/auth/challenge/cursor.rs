//! A place in a field line, and the words of the grammar that can be read from there.

/// A place in a field line.
#[derive(Clone, Copy)]
pub struct Cursor<'l> {
    number: usize,
    line: &'l str,
    at: usize,
}

/// A quoted text that cannot be read.
pub enum BrokenQuotes<'l> {
    /// It has no end. The place is its opening quote.
    Open(Cursor<'l>),
    /// A character that none may hold, and its place.
    Control(Cursor<'l>, char),
}

impl<'l> Cursor<'l> {
    /// The beginning of the field line with this number, from 0.
    pub fn new(number: usize, line: &'l str) -> Cursor<'l> {
        Cursor { number, line, at: 0 }
    }

    /// The number of the field line, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The number of the character, from 1.
    pub fn character(&self) -> usize {
        self.line[..self.at].chars().count() + 1
    }

    /// What is left of the line.
    pub fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    /// What was read before this place.
    pub fn before(&self) -> &'l str {
        &self.line[..self.at]
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether the line is through.
    pub fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Whether an element of the list ends here.
    pub fn is_at_element_end(&self) -> bool {
        let rest = self.rest().trim_start_matches([' ', '\t']);
        rest.is_empty() || rest.starts_with(',')
    }

    /// Whether `=` comes next, after white space that the grammar calls bad but allows.
    pub fn is_before_equals(&self) -> bool {
        self.rest().trim_start_matches([' ', '\t']).starts_with('=')
    }

    /// Steps over all characters that `of` holds for; how many bytes these were.
    pub fn skip(&mut self, of: impl Fn(char) -> bool) -> usize {
        let skipped = self.rest().len() - self.rest().trim_start_matches(of).len();
        self.at += skipped;
        skipped
    }

    /// Steps over spaces and tabs.
    pub fn skip_whitespace(&mut self) {
        self.skip(|c| matches!(c, ' ' | '\t'));
    }

    /// Steps over one character.
    pub fn skip_one(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// A token; empty when none begins here.
    pub fn token(&mut self) -> &'l str {
        let rest = self.rest();
        let length = self.skip(is_token_char);
        &rest[..length]
    }

    /// A token68, when one fills the whole element.
    pub fn token68(&mut self) -> Option<&'l str> {
        let rest = self.rest();
        let mut end = *self;
        let letters = end
            .skip(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | '/'));
        let length = letters + end.skip(|c| c == '=');
        if letters == 0 || !end.is_at_element_end() {
            return None;
        }
        *self = end;
        Some(&rest[..length])
    }

    /// What a quoted text says, from its opening quote on.
    ///
    /// # Errors
    /// It has no end, or holds a control character.
    pub fn quoted(&mut self) -> Result<String, BrokenQuotes<'l>> {
        let opening = *self;
        self.skip_one();
        let mut text = String::new();
        while let Some(mut c) = self.peek() {
            if c == '"' {
                self.skip_one();
                return Ok(text);
            }
            if c == '\\' {
                self.skip_one();
                c = self.peek().ok_or(BrokenQuotes::Open(opening))?;
            }
            if c.is_ascii_control() && c != '\t' {
                return Err(BrokenQuotes::Control(*self, c));
            }
            text.push(c);
            self.skip_one();
        }
        Err(BrokenQuotes::Open(opening))
    }
}

/// `tchar` of RFC 9110 §5.6.2.
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}
