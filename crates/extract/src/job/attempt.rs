//! What follows from an attempt that failed: another one later, or none.
//!
//! The one place where the rule of repeating meets a job. The jitter and the time are handed in. Called by engines after
//! a step failed.

use super::{JobState, Settings};
use crate::code::Code;
use crate::event::{Event, Failure, Spent};

/// An attempt at a subtree that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedAttempt {
    /// Which subtree.
    pub subtree: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Why.
    pub failure: Failure,
    /// When to try again, if the other side said so.
    pub retry_after_ms: Option<u64>,
    /// What it took.
    pub spent: Spent,
}

/// The event that records it: another attempt, another one who is asked, or the end.
/// `jitter` in 0..=1 is the share of the longest wait that is taken.
#[must_use]
pub fn after_failure(state: &JobState, settings: &Settings, failed: FailedAttempt, now_ms: u64, jitter: f64) -> Event {
    let FailedAttempt { subtree, attempt, failure, retry_after_ms, spent } = failed;
    let known = state.subtree(&subtree);
    let before = known.map_or(0, |found| found.attempts_before);
    let attempt_in_round = attempt.saturating_sub(before);
    let wait_ms = settings.retry.wait_ms(attempt_in_round, failure.code, retry_after_ms, jitter);
    let other = settings.fallback.clone().filter(|_| known.is_some_and(|found| found.instead.is_none()));
    // Who wants a longer wait than any of ours is not waited for while somebody else can be asked.
    let is_too_long = wait_ms.is_none_or(|wait_ms| wait_ms > settings.retry.wait_ms_max);
    if is_too_long && other.is_some() && is_of_the_model(failure.code) {
        return Event::SubtreeRetrying {
            subtree,
            attempt,
            failure,
            wait_ms: 0,
            retry_at_ms: now_ms,
            instead: other,
            spent,
        };
    }
    match wait_ms {
        Some(wait_ms) => {
            let retry_at_ms = now_ms.saturating_add(wait_ms);
            Event::SubtreeRetrying { subtree, attempt, failure, wait_ms, retry_at_ms, instead: None, spent }
        }
        None => Event::SubtreeFailed { subtree, attempt, failure, spent },
    }
}

/// Can another model do better?
fn is_of_the_model(code: Code) -> bool {
    match code {
        Code::ModelUnknown
        | Code::ModelUnavailable
        | Code::RateLimited
        | Code::ModelRefused
        | Code::AnswerInvalid
        | Code::TooLarge => true,
        Code::UnreadableFile
        | Code::UnsupportedMedia
        | Code::EmptyDocument
        | Code::Encrypted
        | Code::Damaged
        | Code::TookTooLong
        | Code::SchemaInvalid
        | Code::NotRecorded
        | Code::BudgetSpent
        | Code::Cancelled
        | Code::Internal => false,
    }
}
