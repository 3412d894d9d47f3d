//! Files and records as polars' data frames, with the same columns and types.

use std::io::Cursor;

use bytes::Bytes;
use chrono::DateTime;
use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Assessment, Instant, Observation, ParameterId, Record, Revised};
use polars::prelude::{Column, DataFrame, NamedFrom, ParquetReader, PolarsResult, SerReader, Series};

/// A file of a release.
pub(super) fn read(bytes: Bytes) -> PolarsResult<DataFrame> {
    ParquetReader::new(Cursor::new(bytes)).finish()
}

/// When the newest of its rows was published; `None` where it has none.
pub(super) fn newest(file: &DataFrame) -> PolarsResult<Option<Instant>> {
    let newest = file.column("published")?.as_materialized_series().i64()?.iter().flatten().max();
    // The column has whole milliseconds, and what was published within the last of them was published by its end.
    Ok(newest.and_then(|millis| DateTime::from_timestamp_millis(millis + 1)))
}

/// Values in the columns of their table.
pub(super) fn observations(records: &[Record]) -> PolarsResult<DataFrame> {
    let of = |record: &'_ Record| match record {
        Record::Observation(one) => Some(one.clone()),
        Record::Assessment(_) => None,
    };
    let rows: Vec<Observation> = records.iter().filter_map(of).collect();
    let text = |name, of: fn(&Observation) -> String| words(name, rows.iter().map(|row| Some(of(row))));
    let word = |name, of: fn(&Observation) -> Option<String>| words(name, rows.iter().map(of));
    let number = |name, of: fn(&Observation) -> Option<i64>| numbers(name, rows.iter().map(of));
    DataFrame::new(
        rows.len(),
        vec![
            text("station", |row| row.station.as_str().to_owned()),
            text("parameter", |row| row.parameter.as_str().to_owned()),
            text("period", |row| row.period.to_string()),
            text("statistic", |row| row.statistic.as_str().to_owned()),
            number("start", |row| Some(row.start.timestamp_millis())),
            number("end", |row| Some(row.end.timestamp_millis())),
            Series::new("value".into(), rows.iter().map(|row| row.value).collect::<Vec<_>>()).into(),
            text("unit", |row| row.parameter.unit().as_str().to_owned()),
            number("flag", |row| Some(row.flag.code().into())),
            text("status", |row| row.status.as_str().to_owned()),
            word("mark", |row| row.mark.map(|mark| mark.as_str().to_owned())),
            number("n", |row| row.n.map(i64::from)),
            number("expected", |row| row.expected.map(i64::from)),
            Series::new("completeness".into(), rows.iter().map(Observation::completeness).collect::<Vec<_>>()).into(),
            word("rules", |row| filled(&row.rules)),
            word("revised", |row| filled(&row.revised.iter().map(Revised::to_string).collect::<Vec<_>>().join(" "))),
            word("from", |row| row.from.map(|receipt| receipt.to_string())),
        ],
    )
}

/// Judgements in the columns of their table.
pub(super) fn assessments(records: &[Record]) -> PolarsResult<DataFrame> {
    let of = |record: &'_ Record| match record {
        Record::Assessment(one) => Some(one.clone()),
        Record::Observation(_) => None,
    };
    let rows: Vec<Assessment> = records.iter().filter_map(of).collect();
    let text = |name, of: fn(&Assessment) -> String| words(name, rows.iter().map(|row| Some(of(row))));
    let word = |name, of: fn(&Assessment) -> Option<String>| words(name, rows.iter().map(of));
    let number = |name, of: fn(&Assessment) -> Option<i64>| numbers(name, rows.iter().map(of));
    let mut columns = vec![
        text("station", |row| row.station.as_str().to_owned()),
        text("scheme", |row| row.scheme.id.clone()),
        text("period", |row| row.period.to_string()),
        number("start", |row| Some(row.start.timestamp_millis())),
        number("end", |row| Some(row.end.timestamp_millis())),
        number("index", |row| row.index.map(i64::from)),
        number("level", |row| row.level.map(i64::from)),
        word("primary", |row| filled(&row.primary.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" "))),
        number("flag", |row| Some(row.flag().code().into())),
        word("reason", |row| row.reason.clone()),
        text("status", |row| row.status.as_str().to_owned()),
        word("target", |row| row.compliance.as_ref()?.target.clone()),
        word("reached", |row| Some(row.compliance.as_ref()?.reached?.to_string())),
        word("part", |row| Some(row.compliance.as_ref()?.part?.as_str().to_owned())),
    ];
    for id in AIR_INDEX {
        let parameter = ParameterId::known(id);
        let sub = |row: &Assessment| {
            row.sub.iter().find(|(of, _)| *of == parameter).and_then(|(_, index)| *index).map(i64::from)
        };
        columns.push(numbers(&format!("sub_{id}"), rows.iter().map(sub)));
    }
    DataFrame::new(rows.len(), columns)
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn words(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}

fn numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}
