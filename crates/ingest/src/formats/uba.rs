//! `uba`: hourly and daily values of German stations as Umweltbundesamt gave them in 2014: one JSON file for each station,
//! pollutant and kind of value, `…/STATION/POLLUTANT/KIND.json`, an object from days to the day's values. ug/m3; the
//! station's and the pollutant's name stand in the path only; -999 is missing.
//!
//! `1SMW` is the hourly mean: 24 values a day in Central European Time all year (recalled), the first from midnight to one.
//! `1TMW` is the daily mean, taken for particles only (`PM1` there is PM10, recalled), which have no hourly values here.
//! Daily means of gases, running means (`8SMW`) and maxima (`1TMAX`, `8TMAX`) are products of the hours, and such a file
//! has no readings.

use std::path::Path;

use chrono::{Duration, NaiveDate};
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, ParameterId, Period, Pipeline, Reason, Unit, VerdictKind};
use serde_json::{Map, Value};

use super::long::short;
use super::{Fault, Found, Row, unknown_parameter, unknown_station};
use crate::intake::RawReading;

/// Hours that Central European Time is ahead of UTC.
const CET: i64 = 1;

/// The pollutants: name in the path, parameter.
const POLLUTANTS: [(&str, &str); 5] = [("NO2", "no2"), ("O3", "o3"), ("SO2", "so2"), ("PM1", "pm10"), ("CO", "co")];

/// Kinds of values that are products of hours.
const PRODUCTS: [&str; 4] = ["1TMAX", "8SMW", "8TMAX", "1TMW"];

/// Reads a file.
///
/// # Errors
/// When the path is not of that shape, or the content is not.
pub(super) fn read<'p>(bytes: &[u8], path: &Path, pipeline: &'p Pipeline) -> Result<Found<'p>, Fault> {
    let parts: Vec<&str> = path.iter().rev().take(3).filter_map(|part| part.to_str()).collect();
    let [file, pollutant, site] = parts[..] else {
        return Err(Fault::new(Reason::Damaged, "write the path as …/STATION/POLLUTANT/KIND.json"));
    };
    let kind = file.split('.').next().unwrap_or(file);
    let days: Map<String, Value> = serde_json::from_slice(bytes)
        .map_err(|error| Fault::new(Reason::Damaged, format!("not a JSON object of days: {error}")))?;
    let period = match kind {
        "1SMW" => Period::Hour,
        "1TMW" if pollutant == "PM1" => Period::Day,
        kind if PRODUCTS.contains(&kind) => return Ok(Found::new()),
        kind => {
            let detail = format!("{:?} is no kind of value; known are 1SMW, {}", short(kind), PRODUCTS.join(", "));
            return Err(Fault::new(Reason::Damaged, detail));
        }
    };
    let parameter = POLLUTANTS.iter().find(|(name, _)| *name == pollutant).map(|(_, id)| ParameterId::known(id));
    let station = pipeline.stations.by_id_or_name(site);
    let mut found = Found::new();
    for (day, values) in &days {
        match starts(day, values, period, pipeline) {
            Err(fault) => found.push(Err(fault.into())),
            Ok(starts) => found.extend(starts.into_iter().map(|item| {
                let (start, value) = item?;
                let parameter = parameter.ok_or_else(|| unknown_parameter(pollutant, ""))?;
                let station = station.ok_or_else(|| unknown_station(site))?;
                let (value, unit) = (Some(value), Unit::parse("ug/m3"));
                Ok(Row { station, reading: RawReading { parameter, period, start, value, unit, mark: None } })
            })),
        }
    }
    Ok(found)
}

type Start = Result<(Instant, f64), Refusal>;

/// The values of a day that are there, with the starts of their periods.
fn starts(day: &str, values: &Value, period: Period, pipeline: &Pipeline) -> Result<Vec<Start>, Fault> {
    let date = NaiveDate::parse_from_str(day, "%Y%m%d").ok().filter(|_| day.len() == 8);
    let date =
        date.ok_or_else(|| Fault::new(Reason::BadTime, format!("{:?} is no day; write 20140131", short(day))))?;
    let one = [values.clone()];
    let values = values.as_array().map_or(&one[..], Vec::as_slice);
    let expected = if period == Period::Hour { 24 } else { 1 };
    if values.len() != expected {
        let detail = format!("{day}: {} values where a day has {expected}", values.len());
        return Err(Fault::new(Reason::Damaged, detail));
    }
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc() - Duration::hours(CET);
    let value = |(hour, value): (usize, &Value)| {
        let start = match period {
            Period::Day => pipeline.publisher.zone.start_of(date),
            _ => midnight + Duration::hours(hour as i64),
        };
        // The newest days of a file have texts for numbers.
        let number = match value {
            Value::Null => Ok(None),
            Value::String(text) => parse_value(text),
            value => parse_value(&value.to_string()),
        };
        match number {
            Ok(value) => value.map(|value| Ok((start, value))),
            Err(error) => {
                let detail = format!("{day}, value {}: {error}", hour + 1);
                Some(Err(Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }))
            }
        }
    };
    Ok(values.iter().enumerate().filter_map(value).collect())
}
