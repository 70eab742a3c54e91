//! Generators: what makes a value during the run, and how it is written.

use std::fmt::{self, Display, Formatter};

use super::Name;
use super::read::Reason;

/// What makes a value: `${uuid()}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Generator {
    /// A UUID of version 4.
    Uuid,
    /// The time in UTC as RFC 3339 writes it, in whole seconds.
    Now(Offset),
    /// The whole seconds since 1970.
    UnixTime(Offset),
    /// A whole number between these two, both included.
    RandomInt(i64, i64),
}

/// How far from now: `+1h`, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Offset {
    /// As it was written.
    written: Box<str>,
    /// In seconds, below 0 for the past.
    pub seconds: i64,
}

/// Each generator by its name, and a call of it that can be copied.
pub const GENERATORS: [(&str, &str); 5] = [
    ("uuid", "uuid()"),
    ("now", "now()"),
    ("unix_time", "unix_time()"),
    ("random_int", "random_int(1, 100)"),
    ("base64", "base64(name)"),
];

/// What other tools call them.
const ALSO: [(&str, &str); 11] = [
    ("guid", "uuid"),
    ("uid", "uuid"),
    ("randomUuid", "uuid"),
    ("newUuid", "uuid"),
    ("newDate", "now"),
    ("date", "now"),
    ("isoTimestamp", "now"),
    ("timestamp", "unix_time"),
    ("epoch", "unix_time"),
    ("randint", "random_int"),
    ("randomInt", "random_int"),
];

/// The farthest offset: what lies beyond has a year that RFC 3339 cannot write.
const FARTHEST: i64 = 1000 * 366 * 24 * 60 * 60;

/// A call of the generator with this name, if there is one.
pub fn generator_call(name: &str) -> Option<&'static str> {
    GENERATORS.iter().find(|(known, _)| *known == name).map(|(_, call)| *call)
}

/// What stands between `${` and `}` with a `(` in it: `name` before that, `rest` behind.
pub(super) fn read(name: &str, rest: &str) -> Result<Name, Reason> {
    let Some(call) = generator_call(name) else { return Err(unknown(name, rest)) };
    let Some(arguments) = rest.strip_suffix(')') else {
        let message = format!("`{name}(` without a closing `)` before the `}}`");
        return Err((message, format!("write `${{{call}}}`")));
    };
    let arguments = arguments.trim();
    let generator = match name {
        "uuid" if arguments.is_empty() => Generator::Uuid,
        "uuid" => {
            return Err(("`uuid()` takes nothing".into(), "write `${uuid()}`".into()));
        }
        "now" => Generator::Now(Offset::read(name, arguments)?),
        "unix_time" => Generator::UnixTime(Offset::read(name, arguments)?),
        "random_int" => random_int(arguments)?,
        _ => return base64(arguments),
    };
    Ok(Name::Generator(generator))
}

fn unknown(name: &str, rest: &str) -> Reason {
    let trimmed = name.trim();
    let also = ALSO.iter().find(|(other, _)| other.eq_ignore_ascii_case(trimmed));
    let begins = |a: &str, b: &str| a.get(..b.len()).is_some_and(|a| a.eq_ignore_ascii_case(b));
    let alike =
        |known: &&str| trimmed.len() > 1 && begins(trimmed, known) || begins(known, trimmed);
    let mut names = GENERATORS.iter().map(|(name, _)| *name);
    let near = also.map(|(_, ours)| *ours).or_else(|| names.find(alike));
    let help = match near {
        Some(near) if near == trimmed => format!("write `${{{near}({}}}`", rest.trim()),
        Some(near) => {
            format!("did you mean `${{{}}}`?", generator_call(near).unwrap_or_default())
        }
        None => {
            let calls = GENERATORS.map(|(_, call)| format!("`{call}`"));
            format!("there are {}; a variable is written `${{name}}`", calls.join(", "))
        }
    };
    (format!("there is no generator `{name}()`"), help)
}

fn random_int(arguments: &str) -> Result<Generator, Reason> {
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let bounds = arguments.split_once(',').and_then(|(a, b)| Some((number(a)?, number(b)?)));
    match bounds {
        Some((least, most)) if least <= most => Ok(Generator::RandomInt(least, most)),
        Some((least, most)) => Err((
            format!("`random_int({arguments})` has its bounds the wrong way round"),
            format!("write `${{random_int({most}, {least})}}`"),
        )),
        None => Err((
            "`random_int()` takes two whole numbers, the least and the greatest".into(),
            "write for example `${random_int(1, 100)}`".into(),
        )),
    }
}

fn base64(argument: &str) -> Result<Name, Reason> {
    if argument.is_empty() || argument.contains(['(', '"', '\'', ',', ' ']) {
        return Err((
            "`base64()` takes the name of a variable".into(),
            "define the text under `vars:`, and write `${base64(name)}`".into(),
        ));
    }
    Ok(Name::Base64(Box::new(Name::parse(argument)?)))
}

