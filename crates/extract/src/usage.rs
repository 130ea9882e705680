//! What asking took: calls and tokens, and what they cost at a price.
//!
//! Never which price: prices change, and whoever knows a model says its price. Filled by models, summed by jobs.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Calls that were made.
    pub calls: u64,
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: u64,
    /// Tokens of the prompt that came from a cache.
    pub cached_tokens: u64,
    /// Tokens of the answer, without thinking.
    pub output_tokens: u64,
    /// Tokens of thinking.
    pub thinking_tokens: u64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.input_tokens += other.input_tokens;
        self.cached_tokens += other.cached_tokens;
        self.output_tokens += other.output_tokens;
        self.thinking_tokens += other.thinking_tokens;
    }
}

/// What asking costs, in US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Price {
    /// Of one call.
    pub usd_per_call: f64,
    /// Of a million tokens of the prompt that came from no cache.
    pub usd_per_million_input: f64,
    /// Of a million tokens of the prompt that came from a cache.
    pub usd_per_million_cached: f64,
    /// Of a million tokens of the answer, and of thinking.
    pub usd_per_million_output: f64,
}

impl Price {
    /// Nothing is paid for it.
    pub const FREE: Self = Self {
        usd_per_call: 0.0,
        usd_per_million_input: 0.0,
        usd_per_million_cached: 0.0,
        usd_per_million_output: 0.0,
    };

    /// What this usage costs, in US dollars.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nobody asks for 2^52 tokens")]
    pub fn of(&self, usage: &Usage) -> f64 {
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let per_million = (usage.input_tokens - cached) as f64 * self.usd_per_million_input
            + cached as f64 * self.usd_per_million_cached
            + (usage.output_tokens + usage.thinking_tokens) as f64 * self.usd_per_million_output;
        usage.calls as f64 * self.usd_per_call + per_million / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_are_paid_once_and_thinking_as_an_answer() {
        let price = Price {
            usd_per_call: 0.5,
            usd_per_million_input: 2.0,
            usd_per_million_cached: 1.0,
            usd_per_million_output: 8.0,
        };
        let usage = Usage {
            calls: 2,
            input_tokens: 3_000_000,
            cached_tokens: 1_000_000,
            output_tokens: 250_000,
            thinking_tokens: 250_000,
        };
        assert!((price.of(&usage) - (1.0 + 4.0 + 1.0 + 4.0)).abs() < 1e-9);
        assert!(Price::FREE.of(&usage).abs() < f64::EPSILON);
    }
}
