//! Arrays of objects: rows of tables, wherever they are drawn, aligned or only implied.
//!
//! Finds every table that could hold the rows, gives each column its property, and reads the best. A value comes from
//! the words of one cell and says so; where no table shows itself the array stays absent. Called by the embedded
//! model's entry for each array of its schema.

mod aligned;
mod body;
mod cell;
mod columns;
mod consistent;
mod details;
mod frame;
mod listed;
mod parted;
mod series;
mod sheet;
mod split;
mod spread;
mod summed;
mod taxes;
mod till;
mod units;
mod wording;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value};
use sluice_extract::assignment::greatest_gain;
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::page::Document;
use sluice_extract::pointer::join;
use sluice_extract::schema::{Kind, Node};

use self::body::{Meaning, Row};
use self::cell::{Habits, Want};
use self::frame::Frame;
use self::sheet::{CellText, Sheet, SheetRow};
use self::wording::{Heading, Headings, Wording};
use super::confidence;
use super::layout::Layout;
use super::solution::Found;
use super::text::{fold, name_words, words};

/// What is needed to read arrays; made once for a document.
#[derive(Debug)]
pub(crate) struct Prepared {
    frames: Vec<Frame>,
    habits: Habits,
    headings: Headings,
    /// Tables read for an item, by what the item asks: many arrays may ask the same.
    readings: RefCell<HashMap<String, Rc<Vec<Reading>>>>,
    /// Made when a report's figures are asked for.
    statements: OnceCell<series::Statements>,
}

/// Fills an array at `pointer` of the result; `path` holds the names from the root to it. `None` where nothing was found.
pub(crate) fn fill(layout: &Layout<'_>, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let prepared = layout.prepared.get_or_init(|| Prepared::of(layout.document));
    let name = path.last().copied().unwrap_or_default();
    let reader = Reader { document: layout.document, prepared };
    reader.table(name, node, pointer).or_else(|| reader.listed(name, node, pointer))
}

/// Fills a leaf that asks for the period of a report.
pub(crate) fn period(layout: &Layout<'_>, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let named = path.last().filter(|name| name_words(name).last().is_some_and(|word| word == "period"))?;
    series::period(layout.prepared.get_or_init(|| Prepared::of(layout.document)), named, node, pointer)
}

struct Reader<'a> {
    document: &'a Document,
    prepared: &'a Prepared,
}

/// A leaf of an item, or an object that one cell fills.
pub(crate) struct Slot<'a> {
    path: Vec<&'a str>,
    name: String,
    node: &'a Node,
}

/// A sheet whose columns have a meaning.
#[derive(Clone, Debug)]
struct Reading {
    sheet: Sheet,
    /// For each slot its column.
    columns: Vec<Option<usize>>,
    agreement: f32,
    rows: Vec<Row>,
}

impl Prepared {
    fn of(document: &Document) -> Self {
        let frames = frame::frames(document);
        let texts: Vec<String> =
            frames.iter().flat_map(|frame| frame.bands.iter().map(|band| frame.text(&band.pieces))).collect();
        let habits = Habits::of(texts.iter().map(String::as_str));
        Self {
            frames,
            habits,
            headings: Headings::default(),
            readings: RefCell::default(),
            statements: OnceCell::new(),
        }
    }
}

