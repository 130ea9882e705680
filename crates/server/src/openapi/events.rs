//! The events of both streams as JSON Schemas, for the description of the API.
//!
//! What an event is written from is in `wire::event` and `wire::generic`; a test holds the two together by validating
//! every event of real jobs against these. Never writes an event.

use serde_json::{Map, Value, json};

/// Name and schema of all that describes events.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("Attribution", attribution()),
        ("Finding", finding()),
        ("UsageMetadata", usage_metadata()),
        ("JobMetadata", job_metadata()),
        ("ExtractEvent", extract_event()),
        ("ExtractStreamEvent", frame("ExtractEvent", &EXTRACT_NAMES)),
        ("JobEvent", job_event()),
        ("JobStreamEvent", frame("JobEvent", &JOB_NAMES)),
    ]
}

/// The events that the Extract API's stream has names for, in the order in which a job meets them.
const EXTRACT_NAMES: [&str; 10] = [
    "state",
    "start",
    "progress",
    "agentic_array_progress",
    "subtree_retry",
    "subtree_result",
    "subtree_error",
    "completed",
    "failed",
    "cancelled",
];

const JOB_NAMES: [&str; 5] = ["status", "progress", "completed", "failed", "canceled"];

/// One event of a stream, once its lines are read: each `text/event-stream` answer is a sequence of these.
fn frame(of: &str, names: &[&str]) -> Value {
    json!({
        "type": "object",
        "description": "One server-sent event. Lines that begin with a colon are heartbeats.",
        "required": ["id", "event", "data"],
        "properties": {
            "id": {
                "type": "string", "pattern": "^[0-9]+$",
                "description": "Its sequence in the job's log: send the last one as Last-Event-ID to go on after it",
            },
            "event": {"type": "string", "enum": names},
            "retry": {"type": "integer", "minimum": 0, "description": "When to come back, in milliseconds"},
            "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": reference(of)},
        },
    })
}

/// A property with its schema.
type Field = (&'static str, Value);

fn extract_event() -> Value {
    let mut variants = vec![state(), start(), went_on()];
    variants.extend(of_a_part());
    variants.push(variant("completed", "The job has its result", &[status(), metadata()]));
    variants.push(variant(
        "failed",
        "The job has no result",
        &[status(), metadata(), ("error", reference("JobError"))],
    ));
    variants.push(variant("cancelled", "The job was stopped", &[status(), metadata()]));
    json!({"oneOf": variants})
}

fn state() -> Value {
    let own = [
        status(),
        ("accumulated_results", json!({"type": "object"})),
        ("failed_subtrees", list(&reference("JobFailedSubtree"))),
        progress(),
        ("total_subtrees", count("Parts of the schema")),
    ];
    variant("state", "Where the job is now: the first event of a stream without a cursor", &own)
}

fn start() -> Value {
    let own = [
        ("total_subtrees", count("Parts of the schema")),
        ("start_time", time()),
        ("subtrees", list(&asked_subtree())),
    ];
    variant("start", "Somebody began to work on it", &own)
}

/// Rows, a repeated attempt, an answer, none.
fn of_a_part() -> Vec<Value> {
    let rows = [
        subtree(),
        path(),
        ("items_extracted", count("Rows so far")),
        ("items_new", list(&json!({}))),
        ("pages_covered", list(&count("A page"))),
        ("turn", count("From 1")),
        ("done", json!({"type": "boolean"})),
        usage(),
    ];
    let [error_type, error_message] = failure();
    let retry = [
        subtree(),
        ("attempt", count("The one that failed, from 1")),
        error_type.clone(),
        error_message.clone(),
        ("retry_in_ms", count("Milliseconds until then")),
    ];
    let result = [
        subtree(),
        path(),
        ("extracted_result", json!({})),
        ("attributions", json!({"type": "object", "additionalProperties": reference("Attribution")})),
        ("findings", list(&reference("Finding"))),
        ("attempt", count("From 1")),
        ("remembered", json!({"type": "boolean", "description": "It was answered before and not asked again"})),
        usage(),
        progress(),
    ];
    let error = [subtree(), path(), error_type, error_message, ("attempts", count("Those that were made")), progress()];
    let mut retry = variant("subtree_retry", "A part failed and is repeated", &retry);
    retry["properties"]["model_instead"] = text("Who is asked then, where it is another model");
    vec![
        variant("agentic_array_progress", "More rows of a long array", &rows),
        retry,
        variant("subtree_result", "A part has its answer", &result),
        variant("subtree_error", "A part will have no answer", &error),
    ]
}

fn subtree() -> Field {
    ("subtree_id", text("Its name within the job"))
}

fn path() -> Field {
    ("path", text("JSON pointer into the result"))
}

fn progress() -> Field {
    ("progress", reference("JobProgress"))
}

fn status() -> Field {
    ("status", reference("JobStatusName"))
}

fn metadata() -> Field {
    ("metadata", reference("JobMetadata"))
}

fn usage() -> Field {
    ("usage_metadata", reference("UsageMetadata"))
}

fn failure() -> [Field; 2] {
    [("error_type", text("A code of `docs/errors`")), ("error_message", text("One sentence"))]
}

/// What the published API has no name of its own for.
fn went_on() -> Value {
    let causes = ["document_read", "planned", "step_failed", "cancel_requested", "reopened", "ended_before"];
    let mut event = variant(
        "progress",
        "Something went on",
        &[
            ("cause", json!({"type": "string", "enum": causes})),
            status(),
            ("current_activity", text("What is being done")),
            progress(),
        ],
    );
    for (key, schema) in [
        ("page_count", count("With `document_read`: pages that the file says it has")),
        ("pages_read", count("With `document_read`: pages that were read")),
        ("findings", list(&reference("Finding"))),
        ("error_type", text("With `step_failed`: a code of `docs/errors`")),
        ("error_message", text("With `step_failed`: one sentence")),
    ] {
        event["properties"][key] = schema;
    }
    event
}

/// An event of the Extract API: what all have, and its own.
fn variant(name: &str, description: &str, own: &[Field]) -> Value {
    let mut properties = Map::new();
    properties.insert("type".into(), json!({"const": name}));
    properties.insert("job_id".into(), json!({"type": "string", "format": "uuid"}));
    properties.insert("sequence".into(), count("Its place in the log: the id of the event"));
    properties.insert("timestamp".into(), time());
    for (key, schema) in own {
        properties.insert((*key).to_owned(), schema.clone());
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "description": description, "required": required, "properties": properties})
}

