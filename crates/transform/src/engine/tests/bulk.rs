use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use chrono::Duration;
use limpid_model::{Instant, Period, Record, Scheme, StationId, Statistic, Zone};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::{accepted, at, pipeline, reading};
use crate::engine::bulk::{BulkError, Day, StationHours, stations};
use crate::engine::{Wanted, derive};
use crate::fixed::Mean;
use crate::review::Decided;
use crate::standards::Rules;

type Hour = (&'static str, &'static str, Instant, Option<f64>);

/// A file of hours in row groups of so many rows.
fn write(path: &Path, hours: &[Hour], rows: usize) {
    let columns: [(&str, ArrayRef); 4] = [
        ("station", Arc::new(StringArray::from_iter_values(hours.iter().map(|hour| hour.0)))),
        ("parameter", Arc::new(StringArray::from_iter_values(hours.iter().map(|hour| hour.1)))),
        (
            "start",
            Arc::new(TimestampMillisecondArray::from_iter_values(hours.iter().map(|hour| hour.2.timestamp_millis()))),
        ),
        ("value", Arc::new(Float64Array::from_iter(hours.iter().map(|hour| hour.3)))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows)).build();
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn read(path: &Path, zone: Zone) -> Result<Vec<StationHours>, BulkError> {
    let mut found = Vec::new();
    stations(Rules::built_in(), path, scheme(), zone, |station| found.push(station))?;
    Ok(found)
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
            hours.push(("S1", "o3", start, Some(((k * 37) % 200) as f64 + 0.1)));
            hours.push(("S1", "pm25", start, Some(((k * 11) % 90) as f64)));
            hours.push(("S2", "o3", start, (k % 11 != 0).then_some(170.0)));
            hours.push(("S2", "temperature", start, Some(-3.5)));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.parquet");
    let pipeline = pipeline(zone);
    let zone = pipeline.publisher.zone;
    write(&path, &hours, 1_000_000);
    let mut found = read(&path, zone).unwrap();
    // In many row groups, and in the order of the stations, it is the same.
    for order in [false, true] {
        if order {
            hours.sort_by_key(|hour| (hour.0, hour.1, hour.2));
        }
        write(&path, &hours, 37);
        let mut again = read(&path, zone).unwrap();
        for station in found.iter_mut().chain(&mut again) {
            station.series.sort_by_key(|series| series.parameter.as_str());
        }
        assert_eq!(again, found);
    }
    assert_eq!(found.iter().map(|station| station.station.as_str()).collect::<Vec<_>>(), ["S1", "S2"]);
    for station in found {
        let of_station = hours.iter().filter(|hour| hour.0 == station.station);
        let readings = of_station.map(|hour| reading(hour.1, Period::Hour, hour.2, hour.3, "")).collect();
        let wanted = Wanted::within(at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"), zone, 0);
        let one = pipeline.stations.get(&StationId::parse(&station.station).unwrap()).unwrap();
        let records = derive(
            Rules::built_in(),
            one,
            zone,
            &accepted(readings),
            Decided::NONE,
            &wanted,
            at("2027-01-01T00:00:00Z"),
        );
        for series in &station.series {
            let figures = |period, statistic| {
                let figure = |record: &Record| match record {
                    Record::Observation(o)
                        if (o.parameter, o.period, o.statistic) == (series.parameter, period, statistic) =>
                    {
                        Some((o.start, o.value, o.n, o.expected))
                    }
                    _ => None,
                };
                records.iter().filter_map(figure).collect::<Vec<_>>()
            };
            let own = |of: fn(&Day) -> crate::aggregate::Aggregate| {
                let figure = |day| {
                    let aggregate = of(day);
                    let value = aggregate.mean.map(Mean::to_f64);
                    (zone.start_of(day.date), value, Some(aggregate.n), Some(aggregate.expected))
                };
                series.days.iter().map(figure).collect::<Vec<_>>()
            };
            assert_eq!(series.days.len(), 6, "{} {}", station.station, series.parameter);
            assert_eq!(own(|day| day.mean), figures(Period::Day, Statistic::Mean));
            if series.parameter.as_str() == "o3" {
                assert_eq!(own(|day| day.max8h), figures(Period::Day, Statistic::Max8h));
                // The engine publishes windows of hours that are there; here each hour between the first and the last has one.
                let valid = |values: Vec<Option<f64>>| values.into_iter().flatten().count();
                let published = figures(Period::Hours8, Statistic::Mean).into_iter().map(|figure| figure.1).collect();
                let moving = series.moving.iter().map(|one| one.mean.map(Mean::to_f64)).collect();
                assert!(valid(moving) >= valid(published), "{}", station.station);
            }
        }
        let judged = records.iter().filter_map(|record| match record {
            Record::Assessment(a) if a.period == Period::Day && a.scheme == scheme() => {
                Some((a.start, a.index, a.sub.iter().map(|(_, sub)| *sub).collect::<Vec<_>>()))
            }
            _ => None,
        });
        let own = station.indices.iter().map(|day| (zone.start_of(day.date), day.index, day.sub.to_vec()));
        assert_eq!(own.collect::<Vec<_>>(), judged.collect::<Vec<_>>());
        assert!(station.indices.iter().any(|day| day.sub[5].is_some()));
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.parquet");
    let zone = pipeline("Asia/Shanghai").publisher.zone;
    assert!(matches!(read(&path, zone), Err(BulkError::Open { .. })), "there is none");
    std::fs::write(&path, b"PAR1 and no more").unwrap();
    assert!(matches!(read(&path, zone), Err(BulkError::File { .. })), "it is no Parquet");
    let hour = ("S1", "pm25", at("2026-11-25T08:00:00Z"), Some(1.0));
    write(&path, &[hour, ("S2", "pm25", hour.2, None), hour], 2);
    let message = read(&path, zone).unwrap_err().to_string();
    assert!(
        message.ends_with("has pm25 of station S1 twice at hour 2026-11-25T08:00:00+00:00, keep one of them"),
        "{message}"
    );
    write(&path, &[("S1", "unobtainium", hour.2, None)], 9);
    assert!(read(&path, zone).unwrap_err().to_string().ends_with("unknown parameter \"unobtainium\""));
    let columns: [(&str, ArrayRef); 1] = [("station", Arc::new(StringArray::from_iter_values(["S1"])))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert!(matches!(read(&path, zone), Err(BulkError::File { .. })), "it has no hours");
    write(&path, &[], 9);
    assert_eq!(read(&path, zone).unwrap(), []);
}

#[test]
fn hours_of_different_centuries_do_not_fill_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.parquet");
    let zone = pipeline("Asia/Shanghai").publisher.zone;
    let far = |start: &str| ("S1", "pm25", at(start), Some(1.0));
    write(&path, &[far("1700-01-01T00:00:00Z"), far("2026-11-25T08:00:00Z"), far("1700-01-01T01:00:00Z")], 9);
    let found = read(&path, zone).unwrap();
    assert_eq!(found[0].series.iter().map(|series| series.days.len()).collect::<Vec<_>>(), [2]);
}
