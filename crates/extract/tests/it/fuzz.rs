//! Schemas, numbers and dates that a fuzzer spoils: refused or taken, and what is taken holds together.

use sluice_extract::schema::{Schema, SplitOptions, lint, split};
use sluice_extract::values::number::DecimalStyle;
use sluice_extract::values::{Found, date, identifier, money, number, text};
use sluice_extract::verify::settle;
use sluice_testkit::mutation;

const SCHEMAS: [&str; 4] = [
    r##"{"type":"object","properties":{"a":{"type":["string","null"],"format":"date","enum":["x",null]},"b":{"type":"array","items":{"$ref":"#/$defs/row"},"maxItems":9}},"required":["a"],"additionalProperties":false,"$defs":{"row":{"type":"object","properties":{"n":{"type":"number","minimum":-1e3,"multipleOf":0.01}}}}}"##,
    r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[{"$ref":"#/$defs/a"},{"type":"null"}]}},"type":"object","properties":{"x":{"$ref":"#/$defs/a"}}}"##,
    r##"{"type":"object","properties":{"p":{"type":"string","pattern":"^(?=.*[0-9])\\p{L}{1,50}$","minLength":1},"q":{"anyOf":[{"type":"integer"},{"type":"object","properties":{}}]},"r":{"const":3}}}"##,
    r##"{"type":"object","additionalProperties":{"type":"array","items":{"type":"boolean"}},"description":"\ud83d\ude00"}"##,
];

const TEXTS: [&str; 6] = [
    "Total 1.234.567,89 EUR (1,234.50) 12 345,6 -0.5% 1/2 +7e3 1'000.- ½ ١٢٣ １２ 0x1F",
    "14 October 2026, 14.10.26, 10/14/2026 2026-10-14T08:30:00+02:00 le 1er août 1998 3. März '26 31.02.2024 Q3 2025",
    "IBAN DE89 3704 0044 0532 0130 00 VAT GB 123 4567 82 BIC COBADEFFXXX +49 (0)30 123-456 a.b@c.example https://x.example/y",
    "£90.72 USD1,000.00 R$ 5,00 50 ¢ 3 kr. 1 000 000 CHF US$-3",
    "zwei\u{ad}teilig ﬁne\u{a0}space e\u{301} \u{202e}abc\u{202c} \u{1f600}",
    "5:07 p.m. 17h30 00:00:60 24:00 noon 1.2.3.4.5 1,2,3 --5 1e999 99999999999999999999999999",
];

fn bytes<const N: usize>(seeds: [&str; N]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

#[test]
fn fuzz_schema() {
    let seeds = bytes(SCHEMAS);
    bolero::check!().with_type::<Vec<u8>>().for_each(|recipe| {
        let spoiled = mutation::spoiled(&seeds, recipe);
        let text = String::from_utf8_lossy(&spoiled);
        match Schema::parse_str(&text) {
            Err(problems) => assert!(!problems.is_empty(), "{text}"),
            Ok(schema) => {
                let _ = lint(&schema);
                assert!(!split(&schema, &SplitOptions::default()).is_empty(), "{text}");
                assert!(settle(&schema, serde_json::Value::Null).0.is_object(), "{text}");
                assert!(Schema::parse(&schema.root.to_schema()).is_ok(), "{text}");
            }
        }
    });
}

/// What is found lies in the text, on characters' edges, and one after the other.
fn lie_in<T>(text: &str, found: &[Found<T>]) {
    for it in found {
        assert!(!it.span.is_empty() && text.get(it.span.clone()).is_some(), "{:?} of {text:?}", it.span);
    }
    assert!(found.is_sorted_by_key(|it| it.span.start), "{text:?}");
}

#[test]
fn fuzz_numbers_and_dates() {
    let seeds = bytes(TEXTS);
    bolero::check!().with_type::<Vec<u8>>().for_each(|recipe| {
        let spoiled = mutation::spoiled(&seeds, recipe);
        let text = String::from_utf8_lossy(&spoiled).chars().take(2_000).collect::<String>();
        let numbers = number::scan(&text);
        lie_in(&text, &numbers);
        for it in &numbers {
            let json = it.value.under(DecimalStyle::default()).to_json();
            assert!(json.is_number(), "{json} of {text:?}");
        }
        let dates = date::scan(&text);
        lie_in(&text, &dates);
        for day in dates.iter().flat_map(|it| it.value.readings()) {
            let iso = day.to_string();
            assert!(iso.len() < 10 || date::Date::from_iso(&iso).is_some(), "{iso} of {text:?}");
        }
        lie_in(&text, &money::scan(&text));
        lie_in(&text, &identifier::scan(&text));
        lie_in(&text, &text::tokens(&text));
        let _ = number::parse_reading(&text);
        let _ = date::parse_reading(&text);
        let _ = text::normalise(&text);
    });
}
