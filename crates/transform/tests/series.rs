//! Hours of minutes, moving means and months of series of which 40 % are missing, against pandas and DuckDB.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Months, NaiveDate};
use limpid_model::pipeline::Files;
use limpid_model::{Flag, Observation, Period, Pipeline, Record, Scheme, StationId, Statistic, Status, Zone};
use limpid_transform::aggregate::hour::{Minutes, hour_mean};
use limpid_transform::engine::bulk::{self, StationHours};
use limpid_transform::engine::periods::periods;
use limpid_transform::fixed::{Fixed, Mean};
use limpid_transform::standards::Rules;
use serde_json::{Value, json};

use crate::peers;

const ZONE_HOURS: i64 = 8;

/// 2024-01-01 00:00 at UTC+8.
const FIRST: i64 = 1_704_038_400;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Sixty days of minutes, 40 % of them null or without a row, in gaps of up to four hours.
fn minutes() -> (String, Vec<(i64, Option<f64>)>) {
    let (mut text, mut all, mut numbers, mut gap) = ("start,value\n".to_owned(), Vec::new(), Numbers(11), 0);
    for minute in 0..60 * 24 * 60 {
        if gap == 0 && numbers.below(180) == 0 {
            gap = numbers.below(240);
        }
        gap = gap.saturating_sub(1);
        let start = FIRST + 60 * minute;
        let value = (numbers.below(1_000) as f64) / 8.0;
        let (given, row) = if gap > 0 { (None, numbers.below(2) == 0) } else { (Some(value), numbers.below(100) > 0) };
        if row {
            all.push((start, given));
            let given = given.map_or(String::new(), |value| value.to_string());
            _ = writeln!(text, "{start},{given}");
        }
    }
    (text, all)
}

/// Two years of hours of two stations, 40 % of them null or without a row: in two of five months nearly all, else few.
fn hours() -> String {
    let mut text = "station,parameter,start,value\n".to_owned();
    let mut numbers = Numbers(7);
    for (place, (station, parameter)) in
        [("A", "o3"), ("A", "pm25"), ("B", "so2"), ("B", "pm25")].into_iter().enumerate()
    {
        for hour in 0..17_544_i64 {
            let month = hour / 730 + place as i64;
            let missing = if month % 5 < 2 { 93 } else { 5 };
            let value = (numbers.below(4_000) as f64) / 16.0;
            let start = FIRST + 3_600 * hour;
            match numbers.below(100) {
                chance if chance >= missing => _ = writeln!(text, "{station},{parameter},{start},{value}"),
                chance if chance % 2 == 0 => _ = writeln!(text, "{station},{parameter},{start},"),
                _ => {}
            }
        }
    }
    text
}

/// The hours of `minutes`, as the engine makes them.
fn of_minutes(minutes: &[(i64, Option<f64>)]) -> Vec<Value> {
    let mut rows = Vec::new();
    for chunk in minutes.chunk_by(|a, b| a.0 / 3_600 == b.0 / 3_600) {
        let hour = chunk[0].0 / 3_600 * 3_600;
        let value = |(start, value): &(i64, Option<f64>)| {
            let start = DateTime::from_timestamp(*start, 0).unwrap();
            Some(Minutes { start, length: 1, value: Fixed::from_f64((*value)?).unwrap() })
        };
        let values: Vec<Minutes> = chunk.iter().filter_map(value).collect();
        let needed = Rules::built_in().validity.hour_minutes;
        let made = hour_mean(&values, DateTime::from_timestamp(hour, 0).unwrap(), needed);
        rows.push(json!([hour, made.mean.map(Mean::to_f64), made.n]));
    }
    rows
}

