//! What one sentence says of one thing: `2 % discount (88.97) if paid by 5 November`.
//!
//! Where the schema has an object for it, the figures and dates of a sentence that names the object are claimed by the
//! object's leaves, each by its kind. Never looks beyond the sentence. Adds claims; called once per solution.

use std::ops::Range;

use super::candidate::{Candidate, Printed, Thing};
use super::claim::{Claim, Reading};
use super::layout::{Layout, Segment};
use super::lexicon::Lexicon;
use super::slot::{Slot, Want};
use super::text::fold;
use super::value::of_thing;

/// Leaves of an object that a sentence must be able to answer: one alone is answered by labels.
const LEAVES_MIN: usize = 2;
/// Words that make a sentence.
const WORDS_MIN: usize = 5;
/// Score of the only thing of its kind in the sentence.
const ONLY: f32 = 0.82;
/// Score of one of several, and what each further place from the word that names the object takes.
const ONE_OF: f32 = 0.7;
const FURTHER: f32 = 0.04;

/// Words from a capital to a full stop, over lines: parts of segments.
type Sentence = Vec<Printed>;

/// The claims of sentences: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let objects = objects(slots);
    if objects.is_empty() {
        return Vec::new();
    }
    let mut claims = Vec::new();
    for sentence in sentences(reading.layout) {
        for (concept, leaves) in &objects {
            let Some(said) = said(reading, &sentence, concept) else { continue };
            let of_leaf = |&index: &usize| {
                let slot = slots.get(index)?;
                let found = of_slot(reading, slot, &sentence, &said);
                (!found.is_empty()).then_some((index, &slot.want, found))
            };
            let told: Vec<_> = leaves.iter().filter_map(of_leaf).collect();
            // Things of one kind alone may belong to anything that the sentence is about.
            if told.iter().any(|(_, want, _)| told.first().is_some_and(|first| first.1 != *want)) {
                let each =
                    |(index, _, found): (usize, _, Vec<Claim>)| found.into_iter().map(move |claim| (index, claim));
                claims.extend(told.into_iter().flat_map(each));
            }
        }
    }
    claims
}

/// The objects of a schema that say one thing, by its concept, with the leaves that a sentence may answer.
fn objects(slots: &[Slot<'_>]) -> Vec<(String, Vec<usize>)> {
    let lexicon = Lexicon::shared();
    let mut objects: Vec<(String, &[&str], Vec<usize>)> = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let Some((_, parents)) = slot.path.split_last().filter(|(_, parents)| !parents.is_empty()) else { continue };
        let [one] = slot.query.scope.as_slice() else { continue };
        let Some(concept) = one.first().filter(|concept| !lexicon.is_generic(concept) && !lexicon.is_role(concept))
        else {
            continue;
        };
        if !matches!(slot.want, Want::Money | Want::Percent | Want::Date) {
            continue;
        }
        match objects.iter_mut().find(|(_, known, _)| *known == parents) {
            Some((_, _, leaves)) => leaves.push(index),
            None => objects.push((concept.clone(), parents, vec![index])),
        }
    }
    let whole = objects.into_iter().filter(|(_, _, leaves)| leaves.len() >= LEAVES_MIN);
    whole.map(|(concept, _, leaves)| (concept, leaves)).collect()
}

/// The word of a sentence that names a concept.
fn said(reading: &Reading<'_>, sentence: &Sentence, concept: &str) -> Option<Printed> {
    let lexicon = Lexicon::shared();
    let names = |word: &str| lexicon.readings(&fold(word)).iter().flatten().any(|known| known == concept);
    sentence.iter().find_map(|part| {
        let text = reading.printed(part);
        let word = text.split(' ').find(|word| word.chars().any(char::is_alphabetic) && names(word))?;
        let start = part.bytes.start + text.find(word)?;
        Some(Printed { segment: part.segment, bytes: start..start + word.len() })
    })
}

