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

const AGREEMENT: &str = "\
                    U.S. $2,500,000,000

                    CREDIT AGREEMENT

                    among

                    MILL WORKS INC.,
                    as Borrower,

                    FIRST BANK, N.A.

                    and

                    SECOND SECURITIES LLC,
                    as Joint Lead Arrangers and Joint Bookrunners

“Authorized Officer” means the treasurer or any vice president of the Borrower.

“Maturity Date” means the Termination Date or any earlier date.

“Termination Date” means the earlier of (i) November 19, 2004 and (ii) the end of the Commitments.

“Term Loan Date” means the date 364 days after November 21, 2003.

“Beneficial Ownership Certification” means a certification of beneficial owners.

(f) Use of Proceeds. The Borrower shall use the proceeds of the Loans only to buy mills and for what
comes with buying them, and for nothing else.";

#[test]
fn what_an_agreement_defines_and_heads() {
    let nullable = |kind: &str| json!({"anyOf": [{"type": kind}, {"type": "null"}]});
    let date = json!({"type": "string", "description": "Return in YYYY-MM-DD format."});
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let schema = json!({"type": "object", "properties": {
        "lead_arranger": {"anyOf": [texts, {"type": "null"}]},
        "maturity_date": date,
        "term_loan_date": date,
        "loan_commitment": {"type": "object", "properties": {"amount": nullable("number")}},
        "authorized_officer_definition": nullable("string"),
        "swingline_lender_definition": nullable("string"),
        "beneficial_ownership_certification_required": nullable("boolean"),
        "use_of_proceeds": nullable("string"),
    }});
    let solution = solve(&document(&[AGREEMENT]), &Schema::parse(&schema).unwrap());
    let value = &solution.value;
    assert_eq!(value["lead_arranger"], json!(["FIRST BANK, N.A.", "SECOND SECURITIES LLC"]));
    assert_eq!(value["maturity_date"], "2004-11-19");
    assert_eq!(value["term_loan_date"], Value::Null);
    assert_eq!(value["loan_commitment"]["amount"], 2_500_000_000_i64);
    let officer = "the treasurer or any vice president of the Borrower.";
    assert_eq!(value["authorized_officer_definition"], officer);
    assert_eq!(value["swingline_lender_definition"], Value::Null);
    assert_eq!(value["beneficial_ownership_certification_required"], true);
    let use_of = "The Borrower shall use the proceeds of the Loans only to buy mills and for what comes with buying \
        them, and for nothing else.";
    assert_eq!(value["use_of_proceeds"], use_of);
}

#[test]
fn lenders_by_how_they_sign() {
    let page = "IN WITNESS WHEREOF, the parties have signed this Agreement.\n\n\
        MILL WORKS INC., as Borrower\n\nBy: ____\n\n\
        FIRST BANK, N.A., as Administrative Agent and as a Lender\n\nBy: ____\n\n\
        BANK OF THE NORTH PLC,\nas a Lender\n\nBy: ____\n\n\
        THIRD BANK, as a Lender\n\nBy: ____\n";
    let asked = json!({"lenders": {"type": "array", "items": {"type": "string"}}});
    check(&[page], asked, json!({"lenders": ["FIRST BANK, N.A.", "BANK OF THE NORTH PLC", "THIRD BANK"]}));
}

#[test]
fn a_total_of_commitments_is_their_sum() {
    let check = |total: &str, want: Value| {
        let drawing = format!(
            "                PART A - COMMITMENTS\n\nName of Bank                     Commitment\n\n\
             First Bank, N.A.               $ 9,288,321.21\nBank of the North                8,467,153.28\n\
             Third Bank                       8,467,153.28\nTotal                          {total}\n"
        );
        let texts = json!({"type": "array", "items": {"type": "string"}});
        let schema = json!({"type": "object", "properties": {
            "lenders": texts,
            "loan_commitment": {"type": "object", "properties": {"amount": {"type": "number"}}},
        }});
        let solution = solve(&document(&[&drawing]), &Schema::parse(&schema).unwrap());
        assert_eq!(solution.value["loan_commitment"]["amount"], want);
        assert_eq!(solution.value["lenders"], json!(["First Bank, N.A.", "Bank of the North", "Third Bank"]));
    };
    check("$26,222,627.77", json!(26_222_627.77));
}
