//! Tables drawn with characters: a character is 5 points wide, a line 12 points high.

#![allow(clippy::needless_pass_by_value, reason = "a test's values are written where they are used")]

use serde_json::{Value, json};
use sluice_extract::page::{ContentHash, Document, Line, Media, Page, Rect, TextSource, Word};
use sluice_extract::schema::Schema;

use crate::embedded::solve;

fn page(number: u32, lines: &[&str]) -> Page {
    let mut words = Vec::new();
    let mut page_lines = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        let start = words.len() as u32;
        let y0 = 20.0 + 12.0 * row as f32;
        for (column, text) in words_of(line) {
            let x0 = 20.0 + 5.0 * column as f32;
            let rect = Rect::new(x0, y0, x0 + 5.0 * text.chars().count() as f32 - 1.0, y0 + 10.0);
            words.push(Word { text, rect, size: 10.0, bold: false, rotation: 0, confidence: None });
        }
        let end = words.len() as u32;
        if let Some(rect) = Rect::around(words[start as usize..].iter().map(|word| &word.rect)) {
            page_lines.push(Line { words: start..end, rect, block: row as u32 });
        }
    }
    Page {
        number,
        width: 800.0,
        height: 800.0,
        text_source: TextSource::Native,
        skew: 0.0,
        words,
        lines: page_lines,
        tables: Vec::new(),
        marks: Vec::new(),
        fields: Vec::new(),
    }
}

fn words_of(line: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (column, char) in line.chars().enumerate() {
        match (char == ' ', inside) {
            (true, _) => inside = false,
            (false, true) => words.last_mut().unwrap().1.push(char),
            (false, false) => {
                words.push((column, char.to_string()));
                inside = true;
            }
        }
    }
    words
}

fn document(pages: &[&[&str]]) -> Document {
    let pages: Vec<Page> = pages.iter().enumerate().map(|(index, lines)| page(index as u32 + 1, lines)).collect();
    Document { hash: ContentHash::of(b"drawn"), media: Media::Pdf, page_count: pages.len() as u32, pages }
}

/// `rows` is an array called `items` whose items have these properties.
fn check_pages(pages: &[&[&str]], properties: Value, told: &str, want: Value) {
    let schema = json!({
        "type": "object",
        "properties": {"items": {"type": "array", "description": told, "items": {"type": "object", "properties": properties}}}
    });
    let schema = Schema::parse(&schema).unwrap();
    let solution = solve(&document(pages), &schema);
    let found = solution.value.get("items").cloned().unwrap_or(Value::Null);
    assert_eq!(found, want, "{}", serde_json::to_string_pretty(&found).unwrap());
}

fn check(lines: &[&str], properties: Value, want: Value) {
    check_pages(&[lines], properties, "Every row", want);
}

fn string() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "number"})
}

#[test]
fn columns_are_named_by_their_heads() {
    check(
        &[
            "Qty   Description            Unit price     Amount",
            "2     Garden chair                12.50      25.00",
            "10    Table, folding              99.00     990.00",
        ],
        json!({"description": string(), "quantity": number(), "unit_price": number(), "amount": number()}),
        json!([
            {"description": "Garden chair", "quantity": 2, "unit_price": 12.5, "amount": 25.0},
            {"description": "Table, folding", "quantity": 10, "unit_price": 99.0, "amount": 990.0},
        ]),
    );
}

#[test]
fn a_row_that_adds_up_the_others_is_no_row_where_totals_are_left_out() {
    let check = |last: &str, calls: i64, kept: bool| {
        let lines = ["Quay          Calls", "North            12", "South            31", "East              7", last];
        let mut rows = vec![
            json!({"quay": "North", "calls": 12}),
            json!({"quay": "South", "calls": 31}),
            json!({"quay": "East", "calls": 7}),
        ];
        rows.extend(kept.then(|| json!({"quay": "West", "calls": calls})));
        check_pages(
            &[&lines],
            json!({"quay": string(), "calls": number()}),
            "The table without its total",
            json!(rows),
        );
    };
    check("All quays        50", 50, false);
    check("West             51", 51, true);
}