/// The things in a sentence that a slot may be, those nearer to the word that names its object first.
fn of_slot(reading: &Reading<'_>, slot: &Slot<'_>, sentence: &Sentence, said: &Printed) -> Vec<Claim> {
    let inside = |at: &Printed| sentence.iter().position(|part| covers(part, at));
    let order = |at: &Printed| inside(at).map(|line| (line, at.bytes.start));
    let Some(named) = order(said) else { return Vec::new() };
    let segments = sentence.iter().map(|part| part.segment);
    let Some(range) = segments.clone().min().zip(segments.max()).map(|(first, last)| first..last + 1) else {
        return Vec::new();
    };
    let all = reading.candidates.all.get(reading.candidates.within(&range)).unwrap_or_default();
    let kind: Vec<&Candidate> =
        all.iter().filter(|candidate| inside(&candidate.at).is_some() && is_of_kind(slot, candidate)).collect();
    let position = |candidate: &Candidate| order(&candidate.at).unwrap_or_default();
    let before = kind.iter().filter(|candidate| position(candidate) < named).count();
    let claim = |(rank, candidate): (usize, &&Candidate)| {
        let printed = reading.printed(&candidate.at);
        let value = of_thing(slot, &candidate.thing, printed, reading.candidates)?;
        let steps = if rank < before { before - 1 - rank } else { rank - before };
        let score = if kind.len() == 1 { ONLY } else { ONE_OF - FURTHER * steps.min(5) as f32 };
        let why = format!("in a sentence that says \"{}\"", reading.printed(said));
        Some(Claim { places: vec![candidate.at.clone()], value, score, why })
    };
    kind.iter().enumerate().filter_map(claim).collect()
}

fn is_of_kind(slot: &Slot<'_>, candidate: &Candidate) -> bool {
    match (&slot.want, &candidate.thing) {
        (Want::Percent, Thing::Number(number)) => number.percent,
        (Want::Money, Thing::Number(number)) => {
            !number.percent && (number.currency.is_some() || number.number.decimals == 2)
        }
        (Want::Date, Thing::Date(_)) => true,
        _ => false,
    }
}

fn covers(part: &Printed, at: &Printed) -> bool {
    part.segment == at.segment && part.bytes.start <= at.bytes.start && at.bytes.end <= part.bytes.end
}

/// Every sentence of a document.
fn sentences(layout: &Layout<'_>) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for lines in paragraphs(layout) {
        let mut open: Sentence = Vec::new();
        for index in lines {
            let Some(segment) = layout.segments.get(index) else { continue };
            let mut start = 0;
            for end in ends(&segment.text) {
                open.push(Printed { segment: index, bytes: start..end });
                sentences.push(std::mem::take(&mut open));
                start = end;
            }
            if start < segment.text.len() {
                open.push(Printed { segment: index, bytes: start..segment.text.len() });
            }
        }
        sentences.push(open);
    }
    let words = |sentence: &Sentence| -> usize {
        let text = |part: &Printed| layout.segments.get(part.segment).and_then(|s| s.text.get(part.bytes.clone()));
        sentence.iter().filter_map(text).map(|text| text.split_whitespace().count()).sum()
    };
    sentences.retain(|sentence| words(sentence) >= WORDS_MIN);
    sentences
}

/// Where sentences end within a line: behind a full stop that no abbreviation and no ordinal has.
fn ends(text: &str) -> Vec<usize> {
    let stops = text.char_indices().filter(|(_, char)| matches!(char, '.' | '!' | '?'));
    let closes = |&(at, char): &(usize, char)| {
        let word: &str = text.get(..at).unwrap_or_default().rsplit(' ').next().unwrap_or_default();
        let short = char == '.' && word.chars().count() <= 3 && word.chars().all(char::is_alphanumeric);
        let rest = text.get(at + 1..).unwrap_or_default();
        let next = rest.strip_prefix(' ').and_then(|rest| rest.chars().next());
        !short && (rest.is_empty() || next.is_some_and(char::is_uppercase))
    };
    stops.filter(closes).map(|(at, _)| at + 1).collect()
}

/// Lines that stand right below each other at one left edge.
fn paragraphs(layout: &Layout<'_>) -> Vec<Vec<usize>> {
    let mut paragraphs: Vec<Vec<usize>> = Vec::new();
    for (index, segment) in layout.segments.iter().enumerate() {
        let goes_on = |lines: &&mut Vec<usize>| {
            let last = lines.last().and_then(|&last| layout.segments.get(last));
            last.is_some_and(|last| is_next_line(last, segment))
        };
        match paragraphs.iter_mut().rev().take(LINES_OPEN_MAX).find(goes_on) {
            Some(lines) => lines.push(index),
            None => paragraphs.push(vec![index]),
        }
    }
    paragraphs
}

/// Paragraphs side by side that may still go on.
const LINES_OPEN_MAX: usize = 8;

fn is_next_line(last: &Segment, next: &Segment) -> bool {
    let height = last.rect.height().max(5.0);
    let gap = next.rect.y0 - last.rect.y1;
    let lines: Range<f32> = -0.5 * height..1.2 * height;
    last.page == next.page
        && last.row < next.row
        && last.words.len() >= 4
        && lines.contains(&gap)
        && (last.rect.x0 - next.rect.x0).abs() < height
}
