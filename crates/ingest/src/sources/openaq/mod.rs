//! `openaq`: hourly means of OpenAQ, version 3 of its API.
//!
//! | what | where |
//! | --- | --- |
//! | a location's sensors | `GET {url}/v3/locations/{id}`, for each location of the configuration |
//! | a sensor's hours | `GET {url}/v3/sensors/{id}/hours?datetime_from=…&datetime_to=…&limit=1000&page=…` |
//!
//! Each result names its hour by both ends in UTC and its unit. `hasFlags` marks a value that the provider or OpenAQ
//! flagged: suspect. Pages go on while they are full; `found` may be a text like ">1000" and is not relied on. Means are
//! OpenAQ's, of whatever the provider measured within the hour. Parameters: `data/sources/openaq.csv`.

mod shape;

use std::sync::LazyLock;

use chrono::{DurationRound, SecondsFormat, TimeDelta};
use limpid_model::{Mark, ParameterId, Period, Reason, table};
use serde::Deserialize;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::decode::{Cell, json, number};
use super::round::rejected;
use crate::formats::{Fault, long};
use shape::{Hour, Location, Page};

/// Results of a page: the largest that is answered.
const LIMIT: usize = 1000;

/// What a flagged value is marked with (`data/validation/marks.csv`).
const FLAGGED: &str = "Q3";

#[derive(Deserialize)]
struct Name {
    name: String,
    parameter: ParameterId,
}

static NAMES: LazyLock<Vec<Name>> =
    LazyLock::new(|| table::rows("sources/openaq.csv", include_str!("../../../../../data/sources/openaq.csv")));

fn parameter(name: &str) -> Option<ParameterId> {
    NAMES.iter().find(|row| row.name == name).map(|row| row.parameter)
}

/// See the module.
pub struct OpenAq;

impl Adapter for OpenAq {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let location = |(id, _): &(&str, _)| {
            Request::get(*id, format!("{}/v3/locations/{id}", ask.source.url), Media::Json).leading()
        };
        ask.roster.named().iter().map(location).collect()
    }

    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        match Hours::of(&request.name) {
            None => sensors(ask, &request.name, body, harvest),
            Some(hours) => hours.read(ask, body, harvest),
        }
    }
}

fn sensors<'p>(ask: &Ask<'p>, location: &str, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
    let page: Page<Location> = json(body)?;
    for sensor in page.results.iter().flat_map(|location| &location.sensors) {
        if parameter(&sensor.parameter.name).is_some_and(|parameter| ask.wants(parameter)) {
            harvest.next.push(Hours { location, sensor: sensor.id, page: 1 }.request(ask));
        }
    }
    Ok(())
}

/// A page of a sensor's hours.
struct Hours<'n> {
    location: &'n str,
    sensor: u64,
    page: u32,
}

impl<'n> Hours<'n> {
    /// Reads the name of a request that [`Hours::request`] made.
    fn of(name: &'n str) -> Option<Self> {
        let (location, rest) = name.split_once("/sensors/")?;
        let (sensor, page) = rest.split_once("/hours/")?;
        Some(Self { location, sensor: sensor.parse().ok()?, page: page.parse().ok()? })
    }

    fn request(&self, ask: &Ask<'_>) -> Request {
        let Self { location, sensor, page } = self;
        let time = |at: limpid_model::Instant| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        // Whole hours, so that a window stays the same within one.
        let hour = |at: limpid_model::Instant| at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
        let url = format!(
            "{}/v3/sensors/{sensor}/hours?datetime_from={}&datetime_to={}&limit={LIMIT}&page={page}",
            ask.source.url,
            time(hour(ask.from)),
            time(hour(ask.to) + TimeDelta::hours(1)),
        );
        Request::get(format!("{location}/sensors/{sensor}/hours/{page}"), url, Media::Json).leading()
    }

    fn read<'p>(&self, ask: &Ask<'p>, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let page: Page<Hour> = json(body)?;
        let Some(station) = ask.roster.find(self.location) else { return Ok(()) };
        for hour in &page.results {
            let Some(parameter) = parameter(&hour.parameter.name) else { continue };
            let (start, unit) = match (hour.start(), long::unit(&hour.parameter.units, parameter)) {
                (Some(start), Ok(unit)) => (start, unit),
                (_, Err(fault)) => {
                    harvest.rows.push(Err(fault.into()));
                    continue;
                }
                (None, _) => {
                    let detail = format!("a result of sensor {} is not of one hour", self.sensor);
                    harvest.rows.push(Err(rejected(Reason::NotAligned, detail)));
                    continue;
                }
            };
            let flagged = hour.flag_info.as_ref().is_some_and(|info| info.has_flags);
            let mark = if flagged { Mark::parse(FLAGGED) } else { None };
            harvest.push(Cell { station, parameter, period: Period::Hour, start, unit, mark }, number(&hour.value));
        }
        if page.results.len() >= LIMIT {
            harvest.next.push(Hours { page: self.page + 1, ..*self }.request(ask));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
