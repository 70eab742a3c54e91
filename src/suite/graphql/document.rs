//! The operations of a GraphQL document: enough of its grammar to list them, and no more.

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Query,
    /// Changes something.
    Mutation,
    /// Listens.
    Subscription,
}

/// An operation of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<'d> {
    /// What it does.
    pub kind: Kind,
    /// What it is called.
    pub name: Option<&'d str>,
}

/// What is wrong about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In words.
    pub text: String,
    /// The line of the document, from 1.
    pub line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'d> {
    Name(&'d str),
    Mark(char),
    /// A string or a number: what is in it does not matter here.
    Value,
}

/// The operations of a document, in order.
///
/// # Errors
/// What cannot be part of a document that is run, and operations that cannot be told apart.
pub fn operations(document: &str) -> Result<Vec<Operation<'_>>, Fault> {
    let mut scanner = Scanner { text: document, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = scanner.next()? {
        let kind = match token {
            // A description.
            Token::Value => continue,
            Token::Mark('{') => {
                scanner.skip_to_close('}')?;
                found.push(Operation { kind: Kind::Query, name: None });
                continue;
            }
            Token::Name("query") => Kind::Query,
            Token::Name("mutation") => Kind::Mutation,
            Token::Name("subscription") => Kind::Subscription,
            Token::Name("fragment") => {
                scanner.selection("a fragment", true)?;
                continue;
            }
            Token::Name(name) => return Err(scanner.fault(format!("`{name}` begins no operation"))),
            Token::Mark(mark) => return Err(scanner.fault(format!("`{mark}` begins no operation"))),
        };
        let name = scanner.name()?;
        scanner.selection("an operation", false)?;
        found.push(Operation { kind, name });
    }
    told_apart(&found).map_err(|text| scanner.fault(text))?;
    Ok(found)
}

fn told_apart(found: &[Operation]) -> Result<(), String> {
    if found.len() > 1 && found.iter().any(|operation| operation.name.is_none()) {
        return Err("of several operations, each needs a name".into());
    }
    for (index, operation) in found.iter().enumerate() {
        if let Some(name) = operation.name
            && found[..index].iter().any(|before| before.name == Some(name))
        {
            return Err(format!("two operations are called `{name}`"));
        }
    }
    Ok(())
}

struct Scanner<'d> {
    text: &'d str,
    at: usize,
}

impl<'d> Scanner<'d> {
    fn fault(&self, text: impl Into<String>) -> Fault {
        let read = &self.text.as_bytes()[..self.at];
        Fault { text: text.into(), line: 1 + read.iter().filter(|byte| **byte == b'\n').count() }
    }

