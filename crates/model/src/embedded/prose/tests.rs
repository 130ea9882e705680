//! Resumes as themes draw them: names of properties that no page prints, cards, points without marks, floating headings.

use serde_json::{Value, json};
use sluice_extract::page::Document;
use sluice_extract::schema::Schema;

use crate::embedded::drawn::document;
use crate::embedded::solve;

/// A page where the words between `*` are bold and those between `#` are larger and bold.
fn styled(drawing: &str) -> Document {
    let mut document = document(&[&drawing.replace(['*', '#'], "")]);
    let mut marks = Vec::new();
    let (mut bold, mut large) = (false, false);
    for token in drawing.split_whitespace() {
        bold ^= token.starts_with('*');
        large ^= token.starts_with('#');
        marks.push((bold || large, large));
        bold ^= token.ends_with('*');
        large ^= token.ends_with('#');
    }
    for (word, (bold, large)) in document.pages[0].words.iter_mut().zip(marks) {
        word.bold = bold;
        if large {
            word.size *= 1.5;
        }
    }
    document
}

#[track_caller]
fn check(document: &Document, properties: &Value, want: &Value) {
    let asked = Schema::parse(&json!({"type": "object", "properties": properties})).unwrap();
    let solution = solve(document, &asked);
    assert_eq!(&solution.value, want, "{:#?}", solution.evidence);
}

fn list(properties: &Value) -> Value {
    json!({"type": "array", "items": {"type": "object", "properties": properties}})
}

fn text() -> Value {
    json!({"type": "string"})
}

#[test]
fn a_name_beside_a_position_is_the_employers() {
    let drawing = "#Ann Example#\n\n#Experience#\n\n*Rowan Mills Ltd*\n*May 2019 - Present*\n*Head Engineer*\n\nRuns the mill and all that belongs to it, by day and by night, in any weather.\n\nHalved what is thrown away\nTrained eleven people\n\n\n#Education#\n\n*Example College*\n*2011 - 2015*";
    let months = json!({"type": "string", "pattern": "^[12][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?$"});
    let work =
        list(&json!({"name": text(), "position": text(), "startDate": months, "endDate": months, "summary": text(),
        "description": text(), "highlights": {"type": "array", "items": text()}}));
    let want = json!([{"name": "Rowan Mills Ltd", "position": "Head Engineer", "startDate": "2019-05", "summary": "Runs the mill and all that belongs to it, by day and by night, in any weather.",
        "highlights": ["Halved what is thrown away", "Trained eleven people"]}]);
    check(&styled(drawing), &json!({"work": work}), &json!({"work": want}));
}

#[test]
fn skills_have_names_levels_and_keywords_in_every_form() {
    let skills = json!({"skills": list(&json!({"name": text(), "level": text(), "keywords": {"type": "array", "items": text()}}))});
    let want = json!({"skills": [{"name": "Weaving", "keywords": ["Jacquard", "Dobby"]}, {"name": "Dyeing", "keywords": ["Indigo"]}]});
    check(&styled("#Skills#\n\nWeaving: Jacquard, Dobby\nDyeing: Indigo"), &skills, &want);
    let cards = "#Skills#\n\nWeaving                  Dyeing\nExpert                   Beginner\n  Jacquard                 Indigo\n  Dobby";
    let want = json!({"skills": [{"name": "Weaving", "level": "Expert", "keywords": ["Jacquard", "Dobby"]},
        {"name": "Dyeing", "level": "Beginner", "keywords": ["Indigo"]}]});
    check(&styled(cards), &skills, &want);
}

#[test]
fn languages_have_levels_in_every_form() {
    let languages = json!({"languages": list(&json!({"language": text(), "fluency": text()}))});
    let want =
        json!({"languages": [{"language": "English", "fluency": "Native"}, {"language": "Yoruba", "fluency": "C1"}]});
    for drawing in [
        "#Languages#\n\nEnglish (Native), Yoruba (C1)",
        "#Languages#\n\nEnglish - Native\nYoruba - C1",
        "#Languages#\n\nEnglish          Yoruba\nNative           C1",
        "#Languages#          English, Native\n                   Yoruba, C1",
    ] {
        check(&styled(drawing), &languages, &want);
    }
}

#[test]
fn the_top_of_a_resume_has_an_address_and_a_text_below_its_heading() {
    let drawing = "#Ann Example#\n#Weaver#\n3 Mill Lane, 04229 Millbrook, Rowanshire\nann@mill.example\n\n#About#\n\nWeaves cloth that lasts longer than whoever wears it does.\n\n#Skills#\n\nWeaving: Jacquard, Dobby\n\n#Languages#\n\nEnglish (Native)";
    let place = json!({"type": "object", "properties": {"address": text(), "postalCode": text(), "city": text(), "region": text()}});
    let basics = json!({"type": "object", "properties": {"name": text(), "label": text(), "summary": text(), "location": place}});
    let want = json!({"name": "Ann Example", "label": "Weaver",
        "summary": "Weaves cloth that lasts longer than whoever wears it does.",
        "location": {"address": "3 Mill Lane", "postalCode": "04229", "city": "Millbrook", "region": "Rowanshire"}});
    check(&styled(drawing), &json!({"basics": basics}), &json!({"basics": want}));
}

#[test]
fn headings_that_are_drawn_before_their_text_are_read_where_they_stand() {
    let drawing = "#Interests#\n\nSailing, Singing\n\n#Awards#\n\nNone so far\n\n#Languages#\n\nEnglish (Native)\n\n#Skills#\n\nWeaving: Jacquard, Dobby";
    let mut document = styled(drawing);
    // Headings first, as a browser draws what is positioned.
    let page = &mut document.pages[0];
    let (heads, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut page.lines).into_iter().partition(|line| page.words[line.words.start as usize].bold);
    page.lines = heads.into_iter().chain(rest).collect();
    let languages = json!({"languages": list(&json!({"language": text(), "fluency": text()}))});
    check(&document, &languages, &json!({"languages": [{"language": "English", "fluency": "Native"}]}));
}
