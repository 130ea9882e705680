//! Labels as the names of properties.

use super::super::text::{fold, name_words};

/// Words of a name.
const WORDS_MAX: usize = 5;

/// A label as a name: `Invoice no.:` is `invoice_no`. Of another script it keeps its letters.
pub(super) fn name(folded: &str) -> String {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
    let name = words.join("_");
    let begins = name.chars().next().is_some_and(char::is_alphabetic);
    if begins { name } else { format!("value_{name}").trim_end_matches('_').to_owned() }
}

/// What a label is known by in other documents: folded, without what stands in brackets.
pub(super) fn key(label: &str) -> String {
    let bare = label.split_once(" (").map_or(label, |(before, _)| before);
    let folded = fold(bare);
    if folded.is_empty() { fold(label) } else { folded }
}

/// A form's own name for a field as words: `policyNumber_2` is `policy Number 2`.
pub(super) fn parted(name: &str) -> String {
    if name.contains(' ') { name.to_owned() } else { name_words(name).join(" ") }
}

/// The name, with a number where it is taken.
pub(super) fn free(key: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let name = name(key);
    if !is_taken(&name) {
        return name;
    }
    let numbered = (2_usize..).map(|number| format!("{name}_{number}")).find(|name| !is_taken(name));
    numbered.unwrap_or(name)
}
