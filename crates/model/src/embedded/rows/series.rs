//! A figure of a report over its periods: an array named `net_income` whose items are a period, a value, a unit, a scale.
//!
//! Here the columns of a table are the items. Finds the line whose label is what the array is called, reads its figures
//! and names each by the heads of its column. Called by `rows` before it looks for a table whose rows are the items.

mod across;
mod alias;
mod asked;
mod columns;
mod lines;
mod period;
mod segments;
mod told;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::pointer::join;
use sluice_extract::schema::Node;
use sluice_extract::values::number;

use self::alias::Alias;
use self::asked::{Asked, Measure, Signs};
use self::columns::{Column, beside, columns, is_corrected};
use self::lines::{Labelled, Line, called, counts_shares, sub_line};
use self::period::{Period, Report, words_say_period};
use self::segments::{Segments, Whole, Whose};
use self::told::Sentence;
use super::cell::{self, Habits, Want};
use super::frame::{Frame, Run};
use super::{Prepared, Slot, put};
use crate::embedded::confidence;
use crate::embedded::solution::Found;
use crate::embedded::text::{fold, name_words};
use crate::embedded::value::fits;

/// The least likeness of a line's label and what is asked.
const LIKE_LEAST: f32 = 0.8;

/// Pages that say what a report is about.
const FIRST_PAGES: usize = 8;

/// What a report's pages say, read once for all of its arrays.
#[derive(Debug)]
pub(super) struct Statements {
    lines: Vec<Labelled>,
    segments: Segments,
    sentences: Vec<Sentence>,
    aliases: Vec<Alias>,
    report: Option<Report>,
}

impl Statements {
    fn of(frames: &[Frame]) -> Self {
        Self {
            lines: lines::all(frames),
            segments: Segments::of(frames),
            sentences: told::sentences(frames),
            aliases: Alias::all(frames),
            report: Report::of(&texts(frames)),
        }
    }
}

/// The slots of an item that is one figure of a report.
struct Figure<'a, 'n> {
    slots: &'a [Slot<'n>],
    value: usize,
    period: usize,
}

