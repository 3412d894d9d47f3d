//! Sensor Measurement Lists in JSON (RFC 8428).
//!
//! What the standard leaves to the application is decided so:
//! - A record's name (base name and name together) is `[station/][period/]parameter` or `[station/]parameter[/period]`.
//!   Without a period (`PT1M`, `PT1H` …) it is a moment.
//! - Its time is absolute. A relative one (4.5.3) would mean another moment each time that the broker sends the
//!   message, and store a reading twice.
//! - Times are rounded to the millisecond, the finest that limpid keeps.

#[cfg(test)]
mod tests;

use limpid_model::reading::is_sentinel;
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, Period, Reason};
use serde_json::{Map, Value};

use super::session::{Record, damaged, refuse};
use crate::RawReading;
use crate::formats::long;
use crate::gateways::json;

/// Times below this are relative to now (RFC 8428, 4.5.3).
const ABSOLUTE_FROM: f64 = 268_435_456.0;

/// The newest version of the format (RFC 8428, 4.4); later ones may mean something else by the same words.
const VERSION: u64 = 10;

/// Labels of RFC 8428, section 12.2. One that is not known and ends in `_` must be understood (4.4); others may be
/// passed over.
const BASE: [&str; 6] = ["bn", "bt", "bu", "bv", "bs", "bver"];

type Fields = Map<String, Value>;

/// What records inherit from those before them.
#[derive(Default)]
struct Base {
    name: String,
    time: f64,
    unit: Option<String>,
    value: f64,
}

/// Reads a pack: one record per value, each a reading or the reason why it is none.
///
/// # Errors
/// When the pack as a whole cannot be understood.
pub(super) fn parse(body: &[u8]) -> Result<Vec<Record>, Refusal> {
    let pack: Vec<Fields> =
        serde_json::from_slice(body).map_err(|error| damaged(json::excerpt(format!("no SenML: {error}"))))?;
    let mut base = Base::default();
    let mut records = Vec::with_capacity(pack.len());
    for (index, fields) in pack.iter().enumerate() {
        let within = |refusal: Refusal| Refusal { detail: format!("record {index}: {}", refusal.detail), ..refusal };
        base.take(fields).map_err(within)?;
        // A record of base fields alone sets them for the next.
        if fields.keys().any(|key| !BASE.contains(&key.as_str())) {
            let (station, reading) = base.record(fields);
            records.push(Record { station, reading: reading.map_err(within) });
        }
    }
    Ok(records)
}

impl Base {
    /// Takes the base fields of a record. A fault in one would falsify every later record.
    fn take(&mut self, fields: &Fields) -> Result<(), Refusal> {
        if let Some(key) = fields.keys().find(|key| key.ends_with('_')) {
            let key = long::short(key);
            return Err(damaged(format!("field {key:?} must be understood, and limpid does not know it")));
        }
        if let Some(version) = fields.get("bver")
            && version.as_u64().is_none_or(|version| version > VERSION)
        {
            return Err(damaged(format!("bver is not a version up to {VERSION}")));
        }
        if let Some(name) = text(fields, "bn")? {
            self.name = name.to_owned();
        }
        if let Some(unit) = text(fields, "bu")? {
            self.unit = Some(unit.to_owned());
        }
        self.time = number(fields, "bt")?.unwrap_or(self.time);
        self.value = number(fields, "bv")?.unwrap_or(self.value);
        Ok(())
    }

    /// The station that a record names, and its reading.
    fn record(&self, fields: &Fields) -> (Option<String>, Result<RawReading, Refusal>) {
        match text(fields, "n") {
            Err(refusal) => (None, Err(refusal)),
            Ok(name) => {
                let name = Name::of(&self.name, name.unwrap_or(""));
                let reading = self.reading(&name, fields);
                (name.station, reading)
            }
        }
    }

    fn reading(&self, name: &Name, fields: &Fields) -> Result<RawReading, Refusal> {
        let parameter = long::parameter(&name.parameter)?;
        let unit = text(fields, "u")?.or(self.unit.as_deref());
        let unit = unit.map(|unit| long::unit(unit, parameter)).transpose()?;
        let start = instant(self.time + number(fields, "t")?.unwrap_or(0.0))?;
        let Some(value) = number(fields, "v")? else {
            return Err(refuse(Reason::NotAReading, "the record has no v; limpid stores numbers only"));
        };
        // A sentinel stands for "missing" as it was sent, whatever the base value would make of it.
        let value = Some(value).filter(|value| !is_sentinel(*value)).map(|value| self.value + value);
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(refuse(Reason::NotANumber, "bv and v together are no finite number"));
        }
        Ok(RawReading { parameter, period: name.period, start, value, unit, mark: None })
    }
}

/// What a record's name says.
#[derive(Debug, PartialEq)]
struct Name {
    station: Option<String>,
    parameter: String,
    period: Period,
}

impl Name {
    /// Reads a name. A base name that ends with a period is followed by the next level, with or without a slash: no
    /// parameter's name begins with a period.
    fn of(base: &str, name: &str) -> Self {
        let base_levels = base.trim_end_matches('/');
        let ends_with_period = base_levels.rsplit('/').next().is_some_and(|level| level.parse::<Period>().is_ok());
        let whole = if ends_with_period { format!("{base_levels}/{name}") } else { format!("{base}{name}") };
        let mut levels: Vec<&str> = whole.split('/').filter(|level| !level.is_empty()).collect();
        let last = levels.len().saturating_sub(1);
        let found = [Some(last), last.checked_sub(1)].into_iter().flatten().find_map(|at| {
            let period = levels.get(at)?.parse::<Period>().ok()?;
            Some((at, period))
        });
        if let Some((at, _)) = found {
            levels.remove(at);
        }
        let parameter = levels.pop().unwrap_or("").to_owned();
        let station = Some(levels.join("/")).filter(|station| !station.is_empty());
        Self { station, parameter, period: found.map_or(Period::Moment, |(_, period)| period) }
    }
}

/// Seconds since 1970 as an instant.
fn instant(seconds: f64) -> Result<Instant, Refusal> {
    if seconds < ABSOLUTE_FROM {
        let detail = "the time is relative to now, or missing; write bt or t in seconds since 1970-01-01T00:00:00Z";
        return Err(refuse(Reason::BadTime, detail));
    }
    let millis = (seconds * 1000.0).round();
    // Far beyond the calendar, and exact as an integer.
    let millis = if millis < 1e15 { Instant::from_timestamp_millis(millis as i64) } else { None };
    millis.ok_or_else(|| refuse(Reason::BadTime, "the time lies beyond the calendar"))
}

fn text<'f>(fields: &'f Fields, key: &str) -> Result<Option<&'f str>, Refusal> {
    let text = |value: &'f Value| value.as_str().ok_or_else(|| damaged(format!("{key} is not a string")));
    fields.get(key).map(text).transpose()
}

fn number(fields: &Fields, key: &str) -> Result<Option<f64>, Refusal> {
    let number = |value: &Value| value.as_f64().ok_or_else(|| damaged(format!("{key} is not a number")));
    fields.get(key).map(number).transpose()
}
