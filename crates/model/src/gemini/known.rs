//! What is known of Gemini's models: names, prices with their end, how each thinks. Data with its source, never a guess:
//! of any other name nothing is known, and its price is none.

use crate::Price;

/// The names that are offered.
pub const NAMES: [&str; 4] = [DEFAULT, "gemini-2.5-pro", "gemini-3-pro-preview", "gemini-3-flash-preview"];

/// The one that is asked unless somebody says otherwise.
pub const DEFAULT: &str = "gemini-2.5-flash";

/// US dollars for a million tokens of prompt, cached prompt and answer, and the first day on which that may be wrong.
/// Source: the vendor's price page as of 2026-10-07. Prompts of up to 200,000 tokens, which a question never exceeds
/// (`QUESTION_WORDS_MAX`). The two 2.5 models are shut down on 2026-12-01 and their names then answered by successors;
/// gemini-3-pro-preview was on 2026-03-09, and what its name costs since stands nowhere.
const PRICES: [(&str, f64, f64, f64, &str); 3] = [
    (DEFAULT, 0.30, 0.03, 2.50, "2026-12-01"),
    ("gemini-2.5-pro", 1.25, 0.125, 10.0, "2026-12-01"),
    ("gemini-3-flash-preview", 0.50, 0.05, 3.0, "9999-12-31"),
];

/// What a model costs on this day (`2026-11-22`), if that is known.
pub(super) fn price(model: &str, today: &str) -> Option<Price> {
    let (_, input, cached, output, _) = PRICES.into_iter().find(|(name, .., end)| *name == model && today < *end)?;
    Some(Price {
        usd_per_call: 0.0,
        usd_per_million_input: input,
        usd_per_million_cached: cached,
        usd_per_million_output: output,
    })
}

/// How thinking is turned off, or down as far as it goes: `thinkingConfig`. Those of 2.5 have a budget, all others a
/// level; both together are refused.
pub(super) fn least_thinking(model: &str) -> serde_json::Value {
    match model {
        _ if model.starts_with("gemini-2.5-pro") => serde_json::json!({"thinkingBudget": 128}),
        _ if model.starts_with("gemini-2.5") => serde_json::json!({"thinkingBudget": 0}),
        _ => serde_json::json!({"thinkingLevel": "LOW"}),
    }
}

/// Later ones ignore it.
pub(super) fn takes_temperature(model: &str) -> bool {
    ["gemini-2.5", "gemini-3-", "gemini-3.1"].iter().any(|family| model.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_an_end_and_an_unknown_one_is_none() {
        assert!(price(DEFAULT, "2026-11-30").is_some());
        assert_eq!(price(DEFAULT, "2026-12-01"), None);
        assert_eq!(price("gemini-3-pro-preview", "2026-11-22"), None);
    }
}
