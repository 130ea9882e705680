//! What sort of value a text is, as a schema says it.
//!
//! A text is a number or a date only where that is all of it. Called by the rooms of `infer`.

use serde_json::{Value, json};

use super::super::candidate::{Thing, scan_text};
use super::super::lexicon::Lexicon;

/// A sort of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A day.
    Date,
    /// An amount of money.
    Money,
    /// A share, as it is printed: `19 %` is 19.
    Percent,
    /// A whole number.
    Integer,
    /// Any other number.
    Number,
    /// Yes or no.
    Flag,
    /// Anything else.
    Text,
}

/// Digits from which on a number without marks is rather somebody's or something's.
const DIGITS_OF_A_NAME: usize = 7;

impl Sort {
    /// What a text is, under its label.
    pub(super) fn of(text: &str, label: &str) -> Self {
        let found = scan_text(text);
        let [only] = found.as_slice() else { return Self::Text };
        let rest = [text.get(..only.at.bytes.start), text.get(only.at.bytes.end..)];
        let bare = |part: Option<&str>| part.is_some_and(|part| !part.chars().any(char::is_alphanumeric));
        match &only.thing {
            _ if !rest.into_iter().all(bare) => Self::Text,
            Thing::Date(date) if date.date.day.is_some() && date.time.is_none() => Self::Date,
            Thing::Number(number) if number.percent => Self::Percent,
            Thing::Number(number) if number.currency.is_some() => Self::Money,
            Thing::Number(_) if names(text, label) => Self::Text,
            Thing::Number(number) if number.number.decimals == 0 => Self::Integer,
            Thing::Number(_) => Self::Number,
            Thing::Date(_) | Thing::Time(_) | Thing::Identifier(_) => Self::Text,
        }
    }

    /// What both are.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Money, Self::Integer | Self::Number) | (Self::Integer | Self::Number, Self::Money) => Self::Money,
            (Self::Integer | Self::Number | Self::Percent, Self::Integer | Self::Number | Self::Percent) => {
                Self::Number
            }
            _ => Self::Text,
        }
    }

    /// It shows itself, whatever stands beside it.
    pub(super) fn is_typed(self) -> bool {
        !matches!(self, Self::Text | Self::Flag)
    }

    /// As a schema, for what was printed under these words.
    pub(super) fn schema(self, label: &str) -> Value {
        let told = if label.is_empty() { String::new() } else { format!("Printed under \"{label}\".") };
        let told = |more: &str| {
            [told.as_str(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        match self {
            Self::Date => json!({"type": "string", "format": "date", "description": told("")}),
            Self::Money => json!({"type": "number", "description": told("An amount of money.")}),
            Self::Percent => json!({"type": "number", "description": told("In percent, as it is printed.")}),
            Self::Integer => json!({"type": "integer", "description": told("")}),
            Self::Number => json!({"type": "number", "description": told("")}),
            Self::Flag => json!({"type": "boolean", "description": told("True where it is ticked.")}),
            Self::Text => json!({"type": "string", "description": told("")}),
        }
    }
}

/// A number that names something: its label says so, it begins with a zero, or nobody would count so far without marks.
fn names(text: &str, label: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.trim().chars().all(|char| char.is_ascii_digit());
    let lexicon = Lexicon::shared();
    let says = |word: &str| {
        lexicon
            .readings(word)
            .iter()
            .flatten()
            .any(|concept| matches!(concept.as_str(), "number" | "id" | "code" | "reference" | "account" | "phone"))
    };
    let labelled = super::super::text::words(label).iter().any(|word| says(word));
    plain && (labelled || digits >= DIGITS_OF_A_NAME || digits > 1 && text.trim().starts_with('0'))
}
