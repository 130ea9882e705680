//! An answer with names in place of what it says about the document, and the way back, byte by byte.
//!
//! Hidden are: every text in JSON that is not the vendor's own, every list of bare numbers (a token's bytes), and of all
//! else the words that stand in the document. Knows nothing of what an answer means, so it hides rather too much. Called by
//! `file`.

use std::collections::HashSet;

/// What stands around the number of what is hidden.
const MARKS: [char; 2] = ['⟦', '⟧'];

/// Words shorter than this are nobody's secret, unless the document has their neighbour beside them, too.
const LONE_CHARS_MIN: usize = 3;

/// What was hidden, by its number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hidden(Vec<Vec<u8>>);

impl Hidden {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with its length before it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &self.0 {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    pub(super) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        while let Some((length, rest)) = bytes.split_first_chunk::<8>() {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (part, rest) = rest.split_at_checked(length)?;
            parts.push(part.to_vec());
            bytes = rest;
        }
        bytes.is_empty().then_some(Self(parts))
    }

    fn put(&mut self, part: &[u8], shown: &mut String) {
        let [open, close] = MARKS;
        shown.push_str(&format!("{open}{}{close}", self.0.len()));
        self.0.push(part.to_vec());
    }
}

/// The words of a document.
#[derive(Default)]
pub(super) struct Words {
    /// Those that stand out: with a digit, a capital or a letter that is none of English.
    lone: HashSet<String>,
    /// Two, one after the other, in small letters.
    pairs: HashSet<(String, String)>,
    /// There is a document.
    is_any: bool,
}

impl Words {
    pub(super) fn of(document: &str) -> Self {
        let mut words = Self { is_any: !document.is_empty(), ..Self::default() };
        let mut before = String::new();
        for word in document.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if stands_out(word) {
                words.lone.insert(word.to_owned());
            }
            let small = word.to_lowercase();
            words.pairs.insert((std::mem::replace(&mut before, small.clone()), small));
        }
        words
    }
}

fn stands_out(word: &str) -> bool {
    word.chars().count() >= LONE_CHARS_MIN && word.chars().any(|character| !character.is_ascii_lowercase())
}

/// What may be shown, and what may not. All of it is shown where there is no document.
pub(super) fn hide(body: &[u8], words: &Words, plain: &[&str]) -> (String, Hidden) {
    let mut hidden = Hidden::default();
    let mut shown = String::new();
    let readable = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default(),
    };
    if words.is_any {
        Hiding { words, plain, shown: &mut shown, hidden: &mut hidden, member: "" }.walk(readable);
    } else {
        leave(readable, &mut shown, &mut hidden);
    }
    if readable.len() < body.len() {
        hidden.put(&body[readable.len()..], &mut shown);
    }
    (shown, hidden)
}

/// The way back; `None` where a name is nobody's.
pub(super) fn reveal(shown: &str, hidden: &Hidden) -> Option<Vec<u8>> {
    let [open, close] = MARKS;
    let mut bytes = Vec::with_capacity(shown.len());
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once(open) {
        let (name, after) = after.split_once(close)?;
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend_from_slice(hidden.0.get(name.parse::<usize>().ok()?)?);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// Text as it is; our own marks in it would be taken for names.
fn leave(text: &str, shown: &mut String, hidden: &mut Hidden) {
    for part in text.split_inclusive(MARKS) {
        let (part, mark) = match part.char_indices().next_back() {
            Some((at, last)) if MARKS.contains(&last) => part.split_at(at),
            _ => (part, ""),
        };
        shown.push_str(part);
        if !mark.is_empty() {
            hidden.put(mark.as_bytes(), shown);
        }
    }
}

struct Hiding<'a> {
    words: &'a Words,
    plain: &'a [&'a str],
    shown: &'a mut String,
    hidden: &'a mut Hidden,
    /// The member of an object that is being read.
    member: &'a str,
}

impl<'a> Hiding<'a> {
    fn walk(&mut self, text: &'a str) {
        let mut rest = text;
        while let Some(at) = rest.find(['"', '[']) {
            self.say(&rest[..at]);
            rest = match rest.as_bytes()[at] {
                b'"' => self.text(&rest[at + 1..]),
                _ => self.list(&rest[at + 1..]),
            };
        }
        self.say(rest);
    }

