//! Addresses: blocks of lines that hold a postal code, taken apart into street, city, postal code, state and country.
//!
//! Forms of the countries that the lexicon's languages are spoken in. Finds and parses; whose address it is, `party`
//! decides.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use sluice_extract::values::identifier;

use super::candidate::Printed;
use super::layout::{Layout, Segment};
use super::lexicon::Lexicon;
use super::slot::Part;
use super::text::fold;

/// An address as it stands on a page.
pub(crate) struct Block {
    /// The segments it is made of, top down.
    pub(crate) lines: Vec<usize>,
    /// The line of the name, where there is one.
    pub(crate) name: Option<Printed>,
    /// The line between the name and the street: a person, a department, an entrance.
    pub(crate) care: Option<usize>,
    /// The parts that were told apart.
    pub(crate) parts: Vec<(Part, Printed)>,
    /// From the street to the country.
    pub(crate) whole: Vec<Printed>,
    /// What stands before a colon on its first line.
    pub(crate) label: Option<Printed>,
}

/// Most words of a line of an address.
const LINE_WORDS_MAX: usize = 16;
/// Heights of a line between it and the next of an address, and between town and street where they are set apart.
const LINE_NEXT: f32 = 1.1;
const LINE_APART: f32 = 2.6;
/// Lines above the postal code that are looked at.
const LINES_ABOVE_MAX: usize = 5;

macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

// "80333 München", "D-63571 Gelnhausen", "1234 AB Amsterdam", "L-1234 Luxembourg", "75001 PARIS"
pattern!(
    CODE_FIRST,
    r"^(?:(?:D|DE|A|AT|CH|B|BE|F|FR|NL|L|LU|I|IT|E|ES|P|PT|PL|CZ|DK|SE|NO|FI|HU|SK|SI)[ -]{1,3})?(?P<postal>\d{4,5}(?: ?[A-Z]{2}\b)?),? +(?P<city>[A-ZÀ-Ý][^\d:;()]{1,40})$"
);
// "San Francisco, California 94110", "Seattle WA 98109-5210"
pattern!(
    CODE_LAST,
    r"^(?:(?P<city>[A-Z][^\d:;,]{1,40}?),? +)?(?P<state>[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?),? +(?P<postal>\d{5}(?:-\d{4})?)$"
);
// "LS1 5AB", "London EC1A 1BB"
pattern!(BRITISH, r"^(?:(?P<city>[A-Z][^\d:;,]{1,40}?),? +)?(?P<postal>[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})$");
// "LS1 5AB Leeds"
pattern!(BRITISH_FIRST, r"^(?P<postal>[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}),? +(?P<city>[A-ZÀ-Ý][^\d:;()]{1,40})$");
// "4450-718 Matosinhos"
pattern!(PORTUGUESE, r"^(?P<postal>\d{4}-\d{3}),? +(?P<city>[A-ZÀ-Ý][^\d:;()]{1,40})$");
// "Oberstdorf 87561 Deutschland": a code behind its town is one only before a country.
pattern!(
    CODE_BEHIND,
    r"^(?P<city>[A-ZÀ-Ý][^\d:;,()]{1,40}?),? +(?P<postal>\d{4,5}|\d{4}-\d{3}|\d{4} [A-Z]{2}),? +(?P<country>[A-ZÀ-Ý]\p{L}+(?: \p{L}+){0,2})$"
);
// "Plouvorn 29420", where the line below is a country
pattern!(BEHIND, r"^(?P<city>[A-ZÀ-Ý][^\d:;,()]{1,40}?),? +(?P<postal>\d{4,5}|\d{4}-\d{3}|\d{4} [A-Z]{2})$");
// "3011 AA" alone, "93571" alone
pattern!(ALONE, r"^(?P<postal>\d{4} ?[A-Z]{2}|\d{5})$");

/// A piece of an address: a line, or what commas part on it.
struct Piece {
    at: Printed,
    text: String,
}

