//! What a property asks for, as words: its name, its parents, its title and description; and how well a label answers.
//!
//! Knows words, not places. Called for every pair of a property and a label, of fields and of table headers alike.

use std::collections::HashSet;

use sluice_extract::schema::Node;

use super::lexicon::{Concept, Lexicon};
use super::text::{fold, name_words, words};

/// A word's possible meanings.
type Reading = Vec<Concept>;

/// What a property asks for.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The words of its own name.
    pub(crate) name: Vec<Reading>,
    /// The words of its parents' names, outermost first.
    pub(crate) scope: Vec<Reading>,
    /// The words of title and description that the name lacks.
    pub(crate) extra: Vec<Reading>,
    whole: Vec<Reading>,
    /// Words that the description says are printed: `the Sparzulage amount`. Folded.
    pub(crate) printed: Vec<String>,
    acronyms: Vec<String>,
    /// Whatever a label must share with it to be worth a closer look.
    vocabulary: HashSet<String>,
    own: Vec<(usize, f32)>,
    scoped: Vec<(usize, f32)>,
}

/// A text that may be a label, ready to be compared.
#[derive(Clone, Debug)]
pub(crate) struct LabelText {
    /// Folded, without numbers of its own at the end.
    pub(crate) folded: String,
    readings: Vec<Reading>,
    /// What a query's vocabulary may hold of it.
    keys: Vec<String>,
    initials: String,
    generic: bool,
}

/// How much the share of the name that a label covers counts; the rest is the share of the label that is asked for.
const NAME_SHARE: f32 = 0.55;
/// Weight of words that only say what kind of thing a value is.
const GENERIC_WEIGHT: f32 = 0.8;
/// A word of the description is worth this much of a word of the name.
const EXTRA_WEIGHT: f32 = 0.8;
/// Weight of a label that only says what kind of thing stands there (`Number`), for a name that says more.
const KIND_ONLY: f32 = 0.6;
/// Weight of a label that says no more than such a name (`Date` for `signature.date`): it may be anybody's.
const ANYBODYS: f32 = 0.8;
/// Weight where name and label each have a word of their own that the other lacks: `total discount`, `Total price`.
const AT_ODDS: f32 = 0.72;
/// Weight of a label that says the parents' names but nothing of the property's own.
const PARENTS_ONLY: f32 = 0.6;
/// Weight of a phrase within a label that names somebody who is not asked for: `VAT number of the customer`.
const SOMEBODY_ELSES: f32 = 0.6;
/// A label whose initials are the name: `Net Revenue Retention` for `nrr`.
const ACRONYM: f32 = 0.9;
/// A label that the description names as it is printed.
const AS_PRINTED: f32 = 0.9;
/// A shorter word of a description is hardly the name of what is printed.
const PRINTED_CHARS_MIN: usize = 5;
/// Best value that words alone can reach: a phrase of the lexicon is surer.
const WORDS_MAX: f32 = 0.97;

impl LabelText {
    /// Folds and reads a text.
    pub(crate) fn of(text: &str) -> Self {
        let lexicon = Lexicon::shared();
        let folded = without_rates(&fold(without_brackets(text)));
        let words = || folded.split(' ').filter(|word| !word.is_empty());
        let meant = words().filter(|word| !lexicon.is_stop(word) && !word.chars().any(|char| char.is_ascii_digit()));
        let mut readings: Vec<Reading> = meant.flat_map(|word| lexicon.readings(word)).collect();
        if words().count() > 1 && folded.rsplit(' ').next().is_some_and(|word| lexicon.is_of_date(word)) {
            readings.push(vec!["date".to_owned()]);
        }
        let generic = readings.iter().all(is_generic);
        let initials: String = words().filter_map(|word| word.chars().next()).collect();
        let keys = words().map(str::to_owned).chain(readings.iter().flatten().flat_map(|concept| keys_of(concept)));
        let keys = keys.chain([initials.clone()]).collect();
        Self { keys, readings, initials, generic, folded }
    }

    /// Every word of it is one of the lexicon's: more likely a label than a name.
    pub(crate) fn is_known(&self) -> bool {
        let lexicon = Lexicon::shared();
        self.folded.split(' ').all(|word| lexicon.is_stop(word) || lexicon.knows(word))
    }

    /// Says nothing but somebody's role: `Customer`.
    pub(crate) fn is_role(&self) -> bool {
        let role = |concept: &Concept| Lexicon::shared().is_role(concept);
        !self.readings.is_empty() && self.readings.iter().all(|reading| reading.iter().any(role))
    }

