//! `bcn-noise`: the hourly sound levels of Barcelona's noise monitors (`…_XarxaSoroll_EqMonitor_Dades_1Hora.csv` of
//! Open Data BCN): `Any,Mes,Dia,Hora,Id_Instal,Nivell_LAeq_1h`, one hour of one monitor a line, A-weighted Leq in dB.
//!
//! The hours are those of a clock on the wall in Barcelona, whatever zone the publisher is in: the source says nothing,
//! but in the file of early 2015 the daily course of every monitor keeps its hours across the change of 29 March
//! instead of moving by one. Whether a label names the start or the end of its hour is not stated either: the station's
//! `hour_label` decides.
//!
//! On the days when clocks change most monitors have 24 lines all the same. The line for 02:00 on the short day names
//! an hour that was not: three of the six monitors of 2015-03-29 have a value there that lies far below their
//! neighbours, one of 17.1 dB. It is refused as `bad_time`, with its place, and never moved to another hour. On the
//! long day a single line for 02:00 is taken as the first of the two hours, the other stays missing; where there are
//! two lines, they are the first and the second.

use chrono::{NaiveDate, NaiveDateTime};
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{ParameterId, Period, Pipeline, Reason, Unit, VerdictKind, Zone};

use super::clock::Clock;
use super::fields::Fields;
use super::long::short;
use super::{Fault, Found, Lines, Row, unknown_station};
use crate::intake::RawReading;

const YEAR: &str = "Any";
const MONTH: &str = "Mes";
const DAY: &str = "Dia";
const HOUR: &str = "Hora";
const MONITOR: &str = "Id_Instal";
const LEVEL: &str = "Nivell_LAeq_1h";

struct BcnNoise<'p> {
    pipeline: &'p Pipeline,
    fields: Fields,
    clock: Clock,
    /// Year, month, day, hour.
    time_at: [usize; 4],
    monitor_at: usize,
    level_at: usize,
    count: usize,
    parameter: ParameterId,
    unit: Option<Unit>,
}

/// Reads the header. Further columns do not matter.
///
/// # Errors
/// A missing or repeated column.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    let count = fields.split(header);
    let zone = Zone::parse("Europe/Madrid").expect("the time zone database has Europe/Madrid");
    Ok(BcnNoise {
        time_at: [fields.column(YEAR)?, fields.column(MONTH)?, fields.column(DAY)?, fields.column(HOUR)?],
        monitor_at: fields.column(MONITOR)?,
        level_at: fields.column(LEVEL)?,
        clock: Clock::new(zone),
        parameter: ParameterId::known("leq"),
        unit: Unit::parse("dB"),
        pipeline,
        fields,
        count,
    })
}

impl BcnNoise<'_> {
    fn local(&self) -> Result<NaiveDateTime, Fault> {
        let [year, month, day, time] = self.time_at.map(|at| self.fields.get(at));
        // `parse` would take a sign too.
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let local = || {
            let (hour, minute) = time.split_once(':')?;
            // Beyond four digits a year is a slip of the file, and near the end of a calendar of its own.
            let year = i32::try_from(number(year).filter(|year| *year <= 9999)?).ok()?;
            let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?;
            date.and_hms_opt(number(hour)?, number(minute)?, 0)
        };
        local().ok_or_else(|| {
            let text = [year, month, day, time].map(short).join(",");
            let detail = format!("{YEAR}, {MONTH}, {DAY} and {HOUR} are {text:?}; write 2015,03,19,0:00");
            Fault::new(Reason::BadTime, detail)
        })
    }
}

impl<'p> Lines<'p> for BcnNoise<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        let local = self.local()?;
        let monitor = self.fields.get(self.monitor_at);
        let label = self.clock.instant(local, monitor)?;
        let value = match parse_value(self.fields.get(self.level_at)) {
            Ok(None) => return Ok(()),
            Ok(value) => value,
            Err(error) => {
                let detail = format!("column {LEVEL}: {error}");
                found.push(Err(Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }));
                return Ok(());
            }
        };
        found.push(match self.pipeline.stations.by_id_or_name(monitor) {
            None => Err(unknown_station(monitor)),
            Some(station) => {
                let start = self.clock.hour_start(station, label);
                let (parameter, unit) = (self.parameter, self.unit);
                let reading = RawReading { parameter, period: Period::Hour, start, value, unit, mark: None };
                Ok(Row { station, reading })
            }
        });
        Ok(())
    }
}
