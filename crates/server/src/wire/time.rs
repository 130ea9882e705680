//! Times on the wire: UTC, RFC 3339 with milliseconds and `Z`; inside, Unix milliseconds.
//!
//! Called by every body.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sluice_extract::limits::DAY_MS;

/// The text of a time.
pub(crate) fn text(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok().and_then(DateTime::<Utc>::from_timestamp_millis).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The time of a text, in any offset; `None` where it is none, or is before 1970.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    u64::try_from(at.timestamp_millis()).ok()
}

/// The text of a day, which is given as days since 1970-01-01.
pub(crate) fn day_text(day: u64) -> String {
    let at = i64::try_from(day.saturating_mul(DAY_MS)).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
    at.unwrap_or_default().date_naive().to_string()
}

/// The day of a text, since 1970-01-01; `None` where it is none, or is before.
pub(crate) fn day(text: &str) -> Option<u64> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let at_ms = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    // Four digits of a year: more are read as well, and are no day that anybody means.
    u64::try_from(at_ms).ok().filter(|_| text.len() == 10).map(|at_ms| at_ms / DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_and_read_in_any_offset() {
        assert_eq!(text(1_793_000_000_123), "2026-10-26T07:33:20.123Z");
        assert_eq!(parse("2026-10-26T07:33:20.123Z"), Some(1_793_000_000_123));
        assert_eq!(parse("2026-10-26T09:33:20.123+02:00"), Some(1_793_000_000_123));
        assert_eq!((day("1970-01-02"), day_text(1)), (Some(1), "1970-01-02".to_owned()));
        assert_eq!(day("2026-02-28").map(|day| day_text(day + 1)), Some("2026-03-01".to_owned()));
        for wrong in ["", "2026-13-01", "2026-02-30", "26-01-01", "1969-12-31", "+12026-01-01", "2026-1-1"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
        for wrong in ["", "2026-10-26", "yesterday", "1969-12-31T23:59:59Z"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
