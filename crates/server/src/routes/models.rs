//! The models that a job may name.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::request::json;
use crate::app::App;
use crate::problem::Problem;
use crate::wire::model::ModelList;

/// List the models that a job may name.
#[utoipa::path(get, path = "/v1/models", tag = "/extract", responses((status = 200, body = ModelList)))]
pub(crate) async fn list_models(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    json(StatusCode::OK, &ModelList::new(&app.parts.models.offers, &app.parts.models.default))
}
