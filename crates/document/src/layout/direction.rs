//! From the order in which characters stand, left to right, to the order in which they are read: Hebrew, Arabic and
//! whatever Latin words and numbers stand among them.
//!
//! The bidirectional algorithm of Unicode (UAX 9) turned round. It loses what cannot be seen: which of two directions
//! a line of both was written in is taken from the majority of its words. Pure; called by `words` for the glyphs of a
//! word and by `lines` for the words of a line.

use unicode_bidi::{BidiClass, bidi_class};

/// What a character or a word is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Left,
    Right,
    Digit,
    /// Parts or joins digits: `.`, `,`, `:`, `+`, `-`, `/`.
    Separator,
    /// Stands before or behind a number: `%`, `€`.
    Sign,
    Other,
}

impl Kind {
    fn of_char(char: char) -> Self {
        match bidi_class(char) {
            BidiClass::L => Self::Left,
            BidiClass::R | BidiClass::AL => Self::Right,
            BidiClass::EN | BidiClass::AN => Self::Digit,
            BidiClass::CS | BidiClass::ES => Self::Separator,
            BidiClass::ET => Self::Sign,
            _ => Self::Other,
        }
    }

    /// The strongest of a text's characters decides, one that runs to the left before all others.
    pub(super) fn of(text: &str) -> Self {
        let order = [Self::Right, Self::Left, Self::Digit, Self::Sign, Self::Separator];
        let has = |kind: &Self| text.chars().any(|char| Self::of_char(char) == *kind);
        order.into_iter().find(has).unwrap_or(Self::Other)
    }
}

/// Is any of a text's characters of a script that runs to the left? Asked for every glyph: the others are told at once.
pub(super) fn has_left_running(text: &str) -> bool {
    text.chars().any(|char| char >= '\u{590}' && Kind::of_char(char) == Kind::Right)
}

/// Does a character stand above, below or in another?
pub(super) fn is_mark(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| bidi_class(char) == BidiClass::NSM)
}

/// Does a line of such words run to the left?
pub(super) fn runs_left(words: &[Kind]) -> bool {
    let count = |kind| words.iter().filter(|&&word| word == kind).count();
    count(Kind::Right) > count(Kind::Left)
}

/// The characters of a word as they are read; `glyphs` from left to right as they stand, `left` where it is in a line
/// that runs to the left.
pub(super) fn word(glyphs: &[&str], left: bool) -> String {
    let kinds: Vec<Kind> = glyphs.iter().map(|glyph| Kind::of(glyph)).collect();
    let mut out = String::new();
    for (index, backwards) in read(&kinds, left) {
        match glyphs[index] {
            glyph if backwards => out.extend(glyph.chars().map(mirrored)),
            glyph => out.push_str(glyph),
        }
    }
    out
}

/// A number or a sign on its own, as it is read in a line that runs to the left: `(12` stands there for `12)`.
pub(super) fn in_line_to_the_left(text: &str) -> String {
    let chars = text.char_indices().filter_map(|(at, char)| text.get(at..at + char.len_utf8()));
    word(&chars.collect::<Vec<_>>(), true)
}

/// The words of a line in the order in which they are read, by index; given from left to right.
pub(super) fn line(words: &[Kind]) -> Vec<usize> {
    // What stands between two words keeps two numbers from being one.
    let mut parted = vec![];
    for &word in words {
        parted.push(word);
        parted.push(Kind::Other);
    }
    parted.pop();
    read(&parted, runs_left(words))
        .into_iter()
        .map(|(index, _)| index)
        .filter(|index| index % 2 == 0)
        .map(|index| index / 2)
        .collect()
}

/// Indices in reading order, each with whether it is read against the direction in which it stands.
fn read(kinds: &[Kind], left: bool) -> Vec<(usize, bool)> {
    if left {
        return backwards(kinds, 0..kinds.len());
    }
    let mut out = vec![];
    let mut at = 0;
    while at < kinds.len() {
        if kinds[at] == Kind::Right {
            let end = run(kinds, at, |kind| kind == Kind::Right, |kind| kind != Kind::Left);
            out.extend(backwards(kinds, at..end));
            at = end;
        } else {
            out.push((at, false));
            at += 1;
        }
    }
    out
}

