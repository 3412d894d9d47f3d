//! `prsa`: the UCI "Beijing Multi-Site Air Quality" files (`PRSA_Data_<station>_….csv`), one hour of one station a
//! line, time in wall time of the publisher's zone. Source and units: UCI Machine Learning Repository, data set 501.
//!
//! Carbon monoxide is in ug/m3 there, not in mg/m3. `NA` is missing and is not stored: the files are complete grids,
//! and a missing hour is already said by the absence of a reading. Whether an hour is labelled by its start or its
//! end is not stated by the source: the station's `hour_label` decides.

use chrono::{NaiveDate, NaiveDateTime};
use limpid_model::pipeline::nearest;
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{ParameterId, Period, Pipeline, Reason, Station, Unit, VerdictKind};

use super::clock::Clock;
use super::fields::Fields;
use super::long::short;
use super::{Fault, Found, Lines, Row, unknown_station};
use crate::intake::RawReading;

/// Columns that say when and where; `No` is only a line number.
const KEYS: [&str; 5] = ["year", "month", "day", "hour", "station"];

/// Columns that are values: name, parameter, unit.
const VALUES: [(&str, &str, &str); 12] = [
    ("PM2.5", "pm25", "ug/m3"),
    ("PM10", "pm10", "ug/m3"),
    ("SO2", "so2", "ug/m3"),
    ("NO2", "no2", "ug/m3"),
    ("CO", "co", "ug/m3"),
    ("O3", "o3", "ug/m3"),
    ("TEMP", "temperature", "degC"),
    ("PRES", "pressure", "hPa"),
    ("DEWP", "dew_point", "degC"),
    ("RAIN", "rain", "mm"),
    ("wd", "wind_direction", "deg"),
    ("WSPM", "wind_speed", "m/s"),
];

/// The compass from north through east, 22.5 degrees from one point to the next.
const COMPASS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

struct Value {
    at: usize,
    column: &'static str,
    parameter: ParameterId,
    unit: Option<Unit>,
}

struct Prsa<'p> {
    pipeline: &'p Pipeline,
    fields: Fields,
    clock: Clock,
    keys: [usize; KEYS.len()],
    values: Vec<Value>,
    count: usize,
    /// The station of the line before, by the name it had there: nearly always this line's too.
    last: Option<(String, Option<&'p Station>)>,
}

/// Reads the header.
///
/// # Errors
/// A missing, unknown or repeated column.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    let count = fields.split(header);
    let mut keys = [None; KEYS.len()];
    let mut values = Vec::new();
    for (at, name) in fields.iter().enumerate() {
        if fields.iter().take(at).any(|earlier| earlier == name) {
            return Err(Fault::new(Reason::Damaged, format!("column `{}` stands twice", short(name))));
        }
        if let Some(key) = KEYS.iter().position(|key| *key == name) {
            keys[key] = Some(at);
        } else if let Some((column, parameter, unit)) = VALUES.iter().find(|(column, ..)| *column == name) {
            values.push(Value { at, column, parameter: ParameterId::known(parameter), unit: Unit::parse(unit) });
        } else if name != "No" {
            let known = KEYS.into_iter().chain(VALUES.map(|(column, ..)| column)).chain(["No"]);
            let hint = nearest(&short(name), known.clone())
                .map_or_else(String::new, |word| format!(", did you mean `{word}`?"));
            return Err(Fault::new(Reason::Damaged, format!("unknown column `{}`{hint}", short(name))).allowed(known));
        }
    }
    let mut found = [0; KEYS.len()];
    for ((at, key), found) in keys.into_iter().zip(KEYS).zip(&mut found) {
        *found = at.ok_or_else(|| Fault::new(Reason::Damaged, format!("column `{key}` is missing")).field(key))?;
    }
    let clock = Clock::new(pipeline.publisher.zone);
    Ok(Prsa { pipeline, fields, clock, keys: found, values, count, last: None })
}

impl<'p> Prsa<'p> {
    fn station(&mut self) -> Option<&'p Station> {
        let name = self.fields.get(self.keys[4]);
        match &self.last {
            Some((last, station)) if last == name => *station,
            _ => {
                let station = self.pipeline.stations.by_id_or_name(name);
                self.last = Some((name.to_owned(), station));
                station
            }
        }
    }

    fn local(&self) -> Result<NaiveDateTime, Fault> {
        let number = |key: usize| self.fields.get(self.keys[key]).parse::<u32>().ok();
        let local = || {
            let (year, hour) = (i32::try_from(number(0)?).ok()?, number(3)?);
            // Beyond four digits a year is a slip of the file, and near the end of a calendar of its own.
            let year = Some(year).filter(|year| *year <= 9999)?;
            NaiveDate::from_ymd_opt(year, number(1)?, number(2)?)?.and_hms_opt(hour, 0, 0)
        };
        local().ok_or_else(|| {
            let text: Vec<String> = (0..4).map(|key| short(self.fields.get(self.keys[key]))).collect();
            Fault::new(Reason::BadTime, format!("year, month, day and hour are {:?}", text.join(",")))
        })
    }
}

impl<'p> Lines<'p> for Prsa<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        let local = self.local()?;
        let station = self.station();
        let name = self.fields.get(self.keys[4]);
        let label = self.clock.instant(local, name)?;
        for value in &self.values {
            let text = self.fields.get(value.at);
            let number = if value.column == "wd" { direction(text) } else { parse_value(text) };
            let number = match number {
                Ok(None) => continue,
                Ok(Some(number)) => number,
                Err(error) => {
                    let detail = format!("column {}: {error}", value.column);
                    found.push(Err(Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }));
                    continue;
                }
            };
            found.push(match station {
                None => Err(unknown_station(name)),
                Some(station) => {
                    let reading = RawReading {
                        parameter: value.parameter,
                        period: Period::Hour,
                        start: self.clock.hour_start(station, label),
                        value: Some(number),
                        unit: value.unit,
                        mark: None,
                    };
                    Ok(Row { station, reading })
                }
            });
        }
        Ok(())
    }
}

/// Degrees of a compass point; a number is taken as degrees.
fn direction(text: &str) -> Result<Option<f64>, limpid_model::reading::NotANumber> {
    match COMPASS.iter().position(|point| *point == text) {
        Some(point) => Ok(Some(point as f64 * 22.5)),
        None => parse_value(text),
    }
}
