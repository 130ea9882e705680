//! A figure of a report over its periods: an array named `net_income` whose items are a period, a value, a unit, a scale.
//!
//! Here the columns of a table are the items. Finds the line whose label is what the array is called, reads its figures
//! and names each by the heads of its column. Called by `rows` before it looks for a table whose rows are the items.

mod period;
pub(super) mod segments;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::pointer::join;
use sluice_extract::schema::Node;
use sluice_extract::values::number;

use self::period::{Period, Report, year_of};
use self::segments::{Segments, Whole};
use super::cell::{self, Habits, Want};
use super::frame::{Band, Frame, Run};
use super::{Prepared, Slot, put};
use crate::embedded::confidence;
use crate::embedded::lexicon::Lexicon;
use crate::embedded::solution::Found;
use crate::embedded::text::{fold, name_words, stem, words};

/// The least likeness of a line's label and what is asked.
const LIKE_LEAST: f32 = 0.8;

/// Bands above a line that may hold the heads of its columns.
const HEADS_REACH: usize = 70;

/// What statements call their lines: data, with its sources.
static ACCOUNTS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    // The file is part of the program and a test reads it; without it only the array's own words are looked for.
    toml::from_str(include_str!("series/accounts.toml")).unwrap_or_default()
});

/// The slots of an item that is one figure of a report.
struct Figure<'a, 'n> {
    slots: &'a [Slot<'n>],
    value: usize,
    period: usize,
}

/// A line of a statement that answers.
struct Line<'f> {
    frame: &'f Frame,
    /// Index of the band.
    band: usize,
    label: String,
    words: Vec<u32>,
    figures: Vec<Run>,
    like: f32,
}

