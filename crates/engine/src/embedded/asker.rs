//! One model asked for one subtree: each question at its turn, at its model's pace and within what the job may cost, and
//! what they all took together.
//!
//! Never repeats a question. Called by step `ExtractSubtree` of a job.

use sluice_extract::estimate;
use sluice_extract::event::Spent;
use sluice_model::{Answer, Model, ModelError, Question, Usage};

use super::order::Order;
use super::paces::Otherwise;

/// Who asks.
pub(super) struct Asker<'a> {
    pub(super) order: &'a Order,
    pub(super) model: &'a dyn Model,
    pub(super) spent: &'a mut Spent,
}

impl Asker<'_> {
    /// Asks, and counts what it took.
    pub(super) async fn ask(&mut self, question: &Question) -> Result<Answer, ModelError> {
        let (card, desk) = (self.model.card(), &self.order.desk);
        let mut estimate =
            estimate::of_question(&question.document, &question.pages, &question.subtree, rows_of(question));
        estimate += estimate::of_shown(card.sight.tokens(&question.document, &question.pages));
        estimate += estimate::of_thinking(question.settings.enable_thinking && card.thinks);
        let usd = card.price.and_then(|price| price.of(&estimate));
        let held_back = self.order.budget.hold_back(&card.name, usd)?;
        let asking = match desk.paces.come(card, estimate, &self.order.turn, self.otherwise()).await {
            Ok(asking) => asking,
            Err(not_now) => {
                held_back.spent(Some(0.0));
                return Err(not_now);
            }
        };
        let (shown, doubts) = self.order.shown(card, question).await;
        let question = &Question { shown, ..question.clone() };
        let answered = self.model.ask(question).await;
        let answered = answered.map(|mut answer| {
            answer.findings.extend(doubts);
            answer
        });
        let usage = answered.as_ref().map_or_else(|error| error.usage, |answer| answer.usage);
        asking.ended(answered.as_ref().err(), &usage);
        let usd = card.price.and_then(|price| price.of(&usage));
        held_back.spent(usd);
        self.add(usage, usd, answered.as_ref().ok().and_then(|answer| answer.answered_by.clone()));
        answered
    }

    fn otherwise(&self) -> Otherwise {
        let config = self.order.config().ok();
        let other = config.and_then(|config| config.fallback_model.as_deref());
        if other.is_some_and(|other| other != self.model.card().name) { Otherwise::Another } else { Otherwise::Nobody }
    }

    fn add(&mut self, usage: Usage, usd: Option<f64>, answered_by: Option<String>) {
        let is_first = self.spent.usage == Usage::default();
        self.spent.model.clone_from(&self.model.card().name);
        self.spent.usage += usage;
        self.spent.cost_usd = if is_first { usd } else { self.spent.cost_usd.zip(usd).map(|(one, more)| one + more) };
        self.spent.answered_by = answered_by.or_else(|| self.spent.answered_by.take());
    }
}

/// Entries that an answer may have, for what it may take.
fn rows_of(question: &Question) -> usize {
    question.rows.as_ref().map_or(1, |turn| turn.rows_max)
}