/// The months of a series' days, as the engine makes them.
fn of_days(zone: Zone, station: &str, series: &bulk::Series) -> Vec<Value> {
    let files = Files {
        pipeline: "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n".to_owned(),
        stations: format!("id,kind,name_zh,name_en,lat,lon\n{station},air,站,Station,40,116\n"),
    };
    let pipeline = Pipeline::parse(&files).unwrap();
    let of = pipeline.stations.get(&StationId::parse(station).unwrap()).unwrap();
    let day = |day: &bulk::Day| {
        let (start, end) = zone.day(day.date);
        Observation {
            station: of.id.clone(),
            parameter: series.parameter,
            period: Period::Day,
            statistic: Statistic::Mean,
            start,
            end,
            value: day.mean.mean.map(Mean::to_f64),
            flag: if day.mean.mean.is_some() { Flag::Pass } else { Flag::Missing },
            mark: None,
            status: Status::Provisional,
            n: None,
            expected: None,
            revised: Vec::new(),
            rules: String::new(),
            from: None,
        }
    };
    let days: Vec<Observation> = series.days.iter().map(day).collect();
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let wanted: BTreeSet<(Period, NaiveDate)> =
        (0..24).map(|month| (Period::Month, first + Months::new(month))).collect();
    let made = periods(Rules::built_in(), of, zone, &days, &wanted);
    let row = |record: Record| {
        let Record::Observation(one) = record else { panic!("{record:?}") };
        let month = zone.date_of(one.start).format("%Y-%m").to_string();
        json!([station, series.parameter.as_str(), month, one.value, one.n])
    };
    made.into_iter().map(row).collect()
}

/// The same cell; a number to the millionth, to which the days that months are made of are published.
fn near(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-6,
        _ => a == b,
    }
}

fn same(name: &str, theirs: &Value, ours: &[Value]) {
    let theirs = theirs[name].as_array().unwrap();
    assert_eq!(theirs.len(), ours.len(), "{name}");
    for (theirs, ours) in theirs.iter().zip(ours) {
        let cells = theirs.as_array().unwrap().len();
        assert!((0..cells).all(|cell| near(&theirs[cell], &ours[cell])), "{name}: {theirs}, here {ours}");
    }
}

#[test]
fn series_with_forty_percent_missing_have_the_hours_windows_and_months_of_pandas_and_duckdb() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (text, minutes) = minutes();
    std::fs::write(path("minutes.csv"), text).unwrap();
    std::fs::write(path("hours.csv"), hours()).unwrap();
    let target = path("hours.parquet");
    let zone_hours = ZONE_HOURS.to_string();
    let (of_minutes_csv, of_hours_csv) = (path("minutes.csv"), path("hours.csv"));
    let theirs = peers::ask("air_series.py", &[&of_minutes_csv, &of_hours_csv, zone_hours.as_ref(), &target]);

    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut stations: Vec<StationHours> = Vec::new();
    let scheme = Scheme::parse("hj633-2026").unwrap();
    bulk::stations(Rules::built_in(), &target, scheme, zone, |station| stations.push(station)).unwrap();
    stations.sort_by(|a, b| a.station.cmp(&b.station));
    let (mut moving, mut months) = (Vec::new(), Vec::new());
    for station in &mut stations {
        station.series.sort_by_key(|series| series.parameter.as_str());
        for series in &station.series {
            months.extend(of_days(zone, &station.station, series));
            moving.extend(series.moving.iter().map(|made| (series.parameter.as_str(), made.mean.map(Mean::to_f64))));
        }
    }
    let hours = of_minutes(&minutes);
    let valid = |rows: &[Value], cell: usize| rows.iter().filter(|row| !row[cell].is_null()).count();
    assert!((300..hours.len() - 300).contains(&valid(&hours, 1)), "{} of {}", valid(&hours, 1), hours.len());
    assert!((30..months.len() - 30).contains(&valid(&months, 3)), "{} of {}", valid(&months, 3), months.len());
    for peer in ["pandas", "duckdb"] {
        same("hours", &theirs[peer], &hours);
        same("months", &theirs[peer], &months);
        // Of ozone there are windows of 8 hours, of the others of 24 (aggregates.csv).
        let rows = theirs[peer]["moving"].as_array().unwrap();
        assert_eq!(rows.len(), moving.len());
        for (theirs, (parameter, ours)) in rows.iter().zip(&moving) {
            let cell = if *parameter == "o3" { 3 } else { 4 };
            assert_eq!(theirs[1], *parameter);
            assert!(near(&theirs[cell], &json!(ours)), "{peer}: {theirs}, here {ours:?}");
        }
    }
}
