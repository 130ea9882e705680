//! Clock times: `14:30`, `2.30 pm`, `14h30`, `09:15:00.5+02:00`, `14:30 Uhr`.
//!
//! Called by the scan of dates for what stands beside a date, and by callers that look for a time alone.

use std::fmt;

use super::super::{Found, char_before, skip_spaces};

/// A time of day as printed, with its offset if one was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// 0..=23
    pub hour: u8,
    /// 0..=59
    pub minute: u8,
    /// 0..=60
    pub second: u8,
    /// `Z` or `+02:00`.
    pub offset: Option<String>,
}

/// `14:30:00`, with the offset if there is one.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset.as_deref().unwrap_or_default();
        write!(f, "{:02}:{:02}:{:02}{offset}", self.hour, self.minute, self.second)
    }
}

/// Every clock time in a text.
#[must_use]
pub fn scan_times(text: &str) -> Vec<Found<Time>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|tail| tail.find(|c: char| c.is_ascii_digit())).map(|by| at + by) {
        // `Time:01:25` has a label's colon before it; what has any other is the rest of a longer figure.
        let labelled = text[..start].strip_suffix(':').is_some_and(|label| label.ends_with(char::is_alphabetic));
        let within = |c: char| c.is_alphanumeric() || matches!(c, ':' | '.' | ',');
        let fresh = labelled || !char_before(text, start).is_some_and(within);
        match time_at(text, start).filter(|_| fresh) {
            Some(hit) => {
                at = hit.span.end;
                found.push(hit);
            }
            None => at = start + digits_at(text, start, usize::MAX).1.max(1),
        }
    }
    found
}

/// The time that starts at byte `start`.
pub(super) fn time_at(text: &str, start: usize) -> Option<Found<Time>> {
    let (hour, width) = digits_at(text, start, 2);
    let mark = text.as_bytes().get(start + width).copied()?;
    let (minute, minute_width) = digits_at(text, start + width + 1, 3);
    let clock = matches!(mark, b':' | b'h' | b'H' | b'.') && width > 0 && minute_width == 2;
    if !clock {
        return only_hour(text, start, hour, width);
    }
    let mut end = start + width + 1 + minute_width;
    let mut second = 0;
    if text.as_bytes().get(end) == Some(&mark) && digits_at(text, end + 1, 3).1 == 2 {
        second = digits_at(text, end + 1, 2).0;
        end = end_of_fraction(text, end + 3);
    }
    let (hour, end, halved) = match half_of_day(text, end) {
        Some((afternoon, after)) => (in_day(hour, afternoon)?, after, true),
        None => (hour, end, false),
    };
    // A point between hour and minute is a number unless something says otherwise.
    let said = halved || mark != b'.' || unit_at(text, end).is_some();
    let goes_on = text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric) && unit_at(text, end).is_none();
    let end = unit_at(text, end).unwrap_or(end);
    let (offset, end) = offset_at(text, end);
    let valid = hour < 24 && minute < 60 && second <= 60 && said && (!goes_on || offset.is_some());
    valid.then(|| Found::new(start..end, Time { hour, minute, second, offset }))
}

/// `2 pm`
fn only_hour(text: &str, start: usize, hour: u8, width: usize) -> Option<Found<Time>> {
    let (afternoon, end) = half_of_day(text, start + width).filter(|_| width > 0)?;
    let hour = in_day(hour, afternoon)?;
    Some(Found::new(start..end, Time { hour, minute: 0, second: 0, offset: None }))
}

/// Up to two digits' value, and how many digits there are (looking at most at `most`).
fn digits_at(text: &str, start: usize, most: usize) -> (u8, usize) {
    let tail = text.as_bytes().get(start..).unwrap_or_default();
    let width = tail.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let value = tail.iter().take(width.min(2)).fold(0, |sum, byte| sum * 10 + (byte - b'0'));
    (value, width)
}

fn end_of_fraction(text: &str, at: usize) -> usize {
    let point = matches!(text.as_bytes().get(at), Some(b'.' | b','));
    let width = digits_at(text, at + 1, 9).1;
    if point && width > 0 { at + 1 + width } else { at }
}

fn in_day(hour: u8, afternoon: bool) -> Option<u8> {
    (1..=12).contains(&hour).then_some(hour % 12 + if afternoon { 12 } else { 0 })
}

/// `am`, `p.m.`: is it the afternoon, and where it ends.
fn half_of_day(text: &str, at: usize) -> Option<(bool, usize)> {
    let start = skip_spaces(text, at, 1);
    let tail = text.get(start..)?;
    let halves = [("a.m.", false), ("p.m.", true), ("a.m", false), ("p.m", true), ("am", false), ("pm", true)];
    let (half, afternoon) = halves
        .into_iter()
        .find(|(half, _)| tail.get(..half.len()).is_some_and(|head| head.eq_ignore_ascii_case(half)))?;
    let end = start + half.len();
    (!text.get(end..)?.starts_with(char::is_alphanumeric)).then_some((afternoon, end))
}

/// `Uhr`, `h`, `hrs`: where it ends.
fn unit_at(text: &str, at: usize) -> Option<usize> {
    let start = skip_spaces(text, at, 1);
    let tail = text.get(start..)?;
    let word = tail.get(..tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len()))?;
    ["uhr", "h", "hrs", "kl"].iter().any(|unit| word.eq_ignore_ascii_case(unit)).then_some(start + word.len())
}

/// `Z`, `UTC`, `+02:00`, `-0530`.
fn offset_at(text: &str, at: usize) -> (Option<String>, usize) {
    let start = skip_spaces(text, at, 1);
    let Some(tail) = text.get(start..) else { return (None, at) };
    for zone in ["Z", "UTC", "GMT"] {
        if let Some(rest) = tail.strip_prefix(zone)
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '+' || c == '-')
        {
            return (Some("Z".to_owned()), start + zone.len());
        }
    }
    // A sign with a space before it is a dash.
    let Some(sign) = tail.chars().next().filter(|c| matches!(c, '+' | '-') && start == at) else { return (None, at) };
    let (hours, width) = digits_at(text, start + 1, 2);
    let colon = usize::from(text.as_bytes().get(start + 1 + width) == Some(&b':'));
    let (minutes, minutes_width) = digits_at(text, start + 1 + width + colon, 3);
    if width != 2 || minutes_width != 2 || hours > 14 || minutes > 59 {
        return (None, at);
    }
    (Some(format!("{sign}{hours:02}:{minutes:02}")), start + 1 + width + colon + minutes_width)
}
