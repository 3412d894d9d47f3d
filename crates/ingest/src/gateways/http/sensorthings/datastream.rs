//! What the ids of Datastreams and Observations name.
//!
//! A Datastream is `station.parameter`, such as `S1.pm25`, or with the period of its values `S1.pm25.PT1M`. An
//! Observation is a Datastream with its period, `@` and the start in UTC: `S1.pm25.PT1H@2026-11-25T00:00:00Z`.

use std::fmt;

use chrono::SecondsFormat;
use limpid_model::{Instant, ParameterId, Period, Reading, Reason, StationId};

use crate::formats::{Fault, long};

/// A Datastream's id, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Datastream<'a> {
    /// As it is written; the registry may not have it.
    pub(super) station: &'a str,
    pub(super) parameter: ParameterId,
    /// `None` when the id names none.
    pub(super) period: Option<Period>,
}

impl<'a> Datastream<'a> {
    /// Reads an id. A station's id may have dots, and so may a parameter's alias: the shortest end that is a parameter
    /// counts.
    pub(super) fn parse(id: &'a str) -> Result<Self, Fault> {
        let (rest, period) = match id.rsplit_once('.').map(|(rest, last)| (rest, last.parse())) {
            Some((rest, Ok(period))) => (rest, Some(period)),
            _ => (id, None),
        };
        let split = rest.rmatch_indices('.').find_map(|(at, _)| {
            let parameter = ParameterId::parse(&rest[at + 1..])?;
            Some(Self { station: &rest[..at], parameter, period })
        });
        split.filter(|found| !found.station.is_empty()).ok_or_else(|| {
            let detail = format!(
                "{:?} names no datastream; write station and parameter with a dot between them, \"S1.pm25\", and the \
                 period behind where it is not the hour, \"S1.pm25.PT1M\"",
                long::short(id)
            );
            Fault::new(Reason::UnknownParameter, detail).field("Datastream")
        })
    }
}

/// An Observation's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) station: StationId,
    pub(super) parameter: ParameterId,
    pub(super) period: Period,
    pub(super) start: Instant,
}

impl Named {
    /// Of the observation that a reading is.
    pub(super) fn of(reading: &Reading) -> Self {
        let Reading { station, parameter, period, start, .. } = reading;
        Self { station: station.clone(), parameter: *parameter, period: *period, start: *start }
    }

    pub(super) fn parse(id: &str) -> Option<Self> {
        let (datastream, start) = id.split_once('@')?;
        let Datastream { station, parameter, period } = Datastream::parse(datastream).ok()?;
        Some(Self { station: StationId::parse(station)?, parameter, period: period?, start: long::start(start).ok()? })
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { station, parameter, period, start } = self;
        write!(f, "{station}.{parameter}.{period}@{}", start.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_station_parameter_and_perhaps_period() {
        let pm25 = ParameterId::known("pm25");
        let named = |station, period| Ok(Datastream { station, parameter: pm25, period });
        for (id, expected) in [
            ("S1.pm25", named("S1", None)),
            ("S1.pm25.PT1M", named("S1", Some(Period::Minutes(1)))),
            ("S1.PM2.5", named("S1", None)),
            ("S1.PM2.5.P1D", named("S1", Some(Period::Day))),
            ("north.bank.3.pm25", named("north.bank.3", None)),
        ] {
            assert_eq!(Datastream::parse(id), expected, "{id}");
        }
        for id in ["", ".", "S1", "pm25", ".pm25", "S1.", "S1.pm26", "S1.pm25.PT7H", "S1/pm25", "7"] {
            assert_eq!(Datastream::parse(id).unwrap_err().field, Some("Datastream"), "{id}");
        }
    }

    #[test]
    fn an_observation_is_found_again_by_its_id() {
        for id in ["S1.pm25.PT1H@2026-11-25T00:00:00Z", "a.b.c.no2.PT0S@2026-11-25T00:00:07.250Z"] {
            assert_eq!(Named::parse(id).unwrap().to_string(), id);
        }
        for id in [
            "S1.pm25@2026-11-25T00:00:00Z",
            "S1.pm25.PT1H",
            "S1.pm25.PT1H@now",
            "@",
            "S 1.pm25.PT1H@2026-11-25T00:00:00Z",
        ] {
            assert_eq!(Named::parse(id), None, "{id}");
        }
    }
}