/// Every address of a document.
pub(crate) fn blocks(layout: &Layout<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, segment) in layout.segments.iter().enumerate() {
        if segment.words.len() > LINE_WORDS_MAX
            || in_rows(layout, segment)
            || blocks.iter().any(|block| block.lines.contains(&index))
        {
            continue;
        }
        let own = |piece: &Piece| postal(&piece.text).is_some() || is_above_country(layout, index, &piece.text);
        if pieces_of(layout, index).iter().any(own) {
            blocks.extend(block(layout, index));
        }
    }
    blocks
}

/// Does a segment stand in a long table, where figures before words are codes of items?
fn in_rows(layout: &Layout<'_>, segment: &Segment) -> bool {
    let table = segment.cell.and_then(|(table, _)| layout.page_of(segment)?.tables.get(table));
    table.is_some_and(|table| table.columns > 3 && table.rows > 4) && !segment.text.contains(',')
}

/// A postal code in a piece, with what stands beside it, as byte ranges of the piece.
fn postal(text: &str) -> Option<Vec<(Part, Range<usize>)>> {
    let patterns = [&*CODE_FIRST, &*BRITISH, &*CODE_LAST, &*ALONE, &*BRITISH_FIRST, &*PORTUGUESE];
    let mut found = patterns.into_iter().flatten().find_map(|pattern| pattern.captures(text));
    if found.is_none() {
        let behind = CODE_BEHIND.as_ref().and_then(|pattern| pattern.captures(text));
        found = behind.filter(|captures| captures.name("country").is_some_and(|country| is_country(country.as_str())));
    }
    let captures = found?;
    let named = [("postal", Part::Postal), ("city", Part::City), ("state", Part::State), ("country", Part::Country)];
    let parts = named.into_iter().filter_map(|(name, part)| Some((part, captures.name(name)?.range())));
    Some(parts.collect())
}

/// A town with its code behind it, and a country on the line below.
fn is_above_country(layout: &Layout<'_>, index: usize, text: &str) -> bool {
    let below = || neighbour(layout, index, 1).and_then(|below| layout.segments.get(below));
    BEHIND.as_ref().is_some_and(|pattern| pattern.is_match(text)) && below().is_some_and(|line| is_country(&line.text))
}

/// A town with its code behind it, as byte ranges of the piece.
fn behind(text: &str) -> Option<Vec<(Part, Range<usize>)>> {
    let captures = BEHIND.as_ref()?.captures(text)?;
    let named = [("postal", Part::Postal), ("city", Part::City)];
    Some(named.into_iter().filter_map(|(name, part)| Some((part, captures.name(name)?.range()))).collect())
}

/// The pieces of a segment: parted by commas and bullets, without what stands before a colon.
fn pieces_of(layout: &Layout<'_>, index: usize) -> Vec<Piece> {
    let Some(segment) = layout.segments.get(index) else { return Vec::new() };
    let start = colon_end(&segment.text);
    let mut pieces = Vec::new();
    let mut from = start;
    let text = segment.text.as_str();
    let marks = text.char_indices().filter(|&(at, char)| at >= start && is_break(text, at, char));
    let ends: Vec<(usize, usize)> =
        marks.map(|(at, char)| (at, at + char.len_utf8())).chain([(text.len(), text.len())]).collect();
    for (end, next) in ends {
        let part = text.get(from..end).unwrap_or_default();
        let head = part.len() - part.trim_start().len();
        let trimmed = part.trim();
        if !trimmed.is_empty() {
            let bytes = from + head..from + head + trimmed.len();
            pieces.push(Piece { at: Printed { segment: index, bytes }, text: trimmed.to_owned() });
        }
        from = next;
    }
    pieces
}

fn is_break(text: &str, at: usize, char: char) -> bool {
    let spaced = text.get(..at).is_some_and(|before| before.ends_with(' '));
    matches!(char, ',' | '●' | '•' | '·' | '|') || matches!(char, '-' | '–') && spaced
}

