use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::page::{Cell, ContentHash, Line, Media, Page, Rect, Table, TextSource, Word};

/// A page with a table of one column: a head, and these rows.
fn page(number: u32, rows: &[&str]) -> Page {
    let texts: Vec<&str> = std::iter::once("Name").chain(rows.iter().copied()).collect();
    let rect = |nth: usize| Rect::new(10.0, 10.0 * nth as f32, 60.0, 10.0 * nth as f32 + 8.0);
    let words = texts.iter().enumerate().map(|(nth, text)| Word {
        text: (*text).to_owned(),
        rect: rect(nth),
        size: 8.0,
        bold: false,
        rotation: 0,
        confidence: None,
    });
    let lines = (0..texts.len()).map(|nth| Line { words: nth as u32..nth as u32 + 1, rect: rect(nth), block: 0 });
    let cells = (0..texts.len()).map(|nth| Cell {
        row: nth as u32,
        column: 0,
        row_span: 1,
        column_span: 1,
        rect: rect(nth),
        words: vec![nth as u32],
    });
    let table = Table {
        rect: Rect::default(),
        ruled: true,
        rows: texts.len() as u32,
        columns: 1,
        header_rows: 1,
        cells: cells.collect(),
    };
    Page {
        number,
        width: 100.0,
        height: 1_000.0,
        text_source: TextSource::Native,
        skew: 0.0,
        words: words.collect(),
        lines: lines.collect(),
        tables: vec![table],
        marks: Vec::new(),
        fields: Vec::new(),
    }
}

fn document(pages: &[&[&str]]) -> Document {
    let pages: Vec<Page> = (1..).zip(pages).map(|(number, rows)| page(number, rows)).collect();
    Document { hash: ContentHash::of(b""), media: Media::Pdf, page_count: pages.len() as u32, pages }
}

fn asked(list: &LongList<'_>, taken: &job::Rows) -> String {
    match list.next(taken) {
        Some(turn) => {
            format!("pages {:?}, given {}, last {:?}, unseen {:?}", turn.pages, turn.given, turn.last, turn.unseen)
        }
        None => "nothing".to_owned(),
    }
}

/// One answer to what is asked next: entries with their places.
fn answer(list: &LongList<'_>, taken: &mut job::Rows, said: &[(&str, Option<Place>)], is_whole: bool) -> RowsTaken {
    let turn = list.next(taken).unwrap();
    let rows = said.iter().map(|(text, _)| json!(text)).collect();
    let places: Vec<Option<Place>> = said.iter().map(|(_, place)| *place).collect();
    let new = list.take(&turn, taken, rows, &places, is_whole);
    taken.turns += 1;
    taken.items.extend(new.rows.clone());
    taken.places.extend(new.places.clone());
    taken.pages_covered.clone_from(&new.pages_covered);
    new
}

#[test]
fn windows_follow_each_other_with_a_page_of_the_one_before() {
    let document = document(&[&["a", "b"], &["c", "d"], &["e", "f"], &["g"]]);
    let pages = |rows_max| -> Vec<Vec<u32>> {
        windows(&document, &[], rows_max).into_iter().map(|window| window.pages).collect()
    };
    assert_eq!(pages(4), [vec![1, 2], vec![2, 3, 4]]);
    assert_eq!(pages(1), [vec![1], vec![1, 2], vec![2, 3], vec![3, 4]], "a page is never cut");
    assert_eq!(pages(100), [vec![1, 2, 3, 4]]);
    assert_eq!(LongList::rows_expected(&document, &[1, 4]), 3);
}

