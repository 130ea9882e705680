//! Which models there are, by the name that users type.
//!
//! Holds them and finds them; never reads settings or the environment (the CLI does and hands models in). Called by the
//! CLI, and by the engine with the name a job carries.

use std::collections::BTreeMap;
use std::sync::Arc;

use sluice_extract::code::Code;

use crate::{Model, ModelCard, ModelError};

/// Models by name.
#[derive(Clone, Default)]
pub struct Registry {
    models: BTreeMap<String, Arc<dyn Model>>,
}

impl Registry {
    /// Adds a model under the name on its card; a second one of that name takes the first one's place.
    #[must_use]
    pub fn with(mut self, model: Arc<dyn Model>) -> Self {
        self.models.insert(model.card().name.clone(), model);
        self
    }

    /// The model of this name.
    ///
    /// # Errors
    /// `model_unknown`, with the names there are.
    pub fn get(&self, name: &str) -> Result<Arc<dyn Model>, ModelError> {
        self.models.get(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = self.models.keys().map(String::as_str).collect();
            let message = format!("no model is called \"{name}\"; there are: {}", names.join(", "));
            ModelError::new(Code::ModelUnknown, message)
        })
    }

    /// The cards of all of them, by name.
    pub fn cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.models.values().map(|model| model.card())
    }
}
