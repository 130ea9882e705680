//! What the jobs of the tenant who asks took, by day.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::request::json;
use crate::app::App;
use crate::auth::Asker;
use crate::problem::Problem;
use crate::wire::query::Query;
use crate::wire::usage::{Days, UsageReport};

/// Look at volume and cost over time.
///
/// Counted when a job ends, under the day (UTC) of its end and the model that it named; a job that is retried counts for each of its
/// ends. Deleting a job does not change it. Kept for 400 days.
#[utoipa::path(get, path = "/v1/usage", tag = "/server",
    params(
        ("from" = Option<String>, Query, format = Date, description = "The first day; 30 days by default"),
        ("to" = Option<String>, Query, format = Date, description = "The last day; today by default")),
    responses((status = 200, body = UsageReport), (status = 422)))]
pub(crate) async fn get_usage(
    State(app): State<Arc<App>>,
    asker: Asker,
    mut query: Query,
) -> Result<Response, Problem> {
    let days = Days::of(&mut query, app.now_ms());
    let days = query.finish(days)?;
    let rows = app.parts.store.usage_by_day(&asker.tenant, days.first, days.last).await?;
    json(StatusCode::OK, &UsageReport::new(days, rows))
}