/// Where a label at the beginning of a line ends.
fn colon_end(text: &str) -> usize {
    let colon = text.find(':').filter(|&colon| text.get(..colon).is_some_and(|label| label.split(' ').count() <= 4));
    colon.map_or(0, |colon| colon + 1)
}

/// The block around a line with a postal code.
fn block(layout: &Layout<'_>, seed: usize) -> Option<Block> {
    let mut lines = vec![seed];
    while let Some(above) = lines.first().and_then(|&top| {
        let set_apart = || neighbour_within(layout, top, -1, LINE_APART).filter(|&above| is_street_line(layout, above));
        neighbour(layout, top, -1).or_else(|| if lines.len() == 1 { set_apart() } else { None })
    }) {
        let labelled = layout.segments.get(*lines.first()?).is_some_and(|segment| colon_end(&segment.text) > 0);
        let other = pieces_of(layout, above).iter().any(|piece| postal(&piece.text).is_some());
        if lines.len() > LINES_ABOVE_MAX || labelled || other || !belongs(layout, above) {
            break;
        }
        lines.insert(0, above);
    }
    if let Some(below) = neighbour(layout, seed, 1) {
        let country = layout.segments.get(below).is_some_and(|segment| is_country(&segment.text));
        lines.extend(country.then_some(below));
    }
    let first = layout.segments.get(*lines.first()?)?;
    let label = (colon_end(&first.text) > 0).then(|| Printed { segment: lines[0], bytes: 0..colon_end(&first.text) });
    let pieces: Vec<Piece> = lines.iter().flat_map(|&line| pieces_of(layout, line)).collect();
    // Digits alone are a number of anything.
    let bare =
        pieces.len() == 1 && pieces.iter().all(|piece| postal(&piece.text).is_some_and(|found| found.len() == 1));
    if bare && label.is_none() { None } else { parse(&pieces, lines, label) }
}

/// Is a line a street with its number? German letters set the town apart from it.
fn is_street_line(layout: &Layout<'_>, index: usize) -> bool {
    let text = layout.segments.get(index).map_or("", |segment| segment.text.as_str());
    text.chars().any(|char| char.is_ascii_digit()) && Lexicon::shared().is_street(&fold(text))
}

/// The nearest segment right above or below in the same column.
fn neighbour(layout: &Layout<'_>, of: usize, way: i32) -> Option<usize> {
    neighbour_within(layout, of, way, LINE_NEXT)
}

fn neighbour_within(layout: &Layout<'_>, of: usize, way: i32, heights: f32) -> Option<usize> {
    let from = layout.segments.get(of)?;
    let height = from.rect.height().max(5.0);
    let range = layout.pages.get(from.page)?.clone();
    let near = |other: &Segment| {
        let gap = if way < 0 { from.rect.y0 - other.rect.y1 } else { other.rect.y0 - from.rect.y1 };
        let left = (other.rect.x0 - from.rect.x0).abs() < 1.2 * height;
        let right = (other.rect.x1 - from.rect.x1).abs() < 1.2 * height;
        let centred = (other.rect.center_x() - from.rect.center_x()).abs() < 0.8 * height;
        let aligned = left || (centred || right) && other.rect.overlap_x(&from.rect) > 0.0;
        (aligned && gap > -0.5 * height && gap < heights * height && other.row != from.row).then_some(gap)
    };
    let gaps = range.filter_map(|index| Some((near(layout.segments.get(index)?)?, index)));
    gaps.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, index)| index)
}

/// May a line be part of an address: no label, no running text, no number of a telephone?
fn belongs(layout: &Layout<'_>, index: usize) -> bool {
    let Some(segment) = layout.segments.get(index) else { return false };
    let text = segment.text.trim();
    let label = text.ends_with(':') || text.contains(": ") || text.contains(" :");
    let prints = !Lexicon::shared().roles_printed(&fold(text)).is_empty();
    // The number of a registration stands in brackets between name and street.
    let bracketed = text.starts_with('(') && text.ends_with(')');
    let digits = if bracketed { 0 } else { unnumbered(text).chars().filter(char::is_ascii_digit).count() };
    !label
        && !prints
        && segment.words.len() <= 9
        && digits <= 8
        && (bracketed || identifier::scan(text).is_empty())
        && !sluice_extract::values::date::scan(text).iter().any(|date| date.span.len() + 2 >= text.len())
}

