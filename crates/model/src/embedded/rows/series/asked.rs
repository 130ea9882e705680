//! What an array of figures asks: which lines of a statement answer, as a figure, as a share of another, as growth.
//!
//! Words only; no page is looked at here. Called by `series` for each of its arrays.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sluice_extract::schema::Node;

use super::LIKE_LEAST;
use super::alias::Alias;
use crate::embedded::lexicon::Lexicon;
use crate::embedded::text::{fold, name_words, stem, words};

/// What statements call their lines: data, with its sources.
pub(super) static ACCOUNTS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    // The file is part of the program and a test reads it; without it only the array's own words are looked for.
    toml::from_str(include_str!("accounts.toml")).unwrap_or_default()
});

/// How a figure answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// By what it is.
    Level,
    /// By its share of the sales beside it: margins.
    Share,
    /// By how much it is more than a year before.
    Growth,
}

/// What an array asks.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) measure: Measure,
    /// The ways a line may be called that answers, as stems.
    pub(super) labels: Vec<Vec<String>>,
    /// The same for the title above lines of segments.
    pub(super) titles: Vec<Vec<String>>,
    /// The same for the lines that it is a share of, or the growth of.
    pub(super) base: Vec<Vec<String>>,
    /// The same as `labels`, as words in their order.
    pub(super) phrases: Vec<Vec<String>>,
    /// Hundredths are asked.
    pub(super) percent: bool,
    /// What one share earns or gets is asked.
    pub(super) of_a_share: bool,
    /// Numbers of shares are asked, and what was done with them: the start of that word.
    pub(super) shares: Option<String>,
    pub(super) signs: Signs,
}

impl Asked {
    pub(super) fn of(name: &str, node: &Node, aliases: &[Alias]) -> Self {
        let measure = Measure::of(name);
        let told = node.description.as_deref().unwrap_or_default();
        let own: Vec<String> = name_words(name).into_iter().filter(|word| word != "growth").collect();
        let base = match measure {
            Measure::Level => Vec::new(),
            Measure::Share => of_account(account_of_margin(&own)),
            Measure::Growth => of_account(&own.join("_")),
        };
        let mut texts = of_name(name, told, aliases);
        match measure {
            Measure::Level => {}
            Measure::Share => {
                texts.extend(base.iter().map(|base| format!("{base} margin")));
                let known = texts.iter().flat_map(|text| Alias::texts(aliases, &text.replace(" margin", "")));
                let known: Vec<String> = known.map(|text| format!("{text} margin")).collect();
                texts.extend(known);
            }
            Measure::Growth => texts.extend(base.iter().map(|base| format!("{base} growth"))),
        }
        let labels = bags(&texts);
        // A segment has one margin: what it earns of its sales.
        let is_operating = measure == Measure::Share && own.first().is_some_and(|word| word == "operating");
        let bare = if is_operating { bags(&["margin".to_owned(), "segment margin".to_owned()]) } else { Vec::new() };
        let rate =
            name_words(name).iter().any(|word| matches!(word.as_str(), "rate" | "percent" | "percentage" | "pct"));
        Self {
            measure,
            titles: labels.iter().cloned().chain(bare).collect(),
            labels,
            base: bags(&base),
            phrases: texts.iter().map(|text| words(text)).filter(|words| words.len() > 1).collect(),
            percent: rate || measure != Measure::Level,
            of_a_share: is_of_a_share(name, node),
            shares: shares(name),
            signs: Signs::of(name, node),
        }
    }
}

impl Measure {
    fn of(name: &str) -> Self {
        let named = name_words(name);
        match named.last().map(String::as_str) {
            Some("growth") if named.len() > 1 => Self::Growth,
            Some("margin") if named.len() > 1 => Self::Share,
            _ => Self::Level,
        }
    }
}

/// What a margin is a share of.
fn account_of_margin(named: &[String]) -> &'static str {
    match named.first().map(String::as_str) {
        Some("gross") => "gross_profit",
        Some("operating" | "ebit") => "operating_income",
        Some("net" | "profit") => "net_income",
        _ => "",
    }
}

