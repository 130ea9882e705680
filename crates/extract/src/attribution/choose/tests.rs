//! Golden tests on pages that are drawn as text: a character is six points wide, a line fourteen high.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::attribution::{Match, WordsOnPage};
use crate::page::{
    Cell, ContentHash, Document, FieldValue, FormField, Line, Mark, Media, Page, Rect, Table, TextSource, Word,
};

/// Three spaces begin a new column, so a new line.
fn page(number: u32, rows: &[&str]) -> Page {
    let (mut words, mut lines) = (Vec::new(), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        let y = 20.0 + 14.0 * at as f32;
        let mut x = 0;
        for column in row.split("   ") {
            let first = words.len();
            for word in column.split(' ') {
                let rect =
                    Rect::new(20.0 + 6.0 * x as f32, y, 20.0 + 6.0 * (x + word.chars().count()) as f32, y + 10.0);
                if !word.is_empty() {
                    words.push(Word {
                        text: word.into(),
                        rect,
                        size: 10.0,
                        bold: false,
                        rotation: 0,
                        confidence: None,
                    });
                }
                x += word.chars().count() + 1;
            }
            x += 2;
            if let Some(rect) = Rect::around(words[first..].iter().map(|word: &Word| &word.rect)) {
                lines.push(Line { words: first as u32..words.len() as u32, rect, block: at as u32 });
            }
        }
    }
    Page {
        number,
        width: 600.0,
        height: 800.0,
        text_source: TextSource::Native,
        skew: 0.0,
        words,
        lines,
        tables: Vec::new(),
        marks: Vec::new(),
        fields: Vec::new(),
    }
}

fn document(pages: Vec<Page>) -> Document {
    Document { hash: ContentHash::of(b""), media: Media::Pdf, page_count: pages.len() as u32, pages }
}

fn index(rows: &[&str]) -> Index {
    Index::new(&document(vec![page(1, rows)]))
}

/// A schema for any result: names are all that attribution takes from it here.
fn schema() -> Schema {
    Schema::parse(&json!({"type": "object"})).unwrap()
}

/// The node of a property with this schema.
fn property(schema: &Value) -> Node {
    let schema = Schema::parse(&json!({"type": "object", "properties": {"p": schema}})).unwrap();
    schema.root.as_object().unwrap().properties[0].node.clone()
}

/// Match, line by line the quotes, and what the boxes say of the row they stand on.
fn told(found: &Attribution) -> String {
    let places = found.locations.iter().map(|location| {
        let row = ((location.bounding_box.y0 * 800.0 - 20.0) / 14.0).round();
        let column = ((location.bounding_box.x0 * 600.0 - 20.0) / 6.0).round();
        format!("{}:{row}:{column} {:?}", location.page, location.quote)
    });
    format!("{:?} {:.2} {}", found.matched, found.confidence, places.collect::<Vec<_>>().join(" | "))
}

#[allow(clippy::needless_pass_by_value, reason = "a line of a table")]
fn check(rows: &[&str], value: Value, expect: &str) {
    assert_eq!(told(&index(rows).locate(&value, None, None)), expect, "{value}");
}

fn all(index: &Index, result: &Value, evidence: &EvidenceMap) -> String {
    let found = attribute(index, result, &schema(), evidence);
    found.iter().map(|(pointer, found)| format!("{pointer} {}", told(found))).collect::<Vec<_>>().join("\n")
}

