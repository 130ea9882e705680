//! Times on the wire: UTC, RFC 3339 with milliseconds and `Z`; inside, Unix milliseconds.
//!
//! Called by every body.

use chrono::{DateTime, SecondsFormat, Utc};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_and_read_in_any_offset() {
        assert_eq!(text(1_793_000_000_123), "2026-10-26T07:33:20.123Z");
        assert_eq!(parse("2026-10-26T07:33:20.123Z"), Some(1_793_000_000_123));
        assert_eq!(parse("2026-10-26T09:33:20.123+02:00"), Some(1_793_000_000_123));
        for wrong in ["", "2026-10-26", "yesterday", "1969-12-31T23:59:59Z"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