/// Is an item one figure of a report?
pub(crate) fn asks_figures(slots: &[Slot<'_>]) -> bool {
    Figure::of(slots).is_some()
}

/// Reads the figures of the lines that `name` and `node` ask for.
pub(crate) fn fill(prepared: &Prepared, name: &str, node: &Node, slots: &[Slot<'_>], pointer: &str) -> Option<Found> {
    let figure = Figure::of(slots)?;
    let statements = prepared.statements.get_or_init(|| Statements::of(&prepared.frames));
    let asked = Asked::of(name, node, &statements.aliases);
    let written = Written { found: Found::default(), items: Vec::new(), pointer };
    let mut answer = Answer { prepared, statements, figure, asked: &asked, written };
    match asked.measure {
        Measure::Level => answer.levels(),
        Measure::Share | Measure::Growth => answer.compared(),
    }
    answer.sentences();
    (!answer.written.items.is_empty()).then(|| answer.written.end())
}

/// The period that the whole report is about, where a property asks for it in the form `FY2025 Q3`.
pub(crate) fn period(prepared: &Prepared, name: &str, node: &Node, pointer: &str) -> Option<Found> {
    let told = format!("{} {:?}", node.description.as_deref().unwrap_or_default(), node.kind);
    let named = name_words(name);
    let asks = named.last().is_some_and(|word| word == "period") && named.len() <= 2 && told.contains("FY");
    let frames = &prepared.frames;
    let report = if asks { prepared.statements.get_or_init(|| Statements::of(frames)).report? } else { return None };
    let (frame, band) = { frames.iter().take(FIRST_PAGES) }
        .flat_map(|frame| frame.bands.iter().map(move |band| (frame, band)))
        .find(|(frame, band)| words_say_period(&frame.text(&band.pieces)))?;
    let value = Value::from(report.label(report.own()));
    if !fits(node, &value) {
        return None;
    }
    let words = band.pieces.iter().map(|&at| frame.pieces[at].word).collect();
    let evidence = Evidence {
        places: vec![WordsOnPage { page: frame.page, words }],
        confidence: Some(confidence::of_a_line(LIKE_LEAST)),
        reasoning: Some(format!("The period that the report on page {} is for.", frame.page)),
    };
    Some(Found::leaf(pointer, value, evidence))
}

/// The figures of an array on their way.
struct Answer<'a, 'n> {
    prepared: &'a Prepared,
    statements: &'a Statements,
    figure: Figure<'a, 'n>,
    asked: &'a Asked,
    written: Written<'a>,
}

impl<'a> Answer<'a, '_> {
    /// The line that is called so, lines that say the same for more periods, and what segments have of it.
    fn levels(&mut self) {
        let Prepared { frames, habits, .. } = self.prepared;
        let lines = self.called(&self.asked.labels);
        let Some(best) = first_best(&lines).cloned() else { return };
        self.write(&best.0, &best.1, None);
        for (line, columns) in &lines {
            if self.agrees(line, columns) {
                self.write(line, columns, None);
            }
        }
        if !self.figure.names_segments() {
            return;
        }
        let whole = self.whole(&best);
        let of_segments = self.statements.segments.lines(frames, &self.asked.labels, Some(&whole));
        let known = self.written.items.len();
        for (line, whose) in of_segments {
            if let Whose::Segment(name) = whose {
                self.write(&line, &columns(&line), Some(&name));
            }
        }
        if self.written.items.len() > known {
            return;
        }
        let value = |frame: &Frame, run: &Run| figure_value(frame, run, *habits)?.as_f64();
        let figures: Vec<(f64, String)> = { best.1.iter() }
            .filter_map(|column| Some((value(best.0.frame, &column.run)?, column.heads.clone())))
            .filter(|(figure, _)| *figure != 0.0)
            .collect();
        let names = self.statements.segments.names();
        for found in across::figures(frames, &self.statements.lines, &names, &figures, value) {
            self.write(&found.line, &[found.column], Some(&found.name));
        }
    }

    /// Shares and growth: lines that say them, and columns beside the figures they are of.
    fn compared(&mut self) {
        let frames = &self.prepared.frames;
        let direct = self.called(&self.asked.labels);
        if let Some((line, columns)) = first_best(&direct) {
            self.write(line, columns, None);
        }
        let base = self.called(&self.asked.base);
        for (line, periods) in &base {
            self.write(line, &beside(line, periods, self.asked.measure), None);
            let sub = if self.asked.measure == Measure::Growth { sub_line(line) } else { None };
            if let Some(sub) = sub {
                self.write(&sub, &columns(&sub), None);
            }
        }
        if !self.figure.names_segments() {
            return;
        }
        for (line, whose) in self.statements.segments.lines(frames, &self.asked.titles, None) {
            if let Whose::Segment(name) = whose {
                self.write(&line, &self.hundredths(&line, columns(&line)), Some(&name));
            }
        }
        let Some(whole) = first_best(&base).map(|best| self.whole(best)) else { return };
        for (line, whose) in self.statements.segments.lines(frames, &self.asked.base, Some(&whole)) {
            let segment = match &whose {
                Whose::Segment(name) => Some(name.as_str()),
                Whose::Whole => None,
            };
            self.write(&line, &beside(&line, &columns(&line), self.asked.measure), segment);
        }
    }

    /// What sentences say; of money only where they say the same as a statement for another period.
    fn sentences(&mut self) {
        let Prepared { frames, habits, .. } = self.prepared;
        let told = told::figures(&self.statements.sentences, self.asked, habits.style);
        let alone = self.asked.percent || self.asked.shares.is_some();
        let scale = self.written.items.first().and_then(|item| self.figure.scale_of(item));
        let agreed = told.iter().any(|told| self.says(&told.heads, told.value) == Some(true));
        let denied = told.iter().any(|told| self.says(&told.heads, told.value) == Some(false));
        if !(alone && self.written.items.is_empty() || agreed && !denied) {
            return;
        }
        for told in &told {
            let Some(frame) = frames.get(told.frame) else { continue };
            let run = Run { pieces: told.pieces.clone(), rect: frame.pieces[told.pieces[0]].rect };
            let words = told.pieces.iter().map(|&at| frame.pieces[at].word).collect();
            let label = told.sentence.clone();
            let line = Line { frame, band: 0, label, words, figures: Vec::new(), like: LIKE_LEAST };
            let scale = if self.asked.percent { 1 } else { told.scale.or(scale).unwrap_or(1) };
            let terms = Terms {
                report: self.statements.report,
                scale,
                habits: *habits,
                signs: self.asked.signs,
                segment: None,
                unit: self.unit(),
            };
            self.figure.put(
                &mut self.written,
                &line,
                &Column { run, heads: told.heads.clone() },
                &whole(told.value),
                &terms,
            );
        }
    }

    /// The lines called like one of the labels that have figures under at least two periods.
    fn called(&self, labels: &[Vec<String>]) -> Vec<(Line<'a>, Vec<Column>)> {
        let lines = called(&self.prepared.frames, &self.statements.lines, labels);
        let lines = lines.into_iter().filter(|line| !(self.asked.of_a_share && counts_shares(line)));
        let lines = lines.filter(|line| !(self.asked.percent && is_corrected(&line.label)));
        let hundredths = std::ptr::eq(labels, self.asked.labels.as_slice());
        let with_columns = lines.map(|line| {
            let columns = columns(&line);
            let columns = if hundredths { self.hundredths(&line, columns) } else { columns };
            (line, columns)
        });
        with_columns.filter(|(_, columns)| columns.len() >= 2).collect()
    }

    /// Where hundredths are asked only figures that are: marked so, or below a hundred.
    fn hundredths(&self, line: &Line<'_>, mut columns: Vec<Column>) -> Vec<Column> {
        let marked = columns.iter().filter(|column| line.frame.text(&column.run.pieces).contains('%')).count();
        let rate = self.asked.measure == Measure::Level;
        let small = |column: &Column| {
            let value = figure_value(line.frame, &column.run, self.prepared.habits).and_then(|value| value.as_f64());
            rate && value.is_some_and(|value| value.abs() <= 100.0)
        };
        if self.asked.percent && 2 * marked < columns.len() && !columns.iter().all(small) {
            columns.clear();
        }
        columns
    }

    fn whole(&self, (line, columns): &(Line<'_>, Vec<Column>)) -> Whole {
        let habits = self.prepared.habits;
        let figures = columns.iter().filter_map(|column| figure_value(line.frame, &column.run, habits)?.as_f64());
        Whole { figures: figures.filter(|figure| *figure != 0.0).collect(), style: habits.style }
    }

    /// Does a line say what is written already for one period, and nothing else for another?
    fn agrees(&self, line: &Line<'_>, columns: &[Column]) -> bool {
        let said = columns.iter().filter_map(|column| {
            let value = figure_value(line.frame, &column.run, self.prepared.habits)?.as_f64()?;
            self.says(&column.heads, value)
        });
        let said: Vec<bool> = said.collect();
        !said.is_empty() && said.iter().all(|same| *same)
    }

    /// Is what is written for this period of the whole company this figure? Nothing where nothing is written.
    fn says(&self, heads: &str, value: f64) -> Option<bool> {
        let period = period_text(self.figure.slots[self.figure.period].node, heads, self.statements.report);
        let known = self.written.items.iter().find(|item| self.figure.period_of(item) == Some(period.as_str()))?;
        Some((self.figure.value_of(known)?.abs() - value.abs()).abs() < 1e-6)
    }

    fn write(&mut self, line: &Line<'_>, columns: &[Column], segment: Option<&str>) {
        let Prepared { frames, habits, .. } = self.prepared;
        let plain = self.asked.of_a_share || self.asked.percent;
        // What says the same, or adds up to it, is counted in the same.
        let known = self.written.items.first().and_then(|item| self.figure.scale_of(item));
        let scale = if plain { 1 } else { known.unwrap_or_else(|| scale(frames, line)) };
        let terms = Terms {
            report: self.statements.report,
            scale,
            habits: *habits,
            signs: self.asked.signs,
            segment,
            unit: self.unit(),
        };
        for column in columns {
            let Some(value) = figure_value(line.frame, &column.run, *habits) else { continue };
            self.figure.put(&mut self.written, line, column, &value, &terms);
        }
    }

    fn unit(&self) -> Option<&'static str> {
        match () {
            () if self.asked.percent => Some("%"),
            () if self.asked.shares.is_some() => Some("shares"),
            () => None,
        }
    }
}

/// The first of the lines that are most alike.
fn first_best<'l, 'f>(lines: &'l [(Line<'f>, Vec<Column>)]) -> Option<&'l (Line<'f>, Vec<Column>)> {
    lines.iter().fold(
        None,
        |best: Option<&'l (Line<'f>, Vec<Column>)>, line| {
            if best.is_none_or(|best| line.0.like > best.0.like + 0.01) { Some(line) } else { best }
        },
    )
}