    /// Says nothing: no word, or only words without meaning.
    pub(crate) fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }
}

impl Query {
    /// Reads a property: the names on the way from the root to it, its own last, and its node.
    pub(crate) fn of(path: &[&str], node: &Node) -> Self {
        let told: Vec<&str> = [node.title.as_deref(), node.description.as_deref()].into_iter().flatten().collect();
        Self::from_words(path, &told)
    }

    fn from_words(path: &[&str], told: &[&str]) -> Self {
        let (own, parents) = path.split_last().map_or(("", [].as_slice()), |(own, parents)| (*own, parents));
        let name = name_readings(own);
        let scope: Vec<Reading> = parents.iter().flat_map(|parent| readings(&name_words(parent))).collect();
        let extra = told.iter().flat_map(|text| readings(&words(&without_examples(text))));
        let extra: Vec<Reading> = extra.filter(|reading| !name.contains(reading)).collect();
        let lexicon = Lexicon::shared();
        let whole: Vec<Reading> = scope.iter().chain(&name).cloned().collect();
        let scoped = if scope.is_empty() { Vec::new() } else { lexicon.asked(&whole) };
        let own = lexicon.asked(&name);
        let acronyms = acronyms(path);
        let concepts = whole
            .iter()
            .chain(&extra)
            .flatten()
            .flat_map(|concept| keys_of(concept).into_iter().chain(lexicon.related_to(concept).map(str::to_owned)));
        let phrases = own.iter().chain(&scoped).filter_map(|(index, _)| lexicon.phrase(*index));
        let printed = phrases.flat_map(|phrase| phrase.first_words().map(str::to_owned).collect::<Vec<_>>());
        let vocabulary = concepts.chain(printed).chain(acronyms.iter().cloned()).collect();
        let named: Vec<String> = told.iter().flat_map(|text| printed_words(text)).collect();
        let vocabulary = HashSet::from_iter(named.iter().cloned().chain::<HashSet<String>>(vocabulary));
        Self { own, scoped, whole, printed: named, acronyms, vocabulary, name, scope, extra }
    }

    /// The same, for a place that is no row: what heads columns of line items is not asked.
    pub(crate) fn outside_of_rows(mut self) -> Self {
        let column = |&(index, _): &(usize, f32)| Lexicon::shared().phrase(index).is_none_or(|phrase| phrase.column);
        self.own.retain(|asked| !column(asked));
        self.scoped.retain(|asked| !column(asked));
        self
    }

    /// A query of names alone, without a node.
    pub(crate) fn of_names(path: &[&str]) -> Self {
        Self::from_words(path, &[])
    }

    /// Do the name or its parents mean this concept?
    pub(crate) fn means(&self, concept: &str) -> bool {
        self.name.iter().chain(&self.scope).any(|reading| has(reading, concept))
    }

    /// Does the name itself mean this concept?
    pub(crate) fn is_named(&self, concept: &str) -> bool {
        self.name.iter().any(|reading| has(reading, concept))
    }

    /// How well a label asks for the same, 0..1: by the property's own name, or by its name with its parents'.
    pub(crate) fn similarity(&self, label: &LabelText) -> f32 {
        if label.is_empty() || !label.keys.iter().any(|key| self.vocabulary.contains(key)) {
            return 0.0;
        }
        if self.printed.contains(&label.folded) {
            return AS_PRINTED;
        }
        if self.acronyms.contains(&label.initials) {
            return ACRONYM;
        }
        let own = self.by_phrase(&self.own, label).max(self.by_words(&self.name, label));
        if self.scope.is_empty() {
            return own;
        }
        own.max(self.by_phrase(&self.scoped, label)).max(self.by_whole(label))
    }

    /// A phrase of the lexicon that the name asks for and the label prints.
    fn by_phrase(&self, asked: &[(usize, f32)], label: &LabelText) -> f32 {
        let lexicon = Lexicon::shared();
        let score = |&(index, cover): &(usize, f32)| {
            cover * lexicon.phrase(index).map_or(0.0, |phrase| phrase.prints(&label.folded))
        };
        let other = label.readings.iter().filter(|reading| reading.iter().any(|concept| lexicon.is_role(concept)));
        let other = { other }.any(|reading| {
            best(reading, &self.name) < 0.5 && best(reading, &self.scope) < 0.5 && best(reading, &self.extra) < 0.5
        });
        let weight = if other { SOMEBODY_ELSES } else { 1.0 };
        weight * asked.iter().map(score).fold(0.0, f32::max)
    }

