//! What the questions about a document would take, before anybody is asked.
//!
//! Plans as the job would, and guesses (`sluice_extract::estimate`). Asks nobody; answers that are kept already are counted
//! as if they were not. Called by `local`.

use sluice_extract::config::Config;
use sluice_extract::estimate::{of_question, of_shown, of_thinking};
use sluice_extract::page::Document;
use sluice_extract::rows::LongList;
use sluice_extract::schema::Schema;
use sluice_model::{ModelCard, Usage};

use super::extract_rows::rows_per_turn;
use super::plan::plan;

/// What a job may take: a guess, rather too high than too low.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Who would be asked.
    pub model: String,
    /// Pages that were read.
    pub pages: usize,
    /// Calls and tokens.
    pub usage: Usage,
    /// US dollars; `None` where a price is not known.
    pub cost_usd: Option<f64>,
}

/// Guesses what a job with this config would take.
#[must_use]
pub fn estimate(schema: &Schema, document: &Document, config: &Config, card: &ModelCard) -> Estimate {
    let plan = plan(schema, document, &config.split_options(), card);
    let mut usage = Usage::default();
    for planned in &plan.subtrees {
        let (subtree, pages) = (&planned.subtree, planned.pages.as_slice());
        let mut add = |pages: &[u32], rows| {
            usage += of_question(document, pages, subtree, rows);
            usage += of_shown(card.sight.tokens(document, pages));
            usage += of_thinking(config.enable_thinking && card.thinks);
        };
        match rows_per_turn(card, subtree, document, pages, config.enable_agentic_array_extraction) {
            Some(rows_max) => {
                LongList::new(document, pages, rows_max).windows_of_pages().for_each(|pages| add(pages, rows_max));
            }
            None => add(pages, 1),
        }
    }
    if !card.mends {
        // It takes no words, so no tokens.
        usage = Usage::calls(usage.calls);
    }
    let cost_usd = card.price.and_then(|price| price.of(&usage));
    Estimate { model: card.name.clone(), pages: document.pages.len(), usage, cost_usd }
}