/// The number of a figure.
fn figure_value(frame: &Frame, run: &Run, habits: Habits) -> Option<Value> {
    let text = frame.text(&run.pieces);
    let reading = number::scan(&text).into_iter().next()?;
    let value = reading.value.under(habits.style).to_json();
    // In a statement brackets are a sign, however short the number.
    let bracketed = text.contains('(') && text.contains(')') && value.as_f64().is_some_and(|value| value > 0.0);
    Some(if bracketed { whole(-value.as_f64()?) } else { value })
}

/// What figures of a line mean.
struct Terms<'a> {
    report: Option<Report>,
    scale: i64,
    habits: Habits,
    signs: Signs,
    /// Whose they are, where not the whole company's.
    segment: Option<&'a str>,
    /// What is counted, where not money.
    unit: Option<&'static str>,
}

/// The items so far.
struct Written<'a> {
    found: Found,
    items: Vec<Value>,
    pointer: &'a str,
}

impl Written<'_> {
    fn end(mut self) -> Found {
        self.found.value = Value::Array(self.items);
        self.found
    }
}

/// The text of the first pages, where a report says what it is about.
fn texts(frames: &[Frame]) -> Vec<String> {
    frames.iter().take(FIRST_PAGES).flat_map(|frame| frame.bands.iter().map(|band| frame.text(&band.pieces))).collect()
}

