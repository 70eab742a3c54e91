//! The records of a CSV file, one after another.

use crate::source::{Span, Spanned};
use crate::suite::reader::Reader;

/// A cell; its span is without the quotes.
pub type Cell = Spanned<String>;

/// What is wrong with the text: a title, a label, and where.
pub struct Fault(&'static str, &'static str, Span);

/// A file being read.
pub struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl Fault {
    /// Notes it among what is wrong with the file.
    pub fn tell(self, reader: &mut Reader) {
        let Fault(title, label, span) = self;
        reader.fault(span, title).label = label.into();
    }
}

impl<'t> Cursor<'t> {
    /// Before the first record.
    pub fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, at: 0 }
    }

    /// The next record; `None` at the end of the file.
    pub fn record(&mut self) -> Option<Result<Vec<Cell>, Fault>> {
        let rest = self.rest();
        if rest.trim_matches(['\r', '\n']).is_empty() {
            return None;
        }
        if rest.starts_with(['\r', '\n']) {
            let at = self.at;
            self.skip_line();
            return Some(Err(Fault(
                "an empty line between rows",
                "leave it out; a row of one empty cell is written `\"\"`",
                Span::new(at, at + 1),
            )));
        }
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) => cells.push(cell),
                Err(fault) => {
                    self.skip_line();
                    return Some(Err(fault));
                }
            }
            match self.rest().as_bytes() {
                [b',', ..] => self.at += 1,
                [b'\r', b'\n', ..] => {
                    self.at += 2;
                    return Some(Ok(cells));
                }
                [] => return Some(Ok(cells)),
                _ => {
                    self.at += 1;
                    return Some(Ok(cells));
                }
            }
        }
    }

    fn cell(&mut self) -> Result<Cell, Fault> {
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted();
        }
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        let text = rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]);
        if let Some(quote) = text.find('"') {
            return Err(Fault(
                "a quote within a cell",
                "put the whole cell in quotes, and write `\"\"` for this one",
                Span::new(self.at + quote, self.at + quote + 1),
            ));
        }
        let cell = Spanned::new(text.to_owned(), Span::new(self.at, self.at + text.len()));
        self.at += text.len();
        Ok(cell)
    }

    fn quoted(&mut self) -> Result<Cell, Fault> {
        let open = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(quote) = rest.find('"') else {
                self.at = self.text.len();
                let span = Span::new(open, open + 1);
                return Err(Fault("a quote that never closes", "it begins here", span));
            };
            text.push_str(&rest[..quote]);
            self.at += quote + 1;
            match self.rest().as_bytes() {
                [b'"', ..] => {
                    text.push('"');
                    self.at += 1;
                }
                [] | [b',' | b'\n', ..] | [b'\r', b'\n', ..] => break,
                _ => {
                    let next = self.rest().chars().next().map_or(0, char::len_utf8);
                    return Err(Fault(
                        "text behind a cell in quotes",
                        "a quote within the quotes is written `\"\"`",
                        Span::new(self.at, self.at + next),
                    ));
                }
            }
        }
        Ok(Spanned::new(text, Span::new(open + 1, self.at - 1)))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<Vec<String>> {
        let mut cursor = Cursor::new(text);
        let mut records = Vec::new();
        while let Some(record) = cursor.record() {
            let record = record.unwrap_or_else(|Fault(title, ..)| panic!("{title} in {text:?}"));
            records.push(record.into_iter().map(|cell| cell.value).collect());
        }
        records
    }

    #[test]
    fn cells_are_what_rfc_4180_says() {
        let table = [
            ("a,b\n1,2", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r\n1,2\r\n\r\n", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("\"a,\"\"b\"\"\",\"x\r\ny\"\n", vec![vec!["a,\"b\"", "x\r\ny"]]),
            (",\n\"\"\n é ,", vec![vec!["", ""], vec![""], vec![" é ", ""]]),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(records(text), expected, "{text:?}");
        }
    }
}
