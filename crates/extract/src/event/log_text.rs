//! Events as the text that is stored, with the version of the log in each.
//!
//! The rules by which an older log stays readable: a new field has a default; a kind or a field that goes or changes its
//! meaning raises `LOG_VERSION` and gets a step in `upgrade`. A log of a newer release is refused, never half
//! understood. Called by stores; nobody else sees this text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Event;

/// The version that this release writes.
pub const LOG_VERSION: u32 = 1;

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogUnreadable {
    /// A newer release wrote it.
    #[error(
        "the log has version {found}, and this release knows {LOG_VERSION}: use the release that wrote it, or newer"
    )]
    Newer {
        /// The version that was found.
        found: u32,
    },
    /// It is not what any release wrote.
    #[error("an event of the log is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    #[serde(flatten)]
    event: &'a Event,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    v: u32,
}

/// The text of an event.
///
/// # Errors
/// It holds a number that JSON cannot say.
pub fn encode(event: &Event) -> Result<String, LogUnreadable> {
    Ok(serde_json::to_string(&Written { v: LOG_VERSION, event })?)
}

/// The event of a text, whichever release wrote it.
///
/// # Errors
/// A newer release wrote it, or nobody did.
pub fn decode(text: &str) -> Result<Event, LogUnreadable> {
    let Version { v } = serde_json::from_str(text)?;
    if v > LOG_VERSION {
        return Err(LogUnreadable::Newer { found: v });
    }
    if v == LOG_VERSION {
        return Ok(serde_json::from_str(text)?);
    }
    Ok(serde_json::from_value(upgrade(serde_json::from_str(text)?, v))?)
}

/// One step for each version that there was. There was none before 1.
fn upgrade(event: Value, _version: u32) -> Value {
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::event::{AskedSubtree, Failure, PlannedQuestion, Spent};

    #[test]
    fn the_text_of_an_event_is_a_promise() {
        let failure = Failure { code: Code::ModelUnavailable, message: "busy".to_owned() };
        let asked = AskedSubtree { id: "s1".to_owned(), path: "/items".to_owned(), leaves: 3 };
        let texts = [
            encode(&Event::JobStarted { subtrees: vec![asked] }).unwrap(),
            encode(&Event::Planned { questions: vec![PlannedQuestion::new("s1", &[1, 2, 3, 7])] }).unwrap(),
            encode(&Event::SubtreeRetrying {
                instead: None,
                subtree: "s1".to_owned(),
                attempt: 1,
                failure,
                wait_ms: 500,
                retry_at_ms: 1_500,
                spent: Spent::default(),
            })
            .unwrap(),
            encode(&Event::JobCancelled).unwrap(),
        ];
        insta::assert_snapshot!(texts.join("\n"), @r##"
        {"v":1,"type":"job_started","subtrees":[{"id":"s1","path":"/items","leaves":3}]}
        {"v":1,"type":"planned","questions":[{"subtree":"s1","pages":[[1,3],[7,7]]}]}
        {"v":1,"type":"subtree_retrying","subtree":"s1","attempt":1,"failure":{"code":"model_unavailable","message":"busy"},"wait_ms":500,"retry_at_ms":1500,"spent":{"model":"","usage":{"calls":0,"input_tokens":0,"cached_tokens":0,"output_tokens":0,"thinking_tokens":0},"cost_usd":null}}
        {"v":1,"type":"job_cancelled"}
        "##);
    }

    fn check(text: &str, expect: &str) {
        let outcome = match decode(text) {
            Ok(event) => format!("{event:?}"),
            Err(error) => error.to_string(),
        };
        assert!(outcome.starts_with(expect), "{text}\n{outcome}");
    }

    #[test]
    fn a_log_of_another_release_is_read_or_refused() {
        check(r#"{"v":1,"type":"cancel_requested"}"#, "CancelRequested");
        check(r#"{"v":1,"type":"document_read","page_count":2,"pages_read":1,"new":[]}"#, "DocumentRead");
        check(r#"{"v":2,"type":"cancel_requested"}"#, "the log has version 2, and this release knows 1");
        check(r#"{"v":1,"type":"job_paused"}"#, "an event of the log is damaged: unknown variant");
        check(r#"{"v":1}"#, "an event of the log is damaged: missing field `type`");
        check("", "an event of the log is damaged");
    }
}
