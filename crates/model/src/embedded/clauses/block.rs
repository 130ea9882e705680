//! Blocks of lines that belong to a party of a contract: `To the Supplier`, `For NAME`, `Signed by ...`.
//!
//! A block begins with a line that says its party, and ends before the next such line, heading or numbered clause.
//! Called by the reader of parties.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};
use sluice_extract::schema::Node;
use sluice_extract::values::date::DayOrder;
use sluice_extract::values::identifier::{IdentifierKind, scan_kind};

use super::parties::Party;
use super::sentence::is_family;
use super::{Clauses, MARKER, is_mark};
use crate::embedded::candidate::{Printed, Thing, scan_text};
use crate::embedded::layout::Layout;
use crate::embedded::query::{LabelText, Query};
use crate::embedded::slot::{Want, want_of};
use crate::embedded::text::{fold, name_words, words};
use crate::embedded::value::fits;

/// Segments of a block.
const SEGMENTS_MAX: usize = 14;
/// A label answers a property at least this well.
const SAYS: f32 = 0.5;

/// The lines of a party.
#[derive(Debug)]
pub(crate) struct Block {
    /// Position of the party.
    pub(crate) party: usize,
    /// The heading above, and the line that opens the block.
    pub(crate) heading: String,
    /// Labels and their values.
    pairs: Vec<(String, Printed)>,
    /// Lines without a label.
    lines: Vec<Printed>,
}

static INTRO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:if|signed|executed|accepted|agreed|and|notices?|sent)\s+)*(?:(?:for and )?on behalf of|for|to|by)\s+(?:the\s+)?(?P<who>.+?):?$").ok()
});

/// The blocks of all parties, in reading order.
pub(crate) fn blocks(layout: &Layout<'_>, clauses: &Clauses, parties: &[Party<'_>]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heading = String::new();
    let mut open: Option<(Block, Vec<usize>)> = None;
    let mut close = |open: &mut Option<(Block, Vec<usize>)>| {
        if let Some((mut block, segments)) = open.take() {
            block.read(layout, &segments, parties);
            blocks.push(block);
        }
    };
    for &index in &clauses.order {
        let Some(segment) = layout.segments.get(index) else { continue };
        if let Some(party) = introduced(&segment.text, parties) {
            close(&mut open);
            let block =
                Block { party, heading: format!("{heading} {}", segment.text), pairs: Vec::new(), lines: Vec::new() };
            open = Some((block, Vec::new()));
            continue;
        }
        let headed = clauses.headings.iter().find(|heading| heading.at.segment == index);
        let numbered = is_mark(&segment.text) || MARKER.as_ref().is_some_and(|marker| marker.is_match(&segment.text));
        if let Some(found) = headed.filter(|found| !is_name(&found.text, parties)) {
            let label = open.is_some() && LabelText::of(&found.text).is_known() && found.number.is_none();
            if !label {
                close(&mut open);
                heading.clone_from(&found.text);
                continue;
            }
        }
        if numbered || open.as_ref().is_some_and(|(_, segments)| segments.len() >= SEGMENTS_MAX) {
            close(&mut open);
        }
        if let Some((_, segments)) = &mut open {
            segments.push(index);
        }
    }
    close(&mut open);
    blocks
}