/// What figures are counted in: said above the table, else the one thing that all of the report's tables say; but never
/// for figures of one share.
fn scale(frames: &[Frame], line: &Line<'_>) -> i64 {
    /// Pages that must say it.
    const PAGES_MIN: usize = 3;
    if fold(&line.label).contains("per share") || fold(&line.label).contains("per common share") {
        return 1;
    }
    let bands = line.frame.bands[..line.band].iter().rev();
    let said = bands.filter_map(|band| said_scale(&fold(&line.frame.text(&band.pieces)))).next();
    said.or_else(|| {
        let of_page = |frame: &Frame| frame.bands.iter().find_map(|band| said_scale(&fold(&frame.text(&band.pieces))));
        let all: Vec<i64> = frames.iter().filter_map(of_page).collect();
        all.first().copied().filter(|first| all.len() >= PAGES_MIN && all.iter().all(|scale| scale == first))
    })
    .unwrap_or(1)
}

fn said_scale(text: &str) -> Option<i64> {
    let scales = [("in billions", 1_000_000_000), ("in millions", 1_000_000), ("in thousands", 1000)];
    scales.into_iter().find(|(said, _)| text.contains(said)).map(|(_, scale)| scale)
}

impl<'a, 'n> Figure<'a, 'n> {
    fn of(slots: &'a [Slot<'n>]) -> Option<Self> {
        let ends = |slot: &Slot<'_>, names: &[&str]| {
            name_words(&slot.name).last().is_some_and(|last| names.contains(&last.as_str()))
        };
        let value = slots
            .iter()
            .position(|slot| cell::want(slot.node) == Want::Number && ends(slot, &["value", "amount", "figure"]))?;
        let period = slots.iter().position(|slot| cell::want(slot.node) == Want::Text && ends(slot, &["period"]))?;
        let told =
            |slot: &Slot<'_>| slot.node.default.is_some() || cell::want(slot.node) != Want::Choice || compares(slot);
        slots.iter().all(told).then_some(Self { slots, value, period })
    }

    /// Do the items say whose figure they are?
    fn names_segments(&self) -> bool {
        self.slots.iter().any(|slot| segment_slot(slot).is_some())
    }

    /// Adds an item for a figure of a line; a figure of the same period and segment is there once.
    fn put(&self, written: &mut Written<'_>, line: &Line<'_>, column: &Column, printed: &Value, terms: &Terms<'_>) {
        let Column { run, heads } = column;
        let percent = line.frame.text(&run.pieces).contains('%');
        let unit = terms.unit.or(percent.then_some("%"));
        let scale = if percent { 1 } else { terms.scale };
        let mut item = Map::new();
        let mut evidenced = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let value = match at {
                _ if at == self.value => Some(terms.signed(printed.clone())),
                _ if at == self.period => Some(Value::from(period_text(slot.node, heads, terms.report))),
                _ => segment(slot, terms.segment).or_else(|| other(slot, unit, scale, terms.habits)),
            };
            let Some(value) = value else { continue };
            let pointer = written.pointer;
            let place = slot.path.iter().fold(format!("{pointer}/{}", written.items.len()), |at, key| join(&at, key));
            evidenced.push((place, evidence(line, run, heads, at == self.value)));
            put(&mut item, &slot.path, value);
        }
        let item = Value::Object(item);
        if !written.items.iter().any(|known| self.is_same(known, &item)) {
            written.found.evidence.extend(evidenced);
            written.items.push(item);
        }
    }

    fn of_item<'v>(&self, item: &'v Value, at: usize) -> Option<&'v Value> {
        let slot = self.slots.get(at)?;
        item.pointer(&slot.path.iter().fold(String::new(), |at, key| join(&at, key)))
    }

    fn period_of<'v>(&self, item: &'v Value) -> Option<&'v str> {
        self.of_item(item, self.period)?.as_str()
    }

    fn value_of(&self, item: &Value) -> Option<f64> {
        self.of_item(item, self.value)?.as_f64()
    }

    fn scale_of(&self, item: &Value) -> Option<i64> {
        let at = self.slots.iter().position(asks_scale)?;
        self.of_item(item, at)?.as_i64()
    }

    /// Are two items about the same period of the same segment?
    fn is_same(&self, one: &Value, other: &Value) -> bool {
        let parts = |&(at, slot): &(usize, &Slot<'_>)| at == self.period || segment_slot(slot).is_some();
        self.slots.iter().enumerate().filter(parts).all(|(_, slot)| {
            let pointer = slot.path.iter().fold(String::new(), |at, key| join(&at, key));
            one.pointer(&pointer) == other.pointer(&pointer)
        })
    }
}