#[test]
fn heads_of_other_languages() {
    check(
        &[
            "Pos   Bezeichnung            Menge   Einzelpreis   Gesamtpreis",
            "1     Gartenstuhl                2        12,50         25,00",
            "2     Klapptisch                10        99,00        990,00",
        ],
        json!({"description": string(), "quantity": number(), "unit_price": number(), "line_total": number()}),
        json!([
            {"description": "Gartenstuhl", "quantity": 2, "unit_price": 12.5, "line_total": 25.0},
            {"description": "Klapptisch", "quantity": 10, "unit_price": 99.0, "line_total": 990.0},
        ]),
    );
}

#[test]
fn a_wrapped_text_belongs_to_the_row_above() {
    check(
        &[
            "Qty   Description            Amount",
            "2     Garden chair made of    25.00",
            "      oak",
            "1     Table                  990.00",
        ],
        json!({"description": string(), "quantity": number(), "amount": number()}),
        json!([
            {"description": "Garden chair made of oak", "quantity": 2, "amount": 25.0},
            {"description": "Table", "quantity": 1, "amount": 990.0},
        ]),
    );
}

#[test]
fn sums_are_no_rows() {
    check(
        &[
            "Qty   Description            Unit price     Amount",
            "2     Garden chair                12.50      25.00",
            "3     Table                       10.00      30.00",
            "      Subtotal                               55.00",
            "      Total due                              55.00",
        ],
        json!({"description": string(), "quantity": number(), "amount": number()}),
        json!([
            {"description": "Garden chair", "quantity": 2, "amount": 25.0},
            {"description": "Table", "quantity": 3, "amount": 30.0},
        ]),
    );
}

#[test]
fn heads_over_several_columns() {
    check(
        &[
            "                    2009                2010         ",
            "Loan type       amount     %        amount     %     ",
            "Mortgage        4,151    25.0        4,090   27.5    ",
            "Construction      173     1.0          148    1.1    ",
        ],
        json!({
            "loan_type": string(), "amount_2009": number(), "percent_2009": number(),
            "amount_2010": number(), "percent_2010": number(),
        }),
        json!([
            {"loan_type": "Mortgage", "amount_2009": 4151, "percent_2009": 25.0, "amount_2010": 4090, "percent_2010": 27.5},
            {"loan_type": "Construction", "amount_2009": 173, "percent_2009": 1.0, "amount_2010": 148, "percent_2010": 1.1},
        ]),
    );
}

#[test]
fn the_same_heads_on_the_next_page_go_on() {
    let first: &[&str] =
        &["Item        Quantity    Price", "Chair              2     5.00", "Table              1     9.00"];
    let second: &[&str] = &["Item        Quantity    Price", "Lamp               7     3.50"];
    check_pages(
        &[first, second],
        json!({"item": string(), "quantity": number(), "price": number()}),
        "Every row",
        json!([
            {"item": "Chair", "quantity": 2, "price": 5.0},
            {"item": "Table", "quantity": 1, "price": 9.0},
            {"item": "Lamp", "quantity": 7, "price": 3.5},
        ]),
    );
}

#[test]
fn a_product_names_a_column() {
    check(
        &[
            "#         Product            Price      Sum",
            "400.00    Balloons            0.79   316.00",
            "200.00    Hot air             0.10    20.00",
        ],
        json!({"product": string(), "quantity": number(), "unit_price": number()}),
        json!([
            {"product": "Balloons", "quantity": 400.0, "unit_price": 0.79},
            {"product": "Hot air", "quantity": 200.0, "unit_price": 0.1},
        ]),
    );
}

