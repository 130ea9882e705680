//! What a status that is no success means: whether trying again can help, when, and in which words it is told.
//!
//! Rules only. Called by the vendors' files, which know where their own words stand in the body.

use ::http::HeaderMap;
use serde_json::Value;
use sluice_extract::code::Code;
use sluice_extract::limits::{MODEL_ERROR_CHARS_SHOWN, MODEL_RETRY_AFTER_MS_MAX};

use super::Secret;
use crate::{ModelError, Usage};

/// A server that said no.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The status.
    pub(crate) status: u16,
    /// When to try again, if it said so.
    pub(crate) retry_after_ms: Option<u64>,
    /// The body, if it is JSON.
    pub(crate) body: Option<Value>,
    text: String,
    location: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: u16, headers: &HeaderMap, text: String) -> Self {
        let location = headers.get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = serde_json::from_str(&text).ok();
        Self { status, retry_after_ms: retry_after_ms(headers), body, text, location }
    }

    /// All that it said.
    pub(crate) fn words(&self) -> &str {
        &self.text
    }

    /// As an error of `server`; `detail` is what the vendor's own words say, `key` what must not be shown.
    pub(crate) fn into_error(self, server: &str, detail: Option<&str>, key: Option<&Secret>) -> ModelError {
        let Self { status, retry_after_ms, text, location, .. } = self;
        let said = detail.map_or_else(|| plain(&text), str::to_owned);
        let said = match key {
            Some(key) if !key.reveal().is_empty() => said.replace(key.reveal(), "[key]"),
            _ => said,
        };
        let (code, what) = meaning(status);
        let mut message = format!("{server} {what} (HTTP {status})");
        if let Some(location) = location.filter(|_| (300..400).contains(&status)) {
            message.push_str(&format!("; it points to {location}"));
        }
        if !said.is_empty() {
            let shown: String = said.chars().take(MODEL_ERROR_CHARS_SHOWN).collect();
            message.push_str(&format!(": {shown}"));
        }
        // A question that is refused is not paid for.
        ModelError { retry_after_ms, ..ModelError::new(code, message).after(Usage::calls(1)) }
    }
}

/// What kind of failure a status is.
fn meaning(status: u16) -> (Code, &'static str) {
    match status {
        300..=399 => (Code::ModelRefused, "sends on to another address; name that one as its base URL"),
        401 | 403 => (Code::ModelRefused, "does not accept the key"),
        402 => (Code::ModelRefused, "wants to be paid first"),
        404 => (Code::ModelUnknown, "has no such model or address"),
        408 | 409 | 425 => (Code::ModelUnavailable, "could not take the question now"),
        413 => (Code::TooLarge, "takes only smaller questions"),
        429 => (Code::RateLimited, "takes no more questions for now"),
        400..=499 => (Code::ModelRefused, "does not take the question"),
        _ => (Code::ModelUnavailable, "is in trouble"),
    }
}

/// Milliseconds from `Retry-After-Ms` or `Retry-After` in seconds. A date would need a clock; no vendor sends one.
fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let ms = number("retry-after-ms").or_else(|| Some(number("retry-after")? * 1_000.0))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and cut to an hour")]
    let ms = (ms >= 0.0).then_some(ms.ceil() as u64)?;
    Some(ms.min(MODEL_RETRY_AFTER_MS_MAX))
}

/// A body for a person: of a page of HTML its title, of anything else one line.
fn plain(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with('<') {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").zip(lower.find("</title>")).and_then(|(from, to)| text.get(from + 7..to));
    match title {
        Some(title) => format!("a web page \"{}\"", title.trim()),
        None => "a web page".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(status: u16, header: Option<(&'static str, &str)>, body: &str) -> String {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        let key = Secret::new("sk-secret\n");
        let error = Refusal::new(status, &headers, body.to_owned()).into_error("The server", None, Some(&key));
        format!("{} {:?} {}", error.code, error.retry_after_ms, error.message)
    }

    #[test]
    fn waits_are_heard() {
        assert_snapshot!(check(429, Some(("retry-after", "1.5")), "slow down"), @"rate_limited Some(1500) The server takes no more questions for now (HTTP 429): slow down");
        assert_snapshot!(check(429, Some(("retry-after-ms", "20")), ""), @"rate_limited Some(20) The server takes no more questions for now (HTTP 429)");
        assert_snapshot!(check(503, Some(("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")), ""), @"model_unavailable None The server is in trouble (HTTP 503)");
        assert_snapshot!(check(503, Some(("retry-after", "-1")), ""), @"model_unavailable None The server is in trouble (HTTP 503)");
        assert_snapshot!(check(503, Some(("retry-after", "1e30")), ""), @"model_unavailable Some(3600000) The server is in trouble (HTTP 503)");
    }

    #[test]
    fn a_web_page_is_its_title_and_a_key_is_not_shown() {
        assert_snapshot!(check(500, None, "<!DOCTYPE html><html><TITLE> Bad gateway </TITLE>\u{130}<p>x"), @r###"model_unavailable None The server is in trouble (HTTP 500): a web page "Bad gateway""###);
        assert_snapshot!(check(401, None, "no key sk-secret\nhere"), @"model_refused None The server does not accept the key (HTTP 401): no key [key] here");
        assert_snapshot!(check(307, Some(("location", "https://elsewhere.example/v1")), ""), @"model_refused None The server sends on to another address; name that one as its base URL (HTTP 307); it points to https://elsewhere.example/v1");
    }
}
