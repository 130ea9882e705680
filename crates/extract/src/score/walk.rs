//! Gold and prediction side by side, from the root down, counting.
//!
//! Never decides whether two leaves are the same (`leaf`) or which rows belong together (`align`). Called by
//! `score_document` with a ledger, and by `align` without one, for the likeness of two rows.

use std::collections::BTreeMap;
use std::slice;

use super::align;
use super::leaf::{Leaf, same};
use super::node::{Node, Shape};
use super::{AbsentKeys, Counts, Difference, DifferenceKind, DocumentScore, Judged, Rows, Rules};

/// One comparison under way.
pub(super) struct Walk<'a> {
    rules: Rules,
    counts: Counts,
    rows: Rows,
    ledger: Option<Ledger<'a>>,
}

/// What is told about a comparison besides its counts.
#[derive(Default)]
struct Ledger<'a> {
    path: Vec<Step<'a>>,
    wrong: u64,
    missing: u64,
    extra: u64,
    fields: BTreeMap<String, Counts>,
    differences: Vec<Difference>,
    judged: Vec<Judged>,
}

/// One step down.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item,
}

impl<'a> Walk<'a> {
    /// A comparison that only counts.
    pub(super) fn counting(rules: Rules) -> Self {
        Self { rules, counts: Counts::default(), rows: Rows::default(), ledger: None }
    }

    /// A comparison that also tells what it found where.
    pub(super) fn with_ledger(rules: Rules) -> Self {
        Self { ledger: Some(Ledger::default()), ..Self::counting(rules) }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn into_score(self) -> DocumentScore {
        let ledger = self.ledger.unwrap_or_default();
        DocumentScore {
            counts: self.counts,
            wrong: ledger.wrong,
            missing: ledger.missing,
            extra: ledger.extra,
            rows: self.rows,
            fields: ledger.fields,
            differences: ledger.differences,
            judged: ledger.judged,
        }
    }

    /// Compares what stands at one place in both.
    pub(super) fn compare(&mut self, gold: &Node<'a>, found: &Node<'a>) {
        match (&gold.shape, &found.shape) {
            (Shape::Object(_), _) => self.compare_objects(gold, found),
            (Shape::Blank | Shape::EmptyList, Shape::Object(_)) => self.compare_objects(gold, found),
            (Shape::List(_) | Shape::EmptyList, _) | (Shape::Blank, Shape::List(_)) => self.compare_lists(gold, found),
            (Shape::Blank, _) => self.extra(found),
            (Shape::Leaf(leaf), _) => self.compare_leaves(gold, leaf, found),
        }
    }

    fn compare_objects(&mut self, gold: &Node<'a>, found: &Node<'a>) {
        if !matches!(found.shape, Shape::Object(_)) {
            self.extra(found);
        }
        let absent = Node::absent();
        for (key, gold) in gold.entries() {
            let found = found.get(key).unwrap_or(&absent);
            self.below(Step::Key(key), |walk| walk.compare(gold, found));
        }
        if self.rules.absent_keys == AbsentKeys::Unlabelled && !gold.entries().is_empty() {
            return;
        }
        for (key, found) in found.entries().iter().filter(|(key, _)| gold.get(key).is_none()) {
            self.below(Step::Key(key), |walk| walk.compare(&absent, found));
        }
    }

    fn compare_lists(&mut self, gold: &Node<'a>, found: &Node<'a>) {
        let (gold, found) = (items(gold), items(found));
        let pairs = align::align(gold, found, self.rules);
        let (mut gold_free, mut found_free) = (vec![true; gold.len()], vec![true; found.len()]);
        let mut full = 0;
        for (g, f) in pairs {
            (gold_free[g], found_free[f]) = (false, false);
            let before = (self.counts.fp, self.counts.fn_);
            self.below(Step::Item, |walk| walk.compare(&gold[g], &found[f]));
            full += u64::from(before == (self.counts.fp, self.counts.fn_));
        }
        for (row, _) in gold.iter().zip(gold_free).filter(|(_, free)| *free) {
            self.below(Step::Item, |walk| walk.missing(row));
        }
        for (row, _) in found.iter().zip(found_free).filter(|(_, free)| *free) {
            self.below(Step::Item, |walk| walk.extra(row));
        }
        if !gold.is_empty() {
            self.rows.full += full;
            self.rows.gold += gold.len() as u64;
            self.rows.predicted += found.len() as u64;
        }
    }

    fn compare_leaves(&mut self, gold: &Node<'a>, leaf: &Leaf<'a>, found: &Node<'a>) {
        if found.is_blank() {
            return self.missing(gold);
        }
        let right = matches!(&found.shape, Shape::Leaf(other) if same(leaf, other, self.rules.strictness));
        if right {
            self.count(Counts { tp: 1, fp: 0, fn_: 0 });
        } else {
            self.count(Counts { tp: 0, fp: 1, fn_: 1 });
            self.tell(DifferenceKind::Wrong, Some(gold), Some(found));
        }
        self.judge(found, right);
    }

    /// Everything of a gold place that has no counterpart.
    fn missing(&mut self, gold: &Node<'a>) {
        self.each_leaf(gold, &mut |walk, leaf| {
            walk.count(Counts { tp: 0, fp: 0, fn_: 1 });
            walk.tell(DifferenceKind::Missing, Some(leaf), None);
        });
    }

    /// Everything of a predicted place that has no counterpart.
    fn extra(&mut self, found: &Node<'a>) {
        self.each_leaf(found, &mut |walk, leaf| {
            walk.count(Counts { tp: 0, fp: 1, fn_: 0 });
            walk.tell(DifferenceKind::Extra, None, Some(leaf));
            walk.judge(leaf, false);
        });
    }

    fn each_leaf(&mut self, node: &Node<'a>, visit: &mut impl FnMut(&mut Self, &Node<'a>)) {
        match &node.shape {
            Shape::Blank | Shape::EmptyList => {}
            Shape::Leaf(_) => visit(self, node),
            Shape::List(items) => {
                for item in items {
                    self.below(Step::Item, |walk| walk.each_leaf(item, visit));
                }
            }
            Shape::Object(entries) => {
                for (key, value) in entries {
                    self.below(Step::Key(key), |walk| walk.each_leaf(value, visit));
                }
            }
        }
    }