#[test]
fn the_title_of_a_section_is_the_group_of_its_rows() {
    check(
        &[
            "Product              Quantity    Price",
            "Chairs",
            "Oak chair                   2    50.00",
            "Steel chair                 3    30.00",
            "Tables",
            "Oak table                   1   200.00",
        ],
        json!({"category": string(), "product": string(), "quantity": number(), "price": number()}),
        json!([
            {"category": "Chairs", "product": "Oak chair", "quantity": 2, "price": 50.0},
            {"category": "Chairs", "product": "Steel chair", "quantity": 3, "price": 30.0},
            {"category": "Tables", "product": "Oak table", "quantity": 1, "price": 200.0},
        ]),
    );
}

#[test]
fn prose_is_no_table() {
    check(
        &[
            "The quantity of goods and the price of each are agreed in writing.",
            "A description of the goods is part of the order of 2024.",
        ],
        json!({"description": string(), "quantity": number(), "price": number()}),
        Value::Null,
    );
}

#[test]
fn every_value_says_where_it_stands() {
    let pages: &[&str] = &["Item        Quantity    Price", "Chair              2     5.00"];
    let schema = json!({"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object",
        "properties": {"item": string(), "quantity": number(), "price": number()}}}}});
    let solution = solve(&document(&[pages]), &Schema::parse(&schema).unwrap());
    let evidence = &solution.evidence["/items/0/quantity"];
    assert_eq!(evidence.places[0].words, vec![4]);
    assert_eq!(evidence.reasoning.as_deref(), Some("Row 1 of the table on page 1, column \u{201c}Quantity\u{201d}."));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_page_makes_it_panic(lines in proptest::collection::vec("[A-Za-z0-9 .,%$€:()-]{0,60}", 0..14)) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let schema = json!({"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object",
            "properties": {"a": string(), "quantity": number(), "price": number(), "total": number()}}}}});
        let _ = solve(&document(&[&lines]), &Schema::parse(&schema).unwrap());
    }
}

#[test]
fn figures_of_a_report_stand_in_columns_of_periods() {
    let lines: &[&str] = &[
        "For the quarterly period ended December 31, 2024",
        "                 Statements of Earnings (in millions)",
        "                        Three Months Ended      Six Months Ended",
        "                           December 31,            December 31,",
        "                          2024      2023          2024      2023",
        "Interest income          $ 1.0     $ 2.0         $ 3.0     $ 4.0",
        "Net earnings           $ 963.2   $ 878.4     $ 1,919.5 $ 1,737.8",
    ];
    let item = json!({"type": "object", "properties": {
        "data_period": {"type": "string", "description": "Reporting period (e.g. 'FY2025 Q3')"},
        "segment_name": {"type": "string", "description": "'NA' for company-level metrics"},
        "unit": string(), "scale": {"type": ["integer", "null"]}, "value": {"type": ["number", "null"]},
    }});
    let schema = json!({"type": "object", "properties": {"net_income": {"type": "array", "items": item}}});
    let solution = solve(&document(&[lines]), &Schema::parse(&schema).unwrap());
    let row = |period: &str, value: f64| json!({"data_period": period, "segment_name": "NA", "unit": "USD", "scale": 1_000_000, "value": value});
    let want =
        json!([row("FY2025 Q2", 963.2), row("FY2024 Q2", 878.4), row("FY2025 H1", 1919.5), row("FY2024 H1", 1737.8)]);
    assert_eq!(solution.value["net_income"], want);
}

