//! Fields of title blocks and boxed forms: a ruled cell with a small label at its top and the value below it.
//!
//! Also who a title block belongs to: the one organisation that is set large in it. Adds claims; called once per solution.

use serde_json::{Value, json};
use sluice_extract::page::{Cell, Table};

use super::candidate::Printed;
use super::claim::{Claim, Reading};
use super::head::is_issuer;
use super::layout::Segment;
use super::lexicon::Lexicon;
use super::query::{LabelText, Query};
use super::scope::Scopes;
use super::slot::{Slot, Want};
use super::span;
use super::text::{fold, name_words};
use super::value::{fits, of_thing};

/// Words of a label.
const LABEL_WORDS_MAX: usize = 5;
/// A label answers a slot at least this well.
const SAYS: f32 = 0.55;
/// Score of a value whose label says nothing; the rest is for how well it answers.
const BASE: f32 = 0.52;
const SPAN: f32 = 0.44;
/// A label is set smaller than its value by this factor; the lines of a column's head are not.
const SMALLER: f32 = 0.92;
/// Score of the one organisation in the cells.
const OWNER: f32 = 0.72;

/// A label and the lines of its value.
struct Field {
    label: LabelText,
    printed: String,
    lines: Vec<usize>,
}

/// The claims of boxed fields: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, scopes: &Scopes, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let fields = fields(reading);
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        for field in &fields {
            let Some(mut claim) = claim(reading, slot, field) else { continue };
            let place = claim.places.first();
            claim.score *= place.map_or(1.0, |place| scopes.weight(reading.layout, index, place));
            claims.push((index, claim));
        }
        claims.extend(owner(reading, slot).map(|claim| (index, claim)));
    }
    claims
}

/// The fields of all ruled tables.
fn fields(reading: &Reading<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    for (page_index, page) in reading.layout.document.pages.iter().enumerate() {
        let first = reading.layout.pages.get(page_index).map_or(0, |range| range.start);
        for (table_index, table) in page.tables.iter().enumerate().filter(|(_, table)| table.ruled) {
            let mut held: Vec<Vec<usize>> = vec![Vec::new(); table.cells.len()];
            for (index, segment) in reading.layout.on_page(page_index).iter().enumerate() {
                let cell = segment.cell.filter(|(table, _)| *table == table_index);
                if let Some(held) = cell.and_then(|(_, cell)| held.get_mut(cell)) {
                    held.push(first + index);
                }
            }
            for (cell, own) in table.cells.iter().zip(&held) {
                let Some((&label, rest)) = own.split_first() else { continue };
                let lines = if rest.is_empty() { below(reading, table, &held, cell) } else { rest.to_vec() };
                fields.extend(field(reading, label, lines));
            }
        }
    }
    fields
}

/// What the cell below holds, if it is one line and no column goes on below it in the same type.
fn below(reading: &Reading<'_>, table: &Table, held: &[Vec<usize>], cell: &Cell) -> Vec<usize> {
    let under = |cell: &Cell| {
        table.cells.iter().zip(held).find(|(other, _)| {
            other.row == cell.row + cell.row_span.max(1)
                && other.column == cell.column
                && other.column_span == cell.column_span
        })
    };
    let size = |held: &[usize]| held.first().and_then(|&index| reading.layout.segments.get(index)).map(|it| it.size);
    let Some((value, lines)) = under(cell).filter(|(_, lines)| lines.len() == 1) else { return Vec::new() };
    let column = under(value).is_some_and(|(_, next)| match (size(lines), size(next)) {
        (Some(value), Some(next)) => next > SMALLER * value,
        _ => false,
    });
    if column { Vec::new() } else { lines.clone() }
}

fn field(reading: &Reading<'_>, label: usize, lines: Vec<usize>) -> Option<Field> {
    let of = |index: usize| reading.layout.segments.get(index);
    let (head, first) = (of(label)?, of(*lines.first()?)?);
    let smaller = head.size < SMALLER * first.size;
    let worded = head.text.chars().filter(|char| char.is_alphabetic()).count() >= 2;
    let short = head.words.len() <= LABEL_WORDS_MAX;
    (smaller && worded && short && head.row < first.row).then(|| Field {
        label: LabelText::of(&head.text),
        printed: head.text.clone(),
        lines,
    })
}

fn claim(reading: &Reading<'_>, slot: &Slot<'_>, field: &Field) -> Option<Claim> {
    let similar = slot.query.similarity(&field.label).max(signed(slot, field));
    if similar < SAYS {
        return None;
    }
    let (value, places) = value(reading, slot, field)?;
    let score = SPAN.mul_add(similar, BASE);
    Some(Claim { places, value, score, why: format!("in the box \"{}\"", field.printed) })
}

/// A label that says the parent of a name: `Checked` for `checked.name`.
fn signed(slot: &Slot<'_>, field: &Field) -> f32 {
    let Some((own, parents)) = slot.path.split_last().filter(|(_, parents)| !parents.is_empty()) else { return 0.0 };
    let name = slot.want == Want::Name && name_words(own) == ["name"];
    if name { Query::of_names(parents).similarity(&field.label) } else { 0.0 }
}

/// The value of a field as a slot wants it, and where it stands.
fn value(reading: &Reading<'_>, slot: &Slot<'_>, field: &Field) -> Option<(Value, Vec<Printed>)> {
    let whole = |&index: &usize| {
        let segment: &Segment = reading.layout.segments.get(index)?;
        Some(Printed { segment: index, bytes: 0..segment.text.len() })
    };
    let places: Vec<Printed> = field.lines.iter().filter_map(whole).collect();
    let first = places.first()?;
    if matches!(slot.want, Want::Text | Want::Name) {
        let text = places.iter().map(|at| reading.printed(at)).collect::<Vec<_>>().join(" ");
        let value = json!(text);
        return fits(slot.node, &value).then_some((value, places));
    }
    if let Some(read) = span::read(reading, slot, first) {
        return Some((read.value, vec![read.at]));
    }
    let typed = reading.candidates.within(&(first.segment..first.segment + 1));
    reading.candidates.all.get(typed)?.iter().find_map(|candidate| {
        let value = of_thing(slot, &candidate.thing, reading.printed(&candidate.at), reading.candidates)?;
        Some((value, vec![candidate.at.clone()]))
    })
}

/// The one organisation that is set large or bold in a cell: whose sheet it is.
fn owner(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    if slot.want != Want::Name || !is_issuer(slot) {
        return None;
    }
    let mut sizes: Vec<f32> = reading.layout.segments.iter().map(|segment| segment.size).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied()?;
    let stands_out = |segment: &Segment| segment.cell.is_some() && (segment.bold || segment.size > 1.2 * usual);
    let all = reading.layout.segments.iter().enumerate();
    let mut found = all.filter(|(_, it)| stands_out(it) && Lexicon::shared().is_organisation(&fold(&it.text)));
    let (index, segment) = found.next()?;
    let value = json!(segment.text);
    let only = found.all(|(_, other)| other.text == segment.text);
    let places = vec![Printed { segment: index, bytes: 0..segment.text.len() }];
    let why = "the one organisation in the title block".to_owned();
    (only && segment.words.len() <= 8 && fits(slot.node, &value)).then_some(Claim { places, value, score: OWNER, why })
}
