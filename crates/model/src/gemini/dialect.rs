//! The words of JSON Schema that Gemini's `responseJsonSchema` takes (its documentation as of November 2026). What it
//! does not name it ignores, so nothing else is sent.

use sluice_extract::schema::Format;
use sluice_extract::schema::lower::{Dialect, MapForm, NullForm};

/// Gemini's `responseJsonSchema`.
pub(super) const DIALECT: Dialect = Dialect {
    name: "Gemini",
    keywords: &[
        "title",
        "description",
        "format",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "additionalProperties",
        "$ref",
    ],
    formats: &[Format::DateTime, Format::Date, Format::Time],
    null: NullForm::TypeList,
    maps: MapForm::AdditionalProperties,
    strict: false,
    root_object: false,
    depth_max: None,
    properties_max: None,
};
