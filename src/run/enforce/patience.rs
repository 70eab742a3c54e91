//! How long a server that was asked too often wants to be left alone (RFC 9110 §10.2.3).

use std::time::Duration;

use crate::date;
use crate::http::message::{Request, Response, TransportError};
use crate::run::Run;

/// The longest that a server may ask for before it is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Run<'_> {
    /// The answer to a request: to the second one, after the wait that the server asked for.
    ///
    /// # Errors
    /// The exchange did not complete.
    pub(super) fn patient(
        &self,
        worker: usize,
        request: &Request,
    ) -> Result<Response, TransportError> {
        let response = (self.transport)(worker, request)?;
        match wanted_wait(&response, self.tokens.now()) {
            Some(wait) if self.stop.pause(wait).is_none() => (self.transport)(worker, request),
            _ => Ok(response),
        }
    }
}

/// How long to wait after this answer before it is asked once more, if it says so and that is not
/// too long. `now` is the time since 1970.
fn wanted_wait(response: &Response, now: Duration) -> Option<Duration> {
    if response.status != 429 {
        return None;
    }
    let text = response.header_values("retry-after").next()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        // The server's clock may go wrong: what it calls now counts, if it says so.
        Err(_) => http_date(text)?.saturating_sub(sent_at(response).unwrap_or(now)),
    };
    Some(wait).filter(|wait| *wait <= LONGEST_WAIT)
}

/// When the server sent the answer, by its own clock.
fn sent_at(response: &Response) -> Option<Duration> {
    http_date(response.header_values("date").next()?.trim())
}

/// An HTTP date as the time since 1970. No other form of a date stands in these fields.
fn http_date(text: &str) -> Option<Duration> {
    let moment = date::parse(text).filter(|_| text.starts_with(|c: char| c.is_alphabetic()))?;
    u64::try_from(moment.unix_timestamp()).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT.
    const NOW: u64 = 784_111_777;

    fn wait(status: u16, fields: &[(&str, &str)]) -> Option<u64> {
        let headers = fields.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let (headers, body) = (headers.collect(), Vec::new());
        let response = Response {
            status,
            headers,
            body,
            url: String::new(),
            withheld: None,
            hops: Vec::new(),
            elapsed: Duration::default(),
        };
        wanted_wait(&response, Duration::from_secs(NOW)).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_server_names_seconds_or_a_moment() {
        let table = [
            ("0", Some(0)),
            ("30", Some(30)),
            ("31", None),
            ("99999999999999999999", None),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sunday, 06-Nov-94 08:49:40 GMT", Some(3)),
            ("Sun Nov  6 08:49:40 1994", Some(3)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:50:08 GMT", None),
            // It is over: ask at once.
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1969 00:00:00 GMT", None),
            ("1994-11-06T08:49:40Z", None),
            ("soon", None),
            ("", None),
            ("-1", None),
            ("1.5", None),
        ];
        for (text, expected) in table {
            assert_eq!(wait(429, &[("Retry-After", text)]), expected, "{text}");
        }
        assert_eq!(wait(429, &[]), None);
        assert_eq!(wait(503, &[("Retry-After", "1")]), None);
    }

    #[test]
    fn a_moment_counts_from_what_the_server_calls_now() {
        let retry = ("Retry-After", "Fri, 01 Jan 2027 00:00:05 GMT");
        assert_eq!(wait(429, &[("date", "Fri, 01 Jan 2027 00:00:00 GMT"), retry]), Some(5));
        assert_eq!(wait(429, &[("date", "Fri, 01 Jan 2027 00:00:09 GMT"), retry]), Some(0));
        // Without a date that can be read it is our own clock, by which that is far away.
        assert_eq!(wait(429, &[("date", "today"), retry]), None);
    }
}
