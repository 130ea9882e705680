//! Typed things near labels: how well the form of a number or a date fits what is asked for.
//!
//! One slot at a time, like all claims. Identifiers that show what they are need no label.

use serde_json::Value;

use super::candidate::{Candidate, Printed, Thing};
use super::claim::{COLON, Claim, Reading};
use super::label::Label;
use super::near::{Side, near};
use super::slot::{Slot, Want};
use super::value::of_thing;

/// A label names a range at least this well.
const RANGE_SAYS: f32 = 0.7;
/// A number that other words of its segment follow loses this much for each of them, up to three.
const TRAILED: f32 = 0.09;

impl Reading<'_> {
    /// Typed things near the labels; for identifiers that show what they are, wherever they stand.
    pub(crate) fn typed_claims(&self, slot: &Slot<'_>, labels: &[(f32, &Label)]) -> Vec<Claim> {
        let mut claims = Vec::new();
        for &(similar, label) in labels {
            for index in self.candidates.within(&self.reach(label)) {
                let Some(candidate) = self.candidates.all.get(index) else { continue };
                let Some((near, side)) = self.near_or_joined(label, &candidate.at) else { continue };
                let Some(value) = self.value_at(slot, candidate) else { continue };
                let Some((place, value)) = self.whole_time(slot, candidate, index, value) else { continue };
                let colon = if label.colon { COLON } else { 0.0 };
                let trailed = if side == Side::After { 0.0 } else { self.trailed(&candidate.at) };
                let score = similar * near
                    + colon
                    + self.fit(slot, &candidate.thing, &candidate.at)
                    + self.early(&candidate.at)
                    - trailed;
                claims.push(Claim { places: vec![place], value, score, why: self.why(side, label, slot) });
            }
        }
        claims.extend(self.bound_claims(slot));
        if matches!(slot.want, Want::Iban | Want::VatId | Want::Email | Want::Url | Want::Phone) {
            claims.extend(self.self_evident(slot));
        }
        claims
    }

    /// The beginning or the end of a range beside a label that names all of it: `Period: 1 May to 3 June`.
    fn bound_claims(&self, slot: &Slot<'_>) -> Vec<Claim> {
        let Some(query) = &slot.range else { return Vec::new() };
        let scores: Vec<f32> = self.labels.texts.iter().map(|text| query.similarity(text)).collect();
        let mut claims = Vec::new();
        for label in &self.labels.all {
            let similar = scores.get(label.text).copied().unwrap_or(0.0);
            if similar < RANGE_SAYS {
                continue;
            }
            for index in self.candidates.within(&self.reach(label)) {
                let Some(candidate) = self.candidates.all.get(index) else { continue };
                let bound = self.range(slot, &candidate.at);
                let Some((near, side)) = self.near_or_joined(label, &candidate.at).filter(|_| bound > 0.0) else {
                    continue;
                };
                let Some(value) = self.value_at(slot, candidate) else { continue };
                let score = similar * near + bound;
                let why = self.why(side, label, slot);
                claims.push(Claim { places: vec![candidate.at.clone()], value, score, why });
            }
        }
        claims
    }

    /// How a place stands to a label; the end of a range stands as its beginning does, wherever the line was broken.
    fn near_or_joined(&self, label: &Label, at: &Printed) -> Option<(f32, Side)> {
        let own = near(self.layout, label, at);
        let before = self.candidates.before(at).filter(|other| self.joined(&other.at, at));
        let joined = before.and_then(|other| near(self.layout, label, &other.at));
        let joined = joined.map(|(score, side)| (score - 0.02, side));
        match (own, joined) {
            (Some(own), Some(joined)) => Some(if own.0 >= joined.0 { own } else { joined }),
            (own, joined) => own.or(joined),
        }
    }

    /// What a number loses that words follow on its line: `6.2 Commitments` is a heading, not an amount.
    fn trailed(&self, at: &Printed) -> f32 {
        let segment = self.layout.segments.get(at.segment);
        let rest = segment.and_then(|segment| segment.text.get(at.bytes.end..)).unwrap_or_default();
        let words = rest.split_whitespace().filter(|word| word.chars().filter(|char| char.is_alphabetic()).count() > 2);
        TRAILED * words.take(3).count() as f32
    }

    /// The place and value of a time: from its first to its last where it is a stretch (`08:00 - 12:00`) and the property
    /// asks for neither end. `None` for the last of a stretch.
    fn whole_time(
        &self,
        slot: &Slot<'_>,
        candidate: &Candidate,
        index: usize,
        value: Value,
    ) -> Option<(Printed, Value)> {
        let one = Some((candidate.at.clone(), value));
        let ends = ["start", "end", "open", "close", "arrive", "departure"];
        let printed = one.as_ref().is_some_and(|(at, value)| value.as_str() == Some(self.printed(at).trim()));
        if slot.want != Want::Time || !printed || ends.iter().any(|end| slot.query.is_named(end)) {
            return one;
        }
        let beside =
            |index: usize| self.candidates.all.get(index).filter(|other| other.at.segment == candidate.at.segment);
        let time = |index: usize| Some(&beside(index).filter(|other| matches!(other.thing, Thing::Time(_)))?.at);
        let before = index.checked_sub(1).and_then(beside).filter(|before| self.joined(&before.at, &candidate.at));
        match before.map(|before| (&before.thing, &before.at)) {
            Some((Thing::Time(_), _)) => return None,
            // The first time was read as that of a day: `3 March 08:00 - 12:00`.
            Some((Thing::Date(_), at)) => {
                let day = self.printed(at);
                let first = day.rfind(' ').map_or(0, |space| space + 1);
                let timed = first > 0 && day.get(first..).is_some_and(|clock| clock.contains(':'));
                let bytes = at.bytes.start + first..candidate.at.bytes.end;
                let place = Printed { segment: at.segment, bytes };
                let value = Value::from(self.printed(&place));
                return if timed && super::value::fits(slot.node, &value) { Some((place, value)) } else { one };
            }
            _ => {}
        }
        let Some(last) = time(index + 1).filter(|last| self.joined(&candidate.at, last)) else { return one };
        let place = Printed { segment: candidate.at.segment, bytes: candidate.at.bytes.start..last.bytes.end };
        let value = Value::from(self.printed(&place));
        super::value::fits(slot.node, &value).then_some((place, value))
    }

    fn value_at(&self, slot: &Slot<'_>, candidate: &Candidate) -> Option<Value> {
        of_thing(slot, &candidate.thing, self.printed(&candidate.at), self.candidates)
    }

    /// What the form of a thing adds or takes: an amount has two decimals, a percentage is no amount.
    fn fit(&self, slot: &Slot<'_>, thing: &Thing, at: &Printed) -> f32 {
        if let Thing::Date(_) = thing {
            return self.range(slot, at);
        }
        let Thing::Number(reading) = thing else { return 0.0 };
        let number = reading.under(self.candidates.decimals);
        match slot.want {
            Want::Money => {
                let year =
                    number.decimals == 0 && reading.currency.is_none() && (1900.0..2100.0).contains(&number.value);
                let bare = if self.candidates.cents && reading.currency.is_none() { -0.3 } else { -0.12 };
                let decimals = if number.decimals == 2 { 0.04 } else { bare } - if year { 0.15 } else { 0.0 };
                let percent = if reading.percent { -0.5 } else { 0.0 };
                let currency = if reading.currency.is_some() { 0.03 } else { 0.0 };
                decimals + percent + currency + 0.02 * self.depth(at)
            }
            Want::Percent => {
                if reading.percent {
                    0.1
                } else {
                    -0.1
                }
            }
            Want::Number if reading.percent || reading.currency.is_some() => -0.15,
            _ => 0.0,
        }
    }

    /// What is asked for is more often said on the first page.
    fn early(&self, at: &Printed) -> f32 {
        let first = self.layout.segments.get(at.segment).is_some_and(|segment| segment.page == 0);
        if first { 0.03 } else { 0.0 }
    }

    /// A date that begins or ends a range (`3 May to 2 June`) is what a slot for a beginning or an end wants.
    fn range(&self, slot: &Slot<'_>, at: &Printed) -> f32 {
        let (start, end) = (slot.query.is_named("start"), slot.query.is_named("end"));
        if start == end {
            return 0.0;
        }
        match (self.ends_range(at), self.begins_range(at)) {
            (true, false) => {
                if end {
                    0.15
                } else {
                    -0.3
                }
            }
            (false, true) => {
                if start {
                    0.1
                } else {
                    -0.3
                }
            }
            _ => 0.0,
        }
    }

    fn ends_range(&self, at: &Printed) -> bool {
        self.candidates.before(at).is_some_and(|other| self.joined(&other.at, at))
    }

    fn begins_range(&self, at: &Printed) -> bool {
        self.candidates.after(at).is_some_and(|other| self.joined(at, &other.at))
    }

    /// Are two dates joined by a word or a dash that means a range?
    fn joined(&self, a: &Printed, b: &Printed) -> bool {
        let text = |at: &Printed| self.layout.segments.get(at.segment).map_or("", |segment| segment.text.as_str());
        let between = if a.segment == b.segment {
            text(a).get(a.bytes.end..b.bytes.start).unwrap_or_default().to_owned()
        } else {
            let head = text(a).get(a.bytes.end..).unwrap_or_default();
            format!("{head} {}", text(b).get(..b.bytes.start).unwrap_or_default())
        };
        let between = between.trim().trim_matches(['(', ')', ',', ':']).trim();
        matches!(
            between,
            "-" | "–"
                | "—"
                | "to"
                | "until"
                | "through"
                | "bis"
                | "bis zum"
                | "au"
                | "tot"
                | "t/m"
                | "al"
                | "a"
                | "hasta"
        )
    }

    /// How far down its page a place stands, 0..1: of equal labels the last one is the sum.
    fn depth(&self, at: &Printed) -> f32 {
        let segment = self.layout.segments.get(at.segment);
        segment.and_then(|segment| Some(segment.rect.y0 / self.layout.page_of(segment)?.height.max(1.0))).unwrap_or(0.0)
    }

    /// Identifiers that need no label; where several stand, each says less.
    fn self_evident(&self, slot: &Slot<'_>) -> Vec<Claim> {
        let mut values: Vec<(Value, &Printed)> = Vec::new();
        for candidate in &self.candidates.all {
            let Some(value) =
                matches!(candidate.thing, Thing::Identifier(_)).then(|| self.value_at(slot, candidate)).flatten()
            else {
                continue;
            };
            if !values.iter().any(|(known, _)| *known == value) {
                values.push((value, &candidate.at));
            }
        }
        let alone = values.len() == 1;
        let base = match slot.want {
            Want::Iban => 0.62,
            Want::VatId => 0.5,
            Want::Email | Want::Url if slot.alone => 0.48,
            _ if slot.query.scope.is_empty() && slot.query.name.len() <= 2 => 0.42,
            _ => 0.3,
        };
        let score = if alone { base + 0.1 } else { base - 0.2 };
        let claim = |(value, at): (Value, &Printed)| Claim {
            places: vec![at.clone()],
            value,
            score,
            why: "its form says what it is".to_owned(),
        };
        values.into_iter().map(claim).collect()
    }
}
