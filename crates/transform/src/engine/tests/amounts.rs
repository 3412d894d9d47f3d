//! Amounts: what counters counted, and sums and weighted means of months.

use chrono::{Duration, Utc};
use limpid_model::{Mark, ParameterId, Period, Reading, Record, StationId};

use super::replay::{accept, open, published};
use super::{at, pipeline_with, words};
use crate::engine::{catch_up, history};

/// Midnight of 1 April 2026 in Shanghai.
const FIRST: &str = "2026-03-31T16:00:00Z";

fn reading(station: &str, parameter: &str, period: Period, minutes: i64, value: f64) -> Reading {
    Reading {
        station: StationId::parse(station).unwrap(),
        parameter: ParameterId::known(parameter),
        period,
        start: at(FIRST) + Duration::minutes(minutes),
        value: Some(value),
        mark: Mark::parse(""),
        conversion: None,
    }
}

/// What stands of the figures of a parameter over a period, live and over history alike, with their rules.
async fn stands(sections: &str, readings: &[Reading], parameter: &str, period: &str) -> Vec<(String, String)> {
    let mut both = Vec::new();
    for live in [true, false] {
        let (pipeline, folder) = (pipeline_with("Asia/Shanghai", sections), tempfile::tempdir().unwrap());
        let journal = open(folder.path());
        for (number, one) in readings.iter().enumerate() {
            // Backwards, so that every reading comes before the one that it is counted from.
            accept(&journal, number, readings[readings.len() - 1 - number].clone(), Utc::now()).await;
            if live && (number % 40 == 0 || one == readings.last().unwrap()) {
                catch_up(pipeline.clone(), journal.clone()).await.unwrap();
            }
        }
        if !live {
            history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
        }
        let mut found: Vec<_> = published(&journal)
            .await
            .into_values()
            .filter_map(|record| match &record {
                Record::Observation(one) if one.parameter.as_str() == parameter && one.period.to_string() == period => {
                    Some((one.start, words(&record), one.rules.clone()))
                }
                _ => None,
            })
            .collect();
        found.sort();
        both.push(found.into_iter().map(|(_, words, rules)| (words, rules)).collect::<Vec<_>>());
        journal.close().await.unwrap();
    }
    assert_eq!(both[0], both[1], "live and history");
    both.pop().unwrap()
}

/// A counter that rises by 10 an hour from 999,900 on, read every half hour, is zero again at a million; at hour 30 the meter is changed.
fn meter() -> Vec<Reading> {
    let at = |half: i64| {
        let shows = (999_900 + 5 * half) % 1_000_000;
        let value = if half >= 60 { 5 * (half - 60) } else { shows };
        reading("X1", "flow_total", Period::Moment, 30 * half, value as f64)
    };
    // From the last half hour of the day before on, without hours 10 to 12.
    (-1..96).filter(|half| !(20..26).contains(half)).map(at).collect()
}

const TURNS: &str =
    "[[validation.limit]]\nstation = \"*\"\nparameter = \"flow_total\"\ncheck = \"counter\"\nrollover = 1000000\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_gives_hours_and_days() {
    let hours = stands(TURNS, &meter(), "water_volume", "PT1H").await;
    let hour = |start: &str| {
        let found = hours.iter().find(|(words, _)| words.contains(start)).unwrap();
        (found.0.rsplit_once(start).unwrap().1.trim().to_owned(), found.1.as_str())
    };
    assert_eq!(hour("2026-03-31T16:00"), ("10 1 2/2".into(), "hour-counter"));
    // 999,995 at half past nine, 5 an hour later.
    assert_eq!(hour("2026-04-01T01:00"), ("10 1 2/2".into(), "hour-counter"));
    assert_eq!(hour("2026-04-01T05:00"), ("- 9 1/2".into(), "hour-counter"), "hour 12 is missing before hour 13");
    assert_eq!(hour("2026-04-01T22:00"), ("5 3 2/2".into(), "hour-counter counter-reset"), "hour 30");
    let days = stands(TURNS, &meter(), "water_volume", "P1D").await;
    // 24 hours of 10 each: the counter went on while nobody read it. The next day has the change of the meter in it.
    assert_eq!(
        days[1],
        ("P1D mean water_volume 2026-03-31T16:00 240 1 22/25".into(), "day-counter counter-rollover".into())
    );
    assert_eq!(
        (days[2].0.as_str(), days[2].1.as_str()),
        (
            // 6 hours of 10 less the half hour after the last reading, and 18 hours of 10 less the first half hour.
            "P1D mean water_volume 2026-04-01T16:00 235 3 25/25",
            "day-counter counter-reset"
        )
    );
    let unknown = stands("", &meter(), "water_volume", "P1D").await;
    assert!(unknown[1].1.ends_with("counter-reset"), "{unknown:?}: where it turns over nobody said");
}