impl Reader<'_> {
    /// Reads the array `node`, which is called `name` and belongs at `pointer` of the result.
    fn table(&self, name: &str, node: &Node, pointer: &str) -> Option<Found> {
        let item = item_of(node)?;
        let slots = slots(item);
        if slots.is_empty() {
            return None;
        }
        if series::asks_figures(&slots) {
            let found = series::fill(self.prepared, name, node, &slots, pointer);
            if found.is_some() || slots.len() > 3 {
                return found;
            }
        }
        let wording = Wording::of(slots.iter().map(|slot| (slot.name.as_str(), slot.node)));
        let without_totals = leaves_totals_out(name, node);
        let readings = self.readings(&slots, &wording, without_totals);
        let subject = Wording::of([(name, node)]);
        let page = page_named(node);
        let told = |reading: &Reading| {
            let here = page.is_some() && self.prepared.frames.get(reading.sheet.frame).map(|frame| frame.page) == page;
            let here = if here { ON_THE_PAGE } else { 1.0 };
            here * reading.worth() * (1.0 + 0.3 * self.caption(&reading.sheet, &subject))
        };
        // Of equals the first.
        let best_of = |among: &dyn Fn(usize) -> bool| {
            let order = (0..readings.len()).rev().filter(|&at| among(at));
            order.max_by(|&a, &b| told(&readings[a]).total_cmp(&told(&readings[b])))
        };
        let mut best = best_of(&|_| true);
        let asked = format!("{name} {}", node.description.as_deref().unwrap_or_default());
        if let Some(taxes) = taxes::Asked::of(&slots, &asked) {
            let Prepared { frames, habits, .. } = self.prepared;
            let proven = best_of(&|at| taxes.proves(&readings[at], *habits));
            if let Some(found) = proven.is_none().then(|| taxes.fill(frames, *habits, &slots, pointer)).flatten() {
                return Some(found);
            }
            best = proven.or(best);
        }
        let longest = best.map_or(0, |best| readings[best].rows.len());
        if let Some(till) = self.till(&slots, &wording, &asked).filter(|till| till.rows.len() > longest) {
            return Some(self.write(&[till], &slots, pointer));
        }
        let best = best?;
        let meaning = readings[best].meaning(&slots, without_totals);
        let parts = spread::over_pages(&self.prepared.frames, best, &readings, &meaning);
        Some(self.write(&parts, &slots, pointer))
    }

    /// The longest list without heads that adds up, where it answers at least what stands there and how much it is.
    fn till(&self, slots: &[Slot<'_>], wording: &Wording, asked: &str) -> Option<Reading> {
        const TAKEN_OFF: [&str; 6] = ["discount", "rebate", "deduction", "rabatt", "remise", "sconto"];
        let said = words(asked);
        let refused = |at: usize| at > 0 && matches!(said[at - 1].as_str(), "no" | "not" | "without" | "excluding");
        let taken_off = { said.iter().enumerate() }
            .any(|(at, word)| TAKEN_OFF.iter().any(|stem| word.starts_with(stem)) && !refused(at));
        let sheets = till::sheets(&self.prepared.frames, self.prepared.habits);
        let sheet = sheets.iter().map(|sheet| till::only(sheet, taken_off)).max_by_key(|sheet| sheet.rows.len())?;
        let scores = scores(&sheet, slots, wording, &self.prepared.headings);
        let columns = greatest_gain(&scores);
        let holds = |column: usize| columns.contains(&Some(column));
        let agreement = columns.iter().enumerate().filter_map(|(slot, column)| scores[slot].get((*column)?)).sum();
        let count = columns.iter().position(|column| *column == Some(till::QUANTITY));
        let unprinted = count.and_then(|slot| said_default(slots[slot].node));
        let row = |row: &SheetRow| {
            let mut cells = row.cells.clone();
            let name = cells.first().cloned().unwrap_or_default();
            if let Some((cell, text)) =
                cells.get_mut(till::QUANTITY).filter(|cell| cell.is_empty()).zip(unprinted.clone())
            {
                *cell = CellText { text, ..name };
            }
            Row { frame: row.frame, cells, section: None }
        };
        let rows: Vec<Row> = sheet.rows.iter().map(row).collect();
        (holds(0) && holds(3) && !rows.is_empty()).then(|| Reading {
            sheet: till::unnamed(sheet),
            columns,
            agreement,
            rows,
        })
    }

    /// Every table that could hold the rows, read; arrays that ask the same share them.
    fn readings(&self, slots: &[Slot<'_>], wording: &Wording, without_totals: bool) -> Rc<Vec<Reading>> {
        let told = |slot: &Slot<'_>| format!("{}\n{:?}\n{:?}\n", slot.name, slot.node.description, slot.node.kind);
        let key = format!("{without_totals}\n{}", slots.iter().map(told).collect::<String>());
        if let Some(known) = self.prepared.readings.borrow().get(&key) {
            return Rc::clone(known);
        }
        let sheets = self.find_sheets(slots, wording).into_iter();
        let readings = sheets.filter_map(|sheet| self.reading(sheet, slots, wording, without_totals));
        let readings = Rc::new(readings.collect::<Vec<Reading>>());
        self.prepared.readings.borrow_mut().insert(key, Rc::clone(&readings));
        readings
    }

    fn find_sheets(&self, slots: &[Slot<'_>], wording: &Wording) -> Vec<Sheet> {
        let numeric = slots.iter().any(|slot| matches!(cell::want(slot.node), Want::Number | Want::Money));
        let asked = aligned::Asked { wording, headings: &self.prepared.headings, count: slots.len(), numeric };
        let mut sheets = aligned::sheets(&self.prepared.frames, &asked);
        for (index, page) in self.document.pages.iter().enumerate() {
            for table in &page.tables {
                let table = &split::at_missed_rules(page, table);
                let most = (table.header_rows + 2).min(table.rows);
                sheets.extend(
                    (0..=most).filter_map(|heads| sheet::from_table(&self.prepared.frames, index, page, table, heads)),
                );
                if table.ruled && table.rows > 2 {
                    sheets.extend(sheet::from_upward_table(&self.prepared.frames, index, page, table));
                }
            }
        }
        sheets
    }

    fn reading(&self, sheet: Sheet, slots: &[Slot<'_>], wording: &Wording, without_totals: bool) -> Option<Reading> {
        let scores = scores(&sheet, slots, wording, &self.prepared.headings);
        let columns = greatest_gain(&scores);
        let found = columns.iter().flatten().count();
        let wanted = if slots.len() >= 2 { 2 } else { 1 };
        if found < wanted {
            return None;
        }
        let columns = consistent::complete(&sheet, slots, columns, self.prepared.habits);
        let agreement: f32 = columns.iter().enumerate().filter_map(|(slot, column)| scores[slot].get((*column)?)).sum();
        let sure = found >= 3 && agreement >= 0.8 * found as f32;
        if !sure && found * 2 < slots.len() {
            return None;
        }
        let columns = units::shared(slots, columns);
        let mut reading = Reading { sheet, columns, agreement, rows: Vec::new() };
        reading.rows = body::rows(&reading.sheet, &reading.meaning(slots, without_totals));
        (!reading.rows.is_empty()).then_some(reading)
    }

    /// How well the lines above a table name what is asked.
    fn caption(&self, sheet: &Sheet, subject: &Wording) -> f32 {
        let Some(frame) = self.prepared.frames.get(sheet.frame) else { return 0.0 };
        subject.coverage(0, &self.prepared.headings.of(&spread::lines_above(frame, sheet).join(" ")))
    }

    /// The one date above a table, for a property that no column holds: a report of a month.
    fn date_above(&self, sheet: &Sheet, slot: &Slot<'_>) -> Option<CellText> {
        let frame = self.prepared.frames.get(sheet.frame).filter(|_| slot.is_date())?;
        spread::date_above(frame, sheet)
    }

    fn write(&self, parts: &[Reading], slots: &[Slot<'_>], pointer: &str) -> Found {
        let mut filled = Found::default();
        let mut items: Vec<Value> = Vec::new();
        let wording = Wording::of(slots.iter().map(|slot| (slot.name.as_str(), slot.node)));
        for part in parts {
            let dates =
                slots.iter().zip(&part.columns).filter(|(slot, column)| slot.is_date() && column.is_none()).count();
            let constant = |(slot, column): (&Slot<'_>, &Option<usize>)| match column {
                None if dates == 1 => self.date_above(&part.sheet, slot),
                _ => None,
            };
            let constants: Vec<Option<CellText>> = slots.iter().zip(&part.columns).map(constant).collect();
            for (number, row) in part.rows.iter().enumerate() {
                let mut item = Map::new();
                let mut evidence: Vec<(String, Evidence)> = Vec::new();
                for (index, (slot, column)) in slots.iter().zip(&part.columns).enumerate() {
                    let from_section =
                        || row.section.as_ref().filter(|_| slot.is_group()).or(constants[index].as_ref());
                    let detail =
                        column.is_none().then(|| details::told(&row.cells, index, &wording, &self.prepared.headings));
                    let detail = detail.flatten();
                    let cell = match *column {
                        Some(column) => row.cells.get(column),
                        None => detail.as_ref().or_else(from_section),
                    };
                    let Some(cell) = cell else { continue };
                    let text = units::text(slots, &part.columns, index, &cell.text);
                    let Some(value) = cell::read(slot.node, &text, self.prepared.habits) else { continue };
                    let at = slot.path.iter().fold(format!("{pointer}/{}", items.len()), |at, key| join(&at, key));
                    evidence.extend(self.evidence(&at, &value, row, cell, part, number, *column));
                    put(&mut item, &slot.path, value);
                }
                if !item.is_empty() {
                    filled.evidence.extend(evidence);
                    items.push(Value::Object(item));
                }
            }
        }
        filled.value = Value::Array(items);
        filled
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one sentence")]
    fn evidence(
        &self,
        at: &str,
        value: &Value,
        row: &Row,
        cell: &CellText,
        part: &Reading,
        number: usize,
        column: Option<usize>,
    ) -> Vec<(String, Evidence)> {
        let page = self.prepared.frames.get(row.frame).map_or(0, |frame| frame.page);
        let head = column.and_then(|column| part.sheet.heads.get(column));
        let place = match head {
            Some(head) if !head.text.is_empty() => format!("column \u{201c}{}\u{201d}", head.text),
            Some(_) if part.sheet.heads.iter().all(|head| head.text.is_empty()) => {
                "which has no heads, and adds up".to_owned()
            }
            _ => "the title above it".to_owned(),
        };
        let one = Evidence {
            places: vec![WordsOnPage { page, words: cell.words.clone() }],
            confidence: Some(confidence::of_a_row(part.confidence(), value, part.rows.len())),
            reasoning: Some(format!("Row {} of the table on page {page}, {place}.", number + 1)),
        };
        match value {
            Value::Object(inner) => inner.keys().map(|key| (format!("{at}/{key}"), one.clone())).collect(),
            Value::Array(inner) => (0..inner.len()).map(|index| (format!("{at}/{index}"), one.clone())).collect(),
            _ => vec![(at.to_owned(), one)],
        }
    }
}

impl Reading {
    fn meaning<'n>(&self, slots: &[Slot<'n>], without_totals: bool) -> Meaning<'n> {
        let columns = self.columns.iter().enumerate();
        Meaning {
            columns: columns.filter_map(|(slot, column)| Some(((*column)?, slots[slot].node))).collect(),
            without_totals,
        }
    }

    /// How good a reading is among others: agreement of heads and types, a little for many rows.
    fn worth(&self) -> f32 {
        let drawn = if self.sheet.whole_rows { 0.15 } else { 0.0 };
        let whole = 0.5 + 0.5 * self.filled();
        whole * self.agreement * (1.0 + 0.12 * (self.rows.len() as f32).ln() + drawn)
    }

    /// The share of its cells that hold something.
    fn filled(&self) -> f32 {
        let columns: Vec<usize> = self.columns.iter().flatten().copied().collect();
        let holds = |row: &Row, column: &usize| row.cells.get(*column).is_some_and(|cell| !cell.is_empty());
        let held: usize = self.rows.iter().map(|row| columns.iter().filter(|column| holds(row, column)).count()).sum();
        held as f32 / (columns.len() * self.rows.len()).max(1) as f32
    }

    fn has_heads_of(&self, other: &Self) -> bool {
        let heads = |reading: &Self| -> Vec<Option<String>> {
            reading.columns.iter().map(|column| Some(fold(&reading.sheet.heads.get((*column)?)?.own))).collect()
        };
        let (mine, theirs) = (heads(self), heads(other));
        let same = mine.iter().zip(&theirs).filter(|(a, b)| a.is_some() && a == b).count();
        let all = mine.iter().zip(&theirs).filter(|(a, b)| a.is_some() || b.is_some()).count();
        same * 10 >= all * 8 && same > 0
    }

    /// How well its heads agree with what is asked, 0.3..0.95.
    fn confidence(&self) -> f32 {
        let found = self.columns.iter().flatten().count().max(1) as f32;
        (0.45 + 0.5 * self.agreement / found / 1.3).clamp(0.3, 0.95)
    }
}

/// For each slot and column how well they go together; 0 for never.
fn scores(sheet: &Sheet, slots: &[Slot<'_>], wording: &Wording, headings: &Headings) -> Vec<Vec<f32>> {
    let fits: RefCell<HashMap<String, f32>> = RefCell::default();
    let heads: Vec<(Rc<Heading>, Rc<Heading>)> =
        sheet.heads.iter().map(|head| (headings.of(&head.text), headings.of(&head.own))).collect();
    slots
        .iter()
        .enumerate()
        .map(|(index, slot)| {
            let one = |column: usize| {
                let (text, own) = &heads[column];
                let named = wording.score(index, text).max(0.88 * wording.score(index, own));
                if named < 0.3 {
                    return 0.0;
                }
                let key = format!("{column} {}", cell::kind_key(slot.node));
                let fits = *fits.borrow_mut().entry(key).or_insert_with(|| fit_of(sheet, column, slot.node));
                if fits < 0.2 { 0.0 } else { named + 0.4 * (fits - 0.5) - 0.002 * column as f32 }
            };
            (0..heads.len()).map(one).collect()
        })
        .collect()
}

/// How well the cells of a column suit a property, over the lines that fill it.
fn fit_of(sheet: &Sheet, column: usize, node: &Node) -> f32 {
    let cells =
        sheet.rows.iter().filter(|row| row.filled() >= 2 && !row.crosses).filter_map(|row| row.cells.get(column));
    let fits: Vec<f32> =
        cells.filter(|cell| !cell.is_empty()).take(60).map(|cell| cell::fit(node, &cell.text)).collect();
    if fits.is_empty() { 0.5 } else { fits.iter().sum::<f32>() / fits.len() as f32 }
}

impl Slot<'_> {
    fn is_date(&self) -> bool {
        cell::want(self.node) == Want::Date
    }

    /// Asks for the section that a row stands in.
    fn is_group(&self) -> bool {
        let asks = |word: &String| {
            matches!(word.as_str(), "category" | "group" | "section" | "class" | "heading" | "kategorie" | "gruppe")
        };
        cell::want(self.node) == Want::Text && name_words(&self.name).iter().any(asks)
    }
}

/// The items of an array of objects.
fn item_of(node: &Node) -> Option<&Node> {
    match &node.kind {
        Kind::Array(rules) => cell::object_rules(&rules.items).map(|_| rules.items.as_ref()),
        Kind::Union(branches) => branches.iter().find_map(item_of),
        _ => None,
    }
}

fn slots(item: &Node) -> Vec<Slot<'_>> {
    let mut slots = Vec::new();
    collect(item, &mut Vec::new(), &mut slots);
    slots
}

fn collect<'a>(node: &'a Node, path: &mut Vec<&'a str>, slots: &mut Vec<Slot<'a>>) {
    let Some(rules) = cell::object_rules(node) else { return };
    for property in &rules.properties {
        path.push(&property.name);
        if cell::want(&property.node) != Want::Nothing {
            slots.push(Slot { path: path.clone(), name: path.join(" "), node: &property.node });
        } else if path.len() < 4 {
            collect(&property.node, path, slots);
        }
        path.pop();
    }
}

