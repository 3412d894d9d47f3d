//! Every kind of figure that is published is explained, and comes out again.

use std::collections::BTreeSet;

use limpid_model::review::Decision;
use limpid_model::{ParameterId, Reading, Review, StationId, Statistic};

use super::*;
use crate::engine::history;
use crate::engine::tests::replay::{accept, open, published};
use crate::engine::tests::{at, pipeline, pipeline_with, reading};

/// Midnight of 1 June 2026 in Shanghai.
fn hour(hour: i64) -> Instant {
    at("2026-05-31T16:00:00Z") + Duration::hours(hour)
}

struct Feed {
    journal: Arc<dyn Journal>,
    sent: usize,
}

impl Feed {
    async fn send(&mut self, station: &str, parameter: &str, period: Period, start: Instant, value: f64, mark: &str) {
        let station = StationId::parse(station).unwrap();
        let reading = Reading { station, ..reading(parameter, period, start, Some(value), mark) };
        self.sent += 1;
        accept(&self.journal, self.sent, reading, at("2026-07-05T00:00:00Z") + Duration::seconds(self.sent as i64))
            .await;
    }
}

/// Forty days of hours of air and noise, minutes of both, samples of water, and the flow and load of a stack.
async fn fed(folder: &std::path::Path) -> Arc<dyn Journal> {
    let mut feed = Feed { journal: open(folder), sent: 0 };
    for number in 0..40 * 24 {
        let value = 20.0 + f64::from(number % 24);
        for (station, parameter) in [("S1", "pm25"), ("S1", "o3"), ("N1", "leq"), ("S1", "co")] {
            let value = if parameter == "co" { value / 40.0 } else { value };
            feed.send(station, parameter, Period::Hour, hour(number.into()), value, "N").await;
        }
    }
    for day in 0..40 {
        for (parameter, value) in [
            ("ph", 7.5),
            ("do", 8.1),
            ("codmn", 3.2),
            ("nh3n", 0.21),
            ("tp", 0.031),
            ("transparency", 90.0),
            ("tn", 0.9),
            ("chla", 12.0),
        ] {
            feed.send("W2", parameter, Period::Moment, hour(day * 24 + 9) + Duration::minutes(7), value, "").await;
        }
    }
    for minute in 0..120 {
        let start = hour(40 * 24) + Duration::minutes(minute);
        for (station, parameter) in
            [("S1", "no2"), ("S1", "wind_direction"), ("S1", "wind_speed"), ("S1", "rain"), ("N1", "leq")]
        {
            feed.send(station, parameter, Period::Minutes(1), start, 1.5 + minute as f64 / 3.0, "N").await;
        }
    }
    for number in 0..48 {
        let at = hour(number);
        for (parameter, value) in [("wind_direction", 350.0), ("wind_speed", 2.0), ("rain", 0.5)] {
            feed.send("S2", parameter, Period::Hour, at, value + number as f64 / 10.0, "").await;
        }
        for parameter in ["flow", "so2", "cod"] {
            feed.send("X1", parameter, Period::Hour, at, 10.0 + number as f64, "").await;
        }
        // Doubtful in several ways.
        let value = if number == 30 { 900.0 } else { -3.0 };
        feed.send("S2", "no2", Period::Hour, at, value, if number % 5 == 0 { "D" } else { "" }).await;
    }
    feed.send("S1", "pm25", Period::Hour, hour(3), 77.0, "N").await;
    feed.send("S1", "pm25", Period::Hour, hour(3), 78.5, "N").await;
    let review = Review {
        id: 0,
        at: at("2026-07-06T00:00:00Z"),
        who: "Li".into(),
        why: "span check".into(),
        station: StationId::parse("S1").unwrap(),
        parameters: vec![ParameterId::known("o3")],
        from: hour(4),
        to: hour(6),
        decision: Decision::Correct { factor: 0.5, offset: 1.0 },
    };
    feed.journal.keep_review(review).await.unwrap();
    feed.journal
}

