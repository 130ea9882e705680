//! What may be asked of this server: the models that a job may name, and what is allowed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::request::json;
use crate::app::App;
use crate::problem::Problem;
use crate::wire::limits::Limits;
use crate::wire::model::ModelList;

/// List the models that a job may name.
#[utoipa::path(get, path = "/v1/models", tag = "/extract", responses((status = 200, body = ModelList)))]
pub(crate) async fn list_models(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    json(StatusCode::OK, &ModelList::new(&app.parts.models.offers, &app.parts.models.default))
}

/// Look at what this server allows.
#[utoipa::path(get, path = "/v1/limits", tag = "/server", responses((status = 200, body = Limits)))]
pub(crate) async fn get_limits(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    json(StatusCode::OK, &Limits::from(&app.settings))
}
