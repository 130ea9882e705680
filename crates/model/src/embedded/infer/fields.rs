//! Single values: what answers a label, and the fields of a form.
//!
//! A label says that it is one by a colon, by words of the lexicon, or by the value beside it. Called once a document.

use std::collections::HashSet;

use sluice_extract::page::{FieldValue, FormField, Page};

use super::super::candidate::{Candidates, Printed};
use super::super::claim::Reading;
use super::super::label::{Label, Labels};
use super::super::layout::Layout;
use super::super::lexicon::Lexicon;
use super::super::near::Side;
use super::super::query::LabelText;
use super::super::scope::Scopes;
use super::super::span;
use super::super::text::words;
use super::kind::Sort;
use super::naming;
use super::{Example, Sighting};

/// Words of a label.
const LABEL_WORDS_MAX: usize = 6;
/// Words of a value.
const VALUE_WORDS_MAX: usize = 12;
/// How well a value has to stand by its label.
const NEAR_MIN: f32 = 0.6;
/// Letters of each part of a compound.
const COMPOUND_PART_MIN: usize = 4;
/// Digits from which on a text is no label.
const LABEL_DIGITS_MAX: usize = 4;

/// A value beside a label.
struct Pair<'a> {
    label: &'a Label,
    at: Printed,
    score: f32,
    sort: Sort,
}

/// The single values of a document, in reading order. `cells` are the segments that stand in lists.
pub(super) fn single(
    layout: &Layout<'_>,
    candidates: &Candidates,
    cells: &HashSet<usize>,
    document: usize,
) -> Vec<Sighting> {
    let labels = Labels::of(layout, candidates, &std::collections::HashSet::new());
    let scopes = Scopes::of(layout, &labels, &[]);
    let reading = Reading { layout, candidates, labels: &labels, scopes: &scopes, similar: vec![], partial: vec![] };
    let mut pairs: Vec<Pair<'_>> = labels.all.iter().filter_map(|label| pair(&reading, label, cells)).collect();
    pairs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.at.segment.cmp(&b.at.segment)));
    let mut kept: Vec<Pair<'_>> = Vec::new();
    let mut keys: HashSet<String> = HashSet::new();
    for pair in pairs {
        // One place has one label, and what is a label is no value.
        let in_field = field_at(layout, &pair.at);
        let taken = in_field
            || kept.iter().any(|other| {
                meet(&other.at, &pair.at)
                    || meet(&other.label.at, &pair.at)
                    || meet(&other.at, &pair.label.at)
                    || meet(&other.label.at, &pair.label.at)
            });
        if !taken && keys.insert(key(&reading, pair.label)) {
            kept.push(pair);
        }
    }
    kept.sort_by_key(|pair| (pair.label.at.segment, pair.label.at.bytes.start));
    let printed = kept.iter().map(|pair| sighting(&reading, pair, document));
    let mut found = of_forms(layout, document);
    // A field's own words say more than what is printed at its place.
    let names: Vec<String> = found.iter().map(|it| it.key.clone()).collect();
    let of_field = |it: &Sighting| names.iter().any(|name| name.starts_with(&it.key));
    let printed: Vec<Sighting> = printed.filter(|it| !of_field(it)).collect();
    found.splice(0..0, printed);
    found
}

fn meet(a: &Printed, b: &Printed) -> bool {
    a.segment == b.segment && a.bytes.start < b.bytes.end && b.bytes.start < a.bytes.end
}

fn key(reading: &Reading<'_>, label: &Label) -> String {
    naming::key(reading.printed(&label.at))
}

fn pair<'a>(reading: &Reading<'a>, label: &'a Label, cells: &HashSet<usize>) -> Option<Pair<'a>> {
    let text = reading.labels.texts.get(label.text)?;
    let from = reading.layout.segments.get(label.at.segment)?;
    let known = text.is_known();
    let in_list = cells.contains(&label.at.segment);
    if !may_be_label(reading, label) || from.running || in_list && !(known && begins_its_row(reading.layout, label)) {
        return None;
    }
    if !label.colon && (text.is_role() || !label.whole && !known) {
        return None;
    }
    let answers = span::answers(reading, label).into_iter().filter(|(at, side, score)| {
        let may_stand_below = (label.colon || known) && !in_list;
        *score >= NEAR_MIN && (*side != Side::Below || may_stand_below) && may_be_value(reading, at)
    });
    let (at, side, score) = answers.max_by(|a, b| a.2.total_cmp(&b.2))?;
    let sort = Sort::of(reading.printed(&at), reading.printed(&label.at));
    // Words beside words are a label and its value only where something says so.
    // `Table 1`, `SINCE 1987`: words and a count, where nothing parts them.
    let parted = label.colon || side != Side::After || sort.is_typed() && sort != Sort::Integer;
    let says_itself = sort.is_typed() && has_known_word(reading.printed(&label.at));
    let told = label.colon || says_itself || known && side == Side::Beside;
    let more = [(label.colon, 0.3), (known, 0.2), (sort.is_typed(), 0.1)];
    let score = score + more.iter().filter(|(holds, _)| *holds).map(|(_, more)| more).sum::<f32>();
    (told && parted && (!in_list || sort.is_typed())).then_some(Pair { label, at, score, sort })
}

