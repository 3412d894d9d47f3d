use std::path::Path;

use chrono::Duration;
use limpid_model::{Instant, ParameterId, Period, Record, Scheme, StationId, Statistic};
use polars::prelude::{Column, DataFrame, DataType, ParquetWriter, TimeUnit};

use super::{accepted, at, pipeline, reading};
use crate::engine::bulk::{BulkError, days};
use crate::engine::{Wanted, derive};
use crate::fixed::Mean;
use crate::standards::Rules;

type Hour = (&'static str, Instant, Option<f64>);

fn write(path: &Path, hours: &[Hour]) {
    let stations: Vec<&str> = hours.iter().map(|hour| hour.0).collect();
    let starts: Vec<i64> = hours.iter().map(|hour| hour.1.timestamp_millis()).collect();
    let values: Vec<Option<f64>> = hours.iter().map(|hour| hour.2).collect();
    let start = Column::new("start".into(), starts).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
    let columns = vec![Column::new("station".into(), stations), start, Column::new("value".into(), values)];
    let mut frame = DataFrame::new(hours.len(), columns).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

fn scheme() -> &'static Scheme {
    Scheme::parse("hj633-2026").unwrap()
}

#[test]
fn a_file_gives_the_days_that_the_engine_publishes() {
    // Two stations in any order, gaps, and the days on which Berlin's clocks change.
    compare("Europe/Berlin", [("2026-03-27T23:00:00Z", 71), ("2026-10-23T22:00:00Z", 73)]);
    compare("Asia/Kolkata", [("2026-03-27T18:30:00Z", 72), ("2026-10-23T18:30:00Z", 72)]);
}

fn compare(zone: &str, stretches: [(&str, i64); 2]) {
    let mut hours: Vec<Hour> = Vec::new();
    for (first, count) in stretches {
        for k in (0..count).rev().filter(|k| k % 7 != 3 || *k > 40) {
            let start = at(first) + Duration::hours(k);
            hours.push(("S1", start, Some(((k * 37) % 200) as f64 + 0.1)));
            hours.push(("S2", start, (k % 11 != 0).then_some(170.0)));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.parquet");
    write(&path, &hours);
    let pipeline = pipeline(zone);
    let zone = pipeline.publisher.zone;
    let o3 = ParameterId::known("o3");
    let found = days(Rules::built_in(), &path, o3, scheme(), zone).unwrap();
    assert_eq!(found.iter().map(|station| station.station.as_str()).collect::<Vec<_>>(), ["S1", "S2"]);
    for station in found {
        let of_station = hours.iter().filter(|hour| hour.0 == station.station);
        let readings = of_station.map(|hour| reading("o3", Period::Hour, hour.1, hour.2, "")).collect();
        let wanted = Wanted::within(at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"), zone, 0);
        let one = pipeline.stations.get(&StationId::parse(&station.station).unwrap()).unwrap();
        let records = derive(Rules::built_in(), one, zone, &accepted(readings), &wanted, at("2027-01-01T00:00:00Z"));
        let figures = |statistic| {
            let figure = |record: &Record| match record {
                Record::Observation(o) if o.period == Period::Day && o.statistic == statistic => {
                    Some((o.start, o.value, o.n, o.expected))
                }
                _ => None,
            };
            records.iter().filter_map(figure).collect::<Vec<_>>()
        };
        let subs = records.iter().filter_map(|record| match record {
            Record::Assessment(a) if a.period == Period::Day && a.scheme == scheme() => Some(a.sub[5].1),
            _ => None,
        });
        let own = |of: fn(&super::super::bulk::Day) -> crate::aggregate::Aggregate| {
            let figure = |day| {
                let aggregate = of(day);
                let value = aggregate.mean.map(Mean::to_f64);
                (zone.start_of(day.date), value, Some(aggregate.n), Some(aggregate.expected))
            };
            station.days.iter().map(figure).collect::<Vec<_>>()
        };
        assert_eq!(station.days.len(), 6);
        assert_eq!(own(|day| day.mean), figures(Statistic::Mean));
        assert_eq!(own(|day| day.max8h), figures(Statistic::Max8h));
        assert_eq!(station.days.iter().map(|day| day.sub).collect::<Vec<_>>(), subs.collect::<Vec<_>>());
        assert!(station.days.iter().any(|day| day.sub.is_some()));
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.parquet");
    let zone = pipeline("Asia/Shanghai").publisher.zone;
    let read = || days(Rules::built_in(), &path, ParameterId::known("pm25"), scheme(), zone);
    assert!(matches!(read(), Err(BulkError::File { .. })), "there is none");
    std::fs::write(&path, b"PAR1 and no more").unwrap();
    assert!(matches!(read(), Err(BulkError::File { .. })), "it is no Parquet");
    let hour = ("S1", at("2026-11-25T08:00:00Z"), Some(1.0));
    write(&path, &[hour, ("S2", hour.1, None), hour]);
    let message = read().unwrap_err().to_string();
    assert!(message.ends_with("has station S1 twice at hour 2026-11-25T08:00:00+00:00, keep one of them"), "{message}");
    write(&path, &[]);
    assert_eq!(read().unwrap(), []);
}
