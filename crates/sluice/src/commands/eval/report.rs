//! The figures as a table for people, and as JSON. The columns are those of the reference scorer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sluice_extract::score::Counts;
use sluice_extract::score::summary::{MeanOfTypes, Prf, Summary, Totals};

use super::baseline::kind_of;
use super::calibration::{Calibration, Group};
use super::{EvalArgs, Scored};

/// Fields that are listed.
const FIELDS_MAX: usize = 60;

/// Documents without a prediction that are named.
const MISSING_MAX: usize = 12;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 90;

/// Everything that was asked for, as text.
pub(super) fn text(args: &EvalArgs, documents: &[Scored]) -> String {
    let mut out = String::new();
    if let Some(document) = documents.iter().find(|document| args.diff.as_ref() == Some(&document.name)) {
        differences(&mut out, document);
    }
    if args.docs {
        each_document(&mut out, documents);
    }
    summary(&mut out, &summed(documents));
    missing(&mut out, documents);
    if let Some(calibration) = Calibration::of(documents) {
        groups(&mut out, "confidence", &calibration.by_confidence);
        groups(&mut out, "match", &calibration.by_match);
    }
    if args.fields {
        each_field(&mut out, documents);
    }
    out
}

fn summed(documents: &[Scored]) -> Summary {
    let scores: Vec<_> = documents.iter().map(|document| (document.kind.as_str(), &document.score)).collect();
    Summary::of(&scores)
}

/// One line of a text that cannot fail to grow.
macro_rules! line {
    ($out:expr, $($form:tt)*) => {
        let _ = writeln!($out, $($form)*);
    };
}

fn summary(out: &mut String, summary: &Summary) {
    line!(
        out,
        "{:<20}{:>5}{:>8} | {:>7}{:>7}{:>7} | {:>7}{:>7}{:>7} | {:>6} {:>6}{:>7}{:>6}  full rows/gold rows",
        "type",
        "docs",
        "leaves",
        "microP",
        "microR",
        "microF",
        "macroP",
        "macroR",
        "macroF",
        "exact",
        "wrong",
        "miss",
        "extra"
    );
    for (name, totals) in &summary.types {
        totals_line(out, name, totals);
    }
    totals_line(out, "ALL", &summary.all);
    let MeanOfTypes { micro, macro_, doc_exact } = &summary.mean_of_types;
    line!(out, "{:<33} | {} | {} | {doc_exact:>6.2}", "MEAN OF TYPES", figures_of(*micro), figures_of(*macro_));
}

fn totals_line(out: &mut String, name: &str, totals: &Totals) {
    line!(
        out,
        "{name:<20}{:>5}{:>8} | {} | {} | {:>6.2} {:>6}{:>7}{:>6}  {}/{}",
        totals.docs,
        totals.leaves,
        figures_of(totals.micro),
        figures_of(totals.macro_),
        totals.doc_exact,
        totals.wrong,
        totals.missing,
        totals.extra,
        totals.rows.full,
        totals.rows.gold
    );
}

fn figures_of(prf: Prf) -> String {
    format!("{:>7.3}{:>7.3}{:>7.3}", prf.precision, prf.recall, prf.f1)
}

fn each_document(out: &mut String, documents: &[Scored]) {
    let mut sorted: Vec<_> = documents.iter().map(|document| (Prf::of(document.score.counts), document)).collect();
    sorted.sort_by(|(a, _), (b, _)| a.f1.total_cmp(&b.f1));
    for (prf, Scored { name, kind, score, .. }) in sorted {
        line!(
            out,
            "{:.3} P{:.3} R{:.3} tp{} wrong{} miss{} extra{} rows {}/{} {kind} {name}",
            prf.f1,
            prf.precision,
            prf.recall,
            score.counts.tp,
            score.wrong,
            score.missing,
            score.extra,
            score.rows.full,
            score.rows.gold
        );
    }
}

fn differences(out: &mut String, document: &Scored) {
    for difference in &document.score.differences {
        let kind = kind_of(difference.kind);
        let (gold, found) = (value_shown(difference.gold.as_ref()), value_shown(difference.found.as_ref()));
        line!(out, "{kind} | {} | {gold} | {found}", difference.path);
    }
}

/// A value, or its beginning, on one line.
pub(super) fn value_shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "-".to_owned(), Value::to_string);
    text.chars().take(VALUE_CHARS_MAX).collect()
}