    /// The words that the label shares with the name and its parents' names; parents alone say little.
    fn by_whole(&self, label: &LabelText) -> f32 {
        let named = self.name.iter().any(|reading| best(reading, &label.readings) >= 0.5);
        let weight = if named { 1.0 } else { PARENTS_ONLY };
        weight * self.by_words(&self.whole, label)
    }

    /// The words that name and label share.
    fn by_words(&self, name: &[Reading], label: &LabelText) -> f32 {
        let of_name = covered(name, |reading| best(reading, &label.readings));
        let of_label = covered(&label.readings, |reading| {
            let named = best(reading, name);
            let above = best(reading, &self.scope);
            named.max(above).max(EXTRA_WEIGHT * best(reading, &self.extra))
        });
        if of_name <= 0.0 && of_label < 0.75 {
            return 0.0;
        }
        let kind_only = label.generic && name.iter().any(|reading| !is_generic(reading));
        let telling = |reading: &&Reading| !is_generic(reading);
        let unmet = |words: &[Reading]| words.iter().filter(telling).any(|word| best(word, &label.readings) < 0.5);
        let strange = label.readings.iter().filter(telling).filter(|reading| {
            best(reading, name) < 0.5 && best(reading, &self.scope) < 0.5 && best(reading, &self.extra) < 0.5
        });
        // A name that only says a kind (`discount.amount`) asks for what its parents are called; a label that names
        // another thing does not answer it.
        let bare = name.iter().all(is_generic) && unmet(&self.scope);
        let lexicon = Lexicon::shared();
        let another = bare && strange.clone().flatten().any(|concept| lexicon.knows(concept));
        let odd = another || unmet(name) && strange.count() > 0;
        let vague = if kind_only {
            KIND_ONLY
        } else if bare && label.generic {
            ANYBODYS
        } else if odd {
            AT_ODDS
        } else {
            1.0
        };
        vague * WORDS_MAX * (NAME_SHARE * of_name + (1.0 - NAME_SHARE) * of_label)
    }
}

/// The words of a name's last two parts that may be acronyms: short, and unknown to the lexicon.
fn acronyms(path: &[&str]) -> Vec<String> {
    let words = path.iter().rev().take(2).map(|name| name_words(name)).filter(|words| words.len() == 1).flatten();
    words.filter(|word| (3..=5).contains(&word.len()) && !Lexicon::shared().knows(word)).collect()
}

/// A description's examples (`e.g. USD`, brackets) name values, not labels.
pub(crate) fn without_examples(text: &str) -> String {
    let end = ["e.g.", "for example", "such as", "("].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].to_owned()
}

/// Words with a capital letter within a sentence that are no word of the lexicon's: a description in one language names
/// what a document prints in another.
fn printed_words(text: &str) -> Vec<String> {
    let told = without_examples(text);
    let tokens: Vec<&str> = told.split_whitespace().collect();
    let within = |pair: &&[&str]| !pair[0].ends_with(['.', ':', ';', '!', '?']);
    let named = tokens.windows(2).filter(within).map(|pair| pair[1].trim_matches(|char: char| !char.is_alphanumeric()));
    let is_name = |word: &&str| {
        let lower = word.chars().skip(1).all(|char| char.is_lowercase() || char == '-');
        word.starts_with(char::is_uppercase) && lower && word.chars().count() >= PRINTED_CHARS_MIN
    };
    let folded = named.filter(is_name).map(fold);
    folded.filter(|word| !word.contains(' ') && !Lexicon::shared().knows(word)).collect()
}

fn readings(words: &[String]) -> Vec<Reading> {
    let lexicon = Lexicon::shared();
    let meant = words.iter().filter(|word| !lexicon.is_stop(word));
    meant.flat_map(|word| lexicon.readings(word)).collect()
}

/// The words of a name. Its last word may be one that elsewhere means nothing: `effective_to`, `valid_from`.
fn name_readings(name: &str) -> Vec<Reading> {
    let words = name_words(name);
    let bound = match words.last().map(String::as_str) {
        Some("to" | "until") if words.len() > 1 => Some("end"),
        Some("from") if words.len() > 1 => Some("start"),
        _ => None,
    };
    let mut out = readings(&words);
    out.extend(
        bound.filter(|bound| !out.iter().any(|reading| has(reading, bound))).map(|bound| vec![bound.to_owned()]),
    );
    out
}

