//! What asking took: calls and tokens, and what they cost at a price.
//!
//! Never which price: prices change, and whoever knows a model says its price. Filled by models, summed by jobs.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What an answer took. Tokens that nobody told are `None`, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Calls that were made.
    pub calls: u64,
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: Option<u64>,
    /// Tokens of the prompt that came from a cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the answer, without thinking.
    pub output_tokens: Option<u64>,
    /// Tokens of thinking.
    pub thinking_tokens: Option<u64>,
}

impl Usage {
    /// Calls that are known to have taken nothing.
    #[must_use]
    pub const fn calls(calls: u64) -> Self {
        let none = Some(0);
        Self { calls, input_tokens: none, cached_tokens: none, output_tokens: none, thinking_tokens: none }
    }

    /// One call of which nobody told what it took.
    #[must_use]
    pub const fn untold() -> Self {
        Self { calls: 1, input_tokens: None, cached_tokens: None, output_tokens: None, thinking_tokens: None }
    }
}

impl Default for Usage {
    fn default() -> Self {
        Self::calls(0)
    }
}

/// A sum with something unknown in it is unknown.
impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        let sum = |one: Option<u64>, more: Option<u64>| Some(one?.saturating_add(more?));
        *self = Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: sum(self.input_tokens, other.input_tokens),
            cached_tokens: sum(self.cached_tokens, other.cached_tokens),
            output_tokens: sum(self.output_tokens, other.output_tokens),
            thinking_tokens: sum(self.thinking_tokens, other.thinking_tokens),
        };
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

    /// What this usage costs, in US dollars; `None` where it depends on something that nobody told.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nobody asks for 2^52 tokens")]
    pub fn of(&self, usage: &Usage) -> Option<f64> {
        let paid = |tokens: Option<u64>, usd_per_million: f64| match tokens {
            Some(tokens) => Some(tokens as f64 * usd_per_million / 1e6),
            None => (usd_per_million.abs() < f64::EPSILON).then_some(0.0),
        };
        let cached = usage.cached_tokens.zip(usage.input_tokens).map(|(cached, input)| cached.min(input));
        let fresh = usage.input_tokens.zip(cached).map(|(input, cached)| input - cached);
        let calls = usage.calls as f64 * self.usd_per_call;
        let input = paid(fresh, self.usd_per_million_input)? + paid(cached, self.usd_per_million_cached)?;
        let output = paid(usage.output_tokens, self.usd_per_million_output)?;
        Some(calls + input + output + paid(usage.thinking_tokens, self.usd_per_million_output)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price = Price {
        usd_per_call: 0.5,
        usd_per_million_input: 2.0,
        usd_per_million_cached: 1.0,
        usd_per_million_output: 8.0,
    };

    #[test]
    fn cached_tokens_are_paid_once_and_thinking_as_an_answer() {
        let usage = Usage {
            calls: 2,
            input_tokens: Some(3_000_000),
            cached_tokens: Some(1_000_000),
            output_tokens: Some(250_000),
            thinking_tokens: Some(250_000),
        };
        assert!((PRICE.of(&usage).unwrap() - (1.0 + 4.0 + 1.0 + 4.0)).abs() < 1e-9);
        assert_eq!(Price::FREE.of(&usage), Some(0.0));
    }

    #[test]
    fn what_nobody_told_is_unknown_and_so_is_its_price_and_every_sum() {
        let mut usage = Usage { input_tokens: Some(7), ..Usage::calls(1) };
        usage += Usage { input_tokens: Some(3), ..Usage::untold() };
        assert_eq!(usage, Usage { calls: 2, input_tokens: Some(10), ..Usage::untold() });
        assert_eq!(PRICE.of(&usage), None);
        assert_eq!(Price::FREE.of(&usage), Some(0.0), "nothing is paid for it, however much it was");
    }
}
