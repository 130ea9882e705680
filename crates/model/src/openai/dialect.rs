//! The words of JSON Schema that OpenAI's strict mode takes (its documentation as of November 2026). The other servers
//! take these as well: vLLM, llama.cpp and Ollama compile them to a grammar.

use sluice_extract::schema::Format;
use sluice_extract::schema::lower::{Dialect, MapForm, NullForm};

/// OpenAI's strict mode. Depth is one less than documented: the values stand one level down in what is sent.
pub(super) const DIALECT: Dialect = Dialect {
    name: "OpenAI",
    keywords: &[
        "description",
        "format",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "additionalProperties",
    ],
    formats: &[Format::DateTime, Format::Time, Format::Date, Format::Duration, Format::Email, Format::Uuid],
    null: NullForm::TypeList,
    maps: MapForm::Pairs,
    strict: true,
    root_object: false,
    depth_max: Some(9),
    properties_max: Some(5_000),
};
