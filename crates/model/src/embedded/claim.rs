//! Who claims which place: for each slot the typed things and the texts near its labels, each with a score.
//!
//! Looks at one slot at a time; that two slots want the same place is settled later. Called once per solution.

use std::collections::HashMap;

use serde_json::Value;

use super::appositive;
use super::candidate::{Candidates, Printed};
use super::label::{self, Label, Labels};
use super::layout::Layout;
use super::near::Side;
use super::query::LabelText;
use super::scope::Scopes;
use super::slot::{Slot, Want};
use super::span;

/// A value for a slot, where it stands, and how sure it is.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Where; several where it goes over lines. The first one is the place that is claimed.
    pub(crate) places: Vec<Printed>,
    /// The value as the schema wants it.
    pub(crate) value: Value,
    /// 0..about 1.2
    pub(crate) score: f32,
    /// Why.
    pub(crate) why: String,
}

/// What is known of the document when claims are made.
pub(crate) struct Reading<'a> {
    /// Its segments.
    pub(crate) layout: &'a Layout<'a>,
    /// Its typed things.
    pub(crate) candidates: &'a Candidates,
    /// Its labels.
    pub(crate) labels: &'a Labels,
    /// Which places stand under which headings.
    pub(crate) scopes: &'a Scopes,
    /// For each slot, how well each distinct label text answers it.
    pub(crate) similar: Vec<Vec<f32>>,
    /// The same for the slot's name without the part it belongs to: `date` of `loading_date`. Counts under a heading of
    /// that part alone; empty where the name has no such part.
    pub(crate) partial: Vec<Vec<f32>>,
}

/// A label answers a slot from here on.
const SIMILAR_MIN: f32 = 0.35;
/// Labels looked at for a slot, the best first.
const LABELS_MAX: usize = 80;
/// Claims kept for a slot.
const CLAIMS_MAX: usize = 12;
/// What a colon adds: it says that a label is one.
pub(crate) const COLON: f32 = 0.03;

/// A document of more pages than this is mostly running text.
const LONG_PAGES: usize = 8;
/// Words of a segment from which on it is running text.
const RUNNING_WORDS: usize = 9;
/// Weight of a label that only says a role, for a part of an address.
const PART_BY_ROLE: f32 = 0.7;
/// What a text loses below a label that is set like everything else: it may be the next line of a paragraph.
const UNDER_PLAIN: f32 = 0.15;
/// Weight of a claim by a name's rest, under the heading of its part.
const UNDER_HEADING: f32 = 0.92;
/// What words lose that follow a label with nothing between: they may be the rest of the label.
const UNPARTED: f32 = 0.3;