    fn below(&mut self, step: Step<'a>, work: impl FnOnce(&mut Self)) {
        if let Some(ledger) = &mut self.ledger {
            ledger.path.push(step);
        }
        work(self);
        if let Some(ledger) = &mut self.ledger {
            ledger.path.pop();
        }
    }

    fn count(&mut self, counts: Counts) {
        self.counts.add(counts);
        if let Some(ledger) = &mut self.ledger {
            let path = rendered(&ledger.path);
            ledger.fields.entry(path).or_default().add(counts);
        }
    }

    fn tell(&mut self, kind: DifferenceKind, gold: Option<&Node<'a>>, found: Option<&Node<'a>>) {
        let Some(ledger) = &mut self.ledger else { return };
        match kind {
            DifferenceKind::Wrong => ledger.wrong += 1,
            DifferenceKind::Missing => ledger.missing += 1,
            DifferenceKind::Extra => ledger.extra += 1,
        }
        let value = |node: &Node<'a>| node.value.clone();
        let path = rendered(&ledger.path);
        let pointer = found.map(|found| found.pointer.clone());
        ledger.differences.push(Difference { kind, path, gold: gold.map(value), found: found.map(value), pointer });
    }

    fn judge(&mut self, found: &Node<'a>, right: bool) {
        if let Some(ledger) = &mut self.ledger {
            ledger.judged.push(Judged { pointer: found.pointer.clone(), right });
        }
    }
}

/// A place as rows: an array's items, nothing, or the one value that stands where an array should.
fn items<'n, 'a>(node: &'n Node<'a>) -> &'n [Node<'a>] {
    match &node.shape {
        Shape::Blank | Shape::EmptyList => &[],
        Shape::List(items) => items,
        Shape::Object(_) | Shape::Leaf(_) => slice::from_ref(node),
    }
}

fn rendered(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item => text.push_str("[]"),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
    }
    text
}
