//! The reader as a whole, one mechanism and one language at a time, on drawn documents.

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_extract::page::{Cell, FieldValue, FormField, Mark, Page, Rect, Table};
use sluice_extract::schema::Schema;

use super::drawn::document;
use super::{Embedded, solve};
use crate::{Model, Question, Settings};

fn schema(value: &Value) -> Schema {
    Schema::parse(value).unwrap()
}

/// A schema from names and types: `date` and `iban` stand for strings.
fn fields(list: &[(&str, &str)]) -> Value {
    let property = |&(name, kind): &(&str, &str)| {
        let node = match kind {
            "date" => json!({"type": "string", "format": "date"}),
            kind => json!({"type": kind}),
        };
        (name.to_owned(), node)
    };
    let properties: serde_json::Map<String, Value> = list.iter().map(property).collect();
    json!({"type": "object", "properties": properties})
}

#[track_caller]
fn check(drawing: &str, asked: &Value, want: &Value) {
    let solution = solve(&document(&[drawing]), &schema(asked));
    assert_eq!(&solution.value, want, "{:#?}", solution.evidence);
}

#[test]
fn labels_before_and_above_values() {
    let asked = fields(&[("invoice_number", "string"), ("invoice_date", "date"), ("due_date", "date")]);
    let want = json!({"invoice_number": "INV-77", "invoice_date": "2024-05-13", "due_date": "2024-06-12"});
    check("Invoice no.: INV-77\nDate: 13 May 2024\nDue date: 12 June 2024", &asked, &want);
    let above =
        "Invoice no.         Invoice date        Due date\nINV-77              13 May 2024         12 June 2024";
    check(above, &asked, &want);
    let beside = "Invoice no.                INV-77\nInvoice date               13 May 2024\nDue                        12 June 2024";
    check(beside, &asked, &want);
}

#[test]
fn labels_in_the_lexicons_languages() {
    let asked = fields(&[("invoice_number", "string"), ("invoice_date", "date")]);
    let want = json!({"invoice_number": "4711-A", "invoice_date": "2024-05-31"});
    check("Rechnungsnummer: 4711-A\nRechnungsdatum: 31.05.2024", &asked, &want);
    check("Facture n° : 4711-A\nDate de facture : 31/05/2024", &asked, &want);
    check("Factura nº: 4711-A\nFecha de emisión: 31/05/2024", &asked, &want);
    check("Numero fattura: 4711-A\nData fattura: 31/05/2024", &asked, &want);
    check("Factuurnummer: 4711-A\nFactuurdatum: 31-05-2024", &asked, &want);
    check("Fatura nº: 4711-A\nData de emissão: 31/05/2024", &asked, &want);
    check("Rechnung Nr. 4711-A vom 31.05.2024", &asked, &want);
}

#[test]
fn amounts_that_add_up_win() {
    let asked = fields(&[("net_total", "number"), ("tax_total", "number"), ("grand_total", "number")]);
    let want = json!({"net_total": 200.0, "tax_total": 38.0, "grand_total": 238.0});
    let german = "Summe netto                200,00 EUR\nzzgl. 19 % MwSt.            38,00 EUR\nGesamtbetrag               238,00 EUR";
    check(german, &asked, &want);
    let french =
        "Total HT                   200,00 €\nTVA 19 %                    38,00 €\nTotal TTC                  238,00 €";
    check(french, &asked, &want);
}

#[test]
fn a_slip_of_a_till_has_its_shop_in_the_middle_and_its_total_is_what_was_paid() {
    let asked = fields(&[("company", "string"), ("address", "string"), ("date", "date"), ("total", "number")]);
    let slip = [
        "      MOORGATE STORES (M) LTD (81109-A)",
        "                (JM0517726)",
        "          NO 290, JALAN AIR PANAS,",
        "                  SETAPAK,",
        "            53200, KUALA LUMPUR.",
        "",
        "Item            Qty       Price      Amount",
        "Hammer            1       80.91       80.91",
        "Total (Excluding GST)                 80.91",
        "Rounding                              -0.01",
        "Total (Inclusive of GST) :            80.90",
        "CASH                                 100.00",
        "Change                                19.10",
        "",
        "GST summary           Amount            Tax",
        "Total:                 80.91           0.00",
        "25/12/2018 12:31",
    ];
    let want = json!({
        "company": "MOORGATE STORES (M) LTD",
        "address": "NO 290, JALAN AIR PANAS, SETAPAK, 53200, KUALA LUMPUR.",
        "date": "2018-12-25",
        "total": 80.9,
    });
    check(&slip.join("\n"), &asked, &want);
}

