//! The description of the API (OpenAPI 3.1), made from the handlers.
//!
//! What every operation shares (problems, headers, the key) is added here, once. Called once by the server, and by whoever writes
//! the description to a file.

mod events;

use serde_json::{Value, json};
use sluice_extract::limits::{QUESTIONS_OPEN_MAX, RETRIES_MAX, TEMPERATURE_MAX};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Info, OpenApiBuilder, RefOr};

use crate::ModelOffer;
use crate::router::{extract_routes, jobs_routes, open_routes, server_routes};
use crate::wire::corrections;

/// The description as JSON, for a server with these models.
#[must_use]
pub fn openapi_json(models: &[ModelOffer]) -> String {
    let mut document = document();
    let names: Vec<&str> = models.iter().map(|offer| offer.name.as_str()).collect();
    if !names.is_empty() {
        document["components"]["schemas"]["JobConfig"]["properties"]["model"]["enum"] = json!(names);
    }
    document.to_string()
}

fn document() -> Value {
    let mut info = Info::new("Sluice", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Documents and JSON Schemas in; data with proof out. Jobs are durable: their streams go on where they broke off."
            .to_owned(),
    );
    let jobs = jobs_routes().into_openapi();
    let whole = OpenApiBuilder::new().info(info).build();
    let whole = whole
        .merge_from(extract_routes().into_openapi())
        .merge_from(server_routes().into_openapi())
        .merge_from(jobs.clone())
        .nest("/v1", jobs)
        .merge_from(open_routes().into_openapi());
    let mut document = serde_json::to_value(&whole).unwrap_or_else(|_| json!({}));
    share(&mut document);
    document
}

/// What a stream is made of, where the handlers can say only that it is text.
fn describe_streams(document: &mut Value) {
    let of = |name: &str| json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
    for (path, method, name) in [
        ("/v1/extract/jobs", "post", "ExtractStreamEvent"),
        ("/v1/extract/jobs/{job_id}/stream", "get", "ExtractStreamEvent"),
        ("/jobs/{job_id}/stream", "get", "JobStreamEvent"),
        ("/v1/jobs/{job_id}/stream", "get", "JobStreamEvent"),
    ] {
        document["paths"][path][method]["responses"]["200"]["content"]["text/event-stream"] = of(name);
    }
    document["components"]["schemas"]["EventPage"]["properties"]["data"]["items"] =
        json!({"$ref": "#/components/schemas/ExtractEvent"});
}

/// What stands at every operation, and what they refer to.
fn share(document: &mut Value) {
    document["security"] = json!([{"bearer": []}, {"api_key": []}]);
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "sk_..."},
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    });
    document["components"]["schemas"]["Problem"] = problem();
    document["components"]["schemas"]["FieldProblem"] = field_problem();
    for (name, schema) in events::schemas() {
        document["components"]["schemas"][name] = schema;
    }
    for (name, schema) in corrections::schemas() {
        document["components"]["schemas"][name] = json!(schema);
    }
    describe_streams(document);
    document["components"]["headers"] = headers();
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return };
    for (path, item) in paths {
        let Value::Object(operations) = item else { continue };
        for (method, operation) in operations.iter_mut() {
            share_operation(path, method, operation);
        }
    }
}

/// Paths whose POST has an answer that is kept nowhere.
const TOLD_ONCE: [&str; 1] = ["/v1/keys"];

fn share_operation(path: &str, method: &str, operation: &mut Value) {
    let is_open = operation.get("security").is_some();
    if let Some(id) = operation["operationId"].as_str().filter(|_| path.starts_with("/v1/jobs")) {
        operation["operationId"] = json!(format!("{id}_v1"));
    }
    if method == "post" && !TOLD_ONCE.contains(&path) {
        let key = json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same key and request within 24 hours get the first answer again",
            "schema": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[A-Za-z0-9_-]+$"},
        });
        push(&mut operation["parameters"], key);
    }
    if path.contains("/jobs") && !path.contains("/extract") {
        let version = json!({
            "name": "X-API-Version", "in": "header", "required": false,
            "schema": {"type": "string", "enum": ["2026-01-01"]},
        });
        push(&mut operation["parameters"], version);
    }
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        parameters.iter_mut().filter(|it| it["in"] == "path" && names_an_id(it)).for_each(|it| spell_id(path, it));
    }
    link(operation);
    let Value::Object(responses) = &mut operation["responses"] else { return };
    let shared: &[&str] = if is_open { &["500", "503"] } else { &["400", "401", "429", "500", "503"] };
    if ["post", "put"].contains(&method) {
        responses.entry("408").or_insert_with(|| json!({"description": ""}));
    }
    for status in shared {
        responses.entry(*status).or_insert_with(|| json!({"description": ""}));
    }
    for (status, response) in responses.iter_mut() {
        share_response(status, response, is_open);
    }
}

fn names_an_id(parameter: &Value) -> bool {
    parameter["name"].as_str().is_some_and(|name| name.ends_with("_id"))
}