impl Reading<'_> {
    /// Is a text more likely a label than a value: some slot is asked by all of it?
    pub(crate) fn is_label(&self, at: &Printed) -> bool {
        // No label begins with a figure: `30 days net from invoice date`.
        if self.printed(at).starts_with(|char: char| char.is_ascii_digit()) {
            return false;
        }
        let starting = self.labels.within(at.segment).iter().filter(|label| label.at.bytes.start == at.bytes.start);
        let mut covering = starting.filter(|label| label.at.bytes.end >= at.bytes.end);
        covering.any(|label| self.similar.iter().any(|scores| scores.get(label.text).is_some_and(|&score| score > 0.8)))
    }

    /// Everything a slot may claim, best first.
    pub(crate) fn claims(&self, index: usize, slot: &Slot<'_>) -> Vec<Claim> {
        let mut claims = self.claims_by(slot, &labels_of(&self.labels.all, self.similar.get(index)));
        for claim in &mut claims {
            if let Some(place) = claim.places.first() {
                claim.score *= self.scopes.weight(self.layout, index, place);
            }
        }
        let mut under = self.claims_by(slot, &labels_of(&self.labels.all, self.partial.get(index)));
        under.retain(|claim| claim.places.first().is_some_and(|place| self.scopes.governs(self.layout, index, place)));
        under.iter_mut().for_each(|claim| claim.score *= UNDER_HEADING);
        claims.extend(under);
        claims.extend(appositive::claims(self, slot));
        best_of_each_place(claims)
    }

    fn claims_by(&self, slot: &Slot<'_>, labels: &[(f32, &Label)]) -> Vec<Claim> {
        match &slot.want {
            Want::Nothing | Want::Currency => Vec::new(),
            Want::Text
            | Want::Name
            | Want::Id
            | Want::Bic
            | Want::Address
            | Want::Part(_)
            | Want::Choice(_)
            | Want::Flag => self.text_claims(slot, labels),
            Want::Time | Want::VatId | Want::Url | Want::Phone => {
                let mut typed = self.typed_claims(slot, labels);
                typed.extend(self.text_claims(slot, labels));
                typed
            }
            Want::Money
            | Want::Number
            | Want::Percent
            | Want::Year
            | Want::Date
            | Want::Month
            | Want::Iban
            | Want::Email => self.typed_claims(slot, labels),
        }
    }

    /// The text of a place.
    pub(crate) fn printed(&self, at: &Printed) -> &str {
        self.layout.segments.get(at.segment).and_then(|segment| segment.text.get(at.bytes.clone())).unwrap_or_default()
    }

    /// The segments that a value of a label may stand in: its own row and a few below.
    pub(crate) fn reach(&self, label: &Label) -> std::ops::Range<usize> {
        let Some(from) = self.layout.segments.get(label.at.segment) else { return 0..0 };
        let page = self.layout.pages.get(from.page).cloned().unwrap_or(0..0);
        let segments = self.layout.segments.get(page.clone()).unwrap_or_default();
        let first = segments.partition_point(|segment| segment.row + 1 < from.row);
        let last = segments.partition_point(|segment| segment.row <= from.row + 8);
        page.start + first..page.start + last
    }

    /// Texts near the labels.
    fn text_claims(&self, slot: &Slot<'_>, labels: &[(f32, &Label)]) -> Vec<Claim> {
        let mut claims = Vec::new();
        for &(similar, label) in labels {
            // A role introduces a name or an address; which part of it stands there it does not say.
            let vague =
                matches!(slot.want, Want::Part(_)) && self.labels.texts.get(label.text).is_some_and(LabelText::is_role);
            let similar = if vague { PART_BY_ROLE * similar } else { similar };
            for (at, side, near) in span::answers(self, label) {
                let Some(at) = span::half(self, slot, label, &at) else { continue };
                let Some(read) = span::read(self, slot, &at) else { continue };
                let colon = if label.colon { COLON } else { 0.0 };
                let wordy = matches!(slot.want, Want::Name | Want::Text | Want::Part(_) | Want::Address);
                let loose = match side {
                    Side::After => !label.colon && (self.is_running(&label.at) || wordy && self.is_long()),
                    Side::Below => {
                        wordy && (self.is_running(&label.at) || self.is_long() && !self.stands_out(&label.at))
                    }
                    Side::Beside => false,
                };
                if loose {
                    continue;
                }
                // A figure is no rest of a label: `Till 03`.
                let figure = self.printed(&read.at).starts_with(|char: char| char.is_ascii_digit());
                let unparted = if side == Side::After && !label.colon && wordy && !figure { UNPARTED } else { 0.0 };
                let under = side == Side::Below && slot.want == Want::Text && !self.stands_out(&label.at);
                let under = if under { UNDER_PLAIN } else { 0.0 };
                let score = similar * near + colon - read.doubt - unparted - under;
                claims.push(Claim {
                    places: vec![read.at],
                    value: read.value,
                    score,
                    why: self.why(side, label, slot),
                });
            }
        }
        claims
    }

    /// Is the document so long that most of it is running text?
    fn is_long(&self) -> bool {
        self.layout.document.pages.len() > LONG_PAGES
    }

    /// Is a label part of running text? What bullets and bars part is none.
    fn is_running(&self, at: &Printed) -> bool {
        self.layout.segments.get(at.segment).is_some_and(|segment| {
            let listed = label::listed_parts(segment);
            let part = listed.iter().find(|words| segment.start_of(words.end) > at.bytes.start);
            let words = part.map_or(segment.words.len(), ExactSizeIterator::len);
            segment.running && part.is_none() || words > RUNNING_WORDS
        })
    }

    /// Does a label stand out as one: bold, or in a cell of a table?
    fn stands_out(&self, at: &Printed) -> bool {
        self.layout.segments.get(at.segment).is_some_and(|segment| segment.bold || segment.cell.is_some())
    }

    /// One sentence for a person.
    pub(crate) fn why(&self, side: Side, label: &Label, slot: &Slot<'_>) -> String {
        let printed = self.printed(&label.at).trim_end_matches([':', ' ']);
        let asked = slot.path.join(" ").replace(['_', '-'], " ");
        format!("{} \"{printed}\" (label matches {asked})", side.word())
    }
}

/// The labels that answer a slot by these scores of their texts, best first.
fn labels_of<'l>(labels: &'l [Label], scores: Option<&Vec<f32>>) -> Vec<(f32, &'l Label)> {
    let Some(scores) = scores.filter(|scores| !scores.is_empty()) else { return Vec::new() };
    let good = labels.iter().filter_map(|label| {
        let score = scores.get(label.text).copied().unwrap_or(0.0);
        (score > SIMILAR_MIN).then_some((score, label))
    });
    let mut good: Vec<_> = good.collect();
    good.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.at.segment.cmp(&b.1.at.segment)));
    good.truncate(LABELS_MAX);
    good
}

/// Of the claims on one place the best; best places first.
fn best_of_each_place(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut seen: HashMap<Printed, ()> = HashMap::new();
    claims.retain(|claim| claim.places.first().is_some_and(|place| seen.insert(place.clone(), ()).is_none()));
    claims.truncate(CLAIMS_MAX);
    claims
}