#[test]
fn what_was_dropped_is_asked_again_and_then_the_next_pages() {
    let document = document(&[&["a", "b", "c"], &["d", "e"]]);
    let list = LongList::new(&document, &[], 3);
    let mut taken = job::Rows::default();
    assert_eq!(asked(&list, &taken), "pages [1], given 0, last [], unseen []");
    answer(&list, &mut taken, &[("a", Some((1, 2)))], true);
    assert_eq!(asked(&list, &taken), r#"pages [1], given 1, last [String("a")], unseen [(1, 3), (1, 4)]"#);
    let new = answer(&list, &mut taken, &[("a", Some((1, 2))), ("c", Some((1, 4)))], true);
    assert_eq!((new.rows, new.repeated), (vec![json!("c")], 1));
    assert_eq!(asked(&list, &taken), r#"pages [1], given 2, last [String("a"), String("c")], unseen [(1, 3)]"#);
    answer(&list, &mut taken, &[], true);
    assert_eq!(taken.pages_covered, [1], "it says that this line is no entry");
    assert_eq!(
        asked(&list, &taken),
        r#"pages [1, 2], given 2, last [String("a"), String("c")], unseen [(1, 3), (2, 2), (2, 3)]"#
    );
    answer(&list, &mut taken, &[("d", Some((2, 2))), ("e", Some((2, 3))), ("b", Some((1, 3)))], true);
    assert_eq!(
        asked(&list, &taken),
        r#"pages [1, 2], given 5, last [String("c"), String("d"), String("e")], unseen []"#
    );
    answer(&list, &mut taken, &[], true);
    assert_eq!(asked(&list, &taken), "nothing");
    assert_eq!(LongList::in_order(&taken).0, ["a", "b", "c", "d", "e"].map(|text| json!(text)));
}

#[test]
fn two_equal_entries_stay_two_and_one_that_is_said_again_goes() {
    let document = document(&[&["a", "a"], &["a"]]);
    let list = LongList::new(&document, &[], 10);
    let mut taken = job::Rows::default();
    let said =
        [("a", Some((1, 2))), ("a", Some((1, 3))), ("a", Some((1, 3))), ("a", Some((2, 2))), ("x", None), ("x", None)];
    let new = answer(&list, &mut taken, &said, true);
    assert_eq!((new.rows.len(), new.repeated), (5, 1), "what has no place is never thrown away");
    assert_eq!(asked(&list, &taken), "nothing");
}

#[test]
fn an_answer_that_is_cut_or_full_is_not_the_last() {
    let document = document(&[&["a", "b"]]);
    let list = LongList::new(&document, &[], 2);
    let full = |is_whole| {
        let mut taken = job::Rows::default();
        answer(&list, &mut taken, &[("a", None), ("b", None)], is_whole);
        asked(&list, &taken)
    };
    assert_eq!(full(true), "pages [1], given 2, last [], unseen []");
    let mut taken = job::Rows::default();
    answer(&list, &mut taken, &[("a", Some((1, 2)))], false);
    assert_ne!(asked(&list, &taken), "nothing");
    taken.turns = LIST_TURNS_MAX;
    assert_eq!(asked(&list, &taken), "nothing", "there is an end to it");
}

proptest! {
    /// Whatever of the lines that are asked a model says, and however often: each stands there once in the end, in order,
    /// as long as it says something when it is asked again.
    #[test]
    fn every_line_once_and_in_order(
        sizes in prop::collection::vec(1_usize..9, 1..6), rows_max in 1_usize..12, luck in prop::collection::vec(0_usize..1_000, 1..40)
    ) {
        let texts: Vec<Vec<String>> = sizes.iter().enumerate().map(|(page, size)| {
            (0..*size).map(|nth| format!("{}", (page * 7 + nth) % 3)).collect()
        }).collect();
        let pages: Vec<Vec<&str>> = texts.iter().map(|page| page.iter().map(String::as_str).collect()).collect();
        let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
        let document = document(&pages);
        let list = LongList::new(&document, &[], rows_max);
        let mut taken = job::Rows::default();
        let mut nth = 0;
        while let Some(turn) = list.next(&taken) {
            let mut lucky = || { nth += 1; luck[nth % luck.len()] };
            let all: Vec<Place> = turn.pages.iter()
                .flat_map(|page| (0..sizes[*page as usize - 1] as u32).map(|row| (*page, row + 2))).collect();
            let missing: Vec<Place> = all.iter().filter(|place| !taken.places.contains(&Some(**place))).copied().collect();
            let mut said: Vec<Place> = missing.iter().take(1 + lucky() % rows_max).copied().collect();
            if lucky() % 2 == 0 {
                said.insert(0, all[lucky() % all.len()]);
            }
            let text = |place: Place| texts[place.0 as usize - 1][place.1 as usize - 2].as_str();
            let said: Vec<(&str, Option<Place>)> = said.into_iter().map(|place| (text(place), Some(place))).collect();
            answer(&list, &mut taken, &said, lucky() % 2 == 0);
            prop_assert!(taken.turns < 500);
        }
        let expect: Vec<Value> = texts.iter().flatten().map(|text| json!(text)).collect();
        prop_assert_eq!(LongList::in_order(&taken).0, expect);
    }
}
