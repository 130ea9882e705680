//! What dates mean, one line each; and that no text at all breaks the scan.

use proptest::prelude::*;

use super::*;

#[test]
fn whole_strings() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(parse(text, DayOrder::Unknown).map(|date| date.to_string()).as_deref(), expect, "{text}");
    };
    check("2024-03-15", Some("2024-03-15"));
    check("2024/3/5", Some("2024-03-05"));
    check("2024.03.15", Some("2024-03-15"));
    check("15/03/2024", Some("2024-03-15"));
    check("3/15/24", Some("2024-03-15"));
    check("3/4/2024", Some("2024-04-03"));
    check("15.3.2024", Some("2024-03-15"));
    check("1. 3. 2024", Some("2024-03-01"));
    check("15-03-99", Some("1999-03-15"));
    check("3. März 2024", Some("2024-03-03"));
    check("March 3rd, 2024", Some("2024-03-03"));
    check("Mar. 3 2024", Some("2024-03-03"));
    check("3 mars 2024", Some("2024-03-03"));
    check("1er août 2024", Some("2024-08-01"));
    check("03-MAR-24", Some("2024-03-03"));
    check("3 de marzo de 2024", Some("2024-03-03"));
    check("3rd of March 2024", Some("2024-03-03"));
    check("15 października 2023", Some("2023-10-15"));
    check("2024-Mar-03", Some("2024-03-03"));
    check("2024年3月15日", Some("2024-03-15"));
    check("Sep 2018", Some("2018-09"));
    check("09/2018", Some("2018-09"));
    check("Sept. '18", Some("2018-09"));
    check("2018-09", Some("2018-09"));
    check("2024-02-30", None);
    check("29.02.2023", None);
    check("29.02.2024", Some("2024-02-29"));
    check("31/31/2024", None);
    check("1.2.3", None);
    check("March 15", None);
    check("192.168.10.20", None);
    check("12-2024-17", None);
    check("", None);
}

#[test]
fn an_order_settles_two_readings() {
    let reading = parse_reading("3/4/2024").unwrap();
    assert_eq!(reading.under(DayOrder::MonthFirst).to_string(), "2024-03-04");
    assert_eq!(reading.under(DayOrder::DayFirst).to_string(), "2024-04-03");
    assert_eq!(reading.readings().count(), 2);
    let check = |texts: &[&str], hint, expect| assert_eq!(order_of_document(texts.iter().copied(), hint), expect);
    check(&["3/4/2024", "3/25/2024"], DayOrder::Unknown, DayOrder::MonthFirst);
    check(&["due 25/3/2024"], DayOrder::MonthFirst, DayOrder::DayFirst);
    check(&["3/4/2024"], DayOrder::MonthFirst, DayOrder::MonthFirst);
}

#[test]
fn found_in_running_text() {
    let check = |text: &str, expect: &[(&str, &str)]| {
        let found = scan(text);
        let got: Vec<_> = found.iter().map(|hit| (&text[hit.span.clone()], hit.value.date.to_string())).collect();
        let got: Vec<_> = got.iter().map(|(span, date)| (*span, date.as_str())).collect();
        assert_eq!(got, expect, "{text}");
    };
    check("Due: 15.03.2024.", &[("15.03.2024", "2024-03-15")]);
    check("from 1 May 2023 to 31 May 2023", &[("1 May 2023", "2023-05-01"), ("31 May 2023", "2023-05-31")]);
    check("Jan 2019 - Feb 2020", &[("Jan 2019", "2019-01"), ("Feb 2020", "2020-02")]);
    check("01/02/2024-05/02/2024", &[("01/02/2024", "2024-02-01"), ("05/02/2024", "2024-02-05")]);
    check("12.10.–21.10.2026", &[("12.10.", "2026-10-12"), ("21.10.2026", "2026-10-21")]);
    check("vom 12. bis 21. Oktober 2026", &[("12.", "2026-10-12"), ("21. Oktober 2026", "2026-10-21")]);
    check("3–5 May 2026", &[("3", "2026-05-03"), ("5 May 2026", "2026-05-05")]);
    check("28 Feb to 3 March 2026", &[("28 Feb", "2026-02-28"), ("3 March 2026", "2026-03-03")]);
    check("Feb 28 - March 3, 2026", &[("Feb 28", "2026-02-28"), ("March 3, 2026", "2026-03-03")]);
    check("7 - 3.4.2020", &[("3.4.2020", "2020-04-03")]);
    check("30.–21.10.2026", &[("21.10.2026", "2026-10-21")]);
    check("01.02.2024.05", &[]);
    check("INV2024-03-15 v1.2.2024", &[]);
    check("Friday, March 1, 2024, 5 pm", &[("March 1, 2024, 5 pm", "2024-03-01")]);
}

#[test]
fn times_beside_dates_and_alone() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(scan(text).remove(0).value.iso_date_time(DayOrder::Unknown).as_deref(), expect, "{text}");
    };
    check("2024-03-15T14:30:00Z", Some("2024-03-15T14:30:00Z"));
    check("15/03/2024 2:30 PM", Some("2024-03-15T14:30:00"));
    check("15.03.2024, 14:30 Uhr", Some("2024-03-15T14:30:00"));
    check("2024-03-15 14:30:05.250+02:00", Some("2024-03-15T14:30:05+02:00"));
    check("March 3, 2024 at 12 am", Some("2024-03-03T00:00:00"));
    check("15.03.2024 12.50", None);
    check("Sep 2018 14:30", None);
    let times = |text| scan_times(text).into_iter().map(|hit| hit.value.to_string()).collect::<Vec<_>>();
    assert_eq!(times("open 9:00 - 17:30, 14h30, 25:00, 12.50, 3 pm"), ["09:00:00", "17:30:00", "14:30:00", "15:00:00"]);
}

#[test]
fn iso_in_and_out() {
    let check = |text: &str, ok: bool| assert_eq!(Date::from_iso(text).is_some(), ok, "{text}");
    check("2024-03-15", true);
    check("2024-03", true);
    check("2024-03-15T10:00:00Z", true);
    check("2024-13-15", false);
    check("24-03-15", false);
    check("2024-03-15-1", false);
}

proptest! {
    #[test]
    fn any_text_is_scanned(text in "(\\PC|[0-9/.: -]|Mar|jun){0,60}") {
        let mut end = 0;
        for hit in scan(&text) {
            prop_assert!(hit.span.start >= end && hit.span.end > hit.span.start);
            prop_assert!(text.get(hit.span.clone()).is_some());
            end = hit.span.end;
        }
        for hit in scan_times(&text) {
            prop_assert!(text.get(hit.span).is_some());
        }
    }

    #[test]
    fn every_day_is_read_back(year in 1970_u16..2070, month in 1_u8..=12, day in 1_u8..=28) {
        let date = Date::new(year, month, day);
        let iso = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(parse(&iso, DayOrder::Unknown), date);
        prop_assert_eq!(Date::from_iso(&iso), date);
        prop_assert_eq!(parse(&format!("{month}/{day}/{year}"), DayOrder::MonthFirst), date);
        prop_assert_eq!(parse(&format!("{day}.{month}.{:02}", year % 100), DayOrder::Unknown), date);
    }
}
