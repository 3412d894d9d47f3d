//! Hours that are judged beside the hours and the parameters around them.

use chrono::Duration;
use limpid_model::{Period, Reading, Record, StationId};

use super::{accepted, at, pipeline_with, reading};
use crate::engine::{Touched, Wanted, derive};
use crate::review::Decided;
use crate::standards::Rules;

/// Flag and rules of every hour of a parameter from 2026-11-25T00:00 on, and the valid hours of the day mean.
fn judge(limits: &str, readings: Vec<Reading>, parameter: &str) -> (Vec<(u8, String)>, Option<u32>) {
    let pipeline = pipeline_with("UTC", limits);
    let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
    let zone = pipeline.publisher.zone;
    let wanted = Wanted::within(at("2026-11-25T00:00:00Z"), at("2026-11-26T00:00:00Z"), zone, 0);
    let now = at("2026-12-31T00:00:00Z");
    let (mut hours, mut n) = (Vec::new(), None);
    for record in derive(Rules::built_in(), station, zone, &accepted(readings), Decided::NONE, &wanted, now) {
        let Record::Observation(record) = record else { continue };
        match record.period {
            _ if record.parameter.as_str() != parameter => {}
            Period::Hour => hours.push((record.flag.code(), record.rules)),
            Period::Day => n = record.n,
            _ => {}
        }
    }
    (hours, n)
}

fn hours(parameter: &str, values: &[f64]) -> Vec<Reading> {
    let start = |hour: usize| at("2026-11-25T00:00:00Z") + Duration::hours(hour as i64);
    values
        .iter()
        .enumerate()
        .map(|(hour, value)| reading(parameter, Period::Hour, start(hour), Some(*value), ""))
        .collect()
}

fn limit(check: &str, words: &str) -> String {
    format!("[[validation.limit]]\nstation = \"*\"\nparameter = \"pm25\"\ncheck = \"{check}\"\n{words}\n")
}

fn flags(limits: &str, values: &[f64]) -> (Vec<u8>, u32) {
    let (hours, n) = judge(limits, hours("pm25", values), "pm25");
    (hours.into_iter().map(|(flag, _)| flag).collect(), n.unwrap())
}

#[test]
fn a_spike_is_flagged_and_kept_out_of_the_day() {
    let limits = limit("spike", "suspect = 50\nfail = 200");
    let mut readings = hours("pm25", &[10.0, 90.0, 10.0, 12.0, 400.0, 12.0]);
    let (found, n) = judge(&limits, readings.clone(), "pm25");
    // Beside a spike of 400 its neighbours lie 193 off the middle.
    let expected = [
        (1, "range"),
        (3, "range spike-suspect"),
        (1, "range"),
        (3, "range spike-suspect"),
        (4, "range spike-fail"),
        (1, "range"),
    ];
    assert_eq!(found, expected.map(|(flag, rules)| (flag, rules.to_owned())));
    assert_eq!(n, Some(3));
    // Without the hour after it nobody knows that it is one.
    readings.truncate(5);
    assert_eq!(judge(&limits, readings, "pm25").0[4], (1, "range".to_owned()));
}

#[test]
fn steps_and_still_values_are_flagged() {
    assert_eq!(flags(&limit("rate", "suspect = 50"), &[10.0, 60.0, 111.0, 50.0]), (vec![1, 1, 3, 3], 2));
    let still = [7.0, 8.0, 8.0, 8.0, 8.0, 9.0];
    assert_eq!(flags(&limit("flat", "suspect_hours = 2\nfail_hours = 3"), &still), (vec![1, 1, 1, 3, 4, 1], 4));
}

#[test]
fn months_and_ranges_are_those_of_the_station() {
    let limits = limit("climatology", "month = 11\nsuspect_above = 40") + &limit("climatology", "suspect_above = 90");
    assert_eq!(flags(&limits, &[40.0, 41.0]).0, [1, 3]);
    assert_eq!(flags(&limit("range", "suspect_below = 0\nfail_above = 40"), &[-1.0, 40.0, 41.0]).0, [3, 1, 4]);
}

