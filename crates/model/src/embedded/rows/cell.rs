//! What stands in a cell, as the value a property asks for.
//!
//! A cell that holds something else is no value: nothing is forced into a type. `fit` says how well a cell suits a
//! property, and so which column is which; `read` makes the value.

use serde_json::{Map, Value};
use sluice_extract::schema::{Format, Kind, Node, ObjectRules};
use sluice_extract::values::date::{self, DayOrder};
use sluice_extract::values::number::{self, DecimalStyle, NumberReading};
use sluice_extract::values::{money, text};

use crate::embedded::lexicon::Lexicon;
use crate::embedded::text::{fold, name_words, words};

/// How the document writes what can be read in two ways.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    /// Its decimal mark.
    pub(crate) style: DecimalStyle,
    /// Its order of day and month.
    pub(crate) order: DayOrder,
    /// The one currency it names, if it names one.
    pub(crate) currency: Option<&'static str>,
}

impl Habits {
    /// What the lines of a document show.
    pub(crate) fn of<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> Self {
        let shown = number::style_of_document(lines.clone());
        let style = if shown == DecimalStyle::Unknown { grouping(lines.clone()) } else { shown };
        let mut codes: Vec<&'static str> = lines
            .clone()
            .flat_map(number::scan)
            .filter_map(|found| found.value.currency)
            .map(|found| found.code)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        let currency = if codes.len() == 1 { codes.first().copied() } else { None };
        Self { style, order: date::order_of_document(lines, DayOrder::Unknown), currency }
    }
}

/// Where every mark stands before three digits it groups them: no column of decimals looks like that throughout.
fn grouping<'a>(lines: impl Iterator<Item = &'a str>) -> DecimalStyle {
    let (mut commas, mut dots) = (0_usize, 0_usize);
    for line in lines {
        for found in number::scan(line).into_iter().filter(|found| found.value.other.is_some()) {
            let digits = line.get(found.value.digits.clone()).unwrap_or_default();
            commas += usize::from(digits.contains(','));
            dots += usize::from(digits.contains('.'));
        }
    }
    match (commas, dots) {
        (0, 0) => DecimalStyle::Unknown,
        _ if commas >= dots => DecimalStyle::Dot,
        _ => DecimalStyle::Comma,
    }
}

/// What kind of cell a property wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// A figure.
    Number,
    /// A date, to be told as ISO.
    Date,
    /// A figure and its currency or unit.
    Money,
    /// A flag.
    Flag,
    /// One of a list.
    Choice,
    /// Any text.
    Text,
    /// Several texts.
    List,
    /// Nothing that a cell can hold.
    Nothing,
}

/// What a property wants in a cell.
pub(crate) fn want(node: &Node) -> Want {
    if node.allowed.as_ref().is_some_and(|allowed| allowed.iter().any(Value::is_string)) {
        return Want::Choice;
    }
    match &node.kind {
        Kind::Null => Want::Nothing,
        Kind::Boolean => Want::Flag,
        Kind::Integer(_) | Kind::Number(_) => Want::Number,
        Kind::String(rules) if rules.format == Some(Format::Date) || asks_iso(node) => Want::Date,
        Kind::String(_) => Want::Text,
        Kind::Object(rules) if amount_of(rules).is_some() => Want::Money,
        Kind::Object(_) => Want::Nothing,
        Kind::Array(rules) if rules.items.is_primitive() => Want::List,
        Kind::Array(_) => Want::Nothing,
        Kind::Union(branches) => branches.iter().map(want).find(|want| *want != Want::Nothing).unwrap_or(Want::Nothing),
    }
}

/// The description asks for a date in the ISO form.
fn asks_iso(node: &Node) -> bool {
    node.description.as_deref().is_some_and(|told| told.contains("YYYY-MM"))
}

/// The one number of an object that otherwise holds texts: `{amount, currency}`.
fn amount_of(rules: &ObjectRules) -> Option<&str> {
    let mut numbers = rules.properties.iter().filter(|property| want(&property.node) == Want::Number);
    let first = numbers.next()?;
    let others = rules.properties.iter().filter(|property| want(&property.node) != Want::Number);
    let plain = others.clone().all(|property| matches!(want(&property.node), Want::Text | Want::Choice));
    (numbers.next().is_none() && plain && others.count() <= 2).then_some(first.name.as_str())
}

/// Properties with the same key suit the same cells equally well.
pub(crate) fn kind_key(node: &Node) -> String {
    format!("{:?} {} {:?}", want(node), wants_words(node), node.allowed)
}

/// 0..1: how well a cell's text suits a property.
pub(crate) fn fit(node: &Node, cell: &str) -> f32 {
    match want(node) {
        Want::Number | Want::Money => number_fit(cell),
        Want::Date => f32::from(u8::from(!date::scan(cell).is_empty())),
        Want::Flag => f32::from(u8::from(flag(cell).is_some())),
        Want::Choice => f32::from(u8::from(choice(node, cell).is_some())),
        Want::Text | Want::List => text_fit(node, cell),
        Want::Nothing => 0.0,
    }
}

