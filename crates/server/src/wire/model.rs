//! The models that a job may name.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ModelOffer;

/// A model that a job may name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Model {
    /// What stands in a job's config.
    name: String,
    /// Who runs it.
    vendor: String,
    /// One sentence.
    summary: String,
    /// It is asked where a job names none.
    is_default: bool,
}

/// The models of this server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelList {
    models: Vec<Model>,
}

impl ModelList {
    pub(crate) fn new(offers: &[ModelOffer], default: &str) -> Self {
        let model = |offer: &ModelOffer| Model {
            name: offer.name.clone(),
            vendor: offer.vendor.clone(),
            summary: offer.summary.clone(),
            is_default: offer.name == default,
        };
        Self { models: offers.iter().map(model).collect() }
    }
}
