//! Keys of the tenant who asks: list, make, revoke.
//!
//! A key is told once, when it is made; what is kept is its hash. So its answer cannot be given again, and a request that
//! asks for that with an `Idempotency-Key` is refused.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sluice_extract::id::KeyId;
use sluice_extract::limits::KEYS_PER_TENANT_MAX;
use sluice_store::{KeyHash, NewKey, key_secret};

use super::request::{Id, Sent, json};
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::key_of;
use crate::problem::Problem;
use crate::wire::document::Message;
use crate::wire::key::{CreateKey, KeyList, MadeKey};

/// List the keys of the tenant who asks.
#[utoipa::path(get, path = "/v1/keys", tag = "/server", responses((status = 200, body = KeyList)))]
pub(crate) async fn list_keys(State(app): State<Arc<App>>, asker: Asker) -> Result<Response, Problem> {
    let rows = app.parts.store.key_list(Some(&asker.tenant)).await?;
    json(StatusCode::OK, &KeyList::new(rows, asker.key))
}

/// Make a key for the tenant who asks.
///
/// Its text is in this answer and nowhere else.
#[utoipa::path(post, path = "/v1/keys", tag = "/server", request_body = CreateKey,
    responses((status = 201, body = MadeKey), (status = 409), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn create_key(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Problem> {
    sent.expect_json()?;
    if key_of(&sent.headers)?.is_some() {
        let told = "a key is told once: leave Idempotency-Key out, and revoke what was made twice";
        return Err(Problem::bad_request(told));
    }
    let asked = CreateKey::parse(&sent.body)?;
    let store = &app.parts.store;
    let rows = store.key_list(Some(&sent.asker.tenant)).await?;
    if rows.iter().filter(|row| row.revoked_at_ms.is_none()).count() >= KEYS_PER_TENANT_MAX {
        return Err(Problem::conflict(format!("a tenant has at most {KEYS_PER_TENANT_MAX} keys: revoke one first")));
    }
    let secret = key_secret()?;
    let (id, tenant) = (app.new_key_id()?, sent.asker.tenant);
    let row = store.key_insert(NewKey { id, tenant, label: asked.label, hash: KeyHash::of(&secret) }).await?;
    json(StatusCode::CREATED, &MadeKey::new(row, secret))
}

/// Make a key worth nothing. Its streams end.
#[utoipa::path(delete, path = "/v1/keys/{key_id}", tag = "/server",
    params(("key_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Message), (status = 400), (status = 404), (status = 409)))]
pub(crate) async fn revoke_key(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<KeyId>,
) -> Result<Response, Problem> {
    let rows = app.parts.store.key_list(Some(&asker.tenant)).await?;
    if !rows.iter().any(|row| row.key.id == id) {
        return Err(Problem::not_found("key"));
    }
    if id == asker.key {
        return Err(Problem::conflict("this is the key that asks: revoke it with another one"));
    }
    app.parts.store.key_revoke(id).await?;
    json(StatusCode::OK, &Message { message: format!("Key {id} is worth nothing any more") })
}
