//! Schemas that are proposed for documents.

use serde::Serialize;
use serde_json::Value;
use sluice_extract::id::DocumentId;
use utoipa::ToSchema;

use super::body::Fields;
use super::problem::FieldProblem;
use crate::{Proposal, Seen};

/// Most documents of one request: more show nothing new, and each of them is read while somebody waits.
const DOCUMENTS_MAX: usize = 20;

/// Documents of one kind, to propose a schema for.
#[derive(Debug, ToSchema)]
pub(crate) struct InferSchema {
    /// Documents that were uploaded.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    pub(crate) document_ids: Vec<DocumentId>,
}

impl InferSchema {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let document_ids = fields.required("document_ids", document_ids);
        fields.finish(Self { document_ids })
    }
}

fn document_ids(fields: &mut Fields, key: &str) -> Option<Vec<DocumentId>> {
    let refuse = |fields: &mut Fields, kind: &str, message: &str| {
        fields.refuse(FieldProblem::new(&["body", key], kind, message));
        None
    };
    let Value::Array(items) = fields.take(key)? else {
        return refuse(fields, "list_type", "Input should be a valid list");
    };
    if items.is_empty() {
        return refuse(fields, "too_short", "List should have at least 1 item");
    }
    if items.len() > DOCUMENTS_MAX {
        return refuse(fields, "too_long", &format!("List should have at most {DOCUMENTS_MAX} items"));
    }
    let ids: Option<Vec<DocumentId>> = items.iter().map(|item| item.as_str()?.parse().ok()).collect();
    if ids.is_none() {
        return refuse(fields, "uuid_parsing", "Input should be a list of documents' ids");
    }
    ids
}

/// A schema that was proposed. It is not stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InferredSchema {
    /// A JSON Schema.
    #[schema(value_type = Object)]
    schema_definition: Value,
    /// What was seen for its leaves.
    seen: Vec<SeenNote>,
    /// Documents that could not be read.
    unread: Vec<UnreadNote>,
}

/// What was seen for a leaf.
#[derive(Debug, Serialize, ToSchema)]
struct SeenNote {
    /// Its place in the values; `-` stands for any entry of a list.
    pointer: String,
    /// The words it was printed under.
    label: String,
    /// In how many of the documents.
    #[schema(minimum = 0)]
    document_count: usize,
    /// A few values as they were printed.
    examples: Vec<ExampleNote>,
}

/// A value as it was printed.
#[derive(Debug, Serialize, ToSchema)]
struct ExampleNote {
    #[schema(format = Uuid)]
    document_id: String,
    /// From 1.
    #[schema(minimum = 1)]
    page_number: u32,
    /// Its words.
    text: String,
    /// Its box, as fractions of the page from its top left corner.
    #[schema(value_type = Object, example = json!({"x0": 0.1, "y0": 0.2, "x1": 0.3, "y1": 0.25}))]
    bounding_box: Value,
}

/// A document that could not be read.
#[derive(Debug, Serialize, ToSchema)]
struct UnreadNote {
    #[schema(format = Uuid)]
    document_id: String,
    /// The stable code of the failure.
    code: String,
    /// What was wrong, for a person.
    message: String,
}

impl InferredSchema {
    pub(crate) fn of(proposal: Proposal, ids: &[DocumentId]) -> Self {
        let id = |index: usize| ids.get(index).map(ToString::to_string).unwrap_or_default();
        let note = |seen: Seen| SeenNote {
            pointer: seen.pointer,
            label: seen.label,
            document_count: seen.documents,
            examples: seen
                .examples
                .into_iter()
                .map(|example| ExampleNote {
                    document_id: id(example.document),
                    page_number: example.page,
                    text: example.text,
                    bounding_box: serde_json::json!(example.bounding_box),
                })
                .collect(),
        };
        let unread = proposal.unread.into_iter().map(|(index, refusal)| UnreadNote {
            document_id: id(index),
            code: refusal.code.as_str().to_owned(),
            message: refusal.message,
        });
        let unread = unread.collect();
        Self { schema_definition: proposal.definition, seen: proposal.seen.into_iter().map(note).collect(), unread }
    }
}