/// A label without the brackets at its end: they hold a unit or a form (`Date (DD/MM/YYYY)`). What they say of a sum
/// stays (`Total (excluding tax)`).
fn without_brackets(text: &str) -> &str {
    const OF_A_SUM: [&str; 5] = ["excl", "incl", "before", "after", "without"];
    let of_a_sum = |open: &usize| {
        let inner = text.get(open + 2..).unwrap_or_default().to_lowercase();
        OF_A_SUM.iter().any(|word| inner.starts_with(word))
    };
    let open = text.find(" (").filter(|_| text.trim_end_matches([':', ' ']).ends_with(')'));
    let open = open.filter(|open| !of_a_sum(open));
    open.and_then(|open| text.get(..open)).unwrap_or(text)
}

/// A folded label without the rates it names: `vat 19 percent` is `vat`.
fn without_rates(folded: &str) -> String {
    let words: Vec<&str> = folded.split(' ').collect();
    let number = |index: usize| words.get(index).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    // A rate ends with its sign and begins with the first of the numbers before it: `5`, `5` for 5.5 %.
    let within = |index: usize| {
        let end = (index..words.len()).find(|&at| !number(at));
        number(index) && end.is_some_and(|end| words.get(end) == Some(&"percent"))
    };
    let rated = |index: usize| within(index) || words.get(index) == Some(&"percent") && index > 0 && number(index - 1);
    let kept = words.iter().enumerate().filter(|(index, _)| !rated(*index)).map(|(_, word)| *word);
    kept.collect::<Vec<_>>().join(" ")
}

/// A concept and its beginning: words the lexicon does not know may be alike without being equal.
fn keys_of(concept: &str) -> Vec<String> {
    let beginning: String = concept.chars().take(3).collect();
    vec![concept.to_owned(), format!("{beginning}~")]
}

fn is_generic(reading: &Reading) -> bool {
    reading.iter().all(|concept| Lexicon::shared().is_generic(concept))
}

fn has(reading: &Reading, concept: &str) -> bool {
    reading.iter().any(|known| known == concept)
}

fn best(reading: &Reading, among: &[Reading]) -> f32 {
    let lexicon = Lexicon::shared();
    let pairs = among.iter().flatten().flat_map(|other| reading.iter().map(move |one| lexicon.relation(one, other)));
    pairs.fold(0.0, f32::max)
}

/// The weighted share of words that are covered.
fn covered(words: &[Reading], cover: impl Fn(&Reading) -> f32) -> f32 {
    let weight = |reading: &Reading| if is_generic(reading) { GENERIC_WEIGHT } else { 1.0 };
    let all: f32 = words.iter().map(weight).sum();
    let met: f32 = words.iter().map(|word| weight(word) * cover(word)).sum();
    if all > 0.0 { met / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_extract::schema::{Kind, StringRules};

    fn node(description: &str) -> Node {
        Node {
            pointer: String::new(),
            title: None,
            description: Some(description.to_owned()),
            examples: Vec::new(),
            default: None,
            allowed: None,
            nullable: false,
            kind: Kind::String(StringRules::default()),
        }
    }

    #[test]
    fn labels_in_other_languages_answer_english_names() {
        let check = |path: &[&str], label: &str, least: f32, most: f32| {
            let score = Query::of(path, &node("")).similarity(&LabelText::of(label));
            assert!((least..=most).contains(&score), "{path:?} {label}: {score}");
        };
        check(&["invoice_number"], "Rechnungs-Nr.:", 0.9, 1.0);
        check(&["invoice_number"], "N° de facture", 0.9, 1.0);
        check(&["invoiceNumber"], "Factuurnummer", 0.9, 1.0);
        check(&["invoice_number"], "Kundennummer", 0.0, 0.6);
        check(&["delivery_date"], "Liefertermin", 0.9, 1.0);
        check(&["net_total"], "Total HT", 0.9, 1.0);
        check(&["seller", "vat_id"], "USt-IdNr.", 0.9, 1.0);
        check(&["vehicle", "model"], "Model", 0.9, 1.0);
        check(&["vehicle", "model"], "Total", 0.0, 0.1);
    }

    #[test]
    fn a_description_helps_a_name_that_says_little() {
        let vague = Query::of(&["x"], &node("Date of delivery, e.g. 2024-01-02"));
        let named = Query::of(&["savings"], &node("the Sparzulage amount in the header, e.g. Anlage"));
        assert!(named.similarity(&LabelText::of("Sparzulage:")) >= AS_PRINTED);
        assert!(named.similarity(&LabelText::of("Anlage")) < 0.5);
        assert!(vague.similarity(&LabelText::of("Lieferdatum")) > vague.similarity(&LabelText::of("Rechnungsdatum")));
    }
}
