use super::*;

fn said(value: &str, order: Order, zone: Option<&str>) -> Option<Said> {
    let dates = Dates {
        first: String::new(),
        last: String::new(),
        two_digit_from: 1980,
        placeholders: vec![],
        order: None,
        zone: None,
    };
    let zone = zone.map(|zone| TimeZone::get(zone).expect("a zone"));
    text(value, &Way { dates: &dates, order, zone })
}
fn told(said: Option<Said>) -> Option<(String, Form)> {
    match said? {
        Said::Day(read) => Some((read.date.to_string(), read.form)),
        Said::Nothing | Said::NoZone => None,
    }
}
fn read(value: &str) -> Option<(String, Form)> {
    told(said(value, Order::DayFirst, None))
}
fn is(date: &str, form: Form) -> Option<(String, Form)> {
    Some((date.to_owned(), form))
}

#[test]
fn the_day_comes_first_and_doubt_is_said() {
    assert_eq!(read("01/02/2015"), is("2015-02-01", Form::Ambiguous));
    assert_eq!(read("25/12/2025"), is("2025-12-25", Form::DayFirst));
    assert_eq!(read("3.3.2025"), is("2025-03-03", Form::DayFirst));
    assert_eq!(read("12/25/2025"), None, "there is no month 25");
    assert_eq!(read("31/02/2025"), None);
}

#[test]
fn a_column_of_another_order_is_read_in_it() {
    let read = |value, order| told(said(value, order, None));
    assert_eq!(read("12/25/2025", Order::MonthFirst), is("2025-12-25", Form::MonthFirst));
    assert_eq!(read("02/01/2025", Order::MonthFirst), is("2025-02-01", Form::Ambiguous));
    assert_eq!(read("25-04-07", Order::YearFirst), is("2025-04-07", Form::YearFirst));
}

#[test]
fn years_of_two_digits_fall_in_the_window() {
    assert_eq!(read("1/4/09"), is("2009-04-01", Form::Ambiguous));
    assert_eq!(read("30/4/85"), is("1985-04-30", Form::DayFirst));
}

#[test]
fn other_ways_to_write_a_date_are_read() {
    assert_eq!(read("2025-04-07"), is("2025-04-07", Form::Iso));
    assert_eq!(read("2025-04-07T09:30:00"), is("2025-04-07", Form::Iso));
    assert_eq!(read("20250407"), is("2025-04-07", Form::Iso));
    assert_eq!(read("07/04/2025 09:30"), is("2025-04-07", Form::Ambiguous));
    assert_eq!(read("07/04/2025 9:30 PM"), is("2025-04-07", Form::Ambiguous));
    assert_eq!(read("Mon 7th Apr 2025"), is("2025-04-07", Form::Words));
    assert_eq!(read("April 7, 2025"), is("2025-04-07", Form::Words));
    assert_eq!(read("June 02, 2025"), is("2025-06-02", Form::Words), "four letters are no year");
    assert_eq!(read("7-Sept-2025"), is("2025-09-07", Form::Words));
    for value in [
        "14th April 2025",
        "14th of April 2025",
        "2025-04-14T00:00:00.000",
        "2025-04-14T14:05:09.1234567",
        "14\u{a0}April\u{202f}2025",
        "14\u{2013}04\u{2013}2025",
        "14APR2025",
        "14-APR-25 02.30.00.000000 PM",
        "14/04/2025 (Mon)",
        "14/04/2025\u{a0}09:30",
        "14/04/2025\u{202f}09:30",
        "14/04/2025\u{3000}09:30:00",
        "14/04/2025 \u{2013} 09:30",
    ] {
        assert_eq!(read(value).map(|(date, _)| date).as_deref(), Some("2025-04-14"), "{value}");
    }
    for value in ["14/04/2025 3", "14 04 2025 5 6", "14/04/2025 and on", "14APRIL20255", "1.2.3.4"] {
        assert_eq!(read(value), None, "{value}");
    }
    assert_eq!(read("last week"), None);
    assert_eq!(read("20251307"), None);
}

