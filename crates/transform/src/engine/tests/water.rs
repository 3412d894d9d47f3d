//! Classes of water, from whatever a station sends.

use chrono::Duration;
use limpid_model::{Assessment, Instant, Period, Reading, Record, StationId};

use super::{accepted, at, pipeline, reading, words};
use crate::engine::water::classes;
use crate::engine::{Wanted, derive};
use crate::review::Decided;
use crate::standards::Rules;

/// What is published of one station's readings of October 2026, and the classes of it.
fn published(station: &str, readings: Vec<Reading>) -> (Vec<Record>, Vec<Assessment>) {
    let pipeline = pipeline("Asia/Shanghai");
    let zone = pipeline.publisher.zone;
    let station = pipeline.stations.get(&StationId::parse(station).unwrap()).unwrap();
    let readings: Vec<Reading> =
        readings.into_iter().map(|reading| Reading { station: station.id.clone(), ..reading }).collect();
    let wanted = Wanted::within(at("2026-09-30T16:00:00Z"), at("2026-10-31T16:00:00Z"), zone, 0);
    let now = at("2026-11-25T00:00:00Z");
    let records = derive(Rules::built_in(), station, zone, &accepted(readings), Decided::NONE, &wanted, now);
    let judged = classes(Rules::built_in(), &pipeline.water, station, &records);
    let assessments = judged.iter().filter_map(|record| match record {
        Record::Assessment(assessment) => Some(assessment.clone()),
        Record::Observation(_) => None,
    });
    (records, assessments.collect())
}

fn samples(period: Period, start: Instant, values: &[(&str, f64)]) -> Vec<Reading> {
    values.iter().map(|(parameter, value)| reading(parameter, period, start, Some(*value), "")).collect()
}

const FIVE: [(&str, f64); 5] = [("ph", 8.0), ("do", 8.0), ("codmn", 3.2), ("nh3n", 0.3), ("tp", 0.04)];

fn of(assessments: &[Assessment], period: Period, scheme: &str) -> Vec<(String, Option<u8>, Option<bool>)> {
    let chosen = assessments.iter().filter(|one| one.period == period && one.scheme.id == scheme);
    let reached = |one: &Assessment| one.compliance.as_ref().and_then(|compliance| compliance.reached);
    chosen.map(|one| (one.start.format("%dT%H").to_string(), one.level, reached(one))).collect()
}

#[test]
fn hours_and_days_have_a_class() {
    // Every four hours, as national stations measure; ammonia is worse in the evening.
    let mut readings = Vec::new();
    for turn in 0..6 {
        let mut values = FIVE;
        values[3].1 = if turn == 5 { 1.9 } else { 0.3 };
        readings.extend(samples(Period::Hour, at("2026-10-09T16:00:00Z") + Duration::hours(4 * turn), &values));
    }
    let (records, classes) = published("W1", readings.clone());
    let hours = of(&classes, Period::Hour, "gb3838-2002");
    assert_eq!(hours.len(), 6);
    assert_eq!(
        (hours[0].clone(), hours[5].clone()),
        (("09T16".into(), Some(2), Some(true)), ("10T12".into(), Some(5), Some(false)))
    );
    // (5 x 0.3 + 1.9) / 6 is 0.57: class III.
    assert_eq!(of(&classes, Period::Day, "gb3838-2002"), [("09T16".into(), Some(3), Some(true))]);
    assert!(
        records
            .iter()
            .map(words)
            .any(|word| word.starts_with("P1D mean nh3n 2026-10-09T16:00 0.56666") && word.ends_with("6/24"))
    );
    // Phosphorus of 0.04 mg/L is class III of a lake, whose target is class II here; and it is drunk of.
    let (_, classes) = published("W2", readings);
    assert_eq!(of(&classes, Period::Day, "gb3838-2002"), [("09T16".into(), Some(3), Some(false))]);
    assert_eq!(of(&classes, Period::Day, "gb3838-2002-source"), [("09T16".into(), Some(1), Some(true))]);
}

#[test]
fn a_bottle_taken_once_has_its_hour_its_day_and_no_other() {
    let (records, classes) = published("W1", samples(Period::Moment, at("2026-10-12T02:17:00Z"), &FIVE));
    assert_eq!(of(&classes, Period::Hour, "gb3838-2002"), [("12T02".into(), Some(2), Some(true))]);
    assert_eq!(of(&classes, Period::Day, "gb3838-2002"), [("11T16".into(), Some(2), Some(true))]);
    let hour: Vec<_> = records.iter().map(words).filter(|word| word.starts_with("PT1H")).collect();
    assert_eq!(hour.len(), 5);
    assert!(hour.contains(&"PT1H mean codmn 2026-10-12T02:00 3.2 1".to_owned()), "{hour:?}");
}

#[test]
fn a_value_that_failed_is_missing_from_the_class() {
    let mut readings = samples(Period::Hour, at("2026-10-09T16:00:00Z"), &FIVE);
    readings[3].mark = limpid_model::Mark::parse("D");
    let (_, classes) = published("W1", readings);
    assert_eq!(of(&classes, Period::Hour, "gb3838-2002"), [("09T16".into(), None, None)]);
    assert_eq!(classes[0].reason.as_deref(), Some("missing"));
    let (_, none) = published("W1", samples(Period::Hour, at("2026-10-09T16:00:00Z"), &[("water_temperature", 12.0)]));
    assert!(none.is_empty(), "a thermometer has no class");
}

#[test]
fn a_lake_has_its_trophic_state() {
    // The first vector of the reference: 48.0181, mesotrophic.
    let values = [("chla", 0.01), ("tp", 0.05), ("tn", 1.0), ("transparency", 1.0), ("codmn", 4.0)];
    let readings = samples(Period::Hour, at("2026-10-09T16:00:00Z"), &values);
    let (_, classes) = published("W2", readings.clone());
    assert_eq!(of(&classes, Period::Hour, "tli-2004"), [("09T16".into(), Some(2), None)]);
    assert!(of(&published("W1", readings).1, Period::Hour, "tli-2004").is_empty(), "a river has none");
}

#[test]
fn a_class_whose_values_all_went_is_missing_and_not_forgotten() {
    // It may have been published before a correction took its values away.
    let gone = vec![reading("nh3n", Period::Hour, at("2026-10-09T16:00:00Z"), None, "D")];
    let (_, classes) = published("W2", gone);
    assert_eq!(of(&classes, Period::Hour, "gb3838-2002"), [("09T16".into(), None, None)]);
    assert_eq!(of(&classes, Period::Hour, "gb3838-2002-source"), [("09T16".into(), None, None)]);
}
