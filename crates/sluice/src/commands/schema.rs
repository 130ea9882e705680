//! `sluice schema check`: every problem of a schema with its place, its warnings, its leaves, and the subtrees it is
//! asked in.

pub(super) mod infer;

use std::process::ExitCode;

use serde_json::{Value, json};
use sluice_extract::schema::lint;
use sluice_extract::schema::{Schema, Subtree};
use sluice_extract::schema::{SplitOptions, split};

use crate::cli::SchemaCheckArgs;
use crate::trouble::{self, counted};

/// Checks a schema; exit code 1 where it cannot be asked.
pub(super) fn check(args: &SchemaCheckArgs) -> anyhow::Result<ExitCode> {
    let text = super::read_text(&args.schema)?;
    let shown = args.schema.display().to_string();
    match Schema::parse_str(&text) {
        Err(problems) => {
            if args.json {
                anstream::println!("{}", serde_json::to_string_pretty(&json!({"valid": false, "problems": problems}))?);
            } else {
                anstream::println!("{shown}: {}", counted(problems.len(), "problem", "problems"));
                problems.iter().for_each(|problem| anstream::println!("  {problem}"));
            }
            Ok(ExitCode::from(trouble::SOME_FAILED))
        }
        Ok(schema) => {
            let options = SplitOptions {
                max_leaves_per_subtree: args.max_leaves_per_subtree.map(usize::from),
                ..SplitOptions::default()
            };
            report(args, &shown, &schema, &split(&schema, &options))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn report(args: &SchemaCheckArgs, shown: &str, schema: &Schema, subtrees: &[Subtree]) -> anyhow::Result<()> {
    let warnings = lint(schema);
    if args.json {
        let subtrees: Vec<Value> = subtrees
            .iter()
            .map(|part| json!({"id": part.id, "path": part.path, "leaves": part.leaves, "schema": part.schema}))
            .collect();
        let leaves = schema.root.leaves();
        let report = json!({"valid": true, "leaves": leaves, "warnings": warnings, "subtrees": subtrees});
        anstream::println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    anstream::println!(
        "{shown}: fine, {}, asked in {}",
        counted(schema.root.leaves(), "leaf", "leaves"),
        counted(subtrees.len(), "subtree", "subtrees")
    );
    for part in subtrees {
        anstream::println!("\n{} {}, {}", part.id, place_of(part), counted(part.leaves, "leaf", "leaves"));
        anstream::print!("{}", tree(&part.schema, 1));
    }
    if !warnings.is_empty() {
        anstream::println!("\n{}", counted(warnings.len(), "warning", "warnings"));
        warnings.iter().for_each(|warning| anstream::println!("  {warning}"));
    }
    Ok(())
}

fn place_of(part: &Subtree) -> &str {
    if part.path.is_empty() { "/" } else { &part.path }
}

/// The properties of a subtree, one a line, indented by their depth.
fn tree(schema: &Value, depth: usize) -> String {
    let mut lines = String::new();
    let empty = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (name, property) in properties {
        let star = if required.iter().any(|key| key == name) { "*" } else { "" };
        lines.push_str(&format!("{}{name}{star}: {}\n", "  ".repeat(depth), kind_of(property)));
        lines.push_str(&tree(property, depth + 1));
    }
    for inside in ["items", "additionalProperties"].iter().filter_map(|keyword| schema.get(keyword)) {
        lines.push_str(&tree(inside, depth));
    }
    for branch in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        lines.push_str(&tree(branch, depth));
    }
    lines
}

/// `string (date)`, `array of object`, `number or null`.
fn kind_of(schema: &Value) -> String {
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        return branches.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any"],
    };
    let mut told = types.join(" or ");
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        told.push_str(&format!(" ({format})"));
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        told.push_str(&format!(", one of {}", choices.len()));
    }
    if let Some(items) = schema.get("items") {
        told.push_str(&format!(" of {}", kind_of(items)));
    }
    told
}
