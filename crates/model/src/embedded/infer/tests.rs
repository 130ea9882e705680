//! Schemas that are proposed for drawings.

use serde_json::{Value, json};
use sluice_extract::schema::Schema;

use super::super::drawn::document;
use super::super::solve;
use super::*;

const INVOICE: &str = "\
Invoice no.: INV-2026-17          Invoice date: 14 October 2026
Customer number: 0048
Payment terms: 30 days net

Total due                                      1,234.50 EUR
";

fn sorts(inferred: &Inferred) -> Vec<String> {
    let told = |(name, property): (&String, &Value)| {
        let format = property["format"].as_str().unwrap_or_else(|| property["type"].as_str().unwrap());
        format!("{name}: {format}")
    };
    inferred.schema["properties"].as_object().unwrap().iter().map(told).collect()
}

#[test]
fn labels_become_properties_of_the_sort_that_stands_beside_them() {
    let inferred = infer(&[&document(&[INVOICE])]);
    insta::assert_snapshot!(sorts(&inferred).join("\n"), @r###"
    invoice_no: string
    invoice_date: date
    customer_number: string
    payment_terms: string
    total_due: number
    "###);
    let seen = inferred.seen.iter().find(|seen| seen.pointer == "/invoice_date").unwrap();
    assert_eq!(
        (seen.label.as_str(), seen.examples[0].text.as_str(), seen.examples[0].page),
        ("Invoice date", "14 October 2026", 1)
    );
}

#[test]
fn what_is_proposed_can_be_asked_and_is_found() {
    let document = document(&[INVOICE]);
    let schema = Schema::parse(&infer(&[&document]).schema).unwrap();
    let found = solve(&document, &schema).value;
    assert_eq!(found["invoice_date"], json!("2026-10-14"));
    assert_eq!(found["total_due"], json!(1234.5));
}

#[test]
fn several_documents_agree_on_names_and_sorts() {
    let others =
        ["Invoice no.: A7\nWeight: 12\nGate: B", "Invoice no.: A8\nWeight: 12.5\n", "Invoice no.: 99\nWeight: 7"];
    let documents: Vec<Document> = others.iter().map(|text| document(&[*text])).collect();
    let inferred = infer(&documents.iter().collect::<Vec<_>>());
    assert_eq!(sorts(&inferred), ["invoice_no: string", "weight: number", "gate: string"]);
    assert_eq!(inferred.seen.iter().map(|seen| seen.documents).collect::<Vec<_>>(), [3, 3, 1]);
    let more = [document(&["Invoice no.: 4"]), documents[0].clone(), documents[1].clone(), documents[2].clone()];
    let inferred = infer(&more.iter().collect::<Vec<_>>());
    assert_eq!(sorts(&inferred), ["invoice_no: string", "weight: number"], "one of four says nothing of a gate");
}

#[test]
fn boxes_stand_on_the_page_as_it_lies() {
    let straight = document(&[INVOICE]);
    let mut crooked = straight.clone();
    let page = &mut crooked.pages[0];
    page.skew = 3.0;
    let lying = page.clone();
    page.words.iter_mut().for_each(|word| word.rect = lying.as_it_lies(&word.rect));
    let page = &crooked.pages[0];
    let inferred = infer(&[&crooked]);
    let seen = inferred.seen.iter().find(|seen| seen.pointer == "/invoice_date").unwrap();
    let word = page.words.iter().find(|word| word.text == "October").unwrap().rect.as_fractions(page);
    let found = seen.examples[0].bounding_box;
    assert!(found.contains(word.center_x(), word.center_y()), "{found:?} {word:?}");
    let level = infer(&[&straight]);
    let level = level.seen.iter().find(|seen| seen.pointer == "/invoice_date").unwrap().examples[0].bounding_box;
    assert!((found.x0 - level.x0).abs() > 0.02, "{found:?} {level:?}");
}

#[test]
fn nothing_is_made_of_running_text() {
    let text = "This agreement is made between the parties and shall remain in force until it ends,\n\
                however long that takes, subject to the terms that follow and to nothing else at all.\n\
                Neither party shall be liable for anything that the other did not foresee in time.";
    let inferred = infer(&[&document(&[text])]);
    assert_eq!((inferred.schema["properties"].clone(), inferred.seen.len()), (json!({}), 0));
    assert_eq!(infer(&[]).seen, []);
}