#[test]
fn address_blocks_belong_to_whom_the_heading_names() {
    let asked = json!({"type": "object", "properties": {
        "seller": {"type": "object", "properties": {"name": {"type": "string"}, "city": {"type": "string"}}},
        "buyer": {"type": "object", "properties": {"name": {"type": "string"}, "city": {"type": "string"},
            "postal_code": {"type": "string"}, "street": {"type": "string"}}}}});
    let drawing = "From:                              Bill to:\n\
                   Northern Paper GmbH                Ada Sample Ltd\n\
                   Mühlweg 4                          12 Mill Road\n\
                   20095 Hamburg                      Leeds LS1 5AB";
    let want = json!({
        "seller": {"name": "Northern Paper GmbH", "city": "Hamburg"},
        "buyer": {"name": "Ada Sample Ltd", "city": "Leeds", "postal_code": "LS1 5AB", "street": "12 Mill Road"}});
    check(drawing, &asked, &want);
}

#[test]
fn a_range_has_a_beginning_and_an_end() {
    let asked = fields(&[("effective_from", "date"), ("effective_to", "date")]);
    let want = json!({"effective_from": "2024-06-03", "effective_to": "2025-06-02"});
    check("Effective dates:     3 June 2024 to 2 June 2025", &asked, &want);
}

#[test]
fn parties_of_contracts_stand_before_their_roles() {
    let asked = fields(&[("borrower", "string"), ("administrative_agent", "string")]);
    let drawing = "                ACME MILLS INC.,\n                as Borrower,\n\n           FIRST EXAMPLE BANK, N.A.,\n           as Administrative Agent";
    check(drawing, &asked, &json!({"borrower": "ACME MILLS INC.", "administrative_agent": "FIRST EXAMPLE BANK, N.A."}));
}

#[test]
fn what_a_first_page_bears_without_labels() {
    let asked = fields(&[("title", "string"), ("report_number", "string"), ("published_on", "date")]);
    let cover = "NORTH MILL AUTHORITY                    NMA/ER/2024-07\n\n\nYearly Review\n\nA. Author · 3 May 2024\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nbody of the text";
    let mut document = document(&[cover, "Mill and more\n\nTitle: Director"]);
    document.pages[0]
        .words
        .iter_mut()
        .filter(|word| ["Yearly", "Review"].contains(&word.text.as_str()))
        .for_each(|word| word.size = 24.0);
    let found = solve(&document, &schema(&asked)).value;
    assert_eq!(
        found,
        json!({"title": "Yearly Review", "report_number": "NMA/ER/2024-07", "published_on": "2024-05-03"})
    );
}

#[test]
fn notes_of_a_sheet_are_read_beside_whatever_stands_there() {
    let asked = json!({"type": "object", "properties": {"notes": {"type": "array", "items": {"type": "string"}}}});
    let drawing = "NOTES                                        DETAIL B\n\
                   1. All dimensions in millimetres.            Item   Qty\n\
                   2. Press the bearing home with care, on      1      4\n   the outer ring only.\n\
                   3. Remove burrs.                             2      6";
    let want = json!({"notes": [
        "All dimensions in millimetres.", "Press the bearing home with care, on the outer ring only.", "Remove burrs."]});
    check(drawing, &asked, &want);
}

#[test]
fn a_small_label_in_a_cell_answers_with_the_text_below_it() {
    let asked = json!({"type": "object", "properties": {
        "scale": {"type": "string"},
        "drawing_number": {"type": "string"},
        "checked": {"type": "object", "properties": {"name": {"type": "string"}}}}});
    let mut document = document(&["Scale     Drawing number\n\n\n\n\n\n1:2       NX-12-04\n\nChecked\nB. Beispiel"]);
    let page = &mut document.pages[0];
    for word in
        page.words.iter_mut().filter(|word| ["Scale", "Drawing", "number", "Checked"].contains(&word.text.as_str()))
    {
        word.size = 6.0;
    }
    let cell = |row: u32, column: u32, words: &[u32]| Cell {
        row,
        column,
        row_span: 1,
        column_span: 1,
        rect: Rect::new(0.0, 0.0, 1.0, 1.0),
        words: words.to_vec(),
    };
    let cells = vec![cell(0, 0, &[0, 3]), cell(0, 1, &[1, 2, 4]), cell(1, 0, &[5, 6, 7])];
    let rect = Rect::new(20.0, 20.0, 400.0, 400.0);
    page.tables.push(Table { rect, ruled: true, rows: 2, columns: 2, header_rows: 0, cells });
    let found = solve(&document, &schema(&asked)).value;
    let want = json!({"scale": "1:2", "drawing_number": "NX-12-04", "checked": {"name": "B. Beispiel"}});
    assert_eq!(found, want);
}

