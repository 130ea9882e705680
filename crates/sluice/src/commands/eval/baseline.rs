//! What changed against an earlier run, document by document: the figures, the faults that are gone, the new ones.
//!
//! An earlier run is what `--json` wrote. Called by `eval` with `--baseline`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;
use sluice_extract::score::summary::Prf;
use sluice_extract::score::{Counts, Difference, DifferenceKind};

use super::Scored;
use super::report::value_shown;

/// Faults of a document that are listed, of those that are gone and of the new ones.
const FAULTS_MAX: usize = 12;

/// An earlier run.
#[derive(Debug, Deserialize)]
pub(super) struct Baseline {
    docs: BTreeMap<String, Earlier>,
}

/// A document of an earlier run.
#[derive(Debug, Deserialize)]
struct Earlier {
    tp: u64,
    fp: u64,
    #[serde(rename = "fn")]
    fn_: u64,
    faults: Vec<Difference>,
}

impl Baseline {
    /// # Errors
    /// The file is none that `--json` wrote.
    pub(super) fn load(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} is no report of an earlier run: `sluice eval --json FILE` writes one", path.display())
        })
    }

    /// What changed, the greatest loss first.
    pub(super) fn text(&self, documents: &[Scored]) -> String {
        let mut changed: Vec<Change<'_>> = documents.iter().filter_map(|document| self.change(document)).collect();
        changed.sort_by(|a, b| a.gain().total_cmp(&b.gain()).then_with(|| a.document.name.cmp(&b.document.name)));
        let mut out = String::new();
        for change in &changed {
            change.write(&mut out);
        }
        let unknown: Vec<&str> =
            documents.iter().map(|it| it.name.as_str()).filter(|name| !self.docs.contains_key(*name)).collect();
        if !unknown.is_empty() {
            let _ = writeln!(out, "not in the earlier run: {}", unknown.join(", "));
        }
        let (before, now) = self.both(documents);
        let as_before = documents.len() - unknown.len() - changed.len();
        let _ = writeln!(
            out,
            "{} changed, {as_before} as before; micro F1 of both {:.3} -> {:.3}\n",
            changed.len(),
            before.f1,
            now.f1
        );
        out
    }

    /// The figures of the documents that both runs have.
    fn both(&self, documents: &[Scored]) -> (Prf, Prf) {
        let (mut before, mut now) = (Counts::default(), Counts::default());
        for (document, earlier) in documents.iter().filter_map(|it| Some((it, self.docs.get(&it.name)?))) {
            before.add(earlier.counts());
            now.add(document.score.counts);
        }
        (Prf::of(before), Prf::of(now))
    }

    fn change<'a>(&'a self, document: &'a Scored) -> Option<Change<'a>> {
        let earlier = self.docs.get(&document.name)?;
        let gone = without(&earlier.faults, &document.score.differences);
        let new = without(&document.score.differences, &earlier.faults);
        let same = earlier.counts() == document.score.counts && gone.is_empty() && new.is_empty();
        (!same).then_some(Change { document, before: earlier.counts(), gone, new })
    }
}

impl Earlier {
    fn counts(&self) -> Counts {
        Counts { tp: self.tp, fp: self.fp, fn_: self.fn_ }
    }
}

/// One document that is not as it was.
struct Change<'a> {
    document: &'a Scored,
    before: Counts,
    gone: Vec<&'a Difference>,
    new: Vec<&'a Difference>,
}

impl Change<'_> {
    fn gain(&self) -> f64 {
        Prf::of(self.document.score.counts).f1 - Prf::of(self.before).f1
    }

    fn write(&self, out: &mut String) {
        let (before, now) = (Prf::of(self.before).f1, Prf::of(self.document.score.counts).f1);
        let name = &self.document.name;
        let (gone, new) = (self.gone.len(), self.new.len());
        let _ = writeln!(out, "{:+.3}  {before:.3} -> {now:.3}  {name}: {gone} faults gone, {new} new", self.gain());
        for (word, faults) in [("gone", &self.gone), ("new", &self.new)] {
            for fault in faults.iter().take(FAULTS_MAX) {
                let (gold, found) = (value_shown(fault.gold.as_ref()), value_shown(fault.found.as_ref()));
                let _ = writeln!(out, "    {word:<4} {} | {} | {gold} | {found}", kind_of(fault.kind), fault.path);
            }
            if faults.len() > FAULTS_MAX {
                let _ = writeln!(out, "    {word:<4} and {} more", faults.len() - FAULTS_MAX);
            }
        }
    }
}

/// The word for a kind of fault.
pub(super) fn kind_of(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Wrong => "wrong",
        DifferenceKind::Missing => "missing",
        DifferenceKind::Extra => "extra",
    }
}

/// The faults of one list that the other lacks; of equal ones as many as there are more.
fn without<'a>(faults: &'a [Difference], others: &[Difference]) -> Vec<&'a Difference> {
    let key = |fault: &Difference| {
        let text = |value: Option<&Value>| value.map_or_else(String::new, Value::to_string);
        (kind_of(fault.kind), fault.path.clone(), text(fault.gold.as_ref()), text(fault.found.as_ref()))
    };
    let mut left: BTreeMap<_, usize> = BTreeMap::new();
    for other in others {
        *left.entry(key(other)).or_default() += 1;
    }
    let is_more = |fault: &&Difference| match left.get_mut(&key(fault)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    faults.iter().filter(is_more).collect()
}
