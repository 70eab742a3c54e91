//! Points in time as APIs write them: RFC 3339, and the three forms of the HTTP date of RFC 9110
//! §5.6.7. And times as people read them.

use std::time::{Duration, SystemTime};

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Reads an RFC 3339 date-time, an RFC 3339 date (midnight UTC), or an HTTP date.
///
/// The day of the week must be one, but need not be the right one. Years of two digits are those
/// from 1970 to 2069.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    if !text.is_ascii() || text.len() < 10 {
        return None;
    }
    if !text.as_bytes()[0].is_ascii_digit() {
        return http_date(text);
    }
    let whole = (text.len() == 10).then(|| format!("{text}T00:00:00Z"));
    OffsetDateTime::parse(whole.as_deref().unwrap_or(text), &Rfc3339).ok()
}

/// A moment in UTC, so many seconds after 1970 began, as RFC 3339 writes it; `None` beyond the years
/// that it can.
pub fn rfc_3339(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

/// A time as a person reads it.
pub fn shown_time(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

/// A day as `2027-03-01`, counted from 1970-01-01.
pub fn day(text: &str) -> Option<i64> {
    let midnight = (text.len() == 10).then(|| parse(text))??;
    Some(midnight.unix_timestamp().div_euclid(DAY))
}

/// The day of a moment in UTC, counted from 1970-01-01.
pub fn day_of(moment: SystemTime) -> i64 {
    OffsetDateTime::from(moment).unix_timestamp().div_euclid(DAY)
}

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

fn http_date(text: &str) -> Option<OffsetDateTime> {
    let (day, rest) = match text.split_once(", ") {
        Some((day, rest)) => (day, rest.strip_suffix(" GMT")?),
        None => text.split_once(' ')?,
    };
    let is_short = DAYS.iter().any(|name| day == &name[..3]);
    let is_long = DAYS.contains(&day);
    let is_asctime = !text.contains(',');
    match is_asctime {
        true if is_short => asctime(rest),
        false if is_short => imf_fixdate(rest),
        false if is_long => rfc_850(rest),
        _ => None,
    }
}

/// `06 Nov 1994 08:49:37`
fn imf_fixdate(text: &str) -> Option<OffsetDateTime> {
    let [day, month, year, clock] = words(text, ' ')?;
    moment(digits(year, 4)?, month, digits(day, 2)?, clock)
}

/// `06-Nov-94 08:49:37`
fn rfc_850(text: &str) -> Option<OffsetDateTime> {
    let [date, clock] = words(text, ' ')?;
    let [day, month, year] = words(date, '-')?;
    let year = match digits(year, 2)? {
        year @ 70.. => 1900 + year,
        year => 2000 + year,
    };
    moment(year, month, digits(day, 2)?, clock)
}

/// `Nov  6 08:49:37 1994`
fn asctime(text: &str) -> Option<OffsetDateTime> {
    let (month, rest) = text.split_once(' ')?;
    let (day, rest) = rest.split_at_checked(2)?;
    let day = match day.strip_prefix(' ') {
        Some(day) => digits(day, 1)?,
        None => digits(day, 2)?,
    };
    let [clock, year] = words(rest.strip_prefix(' ')?, ' ')?;
    moment(digits(year, 4)?, month, day, clock)
}

fn moment(year: u16, month: &str, day: u16, clock: &str) -> Option<OffsetDateTime> {
    let month = MONTHS.iter().position(|name| *name == month)? as u8 + 1;
    let month = Month::try_from(month).ok()?;
    let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
    let [hour, minute, second] = words(clock, ':')?;
    // A leap second is the last one of its minute to all that compares times here.
    let second = digits(second, 2).filter(|second| *second <= 60)?.min(59);
    let part = |text| digits(text, 2).and_then(|n| u8::try_from(n).ok());
    let time = Time::from_hms(part(hour)?, part(minute)?, second as u8).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

/// Exactly so many words between separators.
fn words<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<u16> {
    let fits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{day, day_of, parse};
    use std::time::{Duration, SystemTime};

    #[test]
    fn days_are_counted_in_utc() {
        assert_eq!((day("1970-01-01"), day("1970-01-02")), (Some(0), Some(1)));
        assert_eq!(day("2027-03-01T00:00:00Z"), None);
        assert_eq!(day("2027-02-29"), None);
        assert_eq!(day("Sun, 1994x"), None);
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(2 * 86_400 - 1);
        assert_eq!(day_of(last), 1);
    }

    #[test]
    fn all_forms_name_the_same_moment() {
        let moment = parse("1994-11-06T08:49:37Z");
        assert!(moment.is_some());
        for text in [
            "1994-11-06T09:49:37+01:00",
            "1994-11-06t08:49:37z",
            "1994-11-06T08:49:37.000Z",
            "1994-11-06T08:49:37-00:00",
            "1994-11-06 08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text), moment, "{text}");
        }
        assert_eq!(parse("Wed Nov 16 08:49:37 1994"), parse("1994-11-16T08:49:37Z"));
        assert_eq!(parse("2027-03-01"), parse("2027-03-01T00:00:00Z"));
        assert_eq!(parse("Monday, 01-Mar-27 00:00:00 GMT"), parse("2027-03-01"));
    }

    #[test]
    fn parts_of_a_second_count() {
        let order = ["2027-03-01T00:00:00Z", "2027-03-01T00:00:00.001Z", "2027-03-01T00:00:00.01Z"];
        assert!(parse(order[0]) < parse(order[1]) && parse(order[1]) < parse(order[2]));
    }

    #[test]
    fn leap_seconds_are_there() {
        for text in ["2016-12-31T23:59:60Z", "Sat, 31 Dec 2016 23:59:60 GMT"] {
            assert!(
                parse(text).is_some_and(|moment| moment < parse("2017-01-01").unwrap()),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_are_no_date() {
        for text in [
            "",
            "2027",
            "2027-13-01",
            "2027-02-29",
            "2027-03-01x",
            "2027-03-01T00:00:00",
            "2027-03-01T24:00:00Z",
            "20270301T000000Z",
            "alice",
            "12",
            "1234567890",
            "Sun, soon",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nóv 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
