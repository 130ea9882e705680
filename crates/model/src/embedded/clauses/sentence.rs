//! Values that stand in sentences: durations, shares, amounts and dates, by the words and the heading around them.
//!
//! A figure answers a property whose unit it has, the better the nearer the property's words stand to it; rare words
//! count for more, and a bound that is asked for (`cap`) must be said right before it. Adds claims; called once per
//! solution.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Value, json};
use sluice_extract::schema::{Kind, Node};

use super::measure::{Token, measures, tokens};
use super::words::{Bound, Unit, Words};
use super::{Clauses, Passage};
use crate::embedded::candidate::{Candidates, Thing, scan_text};
use crate::embedded::claim::{Claim, Reading};
use crate::embedded::lexicon::Lexicon;
use crate::embedded::query::without_examples;
use crate::embedded::slot::{Slot, Want};
use crate::embedded::text::{name_words, stem, words};
use crate::embedded::value::{fits, of_thing};

/// Words of a sentence; less is a label or a cell.
const TOKENS_MIN: usize = 6;
/// Words before a figure in which a bound is said.
const BOUND_WORDS: usize = 7;
/// Score of a figure around which nothing that is asked for stands.
const BASE: f32 = 0.22;
/// What is added where all of it stands next to the figure.
const SPAN: f32 = 0.64;
/// What a figure loses that had to be converted: `three years` for months.
const CONVERTED: f32 = 0.08;
/// Claims of a slot.
const CLAIMS_MAX: usize = 8;
/// Letters that two words of one family share at their beginning.
const PREFIX_MIN: usize = 5;
/// Concepts that stand for each other in a sentence.
const RELATED: f32 = 0.7;
/// Letters of a word that may differ after that.
const ENDING_MAX: usize = 6;

/// The claims of sentences: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, clauses: &Clauses, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let wanted: Vec<(usize, Wanted)> =
        slots.iter().enumerate().filter_map(|(index, slot)| Some((index, Wanted::of(slot)?))).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let text = Text::of(clauses, reading.candidates);
    let mut claims = Vec::new();
    for (index, wanted) in wanted {
        let Some(slot) = slots.get(index) else { continue };
        let mut own = text.claims(reading, slot, &wanted);
        own.sort_by(|a, b| b.score.total_cmp(&a.score));
        own.truncate(CLAIMS_MAX);
        claims.extend(own.into_iter().map(|claim| (index, claim)));
    }
    claims
}

/// What a slot asks of a sentence.
struct Wanted {
    unit: Option<Unit>,
    bound: Option<Bound>,
    /// Words, and how much each of them counts.
    words: Vec<(String, f32)>,
    /// How many of the words are the name's own.
    own: usize,
}

/// Weight of a word of the description.
const TOLD: f32 = 0.45;
/// Weight of a word of a parent's name.
const ABOVE: f32 = 0.35;

impl Wanted {
    fn of(slot: &Slot<'_>) -> Option<Self> {
        let (name, parents) = slot.path.split_last()?;
        let own = name_words(name);
        let told = words(&without_examples(slot.node.description.as_deref().unwrap_or_default()));
        let shared = Words::shared();
        let unit_of = |words: &[String]| words.iter().find_map(|word| shared.unit(word));
        let unit = match slot.want {
            Want::Money => Some(Unit::Money),
            Want::Percent => Some(Unit::Percent),
            // A number that counts nothing may be an amount, where the sentence has the sign of a currency.
            Want::Number => Some(unit_of(&own).or_else(|| unit_of(&told)).unwrap_or(Unit::Money)),
            Want::Date => None,
            _ => return None,
        };
        let bound_of = |words: &[String]| words.iter().find_map(|word| shared.bound(word));
        let bound = bound_of(&own).or_else(|| bound_of(&told));
        let telling = |word: &String| {
            let unit_word = shared.unit(word).is_some() && shared.unit(word) == unit;
            let date = unit.is_none() && word == "date";
            let empty = shared.is_empty(word) || shared.bound(word).is_some() || Lexicon::shared().is_stop(word);
            !unit_word && !date && !empty && word.len() > 1
        };
        let mut all: Vec<(String, f32)> = Vec::new();
        let mut add = |words: Vec<String>, weight: f32| {
            for word in words.into_iter().filter(|word| telling(word)) {
                if all.iter().all(|(known, _)| stem(known) != stem(&word)) {
                    all.push((word, weight));
                }
            }
            all.len()
        };
        let own = add(own, 1.0);
        add(told, TOLD);
        add(parents.iter().flat_map(|parent| name_words(parent)).collect(), ABOVE);
        (!all.is_empty()).then_some(Self { unit, bound, words: all, own })
    }
}