fn is_country(text: &str) -> bool {
    Lexicon::shared().is_country(&fold(text))
}

/// Tells the pieces of a block apart, from the postal code outwards.
fn parse(pieces: &[Piece], lines: Vec<usize>, label: Option<Printed>) -> Option<Block> {
    let american =
        |text: &str| matches!(fold(text).as_str(), "usa" | "us" | "united states" | "united states of america");
    let before_country =
        |at: usize| pieces.get(at + 1).is_some_and(|next| is_country(&next.text) && !american(&next.text));
    let code_of = |(at, piece): (usize, &Piece)| {
        let found = behind(&piece.text).filter(|_| before_country(at)).or_else(|| postal(&piece.text))?;
        Some((at, found))
    };
    let (code, found) = pieces.iter().enumerate().rev().find_map(code_of)?;
    let within = |piece: &Piece, range: &Range<usize>| Printed {
        segment: piece.at.segment,
        bytes: piece.at.bytes.start + range.start..piece.at.bytes.start + range.end,
    };
    let mut parts: Vec<(Part, Printed)> = Vec::new();
    for (part, range) in &found {
        parts.push((*part, within(pieces.get(code)?, range)));
    }
    let street = pieces.get(..code)?.iter().rposition(|piece| is_street(&piece.text));
    // `Unit 4, Dale Works, Leeds`: what a part of a house belongs to stands behind it.
    let own_town = found.iter().any(|(part, _)| *part == Part::City);
    let part = |street: &usize| street + if own_town { 1 } else { 2 } < code && is_part_of_house(&pieces[*street].text);
    let street = street.map(|street| if part(&street) { street + 1 } else { street });
    let between = pieces.get(street.map_or(code, |street| street + 1)..code)?;
    if !parts.iter().any(|(part, _)| *part == Part::City) {
        parts.extend(between.first().map(|piece| (Part::City, piece.at.clone())));
        parts.extend(between.get(1).map(|piece| (Part::State, piece.at.clone())));
    }
    let after = pieces.get(code + 1..)?;
    if let Some(country) = after.iter().find(|piece| is_country(&piece.text)) {
        parts.push((Part::Country, country.at.clone()));
    }
    let mut name_end = street.unwrap_or(code);
    if let Some(street) = street {
        let belongs =
            |above: &Piece| is_street(&above.text) && (!is_name(&above.text) || is_part_of_house(&above.text));
        let first = street.checked_sub(1).filter(|&above| belongs(&pieces[above]));
        let first = first.unwrap_or(street);
        name_end = first;
        parts.extend(streets(pieces, first, street)?.into_iter().map(|at| (Part::Street, at)));
    }
    let named = pieces.get(..name_end)?.iter().find(|piece| is_name(unnumbered(&piece.text)));
    let name = named.map(|piece| within(piece, &(0..unnumbered(&piece.text).len())));
    let between = |piece: &&Piece| {
        let below = named.is_some_and(|name| lines_in_order(&lines, name.at.segment, piece.at.segment));
        let above = pieces.get(name_end).is_some_and(|end| lines_in_order(&lines, piece.at.segment, end.at.segment));
        below && above
    };
    let care = pieces.get(..name_end)?.iter().find(between).map(|piece| piece.at.segment);
    let last = pieces.iter().rposition(|piece| is_country(&piece.text)).filter(|&last| last > code).unwrap_or(code);
    let start = whole_start(pieces, name_end, named.map(|name| name.at.segment));
    let last = whole_end(pieces, last);
    let whole = pieces.get(start..=last)?.iter().map(|piece| piece.at.clone()).collect();
    Some(Block { lines, name, care, parts, whole, label })
}

