//! `WWW-Authenticate` as RFC 9110 §11.6.1 has it: challenges, each a scheme with a token68 or
//! parameters.

mod cursor;
mod fault;
mod lint;
#[cfg(test)]
mod tests;

use self::cursor::Cursor;
pub use self::fault::ChallengeFault;
pub use self::lint::lints;

/// One way to authenticate that a server offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme as it was spelled; it means the same in any case.
    pub scheme: String,
    /// What some schemes have in place of parameters.
    pub token68: Option<String>,
    /// The parameters in order: names in lower case, each once, values without quotes.
    pub params: Vec<(String, String)>,
    /// Whether the realm has no quotes around it, though it must (RFC 9110 §11.5).
    pub is_realm_bare: bool,
}

/// A field that breaks the grammar. No challenge of it counts as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, in order; at least one.
    pub faults: Vec<ChallengeFault>,
    /// What a lenient reader makes of it, when nothing worse is wrong than a missing comma.
    pub recovered: Option<Vec<Challenge>>,
}

impl Challenge {
    /// The value of a parameter, its name in lower case.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the challenges of all field lines. Lines are one list (RFC 9110 §5.3): the parameters of
/// a challenge may go on in the next line, a quoted text may not.
///
/// # Errors
/// What breaks the grammar, in any of the lines.
pub fn parse<'l>(
    field_lines: impl IntoIterator<Item = &'l str>,
) -> Result<Vec<Challenge>, Unreadable> {
    let mut list = List::default();
    for (number, line) in field_lines.into_iter().enumerate() {
        if let Err(fault) = list.line(&mut Cursor::new(number, line)) {
            list.faults.push(fault);
            return Err(Unreadable { faults: list.faults, recovered: None });
        }
    }
    match list.faults.is_empty() {
        true => Ok(list.challenges),
        false => Err(Unreadable { faults: list.faults, recovered: Some(list.challenges) }),
    }
}

/// The list as far as it is read.
#[derive(Default)]
struct List {
    challenges: Vec<Challenge>,
    /// Whether a parameter may follow: the last scheme had a space behind it, and no token68.
    takes_params: bool,
    /// What a lenient reader overlooks.
    faults: Vec<ChallengeFault>,
}

impl List {
    fn line(&mut self, cursor: &mut Cursor) -> Result<(), ChallengeFault> {
        loop {
            cursor.skip(|c| matches!(c, ' ' | '\t' | ','));
            if cursor.is_at_end() {
                return Ok(());
            }
            self.element(cursor)?;
            cursor.skip_whitespace();
            if !cursor.is_at_element_end() {
                self.faults.push(fault::missing_comma(cursor, self.challenges.last())?);
            }
        }
    }

    /// A parameter of the last challenge, or the beginning of the next one.
    fn element(&mut self, cursor: &mut Cursor) -> Result<(), ChallengeFault> {
        let start = *cursor;
        let name = cursor.token();
        if name.is_empty() {
            return Err(fault::no_name(&start, self.challenges.is_empty()));
        }
        if cursor.is_before_equals() {
            let challenge = self.challenges.last_mut();
            return match challenge.filter(|_| self.takes_params) {
                Some(challenge) => challenge.param_after(name, &start, cursor),
                None => Err(fault::no_scheme(&start, name, self.challenges.last())),
            };
        }
        self.challenge(name, cursor)
    }

    fn challenge(&mut self, scheme: &str, cursor: &mut Cursor) -> Result<(), ChallengeFault> {
        self.challenges.push(Challenge {
            scheme: scheme.to_owned(),
            token68: None,
            params: Vec::new(),
            is_realm_bare: false,
        });
        self.takes_params = cursor.skip(|c| c == ' ') > 0;
        if cursor.is_at_element_end() {
            return Ok(());
        }
        if !self.takes_params {
            return Err(fault::after_scheme(cursor, scheme));
        }
        let Some(challenge) = self.challenges.last_mut() else { return Ok(()) };
        if let Some(token68) = cursor.token68() {
            self.takes_params = false;
            challenge.token68 = Some(token68.to_owned());
            return Ok(());
        }
        let start = *cursor;
        let name = cursor.token();
        match cursor.is_before_equals() && !name.is_empty() {
            true => challenge.param_after(name, &start, cursor),
            false => Err(fault::no_parameter(&start, cursor, scheme, name)),
        }
    }
}

impl Challenge {
    /// Reads `= value` behind the name of a parameter.
    fn param_after(
        &mut self,
        name: &str,
        start: &Cursor,
        cursor: &mut Cursor,
    ) -> Result<(), ChallengeFault> {
        cursor.skip_whitespace();
        cursor.skip_one();
        cursor.skip_whitespace();
        let is_quoted = cursor.peek() == Some('"');
        let value = match is_quoted {
            true => cursor.quoted().map_err(|broken| fault::in_quotes(broken, name))?,
            false => match cursor.token() {
                "" => return Err(fault::no_value(cursor, name)),
                value => value.to_owned(),
            },
        };
        let name = name.to_ascii_lowercase();
        if self.param(&name).is_some() {
            return Err(fault::twice(start, &name, &self.scheme));
        }
        self.is_realm_bare |= name == "realm" && !is_quoted;
        self.params.push((name, value));
        Ok(())
    }
}