    /// Behind a quotation mark; gives what follows the closing one.
    fn text(&mut self, rest: &'a str) -> &'a str {
        self.shown.push('"');
        let Some(end) = end_of_text(rest) else {
            self.put(rest);
            return "";
        };
        let (inside, after) = (&rest[..end], &rest[end + 1..]);
        // The name of a member is followed by a colon.
        if after.trim_start().starts_with(':') {
            self.member = inside;
            self.say(inside);
        } else if self.plain.contains(&self.member) && !inside.contains('\\') {
            self.say(inside);
        } else {
            self.put(inside);
        }
        self.shown.push('"');
        after
    }

    /// Behind an opening bracket; gives what follows the closing one, or everything where this is no list of numbers.
    fn list(&mut self, rest: &'a str) -> &'a str {
        self.shown.push('[');
        let is_of_number = |character: char| character.is_ascii_digit() || " ,.+-eE\n\r\t".contains(character);
        let end = rest.find(|character| !is_of_number(character));
        match end {
            Some(end) if rest[end..].starts_with(']') && rest[..end].contains(|c: char| c.is_ascii_digit()) => {
                self.put(&rest[..end]);
                &rest[end..]
            }
            _ => rest,
        }
    }

    fn put(&mut self, part: &str) {
        if !part.is_empty() {
            self.hidden.put(part.as_bytes(), self.shown);
        }
    }

    /// Text without the words of the document.
    fn say(&mut self, text: &str) {
        let words = words_in(text);
        let small: Vec<String> = words.iter().map(|(_, word)| word.to_lowercase()).collect();
        let pair = |first: usize| {
            let second = small.get(first + 1)?;
            Some(self.words.pairs.contains(&(small[first].clone(), second.clone())))
        };
        let is_told = |nth: usize| {
            self.words.lone.contains(words[nth].1)
                || pair(nth) == Some(true)
                || nth.checked_sub(1).and_then(pair) == Some(true)
        };
        let told: Vec<bool> = (0..words.len()).map(is_told).collect();
        let mut done = 0;
        for ((at, word), is_told) in words.iter().zip(told) {
            if is_told {
                leave(&text[done..*at], self.shown, self.hidden);
                self.hidden.put(word.as_bytes(), self.shown);
                done = at + word.len();
            }
        }
        leave(&text[done..], self.shown, self.hidden);
    }
}

/// Where a text ends that is open; a backslash takes the next character with it.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut escaped = false;
    rest.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

fn words_in(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = 0;
    for part in text.split(|character: char| !character.is_alphanumeric()) {
        if !part.is_empty() {
            words.push((at, part));
        }
        at += part.len() + text[at + part.len()..].chars().next().map_or(0, char::len_utf8);
    }
    words
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    const DOCUMENT: &str = "[1:1] Invoice INV-4817 of Müller\n[1:2] payment within thirty days: 1250.00";

    fn check(body: &[u8], plain: &[&str]) -> String {
        let (shown, hidden) = hide(body, &Words::of(DOCUMENT), plain);
        assert_eq!(reveal(&shown, &hidden).unwrap(), body);
        assert_eq!(Hidden::from_bytes(&hidden.to_bytes()).unwrap(), hidden);
        shown
    }

    #[test]
    fn what_is_the_vendors_is_shown_and_what_is_the_documents_is_not() {
        let stream = r#"data: {"model":"tiny","choices":[{"delta":{"content":"{\"a\":\"Mül"},"index":0}]}"#;
        assert_snapshot!(check(stream.as_bytes(), &["model"]), @r#"data: {"model":"tiny","choices":[{"delta":{"content":"⟦0⟧"},"index":0}]}"#);
        let tokens = r#"{"token":"Mü","bytes":[77, 195],"top":[],"usage":{"n":1250}}"#;
        assert_snapshot!(check(tokens.as_bytes(), &[]), @r#"{"token":"⟦0⟧","bytes":[⟦1⟧],"top":[],"usage":{"n":⟦2⟧}}"#);
        let error = r#"{"error":{"message":"nothing within thirty seconds for INV-4817 of müller","code":429}}"#;
        assert_snapshot!(check(error.as_bytes(), &["message"]), @r###"{"error":{"message":"nothing ⟦0⟧ ⟦1⟧ seconds for ⟦2⟧-⟦3⟧ ⟦4⟧ ⟦5⟧","code":429}}"###);
        let page = "<html><title>Bad gateway</title>Müller ⟦x⟧";
        assert_snapshot!(check(page.as_bytes(), &[]), @"<html><title>Bad gateway</title>⟦0⟧ ⟦1⟧x⟦2⟧");
        assert_snapshot!(check(b"{\"content\":\"M\xC3", &[]), @r#"{"content":"⟦0⟧⟦1⟧"#);
    }

    #[test]
    fn without_a_document_there_is_nothing_to_hide() {
        assert_eq!(hide(b"{\"name\":\"x\"}", &Words::of(""), &[]).0, "{\"name\":\"x\"}");
    }

    proptest! {
        #[test]
        fn every_answer_comes_back_as_it_was(body in prop::collection::vec(any::<u8>(), 0..80), text in "[\"\\[\\]{}:,0-9⟦⟧ a-zü\\\\]{0,60}") {
            check(&body, &["a"]);
            check(text.as_bytes(), &["a"]);
        }
    }
}
