//! The demo's time: whole seconds since 1970, and the two spellings that HTTP APIs use.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The end of the year 9999, the last second that RFC 3339 can write.
const LAST: i64 = 253_402_300_799;

/// Seconds since the Unix epoch.
pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(LAST)
}

/// `2026-11-24T09:30:00Z`. Times that RFC 3339 cannot write are moved to the nearest it can.
pub fn rfc3339(seconds: i64) -> String {
    date_time(seconds).format(&Rfc3339).unwrap_or_default()
}

/// `Tue, 24 Nov 2026 09:30:00 GMT`, as the `Date` field has it.
pub fn http_date(seconds: i64) -> String {
    let at = date_time(seconds);
    let (weekday, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        &weekday[..3],
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn date_time(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds.clamp(0, LAST))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_http_and_as_rfc_3339_have_it() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(rfc3339(784_111_777), "1994-11-06T08:49:37Z");
        assert_eq!(rfc3339(i64::MAX), "9999-12-31T23:59:59Z");
    }
}