fn question(station: &str, parameter: &str, period: Period, statistic: Statistic, start: Instant) -> Question {
    let (station, parameter) = (StationId::parse(station).unwrap(), ParameterId::known(parameter));
    Question { station, parameter, period, statistic, start }
}

#[tokio::test]
async fn every_kind_of_figure_is_explained_and_comes_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = fed(folder.path()).await;
    let pipeline = pipeline("Asia/Shanghai");
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let newest = *journal.published().borrow();
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    assert_eq!(*journal.published().borrow(), newest, "no figure is made in two ways");
    let (mut kinds, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for record in published(&journal).await.into_values() {
        let Record::Observation(one) = record else { continue };
        let kind = (one.parameter, one.period, one.statistic, one.value.is_some(), one.rules.clone());
        if !kinds.insert(kind) {
            continue;
        }
        let ask = question(one.station.as_str(), one.parameter.as_str(), one.period, one.statistic, one.start);
        let told = explain(pipeline.clone(), journal.clone(), ask, chrono::Utc::now()).await.unwrap().unwrap();
        let what = format!("{} {} {} {:?}", one.parameter, one.period, one.start, one.rules);
        assert!(told.agrees, "{what}: {:?} and not {one:?}, published {:?}", told.derived, told.figure.record);
        for rule in one.rules.split(' ') {
            assert!(rules::known(rule), "{what}: data/rules.csv has no {rule}");
            seen.insert(rule.to_owned());
        }
        assert_eq!(told.rules.len(), one.rules.split(' ').count());
        if one.parameter.as_str() != "tli" {
            assert!(!told.steps.is_empty() && !told.inputs.is_empty(), "{what}");
            assert!(one.value.is_none() || told.inputs.iter().any(|input| input.used || !one.flag.usable()), "{what}");
        }
    }
    for rule in [
        "day-flow-weighted",
        "day-max8h",
        "day-mean",
        "day-sample-mean",
        "day-sum",
        "day-vector",
        "hour-energy-mean",
        "hour-mean",
        "hour-sample-mean",
        "hour-sum",
        "hour-vector",
        "mark-fail",
        "month-mean",
        "month-sample-mean",
        "moving-24h",
        "moving-8h",
        "noise-day",
        "noise-ldn",
        "noise-lden",
        "noise-night",
        "quarter-mean",
        "range-suspect",
        "review-correct",
        "tli-2004",
        "twelve-months-mean",
    ] {
        assert!(seen.contains(rule), "nothing was published by {rule}: {seen:?}");
    }
}

#[tokio::test]
async fn numbers_are_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let journal = fed(folder.path()).await;
    let pipeline = pipeline("Asia/Shanghai");
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let told = async |station, parameter, period, statistic, start| {
        let ask = question(station, parameter, period, statistic, start);
        explain(pipeline.clone(), journal.clone(), ask, chrono::Utc::now()).await.unwrap()
    };
    // The hour was corrected twice: three readings, the last of which stands, each with the upload that brought it.
    let hour3 = told("S1", "pm25", Period::Hour, Statistic::Mean, hour(3)).await.unwrap();
    let values: Vec<_> = hour3.inputs.iter().map(|one| (one.revision, one.value.unwrap(), one.used)).collect();
    assert_eq!(values, [(1, 23.0, false), (2, 77.0, false), (3, 78.5, true)]);
    // No body was sent with it: SHA-256 of nothing (FIPS 180-4).
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(hour3.inputs.iter().all(|one| one.origin.as_ref().unwrap().sha256.as_deref() == Some(nothing)));
    let thresholds = hour3.rules.iter().find(|rule| rule.id == "range").unwrap().thresholds.as_deref();
    assert_eq!(thresholds, Some("fail < -10, suspect < 0, suspect > 1500, fail > 10000 ug/m3"));
    let formulas = |told: &Explanation| told.steps.iter().map(|step| step.formula.clone()).collect::<Vec<_>>();
    // HJ 633-2026: 78.5 is rounded half to even to 78; the day breakpoints of PM2.5 are 60 -> 100 and 115 -> 150.
    assert_eq!(formulas(&hour3), ["78.5 ug/m3", "78.5 -> 78", "(150 - 100) / (115 - 60) * (78 - 60) + 100 -> 117"]);
    let window = told("S1", "pm25", Period::Hours8, Statistic::Mean, hour(0)).await;
    assert!(window.is_none(), "no such mean is made of particles");
    let window = told("S1", "o3", Period::Hours8, Statistic::Mean, hour(8)).await.unwrap();
    assert_eq!(formulas(&window), ["n = 8 / 8; >= 6", "(28 + 29 + 30 + 31 + 32 + 33 + 34 + 35) / 8 = 31.5 ug/m3"]);
    let night = told("N1", "ln", Period::Day, Statistic::Mean, hour(22)).await.unwrap();
    assert!(formulas(&night)[1].starts_with("10·lg((10^(42/10) + 10^(43/10) + 10^(20/10)"), "{:?}", night.steps);
    let corrected = told("S1", "o3", Period::Hour, Statistic::Mean, hour(4)).await.unwrap();
    assert_eq!(formulas(&corrected)[..2], ["24 ug/m3", "13 ug/m3"]);
    assert!(told("S1", "pm25", Period::Hour, Statistic::Mean, hour(-1)).await.is_none());
}