/// A figure or a date of a passage.
struct Figure {
    /// Bytes of the passage's text.
    bytes: Range<usize>,
    /// Position of its first word.
    token: usize,
    kind: FigureKind,
}

enum FigureKind {
    Measure(f64, Unit),
    Date(Thing),
}

/// A passage with its words and figures.
struct Sentence<'c> {
    passage: &'c Passage,
    heading: &'c str,
    tokens: Vec<Token>,
    /// For each token its position in the vocabulary.
    ids: Vec<usize>,
    heading_ids: Vec<usize>,
    figures: Vec<Figure>,
}

/// Every passage of a document, and its vocabulary.
struct Text<'c> {
    sentences: Vec<Sentence<'c>>,
    vocabulary: Vec<String>,
}

impl<'c> Text<'c> {
    fn of(clauses: &'c Clauses, candidates: &Candidates) -> Self {
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut vocabulary = Vec::new();
        let mut id = |word: &str| {
            *known.entry(word.to_owned()).or_insert_with(|| {
                vocabulary.push(word.to_owned());
                vocabulary.len() - 1
            })
        };
        let mut sentences = Vec::new();
        for passage in &clauses.passages {
            let tokens = tokens(&passage.text);
            if tokens.len() < TOKENS_MIN {
                continue;
            }
            let heading = clauses.heading(passage).map_or("", |heading| heading.text.as_str());
            let ids = tokens.iter().map(|token| id(&token.word)).collect();
            let heading_ids = words(heading).iter().map(|word| id(word)).collect();
            let figures = figures(&passage.text, &tokens, candidates);
            sentences.push(Sentence { passage, heading, tokens, ids, heading_ids, figures });
        }
        Self { sentences, vocabulary }
    }

    fn claims(&self, reading: &Reading<'_>, slot: &Slot<'_>, wanted: &Wanted) -> Vec<Claim> {
        let matching: Vec<Vec<bool>> = wanted
            .words
            .iter()
            .map(|(word, _)| self.vocabulary.iter().map(|other| is_family(word, other)).collect())
            .collect();
        let weights: Vec<f32> =
            wanted.words.iter().zip(&matching).map(|((_, weight), matching)| weight * self.rarity(matching)).collect();
        let mut claims = Vec::new();
        for sentence in &self.sentences {
            for figure in &sentence.figures {
                let Some((value, converted)) = value(slot, wanted, figure, sentence, reading.candidates) else {
                    continue;
                };
                let near: Vec<f32> = matching.iter().map(|matching| sentence.nearness(figure, matching)).collect();
                let asked = if wanted.own > 0 { wanted.own } else { near.len() };
                if near.iter().take(asked).all(|near| *near <= 0.0) {
                    continue;
                }
                let mut all: f32 = weights.iter().sum();
                let mut met: f32 = weights.iter().zip(&near).map(|(weight, near)| weight * near).sum();
                if let Some(bound) = wanted.bound {
                    all += 1.0;
                    met += if sentence.says(figure, bound) { 1.0 } else { 0.0 };
                }
                let loss = if converted { CONVERTED } else { 0.0 };
                let score = SPAN.mul_add(met / all.max(0.1), BASE) - loss;
                let places = sentence.passage.places(reading.layout, &figure.bytes);
                if !places.is_empty() {
                    claims.push(Claim { places, value, score, why: sentence.why(slot) });
                }
            }
        }
        claims
    }

    /// How much a word tells that stands in few passages; one that stands in none asks for little.
    fn rarity(&self, matching: &[bool]) -> f32 {
        let holds = |sentence: &&Sentence<'_>| sentence.ids.iter().any(|&id| matching.get(id) == Some(&true));
        let holders = self.sentences.iter().filter(holds).count() as f32;
        let all = self.sentences.len() as f32;
        if holders == 0.0 { 0.35 } else { (1.0 + all / holders).ln() / (1.0 + all).ln().max(0.7) }
    }
}