/// An id in a path: a UUID, and beside the Extract API also the other spelling.
fn spell_id(path: &str, parameter: &mut Value) {
    let uuid = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    let kind = if path.contains("/keys/") { "key" } else { "job" };
    let base32 = format!("{kind}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}");
    let spelled = if path.contains("/extract/") { format!("^{uuid}$") } else { format!("^({uuid}|{base32})$") };
    parameter["schema"] = json!({"type": "string", "pattern": spelled});
}

/// Where what an operation makes is used next: testers follow these.
fn link(operation: &mut Value) {
    let (id, next): (&str, &[&str]) = match operation["operationId"].as_str() {
        Some("upload_document") => ("document_id", &["get_document", "delete_document"]),
        Some("create_schema") => ("schema_id", &["get_schema", "update_schema", "delete_schema"]),
        Some("create_key") => ("key_id", &["revoke_key"]),
        Some("start_job") => (
            "job_id",
            &[
                "get_job",
                "get_results",
                "extract_stream",
                "cancel_job",
                "retry_job",
                "get_corrections",
                "put_corrections",
            ],
        ),
        _ => return,
    };
    let made = if operation["responses"]["201"].is_object() { "201" } else { "200" };
    for name in next {
        operation["responses"][made]["links"][*name] =
            json!({"operationId": name, "parameters": {id: format!("$response.body#/{id}")}});
    }
}

fn push(list: &mut Value, item: Value) {
    match list {
        Value::Array(items) => items.push(item),
        other => *other = json!([item]),
    }
}

fn share_response(status: &str, response: &mut Value, is_open: bool) {
    if status.starts_with(['4', '5']) {
        response["content"] = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    }
    let description = match status {
        "200" => "Done",
        "201" => "Made",
        "400" => "The request cannot be understood",
        "401" => "No key, or one that is worth nothing",
        "404" => "No such thing, or another tenant's",
        "408" => "The body did not come in time",
        "409" => "Not possible in the present state",
        "412" => "It has changed meanwhile",
        "413" => "More bytes than are taken",
        "416" => "The file has no such part",
        "415" => "This kind of content is not taken",
        "422" => "Something in it is not what it must be",
        "429" => "Too many requests, streams or active jobs",
        "500" => "Something went wrong on our side",
        "503" => "Not available now",
        _ => "",
    };
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = json!(description);
    }
    let mut names = vec!["X-Request-Id"];
    if !is_open {
        names.extend(["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]);
    }
    for name in names {
        response["headers"][name] = json!({"$ref": format!("#/components/headers/{name}")});
    }
}

fn headers() -> Value {
    let count = |description: &str| json!({"description": description, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "X-Request-Id": {
            "description": "Names the request in our logs",
            "schema": {"type": "string", "pattern": "^req_[0-9A-HJKMNP-TV-Z]{26}$"},
        },
        "X-RateLimit-Limit": count("Requests in a minute"),
        "X-RateLimit-Remaining": count("Requests that are left now"),
        "X-RateLimit-Reset": count("Unix seconds at which all are left again"),
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "request_id", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {
                "description": "A sentence; with 422 the list of what is not valid.",
                "oneOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
                ],
            },
            "code": {"type": "string"},
            "request_id": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {
                "description": "At /jobs: each field that is not valid, with what is wrong.",
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    })
}

fn field_problem() -> Value {
    json!({
        "type": "object",
        "required": ["loc", "msg", "type"],
        "properties": {
            "loc": {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]}},
            "msg": {"type": "string"},
            "type": {"type": "string"},
        },
    })
}

/// A job's config, with its bounds where they are enforced.
pub(crate) fn job_config() -> RefOr<Schema> {
    let splitter = json!({
        "type": "object",
        "description": "How the schema is cut",
        "additionalProperties": false,
        "properties": {
            "isolate_arrays": {"type": "boolean", "default": true},
            "max_leaves_per_subtree": {"type": "integer", "minimum": 1, "maximum": u32::MAX},
        },
    });
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "model": {"type": "string", "minLength": 1, "description": "One of GET /v1/models"},
            "per_key_attribution": {"type": "boolean", "default": false},
            "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": TEMPERATURE_MAX},
            "enable_thinking": {"type": "boolean", "default": true},
            "additional_instructions": {"type": ["string", "null"]},
            "enable_agentic_array_extraction": {"type": "boolean", "default": false},
            "max_num_concurrent_requests":
                {"type": "integer", "minimum": 1, "maximum": QUESTIONS_OPEN_MAX, "default": 5},
            "validate_response_schema": {"type": "boolean", "default": true},
            "seed": {"type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX},
            "n_max_retries": {"type": "integer", "minimum": 0, "maximum": RETRIES_MAX, "default": 3},
            "use_explicit_context_cache": {"type": "boolean", "default": true},
            "splitter_config": splitter.clone(),
            "splitter_configs": splitter,
            "fallback_model": {"type": ["string", "null"], "description": "Asked instead where the model gives no answer"},
            "max_cost_usd": {"type": ["number", "null"], "minimum": 0},
            "pages": {"type": ["string", "null"], "description": "As 1-3,7 or 10-"},
        },
        "not": {"required": ["splitter_config", "splitter_configs"]},
    });
    RefOr::T(serde_json::from_value(schema).unwrap_or_default())
}