#[test]
fn types_and_rules_of_the_node_decide() {
    let asked = json!({"type": "object", "properties": {
        "status": {"enum": ["open", "paid"]},
        "is_insured": {"type": "boolean"},
        "order_code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{4}$"},
        "month": {"type": "string", "description": "Month as YYYY-MM"},
        "iban": {"type": "string"},
        "currency": {"type": "string"}}});
    let drawing = "Status: PAID\nInsured: Yes\nOrder code: 17 AB1234\nOrder code: AB1234\nMonth: March 2024\n\
                   DE89 3704 0044 0532 0130 00\nCharges 12,00 EUR";
    let want = json!({"status": "paid", "is_insured": true, "order_code": "AB1234", "month": "2024-03",
        "iban": "DE89 3704 0044 0532 0130 00", "currency": "EUR"});
    check(drawing, &asked, &want);
}

#[test]
fn names_of_properties_may_be_german() {
    let asked = fields(&[("rechnungsnummer", "string"), ("faellig_am", "date"), ("waehrung", "string")]);
    let want = json!({"rechnungsnummer": "R-12", "faellig_am": "2024-06-12", "waehrung": "EUR"});
    check("Rechnungs-Nr.: R-12\nFällig am 12.06.2024\nSumme 12,00 EUR", &asked, &want);
}

#[test]
fn codes_of_items_are_no_addresses() {
    let asked = json!({"type": "object", "properties": {"seller": {"type": "object", "properties": {
        "city": {"type": "string"}, "postal_code": {"type": "string"}}}}});
    check("Seller:\nNFD-5003 Blue roll\nNFD-5024 Rinse aid", &asked, &json!({}));
}

#[test]
fn fields_and_boxes_of_forms_answer_for_themselves() {
    let mut document =
        document(&["Policy number\n FW-408-07\nWeather\n   Dry      Rain     Snow\nAnyone injured?\n   Yes      No"]);
    let page = &mut document.pages[0];
    let place = |page: &Page, word: &str| page.words.iter().find(|other| other.text == word).unwrap().rect;
    let rect = place(page, "FW-408-07");
    page.fields.push(FormField {
        name: "policy.nr".to_owned(),
        label: Some("Policy number".to_owned()),
        rect,
        value: FieldValue::Text("FW-408-07".to_owned()),
    });
    for (word, checked) in [("Dry", false), ("Rain", true), ("Snow", false), ("Yes", false), ("No", true)] {
        let option = place(page, word);
        let rect = Rect::new(option.x0 - 14.0, option.y0, option.x0 - 4.0, option.y1);
        page.marks.push(Mark { rect, checked });
    }
    let asked = schema(&json!({"type": "object", "properties": {
        "policy_number": {"type": "string"}, "weather": {"enum": ["dry", "rain", "snow"]},
        "anyone_injured": {"type": "boolean"}}}));
    let solution = solve(&document, &asked);
    let want = json!({"policy_number": "FW-408-07", "weather": "rain", "anyone_injured": false});
    assert_eq!(solution.value, want, "{:#?}", solution.evidence);
}

#[test]
fn rather_nothing_than_a_guess() {
    let asked = json!({"type": "object", "properties": {
        "total_discount": {"type": "number"}, "maturity_date": {"type": "string", "format": "date"},
        "tenant_name": {"type": "string"},
        "renewal_date": {"type": "string", "format": "date", "description": "Worked out from the terms"}}});
    check("Total price: 293.52\nDated 13 May 2024\nRenewal date: 1 May 2025\nNotes", &asked, &json!({}));
}

#[test]
fn evidence_names_the_words_of_the_value() {
    let document = document(&["Invoice no.: INV-77"]);
    let solution = solve(&document, &schema(&fields(&[("invoice_number", "string")])));
    let evidence = &solution.evidence["/invoice_number"];
    assert_eq!(document.pages[0].text_of(&evidence.places[0].words), "INV-77");
    assert!(evidence.confidence.is_some_and(|confidence| (0.8..0.9).contains(&confidence)));
    insta::assert_snapshot!(
        evidence.reasoning.as_deref().unwrap_or_default(),
        @r#"after "Invoice no." (label matches invoice number)"#
    );
}