#[test]
fn text_as_it_stands_and_nearly() {
    let rows = [
        "Invoice INV-001   “Acme” GmbH & Co. KG",
        "A very long exam-",
        "ple of a sentence, by J. Smith",
        "Smith, John   lNVOlCE T0TAL",
        "DE89 3704 0044 0532 0130 00",
    ];
    check(&rows, json!("INV-001"), r#"Exact 0.90 1:0:8 "INV-001""#);
    check(&rows, json!("\"ACME\"  GmbH"), r#"Exact 0.90 1:0:18 "“Acme” GmbH""#);
    check(&rows, json!("INV 001"), r#"Close 0.80 1:0:8 "INV-001""#);
    check(&rows, json!("long example of"), r#"Close 0.80 1:1:7 "long exam-" | 1:2:0 "ple of""#);
    check(&rows, json!("DE89370400440532013000"), r#"Close 0.80 1:4:0 "DE89 3704 0044 0532 0130 00""#);
    check(&rows, json!("INVOICE TOTAL"), r#"Close 0.60 1:3:14 "lNVOlCE T0TAL""#);
    check(&rows, json!("John Smith"), r#"Close 0.60 1:3:0 "Smith, John""#);
    check(
        &rows,
        json!("A very long example of a sentence from J. Smith"),
        r#"Close 0.60 1:1:0 "A very long exam-" | 1:2:0 "ple of a sentence, by J. Smith""#,
    );
    check(&["0 -0"], json!("-0"), r#"Close 0.30 1:0:2 "-0""#);
    check(&rows, json!("Nobody"), "Missing 0.10 ");
    check(&rows, json!("DE89370400440532013001"), "Missing 0.10 ");
    check(&rows, json!(""), "Missing 0.10 ");
    check(&rows, json!(null), "Missing 0.10 ");
}

#[test]
fn values_in_other_forms() {
    let rows = ["am 3. März 2024 um 14:30 Uhr", "Summe 1.234,50 €   19 %   (56,00)", "due March", "15, 2024 and 05/17"];
    check(&rows, json!("2024-03-03"), r#"Close 0.80 1:0:3 "3. März 2024 um 14:30 Uhr""#);
    check(&rows, json!("2024-03-03T14:30:00Z"), r#"Close 0.80 1:0:3 "3. März 2024 um 14:30 Uhr""#);
    check(&rows, json!("2024-03-15"), r#"Close 0.80 1:2:4 "March" | 1:3:0 "15, 2024""#);
    check(&rows, json!("2024-05-17"), r#"Close 0.60 1:3:13 "05/17""#);
    check(&rows, json!(1234.5), r#"Close 0.80 1:1:6 "1.234,50 €""#);
    check(&rows, json!("1234.50 EUR"), r#"Close 0.80 1:1:6 "1.234,50 €""#);
    check(&rows, json!("EUR"), r#"Close 0.80 1:1:15 "€""#);
    check(&rows, json!(0.19), r#"Close 0.60 1:1:19 "19 %""#);
    check(&rows, json!(-56), r#"Close 0.80 1:1:26 "(56,00)""#);
    check(&rows, json!(56), r#"Close 0.60 1:1:26 "(56,00)""#);
    check(&rows, json!(2024), r#"Exact 0.90 1:0:11 "2024""#);
    check(&rows, json!(1235.5), "Missing 0.10 ");
    check(&rows, json!("2024-03-04"), "Missing 0.10 ");
}

#[test]
fn a_label_decides_and_short_values_need_one() {
    let rows =
        ["Qty 2   Pages 2", "Net 100.00   Tax 19.00   Total 100.00", "Order date 2024-01-05", "Due date 2024-01-05"];
    let index = index(&rows);
    let result = json!({"net": 100, "total": 100.0, "pages": 2, "due_date": "2024-01-05", "order_date": "2024-01-05", "other": 2});
    insta::assert_snapshot!(all(&index, &result, &EvidenceMap::new()), @r#"
    /due_date Exact 0.90 1:3:9 "2024-01-05"
    /net Exact 0.90 1:1:4 "100.00"
    /order_date Exact 0.90 1:2:11 "2024-01-05"
    /other Close 0.30 1:0:4 "2"
    /pages Exact 0.90 1:0:14 "2"
    /total Exact 0.90 1:1:31 "100.00"
    "#);
}

#[test]
fn what_a_model_points_at_wins_only_if_it_says_the_value() {
    let rows = ["Paid 12.00   Due 12.00", "Acme Widgets Limited of Leeds"];
    let index = index(&rows);
    let at = |words: &[u32]| Evidence {
        places: vec![WordsOnPage { page: 1, words: words.to_vec() }],
        confidence: Some(0.5),
        reasoning: None,
    };
    let check = |value: Value, words: &[u32], expect: &str| {
        assert_eq!(told(&index.locate(&value, None, Some(&at(words)))), expect, "{value}");
    };
    check(json!(12), &[3], r#"Exact 0.50 1:0:17 "12.00""#);
    check(json!(12), &[0], r#"Exact 0.40 1:0:5 "12.00""#);
    check(json!(13), &[3], "Missing 0.15 ");
    check(json!("Acme Widgets Ltd of Leeds"), &[4, 5, 6, 7, 8], r#"Close 0.50 1:1:0 "Acme Widgets Limited of Leeds""#);
    check(json!("Leeds"), &[99], r#"Exact 0.40 1:1:24 "Leeds""#);
}

#[test]
fn rows_of_an_array_stand_on_their_lines() {
    let rows = [
        "Pos   Item      Qty   Price    Sum",
        "1     Bolt      2     1.00    2.00",
        "2     Nut       1     2.00    2.00",
        "3     Bolt      2     1.00    2.00",
        "4     Washer    4     1.00    4.00",
    ];
    let index = index(&rows);
    let row = |pos: u32, item: &str, qty: u32, price: f64, sum: f64| json!({"pos": pos, "item": item, "qty": qty, "price": price, "sum": sum});
    let result = json!({"rows": [
        row(1, "Bolt", 2, 1.0, 2.0), row(2, "Nut", 1, 2.0, 2.0), row(3, "Bolt", 2, 1.0, 2.0), row(4, "Washer", 4, 1.0, 4.0),
    ]});
    insta::assert_snapshot!(all(&index, &result, &EvidenceMap::new()), @r#"
    /rows/0/item Exact 0.90 1:1:6 "Bolt"
    /rows/0/pos Exact 0.90 1:1:0 "1"
    /rows/0/price Exact 0.90 1:1:22 "1.00"
    /rows/0/qty Exact 0.90 1:1:16 "2"
    /rows/0/sum Exact 0.90 1:1:30 "2.00"
    /rows/1/item Exact 0.90 1:2:6 "Nut"
    /rows/1/pos Exact 0.90 1:2:0 "2"
    /rows/1/price Exact 0.90 1:2:22 "2.00"
    /rows/1/qty Exact 0.90 1:2:16 "1"
    /rows/1/sum Exact 0.90 1:2:30 "2.00"
    /rows/2/item Exact 0.90 1:3:6 "Bolt"
    /rows/2/pos Exact 0.90 1:3:0 "3"
    /rows/2/price Exact 0.90 1:3:22 "1.00"
    /rows/2/qty Exact 0.90 1:3:16 "2"
    /rows/2/sum Exact 0.90 1:3:30 "2.00"
    /rows/3/item Exact 0.90 1:4:6 "Washer"
    /rows/3/pos Exact 0.90 1:4:0 "4"
    /rows/3/price Exact 0.90 1:4:22 "1.00"
    /rows/3/qty Exact 0.90 1:4:16 "4"
    /rows/3/sum Exact 0.90 1:4:30 "4.00"
    "#);
}

#[test]
fn an_object_stands_together() {
    let rows = [
        "Seller",
        "Acme Ltd",
        "12 High Street",
        "Leeds",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "Buyer",
        "Widget Inc",
        "3 Low Road",
        "Leeds",
    ];
    let index = index(&rows);
    let result =
        json!({"buyer": {"name": "Widget Inc", "city": "Leeds"}, "seller": {"name": "Acme Ltd", "city": "Leeds"}});
    insta::assert_snapshot!(all(&index, &result, &EvidenceMap::new()), @r#"
    /buyer/city Exact 0.90 1:15:0 "Leeds"
    /buyer/name Exact 0.90 1:13:0 "Widget Inc"
    /seller/city Exact 0.90 1:3:0 "Leeds"
    /seller/name Exact 0.90 1:1:0 "Acme Ltd"
    "#);
}

#[test]
fn cells_of_several_lines_are_read_cell_by_cell() {
    let mut page = page(1, &["Large   Screw of", "red   brass"]);
    let cell = |column: u32, words: &[u32]| Cell {
        row: 0,
        column,
        row_span: 1,
        column_span: 1,
        rect: Rect::new(0.0, 0.0, 1.0, 1.0),
        words: words.to_vec(),
    };
    let cells = vec![cell(0, &[0, 3]), cell(1, &[1, 2, 4])];
    page.tables =
        vec![Table { rect: Rect::new(0.0, 0.0, 9.0, 9.0), ruled: true, rows: 1, columns: 2, header_rows: 0, cells }];
    let index = Index::new(&document(vec![page]));
    assert_eq!(
        told(&index.locate(&json!("Screw of brass"), None, None)),
        r#"Exact 0.90 1:0:8 "Screw of" | 1:1:6 "brass""#
    );
}

#[test]
fn a_yes_or_no_stands_at_its_mark() {
    let mut first = page(1, &["Smoker: Yes   Married   Insured", "Signed Yes No"]);
    let mark = |word: usize, checked: bool| Mark {
        rect: Rect::new(
            first.words[word].rect.x0 - 10.0,
            first.words[word].rect.y0,
            first.words[word].rect.x0 - 2.0,
            first.words[word].rect.y1,
        ),
        checked,
    };
    first.marks = vec![mark(2, true), mark(3, false)];
    first.fields = vec![FormField {
        name: "is_member".into(),
        label: None,
        rect: Rect::new(300.0, 300.0, 310.0, 310.0),
        value: FieldValue::Checked(true),
    }];
    let index = Index::new(&document(vec![first]));
    let result = json!({"smoker": true, "married": true, "insured": false, "is_member": true, "unknown": true});
    insta::assert_snapshot!(all(&index, &result, &EvidenceMap::new()), @r#"
    /insured Close 0.80 1:0:22 "Insured"
    /is_member Close 0.80 1:20:47 ""
    /married Close 0.80 1:0:12 "Married"
    /smoker Close 0.80 1:0:0 "Smoker: Yes"
    /unknown Missing 0.10 
    "#);
    assert_eq!(index.locate(&json!(true), None, None).matched, Match::Missing);
}

#[test]
fn a_ticked_option_is_the_answer() {
    let index = index(&[
        "The rear was hit",
        "☒ Front   ☐ Rear   ☒ Wet road",
        "Was anyone hurt?",
        "☐ Yes   ☒ No",
        "Towed away?   ☒ Yes   ☐ No",
    ]);
    let place = property(&json!({"type": "string", "enum": ["front", "rear", "wet road"]}));
    let check = |value: &str, expect: &str| {
        assert_eq!(told(&index.locate(&json!(value), Some(&place), None)), expect, "{value}");
    };
    check("front", r#"Exact 0.90 1:1:0 "Front""#);
    check("wet road", r#"Exact 0.90 1:1:19 "Wet road""#);
    check("rear", r#"Close 0.30 1:0:4 "rear""#);
    let question = |description: &str, value: bool| {
        let asked = property(&json!({"type": "boolean", "description": description}));
        index.locate(&json!(value), Some(&asked), None).matched
    };
    assert_eq!(question("Was anyone hurt?", false), Match::Close);
    assert_eq!(question("Was anyone hurt?", true), Match::Missing);
    assert_eq!(question("Towed away?", true), Match::Close);
    assert_eq!(question("Towed away?", false), Match::Missing);
}

#[test]
fn form_fields_are_read_as_words() {
    let mut first = page(1, &["Name"]);
    let rect = Rect::new(100.0, 20.0, 300.0, 30.0);
    first.fields = vec![FormField { name: "n".into(), label: None, rect, value: FieldValue::Text("Jo Doe".into()) }];
    let found = Index::new(&document(vec![first])).locate(&json!("Jo Doe"), None, None);
    assert_eq!((found.matched, found.locations.len()), (Match::Exact, 1));
}

#[test]
fn a_part_keeps_the_pointers_of_the_whole() {
    let schema = json!({"type": "object", "properties": {"a/b": {"type": "array", "items": {"type": "null"}}}});
    let schema = Schema::parse(&schema).unwrap();
    let found = attribute_part(&index(&["x yes"]), "/a~1b", &json!(["yes"]), &schema, &EvidenceMap::new());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["/a~1b/0"]);
}

fn large(pages: u32, rows: usize) -> (Document, Value) {
    let mut items = Vec::new();
    let pages = (1..=pages).map(|number| {
        let lines: Vec<String> = (0..rows)
            .map(|row| {
                let at = (number as usize - 1) * rows + row;
                items.push(json!({"pos": at % 50, "item": format!("Article {at}"), "qty": at % 7 + 1, "price": 1.5}));
                format!("{}   Article {at} of the common kind   {}   1.50   and so on as ever", at % 50, at % 7 + 1)
            })
            .collect();
        page(number, &lines.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let document = document(pages.collect());
    (document, json!({ "items": items }))
}

#[test]
fn the_work_grows_with_the_document_and_not_with_its_square() {
    let steps = |pages: u32, asked: usize| {
        let (document, mut result) = large(pages, 40);
        let words: usize = document.pages.iter().map(|page| page.words.len()).sum();
        result["items"].as_array_mut().unwrap().truncate(asked);
        let index = Index::new(&document);
        let (found, steps) = attribute_counted(&index, "", &result, &schema(), &EvidenceMap::new());
        assert!(found.values().all(|found| found.matched != Match::Missing));
        (words, steps)
    };
    let (few, few_steps) = steps(25, 500);
    let (many, many_steps) = steps(200, 500);
    assert!(few > 12_000 && many > 100_000, "{few} {many}");
    // The same question to a document eight times as long may cost eight times as much, and no more.
    assert!(many_steps < 8 * few_steps, "{few_steps} {many_steps}");
    assert!(many_steps < 20 * many as u64, "{many_steps} for {many} words");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_run_of_words_is_found_where_it_stands(
        rows in proptest::collection::vec("[a-cA-C0-3.,é“-]{1,4}( [a-c0-3.,-]{1,3}){0,5}", 1..6),
        from in 0_usize..30, length in 1_usize..12,
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let page = page(1, &rows);
        let words: Vec<&str> = page.words.iter().map(|word| word.text.as_str()).collect();
        let from = from % words.len();
        let run = words[from..words.len().min(from + length)].join(" ");
        let index = Index::new(&document(vec![page.clone()]));
        let found = index.search_exact(&run);
        prop_assert!(found.contains(&run), "{run:?} {found:?}");
        let told = index.locate(&json!(run), None, None);
        let quote = told.locations.iter().map(|location| location.quote.as_str()).collect::<Vec<_>>().join(" ");
        prop_assert!(told.matched == Match::Exact || says_little(&json!(run), false), "{:?} {:?}", run, told);
        let fold = |text: &str| crate::values::text::fold(text, crate::values::text::Accents::Keep);
        prop_assert!(fold(&quote).contains(&fold(&run)), "{:?} in {:?}", run, quote);
    }

    #[test]
    fn a_document_that_contradicts_itself_breaks_nothing(
        ranges in proptest::collection::vec((0_u32..9, 0_u32..9), 0..4), cells in proptest::collection::vec(0_u32..9, 0..5),
        column in any::<u32>(), size in proptest::sample::select(vec![f32::NAN, 0.0, -5.0, 1e30, 600.0]),
    ) {
        let mut page = page(1, &["yes 12 a 3 May 2024", "12 a"]);
        let rect = Rect { x0: size, y0: 5.0, x1: -size, y1: size };
        page.width = size;
        page.words[1].rect = rect;
        page.lines = ranges.iter().map(|(from, to)| Line { words: *from..*to, rect, block: 0 }).collect();
        page.marks = vec![Mark { rect, checked: true }];
        let cell = Cell { row: 0, column, row_span: 0, column_span: u32::MAX, rect, words: cells };
        page.tables = vec![Table { rect, ruled: true, rows: 0, columns: 0, header_rows: 1, cells: vec![cell] }];
        let index = Index::new(&document(vec![page.clone(), page]));
        let evidence = Evidence { places: vec![WordsOnPage { page: 1, words: vec![1, 99] }], ..Evidence::default() };
        let evidence = EvidenceMap::from([("/a/0/b".to_owned(), evidence)]);
        let result = json!({"a": [{"b": 12, "c": "a 3"}, {"b": 12, "d": "2024-05-03"}], "yes": true});
        prop_assert_eq!(attribute(&index, &result, &schema(), &evidence).len(), 5);
    }

    #[test]
    fn any_text_on_a_page_and_any_value(rows in proptest::collection::vec("\\PC{0,20}", 0..4), value in "\\PC{0,12}") {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let index = index(&rows);
        let _ = attribute(&index, &json!({"a": [{"b": value}], "c": true}), &schema(), &EvidenceMap::new());
    }
}

impl Index {
    /// The quotes of all places that hold a text exactly.
    fn search_exact(&self, text: &str) -> Vec<String> {
        let candidates = Search::new(self).candidates(&json!(text));
        let exact = candidates.iter().filter(|candidate| candidate.matched == Match::Exact);
        exact.map(|candidate| self.quote(candidate.from, candidate.to)).collect()
    }
}
