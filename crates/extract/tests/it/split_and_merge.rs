//! Split then merge gives back what was there, for any schema and any options.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sluice_extract::limits::SUBTREE_LEAVES_DEFAULT;
use sluice_extract::merge::{Part, merge, part_of};
use sluice_extract::pointer::join;
use sluice_extract::schema::{Additional, Node, Schema, SplitOptions, Subtree, split};

use crate::any_schema::{schema, schema_and_instance};

fn options() -> impl Strategy<Value = SplitOptions> {
    (any::<bool>(), proptest::option::of(1..12_usize))
        .prop_map(|(isolate_arrays, max_leaves_per_subtree)| SplitOptions { isolate_arrays, max_leaves_per_subtree })
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("{error} in {schema}"))
}

fn merged(schema: &Schema, subtrees: &[Subtree], answers: &[Option<Value>]) -> Value {
    let given = subtrees.iter().zip(answers).filter(|(_, answer)| answer.is_some());
    let parts: Vec<Part<'_>> = given.map(|(subtree, answer)| Part { subtree, value: answer.as_ref() }).collect();
    merge(schema, &parts)
}

/// Whether an object that is asked for only in pieces is there, empty or null, is nobody's question, nor is what it must
/// hold that is asked for only in pieces again: see `merge`.
fn canonical(value: &Value, node: &Node, path: &str, subtrees: &[Subtree]) -> Value {
    let (Some(rules), Value::Object(entries)) = (node.as_object(), value) else { return value.clone() };
    let mut kept = Map::new();
    for property in &rules.properties {
        let path = join(path, &property.name);
        let value = entries.get(&property.name).map(|value| canonical(value, &property.node, &path, subtrees));
        let hollow = canonical(&json!({}), &property.node, &path, subtrees);
        let nothing = value.as_ref().is_none_or(|value| value.is_null() || *value == hollow);
        if nothing && subtrees.iter().all(|subtree| !asks_for(subtree, &path)) {
            if property.required {
                kept.insert(property.name.clone(), if property.node.nullable { Value::Null } else { hollow });
            }
        } else if let Some(value) = value {
            kept.insert(property.name.clone(), value);
        }
    }
    let others = entries.iter().filter(|(name, _)| !rules.properties.iter().any(|property| property.name == **name));
    kept.extend(others.map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(kept)
}

/// Does the subtree's own schema have the place at this path?
fn asks_for(subtree: &Subtree, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(&subtree.path).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return false;
    };
    rest.split('/')
        .skip(1)
        .try_fold(&subtree.schema, |schema, token| {
            schema.get("properties")?.get(token.replace("~1", "/").replace("~0", "~"))
        })
        .is_some()
}

