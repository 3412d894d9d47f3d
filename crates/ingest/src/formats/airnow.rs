//! `airnow-hourly`: the hourly observations of US AirNow (`HourlyAQObs_YYYYMMDDHH.dat`), one site a line with a value
//! and a unit column per pollutant, times in UTC. Layout: "Hourly AQ Obs File" fact sheet, US EPA, docs.airnowapi.org.
//!
//! The time names the beginning of the hour (AirNow's fact sheets; openaq-fetch issue 671 is what became of reading it
//! as the end). That is a property of the source, so that a station's `hour_label` does not move it. An empty cell is
//! a missing hour, and is not stored. Small negative values are kept as sent. `…_AQI` columns are the source's own
//! products and `…_Measured` says what a site is equipped for: neither is read.

use chrono::{NaiveDate, NaiveTime};
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, ParameterId, Period, Pipeline, Reason, Unit, VerdictKind};

use super::fields::Fields;
use super::long::{short, unit};
use super::{Fault, Finder, Found, Lines, Row, unknown_parameter, unknown_station};
use crate::intake::RawReading;

/// What the name of a unit column adds to that of its value column; a column with such a companion is a pollutant's.
const UNIT: &str = "_Unit";

struct Pollutant {
    column: String,
    parameter: Option<ParameterId>,
    value_at: usize,
    unit_at: usize,
}

struct Airnow<'p> {
    find: Finder<'p>,
    fields: Fields,
    site_at: usize,
    date_at: usize,
    time_at: usize,
    pollutants: Vec<Pollutant>,
    count: usize,
}

/// Reads the header. Columns that are neither a site's id, the time nor a pollutant's do not matter.
///
/// # Errors
/// A missing or repeated column, or no column of a pollutant.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    open_for(header, Box::new(|site| pipeline.stations.by_id_or_name(site)))
}

/// The same, with the sites that `find` knows.
pub(crate) fn open_for<'p>(header: &str, find: Finder<'p>) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    let count = fields.split(header);
    let mut pollutants: Vec<Pollutant> = Vec::new();
    for (unit_at, name) in fields.iter().enumerate() {
        let Some(column) = name.strip_suffix(UNIT) else { continue };
        let mut places = fields.iter().enumerate().filter(|(_, name)| *name == column).map(|(at, _)| at);
        let (Some(value_at), None) = (places.next(), places.next()) else {
            let detail = format!("column `{}` needs one column `{}` beside it", short(name), short(column));
            return Err(Fault::new(Reason::Damaged, detail));
        };
        if pollutants.iter().any(|earlier| earlier.column == column) {
            return Err(Fault::new(Reason::Damaged, format!("column `{}` stands twice", short(name))));
        }
        pollutants.push(Pollutant {
            column: column.to_owned(),
            parameter: ParameterId::parse(column),
            value_at,
            unit_at,
        });
    }
    if pollutants.is_empty() {
        let detail = "no pollutant has a column; they come in pairs like `OZONE` and `OZONE_Unit`";
        return Err(Fault::new(Reason::Damaged, detail));
    }
    Ok(Airnow {
        site_at: fields.column("AQSID")?,
        date_at: fields.column("ValidDate")?,
        time_at: fields.column("ValidTime")?,
        find,
        fields,
        pollutants,
        count,
    })
}

impl Airnow<'_> {
    fn start(&self) -> Result<Instant, Fault> {
        let (date, time) = (self.fields.get(self.date_at), self.fields.get(self.time_at));
        let start = || {
            let day = NaiveDate::parse_from_str(date, "%m/%d/%Y").ok().filter(|_| date.len() == 10)?;
            let time = NaiveTime::parse_from_str(time, "%H:%M").ok().filter(|_| time.len() == 5)?;
            Some(day.and_time(time).and_utc())
        };
        start().ok_or_else(|| {
            let detail = format!(
                "ValidDate {:?}, ValidTime {:?} is no time; write 01/31/2023 and 00:00 to 23:00",
                short(date),
                short(time)
            );
            Fault::new(Reason::BadTime, detail)
        })
    }

    /// The parameter, value and unit of a pollutant's cells; `None` where there is no value.
    fn value(&self, pollutant: &Pollutant) -> Result<Option<(ParameterId, f64, Unit)>, Refusal> {
        let column = &pollutant.column;
        let value = parse_value(self.fields.get(pollutant.value_at)).map_err(|error| Refusal {
            kind: VerdictKind::Rejected,
            reason: Reason::NotANumber,
            detail: format!("column {}: {error}", short(column)),
        })?;
        let Some(value) = value else { return Ok(None) };
        let parameter = pollutant.parameter.ok_or_else(|| unknown_parameter(column, ""))?;
        Ok(Some((parameter, value, unit(self.fields.get(pollutant.unit_at), parameter)?)))
    }
}

impl<'p> Lines<'p> for Airnow<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        let start = self.start()?;
        let site = self.fields.get(self.site_at);
        let station = (self.find)(site);
        for pollutant in &self.pollutants {
            let item = match self.value(pollutant) {
                Ok(None) => continue,
                Err(refusal) => Err(refusal),
                Ok(Some((parameter, value, unit))) => station.ok_or_else(|| unknown_station(site)).map(|station| {
                    let (value, unit) = (Some(value), Some(unit));
                    let reading = RawReading { parameter, period: Period::Hour, start, value, unit, mark: None };
                    Row { station, reading }
                }),
            };
            found.push(item);
        }
        Ok(())
    }
}
