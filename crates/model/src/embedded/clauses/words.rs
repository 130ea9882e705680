//! The words that give a value its measure: units, numbers in words, what bounds sound like.
//!
//! Data (`words.toml`) and looking it up. Called by the rooms that read sentences.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// What a figure in a sentence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Unit {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
    /// Hundredths.
    Percent,
    /// Money.
    Money,
}

/// Which side a bound is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The most.
    Most,
    /// The least.
    Least,
}

#[derive(Default, Deserialize)]
struct File {
    units: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    bounds: BTreeMap<String, String>,
    empty: BTreeMap<String, String>,
}

/// The words, ready to be looked up.
pub(crate) struct Words {
    units: BTreeMap<String, Unit>,
    numbers: BTreeMap<String, u32>,
    asked: BTreeMap<String, Bound>,
    told: Vec<(String, Bound)>,
    empty: BTreeSet<String>,
}

static SHARED: LazyLock<Words> = LazyLock::new(|| {
    // The file is part of the program and a test reads it; without words sentences would only be read less often.
    Words::from_file(&toml::from_str::<File>(include_str!("words.toml")).unwrap_or_default())
});

impl Words {
    /// The words of this program.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    fn from_file(file: &File) -> Self {
        let units = [
            ("hour", Unit::Hour),
            ("day", Unit::Day),
            ("week", Unit::Week),
            ("month", Unit::Month),
            ("year", Unit::Year),
            ("percent", Unit::Percent),
        ];
        let line = |map: &BTreeMap<String, String>, key: &str| map.get(key).cloned().unwrap_or_default();
        let mut words = Self {
            units: BTreeMap::new(),
            numbers: BTreeMap::new(),
            asked: BTreeMap::new(),
            told: Vec::new(),
            empty: line(&file.empty, "words").split_whitespace().map(str::to_owned).collect(),
        };
        for (name, unit) in units {
            let own = line(&file.units, name);
            words.units.extend(own.split_whitespace().map(|word| (word.to_owned(), unit)));
        }
        for (number, line) in &file.numbers {
            let Ok(number) = number.parse() else { continue };
            words.numbers.extend(line.split_whitespace().map(|word| (word.to_owned(), number)));
        }
        for (side, bound) in [("most", Bound::Most), ("least", Bound::Least)] {
            let asked = line(&file.bounds, &format!("{side}_asked"));
            words.asked.extend(asked.split_whitespace().map(|word| (word.to_owned(), bound)));
            let told = line(&file.bounds, &format!("{side}_told"));
            words.told.extend(told.split(',').filter(|text| !text.is_empty()).map(|text| (text.to_owned(), bound)));
        }
        words
    }

    /// The unit a folded word names.
    pub(crate) fn unit(&self, word: &str) -> Option<Unit> {
        self.units.get(word).copied()
    }

    /// The number a folded word says.
    pub(crate) fn number(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    /// The bound that a word of a property asks for.
    pub(crate) fn bound(&self, word: &str) -> Option<Bound> {
        self.asked.get(word).copied()
    }

    /// Does a folded text say a bound?
    pub(crate) fn says(&self, bound: Bound, folded: &str) -> bool {
        let padded = format!(" {folded} ");
        self.told.iter().any(|(told, own)| *own == bound && padded.contains(&format!(" {told} ")))
    }

    /// Does a word say nothing in a sentence?
    pub(crate) fn is_empty(&self, word: &str) -> bool {
        self.empty.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read() {
        let file: Result<File, _> = toml::from_str(include_str!("words.toml"));
        assert!(file.is_ok(), "{:?}", file.err());
        assert_eq!(Words::shared().unit("monate"), Some(Unit::Month));
        assert!(Words::shared().says(Bound::Most, "in no case by more than"));
    }
}
