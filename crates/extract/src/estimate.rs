//! About how many tokens a question takes, before anybody is asked.
//!
//! A guess from words and letters, made to be rather too high than too low; what a question took is told by who answered.
//! Called before a question is asked, for its model's pace and for what it may cost.

use crate::page::Document;
use crate::schema::Subtree;
use crate::usage::Usage;

/// Tokens of a word of a document, with its share of spaces, line numbers and rulings: words of European languages are
/// 1.3 tokens with the vendors' tokenizers, figures more.
const TOKENS_PER_WORD: u64 = 2;

/// Letters of a schema in a token. JSON is dense.
const LETTERS_PER_TOKEN: u64 = 3;

/// What is said around a document and a schema.
const TOKENS_OF_FRAME: u64 = 600;

/// Tokens of thinking for a question, where a model thinks: nobody bounds them, and the vendors' own say this as a rule.
const TOKENS_OF_THINKING: u64 = 2_000;

/// Tokens of the answer for a leaf: its name, a value, where it stands.
const TOKENS_PER_LEAF: u64 = 40;

/// What one question about these pages (all that were read, where none are named) takes, if the model does not think;
/// `rows` entries of a list, 1 for anything else.
#[must_use]
pub fn of_question(document: &Document, pages: &[u32], subtree: &Subtree, rows: usize) -> Usage {
    let is_asked = |number: u32| pages.is_empty() || pages.contains(&number);
    let words: usize = document.pages.iter().filter(|page| is_asked(page.number)).map(|page| page.words.len()).sum();
    of_words(words as u64, subtree, rows)
}

/// What thinking adds to a question.
#[must_use]
pub fn of_thinking(is_enabled: bool) -> Usage {
    Usage { thinking_tokens: Some(if is_enabled { TOKENS_OF_THINKING } else { 0 }), ..Usage::calls(0) }
}

/// What is shown besides the text, in tokens.
#[must_use]
pub fn of_shown(tokens: u64) -> Usage {
    Usage { input_tokens: Some(tokens), ..Usage::calls(0) }
}

/// The same for so many words.
#[must_use]
pub fn of_words(words: u64, subtree: &Subtree, rows: usize) -> Usage {
    let schema = subtree.schema.to_string().len() as u64 / LETTERS_PER_TOKEN;
    Usage {
        input_tokens: Some(words * TOKENS_PER_WORD + schema + TOKENS_OF_FRAME),
        output_tokens: Some(subtree.leaves as u64 * rows as u64 * TOKENS_PER_LEAF),
        ..Usage::calls(1)
    }
}
