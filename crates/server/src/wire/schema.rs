//! Schemas as the Extract API writes and takes them.

use serde::Serialize;
use serde_json::{Map, Value};
use sluice_extract::pointer;
use sluice_extract::schema::{Problem, SplitOptions, lint, split};
use sluice_store::{Listing, SchemaChange, SchemaRow};
use utoipa::ToSchema;

use super::body::Fields;
use super::problem::{FieldProblem, Loc};
use super::time;

/// Longest name, in characters.
const NAME_MAX: usize = 255;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 10_000;

/// A stored schema.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Schema {
    /// Its id.
    #[schema(format = Uuid)]
    schema_id: String,
    /// For people.
    name: String,
    /// For people.
    #[schema(required)]
    description: Option<String>,
    /// The JSON Schema as it was written.
    #[schema(value_type = Object)]
    schema_definition: Value,
    /// Whatever its owner wants to know beside it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// When it was stored.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<SchemaRow> for Schema {
    fn from(row: SchemaRow) -> Self {
        Self {
            schema_id: row.schema.id.to_string(),
            name: row.schema.name,
            description: row.schema.description,
            schema_definition: row.schema.definition,
            metadata: row.schema.metadata,
            created_at: time::text(row.created_at_ms),
            updated_at: time::text(row.updated_at_ms),
        }
    }
}

/// A page of the list of schemas.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaList {
    /// Newest first.
    schemas: Vec<Schema>,
    /// Schemas of the whole list.
    #[schema(minimum = 0)]
    total_count: u64,
    /// The page of older ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// The page of newer ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    prev_cursor: Option<String>,
}

impl From<Listing<SchemaRow>> for SchemaList {
    fn from(listing: Listing<SchemaRow>) -> Self {
        Self {
            schemas: listing.items.into_iter().map(Schema::from).collect(),
            total_count: listing.total,
            next_cursor: listing.next_cursor,
            prev_cursor: listing.prev_cursor,
        }
    }
}

/// A schema to be stored.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"name": "invoice", "schema_definition": {"type": "object", "properties": {
    "number": {"type": "string", "description": "The invoice's number"},
    "lines": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}}}}}))]
pub(crate) struct CreateSchema {
    /// For people.
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) name: String,
    /// For people.
    #[schema(max_length = 10000)]
    pub(crate) description: Option<String>,
    /// A JSON Schema of the subset.
    #[schema(value_type = Object)]
    pub(crate) schema_definition: Value,
    /// Whatever its owner wants to know beside it.
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Option<Value>,
}

impl CreateSchema {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let read = Self {
            name: fields.required("name", |fields, key| fields.short_text(key, NAME_MAX)),
            description: description(&mut fields),
            schema_definition: fields.required("schema_definition", Fields::object),
            metadata: fields.object("metadata"),
        };
        fields.finish(read)
    }

    pub(crate) fn metadata(&self) -> Value {
        self.metadata.clone().unwrap_or_else(|| Value::Object(Map::new()))
    }
}

/// What changes of a schema; null or absent stays.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "only described: what is read becomes the store's own SchemaChange")]
pub(crate) struct UpdateSchema {
    /// For people.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// For people.
    #[schema(max_length = 10000)]
    description: Option<String>,
    /// A JSON Schema of the subset.
    #[schema(value_type = Option<Object>)]
    schema_definition: Option<Value>,
    /// Whatever its owner wants to know beside it.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
}

impl UpdateSchema {
    pub(crate) fn parse(bytes: &[u8]) -> Result<SchemaChange, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let read = SchemaChange {
            name: fields.short_text("name", NAME_MAX),
            description: description(&mut fields),
            definition: fields.object("schema_definition"),
            metadata: fields.object("metadata"),
        };
        fields.finish(read)
    }
}

fn description(fields: &mut Fields) -> Option<String> {
    let description = fields.text("description")?;
    if description.chars().count() > DESCRIPTION_MAX {
        let message = format!("String should have at most {DESCRIPTION_MAX} characters");
        fields.refuse(FieldProblem::new(&["body", "description"], "string_too_long", message));
    }
    Some(description)
}

/// A schema to be checked.
#[derive(Debug, ToSchema)]
pub(crate) struct ValidateSchema {
    /// A JSON Schema.
    #[schema(value_type = Object)]
    pub(crate) schema_definition: Value,
}

impl ValidateSchema {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let schema_definition = fields.required("schema_definition", Fields::object);
        fields.finish(Self { schema_definition })
    }
}

/// What is to be said of a schema.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaReport {
    /// It can be stored and asked.
    valid: bool,
    /// Everything that is wrong with it.
    #[schema(value_type = Vec<SchemaNote>)]
    problems: Vec<Problem>,
    /// What is allowed and will probably not do what was meant.
    #[schema(value_type = Vec<SchemaNote>)]
    warnings: Vec<Problem>,
    /// Leaves that are asked for.
    #[schema(minimum = 0)]
    leaves: usize,
    /// The parts it would be asked in, with the default settings.
    subtrees: Vec<SubtreeNote>,
}

/// Something about a place of a schema.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: it is written by sluice-extract's own Problem")]
pub(crate) struct SchemaNote {
    /// JSON pointer into the schema.
    pointer: String,
    /// The keyword it is about, if it is about one.
    keyword: Option<String>,
    /// What it is, and what to do instead.
    message: String,
}

/// A part of a schema that is asked in one go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubtreeNote {
    /// Its name within a job.
    id: String,
    /// JSON pointer into the result.
    path: String,
    /// Leaves it asks for.
    #[schema(minimum = 0)]
    leaves: usize,
}

impl SchemaReport {
    pub(crate) fn of(parsed: Result<&sluice_extract::schema::Schema, Vec<Problem>>) -> Self {
        match parsed {
            Ok(schema) => {
                let subtrees = split(schema, &SplitOptions::default());
                let note = |part: &sluice_extract::schema::Subtree| SubtreeNote {
                    id: part.id.clone(),
                    path: part.path.clone(),
                    leaves: part.leaves,
                };
                Self {
                    valid: true,
                    problems: Vec::new(),
                    warnings: lint(schema),
                    leaves: schema.root.leaves(),
                    subtrees: subtrees.iter().map(note).collect(),
                }
            }
            Err(problems) => Self { valid: false, problems, warnings: Vec::new(), leaves: 0, subtrees: Vec::new() },
        }
    }
}

/// What is wrong with a schema that was sent, each with the way to it.
pub(crate) fn field_problems(definition: &Value, problems: &[Problem]) -> Vec<FieldProblem> {
    let field = |problem: &Problem| FieldProblem {
        loc: way_to(definition, &problem.pointer),
        message: problem.message.clone(),
        kind: "schema_not_supported".to_owned(),
    };
    problems.iter().map(field).collect()
}

/// A JSON pointer as a way: numbers only where there is a list.
fn way_to(definition: &Value, at: &str) -> Vec<Loc> {
    let mut way: Vec<Loc> = vec!["body".into(), "schema_definition".into()];
    let mut place = Some(definition);
    for token in pointer::tokens(at) {
        let index = place.and_then(Value::as_array).and_then(|_| token.parse::<usize>().ok());
        place = match (place, index) {
            (Some(Value::Array(items)), Some(index)) => items.get(index),
            (Some(Value::Object(object)), _) => object.get(&token),
            _ => None,
        };
        way.push(index.map_or(Loc::Key(token), Loc::Index));
    }
    way
}