impl Sentence<'_> {
    /// How near a word stands to a figure, 0..1.
    fn nearness(&self, figure: &Figure, matching: &[bool]) -> f32 {
        let is = |id: &usize| matching.get(*id) == Some(&true);
        let own = self.tokens.get(figure.token).map_or(0, |token| token.sentence);
        let of_token = |(at, id): (usize, &usize)| {
            let same = self.tokens.get(at).is_some_and(|token| token.sentence == own);
            is(id).then(|| match (at.abs_diff(figure.token), same) {
                (0..=5, true) => 1.0,
                (6..=10, true) => 0.85,
                (_, true) => 0.65,
                (_, false) => 0.35,
            })
        };
        let near = self.ids.iter().enumerate().filter_map(of_token).fold(0.0, f32::max);
        let heads = if self.heading_ids.iter().any(is) { 0.6 } else { 0.0 };
        near.max(heads)
    }

    /// Is a bound said right before a figure?
    fn says(&self, figure: &Figure, bound: Bound) -> bool {
        let before = self.tokens.get(figure.token.saturating_sub(BOUND_WORDS)..figure.token).unwrap_or_default();
        let folded = before.iter().map(|token| token.word.as_str()).collect::<Vec<_>>().join(" ");
        Words::shared().says(bound, &folded)
    }

    fn why(&self, slot: &Slot<'_>) -> String {
        let asked = slot.path.join(" ").replace(['_', '-'], " ");
        match self.heading {
            "" => format!("in a sentence about {asked}"),
            heading => format!("in a sentence under \"{heading}\" about {asked}"),
        }
    }
}

fn figures(text: &str, tokens: &[Token], candidates: &Candidates) -> Vec<Figure> {
    let token = |bytes: &Range<usize>| tokens.partition_point(|token| token.bytes.end <= bytes.start);
    let measured = measures(text, tokens, candidates.decimals).into_iter().map(|measure| Figure {
        token: token(&measure.bytes),
        bytes: measure.bytes,
        kind: FigureKind::Measure(measure.value, measure.unit),
    });
    let dates = scan_text(text).into_iter().filter(|candidate| matches!(candidate.thing, Thing::Date(_)));
    let dates = dates.map(|candidate| Figure {
        token: token(&candidate.at.bytes),
        bytes: candidate.at.bytes,
        kind: FigureKind::Date(candidate.thing),
    });
    measured.chain(dates).collect()
}

/// The value of a figure for a slot, and whether it had to be converted.
fn value(
    slot: &Slot<'_>,
    wanted: &Wanted,
    figure: &Figure,
    sentence: &Sentence<'_>,
    candidates: &Candidates,
) -> Option<(Value, bool)> {
    match (&figure.kind, wanted.unit) {
        (FigureKind::Date(thing), None) => {
            let printed = sentence.passage.text.get(figure.bytes.clone())?;
            Some((of_thing(slot, thing, printed, candidates)?, false))
        }
        (FigureKind::Measure(value, unit), Some(wanted)) => {
            let factor = factor(*unit, wanted)?;
            let value = number(slot.node, value * factor)?;
            fits(slot.node, &value).then_some((value, *unit != wanted))
        }
        _ => None,
    }
}

/// What a figure of one unit is multiplied with to be one of another.
fn factor(from: Unit, to: Unit) -> Option<f64> {
    match (from, to) {
        _ if from == to => Some(1.0),
        (Unit::Year, Unit::Month) => Some(12.0),
        (Unit::Week, Unit::Day) => Some(7.0),
        (Unit::Month, Unit::Year) => Some(1.0 / 12.0),
        _ => None,
    }
}

fn number(node: &Node, value: f64) -> Option<Value> {
    let whole = (value.fract() == 0.0).then_some(value as i64);
    match &node.kind {
        Kind::Integer(_) => whole.map(|value| json!(value)),
        Kind::Number(_) => Some(whole.map_or_else(|| json!(value), |value| json!(value))),
        Kind::Union(branches) => branches.iter().find_map(|branch| number(branch, value)),
        Kind::Null | Kind::Boolean | Kind::String(_) | Kind::Object(_) | Kind::Array(_) => None,
    }
}

/// Are two words forms of one another, or of one meaning?
pub(crate) fn is_family(asked: &str, other: &str) -> bool {
    if stem(asked) == stem(other) {
        return true;
    }
    let common = asked.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let ending = asked.chars().count().max(other.chars().count()) - common;
    if common >= PREFIX_MIN && ending <= ENDING_MAX {
        return true;
    }
    let (a, b) = (concepts(asked), concepts(other));
    let related = |one: &String, two: &String| one == two || Lexicon::shared().relation(one, two) >= RELATED;
    a.iter().any(|one| b.iter().any(|two| related(one, two)))
}

/// What a word that the lexicon knows means; a form of a verb goes by the verb.
fn concepts(word: &str) -> Vec<String> {
    let lexicon = Lexicon::shared();
    let cut = |end: &str, put: &str| word.strip_suffix(end).map(|rest| format!("{rest}{put}"));
    let forms = [Some(word.to_owned()), cut("ed", "e"), cut("ed", ""), cut("ing", "e"), cut("ing", "")];
    let known = forms.into_iter().flatten().find(|form| lexicon.knows(form));
    known.map(|form| lexicon.readings(&form).into_iter().flatten().collect()).unwrap_or_default()
}
