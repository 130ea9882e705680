//! The stable codes of what can go wrong, and of doubts that are told.
//!
//! A `Code` is a promise: its text never changes, it says whether trying again can help, and it has a page
//! `docs/errors/<code>.md`. Never here: messages for people (they stand where the failure happens) or HTTP statuses
//! (the server maps codes to them).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a document, a subtree or a job failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The file is not there, or may not be opened.
    UnreadableFile,
    /// The bytes are none of the kinds that are read.
    UnsupportedMedia,
    /// The file has no bytes.
    EmptyDocument,
    /// A password is needed to open it.
    Encrypted,
    /// It says what it is, but nothing in it could be read.
    Damaged,
    /// Larger than a limit: bytes, pages, or memory while reading.
    TooLarge,
    /// Reading took longer than its limit.
    TookTooLong,
    /// The schema is outside the subset, or is no JSON.
    SchemaInvalid,
    /// No model has this name.
    ModelUnknown,
    /// The model cannot be asked now: no network, overloaded, broken off.
    ModelUnavailable,
    /// The model was asked too much at once: a limit of requests or tokens.
    RateLimited,
    /// The model will never answer this: a key refused, a safety stop.
    ModelRefused,
    /// The model answered with something that is not what was asked.
    AnswerInvalid,
    /// A recording of vendor traffic is replayed, and this question is not in it.
    NotRecorded,
    /// What the job may cost is spent.
    BudgetSpent,
    /// Somebody asked to stop.
    Cancelled,
    /// A fault of our own. Please report it.
    Internal,
}

impl Code {
    /// Every code, for the pages and the tests that walk them.
    pub const ALL: [Self; 17] = [
        Self::UnreadableFile,
        Self::UnsupportedMedia,
        Self::EmptyDocument,
        Self::Encrypted,
        Self::Damaged,
        Self::TooLarge,
        Self::TookTooLong,
        Self::SchemaInvalid,
        Self::ModelUnknown,
        Self::ModelUnavailable,
        Self::RateLimited,
        Self::ModelRefused,
        Self::AnswerInvalid,
        Self::NotRecorded,
        Self::BudgetSpent,
        Self::Cancelled,
        Self::Internal,
    ];

    /// The text that clients see and that never changes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableFile => "unreadable_file",
            Self::UnsupportedMedia => "unsupported_media",
            Self::EmptyDocument => "empty_document",
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::TooLarge => "too_large",
            Self::TookTooLong => "took_too_long",
            Self::SchemaInvalid => "schema_invalid",
            Self::ModelUnknown => "model_unknown",
            Self::ModelUnavailable => "model_unavailable",
            Self::RateLimited => "rate_limited",
            Self::ModelRefused => "model_refused",
            Self::AnswerInvalid => "answer_invalid",
            Self::NotRecorded => "not_recorded",
            Self::BudgetSpent => "budget_spent",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }

    /// Can the same call succeed later without anybody changing anything?
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            Self::ModelUnavailable | Self::RateLimited | Self::AnswerInvalid | Self::TookTooLong => true,
            Self::UnreadableFile
            | Self::UnsupportedMedia
            | Self::EmptyDocument
            | Self::Encrypted
            | Self::Damaged
            | Self::TooLarge
            | Self::SchemaInvalid
            | Self::ModelUnknown
            | Self::ModelRefused
            | Self::NotRecorded
            | Self::BudgetSpent
            | Self::Cancelled
            | Self::Internal => false,
        }
    }

    /// Is it certain that nothing was paid for and nothing was written?
    #[must_use]
    pub fn has_no_side_effects(self) -> bool {
        match self {
            Self::UnreadableFile
            | Self::UnsupportedMedia
            | Self::EmptyDocument
            | Self::Encrypted
            | Self::Damaged
            | Self::TooLarge
            | Self::TookTooLong
            | Self::SchemaInvalid
            | Self::ModelUnknown
            | Self::RateLimited
            | Self::NotRecorded => true,
            Self::ModelUnavailable
            | Self::ModelRefused
            | Self::AnswerInvalid
            | Self::BudgetSpent
            | Self::Cancelled
            | Self::Internal => false,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A doubt that does not stop the work, told with the result: where it is about, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of doubt.
    pub kind: FindingKind,
    /// 1-based page it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// JSON pointer into the result or the schema it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// One sentence for a person: what, and what to do about it.
    pub message: String,
}

impl Finding {
    /// A finding about the whole.
    #[must_use]
    pub fn new(kind: FindingKind, message: impl Into<String>) -> Self {
        Self { kind, page: None, pointer: None, message: message.into() }
    }

    /// The same, about one page.
    #[must_use]
    pub fn on_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// The same, about one place in the result or the schema.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

/// The kinds of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Some pages could not be read.
    DamagedPages,
    /// A page has a picture but no words: it needs optical character recognition.
    PageWithoutText,
    /// Characters of a page could not be told: its fonts do not say which they are.
    UnmappedText,
    /// More on a page than a limit allows; the rest was left out.
    PageCutOff,
    /// The result is not valid against the schema at this place.
    NotValid,
    /// A value that the schema requires was not found.
    RequiredMissing,
    /// A value stands nowhere in the document.
    NotInDocument,
    /// A part of the schema got no answer.
    SubtreeFailed,
    /// The model does not take all of how it was to be asked; it was asked without that.
    ModelLimited,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_code_is_what_serde_writes() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), serde_json::json!(code.as_str()));
        }
    }

    #[test]
    fn a_repeated_call_is_only_promised_free_where_nothing_was_asked() {
        assert!(
            Code::ALL.iter().filter(|code| code.has_no_side_effects()).all(|code| !code.as_str().starts_with("answer"))
        );
    }
}
