//! Dates of cookies, which are read in more forms than those of HTTP (RFC 6265 §5.1.1).

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// What of a date has been found.
#[derive(Default)]
struct Found {
    time: Option<Time>,
    day: Option<u8>,
    month: Option<Month>,
    year: Option<i32>,
}

/// The moment that a text of an `Expires` attribute names.
pub fn read(text: &str) -> Option<OffsetDateTime> {
    let is_delimiter = |c: char| c == '\t' || c == ' ' || (c.is_ascii_punctuation() && c != ':');
    let mut found = Found::default();
    for word in text.split(is_delimiter).filter(|word| !word.is_empty()) {
        found.word(word)?;
    }
    let date = Date::from_calendar_date(found.year?, found.month?, found.day?).ok()?;
    Some(PrimitiveDateTime::new(date, found.time?).assume_utc())
}

/// The same moment as HTTP writes it.
pub fn http_date(text: &str) -> Option<String> {
    let moment = read(text)?;
    let (day, month) = (moment.weekday().to_string(), moment.month().to_string());
    let (day, month) = (day.get(..3)?, month.get(..3)?);
    let (hour, minute, second) = moment.to_hms();
    Some(format!(
        "{day}, {:02} {month} {:04} {hour:02}:{minute:02}:{second:02} GMT",
        moment.day(),
        moment.year()
    ))
}

impl Found {
    /// Takes the word for the first part of a date that it can be and that is not known yet;
    /// `None` when no date has such a part.
    fn word(&mut self, word: &str) -> Option<()> {
        if self.time.is_none()
            && let Some([hour, minute, second]) = clock(word)
        {
            self.time = Some(Time::from_hms(hour, minute, second).ok()?);
        } else if self.day.is_none()
            && let Some(day) = number(word, 1..=2)
        {
            self.day = Some(day as u8);
        } else if self.month.is_none()
            && let Some(month) = month(word)
        {
            self.month = Some(month);
        } else if self.year.is_none()
            && let Some(year) = number(word, 2..=4)
        {
            let year = match year {
                70..=99 => year + 1900,
                0..=69 => year + 2000,
                year => year,
            };
            self.year = Some(year as i32).filter(|year| *year >= 1601);
            self.year?;
        }
        Some(())
    }
}

/// `8:49:37`
fn clock(word: &str) -> Option<[u8; 3]> {
    let parts: Vec<&str> = word.split(':').collect();
    let [hour, minute, second] = parts[..] else { return None };
    let part = |text| number(text, 1..=2).map(|number| number as u8);
    Some([part(hour)?, part(minute)?, part(second)?])
}

fn month(word: &str) -> Option<Month> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = word.get(..3)?.to_ascii_lowercase();
    let number = NAMES.iter().position(|known| *known == name)? + 1;
    Month::try_from(number as u8).ok()
}

/// The number that a word begins with, if it has so many digits.
fn number(word: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let count = word.bytes().take_while(u8::is_ascii_digit).count();
    digits.contains(&count).then(|| word[..count].parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_browsers_read_them() {
        let table = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun, 06-Nov-1994 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("6 november 94 8:49:37", Some(784_111_777)),
            ("Thu, 01-Jan-1970 00:00:00 GMT", Some(0)),
            ("Wed, 21 Oct 2099 07:28:00 GMT", Some(4_096_250_880)),
            ("Sun, 31 Feb 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("Sun, 06 Nov 1600 08:49:37 GMT", None),
            ("06 Nov 1994", None),
            ("0", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(read(text).map(OffsetDateTime::unix_timestamp), expected, "{text}");
        }
        let odd = http_date("Sun, 06-Nov-1994 08:49:37 GMT");
        assert_eq!(odd.as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    }
}
