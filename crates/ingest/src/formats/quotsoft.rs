//! `quotsoft`: the wide hourly files of the quotsoft archive, as collected from Chinese city feeds:
//! `date,hour,type`, then one column per station; ug/m3, CO in mg/m3; time in wall time of the publisher's zone.
//!
//! Columns match a station's `name_zh` or `id`; the station's own `hour_label` says which end of the hour its cells
//! are labelled by. Only hourly base types are readings. Running means and the index are the source's own products:
//! they stay in the bytes that are kept and are never imported as readings. An empty cell is a missing hour, and is
//! not stored.

use chrono::NaiveDate;
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{ParameterId, Period, Pipeline, Reason, Station, Unit, VerdictKind};

use super::clock::Clock;
use super::fields::Fields;
use super::long::short;
use super::{Fault, Found, Lines, Row, unknown_station};
use crate::intake::RawReading;

const KEYS: [&str; 3] = ["date", "hour", "type"];

/// Types that are readings: name, parameter, unit.
const BASE: [(&str, &str, &str); 6] = [
    ("PM2.5", "pm25", "ug/m3"),
    ("PM10", "pm10", "ug/m3"),
    ("SO2", "so2", "ug/m3"),
    ("NO2", "no2", "ug/m3"),
    ("O3", "o3", "ug/m3"),
    ("CO", "co", "mg/m3"),
];

/// Whether a type is a product that the source computed from base types.
fn is_product(kind: &str) -> bool {
    let base = |name: &str| BASE.iter().any(|(base, ..)| *base == name);
    kind == "AQI" || ["_8h_24h", "_24h", "_8h"].iter().any(|suffix| kind.strip_suffix(suffix).is_some_and(base))
}

struct Column<'p> {
    at: usize,
    name: String,
    station: Option<&'p Station>,
}

struct Quotsoft<'p> {
    fields: Fields,
    clock: Clock,
    keys: [usize; KEYS.len()],
    columns: Vec<Column<'p>>,
    count: usize,
}

/// Reads the header.
///
/// # Errors
/// When `date`, `hour` or `type` is missing or stands twice.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    let count = fields.split(header);
    let mut keys = [0; KEYS.len()];
    for (key, at) in KEYS.into_iter().zip(&mut keys) {
        *at = fields.column(key)?;
    }
    let columns = fields
        .iter()
        .enumerate()
        .filter(|(at, _)| !keys.contains(at))
        .map(|(at, name)| Column { at, name: name.to_owned(), station: pipeline.stations.by_id_or_name(name) })
        .collect();
    Ok(Quotsoft { fields, clock: Clock::new(pipeline.publisher.zone), keys, columns, count })
}

impl<'p> Lines<'p> for Quotsoft<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        let [date, hour, kind] = self.keys.map(|at| self.fields.get(at));
        let Some((_, parameter, unit)) = BASE.iter().find(|(base, ..)| *base == kind) else {
            if is_product(kind) {
                return Ok(());
            }
            let known = BASE.map(|(base, ..)| base);
            let detail = format!("unknown type {:?}; known are {}", short(kind), known.join(", "));
            return Err(Fault::new(Reason::UnknownParameter, detail).field("type").allowed(known));
        };
        let label = NaiveDate::parse_from_str(date, "%Y%m%d").ok().filter(|_| date.len() == 8);
        let label = label.and_then(|date| date.and_hms_opt(hour.parse().ok()?, 0, 0)).ok_or_else(|| {
            let detail =
                format!("date {:?}, hour {:?} is no time; write 20150301 and 0 to 23", short(date), short(hour));
            Fault::new(Reason::BadTime, detail)
        })?;
        let label = self.clock.instant(label, kind)?;
        let (parameter, unit) = (ParameterId::known(parameter), Unit::parse(unit));
        for column in &self.columns {
            let value = match parse_value(self.fields.get(column.at)) {
                Ok(None) => continue,
                Ok(value) => value,
                Err(error) => {
                    let detail = format!("column {}: {error}", short(&column.name));
                    found.push(Err(Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }));
                    continue;
                }
            };
            found.push(match column.station {
                None => Err(unknown_station(&column.name)),
                Some(station) => {
                    let start = self.clock.hour_start(station, label);
                    let reading = RawReading { parameter, period: Period::Hour, start, value, unit, mark: None };
                    Ok(Row { station, reading })
                }
            });
        }
        Ok(())
    }
}
