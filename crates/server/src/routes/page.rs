//! The files that a browser gets without a key: the page, the API's description, a page to try it.
//!
//! The page is built by `./setup` from `page/` into `page/dist`; a debug build reads that folder, a release build holds
//! it. It has no other rights than whoever holds a key: it calls the public API.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use rust_embed::Embed;
use utoipa_swagger_ui::Config;

use crate::app::App;
use crate::problem::Problem;

/// What `npm run build` left, each text also as `.gz`.
#[derive(Embed)]
#[folder = "../../page/dist"]
#[allow_missing = true]
struct Built;

/// What stands at `/` in a binary that was built without the page.
const NOT_BUILT: &[u8] = include_bytes!("page/index.html");

/// Only our own files; no script or style stands in the markup. WebAssembly: decoders of pictures within PDFs. `blob:`
/// are pictures that the page itself has fetched with the key.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; font-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, and how to get it where it is not there.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    let page = built("index.html", &headers, "no-cache");
    let page = page.unwrap_or_else(|| file("index.html", Cow::Borrowed(NOT_BUILT), "no-cache"));
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (fixed.map(|(name, value)| (name, HeaderValue::from_static(value))), page).into_response()
}

/// A file of the page. Its name has a hash or a version in it, so that it never changes.
///
/// # Errors
/// There is no such file.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    // A debug build reads a folder, and would follow such a name within it; a release build would not.
    let leads_away = name.split('/').any(|part| part == "..");
    let found = built(&format!("assets/{name}"), &headers, "public, max-age=31536000, immutable");
    found.filter(|_| !leads_away).ok_or_else(|| Problem::not_found("file"))
}

fn built(name: &str, headers: &HeaderMap, cached: &'static str) -> Option<Response> {
    let takes_gzip = headers.get_all(ACCEPT_ENCODING).iter().any(|it| it.to_str().is_ok_and(|it| it.contains("gzip")));
    let packed = takes_gzip.then(|| Built::get(&format!("{name}.gz"))).flatten();
    let is_packed = packed.is_some();
    let mut response = file(name, packed.or_else(|| Built::get(name))?.data, cached);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn file(name: &str, bytes: Cow<'static, [u8]>, cached: &'static str) -> Response {
    let fixed = [(CONTENT_TYPE, media_type(name)), (CACHE_CONTROL, cached), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (fixed, bytes.into_owned()).into_response()
}

/// What the page is made of; there is nothing else in its folder.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
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
