use insta::assert_snapshot;
use serde_json::json;

use super::*;

/// Few words and nothing strict, much as Gemini has it; the vendors' own dialects stand with them, in `model`.
const GEMINI: Dialect = Dialect {
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

/// Every property required and none besides, much as OpenAI's strict mode has it.
const STRICT: Dialect = Dialect {
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
    root_object: true,
    depth_max: Some(10),
    properties_max: Some(5_000),
};

fn shown(schema: &Value, dialect: &Dialect) -> String {
    let schema = Schema::parse(schema).unwrap();
    let lowered = lower(&schema.root, dialect);
    let lost = lowered.lost.iter().map(|lost| format!("\n{lost}"));
    format!("{}{}", lowered.schema, lost.collect::<String>())
}

fn invoice() -> Value {
    json!({
        "type": "object",
        "properties": {
            "number": {"type": "string", "title": "No.", "pattern": "^R-", "maxLength": 9},
            "day": {"type": ["string", "null"], "format": "date"},
            "link": {"type": "string", "format": "uri"},
            "amounts": {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
            "seller": {"$ref": "#/$defs/party"},
            "buyer": {"$ref": "#/$defs/party"},
        },
        "required": ["number", "seller"],
        "$defs": {"party": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": {"type": "string"}}},
    })
}

#[test]
fn gemini() {
    assert_snapshot!(shown(&invoice(), &GEMINI), @r##"
    {"type":"object","properties":{"number":{"title":"No.","description":"Note that the text matches the pattern ^R-. Note that the text has at most 9 characters.","type":"string"},"day":{"type":["string","null"],"format":"date"},"link":{"description":"Note that the text has the format \"uri\" of JSON Schema.","type":"string"},"amounts":{"type":"object","additionalProperties":{"description":"Note that the number is above 0.","type":"number"}},"seller":{"$ref":"#/$defs/d1"},"buyer":{"$ref":"#/$defs/d1"}},"required":["number","seller"],"$defs":{"d1":{"type":"object","properties":{"name":{"type":"string"}},"additionalProperties":{"type":"string"}}}}
    /properties/number/pattern: Gemini cannot be told that the text matches the pattern ^R-; it is checked afterwards.
    /properties/number/maxLength: Gemini cannot be told that the text has at most 9 characters; it is checked afterwards.
    /properties/link/format: Gemini cannot be told that the text has the format "uri" of JSON Schema; it is checked afterwards.
    /properties/amounts/additionalProperties/exclusiveMinimum: Gemini cannot be told that the number is above 0; it is checked afterwards.
    "##);
}

#[test]
fn strict() {
    assert_snapshot!(shown(&invoice(), &STRICT), @r#"
    {"type":"object","properties":{"number":{"description":"No. Note that the text has at most 9 characters.","type":"string","pattern":"^R-"},"day":{"type":["string","null"],"format":"date"},"link":{"description":"Note that the text has the format \"uri\" of JSON Schema.","type":["string","null"]},"amounts":{"type":["array","null"],"items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"number","exclusiveMinimum":0}},"required":["key","value"],"additionalProperties":false}},"seller":{"type":"object","properties":{"name":{"type":["string","null"]},"additional_properties":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}},"required":["key","value"],"additionalProperties":false}}},"required":["name","additional_properties"],"additionalProperties":false},"buyer":{"type":["object","null"],"properties":{"name":{"type":["string","null"]},"additional_properties":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}},"required":["key","value"],"additionalProperties":false}}},"required":["name","additional_properties"],"additionalProperties":false}},"required":["number","day","link","amounts","seller","buyer"],"additionalProperties":false}
    /properties/number/maxLength: OpenAI cannot be told that the text has at most 9 characters; it is checked afterwards.
    /properties/link/format: OpenAI cannot be told that the text has the format "uri" of JSON Schema; it is checked afterwards.
    "#);
}

#[test]
fn null_in_other_forms() {
    let schema = json!({"type": "object", "properties": {
        "a": {"type": ["string", "null"], "description": "d", "enum": ["x", null]},
        "b": {"type": ["string", "number", "null"]},
    }});
    assert_snapshot!(shown(&schema, &Dialect { null: NullForm::Nullable, ..GEMINI }), @r#"{"type":"object","properties":{"a":{"description":"d","type":"string","enum":["x"],"nullable":true},"b":{"anyOf":[{"type":"string"},{"type":"number"}],"nullable":true}}}"#);
    assert_snapshot!(shown(&schema, &Dialect { null: NullForm::AnyOf, ..GEMINI }), @r#"{"type":"object","properties":{"a":{"description":"d","anyOf":[{"type":"string","enum":["x"]},{"type":"null"}]},"b":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}}}"#);
}

#[test]
fn a_list_at_the_root_is_wrapped_and_unwrapped() {
    let schema =
        Schema::parse(&json!({"type": "object", "properties": {"n": {"type": "array", "items": {"type": "string"}}}}));
    let subtrees = crate::schema::split(&schema.unwrap(), &crate::schema::SplitOptions::default());
    let lowered = lower(&subtrees[0].node().unwrap(), &STRICT);
    assert_eq!(lowered.schema["properties"]["value"]["type"], "array");
    assert_eq!(lowered.say(&json!(["a"])), json!({"value": ["a"]}));
    assert_eq!(lowered.raise(json!({"value": ["a"]})), json!(["a"]));
    assert_eq!(lowered.raise(json!("nonsense")), json!("nonsense"));
}

#[test]
fn an_answer_is_raised() {
    let schema = Schema::parse(&invoice()).unwrap();
    let lowered = lower(&schema.root, &STRICT);
    let answer = json!({
        "number": "R-1", "day": null, "link": null, "amounts": [{"key": "net", "value": 1}, {"key": "tax", "value": 0.2}],
        "seller": {"name": null, "additional_properties": [{"key": "vat", "value": "DE1"}]}, "buyer": null,
    });
    assert_eq!(
        lowered.raise(answer),
        json!({"number": "R-1", "day": null, "amounts": {"net": 1, "tax": 0.2}, "seller": {"vat": "DE1"}}),
    );
}

#[test]
fn what_is_too_large_is_told() {
    let mut deep = json!({"type": "string"});
    for _ in 0..12 {
        deep = json!({"type": "object", "properties": {"x": deep}, "required": ["x"]});
    }
    let schema = Schema::parse(&deep).unwrap();
    let lost = lower(&schema.root, &Dialect { properties_max: Some(11), ..STRICT }).lost;
    let lines: Vec<String> = lost.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "(root): OpenAI takes 10 levels and this has 12. Ask for less at once.",
            "(root): OpenAI takes 11 properties and this has 12. Ask for less at once.",
        ]
    );
}
