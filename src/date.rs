//! Points in time as APIs write them: RFC 3339 and the HTTP date of RFC 9110.

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Reads an RFC 3339 date-time, an RFC 3339 date (midnight UTC), or an HTTP date.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    if !text.is_ascii() || text.len() < 10 {
        return None;
    }
    if text.as_bytes()[0].is_ascii_digit() {
        let whole = (text.len() == 10).then(|| format!("{text}T00:00:00Z"));
        return OffsetDateTime::parse(whole.as_deref().unwrap_or(text), &Rfc3339).ok();
    }
    OffsetDateTime::parse(text, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn both_forms_name_the_same_moment() {
        let moment = parse("1994-11-06T08:49:37Z");
        assert!(moment.is_some());
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), moment);
        assert_eq!(parse("1994-11-06T09:49:37+01:00"), moment);
        assert!(parse("2027-03-01").is_some());
    }

    #[test]
    fn other_texts_are_no_date() {
        for text in ["", "2027", "2027-13-01", "alice", "12", "2027-03-01x", "Sun, soon"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