#[test]
fn figures_of_a_report_by_segment() {
    let lines: &[&str] = &[
        "For the quarterly period ended January 31, 2025",
        "Our annual report for the fiscal year ended July 31, 2024 says more (in thousands)",
        "                         Six Months Ended January 31,",
        "                            2025         2024",
        "Net sales                $ 1,000      $   900",
        "Cash dividends paid      $   (53)     $   (51)",
        "",
        "                         Six Months Ended January 31,",
        "NET SALES:                  2025         2024",
        "Vehicles",
        "  Towable                $   700      $   650",
        "  Motorized                  320          260",
        "Eliminations                 (20)         (10)",
        "Total                    $ 1,000      $   900",
        "",
        "                         Six Months Ended January 31,",
        "INCOME BEFORE TAX:          2025         2024",
        "  Towable                $    70      $    65",
        "  Motorized                   30           20",
        "Total                    $   100      $    85",
    ];
    let item = json!({"type": "object", "properties": {
        "data_period": {"type": "string", "description": "Reporting period (e.g. 'FY2025 Q3')"},
        "segment_type": {"enum": ["company", "business_segment", "geographic_segment"], "default": "company"},
        "segment_name": {"type": "string", "description": "'NA' for company-level metrics"},
        "value": {"type": ["number", "null"]},
    }});
    let properties =
        json!({"revenue": {"type": "array", "items": item}, "dividends_paid": {"type": "array", "items": item}});
    let schema = json!({"type": "object", "properties": properties});
    let solution = solve(&document(&[lines]), &Schema::parse(&schema).unwrap());
    let row = |period: &str, kind: &str, name: &str, value: i64| json!({"data_period": period, "segment_type": kind, "segment_name": name, "value": value});
    let by_segment = json!([
        row("FY2025 H1", "company", "NA", 1000),
        row("FY2024 H1", "company", "NA", 900),
        row("FY2025 H1", "business_segment", "Towable", 700),
        row("FY2024 H1", "business_segment", "Towable", 650),
        row("FY2025 H1", "business_segment", "Motorized", 320),
        row("FY2024 H1", "business_segment", "Motorized", 260),
    ]);
    assert_eq!(solution.value["revenue"], by_segment);
    let paid = json!([row("FY2025 H1", "company", "NA", 53), row("FY2024 H1", "company", "NA", 51)]);
    assert_eq!(solution.value["dividends_paid"], paid);
}

#[test]
fn rows_go_on_without_heads_on_the_next_page() {
    let first: &[&str] =
        &["Item        Quantity    Price", "Chair              2     5.00", "Table              1     9.00"];
    let second: &[&str] =
        &["A page of its own", "Lamp               7     3.50", "", "", "", "", "", "", "", "", "Page 2"];
    check_pages(
        &[first, second],
        json!({"item": string(), "quantity": number(), "price": number()}),
        "Every row",
        json!([
            {"item": "Chair", "quantity": 2, "price": 5.0},
            {"item": "Table", "quantity": 1, "price": 9.0},
            {"item": "Lamp", "quantity": 7, "price": 3.5},
        ]),
    );
}

#[test]
fn the_month_of_a_report_is_said_above_its_table() {
    check(
        &[
            "Checks by state",
            "September 2023",
            "State        Permit   Handgun",
            "Alabama      10,342    15,421",
            "Alaska          188     2,429",
        ],
        json!({"state": string(), "permit": {"type": "integer"}, "handgun": {"type": "integer"},
            "month": {"type": "string", "description": "Month as YYYY-MM"}}),
        json!([
            {"state": "Alabama", "permit": 10342, "handgun": 15421, "month": "2023-09"},
            {"state": "Alaska", "permit": 188, "handgun": 2429, "month": "2023-09"},
        ]),
    );
}

#[test]
fn a_running_head_is_no_caption_and_what_pays_is_no_row() {
    let heads = "Code    Description          Qty   Price    Net";
    check_pages(
        &[
            &[
                "Mill Ltd  Invoice 7",
                "",
                "",
                "",
                "",
                heads,
                "A-1     Flour, white           6   14.85    89.10",
                "A-2     Rice                   3   11.95    35.85",
            ],
            &[
                "Invoice 7",
                "Mill Ltd",
                heads,
                "A-3     Butter                 1   82.40    82.40",
                "Total                                     207.35",
                "Bank    Severn Bank plc  IBAN 0499 1731  9268 19",
            ],
        ],
        json!({"code": string(), "description": string(), "quantity": number(), "price": number(), "net_amount": number()}),
        "Every line item",
        json!([
            {"code": "A-1", "description": "Flour, white", "quantity": 6, "price": 14.85, "net_amount": 89.1},
            {"code": "A-2", "description": "Rice", "quantity": 3, "price": 11.95, "net_amount": 35.85},
            {"code": "A-3", "description": "Butter", "quantity": 1, "price": 82.4, "net_amount": 82.4},
        ]),
    );
}

