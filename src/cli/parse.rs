//! The values of arguments, and what is wrong with them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};

use super::Format;
use crate::template::is_name;

/// `NAME=VALUE`. The value may be a secret: it is not repeated in an error.
#[derive(Clone)]
pub struct Variable;

impl TypedValueParser for Variable {
    type Value = (String, String);

    fn parse_ref(
        &self,
        command: &Command,
        _arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        variable(value).map_err(|reason| {
            let mut command = command.clone();
            command.error(ErrorKind::ValueValidation, format!("--var takes NAME=VALUE: {reason}"))
        })
    }
}

fn variable(text: &OsStr) -> Result<(String, String), String> {
    let text = text.to_str().ok_or("this one is not UTF-8")?;
    let (name, value) = text.split_once('=').ok_or("this one has no `=`")?;
    if matches!(name, "env" | "server") {
        return Err(format!("the name `{name}` is reserved"));
    }
    if !is_name(name) {
        return Err("a name has letters, digits, `_` and `-`, and no digit first".into());
    }
    Ok((name.to_owned(), value.to_owned()))
}

pub fn tag(text: &str) -> Result<String, String> {
    match text.strip_prefix('!').unwrap_or(text).trim() {
        "" => Err("a tag is a word".into()),
        _ => Ok(text.to_owned()),
    }
}

pub fn filter(text: &str) -> Result<String, String> {
    match text {
        "" => Err("every name has the empty text: leave --filter out to run all tests".into()),
        _ => Ok(text.to_owned()),
    }
}

pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

pub fn repeat(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(rounds @ 1..=100_000) => Ok(rounds),
        _ => Err("write a number from 1 to 100000: so often is everything run".into()),
    }
}

pub fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("write a number from 1 to 1024".into()),
    }
}

/// A number of requests a second; gives the time from one to the next.
pub fn rate(text: &str) -> Result<Duration, String> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse::<f64>().ok().filter(|number| is_decimal && *number > 0.0);
    let interval = number.and_then(|number| Duration::try_from_secs_f64(1.0 / number).ok());
    let interval = interval.filter(|interval| !interval.is_zero());
    interval.ok_or_else(|| "write a number of requests a second above 0, such as 5 or 0.5".into())
}

pub fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("write a time above 0".into()),
        Ok(time) => Ok(time),
        Err(_) => Err("write a time with its unit, such as 30s or 10m".into()),
    }
}

pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("write a size such as 512KiB or 32MiB".into()),
    };
    let number = digits.trim().parse::<u64>().ok();
    let size = number.and_then(|number| number.checked_mul(factor)).filter(|size| *size > 0);
    size.ok_or_else(|| "write a size such as 512KiB or 32MiB".into())
}

pub fn report(text: &str) -> Result<(Format, PathBuf), String> {
    match text.split_once('=') {
        Some(("junit", path)) if !path.is_empty() => Ok((Format::Junit, path.into())),
        Some(("json", path)) if !path.is_empty() => Ok((Format::Json, path.into())),
        Some((format @ ("html" | "github"), _)) => Err(format!(
            "the format `{format}` is not supported yet: write junit=PATH or json=PATH"
        )),
        Some((format, _)) if !matches!(format, "junit" | "json") => {
            Err(format!("there is no format `{format}`: write junit=PATH or json=PATH"))
        }
        _ => Err("write junit=PATH or json=PATH".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let table = [
            ("1", Some(1)),
            ("512KiB", Some(512 << 10)),
            ("32MiB", Some(32 << 20)),
            ("2 GB", Some(2 << 30)),
            ("0", None),
            ("-1", None),
            ("MiB", None),
            ("1TiB", None),
            ("99999999999GiB", None),
        ];
        for (text, expected) in table {
            assert_eq!(size(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_rate_is_the_time_from_one_request_to_the_next() {
        let table = [("1", 1000), ("0.5", 2000), ("100", 10), ("2.5", 400), ("1000", 1)];
        for (text, milliseconds) in table {
            assert_eq!(rate(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "0",
            "0.0",
            "-1",
            "1e3",
            "inf",
            "nan",
            "",
            ".",
            "fast",
            "5/s",
            "1".repeat(400).as_str(),
        ] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_variable_has_a_name_and_a_value() {
        let parse = |text: &str| variable(OsStr::new(text));
        assert_eq!(parse("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(parse("a="), Ok(("a".into(), String::new())));
        for text in ["a", "=b", "9=b", "env=b", "a b=c"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