#[tokio::test]
async fn every_check_that_ran_says_its_thresholds_and_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut feed = Feed { journal: open(folder.path()), sent: 0 };
    for number in 0..8 {
        let value = match number {
            3 => 900.0,
            6 => 180.0,
            _ => 40.0 + f64::from(number),
        };
        feed.send("S1", "no2", Period::Hour, hour(number.into()), value, "N").await;
    }
    let limits = "[[validation.limit]]\nstation = \"S1\"\nparameter = \"no2\"\ncheck = \"climatology\"\nmonth = 6\n\
                  suspect_above = 200\n[[validation.limit]]\nstation = \"*\"\nparameter = \"no2\"\ncheck = \"spike\"\nsuspect = 100\n";
    let pipeline = pipeline_with("Asia/Shanghai", limits);
    history(pipeline.clone(), feed.journal.clone(), None, |_, _| {}).await.unwrap();
    let ask = |start| question("S1", "no2", Period::Hour, Statistic::Mean, start);
    let checks = async |start| {
        let told = explain(pipeline.clone(), feed.journal.clone(), ask(start), chrono::Utc::now()).await.unwrap();
        told.unwrap().checks
    };
    // What is doubted by itself is not compared with others.
    let high: Vec<_> = checks(hour(3)).await.into_iter().map(|one| (one.id, one.found)).collect();
    let doubted = ("climatology".to_owned(), Some("climatology-suspect".to_owned()));
    assert_eq!((high.len(), &high[2]), (3, &doubted));
    let found = checks(hour(6)).await;
    let of =
        |id: &str| found.iter().find(|one| one.id == id).map(|one| (one.thresholds.as_str(), one.found.as_deref()));
    assert_eq!(of("mark"), Some(("N", None)));
    assert_eq!(of("climatology"), Some(("suspect > 200", None)));
    assert_eq!(of("spike"), Some(("suspect |v - (before + after) / 2| > 100", Some("spike-suspect"))));
    // consistency.csv and sums.csv have NO2 beside NOx; it was not sent, and they found nothing.
    assert_eq!(of("consistency"), Some(("no2 - nox > 10 and > 15 %", None)));
    assert_eq!(of("sum"), Some(("|nox - (1.533156 no + 1 no2)| > 10 and > 15 %", None)));
    assert!(of("range").is_some_and(|(told, found)| told.starts_with("fail < ") && found.is_none()));
    assert_eq!((of("neighbours"), of("weather-wind")), (None, None), "none is built in");
    assert!(checks(hour(1)).await.iter().all(|one| one.found.is_none()));
}