/// The party that a line opens a block of.
fn introduced(text: &str, parties: &[Party<'_>]) -> Option<usize> {
    let who = fold(INTRO.as_ref()?.captures(text)?.name("who")?.as_str());
    parties.iter().position(|party| who == fold(party.name()) || who == fold(party.term()))
}

fn is_name(text: &str, parties: &[Party<'_>]) -> bool {
    let text = fold(text);
    parties.iter().any(|party| text == fold(party.name()) || text == fold(party.term()))
}

impl Block {
    /// Does the heading above ask for the same as an object's name or description?
    pub(crate) fn answers(&self, name: &str, node: &Node) -> bool {
        let heads = words(&self.heading);
        let told = words(node.description.as_deref().unwrap_or_default());
        name_words(name)
            .iter()
            .chain(&told)
            .any(|word| word.len() > 3 && heads.iter().any(|head| is_family(word, head)))
    }

    fn read(&mut self, layout: &Layout<'_>, segments: &[usize], parties: &[Party<'_>]) {
        let mut at = 0;
        while let Some(segment) = segments.get(at).and_then(|&index| layout.segments.get(index)) {
            let index = segments[at];
            let next = segments.get(at + 1).and_then(|&next| Some((next, layout.segments.get(next)?)));
            let beside = next.filter(|(_, next)| next.page == segment.page && next.rect.overlap_y(&segment.rect) > 0.0);
            at += 1;
            if let Some((label, _)) = segment.text.split_once(": ") {
                let bytes = label.len() + 2..segment.text.len();
                self.pairs.push((label.to_owned(), Printed { segment: index, bytes }));
            } else if let Some((next, value)) = beside {
                self.pairs.push((segment.text.clone(), Printed { segment: next, bytes: 0..value.text.len() }));
                at += 1;
            } else if !is_name(&segment.text, parties) {
                self.lines.push(Printed { segment: index, bytes: 0..segment.text.len() });
            }
        }
    }

    /// The value of a property, and where it stands.
    pub(crate) fn value(&self, layout: &Layout<'_>, name: &str, node: &Node) -> Option<(Value, Vec<Printed>)> {
        let query = Query::of(&[name], node);
        let found = match want_of(name, node, &query) {
            Want::Email => self.email(layout),
            Want::Address => self.labelled(layout, &query).or_else(|| self.address(layout)),
            Want::Date => self.date(layout, &query),
            _ => self.labelled(layout, &query),
        };
        found.filter(|(value, _)| fits(node, value))
    }

    fn labelled(&self, layout: &Layout<'_>, query: &Query) -> Option<(Value, Vec<Printed>)> {
        let scored = self.pairs.iter().map(|(label, at)| (query.similarity(&LabelText::of(label)), at));
        let (score, at) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (score >= SAYS).then(|| (json!(text(layout, at)), vec![at.clone()]))
    }

    fn email(&self, layout: &Layout<'_>) -> Option<(Value, Vec<Printed>)> {
        let all = self.lines.iter().chain(self.pairs.iter().map(|(_, at)| at));
        all.into_iter().find_map(|at| {
            let found = scan_kind(text(layout, at), IdentifierKind::Email).into_iter().next()?;
            let bytes = at.bytes.start + found.span.start..at.bytes.start + found.span.end;
            let at = Printed { segment: at.segment, bytes };
            Some((json!(text(layout, &at)), vec![at]))
        })
    }

    /// The lines that are nothing else, on one line.
    fn address(&self, layout: &Layout<'_>) -> Option<(Value, Vec<Printed>)> {
        let other = |text: &str| text.contains('@') || text.starts_with("www.") || text.starts_with(['(', '_']);
        let lines: Vec<Printed> = self.lines.iter().filter(|at| !other(text(layout, at))).cloned().collect();
        let texts: Vec<&str> = lines.iter().map(|at| text(layout, at).trim_end_matches(',')).collect();
        let figures = texts.iter().any(|text| text.chars().any(|char| char.is_ascii_digit()));
        (figures && texts.len() <= 6).then(|| (json!(texts.join(", ")), lines.clone()))
    }

    /// The date beside a label that asks for it, or the only one.
    fn date(&self, layout: &Layout<'_>, query: &Query) -> Option<(Value, Vec<Printed>)> {
        let dated = |at: &Printed| {
            let date = scan_text(text(layout, at)).into_iter().find_map(|found| match found.thing {
                Thing::Date(reading) => Some(reading),
                _ => None,
            })?;
            let date = date.under(DayOrder::Unknown);
            Some((json!(format!("{:04}-{:02}-{:02}", date.year, date.month, date.day?)), vec![at.clone()]))
        };
        let best = self.pairs.iter().filter(|(label, _)| query.similarity(&LabelText::of(label)) >= SAYS);
        let all = self.pairs.iter().map(|(_, at)| at).chain(&self.lines);
        { best }.find_map(|(_, at)| dated(at)).or_else(|| {
            let mut dates = all.filter_map(dated);
            dates.next().filter(|_| dates.next().is_none())
        })
    }
}

fn text<'l>(layout: &'l Layout<'_>, at: &Printed) -> &'l str {
    layout.segments.get(at.segment).and_then(|segment| segment.text.get(at.bytes.clone())).unwrap_or_default()
}
