//! How well the head of a column says what a property asks for.
//!
//! Compares concepts (seven languages: `lexicon`), weighed by how rare they are among the properties that are asked
//! together: `2009` tells `amount_2009` from `amount_2010`, `amount` does not. Called by the finders of tables.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use sluice_extract::schema::Node;

use crate::embedded::lexicon::{Concept, Lexicon, Phrase};
use crate::embedded::text::{fold, name_words, words};

/// A word by what it may mean.
type Reading = Vec<Concept>;

/// What a description has beside its subject.
const FILLING: [&str; 12] =
    ["printed", "row", "line", "item", "column", "one", "example", "such", "list", "only", "if", "not"];

/// The slots of an item, ready to be compared with heads.
#[derive(Debug)]
pub(crate) struct Wording {
    asked: Vec<Asked>,
    words: Vec<Word>,
    /// Folded words any of which a band of heads must hold.
    hints: HashSet<Concept>,
}

/// A word of a name or a description.
#[derive(Debug)]
struct Word {
    reading: Reading,
    weight: f32,
    /// Agreement with words of heads, by their ids.
    known: RefCell<HashMap<u32, f32>>,
}

#[derive(Debug)]
struct Asked {
    /// Indices into the words.
    name: Vec<usize>,
    about: Vec<usize>,
    phrases: Vec<(usize, f32)>,
    /// The name itself, folded: a head may print it (`By`).
    exact: String,
}

