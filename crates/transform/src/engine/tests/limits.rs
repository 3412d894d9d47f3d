//! Hours and days of air against the limits of their date and class of area.

use chrono::Duration;
use limpid_model::{Assessment, Instant, Period, Reading, Record, StationId};

use super::{accepted, at, reading};
use crate::engine::air::limits;
use crate::engine::{Wanted, derive};
use crate::review::Decided;
use crate::standards::Rules;

/// The verdicts on a day of one station that begins at `first`, of whichever class of area.
fn judged(class: &str, first: Instant, readings: Vec<Reading>) -> Vec<Assessment> {
    let pipeline = super::pipeline("Asia/Shanghai");
    let zone = pipeline.publisher.zone;
    let mut station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap().clone();
    station.class = class.to_owned();
    let wanted = Wanted::within(first, first + Duration::hours(24), zone, 0);
    let now = at("2026-11-25T00:00:00Z");
    let records = derive(Rules::built_in(), &station, zone, &accepted(readings), Decided::NONE, &wanted, now);
    let verdicts = limits(Rules::built_in(), &station, zone, &records).into_iter().filter_map(|record| match record {
        Record::Assessment(assessment) => Some(assessment),
        Record::Observation(_) => None,
    });
    verdicts.collect()
}

/// 24 hours around a value, a little up and down so that they do not stand still.
fn day_of(parameter: &str, first: Instant, value: f64, step: f64) -> Vec<Reading> {
    let one = |hour: i64| {
        let value = value + if hour % 2 == 0 { step } else { -step };
        reading(parameter, Period::Hour, first + Duration::hours(hour), Some(value), "")
    };
    (0..24).map(one).collect()
}

/// Parameters with their verdicts.
fn items(one: &Assessment) -> Vec<(&str, Option<u16>)> {
    one.sub.iter().map(|(parameter, level)| (parameter.as_str(), *level)).collect()
}

#[test]
fn a_day_and_its_hours_are_put_against_the_limits_of_their_class() {
    let first = at("2026-07-09T16:00:00Z");
    let all = [
        day_of("pm25", first, 50.0, 2.0),
        day_of("no2", first, 79.0, 2.0),
        day_of("nox", first, 110.0, 2.0),
        day_of("tsp", first, 130.0, 2.0),
        day_of("o3", first, 120.0, 2.0),
    ]
    .concat();
    // GB 3095-2026 tables 1 and 2: day means of PM2.5 35 and 60, NO2 80, NOx 100, TSP 120 and 300, 8 hours of O3 100 and 160.
    let of = |class| {
        let verdicts = judged(class, first, all.clone());
        let days: Vec<Assessment> = verdicts.iter().filter(|one| one.period == Period::Day).cloned().collect();
        let hours = verdicts.iter().filter(|one| one.period == Period::Hour).count();
        assert_eq!((days.len(), hours), (1, 24));
        days.into_iter().next().unwrap()
    };
    let two = of("2");
    assert_eq!((two.scheme.id.as_str(), two.level, two.start), ("gb3095-2026", Some(2), first));
    let expected = [("no2", Some(1)), ("nox", Some(2)), ("o3", Some(1)), ("pm25", Some(1)), ("tsp", Some(1))];
    let mut found = items(&two);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(two.primary.iter().map(|one| one.as_str()).collect::<Vec<_>>(), ["nox"]);
    let one = of("1");
    let mut above: Vec<&str> = one.primary.iter().map(|one| one.as_str()).collect();
    above.sort_unstable();
    assert_eq!(above, ["nox", "o3", "pm25", "tsp"]);
    // 50 is 3 sevenths above 35, 130 a twelfth above 120.
    assert_eq!(one.primary[0].as_str(), "pm25");
}

#[test]
fn before_march_2026_the_edition_of_2012_holds_and_nox_has_no_limit() {
    let first = at("2026-02-27T16:00:00Z");
    let verdicts = judged("", first, [day_of("pm25", first, 70.0, 2.0), day_of("nox", first, 110.0, 2.0)].concat());
    let day: Vec<_> = verdicts.iter().filter(|one| one.period == Period::Day).collect();
    assert_eq!((day.len(), day[0].scheme.id.as_str(), items(day[0])), (1, "gb3095-2012", vec![("pm25", Some(1))]));
    assert!(verdicts.iter().all(|one| one.period == Period::Day), "particles and, then, NOx have no limit of hours");
}

#[test]
fn too_few_hours_are_missing_and_no_verdict() {
    let first = at("2026-07-09T16:00:00Z");
    let few: Vec<Reading> = day_of("so2", first, 40.0, 2.0).into_iter().take(19).collect();
    let verdicts = judged("", first, few);
    let day = verdicts.iter().find(|one| one.period == Period::Day).unwrap();
    assert_eq!((day.level, day.reason.as_deref(), items(day)), (None, Some("missing"), vec![("so2", None)]));
    assert_eq!(verdicts.iter().filter(|one| one.period == Period::Hour && one.level == Some(1)).count(), 19);
}
