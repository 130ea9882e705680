//! A part of a file, as a request asks for it (RFC 9110, 14). Pure.
//!
//! One part at a time: who asks for several gets the whole, which is allowed and what most servers do. Called by the route of
//! a document's bytes.

use std::ops::Range;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, IF_RANGE, RANGE};

/// What of a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it.
    Whole,
    /// These bytes of it, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// What a request asks for of a file of so many bytes with this strong tag.
pub(crate) fn asked(headers: &HeaderMap, length: u64, tag: &HeaderValue) -> Asked {
    // What the caller has of it is of another file, or of one that is known by a time: the whole, anew.
    if headers.get(IF_RANGE).is_some_and(|has| has != tag) {
        return Asked::Whole;
    }
    one(headers, &RANGE).map_or(Asked::Whole, |range| part(range, length))
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name).iter();
    let value = sent.next()?.to_str().ok()?;
    sent.next().is_none().then_some(value)
}

/// What is no range of bytes is passed over, as it must be.
fn part(range: &str, length: u64) -> Asked {
    let Some((unit, spans)) = range.split_once('=') else { return Asked::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let Some((first, last)) = spans.split_once('-') else { return Asked::Whole };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(text.parse().unwrap_or(u64::MAX))),
        _ => None,
    };
    let span = match (number(first), number(last)) {
        (Some(Some(first)), Some(Some(last))) if first > last => return Asked::Whole,
        (Some(Some(first)), Some(last)) => first..last.map_or(length, |last: u64| last.saturating_add(1)).min(length),
        (Some(None), Some(Some(count))) => length.saturating_sub(count)..length,
        _ => return Asked::Whole,
    };
    if span.start < span.end { Asked::Part(span) } else { Asked::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, expect: &Asked) {
        let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(range).unwrap())]);
        assert_eq!(asked(&headers, 10, &HeaderValue::from_static("\"x\"")), *expect, "{range}");
    }

    #[test]
    fn a_part_is_what_the_file_has_of_it() {
        for (range, expect) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-4", 2..5),
            ("bytes=2-", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=9-99", 9..10),
            ("Bytes = 0 - 3", 0..4),
            ("bytes=1-99999999999999999999999", 1..10),
        ] {
            check(range, &Asked::Part(expect));
        }
        for range in ["bytes=10-", "bytes=-0", "bytes=99999999999999999999999-"] {
            check(range, &Asked::Beyond);
        }
        for range in ["bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes", "bytes=-", "bytes=+1-2", ""] {
            check(range, &Asked::Whole);
        }
    }

    #[test]
    fn a_part_of_another_file_is_not_added_to() {
        let of = |tag: &'static str| {
            let range = (RANGE, HeaderValue::from_static("bytes=1-2"));
            HeaderMap::from_iter([range, (IF_RANGE, HeaderValue::from_static(tag))])
        };
        let tag = HeaderValue::from_static("\"x\"");
        assert_eq!(asked(&of("\"x\""), 10, &tag), Asked::Part(1..3));
        for other in ["\"y\"", "W/\"x\"", "Sun, 22 Nov 2026 16:00:00 GMT"] {
            assert_eq!(asked(&of(other), 10, &tag), Asked::Whole, "{other}");
        }
        assert_eq!(asked(&HeaderMap::new(), 10, &tag), Asked::Whole);
    }
}
