//! JSON that was cut off, closed after the last entry that stands there whole.
//!
//! Where lists are open, the outermost of them is closed after its last whole entry, so that no half row is left; else
//! the innermost object after its last whole property. Never makes a value up. Called by `prompt`.

/// The text with what is open closed; `None` where nothing was opened.
pub(super) fn closed(text: &str) -> Option<String> {
    let open = open(text);
    // The first level is the answer itself.
    let keep = open.iter().position(|level| level.closer == ']').or_else(|| open.len().checked_sub(1))?;
    let level = open.get(keep)?;
    let mut closed = text.get(..level.whole)?.to_owned();
    closed.extend(open[..=keep].iter().rev().map(|level| level.closer));
    Some(closed)
}

struct Level {
    closer: char,
    /// Where its last whole entry ends.
    whole: usize,
}

fn open(text: &str) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    let (mut in_text, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '{' => levels.push(Level { closer: '}', whole: at + 1 }),
            '[' => levels.push(Level { closer: ']', whole: at + 1 }),
            '}' | ']' => {
                levels.pop();
                if let Some(level) = levels.last_mut() {
                    level.whole = at + 1;
                }
            }
            ',' => {
                if let Some(level) = levels.last_mut() {
                    level.whole = at;
                }
            }
            _ => {}
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use sluice_testkit::mutation;

    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(closed(text).as_deref(), expect, "{text}");
    }

    #[test]
    fn only_whole_entries_are_left() {
        check(r#"{"data": [{"a": 1}, {"a": 2}, {"a": 3, "b": "#, Some(r#"{"data": [{"a": 1}, {"a": 2}]}"#));
        check(r#"{"data": [{"a": [1, 2]}, {"a": [3"#, Some(r#"{"data": [{"a": [1, 2]}]}"#));
        check(r#"{"data": {"a": "x, \"[", "b": 12"#, Some(r#"{"data": {"a": "x, \"["}}"#));
        check(r#"{"data": "#, Some("{}"));
        check("", None);
        check("nonsense", None);
    }

    #[test]
    fn fuzz_partial_json() {
        let seeds: Vec<Vec<u8>> = [
            r#"{"data": [{"a": "\u{e4},[{", "b": [1, 2.5e3, null]}, {"a": "\\\"", "b": []}], "sources": [{"p": null}]}"#,
            "```json\n{\"data\": {\"x\": true, \"y\": {}}}\n```",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        bolero::check!().with_type::<Vec<u8>>().for_each(|recipe| {
            let text = String::from_utf8_lossy(&mutation::spoiled(&seeds, recipe)).into_owned();
            let Some(closed) = closed(&text) else { return };
            // What is kept is a beginning of the text; what is added closes, and nothing else.
            let kept = closed.trim_end_matches(['}', ']']);
            assert!(text.starts_with(kept) && closed.ends_with(['}', ']']), "{text}\n{closed}");
        });
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_what_is_left_is_json(cut in 1_usize..90) {
            let whole = json!({"data": [{"a": "\u{e4},[{", "b": [1, 2.5]}, {"a": "\\\"", "b": []}], "sources": [{"p": null}]});
            let text: String = whole.to_string().chars().take(cut).collect();
            prop_assume!(text.len() < whole.to_string().len());
            let closed: Value = serde_json::from_str(&closed(&text).unwrap()).unwrap();
            let rows = closed["data"].as_array().cloned().unwrap_or_default();
            prop_assert!(whole["data"].as_array().unwrap().starts_with(&rows), "{closed}");
        }
    }
}