#[tokio::test]
async fn a_subtree_is_a_part_of_the_whole_answer() {
    let asked = schema(&json!({"type": "object", "properties": {"invoice": {"type": "object", "properties": {
        "number": {"type": "string"}, "date": {"type": "string", "format": "date"}}}}}));
    let question = Question {
        document: std::sync::Arc::new(document(&["Invoice number: INV-77\nInvoice date: 2024-05-13"])),
        subtree: sluice_extract::schema::Subtree {
            id: "s1".to_owned(),
            path: "/invoice".to_owned(),
            schema: json!({"type": "object", "properties": {"date": {"type": "string"}}}),
            leaves: 1,
        },
        schema: std::sync::Arc::new(asked),
        pages: Vec::new(),
        rows: None,
        keep_for: None,
        amiss: Vec::new(),
        shown: Vec::new(),
        settings: Settings::default(),
        attempt: 1,
    };
    let model = Embedded::new();
    let answer = model.ask(&question).await.unwrap();
    assert_eq!(answer.value, json!({"date": "2024-05-13"}));
    assert_eq!(answer.evidence.keys().collect::<Vec<_>>(), ["/invoice/date"]);
    assert_eq!(answer, model.ask(&question).await.unwrap());
}

fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("Invoice".to_owned()),
        Just("Total:".to_owned()),
        Just("12,50".to_owned()),
        Just("€".to_owned()),
        Just("13.05.2024".to_owned()),
        Just("as".to_owned()),
        Just("80333".to_owned()),
        Just("München".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just(":".to_owned()),
        Just("n°".to_owned()),
        "\\PC{0,6}",
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_page_is_survived_and_read_twice_alike(drawing in any_text(), name in "[a-zA-Z_é ]{0,20}") {
        let document = document(&[&drawing]);
        let asked = schema(&json!({"type": "object", "properties": {
            "total": {"type": "number"}, "seller_name": {"type": "string"}, "invoice_date": {"type": "string", "format": "date"},
            "address": {"type": "object", "properties": {"city": {"type": "string"}, "postal_code": {"type": "string"}}},
            "x": {"type": "string", "title": name}}}));
        let solution = solve(&document, &asked);
        prop_assert_eq!(&solution, &solve(&document, &asked));
        for (pointer, evidence) in &solution.evidence {
            prop_assert!(solution.value.pointer(pointer).is_some());
            for place in &evidence.places {
                prop_assert!(place.words.iter().all(|&word| (word as usize) < document.pages[0].words.len()));
            }
        }
    }
}

#[test]
fn lists_on_one_line_have_labels_of_their_own() {
    let asked = fields(&[("company_number", "string"), ("tax_number", "string")]);
    let drawing = "Director: Ada Sample · Registered in England and Wales no. 07654321 · Tax no. 41/716/03852 · all rights reserved by all of us";
    check(drawing, &asked, &json!({"company_number": "07654321", "tax_number": "41/716/03852"}));
}

#[test]
fn the_line_below_a_name_says_to_whom_it_goes() {
    let asked = json!({"type": "object", "properties": {
        "ship_to": {"type": "object", "properties": {
            "name": {"type": "string"}, "contact": {"type": "string"}, "street": {"type": "string"}}}}});
    let drawing = "Deliver to\nThe Mill Hotel\nGoods Inwards, rear entrance\nUnit 7, Harvest Way\nClevedon BS21 7MK";
    let want = json!({"ship_to": {
        "name": "The Mill Hotel", "contact": "Goods Inwards, rear entrance", "street": "Unit 7, Harvest Way"}});
    check(drawing, &asked, &want);
}

#[test]
fn a_sentence_answers_the_object_it_names() {
    let asked = json!({"type": "object", "properties": {
        "discount": {"type": "object", "properties": {
            "percent": {"type": "number"}, "until": {"type": "string", "format": "date"}, "amount": {"type": "number"}}},
        "due_date": {"type": "string", "format": "date"}}});
    let drawing = "Pay by 5 November 2026 and take 2 % discount (88.97); nothing else\nis changed by that. The invoice is due on 25 November 2026.";
    let want = json!({"discount": {"percent": 2, "until": "2026-11-05", "amount": 88.97}, "due_date": "2026-11-25"});
    check(drawing, &asked, &want);
}

