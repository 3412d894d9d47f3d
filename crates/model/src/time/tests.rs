use chrono::NaiveDate;

use super::*;

fn utc(text: &str) -> Instant {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn days_have_23_24_or_25_hours() {
    let hours_of = |zone: &str, day: &str| {
        let zone = Zone::parse(zone).unwrap();
        let (start, end) = zone.day(date(day));
        (zone.hours(start, end).count(), (end - start).num_minutes())
    };
    assert_eq!(hours_of("Asia/Shanghai", "2026-03-29"), (24, 1440));
    assert_eq!(hours_of("Europe/Berlin", "2026-03-29"), (23, 1380));
    assert_eq!(hours_of("Europe/Berlin", "2026-10-25"), (25, 1500));
    // Lord Howe Island moves its clocks by half an hour.
    assert_eq!(hours_of("Australia/Lord_Howe", "2026-04-05").1, 1470);
    // China itself kept summer time from 1986 to 1991.
    assert_eq!(hours_of("Asia/Shanghai", "1990-04-15"), (23, 1380));
}

#[test]
fn a_midnight_that_does_not_exist_is_the_first_moment_after_it() {
    // Brazil sprang forward at midnight of 2018-11-04.
    let zone = Zone::parse("America/Sao_Paulo").unwrap();
    assert_eq!(zone.start_of(date("2018-11-04")), utc("2018-11-04T03:00:00Z"));
    assert_eq!(Period::Day.end(utc("2018-11-04T03:00:00Z"), zone), utc("2018-11-05T02:00:00Z"));
}

#[test]
fn ends_and_starts_are_inverse() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    for (period, start) in [
        (Period::Minutes(5), "2026-10-25T00:55:00Z"),
        (Period::Hour, "2026-10-25T00:00:00Z"),
        (Period::Hours8, "2026-10-24T20:00:00Z"),
        (Period::Day, "2026-10-24T22:00:00Z"),
        (Period::Month, "2026-09-30T22:00:00Z"),
        (Period::Quarter, "2026-03-31T22:00:00Z"),
        (Period::Months12, "2026-03-31T22:00:00Z"),
        (Period::Year, "2025-12-31T23:00:00Z"),
    ] {
        let start = utc(start);
        assert!(period.aligned(start, zone), "{period}");
        assert_eq!(period.start(period.end(start, zone), zone), start, "{period}");
    }
    assert_eq!(Period::Day.end(utc("2026-10-24T22:00:00Z"), zone), utc("2026-10-25T23:00:00Z"));
}

#[test]
fn periods_are_read_and_written() {
    for text in ["PT0S", "PT1M", "PT30M", "PT1H", "PT8H", "PT24H", "P1D", "P1M", "P3M", "P12M", "P1Y"] {
        assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
    }
    for text in ["", "PT", "PTM", "PT31M", "PT01M", "PT+1M", "pt1h", "P1W", "1h", "PT-1M"] {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
}

#[test]
fn times_are_written_with_the_zones_offset() {
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    assert_eq!(zone.format(utc("2026-11-25T00:05:01.123Z")), "2026-11-25T08:05:01.123+08:00");
    assert_eq!(zone.format(utc("2026-11-25T00:00:00Z")), "2026-11-25T08:00:00+08:00");
}

#[test]
fn hours_begin_on_the_hour_of_standard_time() {
    let floor = |zone: &str, at: &str| Zone::parse(zone).unwrap().floor_hour(utc(at)).format("%H:%M").to_string();
    for (zone, at, expected) in [
        ("Asia/Shanghai", "2026-11-25T08:59:59.999Z", "08:00"),
        // UTC+5:30, +5:45, -3:30 (in summer -2:30), all the year round.
        ("Asia/Kolkata", "2026-11-25T08:29:59Z", "07:30"),
        ("Asia/Kolkata", "2026-11-25T08:30:00Z", "08:30"),
        ("Asia/Kathmandu", "2026-11-25T08:14:59Z", "07:15"),
        ("America/St_Johns", "2026-01-25T08:30:00Z", "08:30"),
        ("America/St_Johns", "2026-07-25T08:31:00Z", "08:30"),
        // UTC+10:30 in winter and +11 in summer.
        ("Australia/Lord_Howe", "2026-07-25T08:31:00Z", "08:30"),
        ("Australia/Lord_Howe", "2026-01-25T08:31:00Z", "08:30"),
        ("Asia/Kolkata", "1969-12-31T23:00:00Z", "22:30"),
    ] {
        assert_eq!(floor(zone, at), expected, "{zone} {at}");
    }
    let india = Zone::parse("Asia/Kolkata").unwrap();
    assert!(Period::Hour.aligned(utc("2026-11-25T02:30:00Z"), india), "08:00+05:30");
    assert!(!Period::Hour.aligned(utc("2026-11-25T02:00:00Z"), india), "07:30+05:30");
    let (start, end) = india.day(date("2026-11-25"));
    let hours: Vec<Instant> = india.hours(start, end).collect();
    assert_eq!((hours.len(), hours[0], hours[23]), (24, start, end - chrono::Duration::hours(1)));
    assert_eq!(india.hours(utc("2026-11-25T00:00:00Z"), utc("2026-11-25T00:30:00Z")).count(), 0);
}

#[test]
fn hours_go_on_where_the_standard_offset_changes_by_half_an_hour() {
    let starts = |from: &str, to: &str| {
        let zone = Zone::parse("America/Caracas").unwrap();
        zone.hours(utc(from), utc(to)).map(|hour| hour.format("%H:%M").to_string()).collect::<Vec<_>>()
    };
    // At 07:00 UTC from -4:00 to -4:30, and back again.
    assert_eq!(starts("2007-12-09T05:30:00Z", "2007-12-09T09:00:00Z"), ["06:00", "06:30", "07:30", "08:30"]);
    assert_eq!(starts("2016-05-01T05:30:00Z", "2016-05-01T09:00:00Z"), ["05:30", "06:30", "07:00", "08:00"]);
}