#[test]
fn taxes_are_read_from_lines_that_prove_themselves() {
    check_pages(
        &[&[
            "Net amount                         3,741.96",
            "plus 19 % VAT on 3,703.64            703.69",
            "plus 7 % VAT on 38.32                  2.68",
            "Total                              4,448.33",
        ]],
        json!({"rate": number(), "net": number(), "amount": number()}),
        "VAT by rate",
        json!([
            {"rate": 19, "net": 3703.64, "amount": 703.69},
            {"rate": 7, "net": 38.32, "amount": 2.68},
        ]),
    );
}

#[test]
fn a_name_ends_where_a_detail_has_a_label() {
    let lines = [
        "Qty   Product                    Amount",
        "1     Garden chair                25.00",
        "      Colour: green",
        "2     Table                      198.00",
        "      Colour: blue",
    ];
    let rows = |first: &str, second: &str| json!([{"product": first, "qty": 1, "amount": 25.0}, {"product": second, "qty": 2, "amount": 198.0}]);
    let what = |told: &str| json!({"type": "string", "description": told});
    let ask = |told: &str| json!({"product": what(told), "qty": number(), "amount": number()});
    check(&lines, ask("Product name"), rows("Garden chair", "Table"));
    check(&lines, ask("Product, all that is said of it"), rows("Garden chair Colour: green", "Table Colour: blue"));
}

const TILL: [&str; 12] = [
    "      MARLOW & REED             ",
    "  07/11/2026 14:26      TILL 03 ",
    "PAINT WHITE 5L          24.99 A ",
    "TAPE 36MM X 50M                 ",
    "  3 x 4.25              12.75 A ",
    "2 SEED POTATO           15.90 Z ",
    "SUBTOTAL                53.64   ",
    "TAPE 3 FOR 10.00        -2.75 A ",
    "TOTAL                  £50.89   ",
    "VAT RATE     NET          VAT   ",
    "A   20.00%  29.16        5.83   ",
    "Z    0.00%  15.90        0.00   ",
];

fn sold() -> Value {
    json!({"description": {"type": "string"}, "quantity": {"type": "number"}, "unit_price": {"type": "number"},
        "amount": {"type": "number"}})
}

#[test]
fn what_a_till_prints_is_a_list_where_it_adds_up() {
    let want = json!([
        {"description": "PAINT WHITE 5L", "amount": 24.99},
        {"description": "TAPE 36MM X 50M", "quantity": 3, "unit_price": 4.25, "amount": 12.75},
        {"description": "SEED POTATO", "quantity": 2, "amount": 15.9}
    ]);
    check_pages(&[&TILL], sold(), "What was bought", want.clone());
    check_pages(&[&TILL], sold(), "Every article, no discounts", want.clone());
    let mut glued = TILL;
    glued[4] = "  3 x 4.25              12.75A ";
    check_pages(&[&glued], sold(), "What was bought", want);
    let off = json!({"description": {"type": "string"}, "amount": {"type": "number"}});
    check_pages(&[&TILL], off, "Discounts", json!([{"description": "TAPE 3 FOR 10.00", "amount": -2.75}]));
}

