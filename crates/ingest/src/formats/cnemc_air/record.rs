//! What a record of the feed means.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::station::HourLabel;
use limpid_model::{Instant, ParameterId, Period, Reason, Station, Unit, VerdictKind, Zone};

use crate::formats::long::short;
use crate::formats::{Fault, Found, Row, unknown_station};
use crate::intake::RawReading;

/// Fields that are readings of the current hour: name in lower case, parameter, unit. Ozone has its own rule.
const VALUES: [(&str, &str, &str); 5] = [
    ("pm2_5", "pm25", "ug/m3"),
    ("pm10", "pm10", "ug/m3"),
    ("so2", "so2", "ug/m3"),
    ("no2", "no2", "ug/m3"),
    ("co", "co", "mg/m3"),
];

/// The two fields of ozone.
const OZONE: (&str, &str) = ("o3", "o3_24h");

/// Texts that say "missing" here, beside those that always do.
const MISSING: [&str; 4] = ["-;", "&mdash;", "&#8212;", "\u{2014};"];

/// Adds the readings of a record. `field` gives the text of a field, by its name in lower case; `find` knows stations by
/// their code.
///
/// # Errors
/// When the record names no station or no time.
pub fn read<'p, 'f>(
    field: impl Fn(&str) -> Option<&'f str>,
    find: &dyn Fn(&str) -> Option<&'p Station>,
    found: &mut Found<'p>,
) -> Result<(), Fault> {
    let code = field("stationcode").unwrap_or("").trim();
    if code.is_empty() {
        return Err(Fault::new(Reason::UnknownStation, "the record has no StationCode").field("StationCode"));
    }
    let station = find(code);
    // Of a station that nobody knows, that is what matters.
    let label = time(field("timepoint").unwrap_or("").trim()).map_err(|fault| match station {
        Some(_) => fault,
        None => Fault { reason: Reason::UnknownStation, ..fault },
    })?;
    let start = HourLabel::End.start(Period::Hour, label, feed_zone());
    let mut add = |parameter: &str, unit: &str, value: Result<Option<f64>, Refusal>| {
        let value = match value {
            Ok(None) => return,
            Ok(value) => value,
            Err(refusal) => return found.push(Err(refusal)),
        };
        let (parameter, unit) = (ParameterId::known(parameter), Unit::parse(unit));
        let reading = RawReading { parameter, period: Period::Hour, start, value, unit, mark: None };
        found.push(station.map(|station| Row { station, reading }).ok_or_else(|| unknown_station(code)));
    };
    for (name, parameter, unit) in VALUES {
        add(parameter, unit, value(name, field(name)));
    }
    let (plain, day) = OZONE;
    add("o3", "ug/m3", ozone(value(plain, field(plain)), value(day, field(day)), label));
    Ok(())
}

/// The ozone of the current hour. A maximum over 24 hours is never less than the newest of them, so that of two values
/// the smaller one is the hour: `O3_24h` in all records that were looked at (1,460 of 2017, 1,476 of 2018, 2022).
/// Archives report that the two fields were exchanged until 2023-11-09: where only one has a value, that decides
/// which it is, and a maximum is never taken for the hour.
fn ozone(
    plain: Result<Option<f64>, Refusal>,
    day: Result<Option<f64>, Refusal>,
    label: Instant,
) -> Result<Option<f64>, Refusal> {
    let exchanged_until = NaiveDate::from_ymd_opt(2023, 11, 9).expect("a day of the calendar");
    match (plain?, day?) {
        (Some(plain), Some(day)) => Ok(Some(plain.min(day))),
        (plain, day) => Ok(if feed_zone().date_of(label) < exchanged_until { day } else { plain }),
    }
}

fn value(name: &str, text: Option<&str>) -> Result<Option<f64>, Refusal> {
    let text = text.unwrap_or("").trim();
    if MISSING.contains(&text) {
        return Ok(None);
    }
    parse_value(text).map_err(|error| {
        let detail = format!("field {name}: {error}");
        Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }
    })
}

/// `2022-01-04T15:00:00`, with a blank for the T, or the `/Date(1641279600000)/` of older services.
fn time(text: &str) -> Result<Instant, Fault> {
    let millis = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/"));
    let at = match millis {
        // Some write an offset behind the milliseconds, which count from 1970 UTC all the same.
        Some(millis) => {
            let digits = millis.find(['+', '-']).filter(|at| *at > 0).map_or(millis, |at| &millis[..at]);
            digits.parse().ok().and_then(DateTime::from_timestamp_millis)
        }
        None => ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|local| feed_zone().at(local)),
    };
    at.ok_or_else(|| {
        let detail = format!("TimePoint is {:?}; write 2022-01-04T15:00:00", short(text));
        Fault::new(Reason::BadTime, detail).field("TimePoint")
    })
}

/// The feed's clock, whatever zone the publisher is in.
fn feed_zone() -> Zone {
    Zone::parse("Asia/Shanghai").expect("the time zone database has Asia/Shanghai")
}
