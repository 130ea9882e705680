//! Who asks: a key becomes a tenant, or the request ends here.
//!
//! A key is sent as `Authorization: Bearer` or `X-API-Key`; a stream also takes it as `?access_token=`, because a
//! browser's `EventSource` can send no header. Compared by hash in constant time. Nothing behind this answers without a
//! key, not even that a path is unknown. Never logs a key. Called by the router around everything but the public files.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use sluice_extract::id::KeyId;
use sluice_store::{KeyHash, Tenant};

use crate::admission::{Bucket, too_many_requests};
use crate::app::App;
use crate::problem::Problem;
use crate::wire::problem::Door;
use crate::wire::query::Query;

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) tenant: Tenant,
    pub(crate) key: KeyId,
}

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

const NO_KEY: &str = "Bearer realm=\"sluice\"";
const BAD_KEY: &str = "Bearer realm=\"sluice\", error=\"invalid_token\"";

/// The only version of the Jobs API.
const JOBS_VERSION: &str = "2026-01-01";

pub(crate) async fn auth(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let found = find(&app, sent_key(&request)).await;
    let bucket = match &found {
        Ok(asker) => Bucket::Key(asker.key),
        Err(_) => Bucket::Stranger(peer(&request)),
    };
    let (standing, refused) = match app.requests.take(&bucket, app.now_ms()) {
        Ok(standing) => (standing, None),
        Err((standing, wait)) => (standing, Some(too_many_requests(wait))),
    };
    let mut response = match (refused, found) {
        (Some(problem), _) | (None, Err(problem)) => problem.into_response(),
        (None, Ok(asker)) => match version_problem(&request) {
            Some(problem) => problem.into_response(),
            None => {
                request.extensions_mut().insert(asker);
                next.run(request).await
            }
        },
    };
    standing.tell(response.headers_mut());
    response
}

fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0)
}

async fn find(app: &App, sent: Option<String>) -> Result<Asker, Problem> {
    let Some(sent) = sent else {
        return Err(Problem::unauthorized("send a key as Authorization: Bearer sk_... or X-API-Key: sk_...", NO_KEY));
    };
    let hash = KeyHash::of(&sent);
    match app.parts.store.key_find(&hash).await? {
        Some(row) if row.key.hash.is(&hash) => Ok(Asker { tenant: row.key.tenant, key: row.key.id }),
        _ => Err(Problem::unauthorized("this key is worth nothing here", BAD_KEY)),
    }
}

fn sent_key(request: &Request) -> Option<String> {
    from_headers(request.headers()).or_else(|| {
        let is_stream = request.method() == Method::GET && request.uri().path().ends_with("/stream");
        let query = request.uri().query().filter(|_| is_stream)?;
        Query::parse(query).text("access_token").map(str::to_owned)
    })
}

fn from_headers(headers: &HeaderMap) -> Option<String> {
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        let (scheme, key) = authorization.to_str().ok()?.trim().split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned());
    }
    Some(headers.get("x-api-key")?.to_str().ok()?.trim().to_owned())
}

fn version_problem(request: &Request) -> Option<Problem> {
    if Door::of(request.uri().path()) != Door::Jobs {
        return None;
    }
    let version = request.headers().get("x-api-version")?;
    let wrong = version.as_bytes() != JOBS_VERSION.as_bytes();
    wrong.then(|| Problem::bad_request(format!("X-API-Version must be {JOBS_VERSION}")))
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("a route without auth"))
    }
}