#[test]
fn the_full_name_of_who_heads_the_page_is_taken() {
    let asked = json!({"type": "object", "properties": {
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}}}});
    let drawing = "Northern\n\n\nInvoice 7\n\nBest regards\nNorthern Paper GmbH";
    let mut document = document(&[drawing]);
    document.pages[0].words[0].size = 24.0;
    let solution = solve(&document, &schema(&asked));
    assert_eq!(solution.value, json!({"seller": {"name": "Northern Paper GmbH"}}));
}

#[test]
fn what_is_due_is_the_total_where_nothing_was_paid() {
    let asked = fields(&[("grand_total", "number"), ("amount_due", "number")]);
    check("Grand total                238.00", &asked, &json!({"grand_total": 238.0, "amount_due": 238.0}));
    check(
        "Grand total                238.00\nPaid                       100.00",
        &asked,
        &json!({"grand_total": 238.0}),
    );
}

#[test]
fn part_of_a_house_is_part_of_the_street() {
    let asked = fields(&[("customer_street", "string"), ("customer_city", "string")]);
    let want = json!({"customer_street": "Unit 1, Fork Works", "customer_city": "Rotherham"});
    check("Customer: White Mill Ltd\nCustomer address: Unit 1, Fork Works, Rotherham, S1 1RT", &asked, &want);
}

#[test]
fn codes_of_towns_stand_before_or_behind_them() {
    let party = json!({"type": "object", "properties": {"name": {"type": "string"}, "street": {"type": "string"},
        "postal_code": {"type": "string"}, "city": {"type": "string"}}});
    let asked = json!({"type": "object", "properties": {"seller": party, "buyer": party}});
    let want = |code: &str, city: &str| {
        json!({"seller": {"name": "Northern Paper GmbH", "street": "Mühlweg 4", "postal_code": "20095", "city": "Hamburg"},
            "buyer": {"name": "Ada Sample Ltd", "street": "12 Mill Road", "postal_code": code, "city": city}})
    };
    let drawing = |town: &str, country: &str| {
        format!(
            "Provider                           To\n\
             Northern Paper GmbH                Ada Sample Ltd\n\
             Mühlweg 4                          12 Mill Road\n\
             20095 Hamburg                      {town}\n                                   {country}"
        )
    };
    check(&drawing("LS1 5AB Leeds", ""), &asked, &want("LS1 5AB", "Leeds"));
    check(&drawing("4450-718 Matosinhos", ""), &asked, &want("4450-718", "Matosinhos"));
    check(&drawing("Linz 40211", "Austria"), &asked, &want("40211", "Linz"));
    check(&drawing("Linz 40211 Austria", ""), &asked, &want("40211", "Linz"));
}

#[test]
fn a_column_with_two_heads_over_two_edges_is_two() {
    let item = json!({"type": "object", "properties": {"sku": {"type": "string"}, "description": {"type": "string"},
        "quantity": {"type": "number"}, "amount": {"type": "number"}}});
    let asked = json!({"type": "object", "properties": {"items": {"type": "array", "items": item}}});
    let drawing = "SKU      Description          Quantity   Amount\n\
                   KT-114   Chain                55         712.25\n\
                   BB-28    Tyre wide            72         1396.80";
    let mut document = document(&[drawing]);
    let page = &mut document.pages[0];
    let rows: [&[&[u32]]; 3] = [&[&[0, 1], &[2], &[3]], &[&[4, 5], &[6], &[7]], &[&[8, 9, 10], &[11], &[12]]];
    let cells = (0..).zip(rows).flat_map(|(row, cells)| {
        (0..).zip(cells).map(move |(column, words)| {
            let rect = Rect::new(30.0, 30.0 + 14.0 * row as f32, 320.0, 44.0 + 14.0 * row as f32);
            Cell { row, column, row_span: 1, column_span: 1, rect, words: words.to_vec() }
        })
    });
    let cells: Vec<Cell> = cells.collect();
    let rect = Rect::new(30.0, 30.0, 320.0, 72.0);
    page.tables.push(Table { rect, ruled: true, rows: 3, columns: 3, header_rows: 1, cells });
    let want = json!({"items": [
        {"sku": "KT-114", "description": "Chain", "quantity": 55, "amount": 712.25},
        {"sku": "BB-28", "description": "Tyre wide", "quantity": 72, "amount": 1396.8}]});
    assert_eq!(solve(&document, &schema(&asked)).value, want);
}