/// Is an item one figure of a report?
pub(crate) fn asks_figures(slots: &[Slot<'_>]) -> bool {
    Figure::of(slots).is_some()
}

/// Reads the figures of the line that `name` and `node` ask for.
pub(crate) fn fill(prepared: &Prepared, name: &str, node: &Node, slots: &[Slot<'_>], pointer: &str) -> Option<Found> {
    let Prepared { frames, habits, .. } = prepared;
    let habits = *habits;
    let figure = Figure::of(slots)?;
    let labels = labels(name, node);
    let of_a_share = is_of_a_share(name, node);
    let mut best: Option<(Line<'_>, Vec<(Run, String)>)> = None;
    for line in frames.iter().flat_map(|frame| lines(frame, &labels)) {
        let better = best.as_ref().is_none_or(|(known, _)| line.like > known.like + 0.01);
        if !better || of_a_share && counts_shares(&line) {
            continue;
        }
        let columns = columns(&line);
        if columns.len() >= 2 {
            best = Some((line, columns));
        }
    }
    let report = Report::of(texts(frames).iter().map(String::as_str));
    let mut written = Written { found: Found::default(), items: Vec::new(), pointer };
    let signs = Signs::of(name, node);
    let (line, heads) = best?;
    let scale = if of_a_share { 1 } else { scale(frames, &line) };
    figure.write(&mut written, &line, &heads, &Terms { report, scale, habits, signs, segment: None });
    if figure.names_segments() {
        let figures = heads.iter().filter_map(|(run, _)| value_of(&line, run, habits)?.as_f64());
        let whole = Whole { figures: figures.filter(|figure| *figure != 0.0).collect(), style: habits.style };
        let segments = prepared.segments.get_or_init(|| Segments::of(frames));
        for line in segments.lines(frames, &labels, &whole) {
            let segment = Some(line.label.as_str());
            figure.write(&mut written, &line, &columns(&line), &Terms { report, scale, habits, signs, segment });
        }
    }
    (!written.items.is_empty()).then(|| written.end())
}

/// The number of a figure.
fn value_of(line: &Line<'_>, run: &Run, habits: Habits) -> Option<Value> {
    let text = line.frame.text(&run.pieces);
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
}

/// Which sign a figure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signs {
    /// The printed one.
    Printed,
    /// None: what was paid is printed as taken away from cash, and asked for as an amount.
    Paid,
}

impl Signs {
    fn of(name: &str, node: &Node) -> Self {
        const PAID: [&str; 10] = [
            "paid",
            "payment",
            "payments",
            "repurchase",
            "repurchases",
            "repurchased",
            "purchases",
            "expenditure",
            "expenditures",
            "capex",
        ];
        let told = node.description.as_deref().unwrap_or_default();
        let words = name_words(name).into_iter().chain(words(told.split(['(', ';', '.']).next().unwrap_or_default()));
        if words.into_iter().any(|word| PAID.contains(&word.as_str())) { Self::Paid } else { Self::Printed }
    }
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

/// Is asked what one share earns or gets?
fn is_of_a_share(name: &str, node: &Node) -> bool {
    let told = fold(node.description.as_deref().unwrap_or_default());
    name_words(name).iter().any(|word| word == "eps") || told.contains("per share") || fold(name).contains("per share")
}

/// Stands under a heading of numbers of shares: `Basic` is there again.
fn counts_shares(line: &Line<'_>) -> bool {
    /// Lines above that may be the heading.
    const REACH: usize = 6;
    let label = fold(&line.label);
    let bands = line.frame.bands[line.band.saturating_sub(REACH)..line.band].iter().rev();
    let heading = bands.map(|band| (parts(line.frame, band).1, fold(&line.frame.text(&band.pieces))));
    let heading = heading.filter(|(figures, _)| figures.is_empty()).map(|(_, text)| text).next().unwrap_or_default();
    let counts =
        |text: &str| text.contains("shares") && !text.contains("per share") && !text.contains("per common share");
    counts(&label) || !label.contains("per ") && counts(&heading)
}

/// The text of the first pages, where a report says what it is about.
fn texts(frames: &[Frame]) -> Vec<String> {
    frames.iter().take(8).flat_map(|frame| frame.bands.iter().map(|band| frame.text(&band.pieces))).collect()
}

/// The ways a line may be called that answers.
fn labels(name: &str, node: &Node) -> Vec<Vec<String>> {
    let own = name_words(name);
    let told = node.description.as_deref().unwrap_or_default();
    let head = told.split([':', '(', ';', '.']).next().unwrap_or_default();
    let mut labels = vec![bag(&own.join(" ")), bag(head)];
    if let Some(known) = ACCOUNTS.get(&own.join("_")) {
        labels.extend(known.iter().map(|label| bag(label)));
    }
    labels.retain(|label| !label.is_empty() && label.len() <= 8);
    labels
}

/// The stems of a label that mean something, sorted.
fn bag(text: &str) -> Vec<String> {
    let lexicon = Lexicon::shared();
    let mut bag: Vec<String> =
        words(text).iter().filter(|word| !lexicon.is_stop(word)).map(|word| stem(word)).collect();
    bag.sort();
    bag.dedup();
    bag
}

fn weight(word: &str) -> f32 {
    if matches!(word, "net" | "consolidated" | "loss" | "benefit" | "gain") { 0.3 } else { 1.0 }
}

/// 0..1: weighed share of words that both have.
fn likeness(a: &[String], b: &[String]) -> f32 {
    let shared: f32 = a.iter().filter(|word| b.contains(word)).map(|word| weight(word)).sum();
    let all: f32 = a.iter().map(|word| weight(word)).sum::<f32>().max(b.iter().map(|word| weight(word)).sum());
    if all > 0.0 { shared / all } else { 0.0 }
}

/// The lines of a page that are called like one of the labels.
fn lines<'f>(frame: &'f Frame, labels: &[Vec<String>]) -> Vec<Line<'f>> {
    let mut found = Vec::new();
    for (at, band) in frame.bands.iter().enumerate() {
        let (label, figures) = parts(frame, band);
        if figures.len() < 2 || label.is_empty() {
            continue;
        }
        let text = frame.text(&label);
        let like = likeness_of(&text, labels);
        if like >= LIKE_LEAST {
            let words = label.iter().map(|&at| frame.pieces[at].word).collect();
            found.push(Line { frame, band: at, label: text, words, figures, like });
        }
    }
    found
}

/// A label is compared whole, and up to its first comma or bracket: `Accounts receivable, net of allowance`. What is the
/// owners' own, `Net income attributable to ...`, is better than what others have a part in.
fn likeness_of(text: &str, labels: &[Vec<String>]) -> f32 {
    const OWNERS: f32 = 1.05;
    let whole = bag(text);
    let head = bag(text.split([',', '(']).next().unwrap_or_default());
    let of = |bag: &[String], factor: f32| labels.iter().map(|label| factor * likeness(bag, label)).fold(0.0, f32::max);
    let owners = text.split_once(" attributable to ").filter(|(_, whose)| {
        let whose = fold(whose);
        !["controlling", "noncontrolling", "minority"].iter().any(|others| whose.contains(others))
    });
    let owners = owners.map_or(0.0, |(what, _)| {
        let what = of(&bag(what), 1.0);
        if what >= LIKE_LEAST { OWNERS * what } else { 0.0 }
    });
    of(&whole, 1.0).max(of(&head, 0.95)).max(owners)
}

/// The words before the figures, and each figure with its signs.
pub(super) fn parts(frame: &Frame, band: &Band) -> (Vec<usize>, Vec<Run>) {
    let mut label: Vec<usize> = Vec::new();
    let mut figures: Vec<Run> = Vec::new();
    for run in frame.runs(band, 0.9) {
        let text = frame.text(&run.pieces);
        let is_figure = text.chars().all(|char| char.is_ascii_digit() || " .,()$€£%-—–".contains(char));
        let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
        match (is_figure, label.is_empty()) {
            (false, _) if figures.is_empty() => label.extend(&run.pieces),
            (true, false) if has_digit => figures.extend(each_figure(frame, &run)),
            _ => {}
        }
    }
    (label, figures)
}

/// Figures that stand close, each with its signs: `$ 1,919.5 $ 1,737.8`.
fn each_figure(frame: &Frame, run: &Run) -> Vec<Run> {
    let mut figures: Vec<Run> = Vec::new();
    let mut complete = true;
    for &at in &run.pieces {
        let piece = &frame.pieces[at];
        let digits = piece.text.bytes().any(|byte| byte.is_ascii_digit());
        let opens = digits || piece.text.starts_with(['$', '€', '£', '(']);
        match figures.last_mut().filter(|_| !(complete && opens)) {
            Some(figure) => {
                figure.pieces.push(at);
                figure.rect = figure.rect.union(&piece.rect);
                complete |= digits;
            }
            None => {
                figures.push(Run { pieces: vec![at], rect: piece.rect });
                complete = digits;
            }
        }
    }
    // The sign of a figure that stands further to the right.
    figures.retain(|run| run.pieces.iter().any(|&at| frame.pieces[at].text.bytes().any(|byte| byte.is_ascii_digit())));
    figures
}

/// For each figure of a line the heads of its column.
fn columns(line: &Line<'_>) -> Vec<(Run, String)> {
    let frame = line.frame;
    let bands = &frame.bands[line.band.saturating_sub(HEADS_REACH)..line.band];
    let Some(at) = bands.iter().rposition(|band| years(frame, band).len() >= 2) else { return Vec::new() };
    let heads = years(frame, &bands[at]);
    let mut columns = Vec::new();
    for figure in &line.figures {
        let middle = figure.rect.center_x();
        let near = |run: &&Run| (run.rect.center_x() - middle).abs();
        let Some(head) = heads.iter().min_by(|a, b| near(a).total_cmp(&near(b))) else { continue };
        if near(&head) > 8.0 * bands[at].size
            || columns.iter().any(|(_, _, other): &(Run, String, f32)| *other == head.rect.x0)
        {
            continue;
        }
        let text = format!("{} {}", above(frame, bands, at, head), frame.text(&head.pieces));
        columns.push((figure.clone(), text, head.rect.x0));
    }
    columns.into_iter().map(|(run, text, _)| (run, text)).collect()
}

/// The texts of a band that end in a year: heads of periods. What stands apart before the first of them is the table's
/// title.
fn years(frame: &Frame, band: &Band) -> Vec<Run> {
    const TITLE_APART: f32 = 2.0;
    let mut heads: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    for &at in &band.pieces {
        let piece = &frame.pieces[at];
        let is_apart = |run: &mut Run| heads.is_empty() && piece.rect.x0 - run.rect.x1 > TITLE_APART * band.size;
        open.take_if(is_apart);
        let run = open.get_or_insert_with(|| Run { pieces: Vec::new(), rect: piece.rect });
        run.pieces.push(at);
        run.rect = run.rect.union(&piece.rect);
        if year_of(piece.text.trim_end_matches([',', ')', '*'])).is_some() {
            heads.extend(open.take());
        }
    }
    let words = heads.iter().map(|run| run.pieces.len()).max().unwrap_or(0);
    if words <= 4 && open.is_none() { heads } else { Vec::new() }
}

/// The nearest texts over a head in the lines right above, from the top down.
fn above(frame: &Frame, bands: &[Band], years: usize, head: &Run) -> String {
    let mut texts: Vec<String> = Vec::new();
    for band in bands[..years].iter().rev().take(3) {
        let runs = frame.runs(band, 1.0);
        let near = |run: &&Run| (run.rect.center_x() - head.rect.center_x()).abs();
        let Some(run) = runs.iter().min_by(|a, b| near(a).total_cmp(&near(b))) else { break };
        let text = frame.text(&run.pieces);
        let tells = words(&text).iter().any(|word| {
            matches!(word.as_str(), "months" | "weeks" | "quarter" | "year" | "ended")
                || sluice_extract::values::date::month_of(word).is_some()
        });
        if !tells || run.pieces.len() > 6 {
            break;
        }
        texts.insert(0, text);
    }
    texts.join(" ")
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
        let told = |slot: &Slot<'_>| slot.node.default.is_some() || cell::want(slot.node) != Want::Choice;
        slots.iter().all(told).then_some(Self { slots, value, period })
    }

    /// Do the items say whose figure they are?
    fn names_segments(&self) -> bool {
        self.slots.iter().any(|slot| segment_slot(slot).is_some())
    }

    /// Adds an item for each figure of a line; a figure of the same period and segment is there once.
    fn write(&self, written: &mut Written<'_>, line: &Line<'_>, columns: &[(Run, String)], terms: &Terms<'_>) {
        for (run, heads) in columns {
            let Some(printed) = value_of(line, run, terms.habits) else { continue };
            let percent = line.frame.text(&run.pieces).contains('%');
            let mut item = Map::new();
            let mut evidenced = Vec::new();
            for (at, slot) in self.slots.iter().enumerate() {
                let value = match at {
                    _ if at == self.value => Some(terms.signed(printed.clone())),
                    _ if at == self.period => Some(Value::from(period_text(slot.node, heads, terms.report))),
                    _ => segment(slot, terms.segment)
                        .or_else(|| other(slot, percent, if percent { 1 } else { terms.scale }, terms.habits)),
                };
                let Some(value) = value else { continue };
                let pointer = written.pointer;
                let place =
                    slot.path.iter().fold(format!("{pointer}/{}", written.items.len()), |at, key| join(&at, key));
                evidenced.push((place, evidence(line, run, heads, at == self.value)));
                put(&mut item, &slot.path, value);
            }
            let item = Value::Object(item);
            if !written.items.iter().any(|known| self.is_same(known, &item)) {
                written.found.evidence.extend(evidenced);
                written.items.push(item);
            }
        }
    }

    /// Are two items about the same period of the same segment?
    fn is_same(&self, one: &Value, other: &Value) -> bool {
        self.slots.iter().enumerate().filter(|&(at, _)| at != self.value).all(|(_, slot)| {
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
fn other(slot: &Slot<'_>, percent: bool, scale: i64, habits: Habits) -> Option<Value> {
    let named = name_words(&slot.name);
    let is = |names: &[&str]| named.iter().any(|word| names.contains(&word.as_str()));
    match cell::want(slot.node) {
        Want::Number if is(&["scale", "multiplier", "factor"]) => Some(Value::from(scale)),
        Want::Text if is(&["unit", "currency"]) && percent => Some(Value::from("%")),
        Want::Text if is(&["unit", "currency"]) => habits.currency.map(Value::from),
        Want::Text | Want::Choice => slot.node.default.clone().or_else(|| not_applicable(slot.node)),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read() {
        assert!(ACCOUNTS.len() > 30);
    }

    #[test]
    fn labels_are_compared_by_their_words() {
        let check = |label: &str, asked: &str, want: bool| {
            assert_eq!(likeness_of(label, &[bag(asked)]) >= LIKE_LEAST, want, "{label} / {asked}");
        };
        check("TOTAL REVENUES", "total revenues", true);
        check("Accounts receivable, net of allowance of $50.3", "accounts receivable", true);
        check("Net income (loss)", "net income", true);
        check("Interest on funds held", "interest expense", false);
        check("Other assets", "total assets", false);
    }
}