#[test]
fn a_number_of_days_is_the_day_that_a_spreadsheet_shows() {
    let date = |days| told(serial(days, Form::Serial)).map(|(date, _)| date);
    assert_eq!(date(45748.0).as_deref(), Some("2025-04-01"));
    assert_eq!(date(45_747.999_999_999_9).as_deref(), Some("2025-04-01"), "computed, just below midnight");
    assert_eq!(date(45747.9999).as_deref(), Some("2025-03-31"), "nine seconds before midnight");
    assert_eq!(date(1.0).as_deref(), Some("1900-01-01"));
    assert_eq!(date(61.0).as_deref(), Some("1900-03-01"));
    assert_eq!(date(-3.0), None);
    assert_eq!(read("45748"), is("2025-04-01", Form::Serial));
}

#[test]
fn a_sign_of_any_length_at_any_place_is_no_fault() {
    for written in ["07/04/2025 09:30", "2025-04-07T09:30:00Z", "30/06/2025 11:00 PM UTC", "7APR2025", "01:35:00"] {
        for sign in ["\u{a0}", "\u{202f}", "\u{3000}", "\u{2013}", "\u{e9}", "\u{1f600}", ":", "(", "'"] {
            for (at, _) in written.char_indices().chain([(written.len(), ' ')]) {
                let value = format!("{}{sign}{}", &written[..at], &written[at..]);
                for order in [Order::DayFirst, Order::MonthFirst, Order::YearFirst] {
                    let _ = said(&value, order, Some("Europe/London"));
                }
                let _ =
                    (figures(&value), fixed_day(&value), crate::ingest::duration::minutes(&value, Default::default()));
            }
        }
    }
}

#[test]
fn the_day_before_all_days_is_nothing() {
    let nothing = [
        "0",
        "0.0",
        "00/01/1900",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "1899-12-30",
        "30/12/1899 00:00",
        "00/00/0000",
        "31/12/1899",
        "01/01/0001 00:00:00",
        "0001-01-01T00:00:00",
        "1900-01-00",
        "  /  /    ",
    ];
    for value in nothing {
        assert_eq!(said(value, Order::DayFirst, None), Some(Said::Nothing), "{value}");
    }
    for value in ["01/01/1900", "2000-01-01", "00/04/2025", "10/10/2010"] {
        assert_ne!(said(value, Order::DayFirst, None), Some(Said::Nothing), "{value}");
    }
    assert_eq!(serial(0.0, Form::Cell), Some(Said::Nothing));
}

#[test]
fn a_time_in_another_zone_is_moved_to_ours_before_its_day_is_taken() {
    let moved = |value, zone| told(said(value, Order::DayFirst, Some(zone)));
    let late = [
        "2025-06-30T23:00:00Z",
        "2025-06-30 23:00:00 UTC",
        "2025-06-30T23:00:00.000+00:00",
        "30/06/2025 23:00 GMT",
        "2025-06-30T18:00:00-05:00",
        "2025-06-30 23:00:00+0000",
        "30/06/2025 11:00 PM UTC",
    ];
    for value in late {
        assert_eq!(moved(value, "Europe/London"), is("2025-07-01", Form::Zoned), "{value}");
    }
    assert_eq!(moved("2025-12-31T23:30:00Z", "Europe/London"), is("2025-12-31", Form::Zoned), "no summer time");
    assert_eq!(moved("2025-07-01T00:30:00+01:00", "Europe/London"), is("2025-07-01", Form::Zoned));
    assert_eq!(moved("2025-07-01T03:00:00Z", "America/New_York"), is("2025-06-30", Form::Zoned));
    assert_eq!(said("2025-06-30T23:00:00Z", Order::DayFirst, None), Some(Said::NoZone), "nobody said where we are");
    assert_eq!(
        moved("2025-06-30T23:00:00", "Europe/London"),
        is("2025-06-30", Form::Iso),
        "a time without a zone is ours"
    );
}
