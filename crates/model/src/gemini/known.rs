//! What is known of Gemini's models: names, prices with their end, how each thinks. Data with its source, never a guess:
//! of any other name nothing is known, and its price is none.

use serde::Deserialize;

use crate::{Price, Showing, Sight};

/// The names that are offered.
pub const NAMES: [&str; 4] = [DEFAULT, "gemini-2.5-pro", "gemini-3-pro-preview", "gemini-3-flash-preview"];

/// The one that is asked unless somebody says otherwise.
pub const DEFAULT: &str = "gemini-2.5-flash";

/// Prices with their days and their source.
const PRICES: &str = include_str!("prices.toml");

#[derive(Deserialize)]
struct Prices {
    price: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    input: f64,
    cached: f64,
    output: f64,
}

impl Row {
    /// Days are compared as they are written: `2026-11-22`.
    fn holds_on(&self, today: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= today) && self.until.as_deref().is_none_or(|until| today < until)
    }
}

/// What a model costs on this day (`2026-11-22`), if that is known.
pub(super) fn price(model: &str, today: &str) -> Option<Price> {
    let prices: Prices = toml::from_str(PRICES).ok()?;
    let row = prices.price.into_iter().find(|row| row.model == model && row.holds_on(today))?;
    Some(Price {
        usd_per_call: 0.0,
        usd_per_million_input: row.input,
        usd_per_million_cached: row.cached,
        usd_per_million_output: row.output,
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

/// What is shown, and what it takes: those of 2.5 count 258 tokens for a tile of 768 pixels, four for a page, and for a page
/// of a PDF; later ones 1,120 and 560 (their documentation as of November 2026).
pub(super) fn sight(model: &str, showing: Showing) -> Sight {
    let (tokens_per_picture, tokens_per_pdf_page) =
        if model.starts_with("gemini-2") { (1_032, 258) } else { (1_120, 560) };
    Sight { showing, takes_pdf: showing != Showing::Pictures, tokens_per_picture, tokens_per_pdf_page }
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
        assert_eq!(
            price("gemini-3-pro-preview", "2026-11-22"),
            None,
            "shut down, and what its name costs stands nowhere"
        );
        let output = |today| price("gemini-3.8-flash", today).unwrap().usd_per_million_output;
        assert!((output("2026-12-31") - 3.75).abs() < 1e-9 && (output("2027-01-01") - 7.5).abs() < 1e-9);
    }
}
