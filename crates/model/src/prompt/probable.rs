//! How probable a model held each value that it said: the least of its tokens.
//!
//! From tokens that are, one after the other, the text of the answer; where they are not, nothing is known. Called by
//! `prompt`.

use std::collections::BTreeMap;

use sluice_extract::pointer::join;

/// A piece of an answer, and the natural logarithm of how probable it was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) logprob: f32,
}

/// By JSON pointer into the answer; `begun` bytes of what was said stand before it.
pub(super) fn probabilities(answer: &str, begun: usize, said: &str, tokens: &[Token]) -> BTreeMap<String, f32> {
    let whole: String = tokens.iter().map(|token| token.text.as_str()).collect();
    if whole != said {
        return BTreeMap::new();
    }
    let mut at = 0;
    let places: Vec<(usize, usize, f32)> = tokens
        .iter()
        .map(|token| {
            let from = at;
            at += token.text.len();
            (from, at, token.logprob)
        })
        .collect();
    let least = |(from, to): (usize, usize)| {
        let inside = places.iter().filter(|(first, last, _)| *first < to + begun && *last > from + begun);
        inside.map(|(_, _, logprob)| logprob.exp()).fold(1.0_f32, f32::min)
    };
    spans(answer).into_iter().map(|(pointer, span)| (pointer, least(span))).collect()
}

/// Where each primitive of a JSON text stands, without the quotation marks of texts.
fn spans(text: &str) -> Vec<(String, (usize, usize))> {
    let mut found = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => levels.push(Level::Object(String::new())),
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => {
                levels.pop();
            }
            b',' => {
                if let Some(Level::Array(nth)) = levels.last_mut() {
                    *nth += 1;
                }
            }
            b'"' => {
                let end = end_of_text(bytes, at + 1);
                let is_name = text[end..].trim_start_matches('"').trim_start().starts_with(':');
                match levels.last_mut() {
                    Some(Level::Object(name)) if is_name => text[at + 1..end].clone_into(name),
                    _ => found.push((pointer(&levels), (at + 1, end))),
                }
                at = end;
            }
            byte if byte == b'-' || byte.is_ascii_alphanumeric() => {
                let length = bytes[at..].iter().take_while(|byte| !b",]} \n\r\t".contains(byte)).count();
                found.push((pointer(&levels), (at, at + length)));
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

enum Level {
    Object(String),
    Array(usize),
}

fn pointer(levels: &[Level]) -> String {
    levels.iter().fold(String::new(), |pointer, level| match level {
        Level::Object(name) => join(&pointer, name),
        Level::Array(nth) => join(&pointer, &nth.to_string()),
    })
}

fn end_of_text(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(pieces: &[(&str, f32)]) -> Vec<Token> {
        pieces.iter().map(|(text, probable)| Token { text: (*text).to_owned(), logprob: probable.ln() }).collect()
    }

    #[test]
    fn a_value_is_as_probable_as_its_least_probable_token() {
        let told = tokens(&[
            ("```\n", 0.1),
            ("{\"data\": {\"a\"", 0.9),
            (": \"x\\\"", 0.8),
            ("y\",", 0.7),
            (" \"b\": [1", 0.6),
            (", 2", 0.5),
            ("5]", 0.4),
            ("}}", 0.3),
        ]);
        let said: String = told.iter().map(|token| token.text.as_str()).collect();
        let found = probabilities(&said[4..], 4, &said, &told);
        let found: Vec<String> = found.iter().map(|(pointer, probable)| format!("{pointer} {probable:.1}")).collect();
        assert_eq!(found, ["/data/a 0.7", "/data/b/0 0.6", "/data/b/1 0.4"]);
        assert!(probabilities(&said[4..], 4, &said, &told[1..]).is_empty(), "other tokens than the text");
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(text in "[\\[\\]{}:,\"\\\\a1ü -]{0,40}") {
            for (_, (from, to)) in spans(&text) {
                prop_assert!(from <= to && to <= text.len());
            }
        }
    }
}