fn put(item: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => {
            item.insert((*last).to_owned(), value);
        }
        [first, rest @ ..] => {
            let inner = item.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

/// The number that a schema says stands for what is not printed: `"default": 1`, or `1 if not printed` in a description.
fn said_default(node: &Node) -> Option<String> {
    if let Some(number) = node.default.as_ref().filter(|value| value.is_number()) {
        return Some(number.to_string());
    }
    let told = words(node.description.as_deref()?);
    let lacks =
        |word: &str| matches!(word, "none" | "not" | "no" | "nothing" | "missing" | "absent" | "omitted" | "blank");
    let said = told.windows(3).find(|three| three[1] == "if" && lacks(&three[2]) && three[0].parse::<u32>().is_ok());
    said.map(|three| three[0].clone())
}

/// What a table on the page that the description names is worth more.
const ON_THE_PAGE: f32 = 1.5;

/// The page that the description names: `Enrollment by year (table on page 2)`.
fn page_named(node: &Node) -> Option<u32> {
    let told = words(node.description.as_deref()?);
    let at = told.iter().position(|word| matches!(word.as_str(), "page" | "seite" | "pagina"))?;
    told.get(at + 1)?.parse().ok()
}

/// Are totals no rows? The description may say so; the lines of an invoice or an order never hold them.
fn leaves_totals_out(name: &str, node: &Node) -> bool {
    let told = node.description.as_deref().map(fold).unwrap_or_default();
    let refuses = ["leave out", "exclude", "excluding", "without", "not ", "no total", "omit", "ignore"];
    if told.contains("total") && refuses.iter().any(|word| told.contains(word)) {
        return true;
    }
    let named = words(name).join(" ") + " " + &told;
    ["item", "items", "line", "lines", "position", "positions", "part", "parts", "material", "product", "products"]
        .iter()
        .any(|word| named.split(' ').any(|other| other == *word))
}

#[cfg(test)]
mod tests;