impl Wording {
    /// Reads names, titles and descriptions.
    pub(crate) fn of<'a>(slots: impl IntoIterator<Item = (&'a str, &'a Node)>) -> Self {
        let slots: Vec<(&str, &Node)> = slots.into_iter().collect();
        let exact = slots.iter().map(|(name, _)| name_words(name).join(" "));
        let told: Vec<(Vec<Reading>, Vec<Reading>)> = slots.iter().map(|(name, node)| told(name, node)).collect();
        let mut wording = Self { asked: Vec::new(), words: Vec::new(), hints: HashSet::new() };
        let rarity = rarity(&told);
        for ((name, about), exact) in told.into_iter().zip(exact) {
            let phrases = Lexicon::shared().asked(&name);
            let phrases = phrases.into_iter().filter(|(_, cover)| *cover >= 0.5).take(3).collect();
            let name = name.into_iter().map(|reading| wording.word(reading, &rarity)).collect();
            let about = about.into_iter().map(|reading| wording.word(reading, &rarity)).collect();
            wording.asked.push(Asked { name, about, phrases, exact });
        }
        wording.hints = wording.hints();
        wording
    }

    fn word(&mut self, reading: Reading, rarity: &BTreeMap<Concept, f32>) -> usize {
        if let Some(at) = self.words.iter().position(|word| word.reading == reading) {
            return at;
        }
        let rare = reading.iter().filter_map(|concept| rarity.get(concept)).copied().reduce(f32::min).unwrap_or(1.0);
        let generic = reading.iter().any(|concept| Lexicon::shared().is_generic(concept));
        let weight = if generic { 0.4 * rare } else { rare };
        self.words.push(Word { reading, weight, known: RefCell::new(HashMap::new()) });
        self.words.len() - 1
    }

    fn hints(&self) -> HashSet<Concept> {
        let phrases = self.asked.iter().flat_map(|asked| &asked.phrases);
        let printed = phrases.filter_map(|&(phrase, _)| Lexicon::shared().phrase(phrase)).flat_map(Phrase::words);
        let named = self.asked.iter().flat_map(|asked| &asked.name).flat_map(|&word| self.words[word].reading.clone());
        printed.map(str::to_owned).chain(named).collect()
    }

    /// Could a head with these words name any slot? Cheap, and right but for abbreviations.
    pub(crate) fn may_name(&self, head: &Heading) -> bool {
        head.words.iter().any(|word| self.hints.contains(word))
            || head.readings.iter().flatten().any(|concept| self.hints.contains(concept))
    }

    /// 0..1: how well `head` names the slot at this index.
    pub(crate) fn score(&self, slot: usize, head: &Heading) -> f32 {
        let Some(asked) = self.asked.get(slot) else { return 0.0 };
        if !head.folded.is_empty() && head.folded == asked.exact {
            return 1.0;
        }
        if head.ids.is_empty() {
            return 0.0;
        }
        let named = self.answered(&asked.name, head);
        let about = self.answered(&asked.about, head);
        let told = self.told(asked, head);
        let plain = 0.5 * named + 0.5 * told;
        let described = 0.2 * named + 0.4 * told + 0.4 * about;
        let lexicon = Lexicon::shared();
        let prints = |&(phrase, cover): &(usize, f32)| {
            lexicon.phrase(phrase).map_or(0.0, |phrase| cover * phrase.prints(&head.folded))
        };
        let phrase = asked.phrases.iter().map(prints).fold(0.0, f32::max);
        plain.max(described).max(phrase)
    }

    /// 0..1: how much of what the slot asks for stands in a longer text, whatever else the text says.
    pub(crate) fn coverage(&self, slot: usize, text: &Heading) -> f32 {
        let Some(asked) = self.asked.get(slot) else { return 0.0 };
        0.6 * self.answered(&asked.name, text) + 0.4 * self.answered(&asked.about, text)
    }

    /// Share of the asked words that the head holds.
    fn answered(&self, asked: &[usize], head: &Heading) -> f32 {
        let (mut sum, mut all) = (0.0, 0.0);
        for word in asked.iter().map(|&word| &self.words[word]) {
            let best = (0..head.ids.len()).map(|at| word.agreement(head, at)).fold(0.0, f32::max);
            sum += word.weight * best;
            all += word.weight;
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }

    /// Share of the head's words that are asked for.
    fn told(&self, asked: &Asked, head: &Heading) -> f32 {
        let (mut sum, mut all) = (0.0, 0.0);
        for at in 0..head.ids.len() {
            let best =
                |words: &[usize]| words.iter().map(|&word| self.words[word].agreement(head, at)).fold(0.0, f32::max);
            let weight = head.weights[at];
            sum += weight * best(&asked.name).max(0.85 * best(&asked.about));
            all += weight;
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }
}

impl Word {
    fn agreement(&self, head: &Heading, at: usize) -> f32 {
        let mut known = self.known.borrow_mut();
        *known.entry(head.ids[at]).or_insert_with(|| agreement(&self.reading, &head.readings[at]))
    }
}

fn rarity(told: &[(Vec<Reading>, Vec<Reading>)]) -> BTreeMap<Concept, f32> {
    let mut holders: BTreeMap<Concept, usize> = BTreeMap::new();
    for (name, about) in told {
        let all: HashSet<&Concept> = name.iter().chain(about).flatten().collect();
        for concept in all {
            *holders.entry(concept.clone()).or_default() += 1;
        }
    }
    let total = told.len().max(1) as f32;
    holders.into_iter().map(|(word, count)| (word, 1.0 - 0.6 * (count as f32 - 1.0) / total)).collect()
}

/// The words of a name, and those of title and description.
fn told(name: &str, node: &Node) -> (Vec<Reading>, Vec<Reading>) {
    let texts = [node.title.as_deref(), node.description.as_deref()];
    let mut about: Vec<Reading> = Vec::new();
    for reading in texts.into_iter().flatten().flat_map(|text| readings(&words(&spelled(text)))) {
        let filling = reading.iter().any(|concept| FILLING.contains(&concept.as_str()));
        if !filling && !about.contains(&reading) {
            about.push(reading);
        }
    }
    (readings(&name_words(name)), about)
}

/// The text of a head, ready to be compared.
#[derive(Debug)]
pub(crate) struct Heading {
    ids: Vec<u32>,
    readings: Vec<Reading>,
    weights: Vec<f32>,
    words: Vec<String>,
    folded: String,
}

/// Every heading that was read, so that none is read twice.
#[derive(Debug, Default)]
pub(crate) struct Headings {
    texts: RefCell<HashMap<String, Rc<Heading>>>,
    ids: RefCell<HashMap<Reading, u32>>,
}

impl Headings {
    /// Reads a head.
    pub(crate) fn of(&self, text: &str) -> Rc<Heading> {
        if let Some(known) = self.texts.borrow().get(text) {
            return Rc::clone(known);
        }
        let words = words(&spelled(text));
        let readings = readings(&words);
        let weight = |reading: &Reading| {
            let generic = reading.iter().any(|concept| Lexicon::shared().is_generic(concept));
            if generic { 0.4 } else { 1.0 }
        };
        let weights = readings.iter().map(weight).collect();
        let ids = readings.iter().map(|reading| self.id(reading)).collect();
        let heading = Rc::new(Heading { ids, readings, weights, words, folded: fold(text) });
        self.texts.borrow_mut().insert(text.to_owned(), Rc::clone(&heading));
        heading
    }

    fn id(&self, reading: &Reading) -> u32 {
        let mut ids = self.ids.borrow_mut();
        let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        *ids.entry(reading.clone()).or_insert(next)
    }
}

/// Signs that are words: `$` and `000`.
fn spelled(text: &str) -> String {
    text.replace("'000", " thousand ")
        .replace("000's", " thousand ")
        .replace("000’s", " thousand ")
        .replace('$', " dollar ")
        .replace('€', " euro ")
        .replace('£', " pound ")
}

fn readings(words: &[String]) -> Vec<Reading> {
    let lexicon = Lexicon::shared();
    let mut found: Vec<Reading> = Vec::new();
    for reading in words.iter().filter(|word| !lexicon.is_stop(word)).flat_map(|word| lexicon.readings(word)) {
        if !found.contains(&reading) {
            found.push(reading);
        }
    }
    found
}

fn agreement(a: &Reading, b: &Reading) -> f32 {
    let lexicon = Lexicon::shared();
    let pairs = a.iter().flat_map(|one| b.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| lexicon.relation(one, other).max(shortened(one, other))).fold(0.0, f32::max)
}

/// One word abbreviates the other: by its beginning (`desc`), or by its consonants (`qty`).
fn shortened(a: &str, b: &str) -> f32 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < 3 || short == long || short.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0.0;
    }
    if long.starts_with(short) {
        return if short.len() >= 4 { 0.8 } else { 0.65 };
    }
    if short.len() <= 4 && is_skeleton(short, long) { 0.65 } else { 0.0 }
}

fn is_skeleton(short: &str, long: &str) -> bool {
    let ends = short.chars().next() == long.chars().next() && short.chars().last() == long.chars().last();
    let mut rest = long.chars();
    ends && long.len() <= 3 * short.len() && short.chars().all(|char| rest.any(|other| other == char))
}