impl Terms<'_> {
    fn signed(&self, value: Value) -> Value {
        let printed = value.as_f64().filter(|printed| *printed < 0.0 && self.signs == Signs::Paid);
        printed.map_or(value, |printed| whole(-printed))
    }
}

/// A number without a point where it has no places.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::from(number as i64) } else { Value::from(number) }
}

/// What a slot asks of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OfSegment {
    Name,
    Kind,
}

fn segment_slot(slot: &Slot<'_>) -> Option<OfSegment> {
    let named = name_words(&slot.name);
    if !named.iter().any(|word| word == "segment") {
        return None;
    }
    match cell::want(slot.node) {
        Want::Text => Some(OfSegment::Name),
        Want::Choice => Some(OfSegment::Kind),
        _ => None,
    }
}

/// The name of a segment, or which kind of the choices it is.
fn segment(slot: &Slot<'_>, name: Option<&str>) -> Option<Value> {
    let name = name?;
    match segment_slot(slot)? {
        OfSegment::Name => Some(Value::from(name)),
        OfSegment::Kind => {
            let kinds: &[&str] = if segments::is_region(name) { &["geo", "region"] } else { &["business", "segment"] };
            let choices = slot.node.allowed.iter().flatten();
            let texts = choices.filter_map(Value::as_str).collect::<Vec<&str>>();
            let fits = |kind: &&str| texts.iter().find(|text| text.contains(*kind)).copied();
            kinds.iter().find_map(fits).map(Value::from)
        }
    }
}

