//! Figures of made-up reports: shares and growth beside them, columns that are segments, sentences.

use serde_json::{Value, json};
use sluice_extract::schema::Schema;

use crate::embedded::drawn::document;
use crate::embedded::solve;

const COVER: &str = "For the quarterly period ended June 30, 2025 (in thousands)";

fn item() -> Value {
    json!({"type": "object", "properties": {
        "data_period": {"type": "string", "description": "Reporting period (e.g. 'FY2025 Q3')"},
        "segment_name": {"type": "string", "description": "'NA' for company-level metrics"},
        "unit": {"type": "string"},
        "comparison_type": {"enum": ["Qoq", "Yoy"], "type": "string"},
        "value": {"type": ["number", "null"]},
    }})
}

/// Period, segment and value of each item of the array `name`.
fn check(lines: &[&str], name: &str, want: &Value) {
    let schema = json!({"type": "object", "properties": {name: {"type": "array", "items": item()}}});
    let solution = solve(&document(&[&lines.join("\n")]), &Schema::parse(&schema).unwrap());
    let items = solution.value[name].as_array().cloned().unwrap_or_default();
    let short = |item: &Value| json!([item["data_period"], item["segment_name"], item["value"]]);
    assert_eq!(&json!(items.iter().map(short).collect::<Vec<_>>()), want, "{name}");
}

const BESIDE: [&str; 17] = [
    COVER,
    "                              Six Months Ended June 30,",
    "                              2025         2024",
    "Net sales                $   1,000    $     800",
    "Gross profit             $     300    $     200",
    "",
    "                    Six Months Ended       % of        Six Months Ended       % of        Change       %",
    "NET SALES:            June 30, 2025      Net Sales       June 30, 2024      Net Sales     Amount     Change",
    "  Boats                $    700                           $    600                       $  100        16.7",
    "  Engines                   300                                200                          100        50.0",
    "Total                  $  1,000                           $    800                       $  200        25.0",
    "",
    "                                           % of                               % of        Change       %",
    "GROSS PROFIT:                            Net Sales                          Net Sales     Amount     Change",
    "  Boats                $    180            25.7           $    150            25.0       $   30        20.0",
    "  Engines                   120            40.0                 50            25.0           70       140.0",
    "Total                  $    300            30.0           $    200            25.0       $  100        50.0",
];

#[test]
fn shares_and_growth_stand_beside_the_figures() {
    let margins = json!([
        ["FY2025 H1", "Boats", 25.7],
        ["FY2024 H1", "Boats", 25.0],
        ["FY2025 H1", "Engines", 40.0],
        ["FY2024 H1", "Engines", 25.0],
        ["FY2025 H1", "NA", 30.0],
        ["FY2024 H1", "NA", 25.0],
    ]);
    check(&BESIDE, "gross_margin", &margins);
    let growth = json!([["FY2025 H1", "Boats", 16.7], ["FY2025 H1", "Engines", 50.0], ["FY2025 H1", "NA", 25.0]]);
    check(&BESIDE, "revenue_growth", &growth);
    // The sales themselves are neither.
    let sales = json!([
        ["FY2025 H1", "NA", 1000],
        ["FY2024 H1", "NA", 800],
        ["FY2025 H1", "Boats", 700],
        ["FY2024 H1", "Boats", 600],
        ["FY2025 H1", "Engines", 300],
        ["FY2024 H1", "Engines", 200],
    ]);
    check(&BESIDE, "revenue", &sales);
}

#[test]
fn growth_in_a_line_of_its_own_and_not_the_corrected_one() {
    let lines = [
        COVER,
        "                                 Three Months Ended June 30,",
        "                                 2025          2024",
        "Total revenues                $  1,000      $   800",
        " YoY Growth                       25 %         6 %",
        " Revenue growth, organic          21 %         5 %",
        "What happened in the six months ended then",
    ];
    check(&lines, "revenue_growth", &json!([["FY2025 Q2", "NA", 25], ["FY2024 Q2", "NA", 6]]));
}

