use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn due(event: &str, days: u32) -> String {
    let due = Calendar::china().add_working_days(day(event), days).unwrap();
    assert!(!due.provisional, "{event} + {days}");
    due.date.to_string()
}

/// Counted by hand on a wall calendar with the State Council's notices beside it.
#[test]
fn deadlines_across_spring_festival() {
    // 2026: off 15 to 23 February, worked on Saturday 14 and Saturday 28 February.
    // 12 Thu | 13 Fri 1, 14 Sat 2, 24 Tue 3, 25 Wed 4, 26 Thu 5, 27 Fri 6, 28 Sat 7, 2 March Mon 8, 3 Tue 9, 4 Wed 10
    assert_eq!(due("2026-02-12", 2), "2026-02-14");
    assert_eq!(due("2026-02-12", 3), "2026-02-24");
    assert_eq!(due("2026-02-12", 7), "2026-02-28");
    assert_eq!(due("2026-02-12", 10), "2026-03-04");
    // An event on a day off counts from the first working day.
    assert_eq!(due("2026-02-17", 1), "2026-02-24");
    // 2025: off 28 January to 4 February, worked on Sunday 26 January and Saturday 8 February.
    // 24 Fri | 26 Sun 1, 27 Mon 2, 5 Wed 3, 6 Thu 4, 7 Fri 5, 8 Sat 6, 10 Mon 7
    assert_eq!(due("2025-01-24", 5), "2025-02-07");
    assert_eq!(due("2025-01-24", 6), "2025-02-08");
    assert_eq!(due("2025-01-24", 7), "2025-02-10");
    // 2024: off 10 to 17 February, worked on Sunday 4 and Sunday 18 February.
    // 2 Fri | 4 Sun 1, 5 Mon 2, 6 Tue 3, 7 Wed 4, 8 Thu 5, 9 Fri 6, 18 Sun 7, 19 Mon 8
    assert_eq!(due("2024-02-02", 6), "2024-02-09");
    assert_eq!(due("2024-02-02", 7), "2024-02-18");
    // 2022: off 31 January to 6 February, worked on Saturday 29 and Sunday 30 January.
    assert_eq!(due("2022-01-28", 2), "2022-01-30");
    assert_eq!(due("2022-01-28", 3), "2022-02-07");
}

#[test]
fn deadlines_across_national_day() {
    // 2026: off 1 to 7 October, worked on Sunday 20 September and Saturday 10 October; Mid-Autumn 25 to 27 September.
    // 18 Fri | 20 Sun 1, 21 to 24 2..5, 28 Mon 6, 29 Tue 7, 30 Wed 8, 8 Thu 9, 9 Fri 10, 10 Sat 11, 12 Mon 12
    assert_eq!(due("2026-09-18", 5), "2026-09-24");
    assert_eq!(due("2026-09-18", 6), "2026-09-28");
    assert_eq!(due("2026-09-18", 9), "2026-10-08");
    assert_eq!(due("2026-09-18", 11), "2026-10-10");
    assert_eq!(due("2026-09-18", 12), "2026-10-12");
    // 2023: off 29 September to 6 October, worked on Saturday 7 and Sunday 8 October.
    assert_eq!(due("2023-09-28", 1), "2023-10-07");
    assert_eq!(due("2023-09-28", 3), "2023-10-09");
    // 2024: worked on Sunday 29 September and Saturday 12 October, off 1 to 7 October.
    // 27 Fri | 29 Sun 1, 30 Mon 2, 8 Tue 3, 9 4, 10 5, 11 Fri 6, 12 Sat 7, 14 Mon 8
    assert_eq!(due("2024-09-27", 7), "2024-10-12");
    assert_eq!(due("2024-09-27", 8), "2024-10-14");
    // 2025: worked on Sunday 28 September and Saturday 11 October, off 1 to 8 October.
    assert_eq!(due("2025-09-26", 3), "2025-09-30");
    assert_eq!(due("2025-09-26", 4), "2025-10-09");
    // A request for information of 10 September 2026: 20 working days.
    // 11 Fri 1; 14 to 18 2..6; 20 Sun 7; 21 to 24 8..11; 28 to 30 12..14; 8, 9, 10 October 15..17; 12, 13, 14 18..20
    assert_eq!(due("2026-09-10", 20), "2026-10-14");
}

