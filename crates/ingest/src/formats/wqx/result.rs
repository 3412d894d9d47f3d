//! One result: whether it is a reading, of what, when and how much.

use chrono::{NaiveDate, NaiveTime, TimeZone, Timelike};
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, ParameterId, Reason, Unit, VerdictKind};

use super::columns::{Column, Columns};
use super::words::{self, Characteristic, Meaning};
use crate::formats::fields::Fields;
use crate::formats::long::short;
use crate::formats::unknown_parameter;

/// Samples from further below the surface than this are not the water that a station stands for, in metres. Samples
/// of a surface layer are taken at 0.5 m (HJ/T 91-2002, recalled, unverified); the double of that leaves room.
const SURFACE_M: f64 = 1.0;

/// The method under which USGS gives what it computed from other results.
const COMPUTED: &str = "ALGOR";

/// Qualifiers that say that the value beside them is the limit and not a result.
const BELOW: [&str; 3] = ["U", "ND", "<"];

/// A line that was split.
pub(super) struct Cells<'f> {
    pub(super) columns: &'f Columns,
    pub(super) fields: &'f Fields,
}

/// What a line says, of a station that is known by its identifier.
pub(super) struct Measured {
    pub(super) parameter: ParameterId,
    pub(super) start: Instant,
    pub(super) value: f64,
    /// Whether that is the limit below which the result lies.
    pub(super) below: bool,
    pub(super) unit: Unit,
}

fn quarantined(reason: Reason, detail: String) -> Refusal {
    Refusal { kind: VerdictKind::Quarantined, reason, detail }
}

fn rejected(reason: Reason, detail: String) -> Refusal {
    Refusal { kind: VerdictKind::Rejected, reason, detail }
}

