//! Arrays of objects from the entries of a section: jobs, schools, certificates, papers.
//!
//! Finds the section by its heading, cuts it into entries, gives each part of an entry its property. Nothing is made up:
//! a property that no part fills stays absent. Called before tables are tried.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};
use sluice_extract::attribution::Evidence;
use sluice_extract::pointer::join;
use sluice_extract::schema::{ArrayRules, Kind, Node, ObjectRules, StringRules};

use super::entry::{Entry, entries};
use super::flow::Flow;
use super::groups;
use super::head_parts::{Habit, Parted, Piece, atoms, part, trimmed};
use super::outline::{Bit, Outline};
use super::period::{self, Moment, Period};
use super::section::Section;
use super::words::{Role, Words};
use crate::embedded::solution::Found;
use crate::embedded::text::fold;
use crate::embedded::value::fits;

/// A property of an item and what it asks for.
struct Asked<'a> {
    name: &'a str,
    node: &'a Node,
    role: Role,
}

/// An entry with its parts told apart.
struct Read {
    entry: Entry,
    pieces: Vec<Piece>,
    period: Option<(Flow, Period)>,
    cited: Option<(Flow, BTreeMap<Role, Range<usize>>)>,
}

/// Fills an array whose items are objects from the sections that its name asks for.
pub(crate) fn fill(outline: &Outline, sections: &[Section], pointer: &str, rules: &ArrayRules) -> Option<Found> {
    let item = object(&rules.items)?;
    let mut asked = asked(item);
    if asked.is_empty() || is_numeric(&asked) || is_alike(&asked) {
        return None;
    }
    told_apart(&mut asked);
    if let Some(wanted) = grouped(&asked) {
        let told: Vec<Section> =
            sections.iter().filter(|section| !is_tabled(outline, &section.lines)).cloned().collect();
        return groups::fill(outline, &told, pointer, &wanted);
    }
    let mut found = Found { value: json!([]), ..Found::default() };
    for section in sections.iter().filter(|section| !is_tabled(outline, &section.lines)) {
        let reads: Vec<Read> =
            entries(outline, section.lines.clone()).into_iter().map(|entry| read(outline, entry)).collect();
        write(outline, section, &reads, &asked, pointer, &mut found);
    }
    found.value.as_array().is_some_and(|items| !items.is_empty()).then_some(found)
}

fn object(node: &Node) -> Option<&ObjectRules> {
    match &node.kind {
        Kind::Object(rules) => Some(rules),
        Kind::Union(branches) => branches.iter().find_map(object),
        _ => None,
    }
}

fn asked(item: &ObjectRules) -> Vec<Asked<'_>> {
    let words = Words::shared();
    let asked = item.properties.iter().map(|property| Asked {
        name: &property.name,
        node: &property.node,
        role: words.role(&property.name, &property.node),
    });
    asked.collect()
}

/// What properties ask for beside each other: beside a position a name is the employer's, a name with a list is a group's,
/// and of two that ask for the same only one is answered.
fn told_apart(asked: &mut [Asked<'_>]) {
    let has = |asked: &[Asked<'_>], role: Role| asked.iter().any(|asked| asked.role == role);
    if has(asked, Role::Position)
        && !has(asked, Role::Organisation)
        && let Some(name) = asked.iter_mut().find(|asked| asked.role == Role::Name)
    {
        name.role = Role::Organisation;
    }
    let twice = [Role::Name, Role::Organisation, Role::Text, Role::Items, Role::Place, Role::When];
    for role in twice {
        let same: Vec<usize> = (0..asked.len()).filter(|&at| asked[at].role == role).collect();
        let meant = |at: &&usize| MAIN_WORDS.iter().any(|word| asked[**at].name.to_lowercase().contains(word));
        let kept = same.iter().find(meant).or_else(|| same.first()).copied();
        for at in same.into_iter().filter(|at| Some(*at) != kept) {
            asked[at].role = Role::Unsaid;
        }
    }
}

/// A name with a list or a level, and nothing that an entry would have besides.
fn grouped<'a>(asked: &[Asked<'a>]) -> Option<groups::Wanted<'a>> {
    let of = |role: Role| asked.iter().find(|asked| asked.role == role).map(|asked| (asked.name, asked.node));
    let known = [Role::Name, Role::Items, Role::Level, Role::Unsaid, Role::Link];
    let (items, level) = (of(Role::Items), of(Role::Level));
    let only = asked.iter().all(|asked| known.contains(&asked.role));
    (only && (items.is_some() || level.is_some())).then_some(groups::Wanted { name: of(Role::Name)?, items, level })
}

