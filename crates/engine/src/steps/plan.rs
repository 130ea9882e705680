//! Step `Plan`: schema and document become the subtrees that are asked, each with its pages.
//!
//! The rule is `sluice_extract::plan`; this step only says what a model's own bounds do to it. Called by `in_process` and
//! `embedded`.

use sluice_extract::page::Document;
use sluice_extract::plan::{Plan, plan_within};
use sluice_extract::schema::Schema;
use sluice_extract::schema::SplitOptions;
use sluice_model::ModelCard;

/// Plans the questions. The caller's bound on leaves wins over the model's own.
#[must_use]
pub fn plan(schema: &Schema, document: &Document, options: &SplitOptions, model: &ModelCard) -> Plan {
    let mut options = *options;
    options.max_leaves_per_subtree = options.max_leaves_per_subtree.or(model.leaves_per_subtree_max);
    plan_within(schema, document, &options, model.words_per_question_max)
}