#[test]
fn nitrogen_oxides_must_add_up() {
    let all = |nox: f64| [hours("no", &[30.0]), hours("no2", &[40.0]), hours("nox", &[nox])].concat();
    // 30 ug/m3 of NO count as 46 of NO2.
    for (nox, flag) in [(86.0, 1), (97.0, 1), (110.0, 3)] {
        for parameter in ["no", "no2", "nox"] {
            assert_eq!(judge("", all(nox), parameter).0[0].0, flag, "{parameter} with {nox}");
        }
    }
    // NO2 alone is never more than NOx.
    let two = [hours("no2", &[60.0]), hours("nox", &[40.0])].concat();
    assert_eq!(judge("", two, "nox").0, [(3, "range no2-above-nox".to_owned())]);
}

#[test]
fn an_hour_of_minutes_is_checked_as_one_that_was_sent() {
    let limits = limit("spike", "suspect = 50");
    let mut readings = hours("pm25", &[10.0]);
    for minute in 0..60 {
        let start = at("2026-11-25T01:00:00Z") + Duration::minutes(minute);
        readings.push(reading("pm25", Period::Minutes(1), start, Some(100.0), ""));
    }
    readings.push(reading("pm25", Period::Hour, at("2026-11-25T02:00:00Z"), Some(10.0), ""));
    assert_eq!(judge(&limits, readings, "pm25").0[1], (3, "hour-mean spike-suspect".to_owned()));
}

#[test]
fn minutes_that_slip_are_flagged_beside_the_hours_before_them() {
    // Half a day at 30 ug/m3, then minutes that are sent in mg/m3 by mistake.
    let minute = |minute: i64| at("2026-11-25T12:00:00Z") + Duration::minutes(minute);
    let slipped = |count: i64, before: usize| -> Vec<(u8, String)> {
        let mut readings = hours("pm25", &vec![30.0; 12][..before]);
        readings.extend((0..count).map(|at| reading("pm25", Period::Minutes(1), minute(at), Some(0.03), "N")));
        let pipeline = pipeline_with("UTC", "");
        let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
        let zone = pipeline.publisher.zone;
        // The hour is not over: nothing but its minutes is derived, and only the last of them is new.
        let now = minute(30);
        let mut touched = Touched::default();
        touched.reading(&readings[readings.len() - 1], zone, now);
        let wanted = touched.wanted(zone, (before + 29) as u64);
        let records = wanted.iter().flat_map(|one| {
            derive(Rules::built_in(), station, zone, &accepted(readings.clone()), Decided::NONE, one, now)
        });
        let minutes = records.filter_map(|record| match record {
            Record::Observation(one) if matches!(one.period, Period::Minutes(_)) => Some((one.flag.code(), one.rules)),
            _ => None,
        });
        minutes.collect()
    };
    assert_eq!(slipped(30, 12), [(3, "mark range slip-suspect".to_owned())]);
    assert_eq!(slipped(30, 11), [(1, "mark range".to_owned())], "eleven hours are no history");
}

#[test]
fn minutes_are_judged_anew_when_an_hour_before_them_changes() {
    let pipeline = pipeline_with("UTC", "");
    let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
    let zone = pipeline.publisher.zone;
    let now = at("2026-11-26T00:00:00Z");
    let mut readings = vec![reading("pm25", Period::Minutes(1), at("2026-11-25T12:00:00Z"), Some(0.03), "N")];
    readings.extend(hours("pm25", &[30.0; 12]));
    // The twelfth hour is new, the minute is not.
    let mut touched = Touched::default();
    touched.reading(&readings[12], zone, now);
    let wanted = touched.wanted(zone, 12);
    let records: Vec<Record> = wanted
        .iter()
        .flat_map(|one| derive(Rules::built_in(), station, zone, &accepted(readings.clone()), Decided::NONE, one, now))
        .collect();
    let minute = records.iter().find_map(|record| match record {
        Record::Observation(one) if one.period == Period::Minutes(1) => Some(one.flag.code()),
        _ => None,
    });
    assert_eq!(minute, Some(3));
}
