//! Which subtrees are asked, of which pages.
//!
//! Every subtree is asked of every page as long as the document is small enough for one question; only then pages are
//! ranked. Never reads values and never asks a model. Called by the engine's `Plan` step and by `--explain`.

mod rank;

use crate::limits::QUESTION_WORDS_MAX;
use crate::page::Document;
use crate::schema::{Schema, SplitOptions, Subtree, split};

/// What is asked of which pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order of the schema.
    pub subtrees: Vec<PlannedSubtree>,
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSubtree {
    /// What is asked.
    pub subtree: Subtree,
    /// 1-based, rising: the pages it is asked of. Every page that was read, unless there are too many.
    pub pages: Vec<u32>,
    /// Why these pages, in one sentence for `--explain`.
    pub reason: String,
}

/// Plans the extraction of a document.
///
/// A schema of 369 leaves with 52 arrays of objects through `$ref` is parsed and planned in 2.5 ms, the first one of a
/// process in 4.9 ms (optimised, best of 15, one core of a shared Sapphire Rapids machine, 2026-11-22; planning alone is
/// 0.5 ms): `tests/it/large_schema.rs` prints it.
#[must_use]
pub fn plan(schema: &Schema, document: &Document, options: &SplitOptions) -> Plan {
    plan_within(schema, document, options, Some(QUESTION_WORDS_MAX))
}

/// The same for questions of at most this many words of the document; `None` for a model that takes any.
#[must_use]
pub fn plan_within(schema: &Schema, document: &Document, options: &SplitOptions, words_max: Option<usize>) -> Plan {
    let words: usize = document.pages.iter().map(|page| page.words.len()).sum();
    let subtrees = split(schema, options);
    let Some(words_max) = words_max.filter(|&words_max| words > words_max) else {
        let pages: Vec<u32> = document.pages.iter().map(|page| page.number).collect();
        let bound = match words_max {
            Some(words_max) => format!("{words_max} fit into one question"),
            None => "this model takes documents of any length".to_owned(),
        };
        let reason = format!("All {}: {words} words, and {bound}.", pages_in_words(pages.len()));
        let whole = |subtree| PlannedSubtree { subtree, pages: pages.clone(), reason: reason.clone() };
        return Plan { subtrees: subtrees.into_iter().map(whole).collect() };
    };
    let index = rank::Index::new(document);
    let ranked = |subtree: Subtree| {
        let chosen = index.choose(&subtree, words_max);
        let reason = match chosen.best {
            Some(best) => format!(
                "{} of {}: those that share most words with what is asked, page {best} before all, and the pages \
                 beside them; {words_max} words fit into one question.",
                pages_in_words(chosen.pages.len()),
                document.pages.len()
            ),
            None => format!(
                "The first {} of {}: no page shares a word with what is asked, and {words_max} words fit into one \
                 question.",
                pages_in_words(chosen.pages.len()),
                document.pages.len()
            ),
        };
        PlannedSubtree { subtree, pages: chosen.pages, reason }
    };
    Plan { subtrees: subtrees.into_iter().map(ranked).collect() }
}

fn pages_in_words(count: usize) -> String {
    if count == 1 { "1 page".to_owned() } else { format!("{count} pages") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::page::{ContentHash, Media, Page, Rect, TextSource, Word};

    fn page(number: u32, text: &str) -> Page {
        let word = |text: &str| Word {
            text: text.to_owned(),
            rect: Rect::default(),
            size: 10.0,
            bold: false,
            rotation: 0,
            confidence: None,
        };
        Page {
            number,
            width: 600.0,
            height: 800.0,
            text_source: TextSource::Native,
            skew: 0.0,
            words: text.split_whitespace().map(word).collect(),
            lines: Vec::new(),
            tables: Vec::new(),
            marks: Vec::new(),
            fields: Vec::new(),
        }
    }

    fn document(texts: &[&str]) -> Document {
        let pages: Vec<Page> = (1..).zip(texts).map(|(number, text)| page(number, text)).collect();
        Document { hash: ContentHash::of(b""), media: Media::Pdf, page_count: texts.len() as u32, pages }
    }

    fn check(texts: &[&str], words_max: usize, expect: &[&str]) {
        let schema = Schema::parse(&json!({"type": "object", "properties": {
            "contractEnd": {"type": "string", "description": "the day on which the lease terminates"},
            "instalments": {"type": "array", "items": {"type": "object", "properties": {
                "due_date": {"type": "string"}, "amount": {"type": "number"}}}},
        }}))
        .unwrap();
        let plan = plan_within(&schema, &document(texts), &SplitOptions::default(), Some(words_max));
        let lines: Vec<String> = plan
            .subtrees
            .iter()
            .map(|planned| format!("{} {:?} {}", planned.subtree.id, planned.pages, planned.reason))
            .collect();
        assert_eq!(lines, expect);
    }

    #[test]
    fn a_small_document_is_read_whole() {
        check(
            &["a b", "c"],
            3,
            &[
                "s1 [1, 2] All 2 pages: 3 words, and 3 fit into one question.",
                "s2 [1, 2] All 2 pages: 3 words, and 3 fit into one question.",
            ],
        );
    }

    #[test]
    fn a_large_one_is_read_where_its_words_are_those_that_are_asked() {
        let filler = "the parties agree on the following and on nothing else";
        let texts = [
            filler,
            filler,
            "Amount due date Amount due",
            "date",
            filler,
            filler,
            "The Lease terminates on 1 May",
            filler,
        ];
        check(
            &texts,
            20,
            &[
                "s1 [1, 4, 7] 3 pages of 8: those that share most words with what is asked, page 7 before all, and the \
                 pages beside them; 20 words fit into one question.",
                "s2 [1, 3, 4] 3 pages of 8: those that share most words with what is asked, page 3 before all, and the \
                 pages beside them; 20 words fit into one question.",
            ],
        );
    }

    #[test]
    fn where_no_word_is_shared_the_first_pages_are_read() {
        check(
            &["uno dos", "tres", "cuatro"],
            3,
            &[
                "s1 [1, 2] The first 2 pages of 3: no page shares a word with what is asked, and 3 words fit into one \
                 question.",
                "s2 [1, 2] The first 2 pages of 3: no page shares a word with what is asked, and 3 words fit into one \
                 question.",
            ],
        );
        check(
            &["one page that is larger than a question may be"],
            3,
            &[
                "s1 [1] The first 1 page of 1: no page shares a word with what is asked, and 3 words fit into one question.",
                "s2 [1] The first 1 page of 1: no page shares a word with what is asked, and 3 words fit into one question.",
            ],
        );
    }
}