/// Nothing that could have been cut: an array, a union, a map, or an object with one such place that has leaves.
fn is_one_piece(wrapped: &Node) -> bool {
    let it = &wrapped.as_object().unwrap().properties[0].node;
    let Some(rules) = it.as_object().filter(|rules| !matches!(rules.additional, Additional::Each(_))) else {
        return true;
    };
    rules.properties.iter().filter(|property| property.node.leaves() > 0).count() == 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn split_then_merge_loses_and_invents_nothing(
        (schema, instance) in schema_and_instance(),
        options in options(),
        turn in 0..20_usize,
    ) {
        let mut subtrees = split(&schema, &options);
        let count = subtrees.len();
        subtrees.rotate_left(turn % count);
        let answers: Vec<Option<Value>> = subtrees.iter().map(|subtree| part_of(&instance, subtree)).collect();
        let whole = merged(&schema, &subtrees, &answers);
        let canonical = |value: &Value| canonical(value, &schema.root, "", &subtrees);
        let (whole, instance) = (canonical(&whole), canonical(&instance));
        prop_assert_eq!(whole, instance);
    }

    #[test]
    fn leaves_add_up_and_stay_within_the_bound(schema in schema(), options in options()) {
        let subtrees = split(&schema, &options);
        let bound = options.max_leaves_per_subtree.unwrap_or(SUBTREE_LEAVES_DEFAULT);
        prop_assert_eq!(subtrees.iter().map(|subtree| subtree.leaves).sum::<usize>(), schema.root.leaves());
        let ids: Vec<String> = (1..=subtrees.len()).map(|at| format!("s{at}")).collect();
        prop_assert_eq!(subtrees.iter().map(|subtree| subtree.id.clone()).collect::<Vec<_>>(), ids);
        for subtree in &subtrees {
            let alone = Schema::parse(&json!({"type": "object", "properties": {"it": subtree.schema}})).unwrap();
            prop_assert_eq!(alone.root.leaves(), subtree.leaves);
            prop_assert!(subtree.leaves <= bound || is_one_piece(&alone.root), "{}", subtree.schema);
        }
    }

    #[test]
    fn a_subtree_accepts_its_part_and_nothing_else(
        (schema, instance) in schema_and_instance(),
        options in options(),
        at in any::<prop::sample::Index>(),
        replacement in prop::sample::select(vec![json!("other"), json!(77), json!(2.5), json!(true), json!([]), json!(null)]),
    ) {
        let whole = validator(&schema.root.to_schema());
        let subtrees: Vec<(Subtree, jsonschema::Validator)> =
            split(&schema, &options).into_iter().map(|subtree| { let v = validator(&subtree.schema); (subtree, v) }).collect();
        let accepted = |instance: &Value| subtrees.iter().all(|(subtree, validator)| {
            part_of(instance, subtree).is_none_or(|part| validator.is_valid(&part))
        });
        prop_assert!(whole.is_valid(&instance), "{:?}", whole.iter_errors(&instance).map(|e| e.to_string()).collect::<Vec<_>>());
        prop_assert!(accepted(&instance));
        let places = primitives(&instance, String::new());
        if !places.is_empty() {
            let mut changed = instance.clone();
            *changed.pointer_mut(&places[at.index(places.len())]).unwrap() = replacement;
            prop_assert_eq!(whole.is_valid(&changed), accepted(&changed), "{}", changed);
        }
    }

    #[test]
    fn what_is_written_reads_as_the_same_tree(schema in schema()) {
        let written = schema.root.to_schema();
        let again = Schema::parse(&written).unwrap();
        prop_assert_eq!(again.root.to_schema(), written);
        prop_assert_eq!(again.root.leaves(), schema.root.leaves());
    }

    #[test]
    fn a_result_is_an_object_whatever_failed(
        (schema, instance) in schema_and_instance(),
        options in options(),
        fate in prop::collection::vec(0..3_u8, 40),
    ) {
        let subtrees = split(&schema, &options);
        let answers: Vec<Option<Value>> = subtrees.iter().map(|subtree| part_of(&instance, subtree)).collect();
        let parts: Vec<Part<'_>> = subtrees.iter().zip(&answers).zip(fate.iter().cycle())
            .filter(|(_, fate)| **fate != 0)
            .map(|((subtree, answer), fate)| Part { subtree, value: answer.as_ref().filter(|_| *fate == 1) })
            .collect();
        let whole = merge(&schema, &parts);
        prop_assert!(whole.is_object());
        let all_failed: Vec<Part<'_>> = subtrees.iter().map(|subtree| Part { subtree, value: None }).collect();
        let nothing = merge(&schema, &all_failed);
        for property in &schema.root.as_object().unwrap().properties {
            prop_assert!(!property.required || nothing.get(&property.name).is_some(), "{}", property.name);
        }
    }
}

/// Pointers of the primitives in a value that are not null.
fn primitives(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(entries) => entries.iter().flat_map(|(name, value)| primitives(value, join(&at, name))).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, value)| primitives(value, format!("{at}/{index}"))).collect()
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![at],
    }
}
