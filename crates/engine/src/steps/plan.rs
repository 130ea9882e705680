//! Step `Plan`: schema and document become the subtrees that are asked, each with its pages.
//!
//! The rule is `sluice_extract::plan`; this step only says what a model's own bounds do to it. Called by `embedded`
//! and `local`.

use sluice_extract::page::Document;
use sluice_extract::plan::{Plan, plan_within};
use sluice_extract::schema::Schema;
use sluice_extract::schema::SplitOptions;
use sluice_model::ModelCard;

/// Plans the questions.
#[must_use]
pub fn plan(schema: &Schema, document: &Document, options: &SplitOptions, model: &ModelCard) -> Plan {
    plan_within(schema, document, &options_for(options, model), model.words_per_question_max)
}

/// How a schema is cut for a model. The caller's bound on leaves wins over the model's own.
#[must_use]
pub fn options_for(options: &SplitOptions, model: &ModelCard) -> SplitOptions {
    let max_leaves_per_subtree = options.max_leaves_per_subtree.or(model.leaves_per_subtree_max);
    SplitOptions { max_leaves_per_subtree, ..*options }
}