    fn rest(&self) -> &'d str {
        &self.text[self.at..]
    }

    /// The name of an operation, if the next token is one.
    fn name(&mut self) -> Result<Option<&'d str>, Fault> {
        let before = self.at;
        if let Some(Token::Name(name)) = self.next()? {
            return Ok(Some(name));
        }
        self.at = before;
        Ok(None)
    }

    /// Reads from behind the name of a definition to the end of its `{ … }`.
    fn selection(&mut self, of: &str, names: bool) -> Result<(), Fault> {
        let mut before = None;
        loop {
            let token = self.next()?;
            match token {
                Some(Token::Mark('{')) => return self.skip_to_close('}'),
                Some(Token::Mark('(')) => self.skip_to_close(')')?,
                Some(Token::Mark('@')) => {}
                Some(Token::Name(_)) if names || before == Some(Token::Mark('@')) => {}
                Some(Token::Name(name)) => {
                    return Err(self.fault(format!("`{name}` stands where `{{` is expected")));
                }
                Some(Token::Mark(mark)) => {
                    return Err(self.fault(format!("`{mark}` stands where `{{` is expected")));
                }
                Some(Token::Value) | None => {
                    return Err(self.fault(format!("{of} without `{{ … }}`")));
                }
            }
            before = token;
        }
    }

    /// Reads to the bracket that closes the one just read.
    fn skip_to_close(&mut self, close: char) -> Result<(), Fault> {
        let mut open = vec![close];
        while let Some(wanted) = open.last().copied() {
            match self.next()? {
                Some(Token::Mark('{')) => open.push('}'),
                Some(Token::Mark('(')) => open.push(')'),
                Some(Token::Mark('[')) => open.push(']'),
                Some(Token::Mark(mark)) if mark == wanted => drop(open.pop()),
                Some(Token::Mark(mark @ ('}' | ')' | ']'))) => {
                    return Err(self.fault(format!("`{mark}` stands where `{wanted}` is expected")));
                }
                Some(_) => {}
                None => return Err(self.fault(format!("`{wanted}` is missing at its end"))),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Token<'d>>, Fault> {
        self.skip_ignored();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let (len, token) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
                let len = rest.find(part).unwrap_or(rest.len());
                (len, Token::Name(&rest[..len]))
            }
            '0'..='9' | '-' => {
                let part = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-'));
                (rest.find(part).unwrap_or(rest.len()), Token::Value)
            }
            '"' => (self.string()?, Token::Value),
            '{' | '}' | '(' | ')' | '[' | ']' | '$' | '!' | ':' | '=' | '|' | '&' | '@' | '.' => {
                (1, Token::Mark(first))
            }
            odd if odd.is_control() => {
                let code = u32::from(odd);
                return Err(self.fault(format!("U+{code:04X} has no place there")));
            }
            odd => return Err(self.fault(format!("`{odd}` has no place there"))),
        };
        self.at += len;
        Ok(Some(token))
    }

    /// White space, commas and comments mean nothing.
    fn skip_ignored(&mut self) {
        loop {
            let rest = self.rest();
            let behind = rest.trim_start_matches([' ', '\t', '\n', '\r', ',', '\u{feff}']);
            self.at += rest.len() - behind.len();
            if !behind.starts_with('#') {
                return;
            }
            self.at += behind.find(['\n', '\r']).unwrap_or(behind.len());
        }
    }

    /// The length of the string that begins here.
    fn string(&self) -> Result<usize, Fault> {
        let rest = self.rest();
        let (mark, escaped) = match rest.starts_with("\"\"\"") {
            true => ("\"\"\"", "\\\"\"\""),
            false => ("\"", "\\"),
        };
        let is_block = mark.len() == 3;
        let mut at = mark.len();
        while let Some(next) = rest[at..].chars().next() {
            if rest[at..].starts_with(mark) {
                return Ok(at + mark.len());
            }
            if !is_block && matches!(next, '\n' | '\r') {
                break;
            }
            at += match rest[at..].strip_prefix(escaped) {
                Some(_) if is_block => escaped.len(),
                Some(behind) => 1 + behind.chars().next().map_or(0, char::len_utf8),
                None => next.len_utf8(),
            };
        }
        Err(self.fault(format!("the string that begins here lacks its {mark}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(document: &str) -> String {
        match operations(document) {
            Ok(found) => {
                let words = found.iter().map(|o| format!("{:?} {}", o.kind, o.name.unwrap_or("-")));
                words.collect::<Vec<_>>().join(", ")
            }
            Err(fault) => format!("{}: {}", fault.line, fault.text),
        }
    }

    #[test]
    fn operations_are_listed_with_their_names() {
        let table = [
            ("{ me { name } }", "Query -"),
            ("query { me }", "Query -"),
            ("query Me($id: ID! = 5, $in: In = {a: [1, -2.5e+3]}) @on(x: 1) { me }", "Query Me"),
            ("mutation Cancel { cancel(id: 7) { id } }", "Mutation Cancel"),
            ("subscription S { news }", "Subscription S"),
            ("query query { query }", "Query query"),
            ("query A { a } mutation B { b }", "Query A, Mutation B"),
            ("fragment F on User @x { mutation } query A { ...F }", "Query A"),
            ("# mutation X { x }\n{ a } # }", "Query -"),
            (r#"{ a(text: "} mutation \" M { m }") }"#, "Query -"),
            (r#"{ a(text: """ } \""" "quoted" mutation M { é } """) }"#, "Query -"),
            (r#"{ a(text: "", b: "\\") } "#, "Query -"),
            (r#""Says it." query A { a }"#, "Query A"),
            ("\u{feff}{ ... on User { a: b } }", "Query -"),
            ("", ""),
            ("fragment F on User { a }", ""),
        ];
        for (document, expected) in table {
            assert_eq!(listed(document), expected, "{document}");
        }
    }

    #[test]
    fn what_cannot_be_run_is_told_with_its_line() {
        let table = [
            ("orders", "1: `orders` begins no operation"),
            ("type Query { a: Int }", "1: `type` begins no operation"),
            ("} ", "1: `}` begins no operation"),
            ("{ a\n  { b }", "2: `}` is missing at its end"),
            ("{ a(b: [1) }", "1: `)` stands where `]` is expected"),
            ("query A\n", "2: an operation without `{ … }`"),
            ("query A query B { b }", "1: `query` stands where `{` is expected"),
            ("query A ] { b }", "1: `]` stands where `{` is expected"),
            ("{ a }\n{ b }", "2: of several operations, each needs a name"),
            ("query A { a } query A { b }", "1: two operations are called `A`"),
            ("{ a(b: 'x') }", "1: `'` has no place there"),
            ("{ é }", "1: `é` has no place there"),
            ("{\n a(b: \"x\n\") }", "2: the string that begins here lacks its \""),
            ("{ a(b: \"\"\"x\") }", "1: the string that begins here lacks its \"\"\""),
            ("{ a(b: \"x\\", "1: the string that begins here lacks its \""),
        ];
        for (document, expected) in table {
            assert_eq!(listed(document), expected, "{document}");
        }
    }
}