/// Short, at the start of its line or after another value, and no number of something.
fn may_be_label(reading: &Reading<'_>, label: &Label) -> bool {
    let printed = reading.printed(&label.at);
    let digits = printed.chars().filter(char::is_ascii_digit).count();
    (label.leads || label.whole) && printed.split(' ').count() <= LABEL_WORDS_MAX && digits < LABEL_DIGITS_MAX
}

fn has_known_word(label: &str) -> bool {
    let lexicon = Lexicon::shared();
    // Of a compound the end says what it is: `Rechnungsdatum`, `factuurnummer`.
    let ends = |word: &str| {
        let starts = word.char_indices().skip(COMPOUND_PART_MIN).map(|(at, _)| at);
        let ends: Vec<&str> = starts.filter_map(|at| word.get(at..)).collect();
        ends.into_iter().any(|end| end.chars().count() >= COMPOUND_PART_MIN && lexicon.knows(end))
    };
    words(label).iter().any(|word| lexicon.knows(word) || ends(word))
}

/// Nothing stands left of it: what a list says of all its rows, and no cell of one of them.
fn begins_its_row(layout: &Layout<'_>, label: &Label) -> bool {
    let Some(from) = layout.segments.get(label.at.segment) else { return false };
    !layout.on_page(from.page).iter().any(|other| other.row == from.row && other.rect.x1 <= from.rect.x0)
}

fn may_be_value(reading: &Reading<'_>, at: &Printed) -> bool {
    let text = reading.printed(at);
    let running = reading.layout.segments.get(at.segment).is_some_and(|segment| segment.running);
    let label_itself = LabelText::of(text).is_known() && !Sort::of(text, "").is_typed();
    text.split(' ').count() <= VALUE_WORDS_MAX && !running && !text.ends_with(':') && !label_itself
}

fn sighting(reading: &Reading<'_>, pair: &Pair<'_>, document: usize) -> Sighting {
    let printed = reading.printed(&pair.label.at);
    let label = printed.trim_end_matches([':', ' ', '.']).to_owned();
    let segment = reading.layout.segments.get(pair.at.segment);
    let page = segment.and_then(|segment| reading.layout.page_of(segment));
    let example = segment.zip(page).map(|(segment, page)| Example {
        document,
        page: page.number,
        text: reading.printed(&pair.at).to_owned(),
        bounding_box: segment.rect_of(page, &pair.at.bytes).as_fractions(page),
    });
    let examples = example.into_iter().collect();
    Sighting { sort: pair.sort, examples, ..Sighting::new(key(reading, pair.label), label) }
}

/// A field of the form is drawn at this place.
fn field_at(layout: &Layout<'_>, at: &Printed) -> bool {
    let Some(segment) = layout.segments.get(at.segment) else { return false };
    let Some(page) = layout.page_of(segment) else { return false };
    let rect = segment.rect_of(page, &at.bytes);
    page.fields.iter().any(|field| field.rect.contains(rect.center_x(), rect.center_y()))
}

/// The fields of forms; one that is empty is proposed too, for other copies of the form have it filled.
fn of_forms(layout: &Layout<'_>, document: usize) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    for (page, field) in
        layout.document.pages.iter().flat_map(|page| page.fields.iter().map(move |field| (page, field)))
    {
        let Some(sighting) = of_form(page, field, document) else { continue };
        match found.iter_mut().find(|known| known.key == sighting.key && !known.choices.is_empty()) {
            Some(known) => known.join(sighting),
            None => found.push(sighting),
        }
    }
    found
}

fn of_form(page: &Page, field: &FormField, document: usize) -> Option<Sighting> {
    let own_name = || field.name.rsplit('.').next().unwrap_or_default().to_owned();
    let label = field.label.clone().unwrap_or_else(own_name);
    let (label, sort, text, choices) = match &field.value {
        FieldValue::Text(text) => {
            let sort = if text.is_empty() { Sort::Text } else { Sort::of(text, &label) };
            (label, sort, text.clone(), vec![])
        }
        FieldValue::Checked(true) => (label, Sort::Flag, "ticked".to_owned(), vec![]),
        FieldValue::Checked(false) => (label, Sort::Flag, "not ticked".to_owned(), vec![]),
        FieldValue::Choice { name, chosen } => {
            let group = label.split_once(": ").map_or_else(own_name, |(group, _)| group.to_owned());
            (group, Sort::Text, if *chosen { name.clone() } else { String::new() }, vec![name.clone()])
        }
    };
    let key = naming::key(&naming::parted(&label));
    let example = Example { document, page: page.number, text, bounding_box: field.rect.as_fractions(page) };
    let examples = Some(example).filter(|it| choices.is_empty() || !it.text.is_empty());
    (!key.is_empty()).then(|| Sighting {
        choices,
        sort,
        examples: examples.into_iter().collect(),
        ..Sighting::new(key, label)
    })
}