#[test]
fn a_till_counts_before_the_words_or_on_the_line_below() {
    let slip = [
        "2 x SOUP              9.00",
        "1 STEAK             $12.00",
        "3 Fries (@2.50)      $7.50",
        "Sub Total            28.50",
    ];
    let want = json!([
        {"description": "SOUP", "quantity": 2, "amount": 9.0},
        {"description": "STEAK", "quantity": 1, "amount": 12.0},
        {"description": "Fries", "quantity": 3, "unit_price": 2.5, "amount": 7.5}
    ]);
    check_pages(&[&slip], sold(), "What was bought", want);
    let bill = [
        "Hosting            $1,200.00",
        "12 month x $100.00          ",
        "Support               $70.50",
        "3 hour x $23.50             ",
        "Subtotal           $1,270.50",
    ];
    let mut asked = sold();
    asked["unit"] = string();
    let want = json!([
        {"description": "Hosting", "quantity": 12, "unit_price": 100.0, "amount": 1200.0, "unit": "month"},
        {"description": "Support", "quantity": 3, "unit_price": 23.5, "amount": 70.5, "unit": "hour"}
    ]);
    check_pages(&[&bill], asked, "What was bought", want);
}

#[test]
fn what_is_set_in_belongs_to_the_entry_above_and_a_lost_digit_is_not_made_up() {
    let slip = [
        "1 Burger              $5.19",
        "    Lettuce           $0.00",
        "    Onions            $0.50",
        "2 Soda                $2.9 ",
        "Sub Total             $8.68",
    ];
    let mut asked = sold();
    asked["quantity"]["description"] = json!("Quantity; 1 if none is printed");
    asked["is_modifier"] = json!({"type": "boolean"});
    let want = json!([
        {"description": "Burger", "quantity": 1, "amount": 5.19, "is_modifier": false},
        {"description": "Lettuce", "quantity": 1, "amount": 0.0, "is_modifier": true},
        {"description": "Onions", "quantity": 1, "amount": 0.5, "is_modifier": true},
        {"description": "Soda", "quantity": 2, "is_modifier": false}
    ]);
    check_pages(&[&slip], asked.clone(), "What was bought", want);
    let mut too_much = slip;
    too_much[4] = "Sub Total             $8.70";
    check_pages(&[&too_much], asked, "What was bought", Value::Null);
}

#[test]
fn a_figure_and_its_unit_share_a_cell() {
    check(
        &[
            "Quantity / Type      Description of goods     Gross weight",
            "15 Euro Pallets      Auto Parts               21,210 kg   ",
            "3 Wooden Crates      Glass                        80 kg   ",
            "                                                          ",
            "                                                          ",
            "Please note                                               ",
            "We charge            Waiting at the ramp      nothing     ",
        ],
        json!({"quantity": number(), "quantity_type": string(), "goods_description": string(), "gross_weight": number(),
            "gross_weight_unit": string()}),
        json!([{"quantity": 15, "quantity_type": "Euro Pallets", "goods_description": "Auto Parts",
            "gross_weight": 21210, "gross_weight_unit": "kg"},
            {"quantity": 3, "quantity_type": "Wooden Crates", "goods_description": "Glass", "gross_weight": 80,
            "gross_weight_unit": "kg"}]),
    );
}

#[test]
fn a_labelled_line_of_a_cell_answers_what_no_column_does() {
    check(
        &[
            "Pos   Description                         Qty   Unit price   Amount",
            "1     Pump of cast iron                     2        10.00    20.00",
            "      Serial number: P-4711                                        ",
            "2     Valve with a long handle              3         5.00    15.00",
            "      Serial number: V-0815                                        ",
        ],
        json!({"description": string(), "quantity": number(), "amount": number(), "serial_number": string()}),
        json!([
            {"description": "Pump of cast iron Serial number: P-4711", "quantity": 2, "amount": 20.0,
                "serial_number": "P-4711"},
            {"description": "Valve with a long handle Serial number: V-0815", "quantity": 3, "amount": 15.0,
                "serial_number": "V-0815"}
        ]),
    );
}

#[test]
fn amounts_that_do_not_add_up_are_no_list() {
    let mut lines = TILL[..9].to_vec();
    lines[2] = "PAINT WHITE 5L          24.98 A ";
    check_pages(&[&lines], sold(), "What was bought", Value::Null);
}