/// So many days as sent from 1 April on.
fn days(station: &str, parameter: &str, count: i64, value: impl Fn(i64) -> f64) -> Vec<Reading> {
    (0..count).map(|day| reading(station, parameter, Period::Day, 24 * 60 * day, value(day))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rain_of_a_month_needs_every_day() {
    let month = stands("", &days("S1", "rain", 30, |_| 1.5), "rain", "P1M").await;
    assert_eq!(month, [("P1M mean rain 2026-03-31T16:00 45 1 30/30".to_owned(), "month-sum".to_owned())]);
    let month = stands("", &days("S1", "rain", 29, |_| 1.5), "rain", "P1M").await;
    assert_eq!(month[0].0, "P1M mean rain 2026-03-31T16:00 - 9 29/30");
    let quarter = stands("", &days("S1", "rain", 91, |_| 1.0), "rain", "P3M").await;
    assert_eq!(quarter[0].0, "P3M mean rain 2026-03-31T16:00 91 1 91/91");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discharge_of_a_month_counts_by_its_water() {
    let mut all = days("X1", "cod", 30, |day| if day < 15 { 10.0 } else { 50.0 });
    all.extend(days("X1", "flow", 30, |day| if day < 15 { 3.0 } else { 1.0 }));
    let month = stands("", &all, "cod", "P1M").await;
    assert_eq!(month, [("P1M mean cod 2026-03-31T16:00 20 1 30/30".to_owned(), "month-flow-weighted".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wind_of_a_month_is_that_of_its_hours() {
    let mut all = Vec::new();
    for hour in 0..720 {
        // By day 4 m/s from the north, by night 3 m/s from the east: atan2(3, 4) of equal hours.
        let (direction, speed) = if hour % 24 < 12 { (0.0, 4.0) } else { (90.0, 3.0) };
        all.push(reading("S1", "wind_direction", Period::Hour, 60 * hour, direction));
        all.push(reading("S1", "wind_speed", Period::Hour, 60 * hour, speed));
    }
    let month = stands("", &all, "wind_direction", "P1M").await;
    assert_eq!(
        month,
        [("P1M mean wind_direction 2026-03-31T16:00 36.869898 1 720/720".to_owned(), "month-vector".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn waters_and_noise_have_quarters_and_twelve_months() {
    // A lake sampled once in each of eight months.
    let lake: Vec<Reading> =
        (0..8).map(|month| reading("W2", "codmn", Period::Day, 31 * 24 * 60 * month, 2.0 + month as f64)).collect();
    let quarters = stands("", &lake, "codmn", "P3M").await;
    // April, May, June: 2, 3, 4; July to September: 5, 6, 7; October and November, with one sample each: 8, 9.
    let found: Vec<_> =
        quarters.iter().map(|(words, rules)| (words.rsplit("2026").next().unwrap(), rules.as_str())).collect();
    assert_eq!(found[0], ("-03-31T16:00 3 1 3/3", "quarter-month-mean"), "{quarters:?}");
    assert_eq!(found[1], ("-06-30T16:00 6 1 3/3", "quarter-month-mean"), "{quarters:?}");
    let noise = stands("", &days("N1", "ld", 91, |_| 55.0), "ld", "P3M").await;
    assert_eq!(noise, [("P3M mean ld 2026-03-31T16:00 55 1 91/91".to_owned(), "quarter-energy-mean".to_owned())]);
    let noise = stands("", &days("N1", "leq", 91, |_| 55.0), "l90", "P3M").await;
    assert!(noise.is_empty());
}