fn missing(out: &mut String, documents: &[Scored]) {
    let missing: Vec<_> =
        documents.iter().filter_map(|document| Some((document, document.missing.as_ref()?))).collect();
    if missing.is_empty() {
        return;
    }
    line!(out, "no prediction for {}, counted as empty:", missing.len());
    for (document, reason) in missing.iter().take(MISSING_MAX) {
        line!(out, "  {}: {reason}", document.name);
    }
    if missing.len() > MISSING_MAX {
        line!(out, "  and {} more", missing.len() - MISSING_MAX);
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of values stay far below 2^52")]
fn groups(out: &mut String, title: &str, groups: &[Group]) {
    let all: usize = groups.iter().map(|group| group.values).sum();
    let share = |part: usize, of: usize| match of {
        0 => "-".to_owned(),
        _ => format!("{:.3}", part as f64 / of as f64),
    };
    line!(out, "\n{title:<12}{:>8}{:>8}{:>8}{:>8}", "values", "of all", "right", "share");
    for Group { name, values, right } in groups {
        line!(out, "{name:<12}{values:>8}{:>8}{right:>8}{:>8}", share(*values, all), share(*right, *values));
    }
}

fn each_field(out: &mut String, documents: &[Scored]) {
    let mut fields: Vec<_> =
        by_field(documents).into_iter().map(|(name, counts)| (Prf::of(counts), name, counts)).collect();
    fields.sort_by(|a, b| a.0.f1.total_cmp(&b.0.f1));
    line!(out, "");
    for (prf, name, Counts { tp, fp, fn_ }) in fields.iter().take(FIELDS_MAX) {
        line!(out, "{:.3} tp{tp} fp{fp} fn{fn_} {name}", prf.f1);
    }
    if fields.len() > FIELDS_MAX {
        line!(out, "and {} more, which are better; --json has them all", fields.len() - FIELDS_MAX);
    }
}

/// Counts by `type:path`.
fn by_field(documents: &[Scored]) -> BTreeMap<String, Counts> {
    let mut fields: BTreeMap<String, Counts> = BTreeMap::new();
    for document in documents {
        for (path, counts) in &document.score.fields {
            fields.entry(format!("{}:{path}", document.kind)).or_default().add(*counts);
        }
    }
    fields
}

/// All figures as JSON, in the words of the reference scorer.
pub(super) fn figures(documents: &[Scored]) -> Value {
    let summary = summed(documents);
    let mut groups: Map<String, Value> =
        summary.types.iter().map(|(name, totals)| (name.clone(), totals_json(totals))).collect();
    groups.insert("ALL".to_owned(), totals_json(&summary.all));
    let MeanOfTypes { micro, macro_, doc_exact } = summary.mean_of_types;
    groups.insert("MEAN OF TYPES".to_owned(), prf_json(micro, macro_, doc_exact));
    let docs: Map<String, Value> =
        documents.iter().map(|document| (document.name.clone(), document_json(document))).collect();
    let fields: Map<String, Value> =
        by_field(documents).into_iter().map(|(name, c)| (name, json!([c.tp, c.fp, c.fn_]))).collect();
    let missing: Vec<&str> =
        documents.iter().filter(|document| document.missing.is_some()).map(|document| document.name.as_str()).collect();
    let calibration = Calibration::of(documents);
    json!({"summary": groups, "docs": docs, "fields": fields, "missing": missing, "calibration": calibration})
}

fn totals_json(totals: &Totals) -> Value {
    let mut value = prf_json(totals.micro, totals.macro_, totals.doc_exact);
    let rest = json!({
        "docs": totals.docs, "leaves": totals.leaves,
        "wrong": totals.wrong, "missing": totals.missing, "extra": totals.extra,
        "rows_full": totals.rows.full, "rows_gold": totals.rows.gold, "rows_pred": totals.rows.predicted,
    });
    if let (Some(value), Value::Object(rest)) = (value.as_object_mut(), rest) {
        value.extend(rest);
    }
    value
}

fn prf_json(micro: Prf, macro_: Prf, doc_exact: f64) -> Value {
    json!({
        "micro_p": micro.precision, "micro_r": micro.recall, "micro_f1": micro.f1,
        "macro_p": macro_.precision, "macro_r": macro_.recall, "macro_f1": macro_.f1,
        "doc_exact": doc_exact,
    })
}

fn document_json(document: &Scored) -> Value {
    let (score, prf) = (&document.score, Prf::of(document.score.counts));
    json!({
        "type": document.kind, "tp": score.counts.tp, "fp": score.counts.fp, "fn": score.counts.fn_,
        "wrong": score.wrong, "missing": score.missing, "extra": score.extra,
        "precision": prf.precision, "recall": prf.recall, "f1": prf.f1, "exact": score.counts.is_exact(),
        "rows_full": score.rows.full, "rows_gold": score.rows.gold, "rows_pred": score.rows.predicted,
        "faults": score.differences, "values": values_json(document),
    })
}

/// Every value that was found and could be judged, with what its proof says.
fn values_json(document: &Scored) -> Vec<Value> {
    let judged = document.score.judged.iter().map(|value| {
        let proof = document.attributions.get(&value.pointer);
        json!({
            "pointer": value.pointer, "right": value.right,
            "confidence": proof.map(|it| it.confidence), "match": proof.map(|it| it.matched),
            "reasoning": proof.and_then(|it| it.reasoning.as_deref()),
        })
    });
    judged.collect()
}