/// A text may be a figure (a code, a position), but words are likelier.
fn text_fit(node: &Node, cell: &str) -> f32 {
    let letters = cell.chars().filter(|char| char.is_alphabetic()).count();
    match (letters, wants_words(node)) {
        (0..2, true) => 0.15,
        (0..2, false) => 0.6,
        _ => 0.8,
    }
}

/// The description asks for what is told in words.
fn wants_words(node: &Node) -> bool {
    let told = fold(node.description.as_deref().unwrap_or_default());
    ["description", "name", "product", "article", "type", "category"].iter().any(|word| told.contains(word))
}

fn number_fit(cell: &str) -> f32 {
    let Some((reading, rest)) = main_number(cell) else { return 0.0 };
    let letters = rest.chars().filter(|char| char.is_alphabetic()).count();
    match letters {
        0 if rest.contains([':', '=']) => 0.25,
        0 => 1.0,
        1..=6 if reading.digits.start <= 6 => 0.8,
        _ if letters <= 12 && reading.digits.start <= 3 => 0.3,
        _ => 0.0,
    }
}

/// The cell's figure and what else stands there.
fn main_number(cell: &str) -> Option<(NumberReading, String)> {
    let line = cell.lines().find(|line| line.bytes().any(|byte| byte.is_ascii_digit()))?;
    if let Some(reading) = number::parse_reading(line) {
        return Some((reading, String::new()));
    }
    let found = number::scan(line);
    let best = found.iter().find(|found| !is_note(line, &found.span)).or_else(|| found.first())?;
    let mut rest = String::new();
    rest.push_str(line.get(..best.span.start).unwrap_or_default());
    rest.push(' ');
    rest.push_str(line.get(best.span.end..).unwrap_or_default());
    Some((best.value.clone(), rest))
}

/// `(1)`: the mark of a footnote.
fn is_note(line: &str, span: &std::ops::Range<usize>) -> bool {
    let inside = line.get(span.clone()).unwrap_or_default();
    inside.starts_with('(') && inside.ends_with(')') && inside.len() <= 4
}

/// The value of a cell for a property; `None` where the cell holds no such thing.
pub(crate) fn read(node: &Node, cell: &str, habits: Habits) -> Option<Value> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    match want(node) {
        Want::Number => number_value(node, cell, habits),
        Want::Date => date_value(node, cell, habits),
        Want::Money => money_value(node, cell, habits),
        Want::Flag => flag(cell).map(Value::Bool),
        Want::Choice => choice(node, cell),
        Want::Text => text_value(node, cell),
        Want::List => list_value(node, cell, habits),
        Want::Nothing => None,
    }
}

/// The figure of a cell that holds one and little else.
pub(crate) fn figure(cell: &str, habits: Habits) -> Option<f64> {
    if number_fit(cell) < 0.3 {
        return None;
    }
    main_number(cell).map(|(reading, _)| reading.under(habits.style).value)
}

fn number_value(node: &Node, cell: &str, habits: Habits) -> Option<Value> {
    if number_fit(cell) < 0.3 {
        return None;
    }
    let (reading, _) = main_number(cell)?;
    if is_integer(node) {
        let first = std::iter::once(reading.under(habits.style)).chain(reading.readings());
        let whole = first.map(|number| number.value).find(|value| value.fract() == 0.0 && value.abs() < 9e15);
        #[allow(clippy::cast_possible_truncation, reason = "checked to be a whole number within 2^53")]
        return whole.map(|value| Value::from(value as i64));
    }
    Some(reading.under(habits.style).to_json())
}

fn is_integer(node: &Node) -> bool {
    match &node.kind {
        Kind::Integer(_) => true,
        Kind::Union(branches) => branches.iter().all(is_integer),
        _ => false,
    }
}

fn date_value(node: &Node, cell: &str, habits: Habits) -> Option<Value> {
    let found = date::scan(cell).into_iter().next()?;
    let date = found.value.under(habits.order);
    let month_only =
        node.description.as_deref().is_some_and(|told| told.contains("YYYY-MM") && !told.contains("YYYY-MM-DD"));
    let full = date.to_string();
    if month_only { full.get(..7).map(Value::from) } else { Some(Value::from(full)) }
}

fn money_value(node: &Node, cell: &str, habits: Habits) -> Option<Value> {
    let rules = object_rules(node)?;
    let amount = amount_of(rules)?;
    let (reading, rest) = main_number(cell).filter(|_| number_fit(cell) >= 0.3)?;
    let mut object = Map::new();
    for property in &rules.properties {
        if property.name == amount {
            object.insert(property.name.clone(), reading.under(habits.style).to_json());
        } else if is_currency(&property.name, &property.node) {
            let code = reading.currency.map(|currency| currency.code).or(habits.currency);
            object.extend(code.map(|code| (property.name.clone(), Value::from(code))));
        } else if !rest.trim().is_empty() {
            object.insert(property.name.clone(), Value::from(rest.trim()));
        }
    }
    Some(Value::Object(object))
}

