//! The files that a browser gets without a key: where to begin, the API's description, a page to try it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use utoipa_swagger_ui::Config;

use crate::app::App;
use crate::problem::Problem;

/// Where to begin.
pub(crate) async fn index() -> Html<&'static str> {
    Html(include_str!("page/index.html"))
}

/// The description of the API.
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], app.openapi.clone()).into_response()
}

/// The page to try the API.
pub(crate) async fn docs_index() -> Redirect {
    Redirect::permanent("/docs/")
}

/// The first file of that page.
pub(crate) async fn docs_start() -> Result<Response, Problem> {
    docs_file(Path("index.html".to_owned())).await
}

/// A file of that page.
///
/// # Errors
/// There is no such file.
pub(crate) async fn docs_file(Path(file): Path<String>) -> Result<Response, Problem> {
    let config = Arc::new(Config::from("/openapi.json").persist_authorization(true).try_it_out_enabled(true));
    let file = utoipa_swagger_ui::serve(&file, config).map_err(Problem::internal)?;
    let file = file.ok_or_else(|| Problem::not_found("file"))?;
    let media_type = HeaderValue::from_str(&file.content_type).map_err(Problem::internal)?;
    let cached = HeaderValue::from_static("public, max-age=3600");
    Ok(([(CONTENT_TYPE, media_type), (CACHE_CONTROL, cached)], file.bytes.into_owned()).into_response())
}