/// Where the whole address begins: with the line of its street, and with lines above that have a number too
/// (`3rd Floor, Dale Works`), but below the name.
fn whole_start(pieces: &[Piece], street: usize, name: Option<usize>) -> usize {
    let line_of = |at: usize| pieces.get(at).map(|piece| piece.at.segment);
    let first_of_line = |at: usize| pieces.iter().position(|piece| Some(piece.at.segment) == line_of(at)).unwrap_or(at);
    let mut start = street;
    loop {
        let first = first_of_line(start);
        if line_of(first) == name {
            return start;
        }
        start = first;
        let Some(above) = start.checked_sub(1).map(first_of_line).filter(|&above| line_of(above) != name) else {
            return start;
        };
        let line = &pieces[above..start];
        let numbered = line
            .iter()
            .map(|piece| unnumbered(&piece.text))
            .any(|text| is_street(text) && text.bytes().any(|byte| byte.is_ascii_digit()) && !text.starts_with('('));
        if name.is_none() || !numbered {
            return start;
        }
        start = above;
    }
}

/// Where the whole address ends: what stands behind the town on its line is its state.
fn whole_end(pieces: &[Piece], last: usize) -> usize {
    const STATE_WORDS_MAX: usize = 3;
    let line = pieces.get(last).map(|piece| piece.at.segment);
    let is_state = |piece: &&Piece| {
        Some(piece.at.segment) == line
            && piece.text.split(' ').count() <= STATE_WORDS_MAX
            && !piece.text.bytes().any(|byte| byte.is_ascii_digit())
    };
    last + pieces.get(last + 1..).unwrap_or_default().iter().take_while(is_state).count()
}

/// A name without the number of its registration behind it: `Dale Ltd (126926-H)`.
fn unnumbered(text: &str) -> &str {
    const DIGITS_MIN: usize = 4;
    let Some((name, number)) = text.rsplit_once(" (") else { return text };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits >= DIGITS_MIN && number.ends_with(')') && !number.contains(' ') { name.trim_end() } else { text }
}

/// Does one line of a block stand above another?
fn lines_in_order(lines: &[usize], upper: usize, lower: usize) -> bool {
    let position = |segment: usize| lines.iter().position(|&line| line == segment);
    position(upper).zip(position(lower)).is_some_and(|(upper, lower)| upper < lower)
}

/// The street from the beginning of its line, where a house's name stands before it (not where that is the name's
/// line), and the line above where the house has one of its own.
fn streets(pieces: &[Piece], first: usize, street: usize) -> Option<Vec<Printed>> {
    let (from, to) = (&pieces.get(first)?.at, &pieces.get(street)?.at);
    let line = pieces.iter().position(|piece| piece.at.segment == from.segment)?;
    let start = if line > 0 { pieces.get(line)?.at.bytes.start } else { from.bytes.start };
    let end = if from.segment == to.segment { to.bytes.end } else { from.bytes.end };
    let mut places = vec![Printed { segment: from.segment, bytes: start..end }];
    places.extend((from.segment != to.segment).then(|| to.clone()));
    Some(places)
}

/// `Unit 4`, `Suite 200`, `Flat B`
fn is_part_of_house(text: &str) -> bool {
    let folded = fold(text);
    let mut words = folded.split(' ');
    let part = words.next().is_some_and(|word| {
        matches!(
            word,
            "unit" | "suite" | "flat" | "apartment" | "apt" | "floor" | "block" | "room" | "office" | "building"
        )
    });
    part && words.count() == 1
}

/// A house number beside a word, or a word for a street.
fn is_street(text: &str) -> bool {
    let digit = text.chars().any(|char| char.is_ascii_digit());
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let words = text.split(' ').count();
    letters >= 3 && words <= 8 && (digit || Lexicon::shared().is_street(&fold(text)) && words > 1)
}

fn is_name(text: &str) -> bool {
    if text.starts_with('(') {
        return false;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    letters >= 3 && digits * 4 < letters && text.split(' ').count() <= 8 && !is_country(text)
}