/// The rules of an object, also where null is the other branch.
pub(crate) fn object_rules(node: &Node) -> Option<&ObjectRules> {
    match &node.kind {
        Kind::Object(rules) => Some(rules),
        Kind::Union(branches) => branches.iter().find_map(object_rules),
        _ => None,
    }
}

/// The property asks for a currency.
pub(crate) fn is_currency(name: &str, node: &Node) -> bool {
    name_words(name).iter().any(|word| word == "currency")
        || node.description.as_deref().is_some_and(|told| words(told).iter().any(|word| word == "currency"))
}

fn text_value(node: &Node, cell: &str) -> Option<Value> {
    let named = asks_name(node);
    let joined = text::dehyphenate(cell.lines().take(if named { name_lines(cell) } else { usize::MAX }));
    let printed = joined.split_whitespace().collect::<Vec<_>>().join(" ");
    let as_printed = node.description.as_deref().is_some_and(|told| told.contains("as printed"));
    if !as_printed
        && is_currency(node.pointer.rsplit('/').next().unwrap_or_default(), node)
        && let Some(found) = money::scan(&printed).into_iter().next()
    {
        return Some(Value::from(found.value.code));
    }
    (!printed.is_empty() && !is_dash(&printed)).then(|| Value::from(printed))
}

/// Does a property ask what a thing is called, and not for all that is said of it?
fn asks_name(node: &Node) -> bool {
    let own = name_words(node.pointer.rsplit('/').next().unwrap_or_default());
    let told = node.description.as_deref().map(words).unwrap_or_default();
    own.iter()
        .chain(&told)
        .any(|word| Lexicon::shared().readings(word).iter().flatten().any(|concept| concept == "name"))
}

/// The lines of a cell up to the first that has a label of its own (`Serial no.: 4711`): from there on it says more of
/// the thing, and no longer names it. A cell that begins with a label is whole.
fn name_lines(cell: &str) -> usize {
    let first = cell.lines().position(is_labelled).unwrap_or(usize::MAX);
    if first == 0 { usize::MAX } else { first }
}

/// A few words, a colon, and what they label.
fn is_labelled(line: &str) -> bool {
    let Some((label, value)) = line.split_once(':') else { return false };
    let label = label.trim().trim_start_matches(['*', '-', '•', ' ']);
    let begins = label.chars().next().is_some_and(char::is_uppercase);
    begins && label.split(' ').count() <= 4 && !value.trim().is_empty()
}

fn is_dash(text: &str) -> bool {
    text.chars().all(|char| matches!(char, '-' | '–' | '—' | '.' | '_' | '*' | '|'))
}

fn list_value(node: &Node, cell: &str, habits: Habits) -> Option<Value> {
    let items = match &node.kind {
        Kind::Array(rules) => &rules.items,
        Kind::Union(branches) => return branches.iter().find_map(|branch| list_value(branch, cell, habits)),
        _ => return None,
    };
    let flat = cell.replace('\n', " ");
    let parts = flat.split([',', ';', '•']).map(str::trim).filter(|part| !part.is_empty());
    let values: Vec<Value> = parts.filter_map(|part| read(items, part, habits)).collect();
    (!values.is_empty()).then_some(Value::Array(values))
}

/// A tick, a cross, a yes or a no.
fn flag(cell: &str) -> Option<bool> {
    let cell = cell.trim();
    if matches!(cell, "✓" | "✔" | "☑" | "☒" | "✗" | "✘" | "×") {
        return Some(!matches!(cell, "✗" | "✘"));
    }
    match fold(cell).as_str() {
        "yes" | "y" | "x" | "true" | "ja" | "j" | "oui" | "si" | "sim" | "wahr" | "vrai" => Some(true),
        "no" | "n" | "false" | "nein" | "non" | "nee" | "nao" | "falsch" | "faux" => Some(false),
        _ => None,
    }
}

/// The allowed value that the cell says.
fn choice(node: &Node, cell: &str) -> Option<Value> {
    let said = fold(cell);
    let allowed = node.allowed.as_ref()?;
    let text_of = |value: &Value| value.as_str().map(fold).filter(|text| !text.is_empty());
    let exact = allowed.iter().find(|value| text_of(value).as_deref() == Some(said.as_str()));
    let inside = || {
        allowed
            .iter()
            .find(|value| text_of(value).is_some_and(|text| format!(" {said} ").contains(&format!(" {text} "))))
    };
    exact.or_else(inside).cloned()
}
