//! The leaves of a schema that hold one value each, and what kind of thing each of them wants.
//!
//! Reads the schema, never the document. What cannot be found in a document (values that are to be worked out) is told
//! here. Called once per solution; arrays are not slots, they have a room of their own.

use serde_json::Value;
use sluice_extract::pointer::join;
use sluice_extract::schema::{Format, Kind, Node, ObjectRules, Schema};

use super::query::Query;
use super::text::name_words;

/// A place of the result that holds one value.
pub(crate) struct Slot<'a> {
    /// JSON pointer into the result.
    pub(crate) pointer: String,
    /// The names from the root to it.
    pub(crate) path: Vec<&'a str>,
    /// Its node.
    pub(crate) node: &'a Node,
    /// What it asks for, in words.
    pub(crate) query: Query,
    /// What kind of thing it wants.
    pub(crate) want: Want,
    /// For a beginning or an end, the range it belongs to: what the object around it is called.
    pub(crate) range: Option<Query>,
    /// Nobody else wants things of this kind.
    pub(crate) alone: bool,
}

/// What kind of thing a slot wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Want {
    /// An amount of money.
    Money,
    /// Any number.
    Number,
    /// A share in percent.
    Percent,
    /// A year.
    Year,
    /// A day.
    Date,
    /// A month, `YYYY-MM`.
    Month,
    /// A time of the day.
    Time,
    /// A code with a digit in it.
    Id,
    /// A bank account.
    Iban,
    /// The code of a bank.
    Bic,
    /// A VAT number.
    VatId,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// A telephone number.
    Phone,
    /// A currency.
    Currency,
    /// One of these.
    Choice(Vec<Value>),
    /// Yes or no.
    Flag,
    /// The name of somebody.
    Name,
    /// A whole address.
    Address,
    /// A part of an address.
    Part(Part),
    /// Any text.
    Text,
    /// Nothing that stands in a document.
    Nothing,
}

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Street and house number.
    Street,
    /// Postal code.
    Postal,
    /// City.
    City,
    /// State, county, province.
    State,
    /// Country.
    Country,
}

/// Words of a description that say the value is no print of the document.
const WORKED_OUT: [&str; 6] = ["worked out", "calculated", "computed", "derived", "inferred", "deduced"];

/// The slots of a schema, in its order.
pub(crate) fn slots(schema: &Schema) -> Vec<Slot<'_>> {
    let mut slots = Vec::new();
    walk(&schema.root, "", &mut Vec::new(), false, &mut slots);
    let alone: Vec<bool> =
        slots.iter().map(|slot| slots.iter().filter(|other| other.want == slot.want).count() == 1).collect();
    slots.iter_mut().zip(alone).for_each(|(slot, alone)| slot.alone = alone);
    slots
}

/// The slots below a node, with pointers from it.
pub(crate) fn below(node: &Node) -> Vec<Slot<'_>> {
    let mut slots = Vec::new();
    walk(node, "", &mut Vec::new(), false, &mut slots);
    slots
}

fn walk<'a>(node: &'a Node, pointer: &str, path: &mut Vec<&'a str>, measured: bool, slots: &mut Vec<Slot<'a>>) {
    match &node.kind {
        Kind::Object(rules) => {
            let measured = is_measured(rules);
            for property in &rules.properties {
                path.push(&property.name);
                walk(&property.node, &join(pointer, &property.name), path, measured, slots);
                path.pop();
            }
        }
        Kind::Array(_) | Kind::Null => {}
        Kind::Union(branches) if !branches.iter().all(Node::is_primitive) => {
            if let Some(object) = branches.iter().find(|branch| branch.as_object().is_some()) {
                walk(object, pointer, path, measured, slots);
            }
        }
        Kind::Boolean | Kind::Integer(_) | Kind::Number(_) | Kind::String(_) | Kind::Union(_) => {
            let path = if measured { asked_path(path) } else { path.clone() };
            let query = Query::of(&path, node).outside_of_rows();
            let want = want_of(path.last().copied().unwrap_or_default(), node, &query);
            let bound = want == Want::Date && (query.is_named("start") || query.is_named("end"));
            let range = path.split_last().filter(|(_, parents)| bound && !parents.is_empty());
            let range = range.map(|(_, parents)| Query::of_names(parents));
            slots.push(Slot { pointer: pointer.to_owned(), path, node, query, want, range, alone: false });
        }
    }
}

/// Names that only hold what their parent is called: `total.amount` asks for the total.
const HOLDERS: [&str; 2] = ["amount", "value"];

/// An object that holds a value with its currency or unit.
fn is_measured(rules: &ObjectRules) -> bool {
    let named = |word: &str| rules.properties.iter().any(|property| property.name.to_lowercase().contains(word));
    rules.properties.len() <= 4 && (named("currency") || named("unit")) && HOLDERS.iter().any(|holder| named(holder))
}

/// The names that are asked for: a mere holder of its parent's value goes by the parent's name.
fn asked_path<'a>(path: &[&'a str]) -> Vec<&'a str> {
    match path.split_last() {
        Some((own, parents)) if !parents.is_empty() && HOLDERS.contains(&own.to_lowercase().as_str()) => {
            parents.to_vec()
        }
        _ => path.to_vec(),
    }
}