impl<'f> Cells<'f> {
    pub(super) fn get(&self, column: Column) -> &'f str {
        self.columns.get(self.fields, column)
    }

    /// The result as a reading of one moment, or why it is none.
    pub(super) fn read(&self) -> Result<Measured, Refusal> {
        let characteristic = self.characteristic()?;
        let limit = self.limit()?;
        self.check_sample()?;
        let below = limit.is_some();
        let (text, unit) = limit.unwrap_or((self.get(Column::Value), self.get(Column::Unit)));
        let value = match parse_value(text) {
            Ok(Some(value)) => value,
            Ok(None) => return Err(quarantined(Reason::NotAReading, "the result has no value".into())),
            Err(error) => return Err(rejected(Reason::NotANumber, error.to_string())),
        };
        let unit = self.unit(characteristic, unit)?;
        Ok(Measured { parameter: characteristic.parameter, start: self.start()?, value, below, unit })
    }

    fn characteristic(&self) -> Result<&'static Characteristic, Refusal> {
        let name = self.get(Column::Characteristic);
        let (media, fraction) = (self.get(Column::Media), self.get(Column::Fraction));
        let known = words::characteristic(name).ok_or_else(|| unknown_parameter(name, ""))?;
        if !media.eq_ignore_ascii_case("Water") {
            return Err(unknown_parameter(name, &format!(" in {:?}", short(media))));
        }
        if !known.covers(fraction) {
            return Err(unknown_parameter(name, &format!(" in the fraction {:?}", short(fraction))));
        }
        Ok(known)
    }

    /// Refuses what is no sample of the water at one moment: blanks and replicates, composites, statistics, depths,
    /// results that the source computed or withdrew.
    fn check_sample(&self) -> Result<(), Refusal> {
        let activity = self.get(Column::Activity).to_lowercase();
        let statistic = self.get(Column::Statistic);
        let what = if activity.contains("quality control") || activity.contains("composite") {
            format!("the activity is {:?}", short(self.get(Column::Activity)))
        } else if !statistic.is_empty() {
            format!("the value is a statistic, {:?}", short(statistic))
        } else if self.get(Column::Method) == COMPUTED {
            "the source computed it from other results".into()
        } else if self.get(Column::Status).eq_ignore_ascii_case("Rejected") {
            "the source rejected the result".into()
        } else {
            return self.check_depth();
        };
        Err(quarantined(Reason::NotAReading, what))
    }

    fn check_depth(&self) -> Result<(), Refusal> {
        let (text, unit) = (self.get(Column::Depth), self.get(Column::DepthUnit));
        if text.is_empty() {
            return Ok(());
        }
        let metres = match unit.to_lowercase().as_str() {
            "m" | "meters" => Some(1.0),
            "ft" | "feet" => Some(0.3048),
            "cm" => Some(0.01),
            "in" | "inches" => Some(0.0254),
            _ => None,
        };
        match (text.parse::<f64>(), metres) {
            (Ok(depth), Some(metres)) if depth * metres <= SURFACE_M => Ok(()),
            _ => {
                let detail = format!("taken at a depth of {} {}", short(text), short(unit));
                Err(quarantined(Reason::NotAReading, format!("{detail}; a station stands for the surface")))
            }
        }
    }

    /// The limit of a result that lies below it, and its unit. One of which no limit is named is refused.
    fn limit(&self) -> Result<Option<(&'f str, &'f str)>, Refusal> {
        let (condition, value) = (self.get(Column::Condition), self.get(Column::Value));
        let (qualifier, limit) = (self.get(Column::Qualifier), self.get(Column::Limit));
        let flagged = qualifier.split([' ', ';', ',']).find(|code| BELOW.contains(code));
        let (meaning, said) = if !condition.is_empty() {
            (words::condition(condition), condition)
        } else if value.starts_with('<') {
            (Meaning::Below, value)
        } else if let Some(code) = flagged {
            (Meaning::Below, code)
        } else {
            return Ok(None);
        };
        let kind = Some(self.get(Column::LimitType)).filter(|kind| !kind.is_empty()).unwrap_or("limit");
        if meaning == Meaning::Below {
            if let Some(written) = value.strip_prefix('<') {
                return Ok(Some((written.trim(), self.get(Column::Unit))));
            }
            if flagged.is_some() && !value.is_empty() {
                return Ok(Some((value, self.get(Column::Unit))));
            }
            if !limit.is_empty() && !kind.to_lowercase().contains("upper") {
                return Ok(Some((limit, self.get(Column::LimitUnit))));
            }
        }
        let mut detail = format!("the result is {:?}", short(said));
        if !value.is_empty() {
            detail += &format!(", value {:?} {}", short(value), short(self.get(Column::Unit)));
        }
        if limit.is_empty() {
            detail += ", no limit is named";
        } else {
            detail += &format!(", {} {} {}", short(kind), short(limit), short(self.get(Column::LimitUnit)));
        }
        Err(match meaning {
            Meaning::Below => quarantined(Reason::BelowDetection, detail),
            Meaning::None => quarantined(Reason::NotAReading, detail),
        })
    }

    fn unit(&self, characteristic: &Characteristic, text: &str) -> Result<Unit, Refusal> {
        let parameter = characteristic.parameter;
        let to = parameter.unit();
        let known = words::unit(text).filter(|(unit, _)| unit.convert(1.0, to, parameter).is_some());
        let Some((unit, carried)) = known else {
            let detail = format!("{:?} cannot be carried into {to} for {parameter}", short(text));
            return Err(rejected(Reason::UnitNotConvertible, detail));
        };
        let speciation = self.get(Column::Speciation);
        let basis = speciation.strip_prefix("as ").unwrap_or(speciation);
        let contradicts = !basis.is_empty() && !carried.is_empty() && !basis.eq_ignore_ascii_case(carried);
        let basis = if basis.is_empty() { carried } else { basis };
        if contradicts || !characteristic.counts(basis) {
            let named = format!("{:?} {:?}", short(text), short(speciation));
            let wanted = if characteristic.basis.is_empty() { "no other substance" } else { &characteristic.basis };
            let detail = format!("the mass is counted as {named}, but {parameter} as {wanted}");
            return Err(rejected(Reason::UnitNotConvertible, detail));
        }
        Ok(unit)
    }

    fn start(&self) -> Result<Instant, Refusal> {
        let [date, time, zone] = [Column::Date, Column::Time, Column::Zone].map(|column| self.get(column));
        let start = || {
            let day = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == 10)?;
            let clock = NaiveTime::parse_from_str(time, if time.len() == 5 { "%H:%M" } else { "%H:%M:%S" }).ok()?;
            // A leap second would be a second of its own.
            let clock = Some(clock).filter(|clock| clock.nanosecond() == 0)?;
            words::zone(zone)?.from_local_datetime(&day.and_time(clock)).single()
        };
        start().map(|at| at.to_utc()).ok_or_else(|| {
            let text = [date, time, zone].map(short).join(" ");
            let detail =
                format!("{text:?} is no time of a sample; write a date, a time and a zone, 2023-07-25 09:00:00 CDT");
            rejected(Reason::BadTime, detail)
        })
    }
}