#[test]
fn a_clock_that_stands_is_not_counted() {
    let china = Calendar::china();
    let third_party = [(day("2026-09-14"), day("2026-09-18"))];
    // Five working days later than without the stop: 15, 16, 19, 20, 21 October.
    assert_eq!(china.add_with_stops(day("2026-09-10"), 20, &third_party).unwrap().date, day("2026-10-21"));
    let weekend = [(day("2026-09-12"), day("2026-09-13"))];
    assert_eq!(china.add_with_stops(day("2026-09-10"), 20, &weekend).unwrap().date, day("2026-10-14"));
    let for_good = [(day("2026-09-12"), NaiveDate::MAX)];
    assert_eq!(
        china.add_with_stops(day("2026-09-10"), 20, &for_good),
        Err(CalendarError::Endless { event: day("2026-09-10"), years: 100 })
    );
}

#[test]
fn days_are_counted_back_and_forth() {
    let china = Calendar::china();
    let elapsed = china.working_days_between(day("2026-02-12"), day("2026-03-04"));
    assert_eq!(elapsed, Elapsed { days: 10, provisional: false });
    assert_eq!(china.working_days_between(day("2026-02-12"), day("2026-02-12")).days, 0);
    assert_eq!(china.working_days_between(day("2026-03-04"), day("2026-02-12")).days, 0);
}

#[test]
fn a_year_without_a_notice_is_provisional() {
    let china = Calendar::china();
    let due = china.add_working_days(day("2026-12-30"), 2).unwrap();
    assert_eq!(due, Due { date: day("2027-01-01"), provisional: true });
    assert!(china.working_days_between(day("2026-12-30"), day("2027-01-01")).provisional);
    assert!(china.add_working_days(day("2021-03-01"), 1).unwrap().provisional);
    assert!(china.knows(day("2022-01-01"), day("2026-12-31")));
    assert!(!china.knows(day("2021-12-31"), day("2022-01-01")) && !china.knows(day("2026-12-31"), day("2027-01-01")));
}

#[test]
fn elsewhere_weekends_and_a_list_of_holidays() {
    let plain = Calendar::weekdays();
    let due = plain.add_working_days(day("2026-02-12"), 2).unwrap();
    assert_eq!(due, Due { date: day("2026-02-16"), provisional: false });
    let own = Calendar::parse("holidays.csv", "kind,from,to\noff,2026-12-24,2026-12-26\n").unwrap();
    // 23 Wed | 28 Mon 1
    assert_eq!(own.add_working_days(day("2026-12-23"), 1).unwrap().date, day("2026-12-28"));
}

#[test]
fn a_wrong_row_is_named() {
    let said = |row: &str| Calendar::parse("h.csv", &format!("kind,from,to\n{row}\n")).unwrap_err().to_string();
    assert_eq!(said("off,2026-01-02,2026-01-01"), "h.csv, line 2: 2026-01-01 is before 2026-01-02");
    assert_eq!(said("off,2026-01-01,2026-12-31"), "h.csv, line 2: 365 days are more than 60; write several rows");
    assert_eq!(
        said("off,2026-01-01,2026-01-02\nwork,2026-01-02,2026-01-02"),
        "h.csv, line 3: 2026-01-02 stands in an earlier row too"
    );
    assert!(said("free,2026-01-01,2026-01-02").contains("write kind (year, off or work)"));
    assert!(said("off,01/02/2026,2026-01-02").contains("line 2"));
}

#[test]
fn endless_deadlines_are_refused() {
    let error = Calendar::china().add_working_days(day("2026-01-01"), MOST_WORKING_DAYS + 1).unwrap_err();
    assert_eq!(error.to_string(), "10001 working days are more than 10000");
    assert!(Calendar::weekdays().add_working_days(NaiveDate::MAX, 1).is_err());
}

#[test]
fn counting_by_weeks_agrees_with_counting_day_by_day() {
    let china = Calendar::china();
    for start in day("2021-11-20").iter_days().step_by(11).take_while(|date| *date < day("2027-02-01")) {
        let mut days = 0;
        for until in start.iter_days().skip(1).take(60) {
            days += u32::from(china.is_working(until));
            assert_eq!(china.working_days_between(start, until).days, days, "{start} to {until}");
        }
    }
}