/// What statements call an account.
fn of_account(account: &str) -> Vec<String> {
    let known = ACCOUNTS.get(account).cloned().unwrap_or_default();
    let own = account.replace('_', " ");
    if own.is_empty() { Vec::new() } else { std::iter::once(own).chain(known).collect() }
}

/// The ways a line may be called that answers: the array's own words, those of its description and what statements
/// say for it; an abbreviation that the description gives, and what the document says that it stands for.
fn of_name(name: &str, told: &str, aliases: &[Alias]) -> Vec<String> {
    let own = name_words(name);
    let head = told.split([':', '(', ';', '.']).next().unwrap_or_default().trim();
    let mut texts = vec![own.join(" "), head.to_owned()];
    texts.extend(ACCOUNTS.get(&own.join("_")).cloned().unwrap_or_default());
    let bracketed = told.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner.trim());
    texts.extend(bracketed.filter(|short| Alias::stands_for(short, head)).map(str::to_owned));
    let longs: Vec<String> = texts.iter().flat_map(|text| Alias::texts(aliases, text)).collect();
    texts.extend(longs);
    texts
}

fn bags(texts: &[String]) -> Vec<Vec<String>> {
    let mut labels: Vec<Vec<String>> = texts.iter().map(|text| bag(text)).collect();
    labels.retain(|label| !label.is_empty() && label.len() <= 8);
    labels
}

/// Which sign a figure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    /// The printed one.
    Printed,
    /// None: what was paid is printed as taken away from cash, and asked for as an amount.
    Paid,
}

impl Signs {
    pub(super) fn of(name: &str, node: &Node) -> Self {
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

/// `shares_repurchased`: the start of the word beside `shares`.
fn shares(name: &str) -> Option<String> {
    let named = name_words(name);
    let [shares, verb] = named.as_slice() else { return None };
    let stem = verb.strip_suffix("ed").filter(|stem| stem.len() > 3)?;
    (shares == "shares").then(|| stem.to_owned())
}

/// Is asked what one share earns or gets?
fn is_of_a_share(name: &str, node: &Node) -> bool {
    let told = fold(node.description.as_deref().unwrap_or_default());
    name_words(name).iter().any(|word| word == "eps") || told.contains("per share") || fold(name).contains("per share")
}

/// The stems of a label that mean something, sorted.
pub(super) fn bag(text: &str) -> Vec<String> {
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

/// A label as it is compared: whole, and up to its first comma or bracket (`Accounts receivable, net of allowance`).
#[derive(Debug)]
pub(super) struct LabelBags {
    whole: Vec<String>,
    head: Vec<String>,
    /// What is the owners' own, `Net income attributable to ...`: better than what others have a part in.
    owners: Option<Vec<String>>,
}

impl LabelBags {
    pub(super) fn of(text: &str) -> Self {
        let owners = text.split_once(" attributable to ").filter(|(_, whose)| {
            let whose = fold(whose);
            !["controlling", "noncontrolling", "minority"].iter().any(|others| whose.contains(others))
        });
        Self {
            whole: bag(text),
            head: bag(text.split([',', '(']).next().unwrap_or_default()),
            owners: owners.map(|(what, _)| bag(what)),
        }
    }

    /// How like one of the labels it is.
    pub(super) fn likeness(&self, labels: &[Vec<String>]) -> f32 {
        const OWNERS: f32 = 1.05;
        let of =
            |bag: &[String], factor: f32| labels.iter().map(|label| factor * likeness(bag, label)).fold(0.0, f32::max);
        let owners = self.owners.as_ref().map_or(0.0, |what| of(what, 1.0));
        let owners = if owners >= LIKE_LEAST { OWNERS * owners } else { 0.0 };
        of(&self.whole, 1.0).max(of(&self.head, 0.95)).max(owners)
    }
}

/// How like one of the labels a text is.
pub(super) fn likeness_of(text: &str, labels: &[Vec<String>]) -> f32 {
    LabelBags::of(text).likeness(labels)
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
