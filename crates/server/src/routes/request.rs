//! What handlers take out of a request: an id from the path, a query, a body of JSON. Each refusal is a problem.
//!
//! Called by axum before a handler.

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use crate::app::App;
use crate::auth::Asker;
use crate::problem::{Problem, too_large};
use crate::wire::problem::{FieldProblem, ProblemCode};
use crate::wire::query::Query;

/// The id in the path.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let malformed = || {
            Problem::bad_request(
                "the id in the path is none: send a UUID, or the id as the Jobs API and `sluice` write it",
            )
        };
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| malformed())?;
        text.parse().map(Self).map_err(|_| malformed())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl From<Vec<FieldProblem>> for Problem {
    fn from(fields: Vec<FieldProblem>) -> Self {
        Self::fields(fields)
    }
}

/// Method and path: part of a request's name.
pub(crate) struct Place(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(format!("{} {}", parts.method, parts.uri.path())))
    }
}

/// A POST or PUT with a body: who sent it, to where, what.
pub(crate) struct Sent {
    pub(crate) asker: Asker,
    pub(crate) headers: HeaderMap,
    pub(crate) place: String,
    pub(crate) body: Bytes,
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let asker = Asker::from_request_parts(&mut parts, app).await?;
        let Place(place) = Place::from_request_parts(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let body = whole_body(Request::from_parts(parts, body), app).await?;
        Ok(Self { asker, headers, place, body })
    }
}

/// A body, as it comes and as long as it comes.
async fn whole_body(request: Request, app: &App) -> Result<Bytes, Problem> {
    let bytes_max = app.settings.body_bytes_max;
    let mut parts = request.into_body().into_data_stream();
    let mut body = BytesMut::new();
    while let Some(part) = in_time(app, parts.next()).await? {
        let part = part.map_err(|_| Problem::bad_request("the body broke off"))?;
        if body.len() + part.len() > bytes_max {
            return Err(too_large(u64::try_from(bytes_max).unwrap_or(u64::MAX)));
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

/// What a client sends next, if it does not let us wait.
///
/// # Errors
/// It does.
pub(crate) async fn in_time<T>(app: &App, next: impl Future<Output = T>) -> Result<T, Problem> {
    let late = |_| Problem::new(ProblemCode::RequestTimeout, "nothing of the body came for too long");
    tokio::time::timeout(app.settings.body_stall_max, next).await.map_err(late)
}

impl Sent {
    /// The body must be JSON, if it says what it is.
    ///
    /// # Errors
    /// It says something else.
    pub(crate) fn expect_json(&self) -> Result<(), Problem> {
        let Some(sent) = self.headers.get(CONTENT_TYPE) else { return Ok(()) };
        let media_type = sent.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case("application/json") || media_type.ends_with("+json");
        let wrong = || Problem::new(ProblemCode::UnsupportedMediaType, "send the body as application/json");
        if is_json { Ok(()) } else { Err(wrong()) }
    }
}

/// A body of JSON.
///
/// # Errors
/// It cannot be written.
pub(crate) fn json(status: StatusCode, body: &impl serde::Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec(body).map_err(Problem::internal)?;
    Ok((status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response())
}

/// No such path.
pub(crate) async fn no_such_path() -> Problem {
    Problem::not_found("path")
}

/// The path is there, the method is not.
pub(crate) async fn no_such_method(method: Method) -> Problem {
    Problem::new(ProblemCode::MethodNotAllowed, format!("{method} is not possible here"))
}
