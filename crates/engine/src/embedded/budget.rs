//! What a job may cost: a question that would pass the bound is not asked.
//!
//! Counts what was spent, and what is held back for questions that are being asked. Called before and after each question.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sluice_extract::code::Code;
use sluice_model::ModelError;

/// What a job may cost, and has.
#[derive(Debug)]
pub(crate) struct Budget {
    usd_max: Option<f64>,
    /// Spent, or held back.
    usd: Mutex<f64>,
}

/// Held back for a question. Dropped without an end it stays so: nobody knows what the question took.
pub(crate) struct HeldBack<'a> {
    budget: &'a Budget,
    usd: f64,
}

impl Budget {
    /// With so much spent already.
    pub(crate) fn new(usd_max: Option<f64>, usd_spent: f64) -> Self {
        Self { usd_max, usd: Mutex::new(usd_spent) }
    }

    /// Holds back what a question to this model may cost.
    ///
    /// # Errors
    /// `budget_spent` where the bound would be passed, or where nobody knows what the model costs.
    pub(crate) fn hold_back(&self, model: &str, usd: Option<f64>) -> Result<HeldBack<'_>, ModelError> {
        let mut spent = self.usd();
        let Some(usd_max) = self.usd_max else { return Ok(HeldBack { budget: self, usd: 0.0 }) };
        let no = |message: String| ModelError::new(Code::BudgetSpent, message);
        let Some(usd) = usd else {
            return Err(no(format!(
                "what {model} costs is not known, so no bound can be kept; set its price in sluice.toml"
            )));
        };
        if *spent + usd > usd_max {
            let (spent, usd, usd_max) = (shown(*spent), shown(usd), shown(usd_max));
            let told =
                format!("{spent} USD are spent, the next question takes about {usd}, and {usd_max} is the bound");
            return Err(no(told));
        }
        *spent += usd;
        Ok(HeldBack { budget: self, usd })
    }

    /// So much is spent at least: others ask for the same job in other processes.
    pub(crate) fn at_least(&self, usd_spent: f64) {
        let mut spent = self.usd();
        *spent = spent.max(usd_spent);
    }

    fn usd(&self) -> MutexGuard<'_, f64> {
        self.usd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldBack<'_> {
    /// What it took in truth, if that is known.
    pub(crate) fn spent(self, usd: Option<f64>) {
        *self.budget.usd() += usd.unwrap_or(self.usd) - self.usd;
    }
}

/// Dollars for a person: small sums must not read as nothing.
fn shown(usd: f64) -> String {
    let text = format!("{usd:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_counts_until_it_is_known_what_it_took() {
        let budget = Budget::new(Some(1.0), 0.25);
        let first = budget.hold_back("m", Some(0.5)).unwrap();
        let told = budget.hold_back("m", Some(0.5)).err().unwrap();
        assert_eq!(told.code, Code::BudgetSpent);
        assert_eq!(told.message, "0.75 USD are spent, the next question takes about 0.5, and 1 is the bound");
        first.spent(Some(0.1));
        let second = budget.hold_back("m", Some(0.5)).unwrap();
        second.spent(None);
        assert!(budget.hold_back("m", Some(0.2)).is_err(), "what nobody told took what was thought");
        assert!(budget.hold_back("m", None).is_err(), "an unknown price is no price of nothing");
        assert!(Budget::new(None, 9.0).hold_back("m", None).is_ok());
    }
}
