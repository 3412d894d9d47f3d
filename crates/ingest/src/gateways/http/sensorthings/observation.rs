//! One observation: `{"phenomenonTime":…,"result":…,"Datastream":{"@iot.id":"S1.pm25"}}` (18-088, 8.2.7).

use chrono::DateTime;
use limpid_model::reading::{is_sentinel, parse_value};
use limpid_model::{Entry, Instant, Period, Reason, Station, Zone};
use serde_json::{Map, Value};

use super::datastream::Datastream;
use crate::formats::{Fault, flag, long, unknown_station};
use crate::gateways::http::batch::Understood;
use crate::gateways::http::failure::Failure;
use crate::gateways::http::station;
use crate::gateways::json;
use crate::intake::{Intake, RawReading};
use crate::token::Grant;

/// Periods that an interval may be, the usual ones first. Moving means are made, not observed.
const CALENDAR: [Period; 4] = [Period::Hour, Period::Day, Period::Month, Period::Year];

/// The most minutes that a period may have.
const MOST_MINUTES: u8 = 30;

/// Reads a body with one observation, of the Datastream `id` unless that is none.
pub(in crate::gateways::http) fn read(
    intake: &Intake,
    grant: &Grant,
    id: Option<&str>,
    body: &[u8],
) -> Result<Understood, Failure> {
    let fields: Map<String, Value> = serde_json::from_slice(body).map_err(|error| no_json(&error))?;
    let invalid = |fault: Fault| invalid(fault, None);
    let datastream = match id {
        Some(id) => Datastream::parse(id),
        None => Datastream::parse(reference(fields.get("Datastream")).map_err(invalid)?),
    };
    let datastream = datastream.map_err(invalid)?;
    let station = known(intake, grant, datastream.station)?;
    let zone = intake.pipeline().publisher.zone;
    let reading = reading(datastream, station, zone, |name| fields.get(name)).map_err(invalid)?;
    let entry = match station {
        Some(station) => intake.entry(station, reading),
        None => Entry::Refused(unknown_station(datastream.station)),
    };
    Ok(Understood { station: station.map(|station| station.id.clone()), entries: vec![entry] })
}

/// The station of a Datastream, `None` where the registry has none of the name.
///
/// # Errors
/// When the token is of another station.
pub(super) fn known<'a>(intake: &'a Intake, grant: &Grant, name: &str) -> Result<Option<&'a Station>, Failure> {
    if grant.covers(name) {
        Ok(station(intake, name))
    } else {
        Err(Failure::OtherStation { name: name.to_owned(), index: None })
    }
}

/// The id in `{"@iot.id":"…"}`.
pub(super) fn reference(value: Option<&Value>) -> Result<&str, Fault> {
    let id = value.and_then(|value| value.get("@iot.id"));
    id.and_then(Value::as_str).ok_or_else(|| {
        let detail =
            "Datastream is missing, or its @iot.id is no string; write \"Datastream\":{\"@iot.id\":\"S1.pm25\"}";
        Fault::new(Reason::Damaged, detail).field("Datastream")
    })
}

/// What the fields of an observation say.
pub(super) fn reading<'v>(
    datastream: Datastream<'_>,
    station: Option<&Station>,
    zone: Zone,
    get: impl Fn(&str) -> Option<&'v Value>,
) -> Result<RawReading, Fault> {
    let Some(time) = get("phenomenonTime").and_then(Value::as_str) else {
        let detail = "phenomenonTime is missing; limpid does not take the time of arrival for it, since a message that is \
                      sent again would then be another observation";
        return Err(Fault::new(Reason::BadTime, detail).field("phenomenonTime"));
    };
    let (period, start) =
        when(time, datastream.period, station, zone).map_err(|fault| fault.field("phenomenonTime"))?;
    let value = result(get("result"))?;
    // Elements of ISO 19157, which the standard also allows here, say nothing that limpid has a flag for.
    let quality = match get("resultQuality") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (value, mark) = flag::meaning(&quality).map_err(|fault| fault.field("resultQuality"))?.of(value);
    Ok(RawReading { parameter: datastream.parameter, period, start, value, unit: None, mark })
}

/// The number; `None` for one that is missing.
fn result(value: Option<&Value>) -> Result<Option<f64>, Fault> {
    let no_number = |detail: String| Fault::new(Reason::NotANumber, detail).field("result");
    let value = match value {
        Some(Value::Null) => None,
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => parse_value(text).map_err(|error| no_number(error.to_string()))?,
        Some(_) => return Err(no_number("the result is neither a number nor null".to_owned())),
        None => return Err(no_number("the result is missing; write null for a value that is".to_owned())),
    };
    Ok(value.filter(|value| !is_sentinel(*value)))
}

/// The period and start that a phenomenonTime names: an interval by its length, an instant as the station labels the
/// period of the Datastream, an hour unless that names another.
fn when(time: &str, period: Option<Period>, station: Option<&Station>, zone: Zone) -> Result<(Period, Instant), Fault> {
    let Some((start, end)) = time.split_once('/') else {
        let (label, period) = (instant(time)?, period.unwrap_or(Period::Hour));
        return Ok((period, station.map_or(label, |station| station.period_start(period, label, zone))));
    };
    let (start, end) = (instant(start)?, instant(end)?);
    let fits = |period: &Period| period.end(start, zone) == end;
    let found = match period {
        Some(period) => Some(period).filter(fits),
        None if start == end => Some(Period::Moment),
        None => {
            let minutes = (1..=MOST_MINUTES).map(Period::Minutes);
            CALENDAR.into_iter().filter(|period| period.aligned(start, zone)).chain(minutes).find(fits)
        }
    };
    let period = found.ok_or_else(|| {
        let wanted = period.map_or_else(|| Period::KNOWN.to_owned(), |period| period.to_string());
        let detail = format!("{:?} is not the interval of {wanted}", long::short(time));
        Fault::new(Reason::BadTime, detail)
    })?;
    Ok((period, start))
}

/// RFC 3339, or with the offset in four digits, as the examples of the standard have it.
fn instant(text: &str) -> Result<Instant, Fault> {
    let text = text.trim();
    long::start(text).or_else(|fault| {
        let loose = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
        loose.map(|at| at.to_utc()).map_err(|_| fault)
    })
}

/// The failure of a body that is no JSON of the shape.
pub(super) fn no_json(error: &serde_json::Error) -> Failure {
    let detail = json::excerpt(error.to_string());
    Failure::Invalid { field: None, index: None, detail, allowed: Vec::new() }
}

/// The failure of a body with a fault.
pub(super) fn invalid(fault: Fault, index: Option<usize>) -> Failure {
    let Fault { field, detail, allowed, .. } = fault;
    Failure::Invalid { field: field.map(str::to_owned), index, detail, allowed }
}