/// A stretch that runs to the left: from its right end, but Latin words and numbers as they stand.
fn backwards(kinds: &[Kind], stretch: std::ops::Range<usize>) -> Vec<(usize, bool)> {
    let mut runs: Vec<(std::ops::Range<usize>, bool)> = vec![];
    let kinds = &kinds[..stretch.end];
    let latin = |at| run(kinds, at, |kind| matches!(kind, Kind::Left | Kind::Digit), |kind| kind != Kind::Right);
    let mut at = stretch.start;
    while at < stretch.end {
        let end = match kinds[at] {
            Kind::Left => latin(at),
            Kind::Digit | Kind::Sign if number(kinds, at) > at => match number(kinds, at) {
                end if kinds.get(end) == Some(&Kind::Left) => latin(end),
                end => end,
            },
            _ => at,
        };
        runs.push(if end > at { (at..end, false) } else { (at..at + 1, true) });
        at = end.max(at + 1);
    }
    let turned = runs.into_iter().rev();
    turned.flat_map(|(run, backwards)| run.map(move |index| (index, backwards))).collect()
}

/// Where the run that starts at `from` ends: behind its last `core`, as long as everything between `may` be in it.
fn run(kinds: &[Kind], from: usize, core: impl Fn(Kind) -> bool, may: impl Fn(Kind) -> bool) -> usize {
    let stretch = kinds[from..].iter().take_while(|&&kind| may(kind));
    let last = stretch.enumerate().filter(|&(_, &kind)| core(kind)).last();
    last.map_or(from, |(index, _)| from + index + 1)
}

/// Where the number ends that starts at `from`, its sign before or behind it included; `from` where there is none.
fn number(kinds: &[Kind], from: usize) -> usize {
    let skip = |mut at: usize, kind| {
        while kinds.get(at) == Some(&kind) {
            at += 1;
        }
        at
    };
    let start = skip(from, Kind::Sign);
    let mut end = skip(start, Kind::Digit);
    if end == start {
        return from;
    }
    while kinds.get(end) == Some(&Kind::Separator) && kinds.get(end + 1) == Some(&Kind::Digit) {
        end = skip(end + 1, Kind::Digit);
    }
    skip(end, Kind::Sign)
}

/// Brackets are drawn turned round in text that runs to the left.
fn mirrored(char: char) -> char {
    const PAIRS: [(char, char); 8] =
        [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›'), ('≤', '≥'), ('⟨', '⟩')];
    let other = PAIRS.iter().find_map(|&(open, close)| match char {
        _ if char == open => Some(close),
        _ if char == close => Some(open),
        _ => None,
    });
    other.unwrap_or(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As they stand, from left to right, to as they are read.
    fn check_word(stands: &str, left: bool, read: &str) {
        let glyphs: Vec<String> = stands.chars().map(String::from).collect();
        let glyphs: Vec<&str> = glyphs.iter().map(String::as_str).collect();
        assert_eq!(word(&glyphs, left), read, "{stands:?}");
    }

    #[test]
    fn a_word_is_turned_round_but_its_numbers_are_not() {
        check_word("ח\"ש", true, "ש\"ח");
        check_word(":יכ", true, "כי:");
        check_word("15-ב", true, "ב-15");
        check_word("1,250.50:ב", true, "ב:1,250.50");
        check_word("50%-ב", true, "ב-50%");
        check_word("(מ\"עמ", true, "מע\"מ)");
        check_word("(12", true, "12)");
        check_word("Total:", false, "Total:");
        check_word("3M-ב", true, "ב-3M");
    }

    fn check_line(stands: &[&str], read: &[&str]) {
        let kinds: Vec<Kind> = stands.iter().map(|word| Kind::of(word)).collect();
        let words: Vec<&str> = line(&kinds).into_iter().map(|index| stands[index]).collect();
        assert_eq!(words, read);
    }

    #[test]
    fn a_line_is_read_in_the_direction_of_most_of_its_words() {
        check_line(&["350.00", "סהכ"], &["סהכ", "350.00"]);
        check_line(&["12", "34", "אב"], &["אב", "34", "12"]);
        check_line(&["Acme", "Ltd", "מאת", "לכבוד", "חשבונית"], &["חשבונית", "לכבוד", "מאת", "Acme", "Ltd"]);
        check_line(
            &["from", "Acme", "Ltd", "ג", "12", "ב", "in", "May"],
            &["from", "Acme", "Ltd", "ב", "12", "ג", "in", "May"],
        );
        check_line(&["Invoice", "12", "of", "May"], &["Invoice", "12", "of", "May"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost(text in "[aב1.%( ]{0,20}", left: bool) {
            let glyphs: Vec<String> = text.chars().map(String::from).collect();
            let glyphs: Vec<&str> = glyphs.iter().map(String::as_str).collect();
            let sorted = |text: &str| { let mut all: Vec<char> = text.chars().map(|it| if it == ')' { '(' } else { it }).collect(); all.sort_unstable(); all };
            proptest::prop_assert_eq!(sorted(&word(&glyphs, left)), sorted(&text));
        }
    }
}
