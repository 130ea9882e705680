//! Schemas: store, list, look, change, remove, check.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use sluice_extract::id::SchemaId;
use sluice_store::NewSchema;

use super::request::{Id, Sent, json};
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::{Reply, once_sent};
use crate::problem::Problem;
use crate::readings;
use crate::wire::document::Message;
use crate::wire::proposal::{InferSchema, InferredSchema};
use crate::wire::query::Query;
use crate::wire::schema::{
    CreateSchema, Schema, SchemaList, SchemaReport, UpdateSchema, ValidateSchema, field_problems,
};

/// Store a schema.
#[utoipa::path(post, path = "/v1/extract/schemas", tag = "/extract", request_body = CreateSchema,
    responses((status = 200, body = Schema), (status = 409), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn create_schema(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Problem> {
    sent.expect_json()?;
    once_sent(&app, sent, move |app, sent| async move {
        let asked = CreateSchema::parse(&sent.body)?;
        check(&asked.schema_definition).await?;
        let schema = NewSchema {
            id: app.new_schema_id()?,
            tenant: sent.asker.tenant,
            metadata: asked.metadata(),
            name: asked.name,
            description: asked.description,
            definition: asked.schema_definition,
        };
        let row = app.parts.store.schema_insert(schema).await?;
        Reply::json(StatusCode::OK, &Schema::from(row))
    })
    .await
}

async fn check(definition: &Value) -> Result<(), Problem> {
    let parsed = readings::parse(definition.clone()).await?;
    parsed.map(|_| ()).map_err(|problems| Problem::fields(field_problems(definition, &problems)))
}

/// Check a schema without storing it.
#[utoipa::path(post, path = "/v1/extract/schemas/validate", tag = "/extract", request_body = ValidateSchema,
    responses((status = 200, body = SchemaReport), (status = 409), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn validate_schema(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Problem> {
    sent.expect_json()?;
    once_sent(&app, sent, move |_, sent| async move {
        let asked = ValidateSchema::parse(&sent.body)?;
        let parsed = readings::parse(asked.schema_definition).await?;
        Reply::json(StatusCode::OK, &SchemaReport::of(parsed.as_deref().map_err(Clone::clone)))
    })
    .await
}

/// Propose a first schema for documents of one kind.
///
/// Labels, fields of forms and tables with heads become properties; no model is asked, and nothing is stored. Documents that
/// cannot be read are told, and the others are looked at. The answer waits until they are read.
#[utoipa::path(post, path = "/v1/extract/schemas/infer", tag = "/extract", request_body = InferSchema,
    responses((status = 200, body = InferredSchema), (status = 404), (status = 409), (status = 413), (status = 415),
        (status = 422)))]
pub(crate) async fn infer_schema(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Problem> {
    sent.expect_json()?;
    once_sent(&app, sent, move |app, sent| async move {
        let asked = InferSchema::parse(&sent.body)?;
        let mut hashes = Vec::with_capacity(asked.document_ids.len());
        for id in &asked.document_ids {
            let row = app.parts.store.document_get(&sent.asker.tenant, *id).await?;
            hashes.push(row.ok_or_else(|| Problem::not_found("document"))?.document.hash);
        }
        let proposed = app.parts.propose.propose(&hashes).await;
        let proposal = proposed.map_err(|refusal| Problem::internal(&refusal.message))?;
        Reply::json(StatusCode::OK, &InferredSchema::of(proposal, &asked.document_ids))
    })
    .await
}

/// List schemas.
#[utoipa::path(get, path = "/v1/extract/schemas", tag = "/extract",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Most of one page; 20 by default"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
        ("search" = Option<String>, Query, max_length = 500, description = "In the name")),
    responses((status = 200, body = SchemaList), (status = 400), (status = 422)))]
pub(crate) async fn list_schemas(
    State(app): State<Arc<App>>,
    asker: Asker,
    mut query: Query,
) -> Result<Response, Problem> {
    let (page, search) = (query.page(), query.search());
    let (page, search) = query.finish((page, search))?;
    let listing = app.parts.store.schema_list(&asker.tenant, &page, search.as_deref()).await?;
    json(StatusCode::OK, &SchemaList::from(listing))
}

/// Look at a schema.
#[utoipa::path(get, path = "/v1/extract/schemas/{schema_id}", tag = "/extract",
    params(("schema_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Schema), (status = 400), (status = 404)))]
pub(crate) async fn get_schema(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<SchemaId>,
) -> Result<Response, Problem> {
    let row = app.parts.store.schema_get(&asker.tenant, id).await?;
    json(StatusCode::OK, &Schema::from(row.ok_or_else(|| Problem::not_found("schema"))?))
}

/// Change a schema. What is null or absent stays; jobs keep the schema that they were started with.
#[utoipa::path(put, path = "/v1/extract/schemas/{schema_id}", tag = "/extract", request_body = UpdateSchema,
    params(("schema_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Schema), (status = 400), (status = 404), (status = 413), (status = 415),
        (status = 422)))]
pub(crate) async fn update_schema(
    State(app): State<Arc<App>>,
    Id(id): Id<SchemaId>,
    sent: Sent,
) -> Result<Response, Problem> {
    sent.expect_json()?;
    let change = UpdateSchema::parse(&sent.body)?;
    if let Some(definition) = &change.definition {
        check(definition).await?;
    }
    let row = app.parts.store.schema_update(&sent.asker.tenant, id, change).await?;
    json(StatusCode::OK, &Schema::from(row.ok_or_else(|| Problem::not_found("schema"))?))
}

/// Remove a schema. Jobs that were started with it go on.
#[utoipa::path(delete, path = "/v1/extract/schemas/{schema_id}", tag = "/extract",
    params(("schema_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Message), (status = 400), (status = 404)))]
pub(crate) async fn delete_schema(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<SchemaId>,
) -> Result<Response, Problem> {
    if !app.parts.store.schema_delete(&asker.tenant, id).await? {
        return Err(Problem::not_found("schema"));
    }
    json(StatusCode::OK, &Message { message: format!("Schema {id} was removed") })
}