/// What a leaf wants, by its type, format and words.
pub(crate) fn want_of(name: &str, node: &Node, query: &Query) -> Want {
    let told = node.description.as_deref().unwrap_or_default().to_lowercase();
    if WORKED_OUT.iter().any(|words| told.contains(words)) {
        return Want::Nothing;
    }
    if let Some(allowed) = &node.allowed {
        return Want::Choice(allowed.clone());
    }
    match &node.kind {
        Kind::Boolean => Want::Flag,
        Kind::Integer(_) if query.is_named("year") && !counts_years(name) => Want::Year,
        Kind::Integer(_) | Kind::Number(_) if counts_time(name) => Want::Number,
        Kind::Integer(_) | Kind::Number(_) => number_want(query),
        Kind::String(rules) => match rules.format {
            Some(Format::Date | Format::DateTime) => Want::Date,
            Some(Format::Time) => Want::Time,
            Some(Format::Email) => Want::Email,
            Some(Format::Uri | Format::Hostname) => Want::Url,
            _ => string_want(query, &told),
        },
        Kind::Union(branches) if branches.iter().any(|b| matches!(b.kind, Kind::Number(_) | Kind::Integer(_))) => {
            number_want(query)
        }
        Kind::Union(branches) if is_flag(branches) => Want::Flag,
        Kind::Union(_) => string_want(query, &told),
        Kind::Null | Kind::Object(_) | Kind::Array(_) => Want::Nothing,
    }
}

/// Yes, no, or nothing.
fn is_flag(branches: &[Node]) -> bool {
    branches.iter().any(|branch| matches!(branch.kind, Kind::Boolean))
        && branches.iter().all(|branch| matches!(branch.kind, Kind::Boolean | Kind::Null))
}

/// A name with `years` counts them: `warranty_years`.
fn counts_years(name: &str) -> bool {
    name_words(name).iter().any(|word| word == "years")
}

/// A name that ends with a unit of time counts it: `payment_days`.
fn counts_time(name: &str) -> bool {
    let units = ["hours", "days", "weeks", "months", "years"];
    name_words(name).last().is_some_and(|word| units.contains(&word.as_str()))
}

const MONEY: [&str; 24] = [
    "amount",
    "total",
    "subtotal",
    "price",
    "cost",
    "fee",
    "tax",
    "vat",
    "net",
    "gross",
    "balance",
    "discount",
    "shipping",
    "paid",
    "due",
    "charge",
    "tip",
    "earnings",
    "deduction",
    "deposit",
    "change",
    "rent",
    "excess",
    "value",
];
const COUNTED: [&str; 9] = ["quantity", "number", "hour", "year", "page", "month", "weight", "size", "item"];

fn number_want(query: &Query) -> Want {
    if query.is_named("percent") || query.is_named("rate") && (query.means("tax") || query.means("vat")) {
        return Want::Percent;
    }
    let named = |concepts: &[&str]| concepts.iter().any(|concept| query.is_named(concept));
    let above = |concepts: &[&str]| concepts.iter().any(|concept| query.means(concept));
    match () {
        () if named(&COUNTED) => Want::Number,
        () if named(&MONEY) || above(&MONEY) => Want::Money,
        () => Want::Number,
    }
}

fn string_want(query: &Query, told: &str) -> Want {
    let named = |concept: &str| query.is_named(concept);
    let any = |concepts: &[&str]| concepts.iter().any(|concept| query.is_named(concept));
    let ident = any(&["number", "id", "code", "reference"]);
    match () {
        () if told.contains("yyyy-mm-dd") => Want::Date,
        () if told.contains("yyyy-mm") => Want::Month,
        () if named("email") => Want::Email,
        () if named("iban") => Want::Iban,
        () if named("phone") || named("fax") => Want::Phone,
        () if named("website") => Want::Url,
        () if named("currency") => Want::Currency,
        () if any(&["vat", "tax"]) && (ident || named("registration") || told.contains("number")) => Want::VatId,
        () if named("postal") => Want::Part(Part::Postal),
        () if named("street") => Want::Part(Part::Street),
        () if named("city") => Want::Part(Part::City),
        () if named("state") && !ident => Want::Part(Part::State),
        () if named("country") && !named("origin") => Want::Part(Part::Country),
        () if named("address") => Want::Address,
        () if named("date") => Want::Date,
        () if named("time") && !named("term") => Want::Time,
        () if named("bic") => Want::Bic,
        () if named("name") && !ident => Want::Name,
        () if ident || any(&["purchase", "account"]) && any(&["order", "account"]) || named("plate") => Want::Id,
        () if named("name") || is_party(query) || told.starts_with("name of") => Want::Name,
        () => Want::Text,
    }
}

/// Concepts that stand for somebody.
const PARTIES: [&str; 22] = [
    "seller",
    "buyer",
    "company",
    "store",
    "carrier",
    "receiver",
    "sender",
    "payee",
    "tenant",
    "landlord",
    "patient",
    "employee",
    "policyholder",
    "agent",
    "bank",
    "owner",
    "author",
    "contact",
    "cashier",
    "party",
    "agency",
    "member",
];

fn is_party(query: &Query) -> bool {
    query.name.last().is_some_and(|reading| reading.iter().any(|concept| PARTIES.contains(&concept.as_str())))
}

impl Want {
    /// Things of one family may be mistaken for each other, so one place serves one slot among them.
    pub(crate) fn family(&self) -> u8 {
        match self {
            Self::Money | Self::Number | Self::Percent | Self::Year => 0,
            Self::Date | Self::Month => 1,
            Self::Time => 2,
            _ => 3,
        }
    }
}
