//! A cell that answers two properties: a figure, and what it counts or is measured in (`15 pallets`, `21,210 kg`).
//!
//! Only for a property that is called as the figure's is, with a word for unit or kind behind it (`weight`,
//! `weight_unit`). Called by the reader of arrays.

use std::borrow::Cow;

use sluice_extract::values::number;

use super::Slot;
use super::cell::{self, Want};
use crate::embedded::text::name_words;

/// What the name of the second property has behind that of the first.
const BEHIND: [&str; 5] = ["unit", "units", "uom", "type", "kind"];
/// Most words of a unit or a kind.
const WORDS_MAX: usize = 4;

/// Lets both properties of a pair have the one column that was found for either.
pub(crate) fn shared(slots: &[Slot<'_>], mut columns: Vec<Option<usize>>) -> Vec<Option<usize>> {
    for (figure, unit) in pairs(slots) {
        match (columns[figure], columns[unit]) {
            (Some(column), None) => columns[unit] = Some(column),
            (None, Some(column)) => columns[figure] = Some(column),
            _ => {}
        }
    }
    columns
}

/// What of a cell is a property's own: all of it, or its part where two share the column.
pub(crate) fn text<'c>(slots: &[Slot<'_>], columns: &[Option<usize>], index: usize, cell: &'c str) -> Cow<'c, str> {
    let shares = |&(figure, unit): &(usize, usize)| {
        (index == figure || index == unit) && columns[figure].is_some() && columns[figure] == columns[unit]
    };
    let Some((figure, _)) = pairs(slots).into_iter().find(shares) else { return Cow::Borrowed(cell) };
    match parts(cell) {
        Some((number, unit)) => Cow::Owned(if index == figure { number } else { unit }),
        // A figure alone has no unit, and a word alone is no figure.
        None if index == figure => Cow::Borrowed(cell),
        None if cell.chars().any(|char| char.is_ascii_digit()) => Cow::Borrowed(""),
        None => Cow::Borrowed(cell),
    }
}

/// Positions of properties of which the second says what the first counts or is measured in.
fn pairs(slots: &[Slot<'_>]) -> Vec<(usize, usize)> {
    let figure = |slot: &Slot<'_>| cell::want(slot.node) == Want::Number;
    let mut pairs = Vec::new();
    for (unit, slot) in slots.iter().enumerate().filter(|(_, slot)| cell::want(slot.node) == Want::Text) {
        let words = name_words(&slot.name);
        let named = words.split_last().filter(|(last, _)| BEHIND.contains(&last.as_str()));
        let Some((_, rest)) = named else { continue };
        let owner = slots.iter().position(|other| figure(other) && name_words(&other.name) == rest);
        pairs.extend(owner.map(|owner| (owner, unit)));
    }
    pairs
}

/// A figure and the few words behind it.
fn parts(cell: &str) -> Option<(String, String)> {
    let line = cell.lines().collect::<Vec<_>>().join(" ");
    let found = number::scan(&line).into_iter().next().filter(|found| found.span.start == 0)?;
    // `15 Euro pallets` are no euros.
    let end = if found.value.currency.is_some() { found.value.digits.end } else { found.span.end };
    let unit = line.get(end..)?.trim();
    let worded = unit.starts_with(char::is_alphabetic) && unit.split(' ').count() <= WORDS_MAX;
    worded.then(|| (line.get(..end).unwrap_or_default().to_owned(), unit.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_before_the_words_that_say_of_what() {
        let check = |cell: &str, want: Option<(&str, &str)>| {
            let want = want.map(|(figure, unit)| (figure.to_owned(), unit.to_owned()));
            assert_eq!(parts(cell), want, "{cell}");
        };
        check("21,210 kg", Some(("21,210", "kg")));
        check("15 Temperature Controlled Pallets", Some(("15", "Temperature Controlled Pallets")));
        check("15 Euro Pallets", Some(("15", "Euro Pallets")));
        check("15", None);
        check("Pallets", None);
        check("Pallets of 15", None);
    }
}