fn job_event() -> Value {
    json!({
        "type": "object",
        "required": ["job_id", "type", "status", "timestamp", "sequence", "progress", "message"],
        "properties": {
            "job_id": {"type": "string", "pattern": "^job_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
            "type": text("What kind of work: `document.extract`"),
            "status": reference("GenericStatus"),
            "timestamp": time(),
            "sequence": count("Its place in the log: the id of the event"),
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
            "message": text("What is being done"),
            "results": {"description": "With `completed`: the data"},
            "error": reference("JobError"),
        },
    })
}

fn attribution() -> Value {
    let matched = json!({
        "type": "string", "enum": ["exact", "close", "missing"],
        "description": "Computed from the words: they are the value; they mean it; it stands nowhere in the document",
    });
    let fraction = json!({"type": "number", "minimum": 0, "maximum": 1});
    let corners = json!({"x0": fraction, "y0": fraction, "x1": fraction, "y1": fraction});
    json!({
        "type": "object",
        "description": "The proof of one value",
        "required": ["match", "confidence", "page_numbers", "locations"],
        "properties": {
            "match": matched,
            "confidence": {"type": "number", "minimum": 0, "maximum": 1, "description": "How likely the value is right"},
            "reasoning": text("Why this value, in one sentence"),
            "page_numbers": list(&count("From 1")),
            "locations": list(&json!({
                "type": "object",
                "required": ["page", "bounding_box", "quote", "match"],
                "properties": {
                    "page": {"type": "integer", "minimum": 1},
                    "bounding_box": {
                        "type": "object",
                        "description": "Fractions of the page, from its top left",
                        "required": ["x0", "y0", "x1", "y1"],
                        "properties": corners,
                    },
                    "quote": text("The words as they stand there"),
                    "match": matched,
                },
            })),
        },
    })
}

fn finding() -> Value {
    json!({
        "type": "object",
        "description": "A doubt that does not stop the work",
        "required": ["kind", "message"],
        "properties": {
            "kind": {"type": "string"},
            "page": {"type": "integer", "minimum": 1},
            "pointer": text("JSON pointer into the result or the schema"),
            "message": text("What, and what to do about it"),
        },
    })
}

/// A part of the schema, as it is asked for.
fn asked_subtree() -> Value {
    json!({
        "type": "object",
        "required": ["id", "path", "leaves"],
        "properties": {
            "id": text("Its name within the job"),
            "path": text("JSON pointer into the result"),
            "leaves": count("Leaves that it asks for"),
        },
    })
}

/// What is told beside a result.
fn job_metadata() -> Value {
    let number = |description: &str| json!({"type": ["integer", "null"], "minimum": 0, "description": description});
    json!({
        "type": "object",
        "description": "What is told beside a result",
        "required": ["has_attributions", "usage", "cost_usd", "duration_ms", "time_to_first_subtree_ms", "pages", "subtrees",
            "failed_subtrees", "validation", "partial"],
        "properties": {
            "model": {"type": ["string", "null"], "description": "Who was asked first"},
            "has_attributions": {"type": "boolean", "description": "Each value of the result comes with its proof"},
            "usage": {"type": "object", "description": "By model", "additionalProperties": reference("UsageMetadata")},
            "answered_by": {
                "type": "object",
                "description": "Who answered, in the words of the servers, by who was asked",
                "additionalProperties": list(&json!({"type": "string"})),
            },
            "cost_usd": {"type": ["number", "null"], "minimum": 0, "description": "Null where a price is not known"},
            "duration_ms": number("From the start to the last event"),
            "time_to_first_subtree_ms": number("From the start to the first answer"),
            "pages": number("Of the document"),
            "subtrees": {
                "type": "object",
                "required": ["total", "completed", "failed", "remembered"],
                "properties": {
                    "total": count("All of them"),
                    "completed": count("With an answer"),
                    "failed": count("Without"),
                    "remembered": count("Answered without asking, among the completed"),
                },
            },
            "failed_subtrees": list(&reference("JobFailedSubtree")),
            "validation": {
                "type": "object",
                "required": ["valid", "findings"],
                "properties": {
                    "valid": {"type": ["boolean", "null"], "description": "Null before the end"},
                    "findings": list(&reference("Finding")),
                },
            },
            "partial": {"type": "boolean", "description": "There may be more to come, or would have been"},
        },
    })
}

/// Tokens and money: null where the model does not say.
fn usage_metadata() -> Value {
    let tokens = json!({"type": ["integer", "null"], "minimum": 0});
    json!({
        "type": "object",
        "properties": {
            "model": {"type": ["string", "null"]},
            "answered_by": text("Who answered, in the words of the server"),
            "cost_usd": {"type": ["number", "null"], "minimum": 0},
            "calls": {"type": "integer", "minimum": 0},
            "input_tokens": tokens,
            "cached_tokens": tokens,
            "output_tokens": tokens,
            "thinking_tokens": tokens,
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn count(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": description})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn list(of: &Value) -> Value {
    json!({"type": "array", "items": of})
}