#[test]
fn columns_that_are_segments_prove_themselves_by_their_sum() {
    let mut lines = BESIDE.to_vec();
    lines.extend([
        "                           June 30, 2025     December 31, 2024",
        "Goodwill                   $     90          $    80",
        "",
        "                           Boats      Engines     Total",
        "Balance as of January 1    $   50     $   30      $   80",
        "Additions                      10          0          10",
        "Balance as of June 30      $   60     $   30      $   90",
    ]);
    let want = json!([
        ["FY2025 Q2", "NA", 90],
        ["FY2024", "NA", 80],
        ["FY2024", "Boats", 50],
        ["FY2024", "Engines", 30],
        ["FY2025 Q2", "Boats", 60],
        ["FY2025 Q2", "Engines", 30],
    ]);
    check(&lines, "goodwill", &want);
    // One figure that does not add up, and nothing is taken from that line.
    let at = lines.len() - 3;
    lines[at] = "Balance as of January 1    $   55     $   30      $   80";
    let want = json!([
        ["FY2025 Q2", "NA", 90],
        ["FY2024", "NA", 80],
        ["FY2025 Q2", "Boats", 60],
        ["FY2025 Q2", "Engines", 30],
    ]);
    check(&lines, "goodwill", &want);
}

#[test]
fn a_line_that_says_the_same_tells_other_periods() {
    let lines = [
        COVER,
        "                                 Six Months Ended June 30,",
        "                                 2025          2024",
        "Stock-based compensation      $     18      $    15",
        "",
        "                                         Three Months Ended June 30,     Six Months Ended June 30,",
        "                                            2025          2024              2025          2024",
        "Total stock-based compensation expense   $     9       $     8           $    18       $    15",
    ];
    let want =
        json!([["FY2025 H1", "NA", 18], ["FY2024 H1", "NA", 15], ["FY2025 Q2", "NA", 9], ["FY2024 Q2", "NA", 8],]);
    check(&lines, "stock_based_compensation", &want);
}

#[test]
fn sentences_tell_rates_and_shares() {
    let lines = [
        COVER,
        "Six Months Ended",
        "",
        "The effective tax rate for the three months ended June 30, 2025 and 2024 was 23.6% and (4.2)%, respectively.",
        "The adjusted effective tax rate for the six months ended June 30, 2025 and 2024 was 20.0% and 21.0%.",
        "",
        "The Company repurchased 0.9 million and 1.1 million shares in the three months ended June 30, 2025 and 2024.",
    ];
    check(&lines, "effective_tax_rate", &json!([["FY2025 Q2", "NA", 23.6], ["FY2024 Q2", "NA", -4.2]]));
    check(&lines, "shares_repurchased", &json!([["FY2025 Q2", "NA", 0.9], ["FY2024 Q2", "NA", 1.1]]));
    // What changed by so much is not so much.
    let changed = [
        COVER,
        "Six Months Ended",
        "",
        "The effective tax rate for the three months ended June 30, 2025 increased by 3.1%.",
    ];
    check(&changed, "effective_tax_rate", &json!([]));
}

#[test]
fn an_abbreviation_of_the_report_names_its_lines() {
    let lines = [
        COVER,
        "Earnings Before Taxes and Interest (“EBTI”) and Earnings Before Interest and Taxes (“EBIT”)",
        "                                 Six Months Ended June 30,",
        "                                 2025          2024",
        "EBIT                          $    120      $    100",
        " EBIT margin                      12.0%         12.5%",
    ];
    check(&lines, "operating_income", &json!([["FY2025 H1", "NA", 120], ["FY2024 H1", "NA", 100]]));
    check(&lines, "operating_margin", &json!([["FY2025 H1", "NA", 12.0], ["FY2024 H1", "NA", 12.5]]));
}

#[test]
fn the_period_of_the_whole_report() {
    let schema = json!({"type": "object", "properties": {
        "report_period": {"type": "string", "description": "Canonical period (e.g. 'FY2025 Q3')"},
    }});
    let lines: &[&str] = &[COVER, "", "Six Months Ended June 30, 2025"];
    let solution = solve(&document(&[&lines.join("\n")]), &Schema::parse(&schema).unwrap());
    assert_eq!(solution.value["report_period"], "FY2025 Q2");
}