impl Offset {
    fn read(name: &str, text: &str) -> Result<Offset, Reason> {
        if text.is_empty() {
            return Ok(Offset::default());
        }
        let (sign, time) = match text.split_at_checked(1) {
            Some(("+", time)) => (1, time),
            Some(("-", time)) => (-1, time),
            _ => (0, text),
        };
        let time = humantime::parse_duration(time.trim()).ok();
        let seconds = time.and_then(|time| i64::try_from(time.as_secs()).ok());
        match seconds {
            Some(_) if time.is_some_and(|time| time.subsec_nanos() > 0) => Err((
                format!("`{text}` is no whole number of seconds"),
                format!("`{name}()` gives whole seconds: write for example `${{{name}(+1s)}}`"),
            )),
            Some(_) if sign == 0 => Err((
                format!("`{text}` is a time without a sign"),
                format!("write `${{{name}(+{text})}}`, or with a `-` for the past"),
            )),
            Some(seconds) if seconds <= FARTHEST => {
                Ok(Offset { written: text.into(), seconds: sign * seconds })
            }
            Some(_) => Err((
                format!("`{text}` is too far from now"),
                "an offset has at most 1000 years".into(),
            )),
            None => Err((
                format!("`{name}()` takes how far from now, and `{text}` is not that"),
                format!("write for example `${{{name}(+1h)}}` or `${{{name}(-30m)}}`"),
            )),
        }
    }
}

impl Display for Generator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Generator::Uuid => f.write_str("uuid()"),
            Generator::Now(offset) => write!(f, "now({})", offset.written),
            Generator::UnixTime(offset) => write!(f, "unix_time({})", offset.written),
            Generator::RandomInt(least, most) => write!(f, "random_int({least}, {most})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_whole(text: &str) -> Result<String, Reason> {
        let (name, rest) = text.split_once('(').unwrap();
        read(name, rest).map(|name| name.to_string())
    }

    #[test]
    fn a_generator_is_written_as_it_was_read() {
        for text in [
            "uuid()",
            "now()",
            "now(+1h)",
            "now(-1h 30m)",
            "unix_time()",
            "unix_time(-5m)",
            "random_int(1, 100)",
            "random_int(-9223372036854775808, 9223372036854775807)",
            "base64(name)",
            "base64(env.NAME)",
            "base64(server.url)",
        ] {
            assert_eq!(read_whole(text).as_deref(), Ok(text));
        }
        assert_eq!(read_whole("random_int( 1,2 )").as_deref(), Ok("random_int(1, 2)"));
        assert_eq!(read_whole("uuid( )").as_deref(), Ok("uuid()"));
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        let table = [
            ("uuid(4)", "`uuid()` takes nothing", "write `${uuid()}`"),
            ("uuid(", "`uuid(` without a closing `)` before the `}`", "write `${uuid()}`"),
            (
                "now(1h)",
                "`1h` is a time without a sign",
                "write `${now(+1h)}`, or with a `-` for the past",
            ),
            (
                "unix_time(+5)",
                "`unix_time()` takes how far from now, and `+5` is not that",
                "write for example `${unix_time(+1h)}` or `${unix_time(-30m)}`",
            ),
            (
                "now(+5000years)",
                "`+5000years` is too far from now",
                "an offset has at most 1000 years",
            ),
            (
                "now(+1s 500ms)",
                "`+1s 500ms` is no whole number of seconds",
                "`now()` gives whole seconds: write for example `${now(+1s)}`",
            ),
            (
                "random_int(5)",
                "`random_int()` takes two whole numbers, the least and the greatest",
                "write for example `${random_int(1, 100)}`",
            ),
            (
                "random_int(1, 9223372036854775808)",
                "`random_int()` takes two whole numbers, the least and the greatest",
                "write for example `${random_int(1, 100)}`",
            ),
            (
                "random_int(2, 1)",
                "`random_int(2, 1)` has its bounds the wrong way round",
                "write `${random_int(1, 2)}`",
            ),
            (
                "base64()",
                "`base64()` takes the name of a variable",
                "define the text under `vars:`, and write `${base64(name)}`",
            ),
            (
                "base64(uuid())",
                "`base64()` takes the name of a variable",
                "define the text under `vars:`, and write `${base64(name)}`",
            ),
            ("uuid4()", "there is no generator `uuid4()`", "did you mean `${uuid()}`?"),
            (
                "timestamp()",
                "there is no generator `timestamp()`",
                "did you mean `${unix_time()}`?",
            ),
            (" uuid()", "there is no generator ` uuid()`", "write `${uuid()}`"),
            (
                "sha256(x)",
                "there is no generator `sha256()`",
                "there are `uuid()`, `now()`, `unix_time()`, `random_int(1, 100)`, \
                 `base64(name)`; a variable is written `${name}`",
            ),
        ];
        for (text, message, help) in table {
            assert_eq!(read_whole(text), Err((message.into(), help.into())), "{text}");
        }
    }
}