/// Names by which the one of several properties is meant that takes what an entry says most of.
const MAIN_WORDS: [&str; 7] = ["highlight", "responsib", "achievement", "bullet", "accomplish", "duties", "summary"];

/// Most leaves are figures: rows of a table, not entries of a text.
fn is_numeric(asked: &[Asked<'_>]) -> bool {
    let number = |asked: &&Asked<'_>| {
        matches!(asked.node.kind, Kind::Number(_) | Kind::Integer(_))
            && !matches!(asked.role, Role::Start | Role::End | Role::When)
    };
    asked.iter().filter(number).count() * 3 > asked.len()
}

/// Some property takes a figure among other things, and most ask for nothing that a text would tell apart: columns of a
/// table, not parts of an entry.
fn is_alike(asked: &[Asked<'_>]) -> bool {
    let figure = |node: &Node| matches!(node.kind, Kind::Number(_) | Kind::Integer(_));
    let may = |asked: &Asked<'_>| matches!(&asked.node.kind, Kind::Union(branches) if branches.iter().any(figure));
    asked.iter().any(may) && asked.iter().filter(|asked| asked.role == Role::Name).count() > 2
}

fn is_tabled(outline: &Outline, lines: &Range<usize>) -> bool {
    let lines = outline.lines.get(lines.clone()).unwrap_or_default();
    lines.iter().filter(|line| line.in_table).count() * 2 > lines.len()
}

/// Tells the parts of an entry apart.
fn read(outline: &Outline, entry: Entry) -> Read {
    let whole = Flow::of(outline, &entry.head.concat());
    let cited = cited(&whole.text).map(|parts| (whole, parts));
    let mut pieces = Vec::new();
    let mut found: Option<(Flow, Period)> = None;
    for (row, bits) in entry.head.iter().enumerate() {
        let mut index = 0;
        for flow in hard_parts(outline, bits) {
            if is_duration(&flow.text) {
                continue;
            }
            let period = period::find(&flow.text).filter(|_| found.as_ref().is_none_or(|(_, known)| !is_range(known)));
            let period = period.filter(|period| found.is_none() || is_range(period));
            let texts = match &period {
                Some(period) => vec![0..period.bytes.start, period.bytes.end..flow.text.len()],
                None => std::iter::once(0..flow.text.len()).collect(),
            };
            for text in texts {
                let text = trimmed(&flow.text, text);
                let own = Flow::of(outline, &flow.bits(&text));
                if own.text.chars().any(char::is_alphabetic) {
                    let atoms = atoms(&own.text);
                    pieces.push(Piece { row, index, flow: own, atoms });
                    index += 1;
                }
            }
            if let Some(period) = period {
                found = Some((flow, period));
            }
        }
    }
    Read { entry, pieces, period: found, cited }
}

fn is_range(period: &Period) -> bool {
    period.end.is_some() || period.now.is_some()
}

/// The parts of a row between gaps, weights, bars and middle dots.
fn hard_parts(outline: &Outline, bits: &[Bit]) -> Vec<Flow> {
    let mut parts = Vec::new();
    let mut open: Vec<Bit> = Vec::new();
    for (position, bit) in bits.iter().enumerate() {
        let goes_on = position > 0 && bits.get(position - 1).is_some_and(|before| before.line != bit.line);
        if !goes_on && !open.is_empty() {
            parts.push(Flow::of(outline, &std::mem::take(&mut open)));
        }
        open.push(bit.clone());
    }
    parts.push(Flow::of(outline, &open));
    let cut = |flow: Flow| -> Vec<Flow> {
        let mut cuts = Vec::new();
        let mut from = 0;
        for mark in flow.text.match_indices(['|', '·', '•', '\u{f0b7}']) {
            cuts.push(from..mark.0);
            from = mark.0 + mark.1.len();
        }
        cuts.push(from..flow.text.len());
        cuts.into_iter().map(|range| Flow::of(outline, &flow.bits(&trimmed(&flow.text, range)))).collect()
    };
    parts.into_iter().flat_map(cut).filter(|flow| !flow.text.is_empty()).collect()
}

static DURATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\(?(?:\d+\s+(?:years?|months?|yrs?|mos?|jahre?|monate?)[\s,]*)+\)?$").ok());

fn is_duration(text: &str) -> bool {
    DURATION.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// `Authors (year). "Title." Journal, volume`: how papers are cited, in its commonest form.
static CITATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^(?P<authors>[^"“]{3,}?)[.,]?\s*\((?P<year>(?:19|20)\d{2})\)[.,]?\s*["“](?P<title>[^"”]+)["”][.,]?\s*(?P<journal>[^,]*)"#).ok()
});

fn cited(text: &str) -> Option<BTreeMap<Role, Range<usize>>> {
    let captures = CITATION.as_ref()?.captures(text)?;
    let parts = [(Role::Authors, "authors"), (Role::When, "year"), (Role::Name, "title"), (Role::Publisher, "journal")];
    let range =
        |name: &str| captures.name(name).map(|found| trimmed(text, found.range())).filter(|range| !range.is_empty());
    Some(parts.into_iter().filter_map(|(role, name)| Some((role, range(name)?))).collect())
}

/// Roles that parts of a head can fill.
fn text_roles(asked: &[Asked<'_>]) -> Vec<Role> {
    let filled_elsewhere = [Role::Unsaid, Role::Start, Role::End, Role::When, Role::Current, Role::Items, Role::Link];
    let mut roles: Vec<Role> =
        asked.iter().map(|asked| asked.role).filter(|role| !filled_elsewhere.contains(role)).collect();
    roles.sort();
    roles.dedup();
    roles
}

fn write(outline: &Outline, section: &Section, reads: &[Read], asked: &[Asked<'_>], pointer: &str, found: &mut Found) {
    let roles = text_roles(asked);
    let labelled = roles.contains(&Role::Label) && reads.iter().any(|read| label(outline, read).is_some());
    let habit = habit(reads, &roles);
    for read in reads {
        let (parted, _) = part(&read.pieces, &roles, &habit);
        let index = found.value.as_array().map_or(0, Vec::len);
        let at = format!("{pointer}/{index}");
        let mut item = Map::new();
        let listed = asked.iter().any(|asked| asked.role == Role::Items);
        let told = asked.iter().any(|asked| asked.role == Role::Text);
        let (texts, items) = told_and_listed(&read.entry, told && listed);
        let writer = Writer { outline, section, read, parted: &parted, labelled, texts, items, listed };
        for asked in asked {
            let own = join(&at, asked.name);
            if let Some(part) = writer.value(asked, &own) {
                found.evidence.extend(part.evidence);
                item.insert(asked.name.to_owned(), part.value);
            }
        }
        let telling = asked.iter().any(|asked| item.contains_key(asked.name) && asked.role != Role::Current);
        if let Some(items) = found.value.as_array_mut().filter(|_| telling) {
            items.push(Value::Object(item));
        }
    }
}

/// Which place has which role in most entries.
fn habit(reads: &[Read], roles: &[Role]) -> Habit {
    let mut habit = Habit::new();
    let share = 1.0 / reads.len().max(1) as f32;
    for read in reads {
        let (_, places) = part(&read.pieces, roles, &Habit::new());
        for key in places {
            *habit.entry(key).or_default() += share;
        }
    }
    habit
}

/// The label of an entry and what stands behind it: `Label: a, b`, or a bold line above others.
fn label(outline: &Outline, read: &Read) -> Option<(Flow, Flow)> {
    let bits = read.entry.head.concat();
    let flow = Flow::of(outline, &bits);
    if let Some(colon) = flow.text.find(": ").filter(|&colon| colon < 50) {
        let (head, tail) = (0..colon, colon + 2..flow.text.len());
        return Some((Flow::of(outline, &flow.bits(&head)), Flow::of(outline, &flow.bits(&tail))));
    }
    let (first, rest) = read.entry.head.split_first()?;
    let rest: Vec<Bit> = rest
        .iter()
        .flatten()
        .chain(read.entry.items.iter().flatten())
        .chain(read.entry.texts.iter().flatten())
        .cloned()
        .collect();
    let bold = first.iter().all(|bit| outline.lines.get(bit.line).is_some_and(|line| line.is_bold()));
    (bold && !rest.is_empty()).then(|| (Flow::of(outline, first), Flow::of(outline, &rest)))
}

/// Writes the values of one entry.
struct Writer<'a> {
    outline: &'a Outline,
    section: &'a Section,
    read: &'a Read,
    parted: &'a Parted,
    labelled: bool,
    /// Paragraphs that tell, and points.
    texts: Vec<&'a Vec<Bit>>,
    items: Vec<&'a Vec<Bit>>,
    /// Another property takes the points.
    listed: bool,
}

/// An entry's paragraphs and its points. Points may be drawn without any mark that is text: where both are asked for and
/// nothing tells them apart, the first paragraph is told and the others are points.
fn told_and_listed(entry: &Entry, both: bool) -> (Vec<&Vec<Bit>>, Vec<&Vec<Bit>>) {
    let (texts, items): (Vec<_>, Vec<_>) = (entry.texts.iter().collect(), entry.items.iter().collect());
    match texts.split_first() {
        Some((first, rest)) if both && items.is_empty() && !rest.is_empty() => (vec![*first], rest.to_vec()),
        _ => (texts, items),
    }
}

impl Writer<'_> {
    fn value(&self, asked: &Asked<'_>, pointer: &str) -> Option<Found> {
        match asked.role {
            Role::Start | Role::End | Role::When | Role::Current => self.time(asked, pointer),
            Role::Items => self.items(asked, pointer),
            Role::Text => self.rest(asked, pointer),
            Role::Label | Role::Details if self.labelled => {
                let (label, details) = label(self.outline, self.read)?;
                let flow = if asked.role == Role::Label { label } else { details };
                let range = trimmed(&flow.text, 0..flow.text.len());
                self.text(asked, pointer, &flow, range)
            }
            Role::Link | Role::Unsaid => None,
            role => {
                if let Some((flow, range)) =
                    self.read.cited.as_ref().and_then(|(flow, parts)| Some((flow, parts.get(&role)?)))
                {
                    return self.text(asked, pointer, flow, range.clone());
                }
                let (piece, range) = self.parted.get(&role)?;
                let piece = self.read.pieces.get(*piece)?;
                self.text(asked, pointer, &piece.flow, range.clone())
            }
        }
    }

    fn text(&self, asked: &Asked<'_>, pointer: &str, flow: &Flow, range: Range<usize>) -> Option<Found> {
        let text = flow.text.get(range.clone())?;
        let value = of_text(asked.node, text)?;
        Some(self.leaf(pointer, value, flow, &range))
    }

    fn leaf(&self, pointer: &str, value: Value, flow: &Flow, range: &Range<usize>) -> Found {
        let reasoning = format!("A part of an entry under the heading \u{201c}{}\u{201d}.", self.section.title);
        let evidence = Evidence {
            places: flow.places(self.outline, range),
            confidence: Some(self.section.confidence),
            reasoning: Some(reasoning),
        };
        Found::leaf(pointer, value, evidence)
    }

    /// Beginning, end, the year, or whether it goes on.
    fn time(&self, asked: &Asked<'_>, pointer: &str) -> Option<Found> {
        if let Some((flow, range)) =
            self.read.cited.as_ref().and_then(|(flow, parts)| Some((flow, parts.get(&Role::When)?)))
        {
            let text = flow.text.get(range.clone())?;
            let value = of_moment(asked.node, &period::find(text)?.start)?;
            return (asked.role == Role::When).then(|| self.leaf(pointer, value, flow, range));
        }
        let (flow, period) = self.read.period.as_ref()?;
        let one = |moment: &Moment| Some(self.leaf(pointer, of_moment(asked.node, moment)?, flow, &moment.bytes));
        match (asked.role, &period.end, &period.now) {
            (Role::Start, None, None) => None,
            (Role::Start, ..) => one(&period.start),
            (Role::When, end, _) => one(end.as_ref().unwrap_or(&period.start)),
            (Role::End, Some(end), _) => one(end),
            (Role::End, None, None) => one(&period.start),
            (Role::End, None, Some((bytes, word))) => {
                let told = asked.node.description.as_deref().unwrap_or_default().to_lowercase();
                let wanted = !asked.node.nullable && (told.contains("present") || told.contains("current"));
                let value = json!(if told.contains("present") { "present" } else { word.as_str() });
                (wanted && fits(asked.node, &value)).then(|| self.leaf(pointer, value, flow, bytes))
            }
            (_, _, now) => {
                let known = is_range(period);
                known.then(|| self.leaf(pointer, json!(now.is_some()), flow, &period.bytes))
            }
        }
    }

    /// The points of the entry, or the list behind its label.
    fn items(&self, asked: &Asked<'_>, pointer: &str) -> Option<Found> {
        let rules = array(asked.node)?;
        let mut found = Found::default();
        let mut values = Vec::new();
        let flows: Vec<Flow> = if self.labelled {
            let bits = self.read.entry.head.iter().skip(1).chain(&self.read.entry.items).chain(&self.read.entry.texts);
            let lines: Vec<Flow> = bits.map(|bits| Flow::of(self.outline, bits)).collect();
            if lines.is_empty() { vec![label(self.outline, self.read)?.1] } else { lines }
        } else {
            self.items.iter().map(|bits| Flow::of(self.outline, bits)).collect()
        };
        for flow in &flows {
            let ranges = if self.labelled {
                super::list::cut(&flow.text)
            } else {
                std::iter::once(0..flow.text.len()).collect()
            };
            for range in ranges {
                let Some(value) = flow.text.get(range.clone()).and_then(|text| of_text(&rules.items, text)) else {
                    continue;
                };
                found
                    .evidence
                    .extend(self.leaf(&format!("{pointer}/{}", values.len()), value.clone(), flow, &range).evidence);
                values.push(value);
            }
        }
        found.value = Value::Array(values);
        found.value.as_array().is_some_and(|values| !values.is_empty()).then_some(found)
    }

    /// What no other property took: paragraphs and points.
    fn rest(&self, asked: &Asked<'_>, pointer: &str) -> Option<Found> {
        let points = self.items.iter().filter(|_| !self.listed);
        let blocks: Vec<&Vec<Bit>> = points.chain(&self.texts).copied().collect();
        let mut bits: Vec<Bit> = blocks.iter().flat_map(|bits| bits.iter().cloned()).collect();
        let mut lines: Vec<String> = blocks.iter().map(|bits| Flow::of(self.outline, bits).text).collect();
        if lines.is_empty() {
            let (piece, range) = self.parted.get(&Role::Text)?;
            let piece = self.read.pieces.get(*piece)?;
            bits = piece.flow.bits(range);
            lines = vec![piece.flow.text.get(range.clone())?.to_owned()];
        }
        let text = lines.join("\n");
        let value = of_text(asked.node, &text)?;
        let flow = Flow::of(self.outline, &bits);
        let range = 0..flow.text.len();
        Some(self.leaf(pointer, value, &flow, &range))
    }
}

pub(crate) fn array(node: &Node) -> Option<&ArrayRules> {
    match &node.kind {
        Kind::Array(rules) => Some(rules),
        Kind::Union(branches) => branches.iter().find_map(array),
        _ => None,
    }
}

/// A text as a value of a node that takes texts.
pub(crate) fn of_text(node: &Node, text: &str) -> Option<Value> {
    let text = text.trim();
    let value = json!(text);
    let allowed = node.allowed.as_ref().and_then(|allowed| {
        allowed.iter().find(|value| value.as_str().is_some_and(|value| fold(value) == fold(text))).cloned()
    });
    match allowed {
        Some(value) => Some(value),
        None => (!text.is_empty() && fits(node, &value)).then_some(value),
    }
}

/// A moment in the form that a node asks for: a number, `YYYY-MM`, or as it is printed.
fn of_moment(node: &Node, moment: &Moment) -> Option<Value> {
    let told = node.description.as_deref().unwrap_or_default().to_lowercase();
    let value = match &node.kind {
        Kind::Integer(_) | Kind::Number(_) => Some(json!(moment.year)),
        Kind::Union(branches) => {
            let number = branches.iter().find(|branch| matches!(branch.kind, Kind::Integer(_)));
            let bare = moment.printed.len() == 4;
            let chosen = number
                .filter(|_| bare)
                .or_else(|| branches.iter().find(|branch| matches!(branch.kind, Kind::String(_))));
            chosen.and_then(|branch| of_moment(branch, moment))
        }
        Kind::String(rules) if asks_month(rules, &told) => {
            let full = moment.iso();
            let whole = json!(full);
            let month = json!(full.get(..7).unwrap_or(&full));
            Some(if full.len() == 10 && fits(node, &whole) { whole } else { month })
        }
        Kind::String(_) if told.contains("year") => Some(json!(moment.year.to_string())),
        Kind::String(_) => Some(json!(moment.printed)),
        _ => None,
    }?;
    fits(node, &value).then_some(value)
}

fn asks_month(rules: &StringRules, told: &str) -> bool {
    let pattern = rules
        .pattern
        .as_deref()
        .is_some_and(|pattern| Regex::new(pattern).is_ok_and(|regex| regex.is_match("2020-12")));
    pattern || told.contains("yyyy-mm")
}