/// The period as the property wants it: canonical where its examples say `FY`, else as printed.
fn period_text(node: &Node, heads: &str, report: Option<Report>) -> String {
    let canonical = node.description.as_deref().is_some_and(|told| told.contains("FY"));
    match (Period::of(heads), report) {
        (Some(period), Some(report)) if canonical => report.label(period),
        _ => heads.trim().to_owned(),
    }
}

/// Unit, scale, and what the schema itself says where the table says nothing.
fn other(slot: &Slot<'_>, unit: Option<&str>, scale: i64, habits: Habits) -> Option<Value> {
    let named = name_words(&slot.name);
    let is_unit = named.iter().any(|word| matches!(word.as_str(), "unit" | "currency"));
    match cell::want(slot.node) {
        Want::Number if asks_scale(slot) => Some(Value::from(scale)),
        Want::Text if is_unit => unit.or(habits.currency).map(Value::from),
        Want::Choice if compares(slot) => year_on_year(slot.node),
        Want::Text | Want::Choice => slot.node.default.clone().or_else(|| not_applicable(slot.node)),
        _ => None,
    }
}

fn asks_scale(slot: &Slot<'_>) -> bool {
    name_words(&slot.name).iter().any(|word| matches!(word.as_str(), "scale" | "multiplier" | "factor"))
}

/// Is asked what a growth is compared with?
fn compares(slot: &Slot<'_>) -> bool {
    let named = name_words(&slot.name);
    named.iter().any(|word| matches!(word.as_str(), "comparison" | "compared")) && year_on_year(slot.node).is_some()
}

/// The choice that means a year before: all that is read as growth is that.
fn year_on_year(node: &Node) -> Option<Value> {
    let mut texts = node.allowed.iter().flatten().filter_map(Value::as_str);
    let means = |text: &str| {
        let text = fold(text);
        text == "yoy" || text.starts_with("year o") || text.starts_with("year over")
    };
    texts.find(|text| means(text)).map(Value::from)
}

/// `'NA' for company-level metrics`: the word that the description itself gives for the plain case.
fn not_applicable(node: &Node) -> Option<Value> {
    let told = node.description.as_deref()?;
    told.contains("'NA' for").then(|| Value::from("NA"))
}

fn evidence(line: &Line<'_>, run: &Run, heads: &str, is_value: bool) -> Evidence {
    let page = line.frame.page;
    let figure: Vec<u32> = run.pieces.iter().map(|&at| line.frame.pieces[at].word).collect();
    let words = if is_value { figure } else { line.words.clone() };
    Evidence {
        places: vec![WordsOnPage { page, words }],
        confidence: Some(confidence::of_a_line(line.like)),
        reasoning: Some(format!(
            "The line \u{201c}{}\u{201d} on page {page}, column \u{201c}{}\u{201d}.",
            line.label,
            heads.trim()
        )),
    }
}
