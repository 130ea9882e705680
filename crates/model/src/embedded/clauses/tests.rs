//! Contracts drawn as text: what their sentences, parties and headings give.

#![allow(clippy::needless_pass_by_value, reason = "a test's values are written where they are used")]

use serde_json::{Value, json};
use sluice_extract::schema::Schema;

use crate::embedded::drawn::document;
use crate::embedded::solve;

#[track_caller]
fn check(pages: &[&str], asked: Value, want: Value) {
    let asked = json!({"type": "object", "properties": asked});
    let solution = solve(&document(pages), &Schema::parse(&asked).unwrap());
    assert_eq!(solution.value, want, "{:#?}", solution.evidence);
}

fn integer(told: &str) -> Value {
    json!({"type": "integer", "description": told})
}

#[test]
fn figures_are_told_apart_by_the_words_around_them() {
    let text = "2.1 This Agreement starts on 1 May 2024 and continues for an initial term of two years, unless ended.\n\
                2.2 It then renews for periods of twelve (12) months each, unless a party gives ninety (90) days\u{2019} notice.\n\
                2.3 The Client may terminate it without cause on thirty days\u{2019} written notice at any time.\n\
                2.4 In no case shall the liability of a party exceed £250,000 or 80 per cent of the Charges of a year.";
    check(
        &[text],
        json!({
            "initial_term_months": integer("Initial term"),
            "renewal_months": integer("Length of each renewal"),
            "renewal_notice_days": integer("Notice that prevents renewal"),
            "termination_notice_days": integer("Notice to terminate without cause"),
            "liability": {"type": "object", "properties": {
                "cap_amount": {"type": "number", "description": "Limit as a sum"},
                "cap_percent_of_charges": {"type": "number"},
                "clause": {"type": "string", "description": "Number of the clause"}}}}),
        json!({
            "initial_term_months": 24,
            "renewal_months": 12,
            "renewal_notice_days": 90,
            "termination_notice_days": 30,
            "liability": {"cap_amount": 250_000, "cap_percent_of_charges": 80, "clause": "2.4"}}),
    );
}

#[test]
fn a_sentence_about_something_else_answers_nothing() {
    let text = "2.1 The Supplier keeps its records for six years and answers within ten days of a question.";
    check(&[text], json!({"warranty_months": integer("Warranty"), "notice_hours": integer("Notice")}), json!({}));
}

#[test]
fn the_law_that_governs_and_the_place_of_a_procedure() {
    let text = "This Agreement is governed by, and construed under, the laws of the State of New York.\n\
                Disputes are settled by arbitration in Leeds under the rules of the chamber.";
    let asked = json!({
        "governing_law": {"type": "string", "description": "Whose law governs, its name only"},
        "arbitration_seat": {"type": "string", "description": "Town of the arbitration"}});
    check(&[text], asked, json!({"governing_law": "New York", "arbitration_seat": "Leeds"}));
}

#[test]
fn parties_with_what_their_blocks_hold() {
    let pages = [
        "This Agreement is made between Acme Mills, Inc., a company registered in Scotland with number SC123456,\n\
         whose registered office is at 12 Mill Road, Leeds LS1 5AB (the \u{201c}Supplier\u{201d}) and Northern Paper GmbH,\n\
         registered in Germany with number HRB98765, whose registered office is at Kai 4, Hamburg (the \u{201c}Client\u{201d}).",
        "Signed for Acme Mills, Inc.\nName: Ada Sample\nDate: 3 May 2024\n\nSigned for the Client\nName: Bo Beispiel\nDate: 4 May 2024",
    ];
    let text = json!({"type": "string"});
    let party = json!({"type": "object", "properties": {
        "role": {"enum": ["client", "supplier"]},
        "name": text, "company_number": text, "registered_office": text,
        "signatory": {"type": "object", "description": "Who signed", "properties": {
            "name": text, "signed_on": {"type": "string", "format": "date"}}}}});
    let want = json!([
        {"role": "supplier", "name": "Acme Mills, Inc.", "company_number": "SC123456",
            "registered_office": "12 Mill Road, Leeds LS1 5AB",
            "signatory": {"name": "Ada Sample", "signed_on": "2024-05-03"}},
        {"role": "client", "name": "Northern Paper GmbH", "company_number": "HRB98765",
            "registered_office": "Kai 4, Hamburg",
            "signatory": {"name": "Bo Beispiel", "signed_on": "2024-05-04"}}]);
    check(&pages, json!({"parties": {"type": "array", "items": party}}), json!({"parties": want}));
}
